"""What a view behind the door receives."""

from django.http import HttpRequest

from .models import Person


class PersonRequest(HttpRequest):
    """A request of a person who is signed in (see `pendopo.ui.door.opens`)."""

    user: Person
