"""`pendopo verify`: proves the book of deeds and the kept files unbroken, or names what was changed."""

import json
from pathlib import Path

import click
from django.db import connection, transaction

from pendopo.assessments.checking import check
from pendopo.assessments.proof import check_evidence
from pendopo.audit.logic import Head
from pendopo.audit.verify import GUARDS, Verdict
from pendopo.audit.verify import verify as verify_book
from pendopo.indicators import evidence

from .installation import data_option, open_installation


def noted_head(ctx: click.Context, param: click.Parameter, value: str | None) -> Head | None:
    """Reads `--head`."""
    try:
        return Head.parse(value) if value else None
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None


@click.command()
@data_option
@click.option(
    "--head", callback=noted_head, metavar="NUMBER:HASH", help="A head that was printed and noted earlier: it must still be there."
)
@click.option(
    "--package",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.zip",
    help="Check the package of an assessment instead; no installation is needed.",
)
@click.option(
    "--key", default="", metavar="KEY", help="With --package: the public key that it must be signed with, as the report prints it."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(data: Path | None, head: Head | None, package: Path | None, key: str, as_json: bool) -> None:
    """Prove the book of deeds and the kept files unbroken.

    Walks the whole chain, compares every delivery and closed month with the book and every kept file with its digest, and looks whether the
    guards of the database are on. Prints the head of the book: note it elsewhere, and nobody can shorten or rewrite the book unseen.
    Exit 1 when anything is not as it was sealed. `--package FILE.zip` checks the package of an assessment on any machine.
    """
    if package is not None:
        verify_package(package, key, as_json)
        return
    with open_installation(data) as folder:
        verdict, files = examine(folder.path / "files", head)
    click.echo(json.dumps(as_dict(verdict, files)) if as_json else as_text(verdict, files))
    if not verdict.unbroken:
        raise SystemExit(1)


def verify_package(package: Path, key: str, as_json: bool) -> None:
    """The package of an assessment: every file the signed one, none missing or added. Exit 1 otherwise."""
    found = check(package, key)
    if as_json:
        told = {"unbroken": found.unbroken, "assessment": found.assessment, "files": found.files, "key": found.key}
        click.echo(json.dumps({**told, "problems": list(found.problems)}, ensure_ascii=False))
    else:
        lines = [f"✗ {problem}" for problem in found.problems]
        if found.unbroken:
            lines.append(f"✓ {found.assessment}: {found.files} files are as they were signed.")
        lines.append(f"  Public key: {found.key or 'none'}")
        click.echo("\n".join(lines))
    if not found.unbroken:
        raise SystemExit(1)


def examine(folder: Path, noted: Head | None = None) -> tuple[Verdict, int]:
    """The verdict on the book, the deliveries and the kept files below the folder; and how many files were read.

    All of it is read as it stood at one moment, so that deliveries may go on arriving meanwhile.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        verdict = verify_book(noted=noted, guards=(*GUARDS, *evidence.GUARDS))
        problems, files = list(verdict.problems), 0
        for word in (*evidence.check_deliveries(folder), *evidence.check_closed(folder), *check_evidence()):
            if isinstance(word, int):
                files += word
            else:
                problems.append(word)
    return Verdict(verdict.head, verdict.waiting, problems), files


def as_dict(verdict: Verdict, files: int) -> dict[str, object]:
    """The verdict for programs."""
    return {
        "unbroken": verdict.unbroken,
        "entries": verdict.head.seq,
        "head": str(verdict.head),
        "waiting": verdict.waiting,
        "files": files,
        "problems": [{"code": problem.code, "entry": problem.seq or None, "message": problem.message} for problem in verdict.problems],
    }


def as_text(verdict: Verdict, files: int) -> str:
    """The verdict for people."""
    lines = [f"✗ {problem.message}" for problem in verdict.problems]
    if verdict.unbroken:
        lines.append(f"✓ The book of deeds is unbroken: {verdict.head.seq} entries, {files} kept files.")
    if verdict.waiting:
        lines.append(f"  {verdict.waiting} newer entries wait for their seal; `pendopo up` gives it.")
    lines.append(f"  Head (note it elsewhere): {verdict.head}")
    return "\n".join(lines)
