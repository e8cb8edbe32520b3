"""The collector as a part: its credentials follow every change, and one that did not start is forgotten so that it can be tried again."""

import asyncio
import sys
from pathlib import Path

import pytest

from pendopo.supervise.child import Child
from pendopo.supervise.collecting import ACCESS, HANDED, SYSLOG, SYSLOG_TLS, Collecting
from pendopo.supervise.folder import DataFolder
from pendopo.supervise.keeper import Keeper
from pendopo.supervise.progress import Progress
from pendopo.supervise.refusal import Refusal


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder."""
    made = DataFolder(tmp_path / "data", None)
    made.prepare("real")
    return made


def test_credentials_are_handed_over_and_follow_every_change(folder: DataFolder) -> None:
    collecting, handed = Collecting(folder), folder.path / HANDED
    collecting.prepare()
    assert not handed.exists()
    for text in ("a: {community: satu}\n", "a: {community: dua}\n"):
        (folder.path / ACCESS).write_text(text)
        collecting.hand_over()
        assert handed.read_text() == text and handed.stat().st_mode & 0o777 == 0o600
    written = handed.stat().st_mtime_ns
    collecting.hand_over()
    assert handed.stat().st_mtime_ns == written, "the same again is not written"
    (folder.path / ACCESS).unlink()
    collecting.hand_over()
    assert not handed.exists()


def test_syslog_alone_is_reason_enough_and_tls_has_a_certificate(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    collecting = Collecting(folder, {"PENDOPO_NATS_URL": "nats://127.0.0.1:1"})
    assert not collecting.wanted
    monkeypatch.setenv(SYSLOG, "127.0.0.1:5514")
    monkeypatch.setenv(SYSLOG_TLS, "127.0.0.1:6514")
    assert collecting.wanted
    words = collecting.child().program
    assert words[words.index("--syslog") + 1] == "127.0.0.1:5514"
    assert Path(words[words.index("--certificate") + 1]).exists() and Path(words[words.index("--key") + 1]).exists()


async def test_a_part_that_did_not_start_is_forgotten(folder: DataFolder, tmp_path: Path) -> None:
    keeper = Keeper(Progress(), lambda: None)
    child = Child("Collect", [sys.executable, "-c", "raise SystemExit(3)"], lambda: False, tmp_path / "log", start_s=5)
    with pytest.raises(Refusal, match="did not start"):
        await asyncio.wait_for(keeper.start(child), 20)
    keeper.let_go("Collect")
    assert keeper.kept == []
