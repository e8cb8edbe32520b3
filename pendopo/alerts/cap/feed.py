"""The feed of warnings as Atom (RFC 4287) with CAP's own elements in each entry, as national feeds of warnings have them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from .shape import NAMESPACE

ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Entry:
    """One message in the feed; `xml` and `page` are whole addresses, `rights` names whom a republished warning is from."""

    identifier: str
    headline: str
    summary: str
    sent: datetime
    expires: datetime
    status: str
    kind: str
    event: str
    category: str
    urgency: str
    severity: str
    certainty: str
    area: str
    xml: str
    page: str
    rights: str = ""


def feed_text(address: str, title: str, author: str, entries: Sequence[Entry], now: datetime) -> bytes:
    """The whole feed. It was updated when its newest message was sent; an empty one now."""
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM, "cap": NAMESPACE})
    _atom(feed, "id", address)
    _atom(feed, "title", title)
    _atom(feed, "updated", _utc(entries[0].sent if entries else now))
    _atom(etree.SubElement(feed, f"{{{ATOM}}}author"), "name", author)
    _link(feed, "self", address, "application/atom+xml")
    for entry in entries:
        _entry(feed, entry)
    return bytes(etree.tostring(feed, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _entry(feed: etree._Element, entry: Entry) -> None:
    element = etree.SubElement(feed, f"{{{ATOM}}}entry")
    _atom(element, "id", entry.xml)
    _atom(element, "title", entry.headline if entry.status == "Actual" else f"[{entry.status}] {entry.headline}")
    _atom(element, "updated", _utc(entry.sent))
    _atom(element, "published", _utc(entry.sent))
    _atom(element, "summary", entry.summary)
    if entry.rights:
        _atom(element, "rights", entry.rights)
    _link(element, "alternate", entry.xml, "application/cap+xml")
    _link(element, "related", entry.page, "text/html")
    for name, text in (
        ("identifier", entry.identifier),
        ("status", entry.status),
        ("msgType", entry.kind),
        ("event", entry.event),
        ("category", entry.category),
        ("urgency", entry.urgency),
        ("severity", entry.severity),
        ("certainty", entry.certainty),
        ("sent", _utc(entry.sent)),
        ("expires", _utc(entry.expires)),
        ("areaDesc", entry.area),
    ):
        etree.SubElement(element, f"{{{NAMESPACE}}}{name}").text = text


def _atom(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _link(parent: etree._Element, rel: str, href: str, kind: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}link", rel=rel, href=href, type=kind)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
