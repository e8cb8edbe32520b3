"""Run by bench/field.py with the environment of its installation: watch officers who are signed in, one for each address given.

Prints their sessions by address: thirty people who sign in at once from one place are refused, as they must be.
"""

import json
import sys

from django.conf import settings
from django.test import Client

import pendopo.ready  # noqa: F401
from pendopo.agencies.actions import add_person, appoint, ensure_post
from pendopo.agencies.models import Role

sessions = {}
for email in sys.argv[1:]:
    person = add_person(by=None, email=email, name=email.partition("@")[0])
    post = ensure_post(by=None, title=f"Petugas piket {email}", role=Role.OFFICER)
    appoint(post=post, person=person, by=None)
    client = Client()
    client.force_login(person)
    sessions[email] = client.cookies[settings.SESSION_COOKIE_NAME].value
print(json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "sessions": sessions}))
