"""Where the real files are: PENDOPO_REAL, or `shared/data` beside the repository or above it. Tests skip with a reason without them."""

import csv
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NAMED = os.environ.get("PENDOPO_REAL")
FOLDER = next((p for p in ([Path(NAMED)] if NAMED else [up / "shared" / "data" for up in ROOT.parents]) if p.exists()), None)


def real_rows(*path: str) -> list[dict[str, str]]:
    """The rows of a real CSV file; skips the test when the files are absent."""
    if FOLDER is None:
        pytest.skip("the real files are absent: set PENDOPO_REAL to their folder")
    with FOLDER.joinpath(*path).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
