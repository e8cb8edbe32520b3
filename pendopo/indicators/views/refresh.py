"""An address that Excel and Power Query read again at every refresh: CSV with the same columns for ever, opened by a person's token."""

import tempfile
from datetime import datetime

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions.tokens import person_by_token

from .. import exporting
from ..concealing.reading import all_told, is_everyone
from ..credentials import KEY_PREFIX, TOKEN_PREFIX, secret_of, source_by_key
from ..models import Indicator
from ..reader import Reader


def reader_by_secret(request: HttpRequest) -> Reader | None:
    """Who reads: by Bearer, by Basic with the token as password (any user name), by `?token=`, or by session; None for a wrong secret."""
    secret = secret_of(request.headers.get("Authorization", ""), {"p": request.GET.get("token", "")})
    if not secret:
        return request.user
    if secret.startswith(TOKEN_PREFIX):
        return person_by_token(secret)
    return source_by_key(secret) if secret.startswith(KEY_PREFIX) else None


def refresh(request: HttpRequest) -> HttpResponseBase:
    """`/refresh.csv?indicator=CODE` (several parted by commas) or `?source=CODE`, with `region`, `from`, `to`, `as_of`.

    Asks for a password (Basic) when nothing of what is asked may be read without one, so that Excel shows its own window.
    """
    reader = reader_by_secret(request)
    if reader is None:
        return _ask(_("The token is wrong, revoked or expired: make a new one on your profile page."))
    codes = [code for code in request.GET.get("indicator", "").replace("\x00", "").split(",") if code]
    source = request.GET.get("source", "").replace("\x00", "")
    visible = Indicator.objects.visible_to(reader)
    found = visible.filter(code__in=codes) if codes else visible.filter(sources__code=source)
    named = list(found.order_by("code").values_list("code", flat=True).distinct())
    if not named or (codes and set(codes) - set(named)):
        open_to_some = not request.user.is_authenticated and reader is request.user
        sentence = _("Name indicators that you may read (?indicator=CODE) or a source (?source=CODE).")
        return _ask(sentence) if open_to_some else HttpResponse(sentence, "text/plain; charset=utf-8", 404)
    try:
        since, until, as_of = (_moment(request.GET.get(word, "")) for word in ("from", "to", "as_of"))
        asked = exporting.question(named, request.GET.get("region", "").replace("\x00", "") or None, since, until, as_of or timezone.now())
    except (ValueError, exporting.Impossible) as error:
        plain = str(error) if isinstance(error, exporting.Impossible) else _("“from”, “to” and “as_of” are days or times with an offset.")
        return HttpResponse(plain, "text/plain; charset=utf-8", 400)
    copy = tempfile.SpooledTemporaryFile(8 * 1024 * 1024)  # noqa: SIM115 – the answer closes it
    rows = all_told(asked, found) if is_everyone(reader) else None
    exporting.write(asked, "csv", copy, rows)
    copy.seek(0)
    answer = FileResponse(copy, filename="figures.csv", content_type="text/csv; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _moment(text: str) -> datetime | None:
    return exporting.moment_of(text) if text else None


def _ask(sentence: str) -> HttpResponse:
    answer = HttpResponse(sentence, "text/plain; charset=utf-8", 401)
    answer["WWW-Authenticate"] = 'Basic realm="Pendopo: any name, your token (pdt_...) as password", charset="UTF-8"'
    return answer
