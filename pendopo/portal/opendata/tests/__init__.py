"""Tests of open data."""
