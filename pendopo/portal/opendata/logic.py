"""The words that catalogues use for frequencies and formats. Pure."""

from dataclasses import dataclass

# Cadence as the catalogue of the European Union names it, which DCAT profiles use: (longest period in seconds, word).
FREQUENCIES = (
    (900, "UPDATE_CONT"),
    (3600, "HOURLY"),
    (86_400, "DAILY"),
    (7 * 86_400, "WEEKLY"),
    (31 * 86_400, "MONTHLY"),
    (92 * 86_400, "QUARTERLY"),
    (366 * 86_400, "ANNUAL"),
)
FREQUENCY_BASE = "http://publications.europa.eu/resource/authority/frequency/"


@dataclass(frozen=True)
class Format:
    """A form in which a dataset is given: its ending, its media type, and its name in catalogues."""

    code: str
    media_type: str
    name: str


FORMATS = (
    Format("csv", "text/csv", "CSV"),
    Format("json", "application/json", "JSON"),
    Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
    Format("geojson", "application/geo+json", "GeoJSON"),
)


def frequency(every_s: float) -> str:
    """The word for a cadence."""
    return next((word for longest, word in FREQUENCIES if every_s <= longest), "IRREG")


def slug_of(code: str) -> str:
    """The name of a dataset where dots are not allowed (CKAN)."""
    return code.lower().replace(".", "-")
