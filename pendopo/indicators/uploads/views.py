"""The pages of an upload: choose a file, see how it is read and what would become of every row, take it."""

from dataclasses import dataclass
from typing import Any

import yaml
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.telling import all_told
from pendopo.ui.templatetags.house import moment, number

from ..declared import Faulty
from ..files import Outcome, take_file
from ..forms import UploadForm
from ..mapping import Mapping, columns_of, mapping_from, parse_mapping
from ..models import Delivery, Source
from ..views.scope import source_for, sources_for
from . import actions
from .forms import MappingForm, answers_of, as_written
from .knowing import known_for
from .looking import Look, look_at
from .models import Upload, UploadState
from .proposing import Proposal, propose

# A part of a plain form's file that is written at once.
PART = 4 * 1024 * 1024
TOLD = 100


@opens("observations.write")
def begin(request: PersonRequest) -> HttpResponse:
    """The first page: which source, which file. Without JavaScript the whole file comes with this form."""
    sources = sources_for(request.user, "observations.write").filter(active=True)
    form = UploadForm(request.POST or None, request.FILES or None, sources=sources, initial={"source": first_choice(request, sources)})
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        upload = actions.begin(source=form.cleaned_data["source"], by=request.user, name=str(file.name), size=file.size)
        at = 0
        for part in file.chunks(PART):
            actions.add_part(upload=upload, at=at, part=part)
            at += len(part)
        mapping: Mapping | None = form.cleaned_data["mapping"]
        return show(request, upload.pk, mapping=mapping) if mapping is not None else redirect("indicators:upload-file", key=upload.pk)
    writing = sources.filter(indicators__isnull=False, indicators__derived__isnull=True).distinct()
    mine = Upload.objects.filter(by=request.user, source__in=sources).exclude(state=UploadState.RECEIVING).select_related("source")[:5]
    return render(request, "indicators/upload.html", {"form": form, "mine": mine, "sources": writing})


def first_choice(request: HttpRequest, sources: QuerySet[Source]) -> Source | None:
    """The source named in the address, else the only one there is."""
    named = sources.filter(code=request.GET.get("source", "").replace("\x00", "")).first()
    return named or (sources.first() if sources.count() == 1 else None)


def upload_for(request: PersonRequest, key: Any) -> Upload:
    """One's own upload, for a source that one may still write."""
    upload = get_object_or_404(Upload.objects.select_related("source__agency"), pk=key, by=request.user)
    source_for(request.user, "observations.write", upload.source.code)
    return upload


