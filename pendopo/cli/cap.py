"""`pendopo cap`: warnings in the Common Alerting Protocol, without a server."""

import dataclasses
import json
import sys

import click

from pendopo.alerts.cap.logic import Problem
from pendopo.alerts.cap.prose import problems
from pendopo.alerts.cap.reading import LARGEST_BYTES, read


@click.group()
def cap() -> None:
    """Warnings in CAP 1.2: check."""


@cap.command()
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file.")
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Check warnings against CAP 1.2: its schema and the rules of its prose.

    `-` reads standard input. Exit 1 when any file is not valid. The codes: docs/rooms/alerts.md.
    """
    valid = True
    for name in files:
        found = check_file(name)
        valid = valid and not found
        if as_json:
            facts = {"file": name, "valid": not found, "problems": [dataclasses.asdict(problem) for problem in found]}
            click.echo(json.dumps(facts, ensure_ascii=False))
        else:
            click.echo(f"{name}: {'valid' if not found else 'NOT valid'}")
            for problem in found:
                click.echo(f"  {problem.element or 'file'}: {problem.message} ({problem.code})")
    sys.exit(0 if valid else 1)


def check_file(name: str) -> list[Problem]:
    """What is wrong with one file; a file that cannot be opened is a problem of that file, so that the others are still checked."""
    try:
        with click.open_file(name, "rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except OSError as problem:
        return [Problem("NOT_READABLE", "", f"The file cannot be read: {problem.strerror}.")]
    found = read(raw)
    return [found] if isinstance(found, Problem) else problems(found)
