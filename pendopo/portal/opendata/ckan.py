"""Datasets in the shapes of CKAN's Action API (version 3), as its harvesters read them."""

import re
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from pendopo.indicators.latest import utc_text

from .dcat import LICENCE_ID, LICENCE_TITLE, LICENCE_URL, address, file_address
from .logic import FORMATS, Format, slug_of
from .reading import Dataset

MOST_ROWS = 1000
FEW_ROWS = 10
FILTER = re.compile(r'(\w+):(?:"([^"]*)"|(\S+))')
SORTS = {"name": lambda one: one["name"], "title": lambda one: one["title"].lower(), "id": lambda one: one["id"]}
SORTS["metadata_modified"] = SORTS["metadata_created"] = lambda one: one["metadata_modified"] or ""


def stable_id(*parts: str) -> str:
    """A UUID that is the same at every harvest."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join((settings.SITE_URL, *parts))))


def organisation(code: str, name: str) -> dict[str, Any]:
    """An agency as CKAN's organisation."""
    return {
        "id": stable_id("agency", code),
        "name": slug_of(code),
        "title": name,
        "type": "organization",
        "description": "",
        "image_url": "",
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
    }


def package(dataset: Dataset) -> dict[str, Any]:
    """A dataset as CKAN's package, with its files as resources."""
    indicator = dataset.indicator
    owners = [organisation(agency.code, agency.name) for agency in dataset.publishers]
    created, modified = ckan_time(dataset.created), ckan_time(dataset.modified)
    identifier = stable_id("dataset", dataset.code)
    tags = [slug_of(word) for word in dict.fromkeys((indicator.unit or "indeks", indicator.level, indicator.kind))]
    resources = [resource(dataset, form, position, created, modified) for position, form in enumerate(FORMATS)]
    extras = {
        "indicator": dataset.code,
        "unit": indicator.unit,
        "frequency": dataset.frequency,
        "level": indicator.level,
        "kind": indicator.kind,
        "spatial": settings.REGION,
        "every": indicator.every,
    }
    return {
        "id": identifier,
        "name": dataset.slug,
        "title": indicator.name_id,
        "notes": indicator.description or indicator.name_id,
        "type": "dataset",
        "state": "active",
        "private": False,
        "isopen": True,
        "license_id": LICENCE_ID,
        "license_title": LICENCE_TITLE,
        "license_url": LICENCE_URL,
        "url": address("dataset", dataset.code),
        "version": modified,
        "author": ", ".join(agency.name for agency in dataset.publishers),
        "author_email": "",
        "maintainer": "",
        "maintainer_email": "",
        "creator_user_id": None,
        "metadata_created": created,
        "metadata_modified": modified,
        "organization": owners[0] if owners else None,
        "owner_org": owners[0]["id"] if owners else None,
        "tags": [{"id": stable_id("tag", tag), "name": tag, "display_name": tag, "state": "active", "vocabulary_id": None} for tag in tags],
        "num_tags": len(tags),
        "resources": resources,
        "num_resources": len(resources),
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
        "groups": [],
        "relationships_as_object": [],
        "relationships_as_subject": [],
    }


def resource(dataset: Dataset, form: Format, position: int, created: str | None, modified: str | None) -> dict[str, Any]:
    """One of its files as CKAN's resource."""
    return {
        "id": stable_id("dataset", dataset.code, form.code),
        "package_id": stable_id("dataset", dataset.code),
        "name": f"{dataset.indicator.name_id} ({form.name})",
        "description": "",
        "format": form.name,
        "mimetype": form.media_type,
        "url": file_address(dataset, form),
        "url_type": None,
        "created": created,
        "last_modified": modified,
        "metadata_modified": modified,
        "position": position,
        "state": "active",
        "size": None,
        "hash": "",
        "resource_type": None,
        "cache_url": None,
        "datastore_active": False,
    }


def ckan_time(at: Any) -> str | None:
    """UTC without a zone, as CKAN writes it."""
    text = utc_text(at)
    return text.rstrip("Z") if text else None


def search(packages: Sequence[dict[str, Any]], *, q: str, fq: str, sort: str, start: int, rows: int) -> dict[str, Any]:
    """CKAN's package_search over these packages: words, `field:value` filters, order and a page of the answer."""
    found = [one for one in packages if _matches(one, q) and _matches(one, fq)]
    for part in reversed([piece.strip().split() for piece in sort.split(",") if piece.strip()]):
        if part[0] in SORTS:
            found.sort(key=SORTS[part[0]], reverse=part[-1].lower() == "desc")
    return {"count": len(found), "sort": sort, "results": found[start : start + rows], "facets": {}, "search_facets": {}}


def _matches(one: dict[str, Any], query: str) -> bool:
    filters = [(name, quoted or bare) for name, quoted, bare in FILTER.findall(query) if name != "http"]
    words = FILTER.sub(" ", query.replace("*:*", " ")).lower().split()
    text = f"{one['title']} {one['name']} {one['notes']} {one['author']}".lower()
    return all(word in text for word in words if word not in ("and", "+")) and all(_has(one, name, value) for name, value in filters)


def _has(one: dict[str, Any], name: str, value: str) -> bool:
    if value == "*":
        return True
    if name == "organization":
        return bool(one["organization"]) and value in (one["organization"]["name"], one["organization"]["id"])
    if name == "tags":
        return value in {tag["name"] for tag in one["tags"]}
    if name == "res_format":
        return value.upper() in {resource["format"].upper() for resource in one["resources"]}
    return str(one.get(name, "")).lower() == value.lower()
