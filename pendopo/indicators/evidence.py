"""Proves that what was delivered is still what was delivered: the kept files, the deliveries' digests, the guard of history."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pendopo.audit.logic import Problem
from pendopo.audit.models import Entry

from .models import Delivery

# The trigger without which observations could be changed: (table, trigger).
GUARDS = (("indicators_observation", "observation_append_only"),)


def check_deliveries(files: Path) -> Iterator[Problem | int]:
    """Each problem as it is met and, last, how many kept files were read.

    A delivery's digest and counts must be those that the book of deeds sealed; a kept file must have its delivery's digest.
    """
    read: dict[str, str] = {}
    deeds = Entry.objects.filter(room="indicators", verb="delivered").values_list("about", "after__digest", "after__rows")
    sealed = {about: (digest, rows) for about, digest, rows in deeds.iterator(chunk_size=5000)}
    for delivery in Delivery.objects.order_by("id").iterator(chunk_size=2000):
        deed = sealed.pop(f"/deliveries/{delivery.pk}", None)
        if deed is None:
            yield Problem("unrecorded", 0, f"Delivery {delivery.pk} has no entry in the book of deeds.")
        elif deed != (delivery.digest, delivery.rows):
            yield Problem("delivery-changed", 0, f"Delivery {delivery.pk} is not what the book of deeds sealed.")
        if delivery.file:
            name = f"The file {delivery.file} of delivery {delivery.pk}"
            if delivery.file not in read:
                read[delivery.file] = _digest(files / delivery.file)
            if not read[delivery.file]:
                yield Problem("file-missing", 0, f"{name} is gone. Restore it from a backup.")
            elif read[delivery.file] != delivery.digest:
                yield Problem("file-changed", 0, f"{name} was changed. Restore it from a backup.")
    yield from (Problem("delivery-missing", 0, f"The delivery of {about} was removed; the book of deeds has it.") for about in sealed)
    yield len(read)


def _digest(path: Path) -> str:
    """The SHA-256 of a file, '' when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
