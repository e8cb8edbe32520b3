"""The page of one requirement: its levels, the answer, the evidence for it, findings and orders."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.access import may, may_somewhere, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.orders.models import Order
from pendopo.ui.door import opens
from pendopo.ui.telling import told

from .. import actions
from ..catalogue import instrument_named
from ..crossing import elsewhere
from ..drawing import draw, live_figures, serving
from ..forms import AnswerForm, EvidenceForm, FindingForm, level_text
from ..logic import Instrument, Node, WrongAnswer
from ..models import Answer, Assessment, Evidence, EvidenceKind, RoundKind, Snapshot, Use
from ..reading import proof_of
from ..sheet import TONES, figure_name, gaps_of, name_of, standing_word
from ..standing import standing
from .assessments import found_or_404, may_answer, place_of


def _leaf(instrument: Instrument, code: str) -> Node:
    found = next((node for node in instrument.leaves() if node.code == code), None)
    if found is None:
        raise Http404
    return found


@opens("assessments.see")
def requirement(request: PersonRequest, code: str, node: str) -> HttpResponse:
    """One requirement of an assessment."""
    return _page(request, found_or_404(request.user, code), node)


def _page(request: PersonRequest, found: Assessment, code: str, status: int = 200, **forms: object) -> HttpResponse:
    instrument = instrument_named(found.instrument)
    leaf = _leaf(instrument, code)
    now = timezone.now()
    uses = list(Use.objects.filter(assessment=found, node=code).select_related("evidence", "evidence__by", "evidence__reviewer"))
    figures = serving(found.instrument, code)
    codes = {use.evidence.query for use in uses if use.evidence.kind == EvidenceKind.LIVE} | {figure.code for figure in figures}
    drawn = draw(codes, now)
    answers = list(Answer.objects.filter(round__assessment=found, node=code).select_related("round"))
    rounds = sorted(found.rounds.all(), key=lambda one: RoundKind.values.index(one.kind))
    by_round = {answer.round_id: answer for answer in answers}
    writable = [round for round in rounds if round.signed is None and may_answer(request.user, found, round.kind)]
    code_of = standing(bool(answers), [proof_of(use.evidence, drawn) for use in uses], timezone.localdate(now))
    used = {use.evidence.query for use in uses}
    leaves = [node.code for node in instrument.leaves()]
    at = leaves.index(code)
    context = {
        "assessment": found,
        "instrument": instrument,
        "node": leaf,
        "name": name_of(leaf.name),
        "path": [name_of(node.name) for _depth, node in instrument.root.walk() if node.nodes and leaf in _below(node)][1:],
        "levels": [level_text(level) for level in instrument.levels_of(leaf)],
        "levels_note": name_of(instrument.levels_note) if instrument.levels_note else "",
        "about": name_of(leaf.about) if leaf.about else "",
        "rounds": [(round, by_round.get(round.pk)) for round in rounds],
        "answer_forms": [(round, _answer_form(instrument, leaf, by_round.get(round.pk))) for round in writable],
        "standing": standing_word(code_of),
        "tone": TONES[code_of],
        "uses": [(use, drawn.get(use.evidence.query)) for use in uses],
        "offers": [(figure, name_of(figure.name), drawn[figure.code]) for figure in figures if figure.code not in used],
        "snapshots": [
            (figure_name(one.query), one, gaps_of(one))
            for one in Snapshot.objects.filter(round__assessment=found, query__in=codes).select_related("round")
        ],
        "elsewhere": elsewhere(found, leaf.code),
        "evidence_form": EvidenceForm() if may_somewhere(request.user, "assessments.prove") else None,
        "kept": Evidence.objects.visible_to(request.user).exclude(kind=EvidenceKind.LIVE).exclude(uses__in=[use.pk for use in uses])[:100],
        "findings": found.findings.filter(node=code).select_related("owner", "by", "verified_by"),
        "finding_form": FindingForm() if may(request.user, "assessments.assess", place_of(found)) else None,
        "orders": Order.objects.visible_to(request.user).filter(about=found.page_of(code)).select_related("to"),
        "may_order": may_somewhere(request.user, "orders.give"),
        "before": leaves[at - 1] if at else "",
        "after": leaves[at + 1] if at + 1 < len(leaves) else "",
        **forms,
    }
    return render(request, "assessments/requirement.html", context, status=status)


def _below(node: Node) -> list[Node]:
    return [one for _depth, one in node.walk()]


def _answer_form(instrument: Instrument, node: Node, answer: Answer | None) -> AnswerForm:
    initial: dict[str, object] = {}
    if answer is not None:
        value = None if answer.value is None else (int(answer.value) if instrument.scale.whole else answer.value.normalize())
        initial = {"held": answer.held, "value": value, "excluded": not answer.applies, "note": answer.note}
    return AnswerForm(initial=initial, instrument=instrument, node=node)


def _answer(request: PersonRequest, found: Assessment, node: str) -> str:
    instrument = instrument_named(found.instrument)
    leaf = _leaf(instrument, node)
    round = found.rounds.filter(kind=request.POST.get("round", "")).first()
    if round is None:
        raise Http404
    if not may_answer(request.user, found, round.kind):
        raise PermissionDenied(_("This round is answered by others: ask an administrator for the right role."))
    form = AnswerForm(request.POST, instrument=instrument, node=leaf)
    if not form.is_valid():
        raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    told = form.cleaned_data
    value = told.get("value")
    actions.write_answer(
        round=round,
        node=node,
        by=request.user,
        value="" if value in (None, "") else str(value),
        held=told.get("held", ()),
        applies=not told.get("excluded", False),
        note=told["note"],
    )
    return _("Saved.")


def _evidence(request: PersonRequest, found: Assessment, node: str) -> str:
    require_prove(request)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    made = actions.add_evidence(proof=actions.Proof(**form.cleaned_data), by=request.user)
    actions.attach(evidence=made, assessment=found, node=node, by=request.user)
    return _("The evidence is kept; somebody else reviews it.")


def _live(request: PersonRequest, found: Assessment, node: str) -> str:
    require_prove(request)
    made = actions.add_live(code=request.POST.get("query", ""), by=request.user)
    if node not in live_figures()[made.query].serves.get(found.instrument, ()):
        raise Refused(_("This live figure does not prove this requirement."))
    actions.attach(evidence=made, assessment=found, node=node, by=request.user)
    return _("The live figure proves this requirement from now on, as long as it is enough.")


def _kept(request: PersonRequest, found: Assessment, node: str) -> str:
    require_prove(request)
    number = request.POST.get("evidence", "")
    kept = Evidence.objects.visible_to(request.user).filter(pk=int(number)).first() if number.isdecimal() and len(number) < 18 else None
    if kept is None:
        raise Refused(_("Choose a piece of evidence."))
    actions.attach(evidence=kept, assessment=found, node=node, by=request.user)
    return _("The evidence serves this requirement too.")


def _detach(request: PersonRequest, found: Assessment, node: str) -> str:
    require_prove(request)
    number = request.POST.get("use", "")
    use = found.uses.filter(pk=int(number), node=node).first() if number.isdecimal() and len(number) < 18 else None
    if use is not None:
        actions.detach(use=use, by=request.user)
    return _("The evidence serves this requirement no more.")


def _finding(request: PersonRequest, found: Assessment, node: str) -> str:
    require(request.user, "assessments.assess", place_of(found))
    form = FindingForm(request.POST)
    if not form.is_valid():
        raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    actions.add_finding(assessment=found, node=node, by=request.user, **form.cleaned_data)
    return _("The finding is noted.")


def require_prove(request: PersonRequest) -> None:
    """Evidence may be added by whoever holds the verb in any scope: it counts only when it is reviewed."""
    if not may_somewhere(request.user, "assessments.prove"):
        raise PermissionDenied(_("Your posts do not allow this. Ask an administrator for the right role."))


DEEDS: dict[str, Callable[[PersonRequest, Assessment, str], str]] = {
    "answer": _answer,
    "evidence": _evidence,
    "live": _live,
    "kept": _kept,
    "detach": _detach,
    "finding": _finding,
}


@require_POST
@opens("assessments.see")
def do(request: PersonRequest, code: str, node: str) -> HttpResponse:
    """One of DEEDS about the requirement."""
    found = found_or_404(request.user, code)
    _leaf(instrument_named(found.instrument), node)
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return redirect(found.page_of(node))
    try:
        said = deed(request, found, node)
    except WrongAnswer as wrong:
        return _page(request, found, node, 409, error=told(wrong.sentence))
    except Refused as why:
        return _page(request, found, node, 409, error=str(why))
    messages.success(request, said)
    return redirect(found.page_of(node))
