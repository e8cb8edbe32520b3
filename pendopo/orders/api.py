"""GET /api/v1/orders: orders as their reader sees them."""

from typing import Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from pendopo.agencies.models import Person
from pendopo.indicators.latest import utc_text
from pendopo.indicators.reader import reader_of
from pendopo.regions.api import only

from .models import Order

router = Router(tags=["orders"])

PAGE = 500
StateName = Literal["open", "overdue", "given", "accepted", "reported", "done", "refused", "withdrawn", "all"]


class OrderOut(Schema):
    """One order. `about` is the path of the page it came from; times are UTC."""

    id: int
    what: str
    about: str
    to: str
    given_by: str
    post: str | None
    given: str
    due: str | None
    state: str
    overdue: bool
    exercise: bool


class OrderPage(Schema):
    """A page of orders, the newest first, and where to go on."""

    items: list[OrderOut]
    next: str | None


@router.get("/orders", response=OrderPage, exclude_none=False, summary="Orders given to posts")
def orders(request: HttpRequest, state: StateName = "open", about: str | None = None, cursor: str | None = None) -> dict[str, object]:
    """Those that the person sees: of the own posts, and of the posts within the own reach. `about` narrows to one page's orders."""
    only(request, "state", "about", "cursor")
    reader = reader_of(request)
    if not isinstance(reader, Person):
        raise HttpError(401, _("Orders are for people: send a person's token (pdt_…)."))
    found = Order.objects.visible_to(reader)
    if state == "open":
        found = found.open()
    elif state == "overdue":
        found = found.overdue(timezone.now())
    elif state != "all":
        found = found.filter(state=state)
    if about:
        found = found.filter(about=about.replace("\x00", "")[:300])
    if cursor:
        if not cursor.isdecimal() or len(cursor) > 18:
            raise HttpError(422, _("This cursor is none of ours: begin without one."))
        found = found.filter(pk__lt=int(cursor))
    rows = list(found.select_related("to", "post", "by").order_by("-pk")[: PAGE + 1])
    items = [
        {
            "id": row.pk,
            "what": row.what,
            "about": row.about,
            "to": row.to.title,
            "given_by": row.by.name,
            "post": row.post.title if row.post else None,
            "given": utc_text(row.given),
            "due": utc_text(row.due) if row.due else None,
            "state": row.state,
            "overdue": row.is_overdue,
            "exercise": row.exercise,
        }
        for row in rows[:PAGE]
    ]
    return {"items": items, "next": str(rows[PAGE - 1].pk) if len(rows) > PAGE else None}
