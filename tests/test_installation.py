"""Commands find the database of an installation whether `pendopo up` runs on it or not, also several at once."""

import subprocess
import sys

import pytest

from tests.installations import ROOT, Up, clean_environment, first_sign_in, pendopo

pytestmark = pytest.mark.alone

# What every command module does, as a program: count the regions, and stay a while so that two overlap.
COMMAND = """
import sys, time
from pathlib import Path
from pendopo.cli.aim import aim
data = Path(sys.argv[1])
aim(data)
from pendopo.cli.installation import open_installation
from pendopo.regions.models import Region
with open_installation(data) as folder:
    for _ in range(int(sys.argv[2])):
        count = Region.objects.filter(code__startswith="35.16").count()
        time.sleep(0.05)
    (folder.path / "files" / "left-by-the-command").write_text("x")
    print(count)
"""

# The regency itself, its 18 districts and its 304 villages.
ROWS_OF_3516 = 1 + 18 + 304


def count(data, rounds=1):
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(data), str(rounds)],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_commands_with_and_without_a_running_installation(tmp_path):
    data = tmp_path / "data"
    with Up(data) as up:
        assert first_sign_in(up.said())[0] == "admin@pendopo.local"
        output, error = count(data).communicate(timeout=60)
        assert output.strip() == str(ROWS_OF_3516), error
    # Alone, and three at once of which the first to end is the one that started the server.
    for runs in ([1], [1, 60, 30]):
        running = [count(data, rounds) for rounds in runs]
        for process in running:
            output, error = process.communicate(timeout=60)
            assert output.strip() == str(ROWS_OF_3516), error
            assert process.returncode == 0
    assert not (data / "postgres/postmaster.pid").exists()
    left = data / "files/left-by-the-command"
    assert left.stat().st_uid == (data / "files").stat().st_uid


def test_no_installation_is_a_sentence(tmp_path):
    process = count(tmp_path / "nothing")
    _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "No installation in" in error


def test_help_needs_no_installation(tmp_path):
    done = pendopo("--help", env={"PENDOPO_DATA": str(tmp_path / "nothing")})
    assert done.returncode == 0
    assert "up" in done.stdout
    assert not (tmp_path / "nothing").exists()
