"""docs/commands.md says what the commands say; every command explains itself."""

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from pendopo.cli import COMMANDS, main

PAGE = Path(__file__).resolve().parents[1] / "docs/commands.md"


def test_the_page_is_what_the_commands_say(tmp_path):
    """Written by a program of its own: a command that another test has called by itself remembers how its help was asked for."""
    written = tmp_path / "commands.md"
    subprocess.run([sys.executable, "-m", "pendopo.cli.manual", written], check=True)
    assert PAGE.read_text(encoding="utf-8") == written.read_text(encoding="utf-8"), "run `make docs`"


def test_every_command_has_help_and_a_line_in_the_table():
    for name, (_, about) in COMMANDS.items():
        assert about.endswith("."), name
        done = CliRunner().invoke(main, [name, "--help"])
        assert done.exit_code == 0, done.output
    assert CliRunner().invoke(main, ["no-such-command"]).exit_code == 2
