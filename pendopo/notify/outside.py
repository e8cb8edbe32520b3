"""Only the internet is outside: finds the address of a webhook's host and refuses those of this machine and its networks.

The name is looked up once and the connection goes to the address that was checked, so that a name which changes its mind between the
look and the call (DNS rebinding) gains nothing.
"""

import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from .logic import is_public


class Inside(Exception):
    """The address must not be called; the text says why."""


def complaint_about(url: str) -> str:
    """Why a webhook cannot have this address; '' = it can. A name that cannot be found now is no reason: it may come."""
    try:
        check(url)
    except Inside as why:
        return str(why)
    except OSError:
        return ""
    return ""


def check(url: str) -> tuple[SplitResult, str]:
    """The parts of the address and the IP address to connect to. Raises `Inside`, or OSError when the name cannot be found."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise Inside(_("The port in this address cannot be read.")) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
        raise Inside(_("Write an address such as https://example.go.id/hook, without name, password or #."))
    if parts.scheme == "http" and not settings.WEBHOOK_PRIVATE:
        raise Inside(_("Notices go out over https only."))
    found = socket.getaddrinfo(parts.hostname, port or (443 if parts.scheme == "https" else 80), type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not settings.WEBHOOK_PRIVATE and not all(is_public(address) for address in addresses):
        raise Inside(
            _("%(host)s is inside this machine or its networks. An administrator can allow that with PENDOPO_WEBHOOK_PRIVATE=1.")
            % {"host": parts.hostname}
        )
    return parts, addresses[0]
