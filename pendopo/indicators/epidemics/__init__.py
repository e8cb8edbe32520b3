"""Epidemics in numbers: how many people one case infects now."""
