"""Fixtures of this room's tests."""

from pendopo.wall.tests.river import fresh_river

__all__ = ["fresh_river"]
