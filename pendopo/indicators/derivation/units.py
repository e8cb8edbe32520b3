"""Units as far as derived indicators need them: what may be added, what a quotient gives, and which factor leads to the declared unit.

A unit is a scale and powers of base words. An empty text says nothing, so it fits everything (None).
"""

import re
from dataclasses import dataclass
from fractions import Fraction

PEOPLE = "orang"
# Words that count people. Cases and deaths are people too: their quotient is a share.
_PEOPLE_WORDS = ("orang", "jiwa", "penduduk", "kasus", "pasien", "kematian", "people", "persons", "person", "cases", "deaths", "patients")
ALIASES = dict.fromkeys(_PEOPLE_WORDS, PEOPLE)
ALIASES |= {"rupiah": "Rp", "rp": "Rp", "idr": "Rp", "liter": "l", "meter": "m", "jam": "h", "hour": "h", "hari": "d", "day": "d"}
PERCENT_WORDS = {"%", "persen", "percent", "pct", "persentil", "percentile"}
PLAIN_WORDS = {"1", "rasio", "ratio"}
RANK_WORDS = {"peringkat", "rank", "ke-"}
PER_100K = re.compile(r"(?:(?P<what>.+?)\s+)?(?:per|/)\s*100[.,\s]?(?:000|ribu|k)\b(?P<whom>.*)", re.I)
POWER = re.compile(r"(.*?\D)(?:\^?([23])|([²³]))?")


@dataclass(frozen=True)
class Unit:
    """`scale` × Π base^power. Percent is 1/100 without bases."""

    scale: Fraction = Fraction(1)
    powers: tuple[tuple[str, int], ...] = ()

    def times(self, other: "Unit", sign: int = 1) -> "Unit":
        """The product, or with sign −1 the quotient."""
        powers = dict(self.powers)
        for base, power in other.powers:
            powers[base] = powers.get(base, 0) + sign * power
        scale = self.scale * other.scale if sign > 0 else self.scale / other.scale
        return Unit(scale, tuple(sorted((base, power) for base, power in powers.items() if power)))

    def fits(self, other: "Unit") -> bool:
        """Whether both measure the same thing, perhaps in another scale."""
        return self.powers == other.powers

    def __str__(self) -> str:
        if not self.powers:
            return {Fraction(1): "1", Fraction(1, 100): "%", Fraction(1, 100_000): "per 100.000"}.get(self.scale, f"× {self.scale}")
        above = [_word(base, power) for base, power in self.powers if power > 0]
        below = [_word(base, -power) for base, power in self.powers if power < 0]
        text = "·".join(above) or "1"
        return "/".join([text, *below])


def _word(base: str, power: int) -> str:
    return base if power == 1 else f"{base}{power}"


ONE = Unit()
PERCENT = Unit(Fraction(1, 100))
ONE_PER_100K = Unit(Fraction(1, 100_000))
PEOPLE_UNIT = Unit(powers=((PEOPLE, 1),))


def parse_unit(text: str) -> Unit | None:
    """The unit of a text, None for an empty one. Any word is a unit of its own: only equal words may be added."""
    text = text.strip()
    if not text:
        return None
    if text.lower() in PERCENT_WORDS:
        return PERCENT
    if text.lower() in PLAIN_WORDS | RANK_WORDS:
        return ONE
    if (found := PER_100K.fullmatch(text)) is not None:
        what = parse_unit(found["what"] or "")
        return ONE_PER_100K if what is None or what == PEOPLE_UNIT else what.times(Unit(Fraction(1, 100_000), ((PEOPLE, -1),)))
    unit = ONE
    for place, part in enumerate(re.split(r"\s*/\s*|\s+per\s+", text)):
        for word in re.split(r"[·*×]", part):
            match = POWER.fullmatch(word.strip())
            base, power = (match[1], match[2] or {"²": "2", "³": "3"}.get(match[3] or "")) if match else (word.strip(), None)
            if base and base != "1":
                unit = unit.times(Unit(powers=((ALIASES.get(base.lower(), base), int(power or 1)),)), -1 if place else 1)
    return unit
