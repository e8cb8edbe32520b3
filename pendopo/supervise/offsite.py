"""Copies of nightly backups on another machine: a folder (a mounted share), `sftp://user@host/path` or `s3://bucket/prefix`.

SFTP uses the machine's own OpenSSH client with the operator's key; its host must be known. S3 is any store with that interface; it is
signed in to with the usual variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and, elsewhere than Amazon, AWS_ENDPOINT.
"""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore import delete, head, put
from obstore.exceptions import BaseError
from obstore.store import S3Store

from .backup import nightly_backups, nightly_moment
from .refusal import Refusal
from .retention import to_keep

SFTP_TIMEOUT_S = 4 * 3600


def copy_away(backup: Path, destination: str) -> None:
    """Copies one backup; the copies there are thinned out like our own. Refuses with the reason when it did not arrive whole."""
    if destination.startswith("sftp://"):
        _by_sftp(backup, destination)
    elif destination.startswith("s3://"):
        _to_s3(backup, destination)
    elif "://" in destination:
        raise Refusal(
            f"PENDOPO_BACKUP_TO: {destination.split('://')[0]} is not known; name a folder, sftp://user@host/path or s3://bucket/prefix."
        )
    else:
        _to_folder(backup, Path(destination))


def _to_folder(backup: Path, place: Path) -> None:
    if not place.is_dir():
        raise Refusal(f"PENDOPO_BACKUP_TO: the folder {place} is not there. Mount it, or correct the setting.")
    half = place / (backup.name + ".part")
    try:
        shutil.copyfile(backup, half)
        if half.stat().st_size != backup.stat().st_size:
            raise Refusal(f"The copy of {backup.name} in {place} is not whole.")
        half.replace(place / backup.name)
        copies = nightly_backups(place)
        for moment in set(copies) - to_keep(copies):
            copies[moment].unlink()
    except OSError as problem:
        raise Refusal(f"{backup.name} could not be copied to {place}: {problem.strerror}.") from None
    finally:
        half.unlink(missing_ok=True)


def _by_sftp(backup: Path, destination: str) -> None:
    """A rename at the end, so that half a copy never has the name of a whole one; the copies are thinned out like our own."""
    folder = unquote(urlsplit(destination).path).rstrip("/") or "."
    there = f"{folder}/{backup.name}"
    why = f"{backup.name} could not be copied to"
    _sftp(destination, [f"put {_word(str(backup))} {_word(there + '.part')}", f"rename {_word(there + '.part')} {_word(there)}"], why)
    names = [line.rpartition("/")[2] for line in _sftp(destination, [f"ls -1 {_word(folder)}"], why).splitlines()]
    copies = {moment: name for name in names if (moment := nightly_moment(name)) is not None}
    spare = [copies[moment] for moment in sorted(set(copies) - to_keep(copies))]
    if spare:
        _sftp(destination, [f"rm {_word(f'{folder}/{name}')}" for name in spare], "Old copies could not be removed at")


def _word(text: str) -> str:
    """A path as sftp reads it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _sftp(destination: str, commands: list[str], why: str) -> str:
    """Runs the commands on the server; what they printed. `why` begins the refusal."""
    parts = urlsplit(destination)
    program = shutil.which("sftp")
    if program is None:
        raise Refusal("PENDOPO_BACKUP_TO names sftp, but its program is missing: apt-get install openssh-client.")
    if parts.hostname is None or parts.hostname.startswith("-"):
        raise Refusal("PENDOPO_BACKUP_TO: write sftp://user@host/path.")
    where = f"{unquote(parts.username)}@{parts.hostname}" if parts.username else parts.hostname
    command = [program, "-b", "-", "-o", "BatchMode=yes", *(["-P", str(parts.port)] if parts.port else []), "--", where]
    batch = "\n".join([*commands, ""])
    try:
        done = subprocess.run(command, input=batch, capture_output=True, text=True, timeout=SFTP_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise Refusal(f"{why} {where}: not done in {SFTP_TIMEOUT_S // 3600} hours.") from None
    if done.returncode != 0:
        raise Refusal(f"{why} {where}: {(done.stderr.strip().splitlines() or [f'sftp ended with {done.returncode}'])[-1]}")
    return done.stdout


def _to_s3(backup: Path, destination: str) -> None:
    """In parts, so that a backup of any size passes; the copy is thinned out like our own."""
    try:
        store = S3Store.from_url(destination, client_options={"allow_http": os.environ.get("AWS_ENDPOINT", "").startswith("http://")})
        put(store, backup.name, backup)
        arrived = head(store, backup.name)["size"]
        if arrived != backup.stat().st_size:
            raise Refusal(f"The copy of {backup.name} in {destination} is not whole.")
        names = [found["path"] for found in obstore.list(store).collect()]
        copies = {moment: name for name in names if (moment := nightly_moment(name.rpartition("/")[2])) is not None}
        spare = [copies[moment] for moment in set(copies) - to_keep(copies)]
        if spare:
            delete(store, spare)
    except (BaseError, OSError) as problem:
        raise Refusal(f"{backup.name} could not be copied to {destination}: {str(problem).splitlines()[0]}.") from None
