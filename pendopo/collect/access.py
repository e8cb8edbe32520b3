"""The collector's own file of credentials: a name for each, so that no secret crosses the bus or stands in the inventory.

public: {community: public}
kominfo: {v3: "monitor:SHA-256:PASSWORD:AES-256:PASSWORD"}
"""

from pathlib import Path

import yaml

from .credentials import Credentials, WrongCredentials, user_of

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
        if isinstance(entry, dict) and isinstance(entry.get("community"), str):
            found[str(name)] = Credentials(community=entry["community"])
        elif isinstance(entry, dict) and isinstance(entry.get("v3"), str):
            found[str(name)] = Credentials(user=user_of(entry["v3"]))
        else:
            raise WrongCredentials(f"{path}: “{name}” needs `community` or `v3`.")
    return found
