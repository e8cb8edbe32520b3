"""The links in letters: they name an address or a browser, signed, so that only its owner confirms and ends what is sent there."""

from django.core import signing

SALT = "pendopo.portal.warnings"
LIFE_S = 90 * 86_400


# How a browser is told from an address in a link.
BROWSER = "push:"


def token_of(email: str) -> str:
    """What stands in the link."""
    return signing.dumps(email, salt=SALT, compress=True)


def email_of(token: str) -> str | None:
    """The address (or `push:` and the browser) behind a link; None when it is not one of ours or has run out."""
    try:
        found: str = signing.loads(token, salt=SALT, max_age=LIFE_S)
    except signing.BadSignature:
        return None
    return found
