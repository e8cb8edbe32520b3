"""Incidents: what happened, who leads, what was done and decided, until it is over and reviewed."""
