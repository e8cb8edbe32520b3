"""The room with real browsers and a real media server, in a network of its own. The cases stand in cases_*.py; rooms.py says how."""

import pytest

from .rooms import run_cases, why_not

pytestmark = [pytest.mark.alone, pytest.mark.skipif(bool(why_not()), reason=why_not())]


def test_people_in_the_room() -> None:
    run_cases("cases_media.py", "cases_phone.py", "cases_room.py", timeout=480)
