"""Marks that a phone reads: QR codes as SVG, dark on white in every theme, because scanners do not know themes."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe
from segno import helpers


def mark(text: str) -> SafeString:
    """The mark for a text or an address, to stand in a page; it fills its box."""
    return _inline(segno.make(text, error="m", micro=False))


def network_mark(network: str, password: str) -> SafeString:
    """A mark that a phone understands as "join this wireless network"."""
    return _inline(helpers.make_wifi(network, password, "WPA"))


def picture(text: str) -> str:
    """The mark as a file of its own: image/svg+xml, 6 px a module."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", scale=6, border=2, light="#fff")
    return drawn.getvalue().decode()


def _inline(code: segno.QRCode) -> SafeString:
    return mark_safe(code.svg_inline(omitsize=True, border=2, light="#fff"))  # noqa: S308 – squares drawn by segno; the text is not in them
