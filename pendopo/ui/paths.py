"""Addresses that a form or a link brings along."""

from django.utils.http import url_has_allowed_host_and_scheme


def own_path(path: str) -> str:
    """The path when a browser stays in this house with it, '' otherwise: never another site, never a script."""
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""
