"""Schematic boundaries: plausible cells without gaps."""

import pytest
from shapely import Point
from shapely.geometry import shape

from pendopo.regions import centres, schematic


def test_cells_hold_their_centres_and_have_the_right_size() -> None:
    drawn = {
        code: shape(geometry)
        for code, geometry in schematic.draw(centres.centres_below("35.16"), centres.holes_of("35.16"), "35.16").items()
    }
    km2 = 110.6 * 110.6 * 0.991
    for code, centre in centres.CENTRES.items():
        assert drawn[code].is_valid
        assert drawn[code].contains(Point(centre.longitude, centre.latitude)), code
        assert drawn[code].area * km2 == pytest.approx(centre.area_km2, rel=0.15), code
    outline = drawn["35.16"]
    assert outline.is_valid and len(outline.interiors) == 1
    assert outline.area == pytest.approx(sum(drawn[code].area for code in centres.CENTRES), rel=1e-6)
