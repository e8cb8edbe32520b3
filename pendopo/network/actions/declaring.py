"""The verb that declares the network's figures, once there is a network."""

from pathlib import Path

from pendopo.indicators.catalogue import Catalogue, parse
from pendopo.indicators.declaring import load_catalogue
from pendopo.indicators.models import Indicator, Source

CATALOGUE = Path(__file__).resolve().parents[1] / "net.yaml"


def declare() -> bool:
    """Declares the indicators `net.*` of the source `pendopo` where one is missing. Says whether it did."""
    wanted = parse(CATALOGUE.read_text(encoding="utf-8"))
    codes = {entry.code for entry in wanted.indicators}
    known = set(Indicator.objects.filter(code__in=codes).values_list("code", flat=True))
    if codes <= known:
        return False
    sources = [entry for entry in wanted.sources if not Source.objects.filter(code=entry.code).exists()]
    load_catalogue(catalogue=Catalogue(sources, wanted.indicators, wanted.lines))
    return True
