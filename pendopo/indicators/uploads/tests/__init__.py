"""Tests of uploads: files as people make them."""
