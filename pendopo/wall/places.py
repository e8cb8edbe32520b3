"""Where a tile looks: a board is declared once and finds, in every installation, the region that reports. Pure."""

from collections.abc import Iterable
from datetime import datetime

from pendopo.regions.logic import ancestors_of, is_within


def resolve(rule: str, home: str, reporting: Iterable[tuple[str, datetime]]) -> str:
    """The region that a tile shows. `home`, `province` and a code say it; `auto` looks at who reports (region, newest time):

    home or something within it, else the nearest region above that reports itself, else the region of the same province with the newest
    report, else the one anywhere; home when nobody ever reported.
    """
    province = home.split(".", 1)[0]
    if rule == "home":
        return home
    if rule == "province":
        return province
    if rule != "auto":
        return rule
    newest = dict(sorted(reporting, key=lambda pair: pair[1]))
    if any(is_within(region, home) for region in newest):
        return home
    above = [region for region in ancestors_of(home) if region in newest]
    if above:
        return above[0]
    near = [region for region in newest if is_within(region, province)]
    return (near or list(newest) or [home])[-1]
