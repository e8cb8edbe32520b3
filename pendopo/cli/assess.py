"""`pendopo assess`: scores of instruments from a file, without a server."""

import csv
import io
import json
import sys
from collections.abc import Iterator

import click

from pendopo.assessments.instruments import shipped, shipped_codes
from pendopo.assessments.logic import Instrument, Node, Score, WrongAnswer, answer_of, score

SHOWN = 10  # digits after the point; a rational number has no end


@click.group()
def assess() -> None:
    """Maturity and certification instruments: score."""


@assess.command("score")
@click.argument("file", type=click.File("rb"))
@click.option("--instrument", "code", required=True, type=click.Choice(shipped_codes()), help="Which instrument the answers belong to.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line of the file.")
def score_file(file: io.BufferedReader, code: str, as_json: bool) -> None:
    """Score assessments from a CSV FILE (`-` reads standard input).

    Header: `name` and node codes of one depth: indicators (1 …), aspects (A1 …) or domains (D1 …). One assessment a line. Indicators of
    spbe-2020 are whole levels; aspects, domains and pemdi-2026 take decimals. The unrounded index is classified. Exit 1 when a line is bad.
    """
    instrument = shipped(code)
    bad = False
    for name, result in results(instrument, text_of(file.read())):
        bad = bad or isinstance(result, str)
        click.echo(json.dumps(as_dict(name, result), ensure_ascii=False) if as_json else as_text(name, result))
    if bad:
        sys.exit(1)


def text_of(raw: bytes) -> str:
    """The file as text; UTF-8, with or without a mark at its start."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException("The file is not UTF-8: save it as CSV UTF-8.") from None


def results(instrument: Instrument, text: str) -> Iterator[tuple[str, Score | str]]:
    """Each line's name with its score, or the sentence that says what is wrong with it."""
    lines = csv.reader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",", strict=True)
    try:
        header = [cell.strip() for cell in next(lines, [])]
        depth, nodes = columns_of(instrument, header)
        for cells in lines:
            if any(cell.strip() for cell in cells):
                row = dict(zip(header, cells, strict=False))
                yield row.get("name", "").strip(), result_of(instrument, depth, nodes, row, len(cells) - len(header))
    except csv.Error as problem:
        raise click.ClickException(f"Line {lines.line_num} is not CSV: {problem}.") from None


def columns_of(instrument: Instrument, header: list[str]) -> tuple[int, list[Node]]:
    """The depth that a header answers, and its nodes; a sentence names what is missing, double or unknown."""
    if "name" not in header or len(header) < 2:
        raise click.ClickException("The first line must hold `name` and the codes of the nodes, such as name,D1,D2,D3,D4.")
    codes = [cell for cell in header if cell != "name"]
    depths = {node.code: depth for depth, node in instrument.root.walk() if depth}
    unknown = [code for code in codes if code not in depths]
    if unknown or len(set(header)) != len(header):
        wrong = ", ".join(unknown) or ", ".join(sorted({code for code in header if header.count(code) > 1}))
        raise click.ClickException(f"{instrument.code} has no such nodes, or they stand twice: {wrong}.")
    if len({depths[code] for code in codes}) > 1:
        raise click.ClickException("All codes of the header must be of one depth: only indicators, only aspects, or only domains.")
    depth = depths[codes[0]]
    nodes = instrument.at(depth)
    if missing := [node.code for node in nodes if node.code not in codes]:
        raise click.ClickException(f"The header lacks {', '.join(missing)}; an index needs an answer to every node.")
    return depth, nodes


def result_of(instrument: Instrument, depth: int, nodes: list[Node], row: dict[str, str], extra: int) -> Score | str:
    """The score of one line, or what is wrong with it."""
    if extra > 0:
        return f"The line has {extra} cells more than the header. A decimal is written with a point: 3.4."
    scale = instrument.scale_at(depth)
    try:
        answers = {node.code: answer_of(text, node, scale) for node in nodes if (text := row.get(node.code, "")).strip()}
        return score(instrument, answers)
    except WrongAnswer as wrong:
        return str(wrong)


def as_dict(name: str, result: Score | str) -> dict[str, object]:
    """A result for programs. Values are unrounded up to the tenth digit."""
    if isinstance(result, str):
        return {"name": name, "error": result}
    return {
        "name": name,
        "index": round(float(result.index), SHOWN),
        "predicate": result.predicate,
        "near_threshold": result.near_threshold,
        "nodes": {code: round(float(value), SHOWN) for code, value in result.nodes.items()},
    }


def as_text(name: str, result: Score | str) -> str:
    """A result for people, the index with two decimals."""
    if isinstance(result, str):
        return f"✗ {name}: {result}"
    near = ", close to a threshold" if result.near_threshold else ""
    return f"{name}: {float(result.index):.2f} {result.predicate}{near}"
