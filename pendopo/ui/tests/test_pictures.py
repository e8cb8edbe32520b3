"""Pictures written anew: nothing that hung on them remains, and no side is too long."""

import io

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, ImageCms

from pendopo.ui.pictures import LONGEST_SIDE, written_anew


def with_secrets() -> io.BytesIO:
    """A JPEG with a place, a comment and a profile of colours."""
    picture, exif, out = Image.new("RGB", (3000, 1500), "green"), Image.Exif(), io.BytesIO()
    exif[0x010F] = "Kamera rahasia"
    exif.get_ifd(0x8825)[1] = "S"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture.save(out, "JPEG", exif=exif, comment=b"Rumah rahasia", icc_profile=profile)
    assert b"rahasia" in out.getvalue()
    out.seek(0)
    return out


@pytest.mark.parametrize("form", ["WEBP", "JPEG"])
def test_nothing_that_hung_on_a_picture_remains(form: str) -> None:
    body, width, height = written_anew(with_secrets(), form=form)
    assert (width, height) == (LONGEST_SIDE, LONGEST_SIDE // 2)
    with Image.open(io.BytesIO(body)) as found:
        assert found.format == form and found.size == (width, height)
        assert not found.getexif() and not {"exif", "comment", "icc_profile", "xmp"} & set(found.info)
    assert b"rahasia" not in body


def test_only_what_a_jpeg_cannot_show_is_lost() -> None:
    glass = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 255, 128)).save(glass, "PNG")
    for form, bands in (("WEBP", "RGBA"), ("JPEG", "RGB")):
        glass.seek(0)
        with Image.open(io.BytesIO(written_anew(glass, form=form)[0])) as found:
            assert "".join(found.getbands()) == bands


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValidationError):
        written_anew(io.BytesIO(b"GIF89a"))
