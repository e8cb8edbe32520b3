"""GET /moments: the ticks of the time machine's slider, for the page's own reader."""

from datetime import timedelta

from django.core.exceptions import BadRequest
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..latest import utc_text
from ..moments.asking import moment_in
from ..moments.ticks import STEPS, ticks

LONGEST = timedelta(days=10 * 366)


@require_safe
def moments(request: HttpRequest) -> JsonResponse:
    """When deliveries and corrections came between `since` and `until` (default: the last week), of `indicators` (codes with commas; left
    out: all that the reader may see), in `steps` stretches of equal length. Open to all: a stranger sees those of public figures."""
    until = moment_in(request, "until") or timezone.now()
    since = moment_in(request, "since") or until - timedelta(days=7)
    if not timedelta(0) < until - since <= LONGEST:
        raise BadRequest(_("“until” must be later than “since”, by at most ten years."))
    codes = [code for code in request.GET.get("indicators", "").replace("\x00", "").split(",") if code] or None
    found = [[tick.step, tick.deliveries, tick.corrections] for tick in ticks(request.user, codes, since, until)]
    answer = JsonResponse({"since": utc_text(since), "until": utc_text(until), "steps": STEPS, "ticks": found})
    answer["Cache-Control"] = "no-store"
    return answer
