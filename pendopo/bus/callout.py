"""Signing in to the bus from outside: the server asks us about every user it does not know (auth callout), and we answer with a signed
permit. Knows no Django: who may come in is the caller's question.

The formats are NATS' own JSON Web Tokens (algorithm `ed25519-nkey`), written by hand because no maintained library does.
"""

import base64
import json
import os
import time
from dataclasses import dataclass
from typing import Any

import nkeys

SUBJECT = "$SYS.REQ.USER.AUTH"
ACCOUNT = "$G"


@dataclass(frozen=True)
class Asked:
    """One sign-in that the server asks about. `user_key` is the key it made for the connection, `server_id` its own."""

    user: str
    password: str
    user_key: str
    server_id: str


@dataclass(frozen=True)
class Permit:
    """What a connection may do until `expires_s` seconds from now. An empty list allows nothing."""

    name: str
    publish: list[str]
    subscribe: list[str]
    expires_s: int = 86_400


def new_issuer() -> str:
    """The seed of a new signing key: a secret."""
    seed: bytes = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_ACCOUNT)
    return seed.decode()


def public_key(seed: str) -> str:
    """The key that the server's configuration names as `issuer`."""
    key: bytes = nkeys.from_seed(bytearray(seed.encode())).public_key
    return key.decode()


def read(data: bytes) -> Asked:
    """The question in a request's token. It comes from our own server over a subject that only it may publish to."""
    claims = json.loads(_unpad(data.split(b".")[1]))["nats"]
    options = claims["connect_opts"]
    return Asked(
        user=options.get("user", ""),
        password=options.get("pass", ""),
        user_key=claims["user_nkey"],
        server_id=claims["server_id"]["id"],
    )


def answer(asked: Asked, permit: Permit | None, seed: str, *, why_not: str = "") -> bytes:
    """The signed answer: a permit, or a refusal with its reason (which the server writes into its log)."""
    body: dict[str, Any] = {"type": "authorization_response", "version": 2}
    if permit is None:
        body["error"] = why_not or "refused"
    else:
        body["jwt"] = _user(asked, permit, seed)
    return _sign({"aud": asked.server_id, "sub": asked.user_key, "nats": body}, seed).encode()


def _user(asked: Asked, permit: Permit, seed: str) -> str:
    """An empty `allow` would allow everything, so nothing is written as `deny` of everything."""
    rights = {"pub": permit.publish, "sub": permit.subscribe}
    body: dict[str, Any] = {side: {"allow": subjects} if subjects else {"deny": [">"]} for side, subjects in rights.items()}
    body |= {"subs": -1, "data": -1, "payload": -1, "type": "user", "version": 2}
    expires = int(time.time()) + permit.expires_s
    return _sign({"aud": ACCOUNT, "sub": asked.user_key, "name": permit.name, "exp": expires, "nats": body}, seed)


def _sign(claims: dict[str, Any], seed: str) -> str:
    key = nkeys.from_seed(bytearray(seed.encode()))
    stamp = {"iat": int(time.time()), "iss": public_key(seed), "jti": os.urandom(12).hex()}
    head = _pad(json.dumps({"typ": "JWT", "alg": "ed25519-nkey"}).encode())
    text = f"{head}.{_pad(json.dumps({**claims, **stamp}).encode())}"
    return f"{text}.{_pad(key.sign(text.encode()))}"


def _pad(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unpad(data: bytes) -> bytes:
    return base64.urlsafe_b64decode(data + b"=" * (-len(data) % 4))
