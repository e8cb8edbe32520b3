"""Configurations of devices: copied each day, compared, the last good one kept."""
