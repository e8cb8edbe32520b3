"""The house keeps its shape: the ladder, who may write, sizes, names, docstrings."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests import house

FILE_LINES = 400
FUNCTION_LINES = 60
LEFT_LYING = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|django\.db\.models\.signals|GenericForeignKey|NotImplementedError")
FORBIDDEN_NAMES = {"core", "common", "utils", "util", "helpers", "helper", "base", "misc"}

# Who may write to the database beside actions.py, and why.
WRITERS = {
    "pendopo/supervise/restore.py": "brings a whole database back and lets its intake begin at the new bus's first message",
    "pendopo/agencies/models.py": "create_user and create_superuser are names that Django asks of a manager; actions call them",
    "pendopo/indicators/declaring.py": "the verb that declares a catalogue",
    "pendopo/indicators/sources.py": "the verbs of sources and their keys; actions.py holds the verb of figures",
    "pendopo/indicators/closing/thawing.py": "copies rows of closed months back before a read; the files stay the record",
    "pendopo/ui/pictures.py": "saves a picture into memory, not into the database",
    "pendopo/ui/qr.py": "saves a drawing into memory, not into the database",
    "pendopo/portal/opendata/files.py": "saves a workbook into a file, not into the database",
    "pendopo/indicators/storing.py": "the SQL of a delivery; only indicators.actions.take_delivery calls it, inside its transaction",
}

# Who may read the environment beside settings.py, and why.
ENVIRONMENT_READERS = {
    "pendopo/bus/client.py": "knows no Django; the name and password on the bus are no setting of the site",
    "pendopo/ready.py": "names the settings module",
}

WRITING_METHODS = {"save", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete"}
WRITING_METHODS |= {f"a{name}" for name in WRITING_METHODS}
WRITING_SQL = re.compile(r"^\s*(INSERT\s+INTO|UPDATE\s+\S+(\s+\w+)?\s+SET|DELETE\s+FROM|COPY\s+\w+.*FROM\s+STDIN|TRUNCATE)\b", re.I | re.M)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the import contracts of a checkout."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    environment = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_five_contracts_hold() -> None:
    """The ladder, the steps inside a room, pure logic, bus and collect without Django, who uses collect."""
    done = lint_imports(house.ROOT)
    assert "Contracts: 5 kept, 0 broken." in done.stdout, done.stdout[-3000:] + done.stderr[-1000:]


def test_the_contracts_bite(tmp_path: Path) -> None:
    """A new `utils.py`, a look up the ladder and an impure decision are refused by name."""
    shutil.copytree(house.PRODUCT, tmp_path / "pendopo", ignore=shutil.ignore_patterns("__pycache__", "static", "node_modules"))
    shutil.copy(house.ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "pendopo" / "utils.py").write_text('"""Odds and ends."""\n')
    for name, line in {
        "regions/models.py": "import pendopo.agencies.models",
        "regions/logic.py": "import django.conf",
        "bus/client.py": "import django.conf",
        "wall/models.py": "import pendopo.collect",
    }.items():
        path = tmp_path / "pendopo" / name
        path.write_text(path.read_text() + f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode != 0
    for word in (
        "pendopo.utils",
        "pendopo.regions.models -> pendopo.agencies.models",
        "pendopo.regions.logic -> django",
        "pendopo.bus.client -> django",
        "pendopo.wall.models -> pendopo.collect",
    ):
        assert word in done.stdout


def receiver_is_query(node: ast.expr) -> bool:
    """Whether an expression smells of a queryset or manager: it contains `objects` or ends in a call."""
    return isinstance(node, ast.Call) or any(isinstance(part, ast.Attribute) and part.attr == "objects" for part in ast.walk(node))


def writes(module: ast.Module) -> list[str]:
    """The places of a module that write to the database."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, receiver = node.func.attr, node.func.value
            query = name in {"create", "acreate", "update", "aupdate"} and receiver_is_query(receiver)
            if name in WRITING_METHODS or query:
                found.append(f"line {node.lineno}: .{name}()")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WRITING_SQL.search(node.value):
            found.append(f"line {node.lineno}: SQL that writes")
    return found


