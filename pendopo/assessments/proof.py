"""Proves that evidence and signed rounds are still what the book of deeds sealed."""

from collections.abc import Iterator

from pendopo.audit.logic import Problem
from pendopo.audit.models import Entry

from .files import unchanged
from .models import Evidence, Round


def check_evidence() -> Iterator[Problem | int]:
    """Each problem as it is met and, last, how many files were read.

    A file's digest must be the one that the book has, and the file must have it; a signed round's digest and index likewise.
    """
    deeds = Entry.objects.filter(room="assessments", verb="add_evidence").values_list("about", "after__digest")
    sealed, files = dict(deeds.iterator(chunk_size=2000)), 0
    for one in Evidence.objects.exclude(file="").order_by("pk").iterator(chunk_size=500):
        files += 1
        if sealed.get(one.get_absolute_url()) != one.digest:
            yield Problem("evidence-changed", 0, f"Evidence {one.pk} is not what the book of deeds sealed.")
        elif not unchanged(one):
            yield Problem(
                "file-changed", 0, f"The file {one.file.name} of evidence {one.pk} was changed or is gone. Restore it from a backup."
            )
    signed = Entry.objects.filter(room="assessments", verb="sign").values_list("about", "after__round", "after__digest", "after__index")
    told = {(about, kind): (digest, index) for about, kind, digest, index in signed.iterator(chunk_size=2000)}
    for round in Round.objects.filter(signed__isnull=False).select_related("assessment"):
        found = told.get((round.assessment.get_absolute_url(), round.kind))
        if found is None or found != (round.digest, float(round.index or 0)):
            yield Problem("round-changed", 0, f"The signed round {round} is not what the book of deeds sealed.")
    yield files