@opens("observations.write")
def file(request: PersonRequest, key: Any) -> HttpResponse:
    """The file: how it is read, what would become of it, and the button that takes it."""
    upload = upload_for(request, key)
    if request.method == "POST" and request.POST.get("do") == "take":
        return take(request, upload)
    if request.method == "POST" and request.POST.get("do") == "drop":
        actions.drop(upload=upload)
        messages.success(request, _("The file was forgotten; nothing was written."))
        return redirect("indicators:upload")
    if upload.state != UploadState.READY:
        return render(request, "indicators/upload_state.html", {"upload": upload, "share": 100 * upload.done // max(1, upload.rows)})
    return show(request, key)


def take(request: PersonRequest, upload: Upload) -> HttpResponse:
    """Takes a short file at once and leaves a long one to the loop."""
    if not actions.confirm(upload=upload):
        messages.error(request, _("See the preview first: then the file can be taken."))
        return redirect("indicators:upload-file", key=upload.pk)
    if upload.whole:
        upload = actions.take(upload=upload)
    if upload.state == UploadState.TAKEN and upload.delivery is not None:
        stored = upload.delivery.accepted + upload.delivery.flagged
        told = {"stored": number(stored), "rows": number(upload.delivery.rows)}
        messages.success(request, _("%(stored)s of %(rows)s rows were stored.") % told)
        return redirect("indicators:delivery", pk=upload.delivery_id)
    return redirect("indicators:upload-file", key=upload.pk)


@dataclass
class Reading:
    """How a file is about to be read: by a mapping (None = its own columns), shown in a form, or not yet."""

    form: MappingForm | None
    proposal: Proposal
    mapping: Mapping | None = None
    settled: bool = False
    why: str = ""


def show(request: PersonRequest, key: Any, mapping: Mapping | None = None) -> HttpResponse:
    """The page of a file that is here: proposal, and the preview as soon as nothing is open."""
    upload = upload_for(request, key)
    context: dict[str, Any] = {"upload": upload, "source": upload.source, "before": before(upload)}
    try:
        look = look_at(actions.place_of(upload), request.POST.get("table") or request.GET.get("table", ""))
        reading = reading_of(request, upload, look, mapping)
        context.update(look=look, reading=reading, columns=columns(look, reading))
        if reading.settled:
            context.update(preview(upload, reading.mapping))
    except Faulty as error:
        context["faults"] = all_told(error.sentences)
    except OSError:
        raise Http404 from None
    return render(request, "indicators/upload_file.html", context)


def reading_of(request: PersonRequest, upload: Upload, look: Look, given: Mapping | None) -> Reading:
    """By a template's own word, a mapping file, what was posted, what the source remembers; else by proposal."""
    if look.embedded:
        return Reading(
            None, Proposal(), parse_mapping(look.embedded), True, _("This is the template of the house: it says itself how it is read.")
        )
    if look.own and given is None:
        return Reading(
            None, Proposal(), None, True, _("The columns are those of the house (indicator, region, at, value): nothing to choose.")
        )
    known = known_for(upload.source)
    remembered = mapping_from(upload.source.mapping) if upload.source.mapping else None
    fits = remembered is not None and set(columns_of(remembered)) <= {head.name for head in look.heads}
    posted = request.method == "POST" and request.POST.get("do") == "preview"
    start = given or (remembered if fits and not request.GET.get("anew") else None)
    proposal = Proposal() if start is not None else propose(look, known)
    answers, dims = answers_of(start, look) if start is not None else ({}, {})
    initial = answers or {**proposal.answers, **{f"role_{place}": role for place, role in proposal.roles.items()}}
    readings = proposal.answers.get("format_choices", [])
    if start is not None and start is not given:
        proposal.reasons = {
            f"role_{head.place}": _("As the source's last file was read.") for head in look.heads if answers.get(f"role_{head.place}")
        }
    form = MappingForm(
        request.POST if posted else None,
        initial=initial,
        look=look,
        known=known,
        dims=dims,
        readings=readings if isinstance(readings, list) else [],
    )
    if given is not None:
        return Reading(form, proposal, given, True, _("Read as the mapping file says."))
    if posted and form.is_valid():
        return Reading(form, proposal, form.cleaned_data["mapping"], True)
    if start is not None and not posted:
        return Reading(
            form, proposal, start, True, _("Read as the last file of this source was; change it below if this one is different.")
        )
    return Reading(form, proposal)


def columns(look: Look, reading: Reading) -> list[dict[str, Any]]:
    """The columns of the table with their first values, their field and its reason."""
    if reading.form is None:
        return []
    return [
        {
            "head": head,
            "field": reading.form[f"role_{head.place}"],
            "reason": reading.proposal.reasons.get(f"role_{head.place}", ""),
            "question": "",
        }
        for head in look.heads
    ]


def preview(upload: Upload, mapping: Mapping | None) -> dict[str, Any]:
    """The verdict on every row, with nothing written; remembered with the upload so that exactly this is taken."""
    outcome = take_file(source=upload.source, path=actions.place_of(upload), name=upload.name, mapping=mapping, dry_run=True, brief=True)
    actions.choose(upload=upload, mapping=None if mapping is None else as_written(mapping), outcome=outcome)
    told = [problem for problem in outcome.problems if problem["code"] != "duplicate"]
    return {
        "outcome": outcome,
        "counts": counts_of(outcome),
        "told": told[:TOLD],
        "omitted": max(0, len(told) - TOLD),
        "known_already": bool(outcome.rows) and outcome.duplicates == outcome.rows,
    }


def counts_of(outcome: Outcome) -> list[tuple[str, int, str]]:
    """Word, number and state of the five verdicts."""
    return [
        (_("Accepted"), outcome.accepted, "well" if outcome.accepted else ""),
        (_("Flagged"), outcome.flagged, "attention" if outcome.flagged else ""),
        (_("Quarantined"), outcome.quarantined, "attention" if outcome.quarantined else ""),
        (_("Rejected"), outcome.rejected, "danger" if outcome.rejected else ""),
        (_("Duplicates"), outcome.duplicates, ""),
    ]


def before(upload: Upload) -> str:
    """A sentence when the very same file came before, perhaps under another name."""
    same = Delivery.objects.filter(source=upload.source, digest=upload.digest).order_by("pk").first() if upload.digest else None
    if same is None:
        return ""
    told = {"number": same.pk, "name": same.name or "–", "when": moment(same.received)}
    return _("This very file came on %(when)s as “%(name)s” (delivery #%(number)s): it is a copy, whatever it is called now.") % told


@opens("observations.write")
def mapping_file(request: PersonRequest, code: str) -> HttpResponse:
    """The mapping that a source remembers, as `--map` and the upload page read it."""
    source = source_for(request.user, "observations.write", code)
    if not source.mapping:
        raise Http404
    text = yaml.safe_dump(source.mapping, allow_unicode=True, sort_keys=False, width=140)
    answer = HttpResponse(
        f"# {source.name}: {request.build_absolute_uri(reverse('indicators:source', args=[code]))}\n{text}", "application/yaml"
    )
    answer["Content-Disposition"] = f'attachment; filename="{source.code}.yaml"'
    return answer
