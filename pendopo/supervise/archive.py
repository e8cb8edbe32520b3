"""What is in a backup: the database as pg_dump writes it, the files, the secrets, and a list with the hash of each."""

import hashlib
import io
import json
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from .refusal import Refusal
from .sealed import SealedReader, SealedWriter, Secret

MANIFEST = "manifest.json"
DATABASE = "database"
DUMP_PIECE_BYTES = 16 * 1024**2
BUFFER_BYTES = 1024**2


class _Hashing(io.RawIOBase):
    """Reads through to another file and remembers the hash of what went by."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__()
        self._source, self.hash = source, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.hash.update(data)
        return data


@dataclass
class ArchiveWriter:
    """Writes a backup, one member after the other. `about` goes into the manifest, which closes the archive."""

    target: BinaryIO
    secret: Secret
    about: dict[str, Any]
    hashes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sealed = SealedWriter(self.target, self.secret)
        self._buffered = io.BufferedWriter(cast(io.RawIOBase, self._sealed), BUFFER_BYTES)
        self._tar = tarfile.open(fileobj=self._buffered, mode="w|", bufsize=BUFFER_BYTES, format=tarfile.PAX_FORMAT)  # noqa: SIM115

    def add_bytes(self, name: str, data: bytes) -> None:
        """A member from memory."""
        self._add(name, len(data), time.time(), io.BytesIO(data))

    def add_file(self, name: str, place: Path) -> None:
        """A member from a file. A file that grows meanwhile is taken as long as it was at the beginning."""
        with place.open("rb") as file:
            self._add(name, place.stat().st_size, place.stat().st_mtime, file)

    def add_tree(self, name: str, place: Path) -> None:
        """Every regular file below a folder."""
        for entry in sorted(place.rglob("*")):
            if entry.is_file() and not entry.is_symlink():
                self.add_file(f"{name}/{entry.relative_to(place)}", entry)

    def add_dump(self, source: IO[bytes]) -> None:
        """The database, in pieces, since its length is not known before it ends."""
        number = 0
        while piece := source.read(DUMP_PIECE_BYTES):
            self.add_bytes(f"{DATABASE}/{number:06}", piece)
            number += 1

    def _add(self, name: str, size: int, modified: float, source: IO[bytes]) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, int(modified), 0o600
        hashing = _Hashing(source)
        self._tar.addfile(member, hashing)
        self.hashes[name] = hashing.hash.hexdigest()

    def finish(self) -> None:
        """Writes the manifest and the end."""
        text = json.dumps({**self.about, "sha256": self.hashes}).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size, member.mode = len(text), 0o600
        self._tar.addfile(member, io.BytesIO(text))
        self._tar.close()
        self._buffered.flush()
        self._sealed.finish()


def members(place: Path, secrets: list[Secret]) -> Iterator[tuple[str, IO[bytes]]]:
    """Every member of a backup in its order. Each is decrypted and authenticated as it is read."""
    with place.open("rb") as file:
        reader = io.BufferedReader(SealedReader(file, secrets, str(place)), BUFFER_BYTES)
        try:
            with tarfile.open(fileobj=reader, mode="r|", bufsize=BUFFER_BYTES) as tar:
                for member in tar:
                    content = tar.extractfile(member) if member.isreg() else None
                    if content is None or member.name.startswith("/") or ".." in Path(member.name).parts:
                        raise Refusal(f"{place} holds {member.name}, which no backup of Pendopo does.")
                    yield member.name, content
            while reader.read(BUFFER_BYTES):
                pass
        except tarfile.TarError:
            raise Refusal(f"{place} is damaged inside. Use another backup.") from None


def check(place: Path, secrets: list[Secret]) -> dict[str, Any]:
    """Reads a whole backup and compares every hash with its list; returns the manifest. Refuses with what is wrong."""
    found: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    for name, content in members(place, secrets):
        if name == MANIFEST:
            manifest = json.loads(content.read())
            continue
        digest = hashlib.sha256()
        while data := content.read(BUFFER_BYTES):
            digest.update(data)
        found[name] = digest.hexdigest()
    if manifest is None:
        raise Refusal(f"{place} has no list of what it holds. Use another backup.")
    listed = manifest["sha256"]
    wrong = sorted(name for name in {*found, *listed} if found.get(name) != listed.get(name))
    if wrong:
        raise Refusal(f"{place} is damaged: {', '.join(wrong[:3])} is not what was saved. Use another backup.")
    return manifest
