"""The moment a page is asked for (`?as_of=`), and the bar with which a reader moves it. Every page that shows figures uses both."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ..latest import utc_text
from ..models import Delivery, Indicator


@dataclass(frozen=True)
class Bar:
    """What `indicators/_moment.html` shows. `codes` are the indicators of the page ('' = all that the reader may see)."""

    as_of: datetime | None
    now: datetime
    path: str
    kept: list[tuple[str, str]]
    local: str
    codes: str = ""
    earlier: str = ""
    later: str = ""
    compare: str = ""

    zone: str = settings.TIME_ZONE

    @property
    def back(self) -> str:
        """The same page as it is now."""
        return f"{self.path}?{urlencode(self.kept)}" if self.kept else self.path


def moment_in(request: HttpRequest, name: str) -> datetime | None:
    """A moment of the query: RFC 3339, or a date or time of the government's zone. A `+` that became a space is mended.

    None when it is not asked for. Raises BadRequest with a sentence.
    """
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+") if text[10:11] in "Tt" else text)
    except ValueError:
        raise BadRequest(_("“%(name)s” is a moment such as 2026-05-09T14:05.") % {"name": name}) from None
    if not 1900 <= found.year < 2200:
        raise BadRequest(_("“%(name)s” is a moment such as 2026-05-09T14:05.") % {"name": name})
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))


def as_of_in(request: HttpRequest, now: datetime) -> datetime | None:
    """The moment whose knowledge is asked for; None = now, also when it has not come yet."""
    found = moment_in(request, "as_of")
    return None if found is None or found >= now else found


def local_text(at: datetime) -> str:
    """A moment as a field for date and time holds it, in the government's zone."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%dT%H:%M")


def bar(
    request: HttpRequest, as_of: datetime | None, now: datetime, *, indicators: Iterable[Indicator] | None = None, compare: str = ""
) -> Bar:
    """The bar of this page. On a page of the past two queries find the deliveries before and after. `compare` is where two moments are
    shown side by side."""
    kept = [(name, value) for name, values in request.GET.lists() if name not in ("as_of", "page") for value in values]
    shown = None if indicators is None else sorted({indicator.code for indicator in indicators})
    found = Bar(as_of, now, request.path, kept, local_text(as_of or now), ",".join(shown or ()), compare=compare)
    if as_of is None:
        return found
    came = deliveries_of(request.user, shown)
    before = came.filter(known_since__lt=as_of).order_by("-known_since").values_list("known_since", flat=True).first()
    after = came.filter(known_since__gt=as_of, known_since__lte=now).order_by("known_since").values_list("known_since", flat=True).first()

    def address(moment: datetime | None) -> str:
        return f"{found.path}?{urlencode([*kept, ('as_of', utc_text(moment) or '')])}" if moment else ""

    return Bar(as_of, now, found.path, kept, found.local, found.codes, address(before), address(after), compare)


def deliveries_of(reader: Any, codes: Iterable[str] | None) -> Any:
    """The deliveries that brought figures, of the sources of these indicators (None = all) as far as the reader may see them."""
    visible = Indicator.objects.visible_to(reader)
    if codes is not None:
        visible = visible.filter(code__in=list(codes))
    sources = list(visible.values_list("sources", flat=True).distinct())
    return Delivery.objects.filter(source__in=[pk for pk in sources if pk]).exclude(accepted=0, flagged=0)
