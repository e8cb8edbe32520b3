"""What is wrong with a CAP 1.2 alert: the shape that the schema asks for, and the rules that only the standard's prose holds.

Pure: a tree in, problems out. The names of problems follow those that other checkers of CAP use, so that reports can be compared.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from .shape import ALERT, NAMESPACE, SIGNATURE, Element, Holds


@dataclass(frozen=True)
class Node:
    """One element of the file: its name without namespace, its text, its parts. `stray` is text that stands between parts."""

    name: str
    namespace: str = NAMESPACE
    text: str = ""
    parts: tuple["Node", ...] = ()
    attributes: tuple[str, ...] = ()
    stray: str = ""

    def all(self, name: str) -> list["Node"]:
        """The parts of this name."""
        return [part for part in self.parts if part.name == name and part.namespace == NAMESPACE]

    def first(self, name: str) -> "Node | None":
        """The first part of this name."""
        found = self.all(name)
        return found[0] if found else None

    def word(self, name: str) -> str:
        """The text of the first part of this name, without space around it; empty when there is none."""
        found = self.first(name)
        return found.text.strip() if found else ""


@dataclass(frozen=True)
class Problem:
    """What is wrong: a stable code, the path of the element (`alert/info[2]/event`), and a sentence that says what to write."""

    code: str
    element: str
    message: str


TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)


def moment(text: str) -> datetime | None:
    """A time as CAP writes it: to the second, with an offset in hours and minutes, never `Z`."""
    if not TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def shape_problems(alert: Node) -> list[Problem]:
    """Where the alert differs from the shape of the schema: unknown, missing, repeated or misplaced elements, and what they hold."""
    if alert.name != "alert" or alert.namespace != NAMESPACE:
        older = alert.namespace.startswith("urn:oasis:names:tc:emergency:cap:") or "cap/1.0" in alert.namespace
        hint = "This is an older version of CAP; " if older else ""
        return [Problem("NOT_CAP", alert.name, f"{hint}the outermost element must be alert of the namespace {NAMESPACE}.")]
    return list(_of_element(alert, ALERT, "alert"))


def _of_element(node: Node, wanted: Element, path: str) -> Iterator[Problem]:
    for name in node.attributes:
        yield Problem("UNKNOWN_ATTRIBUTE", path, f"CAP has no attribute {name}; remove it.")
    if wanted.holds is not Holds.PARTS:
        yield from _of_text(node, wanted, path)
        return
    if node.stray:
        yield Problem("INVALID_CHARACTERS", path, f"The text {node.stray[:40]!r} stands between elements; remove it.")
    yield from _of_parts(node, wanted, path)


def _of_parts(node: Node, wanted: Element, path: str) -> Iterator[Problem]:
    order = {part.name: number for number, part in enumerate(wanted.parts)}
    seen: dict[str, int] = {}
    furthest, signed = -1, False
    for part in node.parts:
        if part.namespace == SIGNATURE and wanted.name == "alert":
            signed = True
            continue
        if part.namespace != NAMESPACE or part.name not in order:
            yield Problem("UNKNOWN_ELEMENT", f"{path}/{part.name}", f"CAP 1.2 knows no {part.name} in {wanted.name}; remove it.")
            continue
        known = wanted.parts[order[part.name]]
        seen[part.name] = seen.get(part.name, 0) + 1
        place = f"{path}/{part.name}" + (f"[{seen[part.name]}]" if known.most > 1 else "")
        if signed or order[part.name] < furthest:
            before = "the signature" if signed else wanted.parts[furthest].name
            yield Problem("INVALID_SEQUENCE", place, f"{part.name} must stand before {before}.")
        furthest = max(furthest, order[part.name])
        if seen[part.name] > known.most:
            yield Problem("DUPLICATE_ELEMENT", place, f"{part.name} may stand only once in {wanted.name}.")
        yield from _of_element(part, known, place)
    for known in wanted.parts:
        if seen.get(known.name, 0) < known.least:
            yield Problem("MISSING_REQUIRED_ELEMENT", f"{path}/{known.name}", f"{wanted.name} needs the element {known.name}.")


def _of_text(node: Node, wanted: Element, path: str) -> Iterator[Problem]:
    if node.parts:
        yield Problem("UNKNOWN_ELEMENT", f"{path}/{node.parts[0].name}", f"{wanted.name} holds text, no elements.")
        return
    text = node.text
    if wanted.words:
        if text not in wanted.words:
            yield Problem("INVALID_ENUM_VALUE", path, f"{text[:40]!r} is not one of {', '.join(wanted.words)}.")
        return
    plain = text.strip()
    if wanted.holds is Holds.TIME and moment(plain) is None:
        yield Problem(
            "INVALID_DATE", path, f"{plain[:40]!r} is no time of CAP; write it as 2026-05-09T14:05:00+07:00, without Z or fractions."
        )
    elif wanted.holds is Holds.LANGUAGE and not LANGUAGE.fullmatch(plain):
        yield Problem("INVALID_LANGUAGE", path, f"{plain[:40]!r} is no language code; write id or en-US.")
    elif wanted.holds is Holds.WHOLE and not WHOLE.fullmatch(plain):
        yield Problem("INVALID_RESOURCE_SIZE", path, f"{plain[:40]!r} is no whole number of bytes.")
    elif wanted.holds is Holds.DECIMAL and not DECIMAL.fullmatch(plain):
        yield Problem("INVALID_ALTITUDE_CEILING_RANGE", path, f"{plain[:40]!r} is no number of feet.")
