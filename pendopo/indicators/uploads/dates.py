"""How a column of times is written: found from its values, and asked where two readings are possible. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ..cells import Cell, text_of, times_in

DAYS = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%Y-%m-%d",
    "%Y%m%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%y-%m-%d",
    "%d %B %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%B %d, %Y",
    "%B %Y",
    "%b %Y",
    "%b-%y",
    "%Y-%m",
    "%m/%Y",
    "%m-%Y",
    "%Y",
)
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H.%M", " %H")
HOURS = ("%H:%M", "%H:%M:%S", "%H.%M", "%H")
# So many different values tell how the column is written.
LOOKED_AT = 150
# A column in several styles is one of times when so many of its values are.
MOST = 0.9
# Figures are rarely about a day so far ahead: a reading with more such values than this share is a wrong one.
AHEAD = timedelta(days=366)
FUTURE = 0.02


@dataclass(frozen=True)
class Style:
    """How times are written: a format (None = spreadsheet times or RFC 3339), whether a time of day and an offset are in them.

    `either` holds the readings between which a person must choose; then `form` is None. `share` says how many values fit (0 to 1).
    """

    form: str | None = None
    clock: bool = False
    offset: bool = False
    either: tuple[str, ...] = ()
    share: float = 1.0
    native: bool = False

    @property
    def styles(self) -> int:
        """In how many styles the column is written."""
        return 1 + self.form.count(" | ") if self.form else 1


def style_of(cells: Sequence[Cell], today: date) -> Style | None:
    """The style of a column, None when it holds no times. A reading that lies mostly over a year ahead of `today` is none."""
    native = [cell for cell in cells if isinstance(cell, date)]
    every = [text for text in dict.fromkeys(text_of(cell).strip() for cell in cells if not isinstance(cell, date)) if text]
    texts = every[:: len(every) // LOOKED_AT + 1]
    clock = any(isinstance(cell, datetime) and cell.time() != time.min for cell in native)
    if not texts:
        return Style(clock=clock, native=True) if native else None
    if all(_is_standard(text) for text in texts):
        return Style(clock=clock or any(len(text) > 10 for text in texts), offset=any(_has_offset(text) for text in texts))
    if not native and all(text.isdigit() and len(text) not in (4, 8) for text in texts):
        return None
    return _read(texts, datetime.combine(today, time.min) + AHEAD)


def hour_style(cells: Sequence[Cell]) -> str | None:
    """The format of a column that holds times of day alone, None when it does not."""
    texts = list(dict.fromkeys(cell.strftime("%H:%M:%S") if isinstance(cell, time) else text_of(cell).strip() for cell in cells))
    texts = [text for text in texts if text]
    good = [form for form in HOURS if texts and sum(bool(times_in(text, form)) for text in texts) >= MOST * len(texts)]
    return good[0] if good else None


def _is_standard(text: str) -> bool:
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return len(text) >= 10 and text[4] == "-"


def _has_offset(text: str) -> bool:
    return datetime.fromisoformat(text.upper()).tzinfo is not None


def _read(texts: list[str], end: datetime) -> Style | None:
    fits: dict[str, dict[str, datetime]] = {}
    for form in (day + clock for day in DAYS for clock in CLOCKS):
        read = {text: found[0] for text in texts if (found := times_in(text, form)) and 1900 <= found[0].year < 2200}
        if read and sum(moment > end for moment in read.values()) <= FUTURE * len(read):
            fits[form] = read
    chosen: list[str] = []
    open_texts = set(texts)
    while open_texts and fits:
        most = max(len(open_texts & set(read)) for read in fits.values())
        if not most:
            break
        best = [form for form, read in fits.items() if len(open_texts & set(read)) == most]
        rivals = [form for form in best if _differ(fits[best[0]], fits[form])]
        if rivals:
            return Style(either=(best[0], *rivals), clock="%H" in best[0])
        chosen.append(best[0])
        open_texts -= set(fits[best[0]])
    share = 1 - len(open_texts) / len(texts)
    if not chosen or share < MOST:
        return None
    return Style(" | ".join(chosen), clock=any("%H" in form for form in chosen), share=share)


def _differ(one: dict[str, datetime], other: dict[str, datetime]) -> bool:
    """Whether two readings of the same texts disagree."""
    return any(other[text] != moment for text, moment in one.items() if text in other)
