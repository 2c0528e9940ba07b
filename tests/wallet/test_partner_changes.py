"""What lets somebody act as a partner, or hear what it is told, two officers decide; what narrows, one does at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from tests import money
from tests.processes import together
from tests.wallet.snap.keys import draw
from wallet import credentials, invitations, partner_changes, proposals
from wallet.credential_errors import KeyKnown
from wallet.errors import ReasonMissing
from wallet.models import Credential, Partner, PartnerChange, PartnerInvitation
from wallet.proposal_errors import OwnProposal, PartnerAsleep, PartnerMoved, ProposalMoved, ProposalWaits

PUBLIC_KEY, OTHER_KEY = draw()[1], draw()[1]
WEEK = timedelta(days=7)
NETWORK = "203.0.113.0/24"


def refused(function: Any, *arguments: Any, **named: Any) -> str:
    """What the database says to it."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        function(*arguments, **named)
    return str(caught.value)


def at_work(**fields: Any) -> Partner:
    """A partner that two officers have opened."""
    partner = Partner.objects.create(client_id=money.unique("client"), name="Kasir", active=False, **fields)
    asked = partner_changes.write(partner, {"active": True}, by=money.officer(), reason="kontrak 12").proposal
    assert asked is not None
    partner_changes.agree(asked, money.officer())
    return Partner.objects.get(pk=partner.pk)


def written(partner: Partner, by: User | None = None, **told: Any) -> partner_changes.Written:
    made = partner_changes.write(partner, told, by=by or money.officer(), reason="permintaan mitra")
    partner.refresh_from_db()
    return made


def agreed(change: Any, by: User | None = None) -> partner_changes.Agreed:
    assert isinstance(change, PartnerChange)
    return partner_changes.agree(change, by or money.officer())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("scopes", ["60"], ["60", "38"]),
        ("scopes", [], ["38"]),
        ("networks", [NETWORK], []),
        ("networks", [NETWORK], ["203.0.0.0/16"]),
        ("networks", [NETWORK], [NETWORK, "198.51.100.7/32"]),
        ("networks", [NETWORK], ["2001:db8::/32"]),
        ("notify_url", "", "https://lain.example"),
        ("notify_url", "https://mitra.example", "https://lain.example"),
        ("return_hosts", ["toko.example"], ["toko.example", "lain.example"]),
        ("active", False, True),
    ],
)
def test_what_widens_waits_for_another_officer(name: str, before: Any, after: Any) -> None:
    partner, officer = at_work(**({} if name == "active" else {name: before})), money.officer()
    if name == "active":
        written(partner, active=False)
    made = written(partner, officer, **{name: after})
    assert made.at_once == () and getattr(partner, name) == before
    assert made.proposal is not None and made.proposal.after == {name: after}
    with pytest.raises(OwnProposal):
        agreed(made.proposal, officer)
    agreed(made.proposal)
    partner.refresh_from_db()
    assert getattr(partner, name) == after
    with pytest.raises(ProposalMoved):
        agreed(made.proposal)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("scopes", ["60", "38"], ["60"]),
        ("networks", [], [NETWORK]),
        ("networks", [NETWORK], ["203.0.113.128/25", "203.0.113.7/32"]),
        ("notify_url", "https://mitra.example", ""),
        ("return_hosts", ["toko.example"], []),
        ("active", True, False),
        ("name", "Kasir", "Kasir Bersama"),
    ],
)
def test_what_narrows_is_done_at_once_by_one(name: str, before: Any, after: Any) -> None:
    partner = at_work(**({} if name in ("active", "name") else {name: before}))
    made = partner_changes.write(partner, {name: after}, by=money.officer())
    partner.refresh_from_db()
    assert (made.at_once, made.proposal, getattr(partner, name)) == ((name,), None, after)


