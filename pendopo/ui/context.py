"""What every page knows: the government whose house this is, the reader's theme, and where in the house the page stands."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from .navigation import sections

THEMES = ("auto", "light", "dark")


def house(request: HttpRequest) -> dict[str, Any]:
    """`house_region` (the code), `house_demo` (whether this is a demonstration), `theme`, and `menu`: the sections of the console."""
    theme = request.COOKIES.get("pendopo_theme", "auto")
    return {
        "house_region": settings.REGION,
        "house_demo": settings.DEMO,
        "theme": theme if theme in THEMES else "auto",
        "menu": lambda: sections(request),
    }
