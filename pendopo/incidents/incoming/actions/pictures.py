"""Pictures from phones: made upright and small, and everything that a camera writes beside the picture left out."""

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_BYTES = 15 * 1024 * 1024
LARGEST_PIXELS = 60_000_000
SIDE = 1600
QUALITY = 82


class NoPicture(ValueError):
    """It is no picture that can be used."""


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: JPEG without metadata. `original` is the digest of what was sent, `digest` of what is kept (SHA-256)."""

    body: bytes
    original: str
    digest: str


def cleaned(raw: bytes) -> Picture:
    """The picture without place, time, owner and device of its camera. Raises NoPicture."""
    if len(raw) > LARGEST_BYTES:
        raise NoPicture
    try:
        with Image.open(io.BytesIO(raw), formats=["JPEG", "PNG", "WEBP"]) as found:
            if found.width * found.height > LARGEST_PIXELS:
                raise NoPicture
            upright = ImageOps.exif_transpose(found).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError, SyntaxError) as why:
        raise NoPicture from why
    upright.thumbnail((SIDE, SIDE))
    # Pasted onto new ground: nothing that hung on the old picture comes along.
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    body = out.getvalue()
    return Picture(body, hashlib.sha256(raw).hexdigest(), hashlib.sha256(body).hexdigest())
