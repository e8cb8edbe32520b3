"""Uploading a file: first a preview of every verdict, then, when the person says so, the delivery."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.templatetags.house import number

from ..actions import QuotaExceeded
from ..declared import Faulty
from ..files import Outcome, digest_of_file, keep_file, take_file
from ..forms import UploadForm
from ..mapping import Mapping, mapping_from
from ..models import Source
from ..sources import remember_mapping
from .scope import source_for, sources_for

SALT = "indicators.upload"
# A preview may be confirmed for so long.
HOUR_S = 3600


@opens("observations.write")
def upload(request: PersonRequest) -> HttpResponse:
    """The form, and after it the preview: what would become of every row, with nothing written yet."""
    sources = sources_for(request.user, "observations.write").filter(active=True)
    form = UploadForm(request.POST or None, request.FILES or None, sources=sources, initial={"source": first_choice(request, sources)})
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        source: Source = form.cleaned_data["source"]
        mapping: Mapping | None = form.cleaned_data["mapping"]
        if mapping is None and form.cleaned_data["remembered"] and source.mapping:
            mapping = mapping_from(source.mapping)
        file = form.cleaned_data["file"]
        with tempfile.NamedTemporaryFile(prefix="pendopo-upload-") as copy:
            shutil.copyfileobj(file, copy)
            copy.flush()
            try:
                outcome = take_file(source=source, path=Path(copy.name), name=str(file.name), mapping=mapping, dry_run=True)
                context.update(preview(source, outcome, keep_file(Path(copy.name), outcome.digest), mapping))
            except Faulty as error:
                for sentence in error.sentences:
                    form.add_error("file", sentence)
    return render(request, "indicators/upload.html", context)


def first_choice(request: PersonRequest, sources: Any) -> Any:
    """The source named in the address, else the only one there is."""
    named = sources.filter(code=request.GET.get("source", "")).first()
    return named or (sources.first() if sources.count() == 1 else None)


def preview(source: Source, outcome: Outcome, kept: str, mapping: Mapping | None) -> dict[str, Any]:
    """What the preview shows, and a signed word with which exactly this file can be confirmed."""
    rules = None if mapping is None else msgspec.to_builtins(mapping)
    word = signing.dumps([source.code, kept, outcome.file, rules], salt=SALT, compress=True)
    told = [problem for problem in outcome.problems if problem["code"] != "duplicate"]
    counts = [
        (_("Accepted"), outcome.accepted, "well" if outcome.accepted else ""),
        (_("Flagged"), outcome.flagged, "attention" if outcome.flagged else ""),
        (_("Quarantined"), outcome.quarantined, "attention" if outcome.quarantined else ""),
        (_("Rejected"), outcome.rejected, "danger" if outcome.rejected else ""),
        (_("Duplicates"), outcome.duplicates, ""),
    ]
    return {"outcome": outcome, "counts": counts, "told": told[:100], "omitted": max(0, len(told) - 100), "word": word, "source": source}


@require_POST
@opens("observations.write")
def confirm(request: PersonRequest) -> HttpResponse:
    """Takes the file that was previewed."""
    try:
        code, kept, name, rules = signing.loads(request.POST.get("word", ""), salt=SALT, max_age=HOUR_S)
    except signing.BadSignature:
        messages.error(request, _("The preview is too old: upload the file again."))
        return redirect("indicators:upload")
    source = source_for(request.user, "observations.write", code)
    path = settings.FILES_DIR / kept
    if not path.exists() or digest_of_file(path) != path.name:
        messages.error(request, _("The previewed file is no longer there: upload it again."))
        return redirect("indicators:upload")
    mapping = None if rules is None else mapping_from(rules)
    try:
        outcome = take_file(source=source, path=path, name=name, mapping=mapping, by=request.user)
    except (Faulty, QuotaExceeded) as error:
        messages.error(request, str(error))
        return redirect("indicators:upload")
    if rules is not None:
        remember_mapping(source=source, by=request.user, mapping=rules)
    stored = outcome.accepted + outcome.flagged
    messages.success(request, _("%(stored)s of %(rows)s rows were stored.") % {"stored": number(stored), "rows": number(outcome.rows)})
    return redirect("indicators:delivery", pk=outcome.deliveries[-1])