@pytest.mark.django_db
def test_of_one_form_what_is_left_away_goes_now_and_what_is_added_waits() -> None:
    partner = at_work(scopes=["60", "61"], networks=[NETWORK])
    made = written(partner, scopes=["61", "38"], networks=[], active=True)
    assert made.at_once == ("scopes",) and (partner.scopes, partner.networks) == (["61"], [NETWORK])
    assert made.proposal is not None and made.proposal.before == {"scopes": ["61"], "networks": [NETWORK]}
    with pytest.raises(ProposalWaits):
        written(partner, scopes=["61", "44"])
    agreed(made.proposal)
    partner.refresh_from_db()
    assert (partner.scopes, partner.networks) == (["61", "38"], [])


@pytest.mark.django_db
def test_what_was_narrowed_meanwhile_does_not_come_back_with_an_older_proposal() -> None:
    partner = at_work(scopes=["60", "61"])
    made = written(partner, scopes=["60", "61", "38"])
    written(partner, scopes=["60"])
    with pytest.raises(PartnerMoved):
        agreed(made.proposal)
    partner.refresh_from_db()
    assert partner.scopes == ["60"]
    assert made.proposal is not None
    made.proposal.refresh_from_db()
    assert made.proposal.status == "proposed"


@pytest.mark.django_db
def test_a_key_counts_once_another_officer_agrees() -> None:
    partner, officer = at_work(), money.officer()
    with pytest.raises(ReasonMissing):
        partner_changes.put_key(partner, PUBLIC_KEY, overlap=WEEK, by=officer, reason=" ")
    change = partner_changes.put_key(partner, PUBLIC_KEY, overlap=WEEK, by=officer, reason="kunci baru")
    assert not credentials.in_force(partner).exists()
    with pytest.raises(OwnProposal):
        agreed(change, officer)
    agreed(change, checker := money.officer())
    held = credentials.in_force(partner).get()
    assert (held.public_key, held.created_by) == (PUBLIC_KEY, checker.username)
    with pytest.raises(KeyKnown):
        partner_changes.put_key(partner, PUBLIC_KEY, overlap=WEEK, by=officer, reason="lagi")
    agreed(partner_changes.put_key(partner, OTHER_KEY, overlap=WEEK, by=officer, reason="ganti"))
    held.refresh_from_db()
    assert held.valid_until is not None and held.valid_until > timezone.now() + timedelta(days=6)
    credentials.revoke(held, reason="bocor", by="siapa pun")  # one officer, at once
    assert credentials.in_force(partner).count() == 1


@pytest.mark.django_db
def test_a_secret_is_drawn_when_it_is_agreed_to_and_told_to_who_agrees() -> None:
    partner = at_work()
    change = partner_changes.draw_secret(partner, overlap=WEEK, by=money.officer(), reason="rahasia baru")
    assert not credentials.in_force(partner).exists()
    done = agreed(change)
    assert credentials.in_force(partner).get().secret == done.secret
    with pytest.raises(ProposalMoved):
        agreed(change)
    assert credentials.in_force(partner).count() == 1


@pytest.mark.django_db
def test_neither_officer_opens_the_partners_page_alone() -> None:
    partner = at_work()
    asked = partner_changes.ask_invitation(partner, reason="kunci baru", by=money.officer())
    assert not PartnerInvitation.objects.exists()
    done = agreed(asked.change)
    address = f"/mitra/masuk/{done.token}/"
    assert Client().post(address, {"code": "00000000"}).status_code == 400  # the link without the code
    client = Client()
    assert client.post(address, {"code": asked.code}).status_code == 302
    # What it does there is its own affair.
    assert client.post("/mitra/kunci/", {"public_key": PUBLIC_KEY, "overlap": "7"}).status_code == 302
    held = credentials.in_force(partner).get()
    client.post("/mitra/cabut/", {"credential": str(held.pk), "reason": "keliru"})
    assert not credentials.in_force(partner).exists()
    client.post("/mitra/keluar/")
    assert "put in by itself, or by two officers" in refused(
        credentials.add_key, partner, OTHER_KEY, by=held.created_by
    )


@pytest.mark.django_db
def test_who_may_not_call_is_not_invited() -> None:
    partner = at_work()
    asked = partner_changes.ask_invitation(partner, reason="kunci baru", by=money.officer())
    written(partner, active=False)
    with pytest.raises(PartnerAsleep):
        partner_changes.ask_invitation(partner, reason="kunci baru", by=money.officer())
    with pytest.raises(PartnerAsleep):
        agreed(asked.change)
    assert not PartnerInvitation.objects.exists()


