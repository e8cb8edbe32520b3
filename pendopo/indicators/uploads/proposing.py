"""A mapping proposed from headers and values, every part with its reason; what has two readings is asked, never guessed. Reads nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from ..cells import PLAIN, WITH_COMMA, Cell, text_of
from ..places import squeezed
from .dates import hour_style, style_of
from .knowing import Figure, Known
from .looking import Head, Look
from .whereabouts import region_of, regions_in

# A name is taken for an indicator's when it is so much alike.
ALIKE = 0.82
# Numbers that telemetry writes where it has none.
SENTINELS = {"8888", "9999", "-999", "-9999", "99999"}
NO_REPORT = {"", "-", "–", "n/a", "na", "nan", "null", "none", "kosong", "tidak ada", "#n/a", "#value!", "…", "..."}
ANY_VALUE = {"nilai", "value", "jumlah", "total", "angka", "hasil", "harga"}


@dataclass
class Proposal:
    """Roles of the columns by place, the other answers by their field, reasons by either, and the questions that stay open."""

    roles: dict[int, str] = field(default_factory=dict)
    answers: dict[str, object] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)

    def give(self, place: int, role: str, reason: str) -> None:
        """A role for a column."""
        self.roles[place] = role
        self.reasons[f"role_{place}"] = reason

    def answer(self, name: str, value: object, reason: str) -> None:
        """An answer to one of the other fields."""
        self.answers[name] = value
        self.reasons[name] = reason

    def with_role(self, role: str) -> int | None:
        """The place of the column with a role."""
        return next((place for place, given in self.roles.items() if given == role), None)


def propose(look: Look, known: Known) -> Proposal:
    """The mapping of a table as far as its headers and values tell it."""
    found = Proposal()
    if look.where.encoding == "latin-1":
        found.answer("encoding", "latin-1", _("Some letters are no UTF-8."))
    if _beside(look.heads, known, found):
        _times([head for head in look.heads if head.place not in found.roles], known, found)
    elif not _across(look.heads, known, found):
        _times(look.heads, known, found)
        _regions(look.heads, known, found)
        _figures([head for head in look.heads if head.place not in found.roles], known, found)
    else:
        _regions(look.heads, known, found)
    values = [head for head in look.heads if found.roles.get(head.place, "").startswith(("figure:", "value", "across", "beside"))]
    _numbers([cell for head in values or _left_open(look.heads, found) for cell in head.cells], found)
    if look.merged:
        found.answer("merged", True, _("Merged cells: the value is repeated in every cell that lies under them."))
    for head in look.heads:
        if head.place not in found.roles:
            found.give(head.place, "", _("Nothing that the source reports is called so: left out."))
    return found


def _left_open(heads: Sequence[Head], found: Proposal) -> list[Head]:
    """Columns of numbers whose meaning a person must choose first: how they are written is not guessed before."""
    return [head for head in heads if not found.roles.get(head.place) and _is_numeric(head.cells)]


def _times(heads: Sequence[Head], known: Known, found: Proposal) -> None:
    best: tuple[float, Head] | None = None
    styles = {head.place: style for head in heads if (style := style_of(head.cells, known.today)) is not None}
    for head in heads:
        style = styles.get(head.place)
        if style is None:
            continue
        words = re.search(r"tanggal|tgl|waktu|date|time|periode|bulan|hari|tahun", head.name, re.I)
        later = re.search(r"created|updated|upload|kemarin|input|terakhir", head.name, re.I)
        plain = all(text_of(cell).isdigit() for cell in head.cells)
        if plain and not words:
            continue
        score = style.share + (1 if words else 0) - (2 if later else 0)
        if best is None or score > best[0]:
            best = score, head
    if best is None:
        found.questions["const_at"] = _("No column holds days or times: say which day the figures are about.")
        return
    _take_times(best[1], heads, known, found)


def _take_times(head: Head, heads: Sequence[Head], known: Known, found: Proposal) -> None:
    style = style_of(head.cells, known.today)
    assert style is not None
    found.give(head.place, "at", _("Its values are days or times, for example %(sample)s.") % {"sample": ", ".join(head.samples)})
    if style.either:
        readings = " / ".join(style.either)
        found.questions["format"] = _("Every value fits %(readings)s and means different days: choose one.") % {"readings": readings}
        found.answers["format_choices"] = list(style.either)
    hours = next(
        (
            one
            for one in heads
            if re.search(r"jam|hour|pukul|waktu|time", one.name, re.I)
            and one.place != head.place
            and one.place not in found.roles
            and hour_style(one.cells)
        ),
        None,
    )
    form = style.form or ""
    if hours is not None and not style.clock:
        clock = hour_style(hours.cells)
        found.give(hours.place, "hour", _("Its values are times of day, for example %(sample)s.") % {"sample": ", ".join(hours.samples)})
        form = "" if style.either else f"{form or '%Y-%m-%d'} {clock}"
        found.answers["format_choices"] = [f"{reading} {clock}" for reading in style.either]
    if form:
        reason = _("All values read so.") if style.share == 1 else _("So read %(share)s of 100 values; the others will be refused by row.")
        if style.styles > 1:
            reason = _("The days are written in %(n)s styles; each value fits exactly one of them.")
        found.answer("format", form, reason % {"share": int(style.share * 100), "n": style.styles})
    elif not style.either:
        native = _("Times of the spreadsheet itself.") if style.native else _("Written as the standard has it: no format is needed.")
        found.reasons["format"] = native
    if (style.clock or hours is not None) and not style.offset:
        utc = "utc" in head.name.lower() or "gmt" in head.name.lower()
        reason = _("The header says UTC.") if utc else _("The times carry no offset: the clock of this government is proposed.")
        found.answer("zone", "UTC" if utc else known.zone, reason)


def _regions(heads: Sequence[Head], known: Known, found: Proposal) -> None:
    free = [head for head in heads if head.place not in found.roles]
    readings = sorted(
        (reading for head in free for reading in regions_in(head, known)), key=lambda one: (one.share, one.weight), reverse=True
    )
    if not readings:
        found.questions["const_region"] = _("No column holds codes or names of regions: say which region the figures are about.")
        return
    best = readings[0]
    same = [one for one in readings if one.place == best.place and one.share == best.share and one.codes != best.codes]
    found.give(best.place, "region", best.reason)
    found.answer("within", best.within, best.reason)
    if same:
        found.questions["region_by"] = _("The codes can be read as %(one)s and as %(other)s, which are different regions: choose.") % {
            "one": best.by,
            "other": same[0].by,
        }
    else:
        found.answer("region_by", best.by, best.reason)


def _figures(heads: Sequence[Head], known: Known, found: Proposal) -> None:
    if _long(heads, known, found):
        return
    taken: set[str] = set()
    numeric = [head for head in heads if _is_numeric(head.cells)]
    for head in numeric:
        figure, exact = _called(head.name, known.figures)
        if figure is not None and figure.code not in taken:
            taken.add(figure.code)
            reason = _("The column is called as the indicator.") if exact else _("The name is much like that of the indicator: look twice.")
            found.give(head.place, f"figure:{figure.code}", reason)
        elif figure is None and len(fitting := _holding(head.name, known.figures)) > 1:
            found.give(
                head.place,
                "",
                _("The name fits several indicators (%(names)s): choose one.") % {"names": ", ".join(full for full, _figure in fitting)},
            )
            found.questions["figures"] = _("The name of a column fits several indicators: choose one below, or leave the column out.")
    if not taken and len(known.figures) == 1:
        named = [head for head in numeric if squeezed(head.name) in ANY_VALUE] or (numeric if len(numeric) == 1 else [])
        if len(named) == 1:
            found.give(named[0].place, f"figure:{known.figures[0].code}", _("The source reports one indicator, and this is the figure."))
            taken.add(known.figures[0].code)
    if not taken and "figures" not in found.questions:
        found.questions["figures"] = _("No column could be recognised as a figure of this source: choose the indicator of each.")


def _long(heads: Sequence[Head], known: Known, found: Proposal) -> bool:
    """One figure a line: a column names the indicators, another holds the numbers."""
    for head in heads:
        texts = list(dict.fromkeys(text_of(cell).strip() for cell in head.cells))
        names = {text: figure.code for text in texts if text and (figure := _called(text, known.figures)[0]) is not None}
        numeric = [one for one in heads if one.place != head.place and _is_numeric(one.cells)]
        value = next((one for one in numeric if squeezed(one.name) in ANY_VALUE), numeric[0] if len(numeric) == 1 else None)
        if len(set(names.values())) >= 1 and len(texts) > 1 and value is not None and not _is_numeric(head.cells):
            found.give(head.place, "which", _("Its values name indicators: %(n)s of %(all)s.") % {"n": len(names), "all": len(texts)})
            found.give(value.place, "value", _("The number that belongs to the name in the same line."))
            lines = [f"{text} = {names.get(text, '')}".strip() for text in texts]
            reason = _(
                "One line for each name in the file; without a code after the sign its rows are left out or refused, as ticked below."
            )
            found.answer("names", "\n".join(lines[:200]), reason)
            found.answers["others"] = len(names) < len(texts)
            return True
    return False


def _across(heads: Sequence[Head], known: Known, found: Proposal) -> bool:
    """A table whose heads are days: one indicator, a column for each day."""
    dated = [head for head in heads if not re.fullmatch(r"\d{1,2}", head.name) and style_of([head.name], known.today) is not None]
    if len(dated) < 2 or len(dated) < len(heads) // 2:
        return False
    style = style_of([head.name for head in dated], known.today)
    if style is None:
        return False
    for head in dated:
        found.give(head.place, "across", _("The head is a day or month: one column for each."))
    if style.either:
        found.answers["format_choices"] = list(style.either)
        found.questions["format"] = _("Every head fits %(readings)s and means different days: choose one.") % {
            "readings": " / ".join(style.either)
        }
    else:
        found.answer("format", style.form or "%Y-%m-%d", _("How the heads are written."))
    _which(known, found)
    return True


def _beside(heads: Sequence[Head], known: Known, found: Proposal) -> bool:
    """A table whose heads are regions: one indicator, a column for each region."""
    numeric = [head for head in heads if _is_numeric(head.cells) and not re.fullmatch(r"\d{1,4}", head.name.strip())]
    placed = {head.place: code for head in numeric if (code := region_of(head.name, known))}
    if len(placed) < 2 or len(placed) < len(heads) // 2 or len(set(placed.values())) < len(placed):
        return False
    for place, code in placed.items():
        reason = _("The head is the name or code of %(region)s: one column for each region.")
        found.give(place, "beside", reason % {"region": f"{known.places[code].name} ({code})"})
    _which(known, found)
    return True


def _which(known: Known, found: Proposal) -> None:
    """The one indicator of a table whose heads are days or regions."""
    if len(known.figures) == 1:
        found.answer("across", known.figures[0].code, _("The source reports one indicator."))
    else:
        found.questions["across"] = _("Say which indicator the figures of this table are.")


def _called(name: str, figures: Sequence[Figure]) -> tuple[Figure | None, bool]:
    """The indicator that is called so, and whether exactly; None when several are alike or none is."""
    wanted = squeezed(re.sub(r"[(\[].*?[)\]]", "", name))
    exact = [figure for figure in figures if wanted in {squeezed(one) for one in figure.names}]
    if exact:
        return exact[0], True
    holding = _holding(name, figures)
    if len(holding) > 1 or (holding and " " in wanted):
        return (holding[0][1], False) if len(holding) == 1 else (None, False)
    scores = [
        (max(SequenceMatcher(None, wanted, squeezed(one)).ratio() for one in figure.names), figure.code, figure) for figure in figures
    ]
    near = sorted((score for score in scores if score[0] >= ALIKE), reverse=True)
    return (near[0][2], False) if near and (len(near) == 1 or near[0][0] > near[1][0]) else (None, False)


def _holding(name: str, figures: Sequence[Figure]) -> list[tuple[str, Figure]]:
    """The indicators whose name holds every word of a column's name: of several nobody knows which is meant."""
    words = set(squeezed(name).split())
    return [
        (full, figure) for figure in figures if (full := next((one for one in figure.names if words <= set(squeezed(one).split())), ""))
    ]


