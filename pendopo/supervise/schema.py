"""The supervisor's side of `prepare.py`: runs it, makes the backup it waits for, and turns its words into refusals."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .child import environment, launched
from .environment import reach
from .folder import DataFolder
from .refusal import Refusal


@dataclass(frozen=True)
class Prepared:
    """What preparing did: the migrations applied, and the first sign-in (e-mail, password) when one was made."""

    migrations: list[str]
    sign_in: tuple[str, str] | None


def _lines(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("{"):
            yield json.loads(line)


def prepare_schema(folder: DataFolder, env: dict[str, str], backup: Callable[[], object]) -> Prepared:
    """Applies the schema, seeds regions and the first administrator. `backup` is called before an existing schema changes.

    Refuses a database that a newer version of the product has changed.
    """
    program = [sys.executable, "-m", "pendopo.supervise.prepare"]
    command = launched(program, folder.account, reach(folder), signal.SIGTERM)
    log = folder.path / "log/prepare.log"
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            command, env=environment(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        ) as process,
    ):
        assert process.stdin is not None
        migrations: list[str] = []
        for fact in _lines(process):
            if fact.get("schema") == "newer":
                names = ", ".join(fact["migrations"][:3])
                raise Refusal(f"A newer version of Pendopo has changed this database ({names}). Start that version, or restore a backup.")
            if "refused" in fact:
                raise Refusal(fact["refused"])
            if "schema" in fact:
                migrations = fact["migrations"]
            if fact.get("schema") == "behind":
                backup()
                process.stdin.write("go\n")
                process.stdin.flush()
            if fact.get("done"):
                sign_in = fact.get("sign_in")
                return Prepared(migrations, tuple(sign_in) if sign_in else None)
    last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
    raise Refusal(f"The database could not be prepared; nothing was changed by the step that failed. See {log}:\n{last}")
