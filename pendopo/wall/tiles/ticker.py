"""One sentence after another: what is red, what changed most, what is late. Made of the figures of the same board."""

from typing import Any

from ..news import news_of
from ..reading import Plan, Reading


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/ticker.html`."""
    news = news_of(reading)
    return {"items": news.sentences(), "nothing_reported": news.total == news.never > 0}
