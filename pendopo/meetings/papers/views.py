"""Pages of papers: attendance, minutes, and the PDF of each."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.meetings.models import Meeting, Minutes, Paper, PaperKind
from pendopo.meetings.planning.access import find, managed, may_manage
from pendopo.ui.door import opens
from pendopo.ui.press import NoPress

from . import actions
from .attendance import sheet_of
from .forms import MinutesForms, PressForm, StateForm
from .setting import paper as set_paper


def _managed(request: PersonRequest, code: str) -> Meeting:
    try:
        return managed(request.user, code)
    except Refused as why:
        raise PermissionDenied(str(why)) from why


@opens("meetings.see")
def attendance(request: PersonRequest, code: str) -> HttpResponse:
    """Who was there by agency, who of those invited came, the quorum; the convener states who was there elsewhere."""
    found = find(request.user, code)
    manages = may_manage(request.user, found)
    form = StateForm(request.POST or None)
    if request.method == "POST":
        if not manages:
            raise PermissionDenied(_("Only the convener states who was there: ask them."))
        if (gone := request.POST.get("withdraw", "")) and gone.isdecimal() and len(gone) < 18:
            actions.withdraw_stated(meeting=found, pk=int(gone), by=request.user)
            return redirect("meetings:attendance", code=code)
        if form.is_valid():
            count = actions.state_attendance(meeting=found, people=form.rows(), by=request.user)
            messages.success(request, ngettext("%(n)s person was noted.", "%(n)s people were noted.", count) % {"n": count})
            return redirect("meetings:attendance", code=code)
    return render(request, "meetings/attendance.html", {"meeting": found, "sheet": sheet_of(found), "form": form, "manages": manages})


@opens("meetings.see")
def minutes(request: PersonRequest, code: str) -> HttpResponse:
    """The minutes: to write for conveners until they are approved, to read for everybody who sees the meeting afterwards."""
    found = find(request.user, code)
    record: Minutes | None = getattr(found, "record", None)
    if record and record.approved:
        context = {"meeting": found, "minutes": record, "points": record.points.all(), "tasks": record.tasks.select_related("to", "order")}
        return render(request, "meetings/minutes.html", context)
    if not may_manage(request.user, found):
        raise PermissionDenied(_("The minutes are not approved yet: they are read here afterwards."))
    forms = MinutesForms(found, record, request.user, request.POST or None)
    status = 200
    if request.method == "POST" and forms.is_valid():
        try:
            count = _write(request, found, forms)
        except Refused as why:
            forms.opening.add_error(None, str(why))
            status = 409
        else:
            words = ngettext("Approved; %(n)s task was given.", "Approved; %(n)s tasks were given.", count or 0) % {"n": count}
            messages.success(request, _("Saved as a draft.") if count is None else words)
            return redirect("meetings:minutes", code=code)
    return render(request, "meetings/minutes_form.html", {"meeting": found, "forms": forms, "minutes": record}, status=status)


@transaction.atomic
def _write(request: PersonRequest, found: Meeting, forms: MinutesForms) -> int | None:
    """Saves the draft and, if asked for, approves it: both or neither, so that a page that was refused can be sent again. Answers how many
    tasks were given; None when it stays a draft."""
    saved = actions.write_minutes(
        meeting=found,
        opening=forms.opening.cleaned_data["opening"],
        points=forms.point_specs(),
        tasks=forms.task_specs(),
        revision=forms.opening.cleaned_data["revision"] or 0,
        by=request.user,
    )
    return actions.approve(minutes=saved, by=request.user) if "approve" in request.POST else None


@require_POST
@opens("meetings.see")
def press(request: PersonRequest, code: str) -> HttpResponse:
    """Presses a paper and keeps it."""
    found = _managed(request, code)
    form = PressForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose which paper is to be made."))
        return redirect(found.page)
    kind, number = form.cleaned_data["kind"], form.cleaned_data["number"].strip()
    record: Minutes | None = getattr(found, "record", None)
    if kind == PaperKind.MINUTES and (record is None or not record.approved):
        messages.error(request, _("The minutes are not approved yet: approve them first."))
        return redirect(found.page)
    try:
        body, is_signed = set_paper(found, kind, number=number)
    except NoPress as why:
        messages.error(request, str(why))
        return redirect(found.page)
    actions.keep_paper(meeting=found, kind=kind, body=body, signed=is_signed, number=number, by=request.user)
    messages.success(request, _("The paper is ready."))
    return redirect(found.page)


@require_safe
@opens("meetings.see")
def paper(request: PersonRequest, pk: int) -> HttpResponse:
    """A paper's file, for whoever sees the meeting."""
    found = Paper.objects.filter(pk=pk, meeting__in=Meeting.objects.visible_to(request.user)).first()
    if found is None or not found.file.storage.exists(str(found.file.name)):
        raise Http404(_("This file is not here any more."))
    with found.file.open("rb") as stream:
        answer = HttpResponse(stream.read(), content_type="application/pdf")
    place = "attachment" if "download" in request.GET else "inline"
    answer["Content-Disposition"] = f'{place}; filename="{found.kind}-{found.made:%Y%m%d}.pdf"'
    return answer
