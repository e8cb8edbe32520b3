"""A public warning as a value, and as CAP 1.2: the elements in the order of the standard, times to the second with an offset. Pure."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lxml import etree

from .shape import NAMESPACE

# The name under which codes of regions stand in geocode.
GEOCODE = "Kemendagri"


@dataclass(frozen=True)
class Area:
    """One region that is warned: how people call it, its code, and its official outlines as rings of (longitude, latitude)."""

    name: str
    code: str
    rings: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(frozen=True)
class Words:
    """What people read of a message, in another language."""

    language: str
    event: str
    headline: str
    description: str = ""
    instruction: str = ""


@dataclass(frozen=True)
class Message:
    """Everything that a CAP message says; `others` is the same in other languages, each its own `info`.

    `references` are (sender, identifier, sent) of the earlier messages that it is about.
    """

    identifier: str
    sender: str
    sent: datetime
    status: str
    kind: str
    category: str
    event: str
    urgency: str
    severity: str
    certainty: str
    headline: str
    description: str
    instruction: str
    onset: datetime
    expires: datetime
    sender_name: str
    areas: tuple[Area, ...]
    responses: tuple[str, ...] = ()
    references: tuple[tuple[str, str, datetime], ...] = ()
    source: str = ""
    note: str = ""
    incident: str = ""
    web: str = ""
    contact: str = ""
    language: str = "id"
    others: tuple[Words, ...] = ()


def time_text(at: datetime, zone: ZoneInfo) -> str:
    """A time as CAP writes it: `2026-05-09T14:05:00+07:00`, never `Z`, no fractions."""
    return at.astimezone(zone).isoformat(timespec="seconds")


def written(message: Message, zone: ZoneInfo) -> etree._Element:
    """The message as an element `alert`, valid by schema and prose as long as its parts are. Empty parts are left out."""
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    triples = " ".join(f"{sender},{identifier},{time_text(sent, zone)}" for sender, identifier, sent in message.references)
    _texts(
        alert,
        [
            ("identifier", message.identifier),
            ("sender", message.sender),
            ("sent", time_text(message.sent, zone)),
            ("status", message.status),
            ("msgType", message.kind),
            ("source", message.source),
            ("scope", "Public"),
            ("note", message.note),
            ("references", triples),
            ("incidents", message.incident),
        ],
    )
    own = Words(message.language, message.event, message.headline, message.description, message.instruction)
    for words in (own, *message.others):
        _info(alert, message, words, zone)
    return alert


def _info(alert: etree._Element, message: Message, words: Words, zone: ZoneInfo) -> None:
    """One `info`: the words of a language, and what is the same in all of them."""
    info = etree.SubElement(alert, f"{{{NAMESPACE}}}info")
    _texts(info, [("language", words.language), ("category", message.category), ("event", words.event)])
    _texts(info, [("responseType", word) for word in message.responses])
    _texts(
        info,
        [
            ("urgency", message.urgency),
            ("severity", message.severity),
            ("certainty", message.certainty),
            ("effective", time_text(message.sent, zone)),
            ("onset", time_text(message.onset, zone)),
            ("expires", time_text(message.expires, zone)),
            ("senderName", message.sender_name),
            ("headline", words.headline),
            ("description", words.description),
            ("instruction", words.instruction),
            ("web", message.web),
            ("contact", message.contact),
        ],
    )
    for area in message.areas:
        _area(info, area)


def _texts(parent: etree._Element, pairs: list[tuple[str, str]]) -> None:
    for name, text in pairs:
        if text:
            etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text


def _area(info: etree._Element, area: Area) -> None:
    element = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    _texts(element, [("areaDesc", area.name)])
    _texts(element, [("polygon", " ".join(f"{lat:.5f},{lon:.5f}" for lon, lat in ring)) for ring in area.rings])
    if area.code:
        geocode = etree.SubElement(element, f"{{{NAMESPACE}}}geocode")
        _texts(geocode, [("valueName", GEOCODE), ("value", area.code)])
