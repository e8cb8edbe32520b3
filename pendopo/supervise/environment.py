"""What the product's processes are told by environment: where the database and the bus are, and the installation's secrets."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from .child import PACKAGE_ROOT
from .folder import DataFolder


def product_environment(folder: DataFolder, *, database_url: str, nats: dict[str, str]) -> dict[str, str]:
    """The variables that `pendopo/settings.py` reads, for one installation. A secret key given by the operator stays."""
    return {
        **{name: value for name, value in folder.settings().items() if name not in os.environ},
        "DJANGO_SETTINGS_MODULE": "pendopo.settings",
        "PENDOPO_DATA": str(folder.path.absolute()),
        "PENDOPO_DATABASE_URL": database_url,
        "PENDOPO_SECRET_KEY": os.environ.get("PENDOPO_SECRET_KEY") or folder.secret("django"),
        "PENDOPO_DEMO": "1" if folder.kind() == "demo" else "",
        "HOME": str(folder.path.absolute() / "run"),
        "PYTHONPATH": str(PACKAGE_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        **nats,
    }


def external_nats() -> dict[str, str] | None:
    """The bus of PENDOPO_NATS_URL with its sign-in, or None when the installation runs its own."""
    if not os.environ.get("PENDOPO_NATS_URL"):
        return None
    names = ("PENDOPO_NATS_URL", "PENDOPO_NATS_USER", "PENDOPO_NATS_PASSWORD")
    return {name: os.environ[name] for name in names if name in os.environ}


def reach(folder: DataFolder) -> list[Path]:
    """What a process of the product must be able to reach besides the interpreter and the code."""
    sockets = [Path(host) for _, host in parse_qsl(urlsplit(os.environ.get("PENDOPO_DATABASE_URL", "")).query) if host.startswith("/")]
    return [folder.path, *(place for place in [folder.socket_folder(), *sockets] if place.is_dir())]
