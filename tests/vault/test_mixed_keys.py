"""While keys are replaced, processes started with other keys are seen at the database, and stand in the way of a rotation."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections

from tests.beneficiaries.conftest import Office, person
from tests.vault.test_rotation import BEFORE, DURING, numbers, use
from vault import key_marks, rotation

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(tmp_path: Any) -> Office:
    return Office(tmp_path)


@contextlib.contextmanager
def process(name: str, alias: str = "default") -> Iterator[None]:
    """Another process, as the database sees it."""
    other = psycopg2.connect(**connections[alias].get_connection_params() | {"application_name": name})
    try:
        yield
    finally:
        other.close()


@pytest.mark.parametrize("alias", ["default", "owner"])
def test_every_connection_says_the_keys_of_its_process(alias: str) -> None:
    mark = key_marks.mark(rotation.configured(rotation.SEALED), rotation.configured(rotation.INDEXED))
    assert connections[alias].get_connection_params()["application_name"] == mark
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('application_name')")
        assert cursor.fetchone() == (mark,)
    assert rotation.others() == {}


def test_a_mark_has_the_key_in_use_first_and_tells_long_lists_apart_within_what_the_database_keeps() -> None:
    assert key_marks.mark([2, 1], [1, 0]).startswith("salur keys 2,1/1,0 ")
    assert key_marks.in_order([1, 2], None) == [2, 1] and key_marks.in_order([1, 2], 1) == [1, 2]
    known = range(255, 0, -1)
    lists = [(known, known), (known[:-1], known), (known, known[:-1]), ([*known[:4], *known[5:], known[4]], known)]
    marks = {key_marks.mark(*one) for one in lists}
    assert len(marks) == len(lists)
    assert all(len(mark) < key_marks.LIMIT and mark.startswith("salur keys 255,254,253+25") for mark in marks)
    assert key_marks.mark([1, 2], [0]) != key_marks.mark([1], [2, 0])


def test_the_database_keeps_marks_apart_that_begin_alike() -> None:
    known = list(range(255, 0, -1))
    with process(key_marks.mark(known, known)), process(key_marks.mark(known, known[:-1])):
        assert sorted(rotation.others().values()) == [1, 1]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (key_marks.mark([1], [0]), "1/0 "),  # started before the new keys were written anywhere
        (key_marks.mark([1, 2], [0, 1]), "1,2/0,1 "),  # knows the new ones, and still writes under the old
        (key_marks.mark([2, 1], [0, 1]), "2,1/0,1 "),
    ],
)
def test_no_rotation_begins_while_a_process_has_other_keys(
    settings: Any, office: Office, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    use(settings, BEFORE)
    office.load(person())
    use(settings, DURING)
    with process(name):
        with pytest.raises(CommandError) as caught:
            call_command("vault", "rotate")
        assert (
            f"1 sambungan dari proses yang dijalankan dengan kunci lain (penyegel/indeks, yang dipakai dahulu): {told}"
            in str(caught.value)
        )
        assert "VAULT_KEY_IN_USE" in str(caught.value)
        assert set(numbers(rotation.SEALED)) == {1}
        with pytest.raises(CommandError, match="masih dipakai"):
            call_command("vault", "status")
        assert told in capsys.readouterr().out
        call_command("vault", "rotate", "--despite-processes")
    assert set(numbers(rotation.SEALED)) == {2}


@pytest.mark.parametrize("name", [key_marks.mark([2, 1], [1, 0]), "psql", ""])
def test_who_has_the_same_keys_or_none_is_in_nobodys_way(settings: Any, office: Office, name: str) -> None:
    use(settings, BEFORE)
    office.load(person())
    use(settings, DURING)
    with process(name):
        call_command("vault", "rotate")
    assert set(numbers(rotation.SEALED)) == {2}


def test_who_comes_meanwhile_is_told_at_the_end(settings: Any, office: Office, monkeypatch: Any) -> None:
    use(settings, BEFORE)
    office.load(person())
    use(settings, DURING)
    real = rotation.rotate
    with contextlib.ExitStack() as stack:

        def rotate(*args: Any, **options: Any) -> rotation.Outcome:
            stack.enter_context(process(key_marks.mark([1], [0])))
            return real(*args, **options)

        monkeypatch.setattr(rotation, "rotate", rotate)
        with pytest.raises(CommandError, match="kunci lain"):
            call_command("vault", "rotate")
