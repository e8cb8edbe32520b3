"""Incidents that open by themselves: which alerts need people at once, and of which kind their incident is."""
