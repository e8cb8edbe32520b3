"""`{{ share|percent }}`: a share as percent in the reader's notation."""

from django import template

from pendopo.ui.templatetags.house import number

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """0.982 → 98,2 %; a dash when nothing can be said."""
    return f"{number(share * 100, 1)} %" if share is not None else number(None)
