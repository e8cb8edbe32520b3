"""`{% load house %}`: numbers and times in words, icons, and the addresses of built files."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from pendopo.ui import built as files
from pendopo.ui import severity as severities
from pendopo.ui import words
from pendopo.ui.icons import ICONS

register = template.Library()


def _language() -> str:
    return words.language_of(get_language())


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


@register.simple_tag
def built(name: str) -> str:
    """The address of a built file: `{% built "console.js" %}`."""
    return files.url_of(name)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of ui/icons.py, inline and hidden from screen readers: write the word beside it."""
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', ICONS[name])


@register.filter
def severity(word: str) -> SafeString:
    """The mark of how bad something is, in CAP's words: `{{ alert.severity|severity }}`."""
    return severities.mark(word)


@register.filter
def number(value: float | int | None, decimals: int = 0) -> str:
    """`{{ 1156144|number }}` → 1.156.144; `{{ 3.14|number:1 }}` → 3,1; None → a dash."""
    return words.number_text(None if value is None else float(value), decimals, _language())


@register.filter
def exact(value: float | None) -> str:
    """A number with as many decimals as it has, at most 10: for origins, where rounding would hide something."""
    return words.exact_text(value, _language())


def _time(at: datetime | None, text: str) -> SafeString:
    if at is None:
        return format_html("{}", words.DASH)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), text)


@register.filter
def moment(at: datetime | None) -> SafeString:
    """9 Mei 2020 14.05 WIB, in a <time> element."""
    return _time(at, words.moment_text(at, _zone(), _language()))


@register.filter
def day(at: datetime | None) -> SafeString:
    """9 Mei 2020, in a <time> element."""
    return _time(at, words.day_text(at, _zone(), _language()))


@register.filter
def ago(at: datetime | None, now: datetime | None = None) -> SafeString:
    """`12 menit lalu` with the moment itself as its title; islands keep it up to date. None → belum pernah."""
    if at is None:
        return format_html("{}", words.age_text(None, _language()))
    seconds = ((now or timezone.now()) - at).total_seconds()
    title = words.moment_text(at, _zone(), _language())
    return format_html('<time datetime="{}" title="{}" data-ago>{}</time>', at.isoformat(), title, words.age_text(seconds, _language()))


@register.filter
def span(seconds: float | None) -> str:
    """A length of time in words: `{{ 900|span }}` → 15 menit; None → a dash."""
    return words.span_text(float(seconds), _language()) if seconds or seconds == 0 else words.DASH


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some values changed: `?{% query page=3 %}`."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        values.pop(name, None)
        if value not in (None, ""):
            values[name] = str(value)
    return str(values.urlencode())


@register.filter
def is_tick(bound: Any) -> bool:
    """Whether a form field is a single box to tick."""
    return getattr(bound.field.widget, "input_type", "") == "checkbox" and not hasattr(bound.field.widget, "choices")
