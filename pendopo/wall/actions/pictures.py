"""Adding a picture for boards: it is decoded and written anew, so that neither its metadata nor anything hidden in the file remains."""

import hashlib
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from pendopo.audit.actions import Actor, record
from pendopo.ui.pictures import written_anew

from ..models import Picture

MOST_BYTES = 5 * 1024 * 1024


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
