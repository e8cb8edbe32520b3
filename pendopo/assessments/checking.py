"""Checks a package of an assessment without any installation: every file is the one that was signed, and none is missing or added.
Only the ZIP is read; no database, no network.
"""

import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .signing import holds

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
LARGEST_BYTES = 4 * 1024**3
MOST_FILES = 10_000
SAFE = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9 ._()-]*(/[A-Za-z0-9_][A-Za-z0-9 ._()-]*)*")
PIECE = 1 << 20


@dataclass(frozen=True)
class Checked:
    """What was found: the assessment's name, the public key that signed, how many files were read, and every problem as a sentence."""

    assessment: str
    key: str
    files: int
    problems: tuple[str, ...]

    @property
    def unbroken(self) -> bool:
        """Whether everything is as it was signed."""
        return not self.problems


def check(path: Path, key: str = "") -> Checked:
    """Checks the package. `key` is the public key that it must be signed with, as the installation shows it ('' = the one in it)."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _check(archive, key)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as problem:
        return Checked("", "", 0, (f"{path.name} cannot be read as a ZIP: {problem}.",))


def _check(archive: zipfile.ZipFile, key: str) -> Checked:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    unsafe = [name for name in names if not SAFE.fullmatch(name)]
    if unsafe:
        return Checked("", "", 0, (f"The ZIP holds a path that leads elsewhere: {unsafe[0][:80]!r}. It was not unpacked.",))
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > LARGEST_BYTES:
        return Checked(
            "", "", 0, (f"The ZIP holds more than {MOST_FILES} files or {LARGEST_BYTES // 1024**3} GB: this is no package of ours.",)
        )
    if len(set(names)) != len(names):
        return Checked("", "", 0, ("A file stands twice in the ZIP: only one of them can be the signed one.",))
    if MANIFEST not in names or SIGNATURE not in names:
        return Checked("", "", 0, ("The ZIP has no manifest: this is no package of ours.",))
    raw = archive.read(MANIFEST)
    try:
        manifest: dict[str, Any] = json.loads(raw)
        listed = {str(one["name"]): (str(one["sha256"]), int(one["bytes"])) for one in manifest["files"]}
        inside, name = str(manifest["public_key"]), str(manifest["assessment"])
    except (ValueError, KeyError, TypeError):
        return Checked("", "", 0, ("The manifest cannot be read.",))
    problems = []
    if key and key != inside:
        problems.append("The package is signed with another key than the one given.")
    if not holds(raw, archive.read(SIGNATURE).decode("ascii", "replace").strip(), inside):
        problems.append("The signature does not belong to this manifest: the manifest was changed.")
    for found in sorted(set(names) - set(listed) - {MANIFEST, SIGNATURE}):
        problems.append(f"{found} is not in the manifest: it was added afterwards.")
    for wanted, (digest, size) in sorted(listed.items()):
        if wanted not in names:
            problems.append(f"{wanted} is missing.")
        elif _digest(archive, wanted) != (digest, size):
            problems.append(f"{wanted} is not what was signed.")
    return Checked(name, inside, len(listed), tuple(problems))


def _digest(archive: zipfile.ZipFile, name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
                size += len(piece)
    except zipfile.BadZipFile:
        return "", 0
    return digest.hexdigest(), size