def _is_numeric(cells: Sequence[Cell]) -> bool:
    """Whether most of a column are numbers in some notation."""
    texts = [text_of(cell).strip() for cell in cells if squeezed(text_of(cell)) not in NO_REPORT]
    return bool(texts) and sum(bool(PLAIN.fullmatch(text) or WITH_COMMA.fullmatch(text)) for text in texts) >= 0.5 * len(texts)


def _numbers(cells: Sequence[Cell], found: Proposal) -> None:
    """The decimal mark and the words for “no report”."""
    texts = {cell.strip() for cell in cells if isinstance(cell, str)}
    comma = {text for text in texts if "," in text and WITH_COMMA.fullmatch(text)}
    point = {text for text in texts if "." in text and PLAIN.fullmatch(text)}
    thousands = {text for text in point if re.fullmatch(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", text)}
    if comma and point <= thousands:
        found.answer("decimal", ",", _("Numbers like %(sample)s are written with a decimal comma.") % {"sample": min(comma)})
    elif point and point == thousands and not comma:
        text = _("“%(sample)s” may be a number with a point for thousands or with three decimals: choose.") % {"sample": min(point)}
        found.questions["decimal"] = text
    elif comma:
        text = _("“%(one)s” and “%(other)s” are written in different ways: choose; the others will be refused by row.")
        found.questions["decimal"] = text % {"one": min(comma), "other": min(point - thousands)}
    else:
        found.answer("decimal", ".", _("The numbers are plain, or written with a decimal point."))
    words = sorted({text for text in texts if text and squeezed(text) in NO_REPORT})
    marks = sorted({text_of(cell).strip() for cell in cells} & SENTINELS)
    if words or marks:
        shown = ", ".join([*words, *marks])
        found.answer("missing", shown, _("These stand where no report is, not for a figure: %(words)s.") % {"words": shown})
