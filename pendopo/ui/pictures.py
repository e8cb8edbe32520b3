"""Pictures from outside are decoded and written anew, so that neither metadata (place, camera) nor anything hidden in the file remains."""

import io
import warnings
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1920
FORMATS = ("PNG", "JPEG", "WEBP")


def written_anew(file: BinaryIO, *, form: str = "WEBP", longest_side: int = LONGEST_SIDE) -> tuple[bytes, int, int]:
    """The picture as WebP or JPEG, upright, no side longer than `longest_side`, with its width and height in pixels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(file, formats=FORMATS)
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError(_("The picture has more than 40 million pixels. Make it smaller first."))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((longest_side, longest_side))
            see_through = form != "JPEG" and ("A" in upright.getbands() or "transparency" in image.info)
            drawn = upright.convert("RGBA" if see_through else "RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise ValidationError(_("This is no picture that can be read: send a PNG, JPEG or WebP.")) from None
    # Pasted onto new ground: comments and profiles that hung on the old picture do not come along.
    clean = Image.new(drawn.mode, drawn.size)
    clean.paste(drawn)
    written = io.BytesIO()
    clean.save(written, form, quality=85)
    return written.getvalue(), clean.width, clean.height
