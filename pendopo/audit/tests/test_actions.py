"""Writing and sealing in a real PostgreSQL, with writers that commit late."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from pendopo.audit.actions import record, seal
from pendopo.audit.logic import Head
from pendopo.audit.models import Entry
from pendopo.audit.verify import verify


def write(verb: str, **more: object) -> Entry:
    """One entry in a transaction of its own."""
    with transaction.atomic():
        return record(by=None, room="agencies", verb=verb, about="/agencies/rsud", **more)  # type: ignore[arg-type]


def tamper(sql: str, *parameters: object) -> None:
    """Changes the book as someone with the password of the database could: the guard off, and on again."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_guard")
        cursor.execute(sql, parameters)
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_guard")


@pytest.mark.django_db(transaction=True)
def test_a_deed_and_its_entry_stand_or_fall_together() -> None:
    """Outside a transaction nothing is recorded; a verb that fails leaves no entry."""
    with pytest.raises(transaction.TransactionManagementError, match="inside the transaction"):
        record(by=None, room="agencies", verb="changed", about="/")
    with pytest.raises(ValueError, match="cannot be told"), transaction.atomic():
        record(by=None, room="agencies", verb="was changed", about="/")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(by=None, room="agencies", verb="changed", about="/")
        raise ZeroDivisionError
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_is_sealed_after_those_that_came_first() -> None:
    """An entry with a lower id that commits later is not skipped, and nobody waits for it."""
    opened, finish = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                record(by=None, room="agencies", verb="slow", about="/")
                opened.set()
                finish.wait(10)
        finally:
            connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    assert opened.wait(10)
    write("quick")
    assert seal() == 1
    finish.set()
    writer.join()
    assert seal() == 1
    assert list(Entry.objects.sealed().order_by("seq").values_list("verb", flat=True)) == ["quick", "slow"]
    assert Entry.objects.get(verb="slow").pk < Entry.objects.get(verb="quick").pk
    assert verify().unbroken


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_sealers_give_one_chain() -> None:
    """Four writers and two sealing loops at once: every entry once, numbers without a gap."""
    done = threading.Event()

    def writing(name: str) -> None:
        try:
            for number in range(25):
                write(f"{name}{number}", after={"n": number, "x": 0.1 + number})
        finally:
            connection.close()

    def sealing() -> None:
        try:
            while not done.is_set():
                seal(limit=7)
        finally:
            connection.close()

    writers = [threading.Thread(target=writing, args=(name,)) for name in "abcd"]
    sealers = [threading.Thread(target=sealing) for _ in range(2)]
    for thread in writers + sealers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    while seal():
        pass
    verdict = verify()
    assert verdict.problems == [] and verdict.head.seq == 100 == Entry.objects.count()


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_changes() -> None:
    """The guard answers in a sentence, before and after the seal."""
    entry = write("changed")
    for _ in range(2):
        with pytest.raises(IntegrityError, match="cannot be changed"):
            Entry.objects.filter(pk=entry.pk).update(actor="Budi")
        with pytest.raises(IntegrityError, match="keeps every entry"):
            Entry.objects.filter(pk=entry.pk).delete()
        seal()
    with pytest.raises(IntegrityError, match="cannot be changed"):
        Entry.objects.filter(pk=entry.pk).update(seq=7)


@pytest.mark.django_db(transaction=True)
def test_verify_names_what_was_done_to_the_book() -> None:
    """A changed row, a removed row, a removed end, a guard left off: each in words."""
    for number in range(6):
        write(f"verb{number}", after={"n": number})
    seal()
    noted = verify().head
    assert noted == Head(6, Entry.objects.head()[1])
    tamper("UPDATE audit_entry SET actor = 'Budi' WHERE seq = 2")
    tamper("DELETE FROM audit_entry WHERE seq = 4")
    problems = verify().problems
    assert [(problem.code, problem.seq) for problem in problems] == [("changed", 2), ("missing", 4)]
    assert "agencies.verb1 /agencies/rsud, by Budi" in problems[0].message
    assert problems[1].message == "Entry 4 was removed."
    tamper("UPDATE audit_entry SET actor = 'pendopo' WHERE seq = 2")
    tamper("DELETE FROM audit_entry WHERE seq > 3")
    assert verify().problems == []
    assert [problem.code for problem in verify(noted=noted).problems] == ["shortened"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_guard")
        try:
            assert [problem.code for problem in verify().problems] == ["unguarded"]
        finally:
            cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_guard")


@pytest.mark.django_db(transaction=True)
def test_waiting_entries_are_counted_and_not_called_broken_while_nobody_runs() -> None:
    """Commands write while the product does not run; the next start seals them."""
    write("changed")
    verdict = verify(now=timezone.now() + timezone.timedelta(hours=1))
    assert verdict.unbroken and verdict.waiting == 1
