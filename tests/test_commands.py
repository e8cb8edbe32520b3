"""docs/commands.md says what the commands say; every command explains itself."""

from pathlib import Path

from click.testing import CliRunner

from pendopo.cli import COMMANDS, main
from pendopo.cli.manual import manual

PAGE = Path(__file__).resolve().parents[1] / "docs/commands.md"


def test_the_page_is_what_the_commands_say():
    assert PAGE.read_text(encoding="utf-8") == manual(), "run `make docs`"


def test_every_command_has_help_and_a_line_in_the_table():
    for name, (_, about) in COMMANDS.items():
        assert about.endswith("."), name
        done = CliRunner().invoke(main, [name, "--help"])
        assert done.exit_code == 0, done.output
    assert CliRunner().invoke(main, ["no-such-command"]).exit_code == 2
