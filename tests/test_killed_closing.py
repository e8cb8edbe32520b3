"""Killed while a month is closed, nothing is lost and nothing doubled: every row reads as before, and the next time it closes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.installations import ROOT, Up, clean_environment, pendopo

pytestmark = pytest.mark.alone

# The month has so many rows that copying, writing and reading back each take a while.
DAYS, A_DAY = 28, 288
KILLS = 4
CATALOGUE = """
sources:
  - {code: psda, name: PSDA, agency: Dinas PU SDA}
indicators:
  - {code: river, name: {id: Sungai, en: River}, unit: m, every: 5m, kind: gauge, level: district, rollup: mean, sources: [psda]}
"""


def write(place: Path) -> Path:
    """Four weeks of February 2025 of three districts, every five minutes."""
    first = datetime(2025, 2, 1, tzinfo=UTC)
    file = place / "rows.csv"
    with file.open("w") as out:
        out.write("indicator,region,at,value\n")
        for number in range(DAYS * A_DAY):
            at = (first + timedelta(minutes=5 * number)).isoformat()
            out.writelines(f"river,35.16.{district:02},{at},{number % 97 / 10}\n" for district in (1, 2, 3))
    return file


def exported(data: Path) -> str:
    """All that is known, as people get it."""
    done = pendopo("export", "--indicator", "river", "--format", "csv", "--data", str(data))
    assert done.returncode == 0, done.stderr
    return done.stdout


def writes(folder: Path, since: float) -> bool:
    """Whether a file of the month was written since a moment."""
    with contextlib.suppress(OSError):
        return any(file.stat().st_mtime >= since for file in folder.glob("2025-02*"))
    return False


def close_and_kill(data: Path, after_s: float) -> bool:
    """Begins to close the month and kills the command with all it started, so long after its first file. Whether it was faster."""
    folder, begun = data / "files/closed", time.time()
    command = [sys.executable, "-m", "pendopo.cli", "close", "--month", "2025-02", "--data", str(data)]
    with (data.parent / "close.log").open("ab") as log:
        process = subprocess.Popen(command, env=clean_environment(), cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    while process.poll() is None and not writes(folder, begun):
        time.sleep(0.002)
    time.sleep(after_s)
    if process.poll() is not None:
        return True
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return False


def test_killed_while_a_month_is_closed_nothing_is_lost(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (tmp_path / "catalogue.yaml").write_text(CATALOGUE)
    with Up(data):
        for words in (("catalogue", "load", str(tmp_path / "catalogue.yaml")), ("ingest", str(write(tmp_path)), "--source", "psda")):
            done = pendopo(*words, "--data", str(data))
            assert done.returncode == 0, done.stderr
        before = exported(data)
        assert before.count("\n") == 1 + 3 * DAYS * A_DAY
        killed = 0
        for number in range(KILLS):
            if close_and_kill(data, number * 0.12):
                break
            killed += 1
            assert exported(data) == before
        assert killed, "the month was closed before anything could be killed"
        pendopo("close", "--month", "2025-02", "--data", str(data))
        assert exported(data) == before
        verified = pendopo("verify", "--json", "--data", str(data))
        assert json.loads(verified.stdout)["unbroken"], verified.stdout
        assert len(list((data / "files/closed").iterdir())) == 1, "what was left half-written is gone"
