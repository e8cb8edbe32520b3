"""Tests of how long rows are kept."""
