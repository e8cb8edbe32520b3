"""Facts about districts whose official boundary is not freely published: where the centre lies and how large the district is.

18 rows for Kabupaten Mojokerto (35.16) and one for the city that lies inside it as a hole (Kota Mojokerto, 35.76). The points lie
inside the districts; areas are in km². Schematic boundaries are computed from these rows (`schematic.py`).
"""

from typing import NamedTuple


class Centre(NamedTuple):
    """A point inside a region (degrees, WGS 84) and the region's area in km²."""

    latitude: float
    longitude: float
    area_km2: float


# Regions that are drawn as cells.
CENTRES: dict[str, Centre] = {
    "35.16.01": Centre(-7.670521, 112.43124, 91.84),
    "35.16.02": Centre(-7.677715, 112.482, 113.33),
    "35.16.03": Centre(-7.667885, 112.546297, 102.96),
    "35.16.04": Centre(-7.65271, 112.599309, 64.7),
    "35.16.05": Centre(-7.558536, 112.624084, 67.45),
    "35.16.06": Centre(-7.536747, 112.577488, 45.68),
    "35.16.07": Centre(-7.556265, 112.520867, 44.01),
    "35.16.08": Centre(-7.50574, 112.543849, 29.74),
    "35.16.09": Centre(-7.56494, 112.469739, 37.16),
    "35.16.10": Centre(-7.510683, 112.487592, 25.0),
    "35.16.11": Centre(-7.530969, 112.448556, 37.55),
    "35.16.12": Centre(-7.554585, 112.392311, 48.65),
    "35.16.13": Centre(-7.504811, 112.413157, 25.39),
    "35.16.14": Centre(-7.439264, 112.403323, 26.97),
    "35.16.15": Centre(-7.401312, 112.376362, 57.84),
    "35.16.16": Centre(-7.406991, 112.44684, 60.07),
    "35.16.17": Centre(-7.344646, 112.415197, 81.35),
    "35.16.18": Centre(-7.475605, 112.485524, 24.72),
}

# A neighbour that lies inside a regency: its cell is left out of the regency's outline. Neighbour → (regency, centre).
HOLES: dict[str, tuple[str, Centre]] = {"35.76": ("35.16", Centre(-7.470579, 112.437746, 20.21))}


def centres_below(regency: str) -> dict[str, Centre]:
    """The known district centres of one regency, by code."""
    return {code: centre for code, centre in CENTRES.items() if code.startswith(f"{regency}.")}


def holes_of(regency: str) -> dict[str, Centre]:
    """The neighbours that lie inside one regency, by code."""
    return {code: centre for code, (around, centre) in HOLES.items() if around == regency}
