"""The partner's own page: opened once by link and code, for the partner's own keys and secrets alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.processes import together
from tests.wallet.snap.conftest import World, build
from tests.wallet.snap.keys import draw
from tests.wallet.snap.sender import QUERY, Sender
from wallet import credentials, invitations
from wallet.credential_errors import FormUsed
from wallet.models import Credential, Partner, PartnerInvitation

PRIVATE_KEY, PUBLIC_KEY = draw()


@pytest.fixture
def world(db: None) -> World:
    return build()


def _opened(world: World) -> Client:
    made = invitations.invite(world.partner, by="petugas")
    client = Client()
    answer = client.post(f"/mitra/masuk/{made.token}/", {"code": f" {made.code[:4]} {made.code[4:]} "})
    assert answer.status_code == 302 and answer["Location"] == "/mitra/"
    return client


def test_link_and_code_together_open_the_page_once(world: World) -> None:
    made = invitations.invite(world.partner, by="petugas")
    client, address = Client(), f"/mitra/masuk/{made.token}/"
    for _ in range(3):  # a mail scanner looks at links
        assert Client().get(address).status_code == 200
    assert client.get("/mitra/").status_code == 403
    assert client.post(address, {"code": made.code}).status_code == 302
    page = client.get("/mitra/")
    assert page.status_code == 200 and "PARTNER-1" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert Client().post(address, {"code": made.code}).status_code == 400
    assert Client().get("/mitra/").status_code == 403


def test_neither_is_kept(world: World) -> None:
    made = invitations.invite(world.partner, by="petugas")
    row = PartnerInvitation.objects.get()
    kept = bytes(row.digest) + bytes(row.code_digest)
    assert made.token.encode() not in kept and made.code.encode() not in kept


@pytest.mark.parametrize("what", ["code", "token"])
def test_a_wrong_one_opens_nothing(world: World, what: str) -> None:
    made = invitations.invite(world.partner, by="petugas")
    token, code = (made.token, "00000000") if what == "code" else ("x" * 43, made.code)
    client = Client()
    answer = client.post(f"/mitra/masuk/{token}/", {"code": code})
    assert answer.status_code == 400 and "tidak berlaku, atau kodenya salah" in answer.content.decode()
    assert client.get("/mitra/").status_code == 403


def test_five_wrong_codes_end_it(world: World) -> None:
    made = invitations.invite(world.partner, by="petugas")
    address = f"/mitra/masuk/{made.token}/"
    for _ in range(5):
        Client().post(address, {"code": "00000000"})
    assert Client().post(address, {"code": made.code}).status_code == 400


def test_it_ends_by_time_by_another_and_with_the_partner(world: World) -> None:
    late, replaced = (invitations.invite(world.partner, by="petugas") for _ in range(2))
    assert Client().post(f"/mitra/masuk/{late.token}/", {"code": late.code}).status_code == 400
    with time_machine.travel(timezone.now() + timedelta(hours=73)):
        assert Client().post(f"/mitra/masuk/{replaced.token}/", {"code": replaced.code}).status_code == 400
    Partner.objects.filter(pk=world.partner.pk).update(active=False)
    assert Client().post(f"/mitra/masuk/{replaced.token}/", {"code": replaced.code}).status_code == 400


def test_an_open_page_ends_by_time_by_the_office_and_with_the_partner(world: World) -> None:
    client = _opened(world)
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert client.get("/mitra/").status_code == 403
    client = _opened(world)
    invitations.end(world.partner)
    assert client.get("/mitra/").status_code == 403
    client = _opened(world)
    Partner.objects.filter(pk=world.partner.pk).update(active=False)
    assert client.get("/mitra/").status_code == 403


def test_whoever_leaves_cannot_come_back(world: World) -> None:
    client = _opened(world)
    assert client.post("/mitra/keluar/").status_code == 200
    assert client.get("/mitra/").status_code == 403


def _turn(client: Client, overlap: str = "7") -> dict[str, str]:
    """What the form for a new secret sends."""
    found = re.search(r'name="turn" value="([^"]+)"', client.get("/mitra/").content.decode())
    assert found
    return {"overlap": overlap, "turn": found[1]}


def _secret_on(page: Any) -> str:
    return str(page.content.decode().partition('id="partner-secret">')[2].partition("<")[0])


@pytest.mark.parametrize("overlap", ["0", "7"])
def test_reloading_the_page_with_the_secret_draws_no_other(world: World, overlap: str) -> None:
    client = _opened(world)
    sent = _turn(client, overlap)
    secret = _secret_on(client.post("/mitra/rahasia/", sent))
    for _ in range(3):
        again = client.post("/mitra/rahasia/", sent)
        assert again.status_code == 400 and "rahasianya sudah dibuat" in again.content.decode()
    newest = credentials.in_force(world.partner).filter(kind="secret").latest("pk")
    assert newest.secret == secret
    assert _secret_on(client.post("/mitra/rahasia/", _turn(client, "7"))) not in ("", secret)


def test_a_form_in_another_tab_was_not_used(world: World) -> None:
    client = _opened(world)
    older, newer = _turn(client), _turn(client)
    assert _secret_on(client.post("/mitra/rahasia/", older))
    assert _secret_on(client.post("/mitra/rahasia/", newer))
    assert client.post("/mitra/rahasia/", older).status_code == 400


def test_a_form_without_its_name_draws_nothing(world: World) -> None:
    client = _opened(world)
    assert client.post("/mitra/rahasia/", {"overlap": "7"}).status_code == 400
    assert credentials.in_force(world.partner).filter(kind="secret").count() == 1


def _draw(partner: int) -> str:
    try:
        credentials.issue_secret(Partner.objects.get(pk=partner), form="F")
    except FormUsed:
        return "used"
    return "drawn"


def test_a_form_that_is_sent_twice_at_once_draws_one_secret(processes: None) -> None:
    partner = Partner.objects.create(client_id="P", name="P")
    done = together([(_draw, (partner.pk,))] * 4)
    assert sorted(outcome.value for outcome in done) == ["drawn", "used", "used", "used"]
    assert Credential.objects.filter(partner=partner).count() == 1


def test_the_partner_puts_its_key_in_and_draws_its_secret(world: World) -> None:
    client = _opened(world)
    assert client.post("/mitra/kunci/", {"public_key": PUBLIC_KEY, "overlap": "7"}).status_code == 302
    secret = _secret_on(client.post("/mitra/rahasia/", _turn(client)))
    new = Sender(private_key=PRIVATE_KEY, secret=secret)
    for one in (new, world.sender):
        for symmetric in (True, False):
            assert (
                one.post(QUERY, {"serviceCode": "60", "originalReferenceNo": "x"}, symmetric=symmetric).code
                == "4046101"
            )
    assert secret not in client.get("/mitra/").content.decode()
    made = Credential.objects.filter(partner=world.partner).latest("pk")
    assert made.created_by.startswith("undangan ")


@pytest.mark.parametrize(
    ("pem", "said"),
    [(PRIVATE_KEY, "Ini kunci privat"), ("x", "Bukan kunci publik PEM"), ("", "id_public_key")],
    ids=["private", "no key", "empty"],
)
def test_what_is_no_public_key_is_said_so_and_never_shown_again(world: World, pem: str, said: str) -> None:
    page = _opened(world).post("/mitra/kunci/", {"public_key": pem, "overlap": "7"})
    assert page.status_code == 400 and said in page.content.decode()
    assert Credential.objects.filter(partner=world.partner, kind="key").count() == 1


def test_a_private_key_sent_by_mistake_does_not_come_back(world: World) -> None:
    page = _opened(world).post("/mitra/kunci/", {"public_key": PRIVATE_KEY, "overlap": "7"}).content.decode()
    assert "BEGIN PRIVATE KEY" not in page


def test_the_partner_revokes_its_own_and_nobody_elses(world: World) -> None:
    client = _opened(world)
    own = Credential.objects.get(partner=world.partner, kind="key")
    theirs = Credential.objects.get(partner=world.other_partner, kind="key")
    for row in (own, theirs):
        client.post("/mitra/cabut/", {"credential": str(row.pk), "reason": "bocor"})
        row.refresh_from_db()
    assert (own.revoked_at is None, theirs.revoked_at) == (False, None)
    client.post("/mitra/cabut/", {"credential": "x", "reason": ""})
    assert "PARTNER-2" not in client.get("/mitra/").content.decode()


def test_a_revocation_without_a_reason_is_refused_in_an_alert_that_says_so(world: World) -> None:
    own = Credential.objects.get(partner=world.partner, kind="key")
    page = _opened(world).post("/mitra/cabut/", {"credential": str(own.pk), "reason": "   "})
    own.refresh_from_db()
    assert (page.status_code, own.revoked_at) == (400, None)
    # No list inside: a paragraph ends where one begins, and the alert would be empty.
    assert '<p role="alert">Tulis alasan pencabutan.</p>' in page.content.decode()


def test_no_more_than_may_be_in_force(world: World) -> None:
    client = _opened(world)
    answers = [client.post("/mitra/rahasia/", _turn(client)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert "Cabut salah satu" in answers[2].content.decode()
    assert credentials.in_force(world.partner).filter(kind="secret").count() == 3


@pytest.mark.parametrize("path", ["kunci", "rahasia", "cabut", "keluar"])
def test_nothing_is_changed_without_an_invitation_or_by_a_link(world: World, path: str) -> None:
    assert Client().post(f"/mitra/{path}/", {}).status_code == 403
    assert _opened(world).get(f"/mitra/{path}/").status_code == 405
    assert Client(enforce_csrf_checks=True).post(f"/mitra/{path}/", {}).status_code == 403


def test_tries_made_at_once_do_not_share_one(committed_db: None) -> None:
    """The attempt is committed before the code is compared: who breaks off after it has tried all the same."""
    partner = Partner.objects.create(client_id="P", name="P")
    made = invitations.invite(partner, by="petugas")
    Client().post(f"/mitra/masuk/{made.token}/", {"code": "00000000"})
    assert PartnerInvitation.objects.get().failures == 1
    assert Client().post(f"/mitra/masuk/{made.token}/", {"code": made.code}).status_code == 302
    assert PartnerInvitation.objects.get().failures == 1
