"""Opening assessments and rounds, answering, and signing what was answered."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person
from pendopo.audit.actions import Actor, record
from pendopo.ui.words import number_text

from ..catalogue import instrument_named
from ..drawing import draw
from ..files import unchanged
from ..logic import Instrument, Node, Score, answer_of, half_up, reached, span
from ..models import Answer, Assessment, Evidence, EvidenceKind, Round, RoundKind, Snapshot
from ..reading import answers_of, content_of
from ..signing import canonical, digest_of
from ..signing import sign as signature_of
from ..sufficiency import Sufficiency


@transaction.atomic
def open_assessment(*, instrument: str, year: int, by: Actor | None, title: str = "", agency: Agency | None = None) -> Assessment:
    """Begins to answer an instrument for a year, with the round of self-assessment open. Refused: a second one for the same year."""
    try:
        found = instrument_named(instrument)
    except KeyError:
        raise Refused(_("There is no instrument “%(code)s”: load it first.") % {"code": instrument}) from None
    code = slugify(f"{instrument} {year} {agency.code if agency else ''}")[:90]
    try:
        with transaction.atomic():
            assessment = Assessment.objects.create(
                code=code,
                instrument=instrument,
                year=year,
                agency=agency,
                title=(title.strip() or f"{found.root.name['id']} {year}")[:200],
                by=by if isinstance(by, Person) else None,
            )
    except IntegrityError:
        raise Refused(_("This instrument is being answered for this year already: open that assessment.")) from None
    after = {"instrument": instrument, "year": year, "agency": agency.code if agency else "", "title": assessment.title}
    record(by=by, room="assessments", verb="open", about=assessment.get_absolute_url(), after=after)
    Round.objects.create(assessment=assessment, kind=RoundKind.SELF)
    return assessment


@transaction.atomic
def open_round(*, assessment: Assessment, kind: str, by: Actor | None) -> Round:
    """Opens the answers of another side, beginning with those of the side before as a proposal."""
    order = RoundKind.values
    Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    if kind not in order or Round.objects.filter(assessment=assessment, kind=kind).exists():
        raise Refused(_("This round is open already."))
    made = Round.objects.create(assessment=assessment, kind=kind)
    before = [one for one in Round.objects.filter(assessment=assessment) if order.index(one.kind) < order.index(kind)]
    if before:
        last = max(before, key=lambda one: order.index(one.kind))
        known = {node.code for node in instrument_named(assessment.instrument).leaves()}
        copied = [
            Answer(round=made, node=row.node, value=row.value, held=row.held, applies=row.applies, note=row.note, by=row.by)
            for row in last.answers.all()
            if row.node in known
        ]
        Answer.objects.bulk_create(copied)
    record(by=by, room="assessments", verb="open_round", about=assessment.get_absolute_url(), after={"round": kind})
    return made


@transaction.atomic
def write_answer(
    *,
    round: Round,
    node: str,
    by: Actor,
    value: str = "",
    held: Collection[int] = (),
    applies: bool = True,
    note: str = "",
) -> Answer:
    """Answers one requirement: by the levels that are fulfilled (cumulative ladders), by a value, or by "does not apply" with a reason.

    Refused: after signing, off the scale, an unknown requirement, an exclusion without a reason. WrongAnswer names the allowed range.
    """
    kept = Round.objects.select_for_update().select_related("assessment").get(pk=round.pk)
    if kept.signed is not None:
        raise Refused(_("This round is signed, and what is signed does not change: open the next round."))
    instrument = instrument_named(kept.assessment.instrument)
    leaf = next((one for one in instrument.leaves() if one.code == node), None)
    if leaf is None:
        raise Refused(_("The instrument has no requirement “%(node)s”.") % {"node": node})
    told = _told(instrument, leaf, value, held, applies, note)
    if not applies and not _applies_elsewhere(kept, instrument, node):
        raise Refused(_("At least one requirement must apply, or there is nothing to score."))
    before = Answer.objects.filter(round=kept, node=node).first()
    values = {**told, "note": note.strip()[:2000], "by": by.audit_name, "at": timezone.now()}
    answer, _new = Answer.objects.update_or_create(round=kept, node=node, defaults=values)
    record(
        by=by,
        room="assessments",
        verb="answer",
        about=kept.assessment.page_of(node),
        before=_plain(before) if before else {},
        after={"round": kept.kind, **_plain(answer)},
    )
    return answer


def _told(instrument: Instrument, node: Node, value: str, held: Collection[int], applies: bool, note: str) -> dict[str, Any]:
    if not applies:
        if not instrument.exclusions:
            raise Refused(_("In this instrument every requirement applies: give an answer."))
        if not note.strip():
            raise Refused(_("Say why it does not apply: the statement of applicability needs the reason."))
        return {"applies": False, "value": None, "held": []}
    if instrument.cumulative and not value:
        low, high = int(instrument.scale.low), int(instrument.scale.high)
        levels = sorted({level for level in held if low <= level <= high} | {low})
        return {"applies": True, "value": Decimal(reached(levels, instrument.scale)), "held": levels}
    found = answer_of(value, node, instrument.scale)
    return {"applies": True, "value": Decimal(found.numerator) / Decimal(found.denominator), "held": []}


def _applies_elsewhere(round: Round, instrument: Instrument, node: str) -> bool:
    """Whether any other requirement is answered, or still may be."""
    excluded = set(round.answers.filter(applies=False).values_list("node", flat=True))
    return any(leaf.code != node and leaf.code not in excluded for leaf in instrument.leaves())


def _plain(answer: Answer) -> dict[str, Any]:
    value = None if answer.value is None else float(answer.value)
    return {"value": value, "held": list(answer.held), "applies": answer.applies, "note": answer.note}


@transaction.atomic
def sign(*, round: Round, by: Actor, now: datetime | None = None) -> Round:
    """Freezes a round: the live figures as they stand, the index and its word, and a signature over all of it.

    Refused: a second time, with open requirements (the range of the index is named), or when a file is not what it was when it was added.
    """
    at = now or timezone.now()
    kept = Round.objects.select_for_update().select_related("assessment").get(pk=round.pk)
    if kept.signed is not None:
        raise Refused(_("This round is signed already."))
    instrument, rows = instrument_named(kept.assessment.instrument), list(kept.answers.all())
    score = _whole(instrument, rows)
    evidence = list(Evidence.objects.filter(uses__assessment=kept.assessment).distinct())
    changed = [one.title for one in evidence if not unchanged(one)]
    if changed:
        raise Refused(
            _("These files are not what they were when they were added: %(names)s. Add them again.") % {"names": ", ".join(changed)}
        )
    drawn = draw((one.query for one in evidence if one.kind == EvidenceKind.LIVE), at)
    digests = {code: _freeze(kept, code, found, at).digest for code, found in drawn.items()}
    content = canonical(content_of(kept, rows, evidence, digests))
    _close(kept, score, by, at, content)
    return kept


def _whole(instrument: Instrument, rows: list[Answer]) -> Score:
    found = span(instrument, answers_of(rows))
    if found.missing:
        low, high = (number_text(float(edge.index), 2) for edge in (found.low, found.high))
        codes = ", ".join(found.missing[:12]) + ("…" if len(found.missing) > 12 else "")
        raise Refused(
            _("Not answered yet: %(codes)s. The index may still be from %(low)s to %(high)s: answer them first.")
            % {"codes": codes, "low": low, "high": high}
        )
    return found.low


def _freeze(round: Round, code: str, found: Sufficiency, at: datetime) -> Snapshot:
    periods = [[period.start.isoformat(), period.value, period.holds] for period in found.periods]
    body = {"query": code, "at": at.isoformat(), "have": found.have, "need": found.need, "enough": found.enough, "periods": periods}
    content = canonical(body)
    return Snapshot.objects.create(
        round=round,
        query=code,
        at=at,
        have=found.have,
        need=found.need,
        enough=found.enough,
        body=body,
        digest=digest_of(content),
        signature=signature_of(content),
    )


def _close(round: Round, score: Score, by: Actor | None, at: datetime, content: bytes) -> None:
    round.index = Decimal(int(half_up(score.index, 6) * 10**6)) / 10**6
    round.predicate, round.near_threshold = score.predicate, score.near_threshold
    round.signed, round.signed_by = at, by.audit_name if by else ""
    round.content, round.digest, round.signature = content.decode(), digest_of(content), signature_of(content)
    round.save(update_fields=["index", "predicate", "near_threshold", "signed", "signed_by", "content", "digest", "signature"])
    after = {"round": round.kind, "index": float(round.index), "predicate": round.predicate, "digest": round.digest}
    record(by=by, room="assessments", verb="sign", about=round.assessment.get_absolute_url(), after=after)


@transaction.atomic
def publish_result(
    *, assessment: Assessment, values: Mapping[str, str], source: str, by: Actor | None, now: datetime | None = None
) -> Round:
    """Notes what the external assessor published, by indicator, aspect or domain, and signs it at once. `source` says where it stands."""
    if not source.strip():
        raise Refused(_("Say where the result was published."))
    instrument = instrument_named(assessment.instrument)
    nodes = {node.code: (depth, node) for depth, node in instrument.root.walk() if depth}
    unknown = [code for code in values if code not in nodes]
    if unknown:
        raise Refused(_("The instrument has no requirement “%(node)s”.") % {"node": unknown[0]})
    Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    if Round.objects.filter(assessment=assessment, kind=RoundKind.EXTERNAL).exists():
        raise Refused(_("This round is open already."))
    made = Round.objects.create(assessment=assessment, kind=RoundKind.EXTERNAL, source=source[:300])
    rows = []
    for code, text in values.items():
        depth, node = nodes[code]
        found = answer_of(text, node, instrument.scale_at(depth))
        rows.append(Answer(round=made, node=code, value=Decimal(found.numerator) / Decimal(found.denominator), by=source[:300]))
    Answer.objects.bulk_create(rows)
    _close(made, _whole(instrument, rows), by, now or timezone.now(), canonical(content_of(made, rows, [], {})))
    return made
