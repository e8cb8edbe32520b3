"""`pendopo board` and `pendopo screen`: what the wall shows, and which screens may show it without a person."""

import json
from pathlib import Path

import click
import yaml

from pendopo.wall import actions
from pendopo.wall.boards import as_file, definition_of, every_board
from pendopo.wall.logic import WrongBoard
from pendopo.wall.models import KioskToken

from .installation import data_option, open_installation
from .people import json_option


@click.group()
def board() -> None:
    """Boards of the wall: list, load, export."""


@board.command("list")
@data_option
@json_option
def list_boards(data: Path | None, as_json: bool) -> None:
    """Name every board: those that ship, and those that were loaded."""
    with open_installation(data):
        found = [{"code": spec.code, "title": spec.title.id, "tiles": len(spec.tiles)} for spec in every_board()]
    if as_json:
        click.echo(json.dumps({"items": found, "next": None}, ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one['code']:20} {one['title']} ({one['tiles']} tiles): /wall/{one['code']}")


@board.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
@json_option
def load_board(file: Path, data: Path | None, as_json: bool) -> None:
    """Load a board from YAML (docs/rooms/wall.md). A shipped board is replaced by one with its code."""
    try:
        definition = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise click.ClickException(f"{file} is not YAML: {problem}") from None
    with open_installation(data):
        try:
            spec, did = actions.load_board(definition=definition, by=None)
        except WrongBoard as wrong:
            raise click.ClickException("\n".join([f"{file} is no board:", *wrong.problems])) from None
    click.echo(json.dumps({"code": spec.code, "board": did}) if as_json else f"Board {spec.code}: {did}. See /wall/{spec.code}")


@board.command("export")
@click.argument("code")
@data_option
def export_board(code: str, data: Path | None) -> None:
    """Print a board as YAML, as `pendopo board load` takes it."""
    with open_installation(data):
        definition = definition_of(code)
    if definition is None:
        raise click.ClickException(f"There is no board {code}. `pendopo board list` names all.")
    click.echo(as_file(definition), nl=False)


@click.group()
def screen() -> None:
    """Wall screens: new, list, revoke."""


@screen.command("new")
@click.argument("label")
@data_option
@json_option
def new_screen(label: str, data: Path | None, as_json: bool) -> None:
    """Give a screen the right to show boards; prints its token once: open /wall/overview?kiosk=TOKEN on it."""
    with open_installation(data):
        made, secret = actions.add_screen(label=label, by=None)
    if as_json:
        click.echo(json.dumps({"id": made.pk, "label": label, "token": secret}, ensure_ascii=False))
    else:
        click.echo(f"Screen {made.pk}. Open once on it: /wall/overview?kiosk={secret}")


@screen.command("list")
@data_option
@json_option
def list_screens(data: Path | None, as_json: bool) -> None:
    """Name every screen and whether it may show boards."""
    with open_installation(data):
        found = [{"id": s.pk, "label": s.label, "revoked": bool(s.revoked)} for s in KioskToken.objects.all()]
    if as_json:
        click.echo(json.dumps({"items": found, "next": None}, ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one['id']:5} {one['label']}{' (revoked)' if one['revoked'] else ''}")


@screen.command("revoke")
@click.argument("number", type=int)
@data_option
def revoke_screen(number: int, data: Path | None) -> None:
    """Take a screen's right away: it goes dark at once."""
    with open_installation(data):
        count = actions.revoke_screens(ids=[number], by=None)
    if not count:
        raise click.ClickException(f"No screen with the number {number} has the right. `pendopo screen list` shows all.")
    click.echo(f"Screen {number} may show nothing any more.")
