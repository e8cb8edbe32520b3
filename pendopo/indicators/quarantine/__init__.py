"""Rows that wait for a person: what waits and why, beside its series; accept, correct or discard with a reason."""
