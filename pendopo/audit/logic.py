"""How an entry becomes a link of the chain."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

GENESIS = b"\x00" * 32


def link(previous: bytes, *, seq: int, at: datetime, content: dict[str, Any]) -> bytes:
    """SHA-256 over the previous hash and this entry's content as canonical JSON (sorted keys, UTC microseconds).

    `content` holds JSON values only. The same entry always gives the same 32 bytes, on any machine.
    """
    body = {"seq": seq, "at": at.astimezone(UTC).isoformat(timespec="microseconds"), **content}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + text.encode()).digest()
