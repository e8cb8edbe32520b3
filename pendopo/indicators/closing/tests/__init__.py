"""Tests of closed months."""
