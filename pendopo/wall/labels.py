"""What the editor calls the kinds of tiles and their fields, in words of people."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, str | Promise] = {
    "number": _("Number"),
    "gauge": _("Gauge with target"),
    "trend": _("Line over time"),
    "bars": _("Bars over time"),
    "multiples": _("Small lines, one a region"),
    "calendar": _("Calendar of days"),
    "choropleth": _("Map of regions"),
    "points": _("Map of points"),
    "network-map": _("Map of the network (net.up)"),
    "network-topology": _("Topology of the network (net.up)"),
    "ranking": _("Ranking of regions"),
    "table": _("Table of figures"),
    "goals": _("Tree of goals"),
    "text": _("Text"),
    "image": _("Picture"),
    "camera": _("Camera"),
    "clock": _("Clock"),
    "ticker": _("News ticker"),
}

ORDERS: tuple[tuple[str, str | Promise], ...] = (
    ("high", _("highest first")),
    ("low", _("lowest first")),
    ("name", _("by name, of a dimension")),
)


@dataclass(frozen=True)
class Label:
    """How a field is asked: its words, a hint, and the list that its search draws from."""

    words: str | Promise
    hint: str | Promise = ""
    search: str = ""


FIELDS: dict[str, Label] = {
    "indicator": Label(_("Indicator"), _("Its code; several with commas are alternatives: the first that reports is shown."), "indicators"),
    "indicators": Label(_("Indicators"), _("Their codes with commas between them."), "indicators"),
    "region": Label(_("Region"), _("auto (whichever reports), home, province, or a code."), "regions"),
    "dims": Label(_("Series"), _("One of several, for example pos=BE10128.")),
    "span": Label(_("How far back"), _("A number and h, d, w, M or y: 30d is thirty days."), "spans"),
    "spark": Label(_("How far back"), _("A number and h, d, w, M or y: 30d is thirty days."), "spans"),
    "breaks": Label(_("Borders between classes"), _("Up to four rising numbers with semicolons between them.")),
    "by": Label(_("By dimension"), _("Compares the series of one dimension instead of regions, for example jam.")),
    "order": Label(_("Order")),
    "count": Label(_("How many")),
    "min": Label(_("Scale begins at")),
    "max": Label(_("Scale ends at")),
    "target": Label(_("Target")),
    "goal": Label(_("Goal at the top"), _("Left empty: all goals."), "goals"),
    "picture": Label(_("Picture")),
    "address": Label(_("Address of the camera"), _("An HLS playlist (.m3u8) on a host that this installation allows.")),
    "text": Label(_("Text"), _("Markdown: **bold**, lists with -, links.")),
}
ORDER = tuple(FIELDS)


def kind_choices() -> list[tuple[str, str | Promise]]:
    """The kinds of tiles in the order in which they are offered."""
    return list(KINDS.items())


def fields_of(allowed: frozenset[str], values: dict[str, str], key: int) -> list[dict[str, Any]]:
    """The fields of one tile for the form, without its judgements."""
    return [
        {
            "name": name,
            "id": f"{key}-{name}",
            "value": values.get(name, ""),
            "label": FIELDS[name],
            "orders": ORDERS if name == "order" else (),
        }
        for name in sorted(allowed - {"bands", "lines", "text"}, key=ORDER.index)
    ]
