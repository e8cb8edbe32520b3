"""What is promised is written: every setting, subject, verb, role, command and library has its line in docs/."""

import ast
import json
import re
import tomllib
from importlib import metadata
from pathlib import Path

import click
import pytest

from pendopo.agencies.access import VERBS
from pendopo.agencies.models import Role
from pendopo.bus import messages, subjects
from pendopo.cli import main
from tests import house

NAME = re.compile(r"\bPENDOPO_[A-Z][A-Z0-9_]*\b")
PROJECT = tomllib.loads((house.ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# Handed by the supervisor to its children; not for operators.
INTERNAL = {"PENDOPO_NATS_USER", "PENDOPO_NATS_PASSWORD"}


def settings_page() -> str:
    """docs/settings.md."""
    return (house.DOCS / "settings.md").read_text(encoding="utf-8")


def test_every_setting_is_explained() -> None:
    """And the page explains none that does not exist."""
    used = {name for path in house.modules() for name in NAME.findall(house.source(path))}
    written = set(NAME.findall(settings_page()))
    assert used - written == set(), "not in docs/settings.md"
    assert written - used == set(), "in docs/settings.md, but nothing reads it"


def test_every_subject_and_stream_is_explained() -> None:
    """docs/rooms/bus.md names each function and stream of subjects.py and each message."""
    page = (house.DOCS / "rooms" / "bus.md").read_text(encoding="utf-8")
    tree = house.tree(Path("pendopo/bus/subjects.py"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    names += [stream.name for stream in subjects.STREAMS]
    names += [name for name, value in vars(messages).items() if isinstance(value, type) and value.__module__ == messages.__name__]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_subjects_are_never_typed_by_hand() -> None:
    """Only bus/subjects.py knows how a subject is spelled."""
    first = "|".join(sorted({subject.split(".")[0] for stream in subjects.STREAMS for subject in stream.subjects} - {"sys", "pendopo"}))
    typed = re.compile(rf"""f?["'](?:{first})\.[{{*>\w]""")
    for path in house.modules():
        if path.parts[1] != "bus":
            code = [ast.unparse(node) for node in ast.walk(house.tree(path)) if isinstance(node, ast.JoinedStr | ast.Constant)]
            assert not [text for text in code if typed.match(text) and " " not in text], path


def test_every_right_and_role_is_explained() -> None:
    """docs/rooms/agencies.md holds the table of verbs and roles."""
    page = (house.DOCS / "rooms" / "agencies.md").read_text(encoding="utf-8")
    assert [verb for verb in VERBS if f"`{verb}`" not in page] == []
    assert [role for role in Role.values if f"`{role}`" not in page] == []


def recorded() -> set[tuple[str, str]]:
    """Every (room, verb) that an action writes into the book of deeds."""
    found = set()
    for path in house.modules():
        for node in ast.walk(house.tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "record":
                given = {word.arg: word.value for word in node.keywords}
                room, verb = given.get("room"), given.get("verb")
                if isinstance(room, ast.Constant) and isinstance(verb, ast.Constant):
                    found.add((str(room.value), str(verb.value)))
    return found


def test_every_deed_is_explained() -> None:
    """Each verb of the book stands on the page of its room, as others may follow it on the bus."""
    missing = [
        f"{room}.{verb}"
        for room, verb in sorted(recorded())
        if f"`{room}.{verb}`" not in (house.DOCS / "rooms" / f"{room}.md").read_text(encoding="utf-8")
    ]
    assert missing == []


def commands(group: click.Group, prefix: str = "pendopo") -> list[tuple[str, click.Command]]:
    """Every command of the program by its full name."""
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if not command.hidden:
            found.append((f"{prefix} {name}", command))
        if isinstance(command, click.Group):
            found.extend(commands(command, f"{prefix} {name}"))
    return found


@pytest.mark.parametrize(("name", "command"), commands(main), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_is_explained(name: str, command: click.Command) -> None:
    """It has a help text, and a document shows it; every option says what it does."""
    assert command.help, name
    assert isinstance(command, click.Group) or name in house.documents(), f"No document shows `{name}`."
    assert [
        option.name for option in command.params if isinstance(option, click.Option) and not option.help and option.name != "help"
    ] == []


def requirements(*groups: str) -> list[str]:
    """The libraries of the product and of these groups of its workshop."""
    lines = [*PROJECT["project"]["dependencies"], *(line for group in groups for line in PROJECT["dependency-groups"][group])]
    return sorted({re.split(r"[\[<>=~! ]", line)[0] for line in lines})


def test_every_library_has_its_reason_and_licence() -> None:
    """docs/dependencies.md: one line each, and none that is gone."""
    page = (house.DOCS / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", page, re.M)
    written = {name: (licence.strip(), reason.strip()) for name, licence, reason in rows}
    browser = json.loads((house.ROOT / "package.json").read_text(encoding="utf-8"))
    packages = [*browser["dependencies"], *browser["devDependencies"]]
    assert sorted(written) == sorted([*requirements(*PROJECT["dependency-groups"]), *packages])
    for name, (licence, reason) in written.items():
        assert licence and reason, name
    assert [name for name in requirements("dev") if not metadata.version(name)] == []


def test_every_loop_is_explained() -> None:
    """docs/operate.md or a room's page tells what each background loop does."""
    names = re.findall(r'^\s+"([\w.]+)": ', house.source(Path("pendopo/work.py")), re.M)
    assert [name for name in names if f"`{name}`" not in house.documents()] == []


@pytest.mark.parametrize("room", house.rooms())
def test_every_room_has_one_shape(room: str) -> None:
    """A page that explains it, tests of its own, and Django's names for what Django has a name for."""
    page = house.DOCS / "rooms" / f"{room}.md"
    assert page.exists() and page.read_text(encoding="utf-8").startswith(f"# Room `{room}`"), f"docs/rooms/{room}.md is missing."
    folder = house.PRODUCT / room
    assert (folder / "tests").is_dir()
    for name, other in {
        "model": "models",
        "view": "views",
        "form": "forms",
        "url": "urls",
        "action": "actions",
        "decisions": "logic",
    }.items():
        assert not (folder / f"{name}.py").exists(), f"Call it {other}.py, as every room does."
