"""Taking a report in: once, whatever is unclear about it, with its pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record as note
from pendopo.regions.models import Region

from .. import logic
from ..models import Photo, Record, Way
from ..places import at_position, candidates
from .pictures import NoPicture, Picture, cleaned

MOST_PHOTOS = 6


@dataclass(frozen=True)
class Said:
    """What came in. `said` and `sent` are of the sender's own clock; `key` is the sender's number of the report."""

    text: str
    way: str = Way.CALL
    caller: str = ""
    number: str = ""
    place: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    said: datetime | None = None
    sent: datetime | None = None
    key: str = ""
    exercise: bool = False


@transaction.atomic
def take(*, said: Said, by: Person | None, photos: Sequence[bytes] = ()) -> tuple[Record, bool]:
    """The record, and whether it is new: a report whose key is here already is the same one, and only pictures that it lacks are added.

    A place that is unknown or that exists several times is no refusal: the record keeps what was said, and a person chooses later.
    """
    pictures = _pictures(photos)
    known = Record.objects.select_for_update(of=("self",)).filter(key=said.key).first() if said.key else None
    if known is not None:
        if known.by_id != (by.pk if by else None):
            raise Refused(_("This number belongs to another report: send it again with a new one."))
        _attach(known, pictures)
        return known, False
    if not said.text.strip() and not pictures:
        raise Refused(_("Write what was said, in a few words."))
    now = timezone.now()
    region, latitude, longitude = _where(said)
    at = logic.happened(said.said, said.sent, now)
    off = int((now - said.sent).total_seconds()) if said.sent and abs(now - said.sent) > logic.SLACK else 0
    try:
        with transaction.atomic():
            made = Record.objects.create(
                way=said.way,
                key=said.key[:120] or None,
                caller=said.caller.strip()[:120],
                number=said.number.strip()[:60],
                text=said.text.strip()[:4000] or _("Picture"),
                place=said.place.strip()[:200],
                region=region,
                latitude=latitude,
                longitude=longitude,
                at=at,
                noted=now,
                off_s=max(-(2**31), min(off, 2**31 - 1)),
                by=by,
                exercise=said.exercise,
            )
    except IntegrityError:
        return take(said=said, by=by, photos=photos)
    _attach(made, pictures)
    after = {
        "way": made.way,
        "region": region.pk if region else "",
        "place": made.place,
        "photos": [one.digest for one in pictures],
        "off_s": made.off_s,
    }
    note(by=by, room="incidents", verb="take_record", about=made.get_absolute_url(), after=after, region=region.pk if region else "")
    return made, True


def _pictures(photos: Sequence[bytes]) -> list[Picture]:
    if len(photos) > MOST_PHOTOS:
        raise Refused(_("At most %(n)s pictures a report: send another one for the rest.") % {"n": MOST_PHOTOS})
    try:
        return list({one.original: one for one in (cleaned(raw) for raw in photos)}.values())
    except NoPicture:
        raise Refused(_("This is no picture that can be used: send JPEG, PNG or WebP of at most 15 MB.")) from None


def _attach(record: Record, pictures: Sequence[Picture]) -> None:
    """The pictures that the record does not have yet; a picture that another record has is one file on the disk."""
    there = set(record.photos.values_list("original", flat=True))
    for picture in pictures:
        if picture.original in there:
            continue
        elsewhere = Photo.objects.filter(original=picture.original).first()
        made = Photo(record=record, original=picture.original, digest=picture.digest)
        if elsewhere is not None:
            made.file, made.digest = elsewhere.file, elsewhere.digest
        else:
            made.file.save(f"{picture.digest[:16]}.jpg", ContentFile(picture.body), save=False)
        made.save()


def _where(said: Said) -> tuple[Region | None, Decimal | None, Decimal | None]:
    """The region and the position: by position where there is one, else by the name when it is clear."""
    if said.latitude is not None and said.longitude is not None:
        return at_position(said.latitude, said.longitude), said.latitude, said.longitude
    found = candidates(said.place)
    if len(found) == 1:
        return found[0].region, found[0].latitude, found[0].longitude
    return None, None, None
