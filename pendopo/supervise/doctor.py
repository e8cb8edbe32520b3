"""`pendopo doctor`: what is missing or wrong on this machine and in an installation, in words, with the command that mends it."""

import os
import platform
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from ctypes.util import find_library
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psycopg

from . import janus, nats, postgres
from .account import NAME, closed_folder, existing
from .backup import backup_facts
from .child import PACKAGE_ROOT, needed_paths
from .folder import DISK_FULL_SHARE, DISK_WARN_SHARE, DataFolder
from .refusal import Refusal
from .retention import is_late
from .rounds import used_share

Verdict = Literal["ok", "warning", "missing"]
BUILT = PACKAGE_ROOT / "pendopo/ui/static/built/manifest.json"
PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `mend` is the command or deed that puts it right, empty when all is well."""

    name: str
    verdict: Verdict
    about: str
    mend: str = ""

    def as_dict(self) -> dict[str, str]:
        """For `--json`."""
        return asdict(self)


def _python() -> Finding:
    about = f"Python {platform.python_version()} at {sys.executable}"
    if sys.version_info[:2] < PYTHON:
        return Finding("python", "missing", about, "apt-get install python3.12, then make PYTHON=python3.12")
    return Finding("python", "ok", about)


def _engine(name: str, look: Callable[[], str], variable: str) -> Finding:
    try:
        return Finding(name, "ok", look())
    except (Refusal, OSError, subprocess.CalledProcessError) as problem:
        return Finding(name, "missing", str(problem), f"make setup, or name your own with {variable}")


def _islands() -> Finding:
    if BUILT.is_file():
        return Finding("islands", "ok", "stylesheet and scripts are built")
    return Finding("islands", "missing", "stylesheet and scripts are not built: pages have no look", "make setup")


def _tool(name: str, program: str, package: str, purpose: str) -> Finding:
    found = shutil.which(program)
    if found:
        return Finding(name, "ok", found)
    return Finding(name, "warning", f"{program} is missing: {purpose}", f"apt-get install {package}")


def _pango() -> Finding:
    """The libraries with which the brief's PDF is set."""
    missing = [name for name in ("pango-1.0", "pangoft2-1.0", "harfbuzz", "harfbuzz-subset", "fontconfig") if not find_library(name)]
    if missing:
        mend = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        return Finding("pdf", "warning", f"{', '.join(missing)} missing: no brief as PDF", mend)
    return Finding("pdf", "ok", "Pango is there: the brief can be set as PDF")


def _media() -> Finding:
    """The media server of meetings, and the program that makes recordings playable."""
    try:
        program = janus.binary()
        about = f"{janus.version(program)} at {program}"
        janus.libraries(program)
    except Refusal as refusal:
        return Finding("janus", "warning", f"meetings have no media. {refusal}", "apt-get install janus janus-tools ffmpeg")
    absent = [name for name in ("janus-pp-rec", "ffmpeg") if not shutil.which(name)]
    if absent:
        return Finding(
            "janus",
            "warning",
            f"{about}; without {' and '.join(absent)} recordings are not made playable",
            "apt-get install janus-tools ffmpeg",
        )
    return Finding("janus", "ok", about)


def _account() -> Finding:
    if os.geteuid() != 0:
        return Finding("account", "ok", f"everything runs as the user {os.geteuid()}")
    if existing():
        return Finding("account", "ok", f"the system user {NAME} exists")
    command = f"useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin {NAME}"
    return Finding("account", "warning", f"the system user {NAME} does not exist yet; the first `pendopo up` makes it", command)


def _reach() -> Finding:
    """Whether the service account gets at interpreter and libraries, or needs a namespace to."""
    account = existing() if os.geteuid() == 0 else None
    if account is None:
        return Finding("reach", "ok", "the interpreter and the libraries can be reached")
    closed = sorted({str(folder) for path in needed_paths() if (folder := closed_folder(path.resolve(), account))})
    if not closed:
        return Finding("reach", "ok", f"{NAME} reaches the interpreter and the libraries")
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0:
        return Finding("reach", "ok", f"{NAME} reaches what lies below {', '.join(closed)} through a mount namespace")
    mend = "move the checkout and its Python to a folder such as /opt, or start as an ordinary user"
    return Finding("reach", "missing", f"{NAME} may not enter {', '.join(closed)}, and this container allows no mount namespaces", mend)


