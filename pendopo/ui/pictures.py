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
