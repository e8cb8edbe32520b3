"""The verbs of uploads: begin, add a part, choose a mapping, take, drop. What lies on disk says how far a file has come."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.models import Person
from pendopo.ui.telling import all_told

from ..actions import QuotaExceeded
from ..declared import Faulty
from ..files import Outcome, digest_of_file, take_file
from ..mapping import mapping_from
from ..models import Source
from ..sources import remember_mapping
from .models import Upload, UploadState

LARGEST = 200 * 1024 * 1024
# A file that nobody takes is dropped after this time.
KEPT = timedelta(days=2)
# A taker that was not heard for so long has died.
DEAD = timedelta(seconds=90)


class Refused(ValueError):
    """A part that does not fit; the message is a sentence, `received` says how many bytes lie here."""

    def __init__(self, sentence: str, received: int = 0) -> None:
        super().__init__(sentence)
        self.received = received


def place_of(upload: Upload) -> Path:
    """Where the bytes of an upload lie."""
    return Path(settings.FILES_DIR) / "uploads" / str(upload.key)


def begin(*, source: Source, by: Person, name: str, size: int, mark: str = "") -> Upload:
    """Opens an upload, or the one that the same person began with the same file (`mark`) and whose line was lost."""
    if not 0 < size <= LARGEST:
        raise Refused(_("A file has between 1 byte and 200 MB: send a larger one in parts, or with “pendopo ingest”."))
    if mark:
        same = Upload.objects.filter(source=source, by=by, mark=mark[:200], size=size, state=UploadState.RECEIVING).first()
        if same is not None and place_of(same).exists():
            return same
    upload = Upload.objects.create(source=source, by=by, name=name[:200], size=size, mark=mark[:200])
    place_of(upload).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place_of(upload).touch(mode=0o600)
    return upload


@transaction.atomic
def add_part(*, upload: Upload, at: int, part: bytes) -> Upload:
    """Appends a part at the byte where it belongs. A part that arrived before is no fault; a gap is Refused with what is here.

    With the last byte the file is read once for its hash and is ready to be looked at.
    """
    kept = Upload.objects.select_for_update().get(pk=upload.pk)
    if kept.state != UploadState.RECEIVING:
        return kept
    if at != kept.received or kept.received + len(part) > kept.size:
        raise Refused(_("%(n)s bytes have arrived: go on from there.") % {"n": kept.received}, kept.received)
    with place_of(kept).open("r+b") as stream:
        stream.seek(at)
        stream.write(part)
        stream.truncate()
        stream.flush()
        os.fsync(stream.fileno())
    kept.received += len(part)
    kept.heard = timezone.now()
    if kept.received == kept.size:
        kept.digest, kept.state = digest_of_file(place_of(kept)), UploadState.READY
    kept.save(update_fields=["received", "heard", "digest", "state"])
    return kept


def choose(*, upload: Upload, mapping: dict[str, Any] | None, outcome: Outcome) -> None:
    """Keeps how the file will be read and what the preview said of its length."""
    ready = Upload.objects.filter(pk=upload.pk, state=UploadState.READY)
    ready.update(mapping=mapping, rows=outcome.rows, whole=not outcome.more, heard=timezone.now())


def confirm(*, upload: Upload) -> bool:
    """The person says so: from now on the file is to be taken. False when it was said before."""
    ready = Upload.objects.filter(pk=upload.pk, state=UploadState.READY, rows__gt=0)
    return bool(ready.update(state=UploadState.WAITING, heard=timezone.now()))


def take(*, upload: Upload) -> Upload:
    """Takes a confirmed file, once: whoever changes its state does it. Goes on where a machine stopped in the middle."""
    waiting = Q(state=UploadState.WAITING) | Q(state=UploadState.TAKING, heard__lt=timezone.now() - DEAD)
    if not Upload.objects.filter(waiting, pk=upload.pk).update(state=UploadState.TAKING, heard=timezone.now()):
        return Upload.objects.get(pk=upload.pk)
    kept = Upload.objects.select_related("source__agency", "by").get(pk=upload.pk)

    def told(outcome: Outcome) -> None:
        Upload.objects.filter(pk=kept.pk).update(done=outcome.rows, heard=timezone.now(), delivery=outcome.deliveries[-1])

    try:
        take_file(
            source=kept.source,
            path=place_of(kept),
            name=kept.name,
            by=kept.by,
            once=f"upload:{kept.key}",
            told=told,
            mapping=None if kept.mapping is None else mapping_from(kept.mapping),
        )
    except QuotaExceeded as error:
        _end(kept, UploadState.WAITING if kept.source.quota >= kept.rows else UploadState.FAILED, str(error))
    except Faulty as error:
        _end(kept, UploadState.FAILED, " ".join(all_told(error.sentences)))
    except OSError as error:
        _end(kept, UploadState.FAILED, str(error))
    else:
        _end(kept, UploadState.TAKEN, "")
        if kept.mapping is not None:
            remember_mapping(source=kept.source, by=kept.by, mapping=kept.mapping)
        place_of(kept).unlink(missing_ok=True)
    return Upload.objects.get(pk=kept.pk)


def _end(upload: Upload, state: UploadState, failure: str) -> None:
    Upload.objects.filter(pk=upload.pk).update(state=state, failure=failure, heard=timezone.now())


def drop(*, upload: Upload) -> None:
    """Forgets a file that was not taken."""
    if Upload.objects.filter(pk=upload.pk).exclude(state__in=[UploadState.TAKING, UploadState.TAKEN, UploadState.WAITING]).delete()[0]:
        place_of(upload).unlink(missing_ok=True)


def drop_old() -> int:
    """Forgets what nobody took in time, and returns how many."""
    old = Upload.objects.filter(heard__lt=timezone.now() - KEPT, state__in=[UploadState.RECEIVING, UploadState.READY, UploadState.FAILED])
    found = list(old)
    for upload in found:
        drop(upload=upload)
    return len(found)