def _clock() -> Finding:
    """A clock that is plainly wrong: before this version was written."""
    newest = max(path.stat().st_mtime for path in (PACKAGE_ROOT / "pendopo").glob("*.py"))
    if time.time() < newest - 86_400:
        return Finding("clock", "missing", f"the clock says {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, in the past", "timedatectl set-ntp 1")
    return Finding("clock", "ok", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")


def _port(folder: DataFolder, port: int) -> Finding:
    status = folder.status()
    if str(status.get("address", "")).rstrip("/").endswith(f":{port}") and status.get("complete"):
        return Finding("port", "ok", f"this installation answers at {status['address']}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            mend = f"stop what listens there (ss -ltnp 'sport = :{port}'), or choose another with --port"
            return Finding("port", "warning", f"port {port}: {problem.strerror}", mend)
    return Finding("port", "ok", f"port {port} is free")


def _rights(folder: DataFolder) -> Finding:
    if folder.kind() is None:
        return Finding("data", "warning", f"no installation in {folder.path} yet", f"pendopo up --data {folder.path}")
    open_ones = []
    for place in (folder.path, *folder.path.iterdir()):
        allowed = 0o711 if place == folder.path else 0o700
        if stat.S_IMODE(place.stat().st_mode) & ~allowed:
            open_ones.append(place)
    if open_ones:
        mend = "; ".join(f"chmod {'711' if place == folder.path else 'go-rwx'} {place}" for place in open_ones)
        return Finding("data", "missing", f"others may read {', '.join(map(str, open_ones))}", mend)
    return Finding("data", "ok", f"{folder.path}, a {folder.kind()} installation")


def _disk(folder: DataFolder) -> Finding:
    place = next(parent for parent in (folder.path, *folder.path.parents) if parent.exists())
    share = used_share(DataFolder(place, None))
    if share >= DISK_WARN_SHARE:
        verdict: Verdict = "missing" if share >= DISK_FULL_SHARE else "warning"
        return Finding("disk", verdict, f"{share:.0%} of {place} is used", "make room: a full disk refuses new figures")
    return Finding("disk", "ok", f"{share:.0%} of {place} is used")


def _backup(folder: DataFolder) -> Finding:
    facts = backup_facts(folder)
    if not facts.get("last_success"):
        reason = f": {facts['reason']}" if facts.get("reason") else ""
        return Finding("backup", "warning", f"no nightly backup yet{reason}", "leave `pendopo up` running over night")
    last = datetime.fromisoformat(facts["last_success"])
    about = f"last {last:%Y-%m-%d %H:%M} UTC, {facts.get('bytes', 0) / 1024**2:.0f} MB"
    if is_late(datetime.now(UTC), last):
        return Finding("backup", "missing", f"late: {about}. {facts.get('reason', '')}", "see log/nightly.log")
    if not os.environ.get("PENDOPO_BACKUP_TO"):
        return Finding("backup", "warning", f"{about}, on this machine only", "set PENDOPO_BACKUP_TO to a folder on another machine")
    return Finding("backup", "ok", about)


def _watched() -> Finding:
    """Whether somebody outside hears when this machine falls silent."""
    url = os.environ.get("PENDOPO_WATCH_URL", "")
    if not url:
        mend = "set PENDOPO_WATCH_URL to a check of healthchecks.io or of another Pendopo (/checks there)"
        return Finding("watched", "warning", "nobody outside would notice that this machine is dead", mend)
    if not url.startswith(("https://", "http://")):
        return Finding("watched", "missing", "PENDOPO_WATCH_URL is no web address", "write it as https://…/ping/KEY")
    return Finding("watched", "ok", "proves itself each minute to a watcher outside")


def chain_finding(url: str) -> Iterator[Finding]:
    """Whether an alert that nobody takes on calls somebody; nothing while the database does not answer."""
    try:
        with psycopg.connect(url, connect_timeout=5) as line:
            found = line.execute("SELECT count(*) FROM incidents_chain WHERE ended IS NULL AND alarm_from <> ''").fetchone()
    except psycopg.Error:
        return
    if found and found[0]:
        yield Finding("chain", "ok", f"{found[0]} escalation chains start by themselves")
    else:
        mend = 'give a chain at /callout/chains a severity under "Starts by itself for alerts from"'
        yield Finding("chain", "warning", "no escalation chain starts by itself: an alert that nobody takes on calls nobody", mend)


def _parts(folder: DataFolder) -> Iterator[Finding]:
    """What runs, as the supervisor last wrote it."""
    status = folder.status()
    if not status.get("complete"):
        return
    if not Path(f"/proc/{status.get('pid')}").exists():
        yield Finding("up", "warning", "`pendopo up` ended without saying so", f"pendopo up --data {folder.path}")
        return
    for name, part in status.get("parts", {}).items():
        about = f"process {part.get('pid')}, started again {part.get('restarts')} times"
        yield Finding(
            f"part {name}", "ok" if part.get("ready") else "warning", about, "" if part.get("ready") else f"see {folder.path}/log"
        )


def _database(folder: DataFolder) -> str:
    return os.environ.get("PENDOPO_DATABASE_URL") or postgres.socket_url(folder.socket_folder())


def examine(folder: DataFolder, port: int) -> list[Finding]:
    """Looks at everything."""
    if os.geteuid() == 0 or not folder.path.exists() or os.access(folder.path, os.R_OK):
        inside = [_rights(folder), _disk(folder), _backup(folder), _watched(), *_parts(folder), *chain_finding(_database(folder))]
    else:
        inside = [Finding("data", "missing", f"{folder.path} belongs to another user", "run pendopo doctor as that user or as root")]
    return [
        _python(),
        _engine("postgresql", lambda: f"{postgres.version(postgres.binaries())} in {postgres.binaries()}", "PENDOPO_POSTGRES_BIN"),
        _engine("nats", lambda: f"{nats.version(nats.binary())} at {nats.binary()}", "PENDOPO_NATS_BIN"),
        _media(),
        _islands(),
        _pango(),
        _account(),
        _reach(),
        _clock(),
        _port(folder, port),
        _tool("chromium", "chromium", "chromium", "only `make test` needs it, for the tests in a real browser"),
        *inside,
    ]


def judge(findings: list[Finding]) -> dict[str, Any]:
    """All of it as one object: whether the product can run, and the findings."""
    return {"ok": all(finding.verdict != "missing" for finding in findings), "findings": [finding.as_dict() for finding in findings]}
