"""A board as the editor's form holds it, and back: names and texts of fields on one side, plain data (the YAML's shape) on the other. Pure.

A form names every tile by a key in the repeated field `tile`, whose order is the order on the board; the fields of tile 3 are `3-kind`,
`3-w`, `3-indicator` … What cannot be read stays as the text that was typed, so that `read_board` names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .fields import COLUMNS, ROWS
from .logic import FIELDS

# Rows of judgements that the form offers, and how many it reads at most.
BAND_ROWS, MOST_BANDS = 3, 12
NUMBERS = ("min", "max", "target")
PLAIN = ("region", "by", "order", "picture", "address", "goal", "span", "spark")


@dataclass(frozen=True)
class Form:
    """What was submitted: every name with its values."""

    values: Mapping[str, Sequence[Any]]

    def get(self, name: str) -> str:
        """The last value of a name; '' when there is none."""
        found = self.getlist(name)
        return str(found[-1]) if found else ""

    def getlist(self, name: str) -> Sequence[Any]:
        """All values of a name, in their order on the page."""
        return self.values.get(name, ())


def definition_from(form: Form, code: str) -> dict[str, Any]:
    """The board that a form describes."""
    definition: dict[str, Any] = {"code": code, "title": _text(form, "title")}
    if lead := _text(form, "lead"):
        definition["lead"] = lead
    if form.get("rotates"):
        definition["scenes"] = [
            {"board": form.get(f"{key}-board"), "seconds": _whole(form.get(f"{key}-seconds"))} for key in form.getlist("tile")
        ]
    else:
        definition["tiles"] = [_tile(form, key) for key in form.getlist("tile")]
    return definition


def _tile(form: Form, key: str) -> dict[str, Any]:
    kind = form.get(f"{key}-kind")
    tile: dict[str, Any] = {"kind": kind}
    allowed, size = FIELDS.get(kind, (frozenset[str](), (3, 2)))
    if title := _text(form, f"{key}-title"):
        tile["title"] = title
    for name in ("indicator", "indicators"):
        codes = [code.strip() for code in form.get(f"{key}-{name}").split(",") if code.strip()] if name in allowed else []
        if codes:
            tile[name] = codes[0] if len(codes) == 1 and name == "indicator" else codes
    for name in PLAIN:
        value = form.get(f"{key}-{name}").strip() if name in allowed else ""
        if value and (name, value) not in (("region", "auto"), ("order", "high")):
            tile[name] = value
    for name in NUMBERS:
        if name in allowed and (value := form.get(f"{key}-{name}").strip()):
            tile[name] = _number(value)
    if "count" in allowed and (value := form.get(f"{key}-count").strip()):
        tile["count"] = _whole(value)
    if "text" in allowed:
        tile["text"] = _text(form, f"{key}-text")
    if "dims" in allowed and (pairs := form.get(f"{key}-dims").strip()):
        parts = [pair.partition("=") for pair in pairs.split(",")]
        tile["dims"] = {name.strip(): value.strip() for name, _equals, value in parts} if all(part[1] for part in parts) else pairs
    if "breaks" in allowed and (borders := form.get(f"{key}-breaks").strip()):
        tile["breaks"] = [_number(border.strip()) for border in borders.split(";")]
    name = "lines" if "lines" in allowed else "bands"
    if name in allowed and (bands := _bands(form, key)):
        tile[name] = bands
    tile["size"] = [_whole(form.get(f"{key}-w")) or size[0], _whole(form.get(f"{key}-h")) or size[1]]
    return tile


def _bands(form: Form, key: str) -> list[dict[str, Any]]:
    found = []
    for row in range(MOST_BANDS):
        start, end = (form.get(f"{key}-band{row}-{name}").strip() for name in ("from", "to"))
        if not (start or end):
            continue
        band: dict[str, Any] = {"from": _number(start)} if start else {}
        if end:
            band["to"] = _number(end)
        found.append({**band, "state": form.get(f"{key}-band{row}-state"), "word": _text(form, f"{key}-band{row}-word")})
    return found


def _text(form: Form, name: str) -> str | dict[str, str]:
    indonesian, english = (form.get(f"{name}_{language}").strip().replace("\r\n", "\n") for language in ("id", "en"))
    return {"id": indonesian or english, "en": english} if english and english != indonesian else indonesian


def _number(text: str) -> float | str:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def _whole(text: str) -> int | str:
    return int(text) if text.strip().isdecimal() else text


def values_of(tile: Mapping[str, Any]) -> dict[str, str]:
    """What the form's fields of a tile say: the other way round."""
    kind = str(tile.get("kind", ""))
    allowed, default = FIELDS.get(kind, (frozenset[str](), (3, 2)))
    size = tile.get("size", default)
    width, height = size if isinstance(size, list | tuple) and len(size) == 2 else default
    values = {"kind": kind, "w": str(width), "h": str(height), **_both("title", tile.get("title", ""))}
    for name in allowed - {"bands", "lines", "text"}:
        given = tile.get(name, "")
        if isinstance(given, Mapping):
            values[name] = ", ".join(f"{key}={value}" for key, value in given.items())
        elif isinstance(given, list | tuple):
            values[name] = ("; " if name == "breaks" else ", ").join(str(one) for one in given)
        else:
            values[name] = str(given)
    if "text" in allowed:
        values |= _both("text", tile.get("text", ""))
    return values


def band_rows_of(tile: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rows of judgements that the form shows: those declared and empty ones up to BAND_ROWS."""
    given = [band for band in tile.get("bands", tile.get("lines", [])) if isinstance(band, Mapping)]
    rows = []
    for band in given:
        ends = {name: str(band.get(name, "")) for name in ("from", "to", "state")}
        rows.append({**ends, **_both("word", band.get("word", ""))})
    empty = {"from": "", "to": "", "state": "attention", **_both("word", "")}
    return [*rows, *([empty] * (BAND_ROWS - len(rows)))]


def _both(name: str, text: Any) -> dict[str, str]:
    if isinstance(text, Mapping):
        return {f"{name}_id": str(text.get("id", "")), f"{name}_en": str(text.get("en", ""))}
    return {f"{name}_id": str(text or ""), f"{name}_en": ""}


def changed(tiles: Sequence[dict[str, Any]], verb: str, index: int) -> list[dict[str, Any]]:
    """The tiles after one press of a button: earlier, later, wider, narrower, taller, shorter, remove. Unknown verbs change nothing."""
    found = [dict(tile) for tile in tiles]
    if not 0 <= index < len(found):
        return found
    if verb == "remove":
        del found[index]
    elif verb in ("earlier", "later"):
        goal = max(0, min(len(found) - 1, index + (1 if verb == "later" else -1)))
        found.insert(goal, found.pop(index))
    elif verb in ("wider", "narrower", "taller", "shorter"):
        size = found[index].get("size", FIELDS.get(str(found[index].get("kind")), (None, (3, 2)))[1])
        width, height = (part if isinstance(part, int) else 1 for part in size)
        width += {"wider": 1, "narrower": -1}.get(verb, 0)
        height += {"taller": 1, "shorter": -1}.get(verb, 0)
        found[index]["size"] = [max(1, min(COLUMNS, width)), max(1, min(ROWS, height))]
    return found
