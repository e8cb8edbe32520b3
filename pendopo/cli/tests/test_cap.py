"""`pendopo cap check`: one object a file, and the exit code says whether all are valid."""

import json
from pathlib import Path

from click.testing import CliRunner

from pendopo.alerts.cap.tests.test_check import ALERT
from pendopo.cli import main


def test_one_object_a_file_and_one_bad_file_fails_the_whole(tmp_path: Path) -> None:
    good, bad, gone = tmp_path / "baik.xml", tmp_path / "salah.xml", tmp_path / "tidak-ada.xml"
    good.write_text(ALERT)
    bad.write_text(ALERT.replace("<urgency>Immediate</urgency>", ""))
    alone = CliRunner().invoke(main, ["cap", "check", str(good), "--json"])
    assert (alone.exit_code, json.loads(alone.output)) == (0, {"file": str(good), "valid": True, "problems": []})
    done = CliRunner().invoke(main, ["cap", "check", str(bad), str(gone), str(good), "--json"])
    first, second, third = (json.loads(line) for line in done.output.splitlines())
    assert done.exit_code == 1
    assert first["problems"] == [
        {"code": "MISSING_REQUIRED_ELEMENT", "element": "alert/info[1]/urgency", "message": "info needs the element urgency."}
    ]
    assert (second["valid"], second["problems"][0]["code"], third["valid"]) == (False, "NOT_READABLE", True)


def test_words_for_people_and_standard_input() -> None:
    done = CliRunner().invoke(main, ["cap", "check", "-"], input=ALERT.replace("Severe", "Gawat"))
    assert done.exit_code == 1
    assert "NOT valid" in done.output and "'Gawat' is not one of Extreme, Severe" in done.output
    assert CliRunner().invoke(main, ["cap", "check"]).exit_code == 2
