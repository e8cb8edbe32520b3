"""What a Kemendagri code says by itself."""

import re

CODE = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?")

LEVELS = ("province", "regency", "district", "village")


def is_code(text: str) -> bool:
    """Whether the text is written as a Kemendagri code with dots."""
    return CODE.fullmatch(text) is not None


def level_of(code: str) -> str:
    """The level of a code: its number of dots."""
    return LEVELS[code.count(".")]


def parent_of(code: str) -> str | None:
    """The code one level up, None for a province."""
    return code.rpartition(".")[0] or None


def is_desa(code: str) -> bool:
    """Whether it is a village in the sense of the law (desa, number from 2001); a kelurahan (from 1001) is a part of a town."""
    return level_of(code) == "village" and code.rpartition(".")[2].startswith("2")


def ancestors_of(code: str) -> list[str]:
    """All codes above, nearest first."""
    found = []
    parent = parent_of(code)
    while parent:
        found.append(parent)
        parent = parent_of(parent)
    return found


def is_within(code: str, region: str) -> bool:
    """Whether `code` is `region` or lies below it."""
    return code == region or code.startswith(f"{region}.")