def test_a_write_is_recognised() -> None:
    """The next test looks for these; it must see each of them."""
    for text in (
        "Agency.objects.create(a=1)",
        "x.save()",
        "Agency.objects.filter(a=1).update(b=2)",
        "x.delete()",
        "c.execute('UPDATE audit_entry e SET x = 1')",
        "c.execute('INSERT INTO t VALUES (1)')",
    ):
        assert writes(ast.parse(text)), text
    for text in ("d.update(a=1)", "Update = 1", "'''Update the wall and set it.'''"):
        assert not writes(ast.parse(text)), text


def test_only_actions_write() -> None:
    """Views, loops and logic call an action; they never write by themselves."""
    wrong = []
    for path in house.modules():
        if path.name == "actions.py" or path.parent.name == "actions":
            continue
        found = writes(house.tree(path))
        if str(path) in WRITERS and not found:
            wrong.append(f"{path} no longer writes: take it out of WRITERS.")
        if found and str(path) not in WRITERS:
            wrong.append(f"{path} writes to the database ({', '.join(found)}): put the verb into actions.py.")
    assert not wrong, "\n".join(wrong)


def test_sizes_and_names() -> None:
    """Files and functions that one can read in one sitting, with names that say something."""
    wrong = []
    for path in house.modules():
        lines = house.source(path).count("\n")
        if lines > FILE_LINES:
            wrong.append(f"{path} has {lines} lines: split it by noun.")
        for function in house.functions(house.tree(path)):
            length = (function.end_lineno or 0) - function.lineno + 1
            if length > FUNCTION_LINES:
                wrong.append(f"{path}: {function.name} has {length} lines.")
        if FORBIDDEN_NAMES & {part.removesuffix(".py") for part in path.parts}:
            wrong.append(f"{path}: say what it holds.")
    assert not wrong, "\n".join(wrong)


def is_only_a_shape(node: ast.AST) -> bool:
    """A method of a protocol: its body is `...`."""
    body = getattr(node, "body", [])
    return len(body) == 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and body[0].value.value is ...


def undocumented(node: ast.AST, prefix: str = "") -> list[str]:
    """Public classes, functions and methods below a node that have no docstring."""
    found = []
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or child.name.startswith("_"):
            continue
        if child.name in {"Meta", "Migration"} or is_only_a_shape(child):
            continue
        if not ast.get_docstring(child):
            found.append(prefix + child.name)
        if isinstance(child, ast.ClassDef):
            found.extend(undocumented(child, f"{prefix}{child.name}."))
    return found


def test_docstrings() -> None:
    """A module, a model, an action and a public function say what they are for."""
    wrong = [f"{path} has no docstring." for path in house.modules() if not ast.get_docstring(house.tree(path))]
    wrong += [f"{path}: {name} has no docstring." for path in house.modules() for name in undocumented(house.tree(path))]
    assert not wrong, "\n".join(wrong)


def test_imports_stand_at_the_top() -> None:
    """An import inside a function is a design fault."""
    wrong = [
        f"{path}: {function.name} imports in line {node.lineno}."
        for path in house.modules()
        for function in house.functions(house.tree(path))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_is_left_lying_about() -> None:
    """No notes to oneself, no prints, no signals for domain behaviour, no generic foreign keys."""
    wrong = [f"{path}: {found[0]}" for path in house.modules() if (found := LEFT_LYING.search(house.source(path)))]
    wrong += [
        f"{path} prints in line {node.lineno}."
        for path in house.modules()
        for node in ast.walk(house.tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not wrong, "\n".join(wrong)


def test_only_settings_reads_the_environment() -> None:
    """One place to look for what an operator can change."""
    allowed = {"pendopo/settings.py", *ENVIRONMENT_READERS}
    readers = [
        str(path)
        for path in house.modules()
        if path.parts[1] not in house.PROGRAMS and re.search(r"os\.environ|getenv", house.source(path))
    ]
    assert set(readers) <= allowed, f"{sorted(set(readers) - allowed)} read the environment: read it in settings.py."


def test_the_median_file_is_short() -> None:
    """A house of small files: half of those with anything in them stay under 120 lines."""
    lengths = sorted(house.source(path).count("\n") for path in house.modules())
    lengths = [length for length in lengths if length > 20]
    assert lengths[len(lengths) // 2] <= 120
