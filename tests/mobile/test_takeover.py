"""One officer who changes a holder's telephone, or has a merge change it, cannot make a new PIN with it, in whichever order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries import data_requests, duplicates_merge, households
from beneficiaries.household_rules import PersonEntry
from beneficiaries.models import DuplicatePair, Merge, Person
from mobile import otp
from mobile.models import Sms
from tests import clock, money
from tests.mobile import people
from tests.mobile.people import PHONE, STRANGER, error_of
from wallet import codes, phone_changes, pins, proposals, purses, recovery, wallets
from wallet.errors import PinInvalid, PinNotSet, PinWrong
from wallet.models import PaymentCode, RecoveryProposal, Wallet, WalletStep
from wallet.proposal_errors import OwnProposal, PinForgotten, ProposalMoved, ProposalWaits, RecoveryTakesTwo

PIN, NEXT = "482913", "739105"


@pytest.fixture
def dewi() -> User:
    return money.officer("dewi")


def wallet_of(person: Person) -> Wallet:
    return Wallet.objects.get(pk=person.wallet_id)


def put_phone(person: Person, phone: str, by: User) -> None:
    """The officer corrects the person at the counter, and nothing but the telephone."""
    person.refresh_from_db()
    entry = PersonEntry(person.nik, person.name, person.sex, person.birth_date, "head", phone)
    seen = households.version_of(person.household)
    households.correct_person(person, entry, seen=seen, by=by, reason="ganti nomor", despite="sendirian")


def by_request(person: Person, phone: str, first: User, second: User) -> None:
    asked = data_requests.receive(person, "correction", by=first)
    data_requests.propose(asked, by=first, changes={"phone": phone})
    data_requests.approve(asked, by=second, reason="KTP diperiksa")


@pytest.mark.django_db
def test_a_replaced_telephone_is_told_so_and_the_new_one_is_not_in_it(siti: Person, dewi: User) -> None:
    put_phone(siti, PHONE, dewi)
    assert not Sms.objects.exists()
    put_phone(siti, STRANGER, dewi)
    told = Sms.objects.get()
    assert told.phone == PHONE and "Bukan permintaan Anda" in told.text and len(told.text) <= 160
    assert STRANGER[-4:] not in told.text and told.send_until is not None
    by_request(siti, PHONE, dewi, money.officer())
    assert Sms.objects.latest("pk").phone == STRANGER
    put_phone(siti, "", dewi)
    assert Sms.objects.latest("pk").phone == PHONE and Sms.objects.count() == 3
    put_phone(siti, STRANGER, dewi)  # where there was none nobody is told
    assert Sms.objects.count() == 3


@pytest.mark.usefixtures("committed_db")  # what was agreed to before or after, moments of real transactions say
def test_while_the_telephone_is_new_no_one_officer_makes_the_pin_be_forgotten(dewi: User) -> None:
    siti = people.register()
    wallet = wallet_of(siti)
    pins.create(wallet, PIN)
    put_phone(siti, STRANGER, dewi)
    for alone in (
        lambda: wallets.recover(wallet, "telepon hilang", "dewi"),
        lambda: pins.reset(wallet, "lupa", "dewi"),
    ):
        with pytest.raises(RecoveryTakesTwo):
            alone()
    pins.check(wallet, PIN)
    proposal = recovery.propose(wallet, "telepon hilang", dewi)
    with pytest.raises(ProposalWaits):
        recovery.propose(wallet, "telepon hilang", money.officer())
    with pytest.raises(OwnProposal):
        recovery.agree(proposal, dewi)
    told = {"status": "agreed", "decided_by": dewi, "decided_at": timezone.now()}
    with pytest.raises(DatabaseError, match="recoveryproposal_by_two"), transaction.atomic():
        RecoveryProposal.objects.filter(pk=proposal.pk).update(**told)
    pins.check(wallet, PIN)
    recovery.agree(proposal, money.officer("budi"))
    with pytest.raises(ProposalMoved):
        recovery.agree(proposal, money.officer())
    with pytest.raises(PinNotSet):
        pins.check(wallet, PIN)
    pins.create(wallet, NEXT)
    step = WalletStep.objects.get(wallet=wallet)
    assert (step.kind, step.by, step.reason) == ("recovered", "budi", "telepon hilang")


@pytest.mark.usefixtures("committed_db")
def test_nor_first_the_pin_and_then_the_telephone(dewi: User, api: APIClient) -> None:
    siti = people.register()
    wallet = wallet_of(siti)
    pins.create(wallet, PIN)
    pins.reset(wallet, "lupa", "dewi")
    put_phone(siti, STRANGER, dewi)
    otp.request(STRANGER)
    _device, token = otp.confirm(STRANGER, people.sent_otp())
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    refused = api.post("/api/v1/pin", {"pin": NEXT}, format="json")
    assert (refused.status_code, error_of(refused)["code"]) == (409, "recovery_takes_two")
    dropped = recovery.propose(wallet, "ganti nomor", dewi)
    proposals.drop(dropped, dewi, "belum diperiksa")
    with pytest.raises(RecoveryTakesTwo):
        pins.create(wallet, NEXT)
    recovery.agree(recovery.propose(wallet, "ganti nomor", dewi), money.officer())
    assert api.post("/api/v1/pin", {"pin": NEXT}, format="json").status_code == 204
    put_phone(siti, PHONE, dewi)  # once more: what two agreed to was the other telephone
    with pytest.raises(RecoveryTakesTwo):
        pins.reset(wallet, "lupa", "dewi")


@pytest.mark.django_db
def test_a_first_pin_and_a_telephone_that_two_officers_or_time_have_proved_take_nobody_else(
    siti: Person, dewi: User
) -> None:
    wallet = wallet_of(siti)
    put_phone(siti, STRANGER, dewi)
    pins.create(wallet, PIN)  # the first one: the holder comes with the telephone to be activated
    with clock.moved(days=8):
        pins.reset(wallet, "lupa", "dewi")
        pins.create(wallet, PIN)
    other = people.register("Painem", "+6281300001111")
    theirs = wallet_of(other)
    pins.create(theirs, PIN)
    by_request(other, "+6281300002222", dewi, money.officer())
    assert not phone_changes.takes_two(theirs)
    wallets.recover(theirs, "telepon hilang", "dewi")
    pins.create(theirs, NEXT)


@pytest.mark.usefixtures("committed_db")
def test_nor_does_a_recovery_that_two_agreed_to_let_one_have_the_next_pin_forgotten_for_a_card(dewi: User) -> None:
    wallet = wallet_of(people.register())
    pins.check_if_made(wallet, "")  # never had one
    pins.create(wallet, PIN)
    with pytest.raises(PinInvalid):
        pins.check_if_made(wallet, "")
    with pytest.raises(PinWrong):
        pins.check_if_made(wallet, NEXT)
    pins.check_if_made(wallet, PIN)
    pins.reset(wallet, "lupa", "dewi")
    with pytest.raises(PinForgotten):
        pins.check_if_made(wallet, "")
    recovery.agree(recovery.propose(wallet, "tanpa telepon", dewi), money.officer())
    pins.check_if_made(wallet, "")
    pins.create(wallet, NEXT)
    pins.reset(wallet, "lupa", "dewi")
    with pytest.raises(PinForgotten):
        pins.check_if_made(wallet, "")


# --- two rows become one ---


def merged(survivor: Person, other: Person, by: User) -> Merge:
    low, high = sorted((survivor, other), key=lambda person: person.pk)
    unseen = uuid4()
    pair = DuplicatePair.objects.create(
        low=low, high=high, score=95, reasons={}, low_fingerprint=unseen, high_fingerprint=unseen
    )
    return duplicates_merge.merge(pair, survivor, by, "ganda")


@pytest.mark.usefixtures("committed_db")
def test_a_merge_that_gives_a_wallet_another_telephone_is_told_and_makes_it_new(dewi: User) -> None:
    holder, entered = people.register(), people.register(phone=STRANGER, wallet=False)
    wallet = wallet_of(holder)
    pins.create(wallet, PIN)
    done = merged(entered, holder, dewi)
    assert wallet_of(Person.objects.get(pk=entered.pk)) == wallet
    told = Sms.objects.get()
    assert told.phone == PHONE and "Bukan permintaan Anda" in told.text
    for alone in (
        lambda: wallets.recover(wallet, "telepon hilang", "dewi"),
        lambda: pins.reset(wallet, "lupa", "dewi"),
    ):
        with pytest.raises(RecoveryTakesTwo):
            alone()
    pins.check(wallet, PIN)
    recovery.agree(recovery.propose(wallet, "telepon hilang", dewi), money.officer())
    pins.create(wallet, NEXT)
    assert not phone_changes.takes_two(wallet)
    duplicates_merge.unmerge(done, dewi, "dua orang")  # it is the first telephone's again
    assert wallet_of(Person.objects.get(pk=holder.pk)) == wallet
    with pytest.raises(RecoveryTakesTwo):
        pins.reset(wallet, "lupa", "dewi")
    with clock.moved(days=8):
        pins.reset(wallet, "lupa", "dewi")


@pytest.mark.usefixtures("committed_db")
def test_nor_do_purses_go_to_a_pin_that_another_telephone_made(dewi: User) -> None:
    holder, entered = people.register(), people.register(phone=STRANGER)
    theirs, wallet = wallet_of(holder), wallet_of(entered)
    people.grant(theirs, 50_000)
    pins.create(theirs, PIN)
    pins.create(wallet, NEXT)
    codes.issue(wallet)
    done = merged(entered, holder, dewi)
    assert Sms.objects.get().phone == PHONE
    assert purses.balance(purses.in_wallet(wallet)).book == 50_000
    with pytest.raises(PinNotSet):
        pins.check(wallet, NEXT)
    assert not PaymentCode.objects.filter(used_at=None).exists()
    with pytest.raises(RecoveryTakesTwo):
        pins.create(wallet, NEXT)
    with pytest.raises(PinForgotten):
        pins.check_if_made(wallet, "")
    recovery.agree(recovery.propose(wallet, "digabung", dewi), money.officer())
    pins.create(wallet, NEXT)
    duplicates_merge.unmerge(done, dewi, "dua orang")
    pins.check(theirs, PIN)


@pytest.mark.django_db
def test_a_first_pin_is_not_the_first_where_the_purses_come_from_who_had_one(dewi: User) -> None:
    holder, entered = people.register(), people.register()
    wallet = wallet_of(entered)
    pins.create(wallet_of(holder), PIN)
    merged(entered, holder, dewi)
    assert not Sms.objects.exists() and not phone_changes.takes_two(wallet)
    with pytest.raises(PinForgotten):
        pins.check_if_made(wallet, "")
    pins.create(wallet, NEXT)


@pytest.mark.usefixtures("committed_db")
def test_an_honest_merge_leaves_the_survivors_pin_and_telephone_as_they_are(dewi: User) -> None:
    holder = people.register()
    wallet = wallet_of(holder)
    pins.create(wallet, PIN)
    merged(holder, people.register(phone=STRANGER, wallet=False), dewi)
    assert Sms.objects.get().phone == STRANGER  # it leads nowhere any more
    double = people.register()
    pins.create(wallet_of(double), NEXT)
    merged(holder, double, dewi)
    assert not phone_changes.takes_two(wallet) and Sms.objects.count() == 1
    merged(holder, people.register(phone=STRANGER), dewi)  # nobody ever had a PIN of that wallet
    pins.check(wallet, PIN)


@pytest.mark.django_db
def test_where_nobody_knows_telephones_one_officer_is_enough(siti: Person, dewi: User, settings: Any) -> None:
    wallet = wallet_of(siti)
    put_phone(siti, STRANGER, dewi)
    assert phone_changes.takes_two(wallet)
    settings.WALLET = settings.WALLET | {"phone_new_for": timedelta(0)}
    assert not phone_changes.takes_two(wallet)
    settings.WALLET = settings.WALLET | {"phone_new_for": timedelta(days=7), "phone_changed": ""}
    assert not phone_changes.takes_two(wallet)
