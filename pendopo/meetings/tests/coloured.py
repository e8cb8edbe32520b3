"""A document whose pages can be told apart."""

import io

from PIL import Image


def pdf(*colours: str) -> bytes:
    """A PDF whose pages have these colours."""
    made, pages = io.BytesIO(), [Image.new("RGB", (320, 240), colour) for colour in colours]
    pages[0].save(made, "PDF", save_all=True, append_images=pages[1:])
    return made.getvalue()
