"""Writes docs/commands.md from the commands themselves: `make docs`. A test fails when the page and the commands differ."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from pendopo.cli import COMMANDS, main

HEAD = """# Commands

Written by `make docs` from the commands' own help. Every one has `--help`; exit 0 = did what was asked, 1 = judged bad or could not,
2 = wrong usage. Commands find the installation by `--data DIR`, else `PENDOPO_DATA`, else the user's data folder
(`/var/lib/pendopo` for root), and work whether `pendopo up` runs on it or not.
"""


def pages(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it with their full names."""
    if isinstance(command, click.Group):
        for below, sub in command.commands.items():
            yield from pages(f"{name} {below}", sub)
    else:
        yield name, command


def manual() -> str:
    """The whole page."""
    parts = [HEAD]
    # A command remembers how its help is asked for, so it is always asked as `pendopo` does.
    context = click.Context(main, **main.context_settings)
    for name in COMMANDS:
        command = main.get_command(context, name)
        if command is None:
            continue
        for full, sub in pages(f"pendopo {name}", command):
            shown = click.Context(sub, parent=context, info_name=full, terminal_width=120, max_content_width=120)
            parts.append(f"## `{full}`\n\n```\n{sub.get_help(shown)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(manual(), encoding="utf-8")
