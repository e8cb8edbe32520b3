"""Regions in a column: by which code or name, within which region, and with which reason. Pure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..cells import LABELLED, below, dotted, region_text, text_of
from ..mapping import RegionBy
from ..places import Names
from .knowing import Known
from .looking import Head

# A column names regions when so many of its different values are found.
MOST = 0.75


@dataclass(frozen=True)
class Reading:
    """One way to read a column as regions. `share` of its different values was found; `weight` decides among equals."""

    place: int
    by: RegionBy
    within: str
    share: float
    weight: int
    codes: tuple[str, ...]
    reason: str


def regions_in(head: Head, known: Known) -> Iterator[Reading]:
    """Every way in which most values of the column are regions."""
    cells = list(dict.fromkeys(cell for cell in head.cells if text_of(cell).strip()))[:400]
    if not cells or all(len(text_of(cell)) > 60 for cell in cells):
        return
    texts = [region_text(cell) for cell in cells]
    hinted = bool(re.search(r"kode|code|wilayah|region|kec|kab|desa|kel|prov|bps|daerah", head.name, re.I))
    eaten = sum(isinstance(cell, float) and text != text_of(cell) for cell, text in zip(cells, texts, strict=True))
    for by, within, read, sentence in _ways(known):
        if by == "part" and not re.search(r"kode|code|kec|desa|kel|no", head.name, re.I):
            continue
        codes = tuple(code for text in texts if (code := read(text)) in known.places)
        share = len(codes) / len(texts)
        if share < MOST or (by in ("digits", "bps", "part") and not hinted and len(set(codes)) < 3):
            continue
        reason = sentence % {"n": len(codes), "all": len(texts), "within": known.places[within].name if within else "Indonesia"}
        if by == "code" and eaten:
            reason += " " + _("The spreadsheet took codes for numbers and ate a zero: 35.1 is read as 35.10.")
        at_level = sum(known.places[code].level in known.levels for code in codes)
        yield Reading(
            head.place, by, within, share, (2 if at_level == len(codes) else 0) + (1 if by in ("code", "name") else 0), codes, reason
        )
        if by == "name":
            return


def region_of(head: str, known: Known) -> str:
    """The code of the one region that the head of a column means, by code or by name within the nearest region; '' for none or several."""
    text = _coded(head.strip())
    if text in known.places:
        return text
    for within in known.around if len(text) <= 60 else ():
        found = known.names(within).find(text)
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def _ways(known: Known) -> Iterator[tuple[RegionBy, str, Callable[[str], str], str]]:
    yield "code", "", _coded, _("%(n)s of %(all)s values are Kemendagri codes.")
    yield "digits", "", dotted, _("%(n)s of %(all)s values are Kemendagri codes without their dots.")
    yield "bps", "", lambda text: known.bps.get(text.replace(".", ""), ""), _("%(n)s of %(all)s values are BPS codes of the house's table.")
    home = known.home
    if home:
        yield (
            "part",
            home,
            lambda text: below(home, text),
            _("%(n)s of %(all)s values are the last numbers of codes in %(within)s; a zero that Excel ate comes back."),
        )
    for within in known.around:
        names = known.names(within)

        def only(text: str, names: Names = names) -> str:
            found = names.find(text)
            return found[0] if len(found) == 1 else ""

        yield "name", within, only, _("%(n)s of %(all)s values are names of regions in %(within)s.")


def _coded(text: str) -> str:
    match = LABELLED.fullmatch(text)
    return match[1] if match else text
