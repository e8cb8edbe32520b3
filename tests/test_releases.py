"""The backup of every earlier release is restored, upgraded, and answers as it did."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.installations import ROOT, Up, pendopo
from tests.releases.make import PASSPHRASE, PLACE, answers

BACKUPS = sorted(PLACE.glob("*.pendopo"))


@pytest.mark.alone
@pytest.mark.parametrize("backup", BACKUPS, ids=lambda path: path.stem)
def test_an_earlier_release_is_restored_and_answers_as_it_did(backup: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = pendopo("restore", str(backup), "--data", str(data), env={"PENDOPO_BACKUP_PASSPHRASE": PASSPHRASE})
    assert done.returncode == 0, done.stdout + done.stderr
    done = pendopo("upgrade", "--data", str(data))
    assert done.returncode == 0, done.stdout + done.stderr
    with Up(data) as up:
        now = answers(up)
    then = json.loads(backup.with_suffix(".json").read_text(encoding="utf-8"))
    for question, items in then.items():
        for item in items:
            assert any(item.items() <= found.items() for found in now[question]), f"{question}: {item} is not answered any more"
    done = pendopo("verify", "--data", str(data))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_tag_has_its_backup() -> None:
    """A release is tagged together with the backup that its successors are tried on (CONTRIBUTING.md)."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: there are no tags to compare with")
    listed = subprocess.run(["git", "tag", "--list", "v*"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert listed.returncode == 0 or "dubious ownership" in listed.stderr
    assert set(listed.stdout.split()) <= {backup.stem for backup in BACKUPS}
