"""Numbers as people type them on a phone. Pure."""

from ..cells import PLAIN, WITH_COMMA


class TwoReadings(ValueError):
    """A number that is two different ones, as “1.234”."""


def number_of(text: str) -> float | None:
    """The number that was typed, with a comma or a point; None for an empty field.

    Raises TwoReadings where the point may part thousands or decimals, ValueError for anything that is no number.
    """
    text = text.strip().replace(" ", "").replace("\u00a0", "")
    if not text:
        return None
    plain, comma = bool(PLAIN.fullmatch(text)), bool(WITH_COMMA.fullmatch(text))
    other = float(text.replace(".", "").replace(",", ".")) if comma else None
    if plain and comma and float(text) != other:
        raise TwoReadings(text)
    if plain:
        return float(text)
    if other is None:
        raise ValueError(text)
    return other