@pytest.mark.django_db
def test_a_partner_is_set_up_by_one_and_opened_by_another_who_saw_all_of_it() -> None:
    officer = money.officer("pembuat")
    partner = Partner.objects.create(client_id="baru", name="Baru", active=False)
    written(partner, officer, scopes=["38"], networks=[NETWORK], notify_url="https://mitra.example")
    assert partner.scopes == ["38"] and not PartnerChange.objects.exists()
    assert isinstance(partner_changes.put_key(partner, PUBLIC_KEY, overlap=WEEK, by=officer), Credential)
    drawn = partner_changes.draw_secret(partner, overlap=WEEK, by=officer, form="satu")
    assert isinstance(drawn, credentials.IssuedSecret)
    made = written(partner, officer, active=True)
    change = made.proposal
    assert change is not None and not partner.active
    held = sorted(credentials.in_force(partner).values_list("pk", flat=True))
    assert change.before["credentials"] == held and change.before["networks"] == [NETWORK]
    partner_changes.put_key(partner, OTHER_KEY, overlap=WEEK, by=officer)  # slipped in behind the proposal
    with pytest.raises(PartnerMoved):
        agreed(change)
    partner.refresh_from_db()
    assert not partner.active and partner.opened_at is None
    proposals.drop(change, officer, "ada kunci lain")
    agreed(written(partner, officer, active=True).proposal)
    partner.refresh_from_db()
    assert partner.active and partner.opened_at is not None
    assert isinstance(
        partner_changes.draw_secret(partner, overlap=WEEK, by=officer, form="dua", reason="lagi"), PartnerChange
    )


@pytest.mark.django_db
def test_an_invitation_of_the_set_up_ends_with_the_opening() -> None:
    partner = Partner.objects.create(client_id="baru", name="Baru", active=False)
    made = invitations.invite(partner, by="petugas")  # both halves, to one
    agreed(written(partner, active=True).proposal)
    made.invitation.refresh_from_db()
    assert made.invitation.ended_at is not None
    assert Client().post(f"/mitra/masuk/{made.token}/", {"code": made.code}).status_code == 400


@pytest.mark.django_db
def test_what_a_programme_set_up_is_two_officers_affair_once_one_of_them_changes_it() -> None:
    partner = money.partner()
    Partner.objects.filter(pk=partner.pk).update(notify_url="https://mitra.example", networks=[])
    credentials.install(partner, public_key=PUBLIC_KEY, secret="rahasia baru")
    agreed(written(partner, return_hosts=["toko.example"]).proposal)
    rows = Partner.objects.filter(pk=partner.pk)
    assert "two officers agree" in refused(rows.update, notify_url="https://lain.example")


@pytest.mark.django_db
def test_the_database_asks_for_two_officers_too() -> None:
    partner = at_work(scopes=["60"], networks=[NETWORK], return_hosts=["toko.example"])
    agreed(partner_changes.draw_secret(partner, overlap=WEEK, by=money.officer(), reason="rahasia"))
    rows = Partner.objects.filter(pk=partner.pk)
    for told in (
        {"scopes": ["60", "38"]},
        {"networks": []},
        {"networks": ["203.0.0.0/16"]},
        {"notify_url": "https://lain.example"},
        {"return_hosts": ["toko.example", "lain.example"]},
    ):
        assert "two officers agree" in refused(rows.update, **told)
    assert "go on to" in refused(rows.update, opened_at=None)
    assert "by itself, or by two officers" in refused(credentials.add_key, partner, PUBLIC_KEY, by="petugas")
    assert "by itself, or by two officers" in refused(credentials.install, partner, public_key=PUBLIC_KEY)
    assert "two officers invite it" in refused(invitations.invite, partner, by="petugas")
    secret = Credential.objects.filter(partner=partner, kind="secret")
    assert "written once" in refused(secret.update, secret_sealed=b"another")
    change = partner_changes.put_key(partner, PUBLIC_KEY, overlap=WEEK, by=money.officer(), reason="x")
    proposal = PartnerChange.objects.filter(pk=change.pk)
    told = {"status": "agreed", "decided_at": timezone.now() - timedelta(days=1)}
    assert "partnerchange_by_two" in refused(
        proposal.update, decided_by=PartnerChange.objects.get(pk=change.pk).proposed_by, **told
    )
    assert "permission denied" in refused(proposal.update, public_key=OTHER_KEY)
    proposal.update(decided_by=money.officer(), **told)  # agreed to, but not in this transaction
    assert "by itself, or by two officers" in refused(credentials.add_key, partner, PUBLIC_KEY, by="petugas")
    assert "decided on once" in refused(proposal.update, status="dropped", decision_reason="x")


