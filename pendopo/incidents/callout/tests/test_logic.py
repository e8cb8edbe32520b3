"""Replies are read as people write them; chains that come back to themselves are found."""

import pytest

from pendopo.incidents.callout.logic import Answer, loop_in, read_reply


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        ("Ya 4821", Answer.COMING, "4821"),
        ("4821", Answer.COMING, "4821"),
        ("SIAP meluncur", Answer.COMING, ""),
        ("tidak bisa, 4821", Answer.CANNOT, "4821"),
        ("ya tidak", Answer.CANNOT, ""),
        ("apa ini?", None, ""),
        ("", None, ""),
        ("48213", None, ""),
        ("siapa 4821", None, "4821"),
    ],
)
def test_replies(text: str, said: Answer | None, code: str) -> None:
    assert read_reply(text) == (said, code)


def test_loops() -> None:
    assert loop_in({"a": ["b"], "b": ["c"]}, "a") == []
    assert loop_in({"a": ["b"], "b": ["c"], "c": ["a"]}, "a") == ["a", "b", "c", "a"]
    assert loop_in({"a": ["a"]}, "a") == ["a", "a"]
    assert loop_in({"a": ["b", "c"], "b": ["d"], "c": ["d"]}, "a") == [], "two ways to one end are no loop"
