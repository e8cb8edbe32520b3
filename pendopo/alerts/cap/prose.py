"""The rules of CAP 1.2 that stand in the standard's prose and in no schema. Each is a function in the table RULES."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from shapely import LinearRing

from .logic import DECIMAL, Node, Problem, moment, shape_problems

FORBIDDEN = re.compile(r"[\s,<&]")
MIME = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;.*)?")
BASE64 = re.compile(r"[A-Za-z0-9+/\s]+=*\s*")
CORNERS = 4
REFERS = ("Update", "Cancel", "Ack", "Error")


def names(alert: Node) -> Iterator[Problem]:
    """identifier and sender are keys: references join them by commas and spaces, so they may hold neither."""
    for name, code in (("identifier", "INVALID_IDENTIFIER"), ("sender", "INVALID_SENDER")):
        found = alert.first(name)
        if found and (not found.text.strip() or FORBIDDEN.search(found.text.strip())):
            yield Problem(code, f"alert/{name}", f"{found.text.strip()[:60]!r} must be some text without spaces, commas, < and &.")


def scope(alert: Node) -> Iterator[Problem]:
    """Restricted needs restriction and only Restricted has it; Private needs addresses."""
    said = alert.word("scope")
    restricted = bool(alert.word("restriction"))
    if said == "Restricted" and not restricted:
        yield Problem("RESTRICTION_SCOPE_MISMATCH", "alert/restriction", "The scope Restricted needs the element restriction.")
    if said in ("Public", "Private") and restricted:
        yield Problem("RESTRICTION_SCOPE_MISMATCH", "alert/restriction", f"restriction belongs to the scope Restricted, not to {said}.")
    if said == "Private" and not alert.word("addresses"):
        yield Problem("MISSING_REQUIRED_ELEMENT", "alert/addresses", "The scope Private needs the element addresses.")


def references(alert: Node) -> Iterator[Problem]:
    """A message about another one names it: sender,identifier,sent; several are separated by spaces."""
    found, path = alert.first("references"), "alert/references"
    if alert.word("msgType") in REFERS and not alert.word("references"):
        yield Problem("MISSING_REQUIRED_ELEMENT", path, f"{alert.word('msgType')} must name the message it is about in references.")
    if found is None:
        return
    sent = moment(alert.word("sent"))
    for triple in found.text.split():
        parts = triple.split(",")
        when = moment(parts[2]) if len(parts) == 3 and all(parts) else None
        if when is None:
            yield Problem("INVALID_REFERENCES", path, f"{triple[:80]!r} is no reference; write sender,identifier,sent.")
        elif parts[:2] == [alert.word("sender"), alert.word("identifier")]:
            yield Problem("CIRCULAR_REFERENCE", path, "The message names itself.")
        elif sent and when > sent:
            yield Problem("POSTDATED_REFERENCE", path, f"{parts[1][:60]!r} was sent later than this message.")


def times(alert: Node) -> Iterator[Problem]:
    """A warning ends after it begins."""
    for number, info in enumerate(alert.all("info"), 1):
        ends = moment(info.word("expires"))
        for name in ("effective", "onset"):
            begins = moment(info.word(name))
            if ends and begins and ends < begins:
                yield Problem("EXPIRES_BEFORE_BEGIN", f"alert/info[{number}]/expires", f"expires lies before {name}.")


def events(alert: Node) -> Iterator[Problem]:
    """What happens, and where, is said in words."""
    for number, info in enumerate(alert.all("info"), 1):
        if info.first("event") and not info.word("event"):
            yield Problem("MISSING_REQUIRED_ELEMENT", f"alert/info[{number}]/event", "event is empty; say what happens.")
        for place, area in enumerate(info.all("area"), 1):
            if area.first("areaDesc") and not area.word("areaDesc"):
                yield Problem(
                    "MISSING_REQUIRED_ELEMENT", f"alert/info[{number}]/area[{place}]/areaDesc", "areaDesc is empty; name the area."
                )


def languages(alert: Node) -> Iterator[Problem]:
    """Two languages say it in different words: the same text twice is one that was not translated."""
    told: dict[tuple[str, ...], tuple[int, str]] = {}
    for number, info in enumerate(alert.all("info"), 1):
        words = tuple(info.word(name) for name in ("headline", "description", "instruction"))
        language = (info.word("language") or "en-US").casefold().split("-")[0]
        first, known = told.setdefault(words, (number, language))
        if any(words) and known != language:
            yield Problem(
                "SAME_TEXT_DIFFERENT_LANGUAGE", f"alert/info[{number}]", f"The text is that of info[{first}], but the language is another."
            )


def addresses(alert: Node) -> Iterator[Problem]:
    """web is a whole address; a relative uri needs the content beside it in derefUri; types and contents are what they say."""
    for number, info in enumerate(alert.all("info"), 1):
        web, path = info.word("web"), f"alert/info[{number}]"
        if info.first("web") and not (urlsplit(web).scheme and urlsplit(web).netloc):
            yield Problem("INVALID_URI", f"{path}/web", f"{web[:60]!r} is no whole address; begin with https://.")
        for place, resource in enumerate(info.all("resource"), 1):
            yield from _resource(resource, f"{path}/resource[{place}]")


def _resource(resource: Node, path: str) -> Iterator[Problem]:
    mime, uri, inside, size = (resource.word(name) for name in ("mimeType", "uri", "derefUri", "size"))
    if resource.first("mimeType") and not MIME.fullmatch(mime):
        yield Problem("INVALID_MIME_TYPE", f"{path}/mimeType", f"{mime[:60]!r} is no type of content; write image/jpeg or the like.")
    if resource.first("uri") and (not uri or re.search(r"\s", uri)):
        yield Problem("INVALID_URI", f"{path}/uri", f"{uri[:60]!r} is no address; write it without spaces.")
    elif uri and not urlsplit(uri).scheme and not inside:
        yield Problem("INVALID_URI", f"{path}/uri", "A relative uri needs the content itself in derefUri.")
    if inside and not BASE64.fullmatch(inside):
        yield Problem("INVALID_DEREF_URI", f"{path}/derefUri", "derefUri holds the content in Base64.")
    if size.startswith("-"):
        yield Problem("INVALID_RESOURCE_SIZE", f"{path}/size", "size is a number of bytes, not below 0.")


def areas(alert: Node) -> Iterator[Problem]:
    """Polygons close and do not cross themselves, circles have a radius, a ceiling stands above an altitude; latitude comes first."""
    for number, info in enumerate(alert.all("info"), 1):
        for place, area in enumerate(info.all("area"), 1):
            path = f"alert/info[{number}]/area[{place}]"
            for count, polygon in enumerate(area.all("polygon"), 1):
                yield from _polygon(polygon.text, f"{path}/polygon[{count}]")
            for count, circle in enumerate(area.all("circle"), 1):
                yield from _circle(circle.text, f"{path}/circle[{count}]")
            yield from _heights(area, path)


def _pair(text: str) -> tuple[float, float] | None:
    parts = text.split(",")
    if len(parts) != 2 or not all(DECIMAL.fullmatch(part) for part in parts):
        return None
    latitude, longitude = float(parts[0]), float(parts[1])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _polygon(text: str, path: str) -> Iterator[Problem]:
    corners = []
    for word in text.split():
        corner = _pair(word)
        if corner is None:
            yield Problem("INVALID_POLYGON", path, f"{word[:40]!r} is no corner; write latitude,longitude in degrees.")
            return
        corners.append(corner)
    if len(corners) < CORNERS:
        yield Problem(
            "INVALID_POLYGON", path, f"A polygon has at least {CORNERS} corners, the first again at the end; here are {len(corners)}."
        )
    elif corners[0] != corners[-1]:
        yield Problem("INVALID_POLYGON", path, "The last corner must be the first one again.")
    elif not LinearRing(corners).is_simple:
        yield Problem("INVALID_POLYGON_SELF_INTERSECTION", path, "The border crosses itself.")


def _circle(text: str, path: str) -> Iterator[Problem]:
    words = text.split()
    if len(words) != 2 or _pair(words[0]) is None or not DECIMAL.fullmatch(words[1]) or float(words[1]) < 0:
        yield Problem("INVALID_CIRCLE", path, f"{text.strip()[:60]!r} is no circle; write latitude,longitude and the radius in kilometres.")


def _heights(area: Node, path: str) -> Iterator[Problem]:
    low, high = area.word("altitude"), area.word("ceiling")
    if area.first("ceiling") and not area.first("altitude"):
        yield Problem("INVALID_AREA", f"{path}/ceiling", "A ceiling needs an altitude below it.")
    elif DECIMAL.fullmatch(low) and DECIMAL.fullmatch(high) and float(high) < float(low):
        yield Problem("INVALID_ALTITUDE_CEILING_RANGE", f"{path}/ceiling", "The ceiling lies below the altitude.")


RULES: tuple[Callable[[Node], Iterator[Problem]], ...] = (names, scope, references, times, events, languages, addresses, areas)


def problems(alert: Node) -> list[Problem]:
    """Everything that is wrong with the alert: its shape first, then the prose; an empty list is a valid alert."""
    found = shape_problems(alert)
    if any(problem.code == "NOT_CAP" for problem in found):
        return found
    return [*found, *(problem for rule in RULES for problem in rule(alert))]
