"""The house's key for web push (VAPID, RFC 8292). It follows from the installation's own key: nothing more to keep or to lose."""

import base64
import hmac
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PUBLIC_BYTES, SECRET_BYTES = 65, 16


def private_key() -> ec.EllipticCurvePrivateKey:
    """The key that signs; another SECRET_KEY is another one, and browsers must be asked again."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"pendopo.notify.push", sha256)
    return ec.derive_private_key(int.from_bytes(digest) % (ORDER - 1) + 1, ec.SECP256R1())


def public_key() -> str:
    """What a browser is given when it subscribes."""
    raw = private_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def is_key(text: str, size: int) -> bool:
    """Whether a text is so many bytes in base64url."""
    try:
        return len(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) == size
    except ValueError:
        return False
