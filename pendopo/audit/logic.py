"""How an entry becomes a link of the chain, and how a chain is judged."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = b"\x00" * 32

# An entry that is older than this and has no seal means that nobody seals.
SEAL_WITHIN_S = 60.0


def link(previous: bytes, *, seq: int, at: datetime, content: dict[str, Any]) -> bytes:
    """SHA-256 over the previous hash and this entry's content as canonical JSON (sorted keys, UTC microseconds).

    `content` holds JSON values only. The same entry always gives the same 32 bytes, on any machine.
    """
    body = {"seq": seq, "at": at.astimezone(UTC).isoformat(timespec="microseconds"), **content}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + text.encode()).digest()


@dataclass(frozen=True)
class Sealed:
    """One sealed entry as the walk sees it. `content` is everything that the hash covers beside `seq` and `at`."""

    seq: int
    at: datetime
    content: dict[str, Any]
    hash: bytes

    @property
    def title(self) -> str:
        """The entry in words: number, deed, person and time."""
        deed = f"{self.content['room']}.{self.content['verb']} {self.content['about']}"
        return f"Entry {self.seq} ({deed}, by {self.content['actor']}, {self.at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ})"


@dataclass(frozen=True)
class Problem:
    """Something that is not as it was sealed: a stable `code`, the number of the entry (0 = none) and a sentence."""

    code: str
    seq: int
    message: str


@dataclass(frozen=True)
class Head:
    """The newest link: note it elsewhere (paper, e-mail, another agency), and nobody can shorten or rewrite the book unseen."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Reads `SEQ:HASH` as `pendopo verify` prints it. Raises ValueError with a sentence."""
        seq, _, digest = text.strip().partition(":")
        try:
            head = cls(int(seq), bytes.fromhex(digest))
        except ValueError:
            head = cls(0, b"")
        if head.seq < 1 or len(head.hash) != 32:
            raise ValueError(f"{text!r} is not a head of the book: write it as it was printed, NUMBER:64 hexadecimal digits.")
        return head


def walk(entries: Iterable[Sealed], noted: Head | None = None) -> Iterator[Problem | Head]:
    """Judges a whole chain, given in order of `seq`. Yields each problem as it is met and, last, the head.

    After a changed entry the walk goes on from its stored hash, so that one changed row is one problem and its neighbours are clear.
    `noted` is a head written down earlier: the entry must still be there with that hash.
    """
    head = Head(0, GENESIS)
    met = noted is None
    for entry in entries:
        if entry.seq > head.seq + 1:
            yield missing(head.seq + 1, entry.seq - 1)
        if entry.seq <= head.seq:
            yield Problem("repeated", entry.seq, f"{entry.title} carries a number that was given before.")
        elif link(head.hash, seq=entry.seq, at=entry.at, content=entry.content) != entry.hash and entry.seq == head.seq + 1:
            yield Problem("changed", entry.seq, f"{entry.title} is not what was sealed: it was changed afterwards, or the one before it.")
        if noted is not None and entry.seq == noted.seq:
            met = True
            if entry.hash != noted.hash:
                yield Problem("rewritten", entry.seq, f"{entry.title} has another hash than the noted one: the book was rewritten.")
        head = Head(entry.seq, entry.hash)
    if not met and noted is not None:
        yield Problem("shortened", noted.seq, f"The book ends at entry {head.seq}, but entry {noted.seq} was noted: the end was removed.")
    yield head


def missing(first: int, last: int) -> Problem:
    """The problem of one or more removed entries."""
    if first == last:
        return Problem("missing", first, f"Entry {first} was removed.")
    return Problem("missing", first, f"Entries {first} to {last} were removed.")
