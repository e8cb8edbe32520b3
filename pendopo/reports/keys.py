"""Numbers that people can read over the telephone, and the keys by which a reporter follows the own report without an account."""

import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

# Without letters and digits that are taken for each other.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SALT = "pendopo.reports.key"


def new_number() -> str:
    """Nine signs in two groups, chosen by chance, so that nobody walks through them."""
    text = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{text[:4]}-{text[4:]}"


def key_of(number: str) -> str:
    """The key of a report: it follows from the number and the installation's secret, so that nothing needs to be kept."""
    return salted_hmac(SALT, number, algorithm="sha256").hexdigest()[:24]


def opens(number: str, key: str) -> bool:
    """Whether this is the report's key."""
    return constant_time_compare(key_of(number), key)
