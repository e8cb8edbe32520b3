"""Signatures of signed rounds, snapshots and packages: Ed25519 with a key that follows from the installation's secret.

Whoever holds the public key can check a package without this installation. A changed secret means a new key; old signatures keep the public
key that they were made with beside them.
"""

import base64
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"pendopo assessments, version 1"


def canonical(content: Any) -> bytes:
    """The one way in which JSON content is written before it is hashed and signed: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sign(content: bytes) -> str:
    """The signature over the content, base64."""
    return base64.b64encode(_key().sign(content)).decode()


def public_key() -> str:
    """The public key, base64 of its 32 bytes."""
    return base64.b64encode(_key().public_key().public_bytes_raw()).decode()


def holds(content: bytes, signature: str, key: str) -> bool:
    """Whether the signature is that of the key over the content. Anything unreadable is no."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(base64.b64decode(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _key() -> Ed25519PrivateKey:
    secret = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(settings.SECRET_KEY.encode())
    return Ed25519PrivateKey.from_private_bytes(secret)
