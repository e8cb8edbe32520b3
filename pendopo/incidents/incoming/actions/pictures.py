"""Pictures from phones: written anew, so that nothing that a camera writes beside the picture is kept."""

import hashlib
import io
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from pendopo.ui.pictures import written_anew

LARGEST_BYTES = 15 * 1024 * 1024
LONGEST_SIDE = 1600


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
        body, _width, _height = written_anew(io.BytesIO(raw), form="JPEG", longest_side=LONGEST_SIDE)
    except ValidationError as why:
        raise NoPicture from why
    return Picture(body, hashlib.sha256(raw).hexdigest(), hashlib.sha256(body).hexdigest())
