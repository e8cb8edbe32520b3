"""The command `pendopo`: an explicit table of commands, one module for each family.

A module is imported when its command is asked for, and only after the environment names the installation (`--data`, else
PENDOPO_DATA, else the user's data folder). So every module may import Django's models at its top, as everywhere else.
"""

from importlib import import_module
from typing import Any

import click

from .aim import aim, data_in

# Command → (module, one line for `pendopo --help`). The module's attribute has the command's name, with `_` for `-`.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("pendopo.cli.up", "Start an installation on this machine and keep it running."),
    "demo": ("pendopo.cli.demo", "Start a demonstration: Kabupaten Mojokerto with figures that move."),
    "init": ("pendopo.cli.care", "First run for one's own government."),
    "user": ("pendopo.cli.people", "People who may sign in: add, passwd, list, leave."),
    "token": ("pendopo.cli.people", "API tokens of people: new, list, revoke."),
    "regions": ("pendopo.cli.places", "Boundaries, regions and BPS codes: import."),
    "agencies": ("pendopo.cli.places", "Agencies: import."),
    "catalogue": ("pendopo.cli.load", "Sources and indicators: load a catalogue."),
    "ingest": ("pendopo.cli.load", "Take figures from CSV, XLSX or JSON lines."),
    "replay": ("pendopo.cli.load", "Send a recorded file as if it arrived live."),
    "export": ("pendopo.cli.load", "Write what was known at a moment."),
    "close": ("pendopo.cli.closing", "Move a past month's history to a Parquet file."),
    "key": ("pendopo.cli.load", "Keys of sources: new."),
    "board": ("pendopo.cli.wall", "Boards of the wall: list, load."),
    "goals": ("pendopo.cli.goals", "Goals with targets and owners: load, export."),
    "screen": ("pendopo.cli.wall", "Wall screens: new, list, revoke."),
    "alerts": ("pendopo.cli.alerts", "Rules on figures: try one over a recorded series."),
    "network": ("pendopo.cli.network", "The intra-government network: import, export, discover."),
    "cap": ("pendopo.cli.cap", "Warnings in the Common Alerting Protocol: check."),
    "epi": ("pendopo.cli.epi", "Epidemics: the reproduction number of a series of cases."),
    "rules": ("pendopo.cli.rules", "Rules that alert and river stations: load, list."),
    "procedures": ("pendopo.cli.procedures", "Kinds of incident and their procedures: load, list, export."),
    "assess": ("pendopo.cli.assess", "Maturity and certification instruments: score."),
    "instruments": ("pendopo.cli.instruments", "Instruments of assessment: load, list, template."),
    "brief": ("pendopo.cli.brief", "Write the brief of a day as PDF."),
    "upgrade": ("pendopo.cli.care", "Bring an installation to this version, and back when that fails."),
    "doctor": ("pendopo.cli.care", "Name what is missing and how to install it."),
    "verify": ("pendopo.cli.verify", "Prove the book of deeds and the kept files unbroken."),
    "backup": ("pendopo.cli.care", "Write an encrypted backup of everything."),
    "bundle": ("pendopo.cli.care", "Make an archive that installs without internet."),
    "restore": ("pendopo.cli.care", "Bring an installation back from a backup."),
}

# These look after installations from outside, or need none: they start engines or read files themselves, without Django.
CARETAKERS = frozenset({"alerts", "assess", "cap", "epi", "up", "demo", "init", "doctor", "restore", "upgrade", "bundle"})


class Table(click.Group):
    """The commands of COMMANDS, imported when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports a command's module, after Django where the command works inside an installation."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in CARETAKERS:
            import_module("pendopo.ready")
        command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def make_context(self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any) -> click.Context:
        """Names the installation in the environment before any module is imported."""
        if next((argument for argument in args if not argument.startswith("-")), None) not in CARETAKERS:
            aim(data_in(args))
        return super().make_context(info_name, args, parent, **extra)


@click.group(cls=Table, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pendopo")
def main() -> None:
    """Pendopo, an open command center for a government."""
