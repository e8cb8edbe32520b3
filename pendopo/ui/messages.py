"""Translations without GNU gettext: what must be translated, what is missing, and the compiled catalogue.

`python -m pendopo.ui.messages` compiles every `locale/*/LC_MESSAGES/django.po` and lists sentences of the code and templates that have
no translation yet (exit 1 when there are any). `make setup` runs it with `--compile`, so that no Debian package is needed.
"""

import ast
import os
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
GETTEXT = frozenset({"gettext", "gettext_lazy", "gettext_noop", "_", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "Sentence"})
TEMPLATE_CALL = re.compile(
    r"""n?p?gettext\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*)|(?<!\w)_\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))"""
)

# A message: its id, its plural id ('' without one).
Message = tuple[str, str]


def of_python(source: str) -> Iterator[Message]:
    """Every literal given to gettext and its kin in a Python file."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        if name not in GETTEXT:
            continue
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name.startswith("pgettext"):
            texts = [f"{texts[0]}\x04{texts[1]}"] if len(texts) > 1 else []
        if texts:
            yield texts[0], texts[1] if name.startswith("ngettext") and len(texts) > 1 else ""


def of_template(source: str) -> Iterator[Message]:
    """Every `translate` and `blocktranslate` of a template."""
    for found in TEMPLATE_CALL.finditer(templatize(source)):
        texts = ast.literal_eval(f"({found[1] or found[2]},)")
        yield texts[0], texts[1] if len(texts) > 1 else ""


def wanted(root: Path = ROOT / "pendopo") -> dict[Message, str]:
    """Every message of the product and the first file that says it."""
    found: dict[Message, str] = {}
    for path in sorted(root.rglob("*")):
        if "tests" in path.parts or "migrations" in path.parts or path.suffix not in {".py", ".html", ".txt"} or not path.is_file():
            continue
        text = path.read_text()
        for message in of_python(text) if path.suffix == ".py" else of_template(text):
            found.setdefault(message, str(path.relative_to(root.parent)))
    return found


def _quoted(lines: Iterator[str], first: str) -> tuple[str, str]:
    """A po string that may run over several lines; also the line after it."""
    parts = [ast.literal_eval(first)]
    line = ""
    for line in lines:
        if not line.startswith('"'):
            return "".join(parts), line
        parts.append(ast.literal_eval(line))
    return "".join(parts), ""


def read_po(text: str) -> dict[Message, list[str]]:
    """The entries of a .po file that have a translation (one text, or one a plural form). Fuzzy and obsolete ones are left out."""
    entries: dict[Message, list[str]] = {}
    lines = iter([*(line.strip() for line in text.splitlines()), ""])
    line = next(lines, "")
    msgctxt, msgid, plural, fuzzy = "", "", "", False
    while True:
        keyword, _space, rest = line.partition(" ")
        if keyword == "#," and "fuzzy" in rest:
            fuzzy = True
        if keyword == "msgctxt":
            msgctxt, line = _quoted(lines, rest)
            continue
        if keyword == "msgid":
            msgid, line = _quoted(lines, rest)
            msgid, plural, msgctxt = f"{msgctxt}\x04{msgid}" if msgctxt else msgid, "", ""
            continue
        if keyword == "msgid_plural":
            plural, line = _quoted(lines, rest)
            continue
        if keyword.startswith("msgstr"):
            translated, line = _quoted(lines, rest)
            if keyword in ("msgstr", "msgstr[0]") and (msgid, plural) in entries:
                continue  # said twice, as a merge may leave it: the first stands
            if translated and not fuzzy:
                entries.setdefault((msgid, plural), []).append(translated)
            continue
        if not line:
            fuzzy = False
        following = next(lines, None)
        if following is None:
            return entries
        line = following


def write_mo(entries: dict[Message, list[str]]) -> bytes:
    """The compiled catalogue (GNU .mo, little endian), ordered as gettext wants it."""
    pairs = sorted(
        ((f"{msgid}\0{plural}" if plural else msgid).encode(), "\0".join(texts).encode()) for (msgid, plural), texts in entries.items()
    )
    start = 28 + 16 * len(pairs)
    keys: list[int] = []
    values: list[int] = []
    body = b""
    for table, column in ((keys, 0), (values, 1)):
        for pair in pairs:
            table.extend([len(pair[column]), start + len(body)])
            body += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + struct.pack(f"<{len(keys)}I", *keys) + struct.pack(f"<{len(values)}I", *values) + body


def compile_all(root: Path = ROOT / "locale") -> list[Path]:
    """Writes django.mo beside every django.po that is newer than it; gives the files written."""
    written = []
    for source in sorted(root.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            fresh = target.with_suffix(f".{os.getpid()}.new")
            fresh.write_bytes(write_mo(read_po(source.read_text())))
            fresh.replace(target)
            written.append(target)
    return written


def missing(language: str = "id") -> dict[Message, str]:
    """Messages of the product without a translation, and the file that says each."""
    known = read_po((ROOT / "locale" / language / "LC_MESSAGES" / "django.po").read_text())
    return {message: where for message, where in wanted().items() if message not in known}


def main() -> int:
    """Compiles; then, unless `--compile`, lists what is missing in the form of a .po."""
    compile_all()
    if "--compile" in sys.argv:
        return 0
    absent = missing()
    for (msgid, plural), where in absent.items():
        escaped = msgid.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        sys.stdout.write(f'# {where}\nmsgid "{escaped}"\n' + (f'msgid_plural "{plural}"\nmsgstr[0] ""\n\n' if plural else 'msgstr ""\n\n'))
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main())
