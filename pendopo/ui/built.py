"""Where the built stylesheet and islands are: their names carry a hash of their content, and a manifest says which."""

import json
from functools import cache
from pathlib import Path

from django.templatetags.static import static

MANIFEST = Path(__file__).parent / "static" / "built" / "manifest.json"


@cache
def _manifest(changed_ns: int) -> dict[str, str]:
    """Read again only when the build wrote it anew."""
    names: dict[str, str] = json.loads(MANIFEST.read_text())
    return names


def url_of(name: str) -> str:
    """The address of a built file such as `console.js`. Without a build: an address that answers 404; pages still read well."""
    try:
        names = _manifest(MANIFEST.stat().st_mtime_ns)
    except FileNotFoundError:
        names = {}
    return static(f"built/{names.get(name, name)}")
