"""Commands that look after an installation: backup, restore, upgrade, init, bundle, doctor."""

import json
import os
import sys
from pathlib import Path

import click

from pendopo.supervise.account import service_account
from pendopo.supervise.backup import key_beside, known_secrets, make_backup, own_secret
from pendopo.supervise.bundle import make_bundle
from pendopo.supervise.doctor import examine, judge
from pendopo.supervise.first_run import first_run
from pendopo.supervise.folder import DataFolder, default_folder
from pendopo.supervise.refusal import Refusal
from pendopo.supervise.restore import restore as restore_archive
from pendopo.supervise.upgrade import Upgrade

from .aim import folder_of
from .installation import data_option, open_installation

ARCHIVE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=ARCHIVE)
@click.option("--no-key-file", is_flag=True, help="Do not write the key beside the backup (it stays in secrets/backup).")
@data_option
def backup(file: Path, no_key_file: bool, data: Path | None) -> None:
    """Write an encrypted backup of the whole installation: database, files and secrets.

    Locked with PENDOPO_BACKUP_PASSPHRASE when it is set. Otherwise with the installation's own key, which is written beside the file
    as FILE.key: keep the two apart, and the key safe, since without it nobody can restore.
    """
    with open_installation(data, any_schema=True) as folder:
        secret = own_secret(folder)
        about = make_backup(folder, os.environ["PENDOPO_DATABASE_URL"], file.absolute(), secret)
        click.echo(f"{file}: {about['bytes'] / 1024**2:.1f} MB, {about['members']} parts, encrypted.")
        if not secret.is_passphrase and not no_key_file:
            place = key_beside(file.absolute())
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as key:
                key.write(secret.text + "\n")
            click.echo(f"Its key: {place}. Keep it elsewhere than the backup; without it nobody can restore.")


@click.command()
@click.argument("file", type=ARCHIVE)
@click.option("--key", type=ARCHIVE, help="The file with the backup's key, when it does not lie beside it.")
@click.option("--replace", is_flag=True, help="Move an installation that is in the folder aside.")
@data_option
def restore(file: Path, key: Path | None, replace: bool, data: Path | None) -> None:
    """Bring an installation back from a backup, into an empty data folder.

    The whole file is read and every hash compared before anything is written. An older version's data is brought to this version.
    """
    try:
        folder = DataFolder((data or default_folder()).absolute(), service_account())
        manifest = restore_archive(folder, file, known_secrets(folder, file.absolute(), key), replace)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"Restored into {folder.path}: the installation as it was at {manifest['made']}. Start it with `pendopo up`.")
    if manifest["set_aside"]:
        click.echo(f"What was there before is in {manifest['set_aside']}.")


@click.command()
@data_option
def upgrade(data: Path | None) -> None:
    """Bring an installation to this version: backup, schema, check; everything as it was before when a step fails.

    The installation must not run meanwhile. `pendopo up` changes the schema in the same careful way, without the check.
    """
    try:
        Upgrade(DataFolder((data or default_folder()).absolute(), service_account()), click.echo).run()
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None


@click.command()
@click.option("--region", required=True, help="Kemendagri code of the government, for example 35.07.")
@data_option
def init(region: str, data: Path | None) -> None:
    """First run for one's own government: makes the installation and fills its region table. Then start it with `pendopo up`.

    The region is kept with the installation; nothing of the demonstration is in it.
    """
    try:
        first_run(DataFolder((data or default_folder()).absolute(), service_account()), region, click.echo)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None


@click.command()
@click.argument("file", type=ARCHIVE)
@click.option("--python", "pythons", multiple=True, metavar="VERSION", help="For which Python, for example 3.13; may be repeated.")
def bundle(file: Path, pythons: tuple[str, ...]) -> None:
    """Make one archive from which Pendopo is installed without internet. Needs internet itself, and a checkout of the source."""
    try:
        make_bundle(file.absolute(), pythons or (f"{sys.version_info.major}.{sys.version_info.minor}",), click.echo)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port that `pendopo up` would use.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@data_option
def doctor(port: int, as_json: bool, data: Path | None) -> None:
    """Name what is missing or wrong, and the command that mends it. Exit 1 when the product cannot run like this."""
    folder = folder_of(data)
    verdict = judge(examine(folder, port))
    if as_json:
        click.echo(json.dumps(verdict))
    else:
        for finding in verdict["findings"]:
            mark = {"ok": "✓", "warning": "⚠", "missing": "✗"}[finding["verdict"]]
            click.echo(f"{mark} {finding['name']}: {finding['about']}" + (f"\n    → {finding['mend']}" if finding["mend"] else ""))
    if not verdict["ok"]:
        raise SystemExit(1)
