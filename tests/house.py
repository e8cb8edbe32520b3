"""The repository as the house tests see it: its files, parsed once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ROOT / "pendopo"
DOCS = ROOT / "docs"

# Packages that are rooms: every folder of the product except the two programs on the top line.
PROGRAMS = frozenset({"supervise", "cli"})


@cache
def modules() -> tuple[Path, ...]:
    """Every Python file of the product, without migrations and tests, relative to the repository."""
    found = (path.relative_to(ROOT) for path in sorted(PRODUCT.rglob("*.py")))
    return tuple(path for path in found if not {"migrations", "tests", "__pycache__"} & set(path.parts))


@cache
def source(path: Path) -> str:
    """The text of a file named relative to the repository."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(source(path), str(path))


@cache
def rooms() -> tuple[str, ...]:
    """The rooms by name."""
    return tuple(sorted(path.name for path in PRODUCT.iterdir() if (path / "__init__.py").exists() and path.name not in PROGRAMS))


@cache
def templates() -> tuple[Path, ...]:
    """Every template of the product, relative to the repository."""
    return tuple(path.relative_to(ROOT) for path in sorted(PRODUCT.rglob("templates/**/*")) if path.is_file())


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def documents() -> str:
    """All documents as one text."""
    pages = [*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)
