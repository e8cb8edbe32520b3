"""The catalogue as DCAT 3 (W3C Recommendation, 22 August 2024) in JSON-LD, for data.go.id and whoever harvests."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from pendopo.indicators.latest import utc_text
from pendopo.regions.models import Region

from .logic import FORMATS, FREQUENCY_BASE, Format
from .reading import Dataset

LICENCE_ID = "CC-BY-4.0"
LICENCE_TITLE = "Creative Commons Attribution 4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
ACCESS_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}


def address(name: str, *args: str) -> str:
    """The full address of a page of this room."""
    return settings.SITE_URL + reverse(f"portal:{name}", args=args)


def file_address(dataset: Dataset, form: Format) -> str:
    """Where a dataset is downloaded in a form."""
    return address(f"dataset-{form.code}", dataset.code)


def catalogue(datasets: Iterable[Dataset], region: Region) -> dict[str, Any]:
    """The whole catalogue as one JSON-LD document."""
    found = list(datasets)
    api = address("api-service")
    service = {
        "@id": api,
        "@type": "dcat:DataService",
        "dct:title": [_text("Pendopo API", "en"), _text("API Pendopo", "id")],
        "dcat:endpointURL": {"@id": api},
        "dcat:endpointDescription": {"@id": f"{settings.SITE_URL}/api/v1/openapi.json"},
        "dcat:servesDataset": [{"@id": address("dataset", one.code)} for one in found],
        "dct:license": {"@id": LICENCE_URL},
        "dct:accessRights": {"@id": ACCESS_PUBLIC},
    }
    body: dict[str, Any] = {
        "@context": CONTEXT,
        "@id": address("open"),
        "@type": "dcat:Catalog",
        "dct:title": [_text(f"Data terbuka {region.name}", "id"), _text(f"Open data of {region.name}", "en")],
        "dct:description": [_text(f"Seluruh angka publik {region.name}, apa adanya dari sumbernya.", "id")],
        "dct:language": ["id", "en"],
        "dct:license": {"@id": LICENCE_URL},
        "dct:publisher": {"@id": settings.SITE_URL + "/", "@type": "foaf:Organization", "foaf:name": region.name},
        "foaf:homepage": {"@id": settings.SITE_URL + "/"},
        "dct:spatial": _place(region),
        "dcat:service": [service],
        "dcat:dataset": [_entry(one, region, api) for one in found],
    }
    if dated := [one.modified for one in found if one.modified]:
        body["dct:modified"] = _moment(max(dated))
    return body


def _entry(dataset: Dataset, region: Region, api: str) -> dict[str, Any]:
    indicator = dataset.indicator
    page = address("dataset", dataset.code)
    name_en = indicator.name_en or indicator.name_id
    entry: dict[str, Any] = {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.code,
        "dct:title": [_text(indicator.name_id, "id"), _text(name_en, "en")],
        "dct:description": [_text(indicator.description or indicator.name_id, "id"), _text(indicator.description or name_en, "en")],
        "dct:language": ["id"],
        "dct:publisher": [_publisher(agency.code, agency.name) for agency in dataset.publishers],
        "dcat:contactPoint": [
            {
                "@type": "vcard:Organization",
                "vcard:fn": agency.name,
                **({"vcard:hasEmail": {"@id": f"mailto:{agency.email}"}} if agency.email else {}),
            }
            for agency in dataset.publishers
        ],
        "dcat:keyword": [word for word in (indicator.unit, indicator.get_level_display(), dataset.code) if word],
        "dct:accrualPeriodicity": {"@id": FREQUENCY_BASE + dataset.frequency},
        "dct:spatial": _place(region),
        "dct:accessRights": {"@id": ACCESS_PUBLIC},
        "dct:license": {"@id": LICENCE_URL},
        "dcat:landingPage": {"@id": page},
        "dcat:distribution": [_distribution(dataset, form) for form in FORMATS] + [_service(dataset, api)],
    }
    if dataset.created:
        entry["dct:issued"] = _moment(dataset.created)
    if dataset.modified:
        entry["dct:modified"] = _moment(dataset.modified)
    if dataset.newest:
        entry["dct:temporal"] = {"@type": "dct:PeriodOfTime", "dcat:endDate": _moment(dataset.newest)}
    return entry


def _distribution(dataset: Dataset, form: Format) -> dict[str, Any]:
    place = file_address(dataset, form)
    return {
        "@id": place,
        "@type": "dcat:Distribution",
        "dct:title": f"{dataset.indicator.name_id} ({form.name})",
        "dct:format": form.name,
        "dcat:mediaType": {"@id": MEDIA_TYPES + form.media_type},
        "dcat:accessURL": {"@id": address("dataset", dataset.code)},
        "dcat:downloadURL": {"@id": place},
        "dct:license": {"@id": LICENCE_URL},
        **({"dct:modified": _moment(dataset.modified)} if dataset.modified else {}),
    }


def _service(dataset: Dataset, api: str) -> dict[str, Any]:
    place = f"{settings.SITE_URL}/api/v1/observations?indicator={dataset.code}"
    return {
        "@id": place,
        "@type": "dcat:Distribution",
        "dct:title": f"{dataset.indicator.name_id} (API)",
        "dct:format": "JSON",
        "dcat:mediaType": {"@id": MEDIA_TYPES + "application/json"},
        "dcat:accessURL": {"@id": place},
        "dcat:accessService": {"@id": api},
        "dct:license": {"@id": LICENCE_URL},
    }


def _text(value: str, language: str) -> dict[str, str]:
    return {"@value": value, "@language": language}


def _moment(at: Any) -> dict[str, str]:
    return {"@value": utc_text(at) or "", "@type": "xsd:dateTime"}


def _publisher(code: str, name: str) -> dict[str, str]:
    return {"@id": f"{address('open')}?agency={code}", "@type": "foaf:Organization", "foaf:name": name}


def _place(region: Region) -> dict[str, Any]:
    return {"@type": "dct:Location", "dct:identifier": region.code, "skos:prefLabel": region.name}
