"""Adding a picture for boards: it is decoded and written anew, so that neither its metadata nor anything hidden in the file remains."""

import hashlib
import io
import warnings
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from pendopo.audit.actions import Actor, record

from ..models import Picture

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1920
FORMATS = ("PNG", "JPEG", "WEBP")


@transaction.atomic
def add_picture(*, file: BinaryIO, size: int, name: str, by: Actor | None) -> Picture:
    """Keeps a PNG, JPEG or WebP of at most 5 MB as WebP of at most 1920 pixels a side. Raises ValidationError with a sentence."""
    if size > MOST_BYTES:
        raise ValidationError(_("The picture is larger than 5 MB. Make it smaller first."))
    content, width, height = written_anew(file)
    digest = hashlib.sha256(content).hexdigest()
    picture, created = Picture.objects.get_or_create(
        digest=digest, defaults={"name": name[:120], "content": content, "width": width, "height": height}
    )
    if created:
        record(by=by, room="wall", verb="pictured", about=f"/wall/pictures/{digest}", after={"name": name[:120], "bytes": len(content)})
    return picture


def written_anew(file: BinaryIO) -> tuple[bytes, int, int]:
    """The picture as WebP, upright, with its width and height in pixels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(file, formats=FORMATS)
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError(_("The picture has more than 40 million pixels. Make it smaller first."))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            drawn = upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in image.info else "RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise ValidationError(_("This is no picture that can be read: send a PNG, JPEG or WebP.")) from None
    written = io.BytesIO()
    drawn.save(written, "WEBP", quality=85)
    return written.getvalue(), drawn.width, drawn.height
