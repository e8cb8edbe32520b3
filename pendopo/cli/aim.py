"""Which installation a command means, written into the environment before Django reads its settings.

Everything follows from the data folder's name and files; nothing is made or started here (`installation.py` does that).
"""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from pendopo.supervise.account import existing
from pendopo.supervise.folder import DataFolder, default_folder
from pendopo.supervise.nats import USER
from pendopo.supervise.postgres import socket_url


def data_in(arguments: Sequence[str]) -> Path | None:
    """The value of `--data` on a command line."""
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--data" and place + 1 < len(arguments):
            return Path(arguments[place + 1])
        if argument.startswith("--data="):
            return Path(argument.removeprefix("--data="))
    return None


def folder_of(data: Path | None) -> DataFolder:
    """The data folder that a command means."""
    account = existing() if os.geteuid() == 0 else None
    return DataFolder((data or default_folder()).absolute(), account)


def _kept_secret(folder: DataFolder, name: str) -> str:
    """A secret that is there and may be read, else ''."""
    try:
        return (folder.path / "secrets" / name).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def aim(data: Path | None) -> None:
    """Names database, bus and secrets of the installation. What the operator's environment already names stays."""
    folder = folder_of(data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "pendopo.settings"
    for name, value in folder.settings().items():
        os.environ.setdefault(name, value)
    os.environ["PENDOPO_DATA"] = str(folder.path)
    os.environ.setdefault("PENDOPO_DEMO", "1" if folder.kind() == "demo" else "")
    # Without an installation there is nothing to sign for later: a key for this process will do.
    os.environ.setdefault("PENDOPO_SECRET_KEY", _kept_secret(folder, "django") or secrets.token_urlsafe(48))
    if not os.environ.get("PENDOPO_DATABASE_URL"):
        os.environ["PENDOPO_DATABASE_URL"] = socket_url(folder.socket_folder())
    port = folder.remembered().get("client")
    if not os.environ.get("PENDOPO_NATS_URL") and port:
        os.environ["PENDOPO_NATS_URL"] = f"nats://127.0.0.1:{port}"
        os.environ["PENDOPO_NATS_USER"] = USER
        os.environ["PENDOPO_NATS_PASSWORD"] = _kept_secret(folder, "nats")
