"""Writing the snapshot: public pages are asked for as a stranger asks, and laid down as files that any web server finds.

`<folder>/current` is a link to a whole copy; a new one is made beside it and the link is turned, so that no reader sees half of it.
"""

import hashlib
import io
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db.models import Max
from django.utils import timezone

from pendopo.indicators.models import Indicator, Latest
from pendopo.regions.models import Region
from pendopo.reports.models import Report
from pendopo.ui.built import MANIFEST

from ..guides.shelf import guides
from ..happening.reading import incidents_at
from ..opendata.reading import datasets
from ..places.reading import postures
from ..warnings.reading import in_force

FLAG = "SNAPSHOT_OF"
# A dataset's file beyond this is left to the application.
MOST_FILE_BYTES = 4 * 1024 * 1024
KEPT_COPIES = 2
# Pages of villages are some 20 KB each.
MOST_VILLAGES = 400
# What is public may be read by the web server that shows it, whose account is another one.
FOR_ALL, FOLDER_FOR_ALL = 0o644, 0o755


def paths() -> Iterator[tuple[str, str]]:
    """What is laid down, and what each page was made of: pages, kecamatan, villages, datasets, guides, feeds. '' = made anew every time.

    A dataset's page stays as it is until a newer figure is known: a house has many of them, and a minute is short.
    """
    anew = ("/", "/open", "/open/datasets.json", "/open/calendar", "/reports", "/services", "/guides", "/cap/feed.xml")
    yield from ((path, "") for path in anew)
    for code in Region.objects.filter(parent=settings.REGION).values_list("code", flat=True):
        yield f"/w/{code}", ""
    for code, made_of in villages(timezone.now()):
        yield f"/w/{code}", made_of
    for one in datasets():
        if one.modified is not None:
            yield f"/open/{one.code}", one.modified.isoformat()
    for guide in guides():
        yield f"/guides/{guide.code}", guide.html


def villages(now: datetime) -> list[tuple[str, str]]:
    """Villages of which there is something to read, the newest first, and what their pages are made of: the newest figure and report
    there (also one that was taken out of public view), and what is declared anywhere. So a quiet minute makes none of them anew."""
    below = {"region__level": "village", "region__code__startswith": f"{settings.REGION}."}
    heard = Report.objects.filter(**below).values_list("region_id").annotate(newest=Max("touched"))
    told = Latest.objects.filter(**{f"series__{name}": value for name, value in below.items()})
    told = told.filter(at__isnull=False, series__indicator__in=Indicator.objects.published().values("pk"))
    newest: dict[str, list[datetime]] = defaultdict(list)
    for code, moment in [*heard, *told.values_list("series__region_id").annotate(newest=Max("known_since"))]:
        newest[code].append(moment)
    declared = [one.pk for one in in_force(settings.REGION)], [one.pk for one in postures(settings.REGION)]
    public = [(one.pk, one.changed.isoformat(), one.incident.state) for one in incidents_at(settings.REGION, now)]
    shown = sorted(newest, key=lambda code: max(newest[code]), reverse=True)[:MOST_VILLAGES]
    return [(code, repr((declared, public, [moment.isoformat() for moment in newest[code]]))) for code in shown]


def place_of(path: str, content_type: str) -> str:
    """The file by which a plain web server answers a path."""
    if content_type.startswith("text/html"):
        return f"{path.strip('/')}/index.html".lstrip("/")
    return path.strip("/")


def asked(handler: WSGIHandler, path: str, at: datetime) -> tuple[str, bytes] | None:
    """Media type and body of a page; None when it is not there or too large."""
    scheme, _separator, host = settings.SITE_URL.partition("://")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": scheme,
        "HTTP_HOST": host,
        FLAG: at,
    }
    answer = handler.get_response(WSGIRequest(environ))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    ended(answer)
    if answer.status_code != 200 or len(body) > MOST_FILE_BYTES:
        return None
    return answer["Content-Type"], body


def ended(answer: Any) -> None:
    """Gives back what the answer held: the line to the database, open files."""
    answer.close()


# What the pages of the copy before were made of, by path; a new process makes all of them anew.
_made_of: dict[str, str] = {}


def write(folder: Path, now: datetime | None = None) -> int:
    """Lays down a whole new copy and turns the link. Returns how many files were made anew; the others are those of the copy before."""
    moment = now or timezone.now()
    handler = WSGIHandler()
    copy, before = folder / moment.strftime("%Y%m%d-%H%M%S-%f"), (folder / "current").resolve()
    written = 0
    for path, made_of in list(paths()):
        page = place_of(path, "text/html")
        if made_of and _made_of.get(path) == made_of and (before / page).is_file():
            laid(copy / page, before / page)
            continue
        found = asked(handler, path, moment)
        if found is not None:
            target = copy / place_of(path, found[0])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(found[1])
            target.chmod(FOR_ALL)
            _made_of[path] = made_of
            written += 1
    _static(copy)
    for place, _folders, _files in os.walk(copy):
        Path(place).chmod(FOLDER_FOR_ALL)
    link = folder / f"next-{hashlib.sha256(copy.name.encode()).hexdigest()[:8]}"
    link.unlink(missing_ok=True)
    link.symlink_to(copy.name)
    link.replace(folder / "current")
    for old in sorted(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())[:-KEPT_COPIES]:
        shutil.rmtree(old, ignore_errors=True)
    return written


def laid(target: Path, source: Path) -> None:
    """The same file again, by hard link where the disk allows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _static(copy: Path) -> None:
    """The stylesheet and the islands, which never change under their name."""
    for source in [*MANIFEST.parent.glob("pendopo-*"), *MANIFEST.parent.glob("*.js"), MANIFEST.parents[1] / "ui/mark.svg"]:
        laid(copy / "static" / source.relative_to(MANIFEST.parents[1]), source)
