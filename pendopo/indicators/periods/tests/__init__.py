"""Tests of the kept hours and days."""