@pytest.mark.django_db
def test_one_wakes_nobody() -> None:
    draft = Partner.objects.create(client_id="baru", name="Baru", active=False)
    rows = Partner.objects.filter(pk=draft.pk)
    assert "two officers agree" in refused(rows.update, active=True)
    assert "two officers agree" in refused(rows.update, opened_at=timezone.now())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], []),
        ([], ["10.0.0.0/8"]),
        (["10.0.0.0/8"], []),
        (["10.0.0.0/8"], ["10.1.0.0/16", "10.0.0.1/32"]),
        (["10.0.0.0/8"], ["0.0.0.0/0"]),
        (["10.0.0.0/8", "2001:db8::/32"], ["2001:db8:1::/48"]),
        (["10.0.0.0/8"], ["::/0"]),
        (["::ffff:0:0/96"], ["10.0.0.0/8"]),
        (["10.0.0.0/9", "10.128.0.0/9"], ["10.0.0.0/8"]),
    ],
)
def test_code_and_database_agree_on_what_loosens(before: list[str], after: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT wallet_networks_loosened(%s::text[], %s::text[])", [before, after])
        (told,) = cursor.fetchone()
    partner = Partner(active=True, networks=before)
    assert ("networks" in partner_changes.wider(partner, {"networks": after})) is told


def _agree(change: int, officer: int) -> str:
    try:
        partner_changes.agree(PartnerChange.objects.get(pk=change), User.objects.get(pk=officer))
    except ProposalMoved:
        return "moved"
    return "agreed"


def test_a_secret_that_is_agreed_to_by_several_at_once_is_drawn_once(processes: None) -> None:
    partner = at_work()
    change = partner_changes.draw_secret(partner, overlap=WEEK, by=money.officer(), reason="rahasia")
    assert isinstance(change, PartnerChange)
    done = together([(_agree, (change.pk, money.officer().pk)) for _ in range(4)])
    assert sorted(outcome.value for outcome in done) == ["agreed", "moved", "moved", "moved"]
    assert Credential.objects.filter(partner=partner).count() == 1
    # And a moment later, in another transaction, that word counts for nothing more.
    assert "by itself, or by two officers" in refused(credentials.issue_secret, partner, by="petugas")


def _open(change: int, officer: int) -> str:
    try:
        partner_changes.agree(PartnerChange.objects.get(pk=change), User.objects.get(pk=officer))
    except PartnerMoved:
        return "moved"
    return "opened"


def _slip_in(partner: int, officer: int) -> str:
    made = partner_changes.put_key(
        Partner.objects.get(pk=partner), PUBLIC_KEY, overlap=WEEK, by=User.objects.get(pk=officer), reason="x"
    )
    return "proposed" if isinstance(made, PartnerChange) else "in force"


def test_no_key_slips_in_while_a_partner_is_opened(processes: None) -> None:
    """Whichever comes first: either the opening is refused, or the key is a proposal like any other."""
    for _ in range(4):
        partner = Partner.objects.create(client_id=money.unique("client"), name="Baru", active=False)
        change = partner_changes.write(partner, {"active": True}, by=money.officer(), reason="x").proposal
        assert change is not None
        opening, key = together(
            [(_open, (change.pk, money.officer().pk)), (_slip_in, (partner.pk, money.officer().pk))]
        )
        assert (opening.value, key.value) in (("opened", "proposed"), ("moved", "in force"))
