"""What stands in a round, as the engine takes it, and how evidence counts."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from django.conf import settings

from .logic import Answers
from .models import Answer, Evidence, EvidenceKind, Round, Verdict
from .standing import Proof
from .sufficiency import Sufficiency


def answers_of(rows: Iterable[Answer]) -> Answers:
    """A round's answers by requirement; None = does not apply."""
    return {row.node: Fraction(row.value) if row.value is not None else None for row in rows}


def proof_of(evidence: Evidence, drawn: Mapping[str, Sufficiency]) -> Proof:
    """How a piece of evidence counts, with the live figures as they stand."""
    accepted = {Verdict.ACCEPTED.value: True, Verdict.REFUSED.value: False}.get(evidence.verdict)
    sufficient = None
    if evidence.kind == EvidenceKind.LIVE:
        sufficient = drawn[evidence.query].enough if evidence.query in drawn else False
    return Proof(accepted, evidence.since, evidence.until, sufficient)


def content_of(round: Round, rows: Iterable[Answer], evidence: Iterable[Evidence], snapshots: Mapping[str, str]) -> dict[str, object]:
    """All that a signature covers, as JSON: the answers, the evidence with its digests, the digests of the live figures."""
    told = sorted(rows, key=lambda row: row.node)
    return {
        "government": settings.REGION,
        "assessment": round.assessment.code,
        "instrument": round.assessment.instrument,
        "round": round.kind,
        "answers": [
            {
                "node": row.node,
                "value": None if row.value is None else str(row.value.normalize()),
                "held": row.held,
                "applies": row.applies,
                "note": row.note,
                "by": row.by,
            }
            for row in told
        ],
        "evidence": [
            {"id": one.pk, "title": one.title, "digest": one.digest, "link": one.link, "query": one.query, "verdict": one.verdict}
            for one in sorted(evidence, key=lambda one: one.pk)
        ],
        "live": dict(snapshots),
    }
