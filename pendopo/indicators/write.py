"""POST /api/v1/write: InfluxDB line protocol from existing agents, as they send it: gzip, Basic or Token, `precision` in the query."""

from django.utils import timezone
from django.utils.translation import gettext as _

from . import bodies
from .ingest import PARTIAL, Answer, Receive, Request, Scope, Send, deliver, serve, unreadable
from .line_protocol import read_lines


async def route(scope: Scope, receive: Receive, send: Send) -> None:
    """204 when every line was taken; 400 `partial-write` when some were refused (the others are stored, the refused ones kept)."""
    await serve(scope, receive, send, take_lines, status=204)


def take_lines(request: Request) -> bytes:
    """Stores what can be stored. The refused rows stand in the delivery, where the source's people see them."""
    writer = request.writer
    region = writer.source.agency.region_id or "" if writer.source is not None else ""
    try:
        found = read_lines(request.body, precision=request.query.get("precision") or "ns", region=region, now=timezone.now())
    except bodies.Unreadable as error:
        raise Answer(422, error.code, unreadable(error)) from None
    receipt = deliver(request, found)
    if receipt.rejected:
        first = next(problem for problem in receipt.problems if problem["code"] not in ("duplicate", "step", "range", "future"))
        told = {"n": receipt.rejected, "first": first["message"], "delivery": receipt.delivery}
        raise Answer(400, PARTIAL, _("partial write: %(n)s refused and kept with delivery %(delivery)s; the first: %(first)s") % told)
    return b""
