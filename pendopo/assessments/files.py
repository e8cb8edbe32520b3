"""Kept files of evidence and their digests."""

import hashlib
from pathlib import Path

from django.conf import settings

from .models import Evidence


def path_of(evidence: Evidence) -> Path:
    """Where the file of a piece of evidence is kept."""
    return Path(settings.FILES_DIR) / str(evidence.file.name)


def unchanged(evidence: Evidence) -> bool:
    """Whether the kept file is the one that was added; True for evidence without a file."""
    return not evidence.file or digest_of_file(path_of(evidence)) == evidence.digest


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; '' when it is gone."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
