"""Everything of one assessment as a ZIP: answers, evidence, frozen live figures, findings, and a signed manifest of hashes."""

import hashlib
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from django.conf import settings

from pendopo.audit.models import Entry
from pendopo.indicators.latest import utc_text

from .checking import MANIFEST, SIGNATURE
from .files import path_of
from .models import Assessment, Evidence
from .reading import content_of
from .signing import canonical, digest_of, public_key, sign

PIECE = 1 << 20
PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
SPOOL_BYTES = 8 * 1024 * 1024


def package(assessment: Assessment, *, now: datetime, signed: bool = False) -> IO[bytes]:
    """The ZIP, at its beginning; with `signed` without rounds that are at work. `pendopo verify --package FILE` checks it anywhere."""
    stream: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOL_BYTES)  # noqa: SIM115 - the answer that is streamed closes it
    listed: list[dict[str, Any]] = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _texts(assessment, signed):
            archive.writestr(name, content)
            listed.append({"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)})
        for evidence in _with_files(assessment):
            listed.append(_add_file(archive, evidence))
        _seq, head = Entry.objects.head()
        manifest = {
            "version": 1,
            "assessment": assessment.title,
            "code": assessment.code,
            "government": settings.REGION,
            "made": utc_text(now),
            "book_head": f"{_seq}:{head.hex()}",
            "public_key": public_key(),
            "files": sorted(listed, key=lambda one: one["name"]),
        }
        raw = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        archive.writestr(MANIFEST, raw)
        archive.writestr(SIGNATURE, sign(raw))
    stream.seek(0)
    return stream


def name_in_package(evidence: Evidence) -> str:
    """Where a piece of evidence stands in the ZIP."""
    return f"evidence/{evidence.pk}-{PLAIN.sub('-', evidence.file_name).strip('-.') or 'file'}"


def _with_files(assessment: Assessment) -> list[Evidence]:
    return list(Evidence.objects.filter(uses__assessment=assessment).exclude(file="").distinct().order_by("pk"))


def _add_file(archive: zipfile.ZipFile, evidence: Evidence) -> dict[str, Any]:
    """Copies a file and lists it with the digest of what was kept when it was added, so that a later change is found by `verify`."""
    name, size = name_in_package(evidence), 0
    path = path_of(evidence)
    if path.exists():
        with archive.open(name, "w", force_zip64=True) as target, path.open("rb") as source:
            while piece := source.read(PIECE):
                target.write(piece)
                size += len(piece)
    return {"name": name, "sha256": evidence.digest, "bytes": size}


def _texts(assessment: Assessment, signed: bool) -> Iterator[tuple[str, bytes]]:
    evidence = list(Evidence.objects.filter(uses__assessment=assessment).distinct().order_by("pk"))
    rounds = assessment.rounds.prefetch_related("answers", "snapshots")
    for round in rounds.exclude(signed=None) if signed else rounds:
        snapshots = {one.query: one for one in round.snapshots.all()}
        digests = {code: one.digest for code, one in snapshots.items()}
        # What was signed, to the letter: evidence may have been reviewed or added since.
        content = round.content.encode() or canonical(content_of(round, round.answers.all(), evidence, digests))
        # Rounds of an early version were signed without keeping what was: then the present answers go by another name.
        stands = not round.signed or digest_of(content) == round.digest
        yield f"rounds/{round.kind}{'' if stands else '-present'}.json", content
        if round.signed:
            told = {"digest": round.digest, "signature": round.signature, "signed": utc_text(round.signed), "by": round.signed_by}
            told["content"] = "as signed" if stands else "not kept: the answers here are the present ones"
            yield f"rounds/{round.kind}.signature.json", _json({**told, "index": str(round.index), "predicate": round.predicate})
        for code, one in snapshots.items():
            yield f"live/{round.kind}-{code}.json", _json({**one.body, "digest": one.digest, "signature": one.signature})
    uses = assessment.uses.select_related("evidence").order_by("node", "pk")
    yield "uses.json", _json([{"node": use.node, "evidence": use.evidence_id, "title": use.evidence.title} for use in uses])
    findings = assessment.findings.select_related("owner").order_by("pk")
    yield (
        "findings.json",
        _json(
            [
                {
                    "node": one.node,
                    "text": one.text,
                    "weight": one.weight,
                    "owner": one.owner.title if one.owner else None,
                    "due": utc_text(one.due) if one.due else None,
                    "done": one.done,
                    "verified": utc_text(one.verified) if one.verified else None,
                }
                for one in findings
            ]
        ),
    )


def _json(content: Any) -> bytes:
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True).encode()
