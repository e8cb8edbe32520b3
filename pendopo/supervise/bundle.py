"""`pendopo bundle`: one archive from which Pendopo is installed without internet.

It holds the wheels of uv.lock with their hashes for each wanted Python, our own wheel with the built islands and translations, pip
itself, `install.sh` and the systemd unit. It is made in a checkout that has internet.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from .child import PACKAGE_ROOT
from .doctor import BUILT
from .refusal import Refusal

PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "linux_x86_64", "any")


def _uv() -> str:
    found = shutil.which("uv") or str(PACKAGE_ROOT / ".tools/bin/uv")
    if not Path(found).is_file():
        raise Refusal("uv is missing: run `make setup` in the checkout.")
    return found


def _run(*command: str, doing: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PACKAGE_ROOT)
    if done.returncode != 0:
        raise Refusal(f"{doing} failed:\n{done.stderr.strip()[-2000:]}")
    return done.stdout


def _name(text: str) -> str:
    """A package's name as wheels and requirements may both be compared by."""
    return re.split(r"[=\[ ;]", text.strip(), maxsplit=1)[0].lower().replace("-", "_").replace(".", "_")


def _split(locked: str) -> tuple[str, str]:
    """The locked requirements that have wheels, and those that are published as source only."""
    lock = tomllib.loads((PACKAGE_ROOT / "uv.lock").read_text(encoding="utf-8"))
    sources = {_name(package["name"]) for package in lock["package"] if package.get("sdist") and not package.get("wheels")}
    entries = re.findall(r"^\S.*?(?=^\S|\Z)", re.sub(r"^\s*#.*\n", "", locked, flags=re.M), flags=re.M | re.S)
    return (
        "".join(entry for entry in entries if _name(entry) not in sources),
        "".join(entry for entry in entries if _name(entry) in sources),
    )


def _with_hashes(locked: str, wheels: Path) -> str:
    """The locked versions with the hashes of the files in the bundle. (pip has compared those with uv.lock when it fetched them.)"""
    hashes: dict[str, list[str]] = {}
    for wheel in sorted(wheels.glob("*.whl")):
        hashes.setdefault(_name(wheel.name.split("-")[0]), []).append(f"--hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}")
    lines = []
    for line in locked.splitlines():
        if "==" in line and not line.lstrip().startswith(("#", "--")):
            requirement = line.removesuffix("\\").strip()
            lines.append(" ".join([requirement, *hashes.get(_name(requirement), [])]))
    return "\n".join(lines) + "\n"


def make_bundle(target: Path, pythons: Sequence[str], say: Callable[[str], None]) -> None:
    """Writes the archive; `say` gets a line for each step."""
    if not (PACKAGE_ROOT / "uv.lock").is_file():
        raise Refusal("A bundle is made in a checkout of the source, where uv.lock is: clone it, run `make setup`, then this command.")
    if not BUILT.is_file():
        raise Refusal("The islands are not built: run `make setup` first.")
    with tempfile.TemporaryDirectory(prefix="pendopo-bundle-") as name:
        place = Path(name) / "pendopo"
        wheels = place / "wheels"
        wheels.mkdir(parents=True)
        say("Building our own wheel")
        _run(_uv(), "build", "--quiet", "--wheel", "--out-dir", str(wheels), doing="Building the wheel")
        (wheels / ".gitignore").unlink(missing_ok=True)
        export = ("export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--format", "requirements-txt")
        locked = _run(_uv(), *export, doing="Reading uv.lock")
        own = next(wheels.glob("pendopo-*.whl")).name.split("-")[1]
        for python in pythons:
            say(f"Fetching wheels for Python {python}")
            _fetch(locked, python, wheels, Path(name))
        for python in pythons:
            text = _with_hashes(f"{locked}\npendopo=={own}\n", wheels)
            (place / f"requirements-{python}.txt").write_text(text, encoding="utf-8")
        (place / "python-versions").write_text(" ".join(pythons) + "\n", encoding="ascii")
        for file in ("install.sh", "pendopo.service"):
            shutil.copy(PACKAGE_ROOT / "deploy" / file, place)
        _pack(place, target)
    say(f"{target}: {target.stat().st_size / 1024**2:.0f} MB. Unpack it on the other machine and run `sh pendopo/install.sh`.")


def _fetch(locked: str, python: str, wheels: Path, scratch: Path) -> None:
    """Everything of uv.lock for one Python: published wheels, and wheels built of what is published as source only."""
    published, sources = scratch / "published.txt", scratch / "sources.txt"
    for file, text in zip((published, sources), _split(locked), strict=True):
        file.write_text(text, encoding="utf-8")
    pip = (_uv(), "run", "--quiet", "--no-project", "--with", "pip", "--python", sys.executable, "python", "-m", "pip")
    into = ("--quiet", "--no-deps", "--disable-pip-version-check")
    platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
    wanted = ("--require-hashes", "--only-binary", ":all:", "--implementation", "cp", "--python-version", python, *platforms)
    doing = f"Fetching wheels for Python {python}"
    _run(*pip, "download", *into, *wanted, "--dest", str(wheels), "--requirement", str(published), doing=doing)
    _run(*pip, "download", *into, "--dest", str(wheels), "pip", doing="Fetching pip")
    if sources.stat().st_size:
        _run(*pip, "wheel", *into, "--require-hashes", "--wheel-dir", str(wheels), "--requirement", str(sources), doing="Building wheels")


def _pack(place: Path, target: Path) -> None:
    half = target.with_name(target.name + ".part")
    try:
        with tarfile.open(half, "w") as tar:
            tar.add(place, place.name)
        half.replace(target)
    except OSError as problem:
        raise Refusal(f"{target} could not be written: {os.strerror(problem.errno or 0)}.") from None
    finally:
        half.unlink(missing_ok=True)
