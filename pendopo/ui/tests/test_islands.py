"""The islands' own tests and the type checker, run from here so that one command tests everything."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def npm(task: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("npm") is None or not (ROOT / "node_modules").is_dir():
        pytest.skip("The islands' tests need Node and `npm ci`: run `make setup` first.")
    return subprocess.run(["npm", "run", "--silent", task], cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)


def test_the_islands_pass_their_own_tests() -> None:
    done = npm("test")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "# fail 0" in done.stdout


@pytest.mark.slow
def test_the_islands_are_well_typed() -> None:
    done = npm("check")
    assert done.returncode == 0, done.stdout[-3000:]
