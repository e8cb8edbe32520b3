"""Decisions about notices, without a database: when to try again, quiet hours, addresses, signatures. `now` is an argument."""

import base64
import hmac
import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256

# A first failure waits this long, each later one twice as long, up to the longest.
FIRST_PAUSE = timedelta(seconds=30)
FIRST_PAUSE_URGENT = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)

# A notice that could not be delivered for this long is old news.
PATIENCE = timedelta(hours=24)
# A webhook that failed for this long without one success is switched off.
ENDPOINT_PATIENCE = timedelta(days=5)

SECRET_PREFIX = "whsec_"  # noqa: S105 - the name that Standard Webhooks gives its secrets

PHONE = re.compile(r"\+[1-9]\d{7,14}")
HANDLE = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9._-]{1,79}")
CHAT_ID = re.compile(r"-?\d{4,20}")

NAT64 = ipaddress.ip_network("64:ff9b::/96")


def pause(attempts: int, *, urgent: bool = False, asked_s: float | None = None) -> timedelta:
    """How long to wait after the failed attempt number `attempts` (from 1). A receiver's own wish (Retry-After) is kept, up to an hour."""
    first = FIRST_PAUSE_URGENT if urgent else FIRST_PAUSE
    doubled = min(first * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)
    return max(doubled, min(timedelta(seconds=asked_s), LONGEST_PAUSE)) if asked_s else doubled


def is_too_late(created: datetime, now: datetime) -> bool:
    """Whether a notice is no longer worth another attempt."""
    return now - created >= PATIENCE


def release(now: datetime, begins: time | None, ends: time | None) -> datetime:
    """When a notice may leave: now, or at the end of the quiet hours that `now` (in the person's zone) falls into.

    22:00 to 06:00 runs over midnight. Equal ends mean no quiet hours.
    """
    if begins is None or ends is None or begins == ends:
        return now
    clock = now.timetz().replace(tzinfo=None)
    quiet = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    if not quiet:
        return now
    end = datetime.combine(now.date(), ends, tzinfo=now.tzinfo)
    return end if end > now else datetime.combine(now.date() + timedelta(days=1), ends, tzinfo=now.tzinfo)


def normal_phone(text: str) -> str | None:
    """A phone number as `+628…`, from `0812-…`, `62812…` or `+62 812 …`; None when it is none."""
    plain = re.sub(r"[\s().-]", "", text)
    if plain.startswith("0") and not plain.startswith("00"):
        plain = f"+62{plain[1:]}"
    elif plain.startswith("00"):
        plain = f"+{plain[2:]}"
    elif plain.startswith("62"):
        plain = f"+{plain}"
    return plain if PHONE.fullmatch(plain) else None


def normal_handle(text: str) -> str | None:
    """A chat's number or a name without its @; None when it is neither."""
    plain = text.strip()
    if CHAT_ID.fullmatch(plain):
        return plain
    return plain.removeprefix("@") if HANDLE.fullmatch(plain) else None


def masked(channel: str, target: str) -> str:
    """An address with its middle hidden: enough to recognise one's own, too little to use another's."""
    if channel == "webhook":
        return "/".join(target.split("/")[:3])
    if channel == "email":
        name, _at, domain = target.rpartition("@")
        return f"{name[:1]}•••@{domain}"
    return f"{target[:3]}•••{target[-2:]}" if len(target) > 6 else "•••"


def is_public(address: str) -> bool:
    """Whether an IP address is out on the internet. Loopback, private, link-local, shared, reserved, and IPv4 ones inside IPv6 are not."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return ip.is_global and not ip.is_multicast


def new_secret(random: bytes) -> str:
    """A webhook's secret as its owner keeps it, from at least 24 random bytes."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def signature(secret: str, mark: str, timestamp: int, body: bytes) -> str:
    """`v1,…`: HMAC-SHA256 of `id.timestamp.body`, as Standard Webhooks 1.0 writes it."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{mark}.{timestamp}.".encode() + body, sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def retry_after(text: str) -> float | None:
    """Seconds of a Retry-After header in its plain form; None for none or a date."""
    return float(text) if re.fullmatch(r"\d{1,6}", text.strip()) else None


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended: `sent`, `failed` (try again) or `refused` (never will). `gone`: the receiver asked to be left alone."""

    result: str
    code: int | None = None
    detail: str = ""
    wait_s: float | None = None
    gone: bool = False
