"""Checks: an agency's job or backup calls an address when it ran, and its people hear when it did not."""
