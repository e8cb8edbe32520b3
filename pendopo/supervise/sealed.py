"""An encrypted stream: what goes into a backup file, and comes out of it only whole and unchanged.

Format: the line `PENDOPO-BACKUP-1`, one line of JSON (`kdf`, `salt`), then pieces of 1 MiB, each sealed with AES-256-GCM. A piece's
nonce is its number and whether it is the last one, so that pieces cannot be swapped, dropped or cut off unnoticed (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015). The header is authenticated with every piece. Each file has a key of
its own: scrypt of a passphrase, or HKDF of the installation's backup key, with a fresh salt.
"""

import io
import json
import os
import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .refusal import Refusal

MAGIC = b"PENDOPO-BACKUP-1\n"
PIECE_BYTES = 1024**2
TAG_BYTES = 16
KEY_BYTES = 32
HEADER_LIMIT_BYTES = 4096


@dataclass(frozen=True)
class Secret:
    """What opens a backup: a passphrase that people remember, or a long random key."""

    text: str
    is_passphrase: bool

    @property
    def kdf(self) -> str:
        """How the key is made from it."""
        return "scrypt" if self.is_passphrase else "hkdf"

    def key(self, salt: bytes) -> bytes:
        """The key of one file."""
        if self.is_passphrase:
            return Scrypt(salt=salt, length=KEY_BYTES, n=2**15, r=8, p=1).derive(self.text.encode())
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=MAGIC).derive(self.text.encode())


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">xxxQ?", number, last)


class SealedWriter(io.RawIOBase):
    """A file object that encrypts what is written to it. `close()` writes the last piece; without it the file cannot be read."""

    def __init__(self, target: BinaryIO, secret: Secret) -> None:
        super().__init__()
        salt = os.urandom(16)
        self._header = json.dumps({"kdf": secret.kdf, "salt": b64encode(salt).decode()}).encode() + b"\n"
        self._cipher = AESGCM(secret.key(salt))
        self._target, self._waiting, self._number = target, bytearray(), 0
        target.write(MAGIC + self._header)

    def writable(self) -> bool:
        """It is written to."""
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Takes any amount; encrypts whole pieces. Keeps the last one back, since it is sealed differently."""
        self._waiting += data
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]
        return len(data)

    def _seal(self, piece: bytes, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last), piece, self._header))
        self._number += 1

    def finish(self) -> None:
        """Seals the last piece."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()


class SealedReader(io.RawIOBase):
    """A file object that decrypts. Refuses a wrong key, a changed byte, and a file that ends too early."""

    def __init__(self, source: BinaryIO, secrets: list[Secret], name: str) -> None:
        super().__init__()
        self._source, self._name, self._number = source, name, 0
        if source.read(len(MAGIC)) != MAGIC:
            raise Refusal(f"{name} is not a backup of Pendopo.")
        self._header = source.readline(HEADER_LIMIT_BYTES)
        self._plain, self._ended = b"", False
        self._next = source.read(PIECE_BYTES + TAG_BYTES)
        self._open_first(secrets)

    def _open_first(self, secrets: list[Secret]) -> None:
        """Finds which of the given secrets opens the file."""
        try:
            header = json.loads(self._header)
            kdf, salt = header["kdf"], b64decode(header["salt"])
        except (ValueError, KeyError, TypeError):
            raise Refusal(f"{self._name} is damaged: its head cannot be read.") from None
        fitting = [secret for secret in secrets if secret.kdf == kdf]
        if not fitting:
            wanted = "a passphrase: set PENDOPO_BACKUP_PASSPHRASE" if kdf == "scrypt" else "a key: name its file with --key"
            raise Refusal(f"{self._name} is locked with {wanted}.")
        piece, following = self._next, self._source.read(PIECE_BYTES + TAG_BYTES)
        for secret in fitting:
            self._cipher = AESGCM(secret.key(salt))
            try:
                self._plain = self._cipher.decrypt(_nonce(0, not following), piece, self._header)
            except InvalidTag:
                continue
            self._number, self._next, self._ended = 1, following, not following
            return
        raise Refusal(f"{self._name} cannot be opened: the key is wrong, or the file is damaged at its beginning.")

    def readable(self) -> bool:
        """It is read from."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """As of a raw file."""
        if not self._plain and not self._ended:
            self._open_next()
        count = min(len(buffer), len(self._plain))
        buffer[:count] = self._plain[:count]
        self._plain = self._plain[count:]
        return count

    def _open_next(self) -> None:
        piece, self._next = self._next, self._source.read(PIECE_BYTES + TAG_BYTES)
        last = not self._next
        try:
            self._plain = self._cipher.decrypt(_nonce(self._number, last), piece, self._header)
        except InvalidTag:
            place = self._number * PIECE_BYTES // 1024**2
            raise Refusal(f"{self._name} is damaged or cut off near {place} MiB. Use another backup.") from None
        self._number += 1
        self._ended = last
