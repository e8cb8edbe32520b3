"""The elements of a CAP 1.2 alert: their order, how often each may stand, and what it holds (OASIS CAP 1.2, sections 3.2 and 3.4).

One line an element; the order of lines is the order in the file.
"""

from dataclasses import dataclass
from enum import Enum

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
MANY = 1_000_000_000


class Holds(Enum):
    """What an element holds."""

    TEXT = "text"
    TIME = "a time with offset"
    LANGUAGE = "a language code"
    WHOLE = "a whole number"
    DECIMAL = "a decimal number"
    PARTS = "other elements"


@dataclass(frozen=True)
class Element:
    """One element: its name, how often it must and may stand, what it holds, the words or the parts allowed."""

    name: str
    least: int = 1
    most: int = 1
    holds: Holds = Holds.TEXT
    words: tuple[str, ...] = ()
    parts: tuple["Element", ...] = ()


def may(name: str, holds: Holds = Holds.TEXT) -> Element:
    """An element that may be left out."""
    return Element(name, 0, 1, holds)


def pairs(name: str) -> Element:
    """Any number of names with a value."""
    return Element(name, 0, MANY, Holds.PARTS, parts=(Element("valueName"), Element("value")))


STATUS = ("Actual", "Exercise", "System", "Test", "Draft")
MESSAGE_TYPE = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPE = ("Public", "Restricted", "Private")
CATEGORY = ("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other")
RESPONSE = ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None")
URGENCY = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITY = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTY = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")

RESOURCE = (
    Element("resourceDesc"),
    Element("mimeType"),
    may("size", Holds.WHOLE),
    may("uri"),
    may("derefUri"),
    may("digest"),
)

AREA = (
    Element("areaDesc"),
    Element("polygon", 0, MANY),
    Element("circle", 0, MANY),
    pairs("geocode"),
    may("altitude", Holds.DECIMAL),
    may("ceiling", Holds.DECIMAL),
)

INFO = (
    may("language", Holds.LANGUAGE),
    Element("category", 1, MANY, words=CATEGORY),
    Element("event"),
    Element("responseType", 0, MANY, words=RESPONSE),
    Element("urgency", words=URGENCY),
    Element("severity", words=SEVERITY),
    Element("certainty", words=CERTAINTY),
    may("audience"),
    pairs("eventCode"),
    may("effective", Holds.TIME),
    may("onset", Holds.TIME),
    may("expires", Holds.TIME),
    may("senderName"),
    may("headline"),
    may("description"),
    may("instruction"),
    may("web"),
    may("contact"),
    pairs("parameter"),
    Element("resource", 0, MANY, Holds.PARTS, parts=RESOURCE),
    Element("area", 0, MANY, Holds.PARTS, parts=AREA),
)

ALERT = Element(
    "alert",
    holds=Holds.PARTS,
    parts=(
        Element("identifier"),
        Element("sender"),
        Element("sent", holds=Holds.TIME),
        Element("status", words=STATUS),
        Element("msgType", words=MESSAGE_TYPE),
        may("source"),
        Element("scope", words=SCOPE),
        may("restriction"),
        may("addresses"),
        Element("code", 0, MANY),
        may("note"),
        may("references"),
        may("incidents"),
        Element("info", 0, MANY, Holds.PARTS, parts=INFO),
    ),
)
