"""Room `collect`: polls the field; no Django, no database (filled by the network issue)."""
