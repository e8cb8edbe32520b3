"""Real files of East Java, taken by the ordinary ingestion: `pendopo demo --real DIR`. Which file is read with which mapping."""

from pathlib import Path

from pendopo.indicators.files import Outcome, take_file
from pendopo.indicators.mapping import parse_mapping
from pendopo.indicators.models import Source
from pendopo.regions import geojson
from pendopo.regions.actions import import_boundaries

MAPPINGS = Path(__file__).resolve().parents[2] / "indicators/mappings"

# File below the folder, mapping, source.
FILES: tuple[tuple[str, str, str], ...] = (
    ("covid/provinsi_harian_2020_2021.csv", "covid-provinces", "satgas-covid"),
    ("covid/jawa_timur_harian_2020_2021.csv", "covid-east-java", "satgas-covid"),
    ("covid/kabkota_jatim_maret2020.csv", "covid-regencies-2020-03", "dinkes-jatim"),
    ("covid/kecamatan_jatim_20200810.csv", "covid-districts", "dinkes-jatim"),
    ("covid/kecamatan_mojokerto_penduduk_kasus_2020.csv", "covid-districts-mojokerto", "dinkes-jatim"),
    ("hydrology/awlr_purwodadi.csv", "river-level", "psda"),
    ("hydrology/arr_cendono.csv", "rainfall", "psda"),
    ("quakes/bmkg_katalog_400km_mojokerto.csv", "quakes", "bmkg"),
    ("prices/pihps_jawa_timur_2020_2023.csv", "prices-east-java", "pihps"),
    ("prices/bapanas_kota_bandung_202509_202511.csv", "prices-bandung-rice", "bapanas"),
    ("prices/bapanas_kota_bandung_202509_202511.csv", "prices-bandung-eggs", "bapanas"),
    ("prices/bapanas_kota_bandung_202509_202511.csv", "prices-bandung-chili", "bapanas"),
    ("prices/bapanas_kota_bandung_202509_202511.csv", "prices-bandung-beef", "bapanas"),
    ("prices/bapanas_kota_bandung_202509_202511.csv", "prices-bandung-sugar", "bapanas"),
)
BOUNDARIES = ("regions/kabupaten_3516.geojson", "regions/kecamatan_3516_dissolve.geojson")


def take_real_files(folder: Path) -> list[Outcome]:
    """Ingests every file that the folder holds, and takes its boundaries. A file that is not there is left out."""
    outcomes = []
    for name, mapping, code in FILES:
        if (folder / name).exists():
            rules = parse_mapping((MAPPINGS / f"{mapping}.yaml").read_text(encoding="utf-8"))
            source = Source.objects.select_related("agency").get(code=code)
            outcomes.append(take_file(source=source, path=folder / name, name=Path(name).name, mapping=rules))
    for name in BOUNDARIES:
        if (folder / name).exists():
            import_boundaries(reading=geojson.read((folder / name).read_bytes()), source=Path(name).name, by=None)
    return outcomes
