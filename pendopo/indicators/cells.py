"""Cells of other people's tables as texts, codes, numbers and times. Pure."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

Cell = str | int | float | bool | datetime | date | time | None

# A drop-down shows “35.16.01 Jatirejo”: the code stands in front.
LABELLED = re.compile(r"([0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?)?)\s+[^0-9.].*", re.DOTALL)
PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
WITH_COMMA = re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?")
MONTHS = {
    "januari": "January",
    "februari": "February",
    "maret": "March",
    "mei": "May",
    "juni": "June",
    "juli": "July",
    "agustus": "August",
    "oktober": "October",
    "desember": "December",
    "agu": "Aug",
    "agt": "Aug",
    "okt": "Oct",
    "des": "Dec",
}
# How many digits the parts of a Kemendagri code have, by the length of the whole without dots.
DIGITS = {2: (2,), 4: (2, 2), 6: (2, 2, 2), 10: (2, 2, 2, 4)}


def text_of(cell: Cell) -> str:
    """A cell as a person would type it: 8888.0 is 8888."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, datetime | date | time) else str(cell)


def region_text(cell: Cell) -> str:
    """A region cell as text. A spreadsheet that took 35.10 for a number has written 35.1: the zero comes back."""
    if isinstance(cell, float) and not cell.is_integer():
        text = f"{cell:.2f}"
        return text if float(text) == cell else str(cell)
    return text_of(cell).strip()


def raw_of(header: Sequence[str], cells: Sequence[Cell]) -> Any:
    """A line as it is kept with its reason."""
    texts = [text_of(cell)[:500] for cell in cells]
    if header and len(header) == len(cells) and len(set(header)) == len(header):
        return dict(zip(header, texts, strict=True))
    return texts


def in_english(text: str) -> str:
    """Indonesian month names as strptime knows them."""
    return re.sub(r"[A-Za-z]+", lambda word: MONTHS.get(word[0].lower(), word[0]), text)


def dotted(text: str) -> str:
    """A Kemendagri code that was written without dots, with them; '' when it has not the length of one."""
    if not text.isdigit() or len(text) not in DIGITS:
        return ""
    parts, at = [], 0
    for width in DIGITS[len(text)]:
        parts.append(text[at : at + width])
        at += width
    return ".".join(parts)


def below(within: str, text: str) -> str:
    """The code of a part of a region by its last number: below 35.16, “1” and “01” are 35.16.01. '' when it is no such number."""
    width = 4 if within.count(".") == 2 else 2
    return f"{within}.{int(text):0{width}d}" if text.isdigit() and 0 < len(text) <= width else ""


def times_in(text: str, form: str) -> list[datetime]:
    """The different times that a text can mean under a format, or under several parted by “ | ”; none when it fits no one."""
    found: list[datetime] = []
    for one in form.split(" | "):
        try:
            moment = datetime.strptime(in_english(text) if "%b" in one or "%B" in one else text, one)
        except ValueError:
            continue
        if moment not in found:
            found.append(moment)
    return found
