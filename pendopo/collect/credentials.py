"""How a collector proves itself to devices: a community (SNMP v2c) or a user with keys (SNMP v3)."""

from dataclasses import asdict, dataclass, field
from typing import TypeVar

from gufo.snmp import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    BaseAuthKey,
    BasePrivKey,
    DesKey,
    Md5Key,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
    User,
)

AUTHENTICATION: dict[str, type[BaseAuthKey]] = {
    "MD5": Md5Key,
    "SHA": Sha1Key,
    "SHA-1": Sha1Key,
    "SHA-224": Sha224Key,
    "SHA-256": Sha256Key,
    "SHA-384": Sha384Key,
    "SHA-512": Sha512Key,
}
PRIVACY: dict[str, type[BasePrivKey]] = {"DES": DesKey, "AES": Aes128Key, "AES-128": Aes128Key, "AES-192": Aes192Key, "AES-256": Aes256Key}
Kind = TypeVar("Kind")

# RFC 3414, section 11.2: shorter passwords are guessed.
SHORTEST_PASSWORD = 8


class WrongCredentials(ValueError):
    """A sentence that says what to write instead."""


@dataclass(frozen=True)
class Ssh:
    """Who signs in by SSH to read a configuration; never printed."""

    user: str = field(repr=False)
    password: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    enable: str = field(default="", repr=False)
    port: int = 22

    def as_words(self) -> dict[str, str | int]:
        """For the process that signs in."""
        return asdict(self)


@dataclass(frozen=True)
class Credentials:
    """Either a community or a user, and perhaps a sign-in by SSH; never printed."""

    community: str = field(default="public", repr=False)
    user: User | None = field(default=None, repr=False)
    ssh: Ssh | None = field(default=None, repr=False)


def user_of(text: str) -> User:
    """`USER`, `USER:SHA-256:PASSWORD` or `USER:SHA-256:PASSWORD:AES-256:PASSWORD`; the last password may hold colons."""
    parts = text.split(":", 4)
    if not parts[0] or len(parts) not in (1, 3, 5):
        raise WrongCredentials("Write the SNMP v3 user as USER:SHA-256:PASSWORD:AES-256:PASSWORD (or USER:SHA-256:PASSWORD, or USER).")
    auth = priv = None
    if len(parts) >= 3:
        auth = _kind(AUTHENTICATION, parts[1], "authentication")(_password(parts[2], "authentication"))
    if len(parts) == 5:
        priv = _kind(PRIVACY, parts[3], "privacy")(_password(parts[4], "privacy"))
    return User(parts[0], auth_key=auth, priv_key=priv)


def _kind(table: dict[str, type[Kind]], name: str, what: str) -> type[Kind]:
    found = table.get(name.upper())
    if found is None:
        raise WrongCredentials(f"{name!r} is no {what} of SNMP v3 here; write one of {', '.join(table)}.")
    return found


def _password(text: str, what: str) -> bytes:
    if len(text) < SHORTEST_PASSWORD:
        raise WrongCredentials(f"The {what} password of SNMP v3 needs at least {SHORTEST_PASSWORD} characters.")
    return text.encode()
