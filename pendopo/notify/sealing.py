"""Secrets that must be used again and therefore cannot be kept as a hash: encrypted with a key made from the installation's own."""

import base64
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes

SALT = b"pendopo.notify.webhook."


def _box() -> MultiFernet:
    """The newest key first; former ones (SECRET_KEY_FALLBACKS) still open."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(sha256(SALT + force_bytes(key)).digest())) for key in keys])


def seal(secret: str) -> str:
    """The secret as the database keeps it."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The secret itself; None when the installation's key has changed since."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def seal_file(body: bytes) -> bytes:
    """A file as the database keeps it when something in it is secret."""
    return _box().encrypt(body)


def unseal_file(body: bytes) -> bytes:
    """The file itself. Raises InvalidToken when the installation's key has changed since."""
    return _box().decrypt(body)
