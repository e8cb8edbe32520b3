"""The collector's own file of credentials: a name for each, so that no secret crosses the bus or stands in the inventory.

public: {community: public}
kominfo: {v3: "monitor:SHA-256:PASSWORD:AES-256:PASSWORD", ssh: {user: cadangan, password: PASSWORD}}
"""

from pathlib import Path
from typing import Any

import yaml

from .credentials import Credentials, Ssh, WrongCredentials, user_of

PUBLIC = "public"


def read_access(path: Path | None) -> dict[str, Credentials]:
    """Credentials by name; `public` (SNMP v2c) is always there. Raises WrongCredentials for a file that cannot be used."""
    found = {PUBLIC: Credentials(community=PUBLIC)}
    if path is None or not path.exists():
        return found
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError):
        raise WrongCredentials(f"{path} cannot be read as YAML.") from None
    if not isinstance(told, dict):
        raise WrongCredentials(f"{path} is a mapping of names, such as `public: {{community: public}}`.")
    for name, entry in told.items():
        if not isinstance(entry, dict):
            raise WrongCredentials(f"{path}: “{name}” needs `community` or `v3`.")
        ssh = _ssh(path, name, entry["ssh"]) if "ssh" in entry else None
        if isinstance(entry.get("community"), str):
            found[str(name)] = Credentials(community=entry["community"], ssh=ssh)
        elif isinstance(entry.get("v3"), str):
            found[str(name)] = Credentials(user=user_of(entry["v3"]), ssh=ssh)
        elif ssh is not None:
            found[str(name)] = Credentials(ssh=ssh)
        else:
            raise WrongCredentials(f"{path}: “{name}” needs `community` or `v3`.")
    return found


def _ssh(path: Path, name: str, entry: Any) -> Ssh:
    """The sign-in by SSH: a user with a password or the path of a key, perhaps the word for `enable`, perhaps a port."""
    words = {"user", "password", "key", "enable", "port"}
    if not isinstance(entry, dict) or not isinstance(entry.get("user"), str) or set(entry) - words:
        raise WrongCredentials(f"{path}: `ssh` of “{name}” is {{user: …, password: …}}, with a key: {{user: …, key: /path}}.")
    port = entry.get("port", 22)
    if not isinstance(port, int) or not 0 < port < 65536:
        raise WrongCredentials(f"{path}: the port of `ssh` of “{name}” is a number from 1 to 65535.")
    return Ssh(port=port, **{key: str(value) for key, value in entry.items() if key != "port"})
