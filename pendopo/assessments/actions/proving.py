"""Evidence: adding, attaching to requirements, reviewing, reminding; and loading one's own instruments."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person
from pendopo.audit.actions import Actor, record
from pendopo.notify.actions import send
from pendopo.notify.models import Urgency

from ..catalogue import instrument_named
from ..drawing import live_figures
from ..instruments import read, shipped_codes
from ..logic import Instrument
from ..models import Assessment, Evidence, EvidenceKind, OwnInstrument, Use, Verdict
from ..standing import REMIND_DAYS

LARGEST_MB = 100
MOST_REMINDED = 200


@dataclass(frozen=True)
class Proof:
    """What is handed in as evidence: a file or a link, and from when until when it holds (not when it was made or sent)."""

    title: str
    link: str = ""
    file: "File[bytes] | None" = None
    since: date | None = None
    until: date | None = None
    agency: Agency | None = None


@transaction.atomic
def add_evidence(*, proof: Proof, by: Person) -> Evidence:
    """Keeps a file or a link as evidence; a file's SHA-256 goes into the book of deeds.

    Refused: neither or both, no title, too large a file, an end before the beginning.
    """
    if not proof.title.strip():
        raise Refused(_("Give the evidence a title that says what it shows."))
    if bool(proof.link) == (proof.file is not None):
        raise Refused(_("Give either a file or a link."))
    if proof.since and proof.until and proof.until < proof.since:
        raise Refused(_("Evidence cannot end before it begins: correct the dates."))
    made = Evidence(
        title=proof.title.strip()[:200],
        kind=EvidenceKind.LINK if proof.link else EvidenceKind.FILE,
        link=proof.link,
        since=proof.since,
        until=proof.until,
        agency=proof.agency,
        by=by,
    )
    if proof.file is not None:
        if not 0 < (proof.file.size or 0) <= LARGEST_MB * 1024 * 1024:
            raise Refused(_("A file has %(mb)s MB at most and is not empty: give a link to larger ones.") % {"mb": LARGEST_MB})
        digest = hashlib.sha256()
        for piece in proof.file.chunks():
            digest.update(piece)
        made.digest, made.file_name, made.file = digest.hexdigest(), (proof.file.name or "")[-200:], proof.file
    made.save()
    after = {"title": made.title, "digest": made.digest, "link": made.link, "file": made.file_name, "since": str(made.since or "")}
    record(by=by, room="assessments", verb="add_evidence", about=made.get_absolute_url(), after={**after, "until": str(made.until or "")})
    return made


@transaction.atomic
def add_live(*, code: str, by: Actor | None) -> Evidence:
    """The live figure as evidence; the same one every time, because one figure serves every requirement that it proves."""
    figure = live_figures().get(code)
    if figure is None:
        raise Refused(_("There is no live figure “%(code)s”.") % {"code": code})
    found = Evidence.objects.filter(kind=EvidenceKind.LIVE, query=code).first()
    if found is None:
        person = by if isinstance(by, Person) else None
        found = Evidence.objects.create(title=figure.name["id"], kind=EvidenceKind.LIVE, query=code, by=person)
        record(by=by, room="assessments", verb="add_evidence", about=found.get_absolute_url(), after={"query": code})
    return found


@transaction.atomic
def attach(*, evidence: Evidence, assessment: Assessment, node: str, by: Actor | None) -> Use:
    """Lets evidence serve a requirement. Doing it twice changes nothing."""
    if node not in {one.code for one in instrument_named(assessment.instrument).leaves()}:
        raise Refused(_("The instrument has no requirement “%(node)s”.") % {"node": node})
    use, new = Use.objects.get_or_create(assessment=assessment, node=node, evidence=evidence)
    if new:
        record(by=by, room="assessments", verb="attach", about=assessment.page_of(node), after={"evidence": evidence.pk})
    return use


@transaction.atomic
def detach(*, use: Use, by: Actor) -> None:
    """The evidence serves this requirement no more; it stays kept."""
    about = use.assessment.page_of(use.node)
    record(by=by, room="assessments", verb="detach", about=about, before={"evidence": use.evidence_id})
    use.delete()


@transaction.atomic
def review(*, evidence: Evidence, verdict: str, by: Person, remark: str = "") -> Evidence:
    """The reviewer accepts or refuses; a refusal has its reason. Nobody reviews evidence that is their own."""
    if verdict not in (Verdict.ACCEPTED, Verdict.REFUSED):
        raise Refused(_("Accept or refuse the evidence."))
    if verdict == Verdict.REFUSED and not remark.strip():
        raise Refused(_("Say why the evidence does not do."))
    if evidence.by_id == by.pk and evidence.kind != EvidenceKind.LIVE:
        raise Refused(_("You added this evidence yourself: let somebody else review it."))
    before = {"verdict": evidence.verdict, "remark": evidence.remark}
    evidence.verdict, evidence.remark, evidence.reviewer, evidence.reviewed = Verdict(verdict), remark.strip()[:1000], by, timezone.now()
    evidence.save(update_fields=["verdict", "remark", "reviewer", "reviewed"])
    after = {"verdict": verdict, "remark": evidence.remark}
    record(by=by, room="assessments", verb="review", about=evidence.get_absolute_url(), before=before, after=after)
    return evidence


@transaction.atomic
def remind(*, now: datetime | None = None) -> int:
    """Tells whoever added evidence, once, that it ends within a month; answers how many pieces."""
    at = now or timezone.now()
    edge = timezone.localdate(at) + timedelta(days=REMIND_DAYS)
    ending = Evidence.objects.filter(until__lte=edge, reminded=None, uses__isnull=False).exclude(by=None).distinct()
    found = list(ending.select_related("by")[:MOST_REMINDED])
    for one in found:
        assert one.by is not None and one.until is not None
        send(
            to=[one.by],
            kind="evidence",
            subject_template=gettext_noop("Evidence ends: %(title)s"),
            context={"title": one.title, "until": one.until.isoformat()},
            about=one.get_absolute_url(),
            urgency=Urgency.NORMAL,
            by=None,
        )
    if found:
        Evidence.objects.filter(pk__in=[one.pk for one in found]).update(reminded=at)
        record(by=None, room="assessments", verb="remind", about="/assessments", after={"evidence": [one.pk for one in found]})
    return len(found)


@transaction.atomic
def load_instrument(*, text: str, by: Actor | None) -> tuple[Instrument, bool]:
    """Keeps an instrument from its YAML; answers it and whether it is new. The same file twice changes nothing.

    WrongInstrument names every fault. Refused: a shipped code, or another text under a code that is loaded (answers rest on it).
    """
    instrument = read(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if instrument.code in shipped_codes():
        raise Refused(_("“%(code)s” is shipped with Pendopo: give your instrument another code.") % {"code": instrument.code})
    known = OwnInstrument.objects.filter(code=instrument.code).first()
    if known is not None:
        if known.digest != digest:
            raise Refused(
                _("“%(code)s” is loaded with another text: give the new version a code of its own, such as %(code)s-2.")
                % {"code": instrument.code}
            )
        return instrument, False
    OwnInstrument.objects.create(code=instrument.code, text=text, digest=digest, by=by.audit_name if by else "")
    record(by=by, room="assessments", verb="load_instrument", about="/assessments", after={"code": instrument.code, "digest": digest})
    return instrument, True
