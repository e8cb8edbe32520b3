"""From bytes of others to values: the addresses in an RSS or Atom feed, and the parts of a CAP message that decide."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import etree
from shapely import LinearRing, Polygon

from ..cap.logic import Node, moment
from ..cap.reading import LARGEST_BYTES

MOST_LINKS = 200


@dataclass(frozen=True)
class Sent:
    """What a CAP message says, as far as we act on it. `references` are (sender, identifier)."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    kind: str
    references: tuple[tuple[str, str], ...]
    category: str
    event: str
    urgency: str
    severity: str
    certainty: str
    headline: str
    description: str
    instruction: str
    onset: datetime | None
    expires: datetime | None
    sender_name: str
    web: str
    area_text: str
    geocodes: tuple[str, ...]
    polygons: tuple[Polygon, ...]


def sent_of(alert: Node) -> Sent | None:
    """The message of a valid alert, in Indonesian where it has several languages; None without a time that can be read."""
    sent = moment(alert.word("sent"))
    if sent is None:
        return None
    infos = alert.all("info")
    info = next((one for one in infos if one.word("language").startswith("id")), infos[0] if infos else Node("info"))
    areas = info.all("area")
    references = [part.split(",") for part in alert.word("references").split()]
    return Sent(
        identifier=alert.word("identifier"),
        sender=alert.word("sender"),
        sent=sent,
        status=alert.word("status"),
        kind=alert.word("msgType"),
        references=tuple((part[0], part[1]) for part in references if len(part) == 3),
        category=info.word("category"),
        event=info.word("event"),
        urgency=info.word("urgency"),
        severity=info.word("severity"),
        certainty=info.word("certainty"),
        headline=info.word("headline") or info.word("event"),
        description=info.word("description"),
        instruction=info.word("instruction"),
        onset=moment(info.word("onset")),
        expires=moment(info.word("expires")),
        sender_name=info.word("senderName"),
        web=info.word("web"),
        area_text=", ".join(area.word("areaDesc") for area in areas),
        geocodes=tuple(code.word("value") for area in areas for code in area.all("geocode")),
        polygons=tuple(ring for area in areas for text in area.all("polygon") if (ring := _polygon(text.text)) is not None),
    )


def _polygon(text: str) -> Polygon | None:
    try:
        corners = [(float(lon), float(lat)) for lat, lon in (pair.split(",") for pair in text.split())]
    except ValueError:
        return None
    return Polygon(corners) if len(corners) >= 4 and LinearRing(corners).is_simple else None


def links_in(raw: bytes, base: str) -> list[str]:
    """The addresses of messages in a feed (RSS items or Atom entries), on the feed's own host only; [] when it cannot be read."""
    if len(raw) > LARGEST_BYTES:
        return []
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    found = [(link.text or "").strip() for link in root.iter("link") if link.getparent().tag == "item"]
    for entry in root.iter("{http://www.w3.org/2005/Atom}entry"):
        found += [link.get("href", "") for link in entry.iter("{http://www.w3.org/2005/Atom}link") if "cap+xml" in link.get("type", "")]
    whole = [urljoin(base, link) for link in dict.fromkeys(found) if link]
    here = urlsplit(base).hostname
    return [link for link in whole if urlsplit(link).hostname == here and urlsplit(link).scheme in ("http", "https")][:MOST_LINKS]
