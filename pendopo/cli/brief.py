"""`pendopo brief`: the brief of a day as a PDF, for a person or for everyone in the house."""

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from django.conf import settings
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.ui.press import NoPress
from pendopo.wall.brief import paper
from pendopo.wall.brief.gathering import gather

from .installation import data_option, open_installation


@click.command()
@click.option("--date", "day", help="A day (as known at its end), or a moment such as 2026-11-24T06:30; now when left out.")
@click.option("--pdf", "place", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--for", "email", help="Whose brief, by e-mail address: with the figures and decisions of that person's posts.")
@data_option
def brief(day: str | None, place: Path, email: str | None, data: Path | None) -> None:
    """Write the brief of a day as PDF. Without --for it holds public and government figures."""
    with open_installation(data):
        now = timezone.now()
        moment = min(_moment(day), now) if day else now
        person = Person.objects.filter(email=email).first() if email else None
        if email and person is None:
            raise click.ClickException(f"There is no person with the address {email}. `pendopo user list` shows all.")
        language = person.language if person else settings.LANGUAGE_CODE
        made = gather(person, now=moment, as_of=moment, language=language)
        try:
            place.write_bytes(paper.pdf(made, reader=person.name if person else ""))
        except NoPress as problem:
            raise click.ClickException(str(problem)) from None
    news = made.news
    counts = f"{len(news.red)} red, {len(news.changed)} changed, {len(news.late)} late"
    click.echo(f"{place}: {counts}, as known on {moment.astimezone(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%d %H:%M %Z}.")


def _moment(text: str) -> datetime:
    zone = ZoneInfo(settings.TIME_ZONE)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"{text} is no day and no moment: write 2026-11-24 or 2026-11-24T06:30.") from None
    if len(text) == 10:
        return datetime.combine(found.date() + timedelta(days=1), time(), zone) - datetime.resolution
    return found if found.tzinfo else found.replace(tzinfo=zone)
