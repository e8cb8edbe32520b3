"""Tests of the house as a whole; every room keeps its own beside its code."""
