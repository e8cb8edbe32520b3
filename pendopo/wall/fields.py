"""The single fields of a board and its tiles: each reader takes plain data and appends a sentence to `problems` for what is wrong. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from pendopo.ui.sentence import Sentence

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
INDICATOR = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*")
REGION = re.compile(r"auto|home|province|\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?")
SPAN = re.compile(r"[1-9]\d{0,3}[hdwMy]")
PICTURE = re.compile(r"[0-9a-f]{64}")

COLUMNS, ROWS = 12, 8
MOST_TEXT = 4000

State = Literal["well", "attention", "danger"]
STATES = ("well", "attention", "danger")


@dataclass(frozen=True)
class Text:
    """A text in both languages; a plain string in the file stands for both."""

    id: str
    en: str

    def say(self, language: str) -> str:
        """In the reader's language."""
        return self.en if language == "en" else self.id


@dataclass(frozen=True)
class Band:
    """A judgement on values: from a value up (`start`) or up to one (`end`), a state and its word ("Siaga")."""

    state: State
    word: Text
    start: float | None = None
    end: float | None = None

    def holds(self, value: float) -> bool:
        """Whether the value lies in the band."""
        return (self.start is None or value >= self.start) and (self.end is None or value <= self.end)


def read_text(data: object, where: str, problems: list[str]) -> Text:
    """A text in one or both languages. What is wrong is appended to `problems`."""
    if isinstance(data, str):
        return Text(data, data)
    if isinstance(data, Mapping) and set(data) <= {"id", "en"} and all(isinstance(text, str) for text in data.values()) and "id" in data:
        return Text(data["id"], data.get("en", data["id"]))
    problems.append(Sentence("%(where)s is a text, or {id: …, en: …}; it is %(given)s.", where=where, given=repr(data)))
    return Text("", "")


def read_size(data: object, where: str, problems: list[str]) -> tuple[int, int]:
    """Columns and rows. What is wrong is appended to `problems`."""
    if isinstance(data, list | tuple) and len(data) == 2 and all(isinstance(part, int) for part in data):
        width, height = data
        if 1 <= width <= COLUMNS and 1 <= height <= ROWS:
            return width, height
    problems.append(
        Sentence(
            "%(where)s: size is [columns, rows], 1 to %(columns)s and 1 to %(rows)s; it is %(given)s.",
            where=where,
            columns=COLUMNS,
            rows=ROWS,
            given=repr(data),
        )
    )
    return 1, 1


def read_indicators(data: Mapping[Any, Any], where: str, allowed: frozenset[str], problems: list[str]) -> tuple[str, ...]:
    """The codes of a tile, whether it takes one (with alternatives) or several. What is wrong is appended to `problems`."""
    name = next((name for name in ("indicator", "indicators") if name in allowed), "")
    if not name:
        return ()
    given = data.get(name)
    codes = [given] if isinstance(given, str) else given
    if isinstance(codes, list) and codes and all(isinstance(code, str) and INDICATOR.fullmatch(code) for code in codes):
        return tuple(codes)
    problems.append(
        Sentence(
            "%(where)s: %(name)s names an indicator by its code, or a list of them; it is %(given)s.",
            where=where,
            name=name,
            given=repr(given),
        )
    )
    return ()


def read_dims(data: object, where: str, problems: list[str]) -> dict[str, str]:
    """One series of several. What is wrong is appended to `problems`."""
    if isinstance(data, Mapping) and all(isinstance(name, str) and isinstance(value, str) for name, value in data.items()):
        return dict(data)
    problems.append(
        Sentence("%(where)s: dims is a mapping of texts, for example {pos: BE10128}; it is %(given)s.", where=where, given=repr(data))
    )
    return {}


def read_span(data: object, where: str, problems: list[str]) -> str:
    """How far back: 30d. What is wrong is appended to `problems`."""
    if data == "" or (isinstance(data, str) and SPAN.fullmatch(data)):
        return str(data)
    problems.append(
        Sentence("%(where)s: a span is a number and h, d, w, M or y, for example 30d; it is %(given)s.", where=where, given=repr(data))
    )
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_bands(data: object, where: str, problems: list[str]) -> tuple[Band, ...]:
    """Judgements on values. What is wrong is appended to `problems`."""
    if not isinstance(data, list):
        problems.append(Sentence("%(where)s: bands is a list; it is %(given)s.", where=where, given=repr(data)))
        return ()
    found = []
    for band in data:
        known = isinstance(band, Mapping) and set(band) <= {"from", "to", "state", "word"} and band.get("state") in STATES
        if not known or not ("from" in band or "to" in band) or not all(_is_number(band[end]) for end in ("from", "to") if end in band):
            problems.append(
                Sentence(
                    "%(where)s: a band is {from: NUMBER, to: NUMBER, state: %(states)s, word: …}; it is %(given)s.",
                    where=where,
                    states=" or ".join(STATES),
                    given=repr(band),
                )
            )
            continue
        word = read_text(band.get("word", ""), Sentence("%(where)s: a band's word", where=where), problems)
        found.append(Band(band["state"], word, band.get("from"), band.get("to")))
    return tuple(found)


def read_breaks(data: object, where: str, problems: list[str]) -> tuple[float, ...]:
    """Borders between classes. What is wrong is appended to `problems`."""
    if isinstance(data, list) and len(data) <= 4 and all(_is_number(value) for value in data) and sorted(set(data)) == data:
        return tuple(float(value) for value in data)
    problems.append(
        Sentence(
            "%(where)s: breaks are up to 4 rising numbers, for example [10, 50, 100]; they are %(given)s.", where=where, given=repr(data)
        )
    )
    return ()


def read_number(data: Mapping[Any, Any], name: str, where: str, problems: list[str]) -> float | None:
    """A number that may be left out."""
    value = data.get(name)
    if value is None or _is_number(value):
        return None if value is None else float(value)
    problems.append(Sentence("%(where)s: %(name)s is a number; it is %(given)s.", where=where, name=name, given=repr(value)))
    return None


def read_code(data: Mapping[Any, Any], name: str, where: str, problems: list[str]) -> str:
    """The code of another thing that may be left out."""
    value = data.get(name, "")
    if value == "" or (isinstance(value, str) and CODE.fullmatch(value)):
        return str(value)
    problems.append(
        Sentence(
            "%(where)s: %(name)s is a code of small letters, digits and hyphens; it is %(given)s.",
            where=where,
            name=name,
            given=repr(value),
        )
    )
    return ""


def read_picture(data: Mapping[Any, Any], where: str, problems: list[str]) -> str:
    """The fingerprint of an uploaded picture."""
    value = data.get("picture")
    if isinstance(value, str) and PICTURE.fullmatch(value):
        return value
    problems.append(
        Sentence(
            "%(where)s: picture is the fingerprint of an uploaded picture: upload one first; it is %(given)s.",
            where=where,
            given=repr(value),
        )
    )
    return ""


def read_address(data: Mapping[Any, Any], where: str, problems: list[str]) -> str:
    """The address of a camera's HLS playlist."""
    value = data.get("address")
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        parts = None
    if parts is not None and parts.scheme in ("http", "https") and parts.hostname and parts.path.endswith(".m3u8") and not parts.username:
        return str(value)
    problems.append(
        Sentence(
            "%(where)s: address is an HLS playlist such as https://cctv.example.go.id/sooko/index.m3u8; it is %(given)s.",
            where=where,
            given=repr(value),
        )
    )
    return ""
