"""An uploaded picture (wall/actions/pictures.py writes it anew)."""

from typing import Any

from ..reading import Plan, Reading


def build(plan: Plan, _reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/image.html`."""
    return {"picture": plan.spec.picture}
