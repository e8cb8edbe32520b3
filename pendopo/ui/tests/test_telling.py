"""Sentences of pure code: English for programs, the reader's language on pages."""

from django.utils.translation import override

from pendopo.ui.sentence import Sentence
from pendopo.ui.telling import all_told, told

WRONG = Sentence("%(where)s: %(name)s is a number; it is %(given)s.", where=Sentence("Tile %(number)s", number=3), name="min", given="'x'")


def test_it_is_plain_english_where_nobody_reads() -> None:
    assert WRONG == "Tile 3: min is a number; it is 'x'."


def test_it_is_said_in_the_readers_language_with_all_that_stands_in_it() -> None:
    with override("id"):
        assert told(WRONG) == "Ubin 3: min adalah angka; isinya 'x'."
    with override("en"):
        assert told(WRONG) == WRONG


def test_a_plain_text_and_a_percent_sign_stay_as_they_are() -> None:
    with override("id"):
        assert all_told(["100 % plain", Sentence("tabs")]) == ["100 % plain", "tab"]
