"""GET /api/v1/posture: what holds where, for whoever measures more often in an emergency."""

from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from pendopo.indicators.api import only
from pendopo.indicators.latest import utc_text

from .logic import CADENCE
from .models import Posture

router = Router(tags=["incidents"])


class PostureOut(Schema):
    """One posture that runs. `cadence`: send every (usual cadence × this). Where none runs it is normal, and 1."""

    region: str
    level: Literal["watch", "emergency", "recovery"]
    since: str
    until: str
    reason: str
    basis: str
    exercise: bool
    cadence: float


class PosturePage(Schema):
    """Every posture that runs."""

    items: list[PostureOut]
    next: str | None


@router.get("/posture", response=PosturePage, exclude_none=False, summary="Which posture holds where")
def posture(request: HttpRequest) -> dict[str, Any]:
    """Public: a posture is declared so that everybody knows."""
    only(request)
    items = [
        {
            "region": one.region_id,
            "level": one.level,
            "since": utc_text(one.since),
            "until": utc_text(one.until),
            "reason": one.reason,
            "basis": one.basis,
            "exercise": one.exercise,
            "cadence": 1.0 if one.exercise else CADENCE[one.level],
        }
        for one in Posture.objects.running(timezone.now())
    ]
    return {"items": items, "next": None}
