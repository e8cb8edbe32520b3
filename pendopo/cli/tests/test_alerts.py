"""`pendopo alerts try`: a rule over a recorded series, without a server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pendopo.cli import main

RULE = "kind: threshold\nabove: 3\nclear: 2\n"


def run(folder: Path, rule: str, series: bytes) -> Result:
    """Tries a rule over a series."""
    (folder / "rule.yaml").write_text(rule)
    (folder / "series.csv").write_bytes(series)
    return CliRunner().invoke(main, ["alerts", "try", str(folder / "rule.yaml"), str(folder / "series.csv"), "--json"])


def test_one_object_a_firing_whatever_the_order_of_rows(tmp_path: Path) -> None:
    rows = ["2026-05-09T07:10:00+07:00,4", "2026-05-09T00:00:00Z,1", "2026-05-09 00:20:00,", "2026-05-09 00:30:00,1.5"]
    done = run(tmp_path, RULE, ("\ufefftimestamp,value\r\n" + "\r\n".join(rows) + "\r\n").encode())
    assert done.exit_code == 0, done.output
    assert [json.loads(text) for text in done.output.splitlines()] == [
        {"start": "2026-05-09T00:10:00Z", "end": "2026-05-09T00:30:00Z", "peak": 4.0, "reason": "4 is above 3"}
    ]


def test_silence_up_to_the_last_row(tmp_path: Path) -> None:
    done = run(tmp_path, "kind: silence\nfor: 10m\n", b"timestamp,value\n2026-05-09T00:00:00Z,1\n2026-05-09T01:00:00Z,\n")
    assert json.loads(done.output)["start"] == "2026-05-09T00:10:00Z" and json.loads(done.output)["end"] is None


@pytest.mark.parametrize(
    ("rule", "series", "sentence"),
    [
        ("kind: [", b"timestamp,value\n", "not YAML"),
        ("kind: threshold\n", b"timestamp,value\n", "either above or below"),
        (RULE, b"waktu,value\n", "timestamp and value"),
        (RULE, b"timestamp,value\n2026-05-09,1\nkemarin,2\n", "Row 2: 'kemarin' is no time"),
        (RULE, b"timestamp,value\n2026-05-09,NaN\n", "Row 1: 'NaN' is no number"),
        (RULE, b"timestamp,value\n2026-05-09,\xff\n", "not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, rule: str, series: bytes, sentence: str) -> None:
    done = run(tmp_path, rule, series)
    assert done.exit_code == 1 and sentence in done.output


def test_an_empty_series_fires_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, RULE, b"timestamp,value\n")
    assert done.exit_code == 0 and done.output == ""


@pytest.mark.parametrize("rule", ["kind: ears\nmethod: c9\n", "kind: silence\nfor: long\n"])
def test_a_refusal_needs_no_installation(tmp_path: Path, rule: str) -> None:
    """In a process of its own: without settings, a server or a data folder there is a sentence and no traceback."""
    (tmp_path / "rule.yaml").write_text(rule)
    (tmp_path / "series.csv").write_text("timestamp,value\n")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PENDOPO_", "DJANGO_"))}
    command = [sys.executable, "-m", "pendopo.cli", "alerts", "try", str(tmp_path / "rule.yaml"), str(tmp_path / "series.csv")]
    done = subprocess.run(command, capture_output=True, text=True, env=plain, timeout=60)
    assert done.returncode == 1 and done.stderr.startswith("Error: "), done.stderr
