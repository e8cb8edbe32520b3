"""What the fields of a form offer to this reader: rows within reach, words that fit. Set when the form is made."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import Model, QuerySet


def offer(form: forms.BaseForm, name: str, rows: QuerySet[Any] | Iterable[tuple[Any, Any]]) -> None:
    """The field `name` of the form offers these rows (a field of models) or these pairs of value and words (a field of choices)."""
    field = form.fields[name]
    if isinstance(rows, QuerySet):
        cast("forms.ModelChoiceField[Model]", field).queryset = rows
    else:
        cast("forms.ChoiceField", field).choices = list(rows)
