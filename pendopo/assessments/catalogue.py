"""Every instrument that this installation knows: the shipped ones and its own."""

from functools import lru_cache

from .instruments import read, shipped, shipped_codes
from .logic import Instrument
from .models import OwnInstrument


def instrument_named(code: str) -> Instrument:
    """An instrument by its code; KeyError for one that is neither shipped nor loaded."""
    if code in shipped_codes():
        return shipped(code)
    own = OwnInstrument.objects.filter(code=code).first()
    if own is None:
        raise KeyError(code)
    return _own(own.digest, own.text)


def all_instruments() -> list[Instrument]:
    """All of them, the shipped ones first."""
    return [*map(shipped, shipped_codes()), *(_own(own.digest, own.text) for own in OwnInstrument.objects.all())]


@lru_cache(maxsize=64)
def _own(digest: str, text: str) -> Instrument:
    return read(text)
