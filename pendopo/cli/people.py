"""`pendopo user` and `pendopo token`: people, their passwords and their API tokens."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from pendopo.agencies import actions
from pendopo.agencies.models import Holding, Person, Role, Token

from .installation import data_option, open_installation

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def refusals() -> Iterator[None]:
    """A refused verb becomes its sentence and exit 1."""
    try:
        yield
    except actions.Refused as why:
        raise click.ClickException(str(why)) from None


def known(email: str) -> Person:
    """The person with this address, or a sentence."""
    found = Person.objects.filter(email__iexact=email.strip()).first()
    if found is None:
        raise click.ClickException(f"Nobody here signs in as {email}. `pendopo user list` shows who does.")
    return found


def chosen_password(given: str | None, person: Person | None = None) -> tuple[str, bool]:
    """The password to set, and whether it was made here. A weak one that the operator chose is taken with a warning."""
    if given is None:
        return secrets.token_urlsafe(12), True
    if not given:
        raise click.UsageError("The password is empty.")
    try:
        validate_password(given, person)
    except ValidationError as weak:
        click.echo(f"Warning: {' '.join(weak.messages)}", err=True)
    return given, False


@click.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, type=click.Choice(Role.values), help="What the person's post may do.")
@click.option(
    "--scope", default="", metavar="AGENCY|REGION", help="An agency (code or name) or a region's code. Left out: the whole installation."
)
@click.option("--title", default="", help="The title of the post (jabatan).")
@click.option("--password", help="Left out: one is made and printed.")
@json_option
@data_option
def add(email: str, name: str, role: str, scope: str, title: str, password: str | None, as_json: bool, data: Path | None) -> None:
    """Add a person in a post. Works at once."""
    with open_installation(data), refusals():
        word, made = chosen_password(password, Person(email=email, name=name))
        with transaction.atomic():
            agency, region = actions.scope_named(scope)
            person = actions.add_person(by=None, email=email, name=name, password=word)
            title = title or f"{Role(role).label} – {person.name}"
            post = actions.ensure_post(by=None, title=title, role=role, agency=agency, region=region)
            actions.appoint(post=post, person=person, by=None)
    answer = {"email": person.email, "name": person.name, "role": role, "scope": agency.code if agency else region.code if region else ""}
    if made:
        answer["password"] = word
    click.echo(json.dumps(answer) if as_json else f"{person.email} may sign in." + (f"\nPassword: {word}" if made else ""))


@user.command("passwd")
@click.argument("email")
@click.option("--password", help="Left out: one is made and printed.")
@json_option
@data_option
def passwd(email: str, password: str | None, as_json: bool, data: Path | None) -> None:
    """Set a new password. Every open session of the person ends."""
    with open_installation(data), refusals():
        person = known(email)
        if not person.is_active:
            raise click.ClickException(f"{person.name} has left; a password would open nothing.")
        word, made = chosen_password(password, person)
        actions.set_password(person=person, password=word, by=None)
    answer = {"email": person.email, "password": word} if made else {"email": person.email}
    click.echo(json.dumps(answer) if as_json else f"New password set for {person.email}." + (f"\nPassword: {word}" if made else ""))


@user.command("list")
@json_option
@data_option
def list_people(as_json: bool, data: Path | None) -> None:
    """Who may sign in, with roles and scopes."""
    with open_installation(data):
        rows = [as_row(person) for person in Person.objects.order_by("email")]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        posts = ", ".join(f"{post['role']}@{post['scope'] or '*'}" for post in row["posts"]) or "-"
        click.echo(f"{row['email']}  {row['name']}  {posts}{'' if row['active'] else '  (left)'}")


def as_row(person: Person) -> dict[str, Any]:
    """One person for `user list`."""
    held = Holding.objects.current().filter(person=person, post__active=True).select_related("post__agency")
    posts = [
        {
            "title": holding.post.title,
            "role": holding.post.role,
            "scope": holding.post.agency.code if holding.post.agency else holding.post.region_id or "",
        }
        for holding in held
    ]
    return {"email": person.email, "name": person.name, "active": person.is_active, "posts": posts}


@user.command("leave")
@click.argument("email")
@data_option
def leave(email: str, data: Path | None) -> None:
    """The person has left: ends all posts, sessions, second factors and tokens at once."""
    with open_installation(data), refusals():
        lost = actions.leave(person=known(email), by=None)
    click.echo(f"{email} has left. Posts ended: {len(lost)}.")


@click.group()
def token() -> None:
    """API tokens of people (pdt_…)."""


@token.command("new")
@click.argument("email")
@click.option("--label", default="", help="What the token is for.")
@json_option
@data_option
def new(email: str, label: str, as_json: bool, data: Path | None) -> None:
    """Make a token that acts as this person for 90 days. It is shown once."""
    with open_installation(data), refusals():
        made, secret = actions.new_token(person=known(email), by=None, label=label or "pendopo token new")
    answer = {"token": secret, "id": made.pk, "expires": made.expires.isoformat()}
    click.echo(json.dumps(answer) if as_json else f"{secret}\nNumber {made.pk}, expires {made.expires:%Y-%m-%d}. It is not shown again.")


@token.command("list")
@click.argument("email")
@json_option
@data_option
def list_tokens(email: str, as_json: bool, data: Path | None) -> None:
    """The tokens of a person that still work."""
    with open_installation(data):
        tokens = list(known(email).tokens.filter(revoked=None).order_by("pk"))
    rows = [{"id": row.pk, "label": row.label, "expires": row.expires.isoformat()} for row in tokens]
    click.echo(json.dumps(rows) if as_json else "\n".join(f"{row['id']}  {row['label']}  {row['expires']}" for row in rows))


@token.command("revoke")
@click.argument("number_or_secret", metavar="NUMBER|TOKEN")
@data_option
def revoke(number_or_secret: str, data: Path | None) -> None:
    """End a token at once, by its number or by the token itself."""
    with open_installation(data):
        if number_or_secret.isdigit():
            found = Token.objects.filter(pk=int(number_or_secret)).select_related("person").first()
        else:
            found = Token.objects.filter(digest=actions.digest_of(number_or_secret)).select_related("person").first()
        if found is None:
            raise click.ClickException("There is no such token. `pendopo token list EMAIL` shows the numbers.")
        ended = actions.revoke_token(token=found, by=None)
    click.echo("The token works no more." if ended else "The token had been revoked before.")
