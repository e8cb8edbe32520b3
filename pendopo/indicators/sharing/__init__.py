"""Figures of agencies that all may read for a while: in an emergency, until it ends."""
