"""What every page knows: the government whose house this is, the reader's theme, and where in the house the page stands."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from .backups import complaint
from .navigation import sections

# The verb of those who look after the installation.
CARETAKER = "people.change"
THEMES = ("auto", "light", "dark")


def house(request: HttpRequest) -> dict[str, Any]:
    """What templates may name without a view giving it.

    `house_alarm` (what the operators must be told, for administrators only), `house_region` (the code), `house_demo` (whether this is
    a demonstration), `theme`, and `menu`: the sections of the console.
    """
    theme = request.COOKIES.get("pendopo_theme", "auto")
    return {
        "house_region": settings.REGION,
        "house_demo": settings.DEMO,
        "theme": theme if theme in THEMES else "auto",
        "house_alarm": lambda: complaint(settings.DATA_DIR, timezone.now()) if CARETAKER in getattr(request, "verbs", ()) else "",
        "menu": lambda: sections(request),
    }
