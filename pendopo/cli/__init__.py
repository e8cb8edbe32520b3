"""The command `pendopo`: an explicit table of commands, one file for each family."""

import click

from .up import up


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pendopo")
def main() -> None:
    """Pendopo, an open command center for a government."""


# Each family of commands is one module; its commands are added here by name.
COMMANDS: tuple[click.Command, ...] = (up,)

for command in COMMANDS:
    main.add_command(command)
