"""Proves that what was delivered is still what was delivered: the kept files, the deliveries' digests, the guard of history."""

from collections.abc import Iterator
from pathlib import Path

from pendopo.audit.logic import Problem
from pendopo.audit.models import Entry

from .closing.parquet import digest
from .models import ClosedMonth, Delivery

# The trigger without which observations could be changed: (table, trigger).
GUARDS = (("indicators_observation", "observation_append_only"),)


def check_deliveries(files: Path) -> Iterator[Problem | int]:
    """Each problem as it is met and, last, how many kept files were read.

    A delivery's digest and counts must be those that the book of deeds sealed; a kept file must have its delivery's digest.
    """
    read: dict[str, str] = {}
    deeds = Entry.objects.filter(room="indicators", verb="delivered").values_list("about", "after__digest", "after__rows")
    sealed = {about: (told, rows) for about, told, rows in deeds.iterator(chunk_size=5000)}
    for delivery in Delivery.objects.order_by("id").iterator(chunk_size=2000):
        deed = sealed.pop(f"/deliveries/{delivery.pk}", None)
        if deed is None:
            yield Problem("unrecorded", 0, f"Delivery {delivery.pk} has no entry in the book of deeds.")
        elif deed != (delivery.digest, delivery.rows):
            yield Problem("delivery-changed", 0, f"Delivery {delivery.pk} is not what the book of deeds sealed.")
        if delivery.file:
            name = f"The file {delivery.file} of delivery {delivery.pk}"
            if delivery.file not in read:
                read[delivery.file] = digest(files / delivery.file)
            if not read[delivery.file]:
                yield Problem("file-missing", 0, f"{name} is gone. Restore it from a backup.")
            elif read[delivery.file] != delivery.digest:
                yield Problem("file-changed", 0, f"{name} was changed. Restore it from a backup.")
    yield from (Problem("delivery-missing", 0, f"The delivery of {about} was removed; the book of deeds has it.") for about in sealed)
    yield len(read)


def check_closed(files: Path) -> Iterator[Problem | int]:
    """Each problem as it is met and, last, how many files of closed months were read: each must be what the book sealed."""
    verbs = ("closed", "forgot")  # a month that forgot rows is a new file
    deeds = Entry.objects.filter(room="indicators", verb__in=verbs).order_by("id").values_list("about", "after__digest", "after__rows")
    sealed = {about: (told, rows) for about, told, rows in deeds}
    months = list(ClosedMonth.objects.all())
    for month in months:
        name = f"The file {month.file} of the closed month {month}"
        if sealed.pop(f"/closed/{month}", None) != (month.digest, month.rows):
            yield Problem("closed-changed", 0, f"The closed month {month} is not what the book of deeds sealed.")
        found = digest(files / month.file)
        if not found:
            yield Problem("file-missing", 0, f"{name} is gone. Restore it from a backup.")
        elif found != month.digest:
            yield Problem("file-changed", 0, f"{name} was changed. Restore it from a backup.")
    yield from (Problem("closed-missing", 0, f"The closed month {about} was removed; the book of deeds has it.") for about in sealed)
    yield len(months)
