"""One sees in the application who may act for oneself today: by name, and nothing else of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries import representation
from beneficiaries.models import Person, Representation
from tests import money
from tests.beneficiaries import cases
from tests.disbursement import merging
from tests.mobile import people
from vault.sealing import CannotOpen


def approved(by: User, holder: Person, nik: str, **changed: Any) -> Representation:
    row = representation.propose(cases.proposal(holder, nik, **changed), by=by)
    return representation.approve(row, by=money.officer())


def told(client: APIClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/me").json()["representatives"]
    return found


def test_who_may_act_for_one_is_shown_by_name_and_days(hers: APIClient, siti: Person) -> None:
    today, by = timezone.localdate(), money.officer()
    daughter, nik = cases.person(name="Dewi Lestari"), cases.outsider_nik()
    until = today + timedelta(days=30)
    approved(by, siti, nik, name="Budi Santoso", phone="0812-3456-7890", ends_on=until)
    approved(by, siti, daughter.nik, kind=Representation.Kind.GUARDIAN, document_number="SK-77")
    one, other = told(hers)
    assert one == {
        "name": "Dewi Lestari",
        "kind": "guardian",
        "kind_text": "Wali",
        "starts_on": f"{today}",
        "ends_on": None,
    }
    assert (other["name"], other["kind"], other["kind_text"]) == ("Budi Santoso", "collector", "Kuasa pengambil")
    assert other["ends_on"] == f"{until}"
    shown = hers.get("/api/v1/me").content.decode()
    assert nik not in shown and daughter.nik not in shown and "81234" not in shown and "SK-77" not in shown


def test_neither_who_waits_for_approval_nor_begins_later_nor_was_ended_nor_acts_for_others(
    hers: APIClient, siti: Person
) -> None:
    by = money.officer()
    representation.propose(cases.proposal(siti, cases.person().nik), by=by)
    approved(by, siti, cases.person().nik, starts_on=timezone.localdate() + timedelta(days=1))
    approved(by, cases.person(), cases.person().nik)
    approved(by, cases.person(), siti.nik)
    ended = approved(by, siti, cases.person().nik)
    assert len(told(hers)) == 1
    representation.end(ended, "dicabut", by=by)
    assert told(hers) == []


def test_who_acts_for_a_row_that_was_merged_acts_for_the_one_that_stayed(db: None) -> None:
    one, other = merging.twice()
    approved(money.officer(), other, cases.outsider_nik(), name="Budi Santoso")
    merging.merged(one, other)
    [shown] = told(people.client_of(merging.fresh(one)))
    assert shown["name"] == "Budi Santoso"


def test_whose_name_does_not_open_is_somebody(hers: APIClient, siti: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(row: Representation) -> str:
        raise CannotOpen

    approved(money.officer(), siti, cases.outsider_nik(), name="Budi Santoso")
    monkeypatch.setattr(Representation, "name", property(locked))
    assert [shown["name"] for shown in told(hers)] == ["Seseorang"]


def test_many_take_as_many_queries_as_one(hers: APIClient, siti: Person, django_assert_max_num_queries: Any) -> None:
    by = money.officer()
    approved(by, siti, cases.person().nik)
    with django_assert_max_num_queries(4):
        assert len(told(hers)) == 1
    for _ in range(3):
        approved(by, siti, cases.person().nik)
    with django_assert_max_num_queries(4):
        assert len(told(hers)) == 4
