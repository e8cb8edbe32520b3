"""Tests of room `reports`."""
