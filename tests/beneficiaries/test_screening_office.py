"""The office's pages of evidence and exclusion: who may take which step, what the pages show, and what they never show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.translation import trans_real

from beneficiaries import facts, kepgub_1250_2021, objections, rules, screening
from beneficiaries.models import (
    Evidence,
    EvidenceAccess,
    EvidenceImport,
    EvidenceSource,
    Exclusion,
    ExclusionRule,
    Objection,
    Person,
    Proposal,
    Screening,
    TrialHit,
)
from beneficiaries.screening_errors import RuleBroken
from beneficiaries.tasks import screen as work
from tests import money
from tests.beneficiaries.evidence_told import CAR, excluded, kepgub, screen, tell

pytestmark = pytest.mark.django_db
NIK = "3171015708900001"
SignIn = Callable[[str], Client]


@pytest.fixture
def signed_in() -> SignIn:
    """A client of an officer of the role; "admin" is a superuser, "kosong" has none."""
    call_command("roles", stdout=StringIO())
    officers: dict[str, User] = {"admin": User.objects.create_superuser("admin", password="x")}
    for role in ("Petugas", "Penyetuju", "Bendahara", "Auditor"):
        officers[role.lower()] = User.objects.create_user(role.lower(), password="x", is_staff=True)
        officers[role.lower()].groups.add(Group.objects.get(name=role))
    officers["kosong"] = User.objects.create_user("kosong", password="x", is_staff=True)

    def client_of(name: str) -> Client:
        client = Client()
        client.force_login(officers[name])
        return client

    return client_of


@pytest.fixture
def siti() -> Person:
    siti = money.person()
    siti.nik = NIK
    siti.save()
    return siti


PAGES = "/admin/beneficiaries/{}/"
STEPS = {
    "evidence/note/": {"petugas"},
    "evidence/{evidence}/contest/": {"petugas"},
    "evidenceimport/add/": {"petugas"},
    "evidencesource/add/": {"penyetuju"},
    "evidencesource/{source}/make_key/": {"penyetuju"},
    "exclusionrule/add/": {"petugas"},
    "exclusionrule/{rule}/try_it/": {"petugas", "penyetuju"},
    "exclusionrule/{rule}/enforce/": {"penyetuju"},
    "screening/run/": {"petugas"},
    "proposal/{proposal}/accept/": {"petugas"},
    "proposal/{proposal}/reject/": {"petugas"},
    "exclusion/{exclusion}/object/": {"petugas"},
    "exclusion/{exclusion}/lift/": {"penyetuju"},
    "objection/{objection}/uphold/": {"penyetuju"},
    "objection/{objection}/deny/": {"penyetuju"},
    **{
        f"{name}/": {"petugas", "penyetuju", "auditor"}
        for name in ("evidence", "evidenceimport", "exclusionrule", "screening", "trialhit", "proposal", "objection")
    },
}


@pytest.fixture
def rows(siti: Person) -> dict[str, int]:
    exclusion = excluded(siti.household)
    objection = objections.file(exclusion, "Sudah dijual.", channel=Objection.Channel.OFFICE)
    source = EvidenceSource.objects.create(code="bapenda", name="Bapenda", kinds=["vehicle"], key_sha256=b"x")
    EvidenceAccess.objects.create(evidence_source=source, status=200, items=1, added=1, known=0, refused=0)
    EvidenceImport.objects.create(
        file_name="b.csv", state="done", rows=1, added=1, known=0, refused=0, refusals={"PLAT.plate": 2}
    )
    trial = screen(ExclusionRule.objects.get(code="memiliki-mobil"))
    return {
        "evidence": Evidence.objects.get().pk,
        "source": source.pk,
        "rule": ExclusionRule.objects.get(code="memiliki-mobil").pk,
        "proposal": exclusion.proposal_id,
        "exclusion": exclusion.pk,
        "objection": objection.pk,
        "trial": trial.pk,
    }


@pytest.mark.parametrize("pattern", list(STEPS))
def test_only_those_who_may_take_a_step_see_it(signed_in: SignIn, rows: dict[str, int], pattern: str) -> None:
    url = "/admin/beneficiaries/" + pattern.format(**rows)
    for role in ("petugas", "penyetuju", "bendahara", "auditor", "kosong"):
        expected = 200 if role in STEPS[pattern] else 403
        assert signed_in(role).get(url).status_code == expected, (role, url)


def test_every_list_and_page_opens_and_masks_numbers(signed_in: SignIn, rows: dict[str, int]) -> None:
    client = signed_in("admin")
    for model in (
        Evidence,
        EvidenceAccess,
        EvidenceImport,
        EvidenceSource,
        Exclusion,
        ExclusionRule,
        Objection,
        Person,
        Proposal,
        Screening,
        TrialHit,
    ):
        name = model._meta.model_name
        pages = [client.get(PAGES.format(name))]
        for row in model.objects.all():
            pages.append(client.get(f"/admin/beneficiaries/{name}/{row.pk}/change/"))
        for text in ("Sutini", NIK, "9" * 30, "\x00", "' OR 1=1"):
            assert client.get(PAGES.format(name), {"q": text}).status_code in (200, 302), (name, text)
        for page in pages:
            assert page.status_code == 200, name
            assert NIK not in page.content.decode(), name


def test_a_trial_is_asked_for_done_by_the_workers_and_shown(signed_in: SignIn, siti: Person) -> None:
    kepgub_1250_2021.set_up(date(2026, 1, 1))
    tell(siti, "vehicle", CAR)
    version = ExclusionRule.objects.get(code="memiliki-mobil")
    client = signed_in("petugas")
    asked = client.post(f"/admin/beneficiaries/exclusionrule/{version.pk}/try_it/")
    trial = Screening.objects.get()
    assert asked.status_code == 302 and asked["Location"].endswith(f"/screening/{trial.pk}/change/")
    assert "Menunggu" in client.get(asked["Location"]).content.decode()
    work()
    page = client.get(asked["Location"]).content.decode()
    assert "akan mengecualikan 1 orang di 1 keluarga" in page and "office-bar" in page
    listed = client.get(f"/admin/beneficiaries/trialhit/?screening={trial.pk}").content.decode()
    assert siti.name in listed and "3171••••••••0001" in listed
    penyetuju = signed_in("penyetuju")
    penyetuju.post(f"/admin/beneficiaries/exclusionrule/{version.pk}/enforce/", {"reason": "sesuai Kepgub"})
    version.refresh_from_db()
    assert version.enforced_by.username == "penyetuju"


def test_a_rule_that_cannot_be_read_is_not_kept(signed_in: SignIn) -> None:
    client = signed_in("petugas")
    fields = {
        "code": "x",
        "title": "X",
        "scope": "household",
        "expression": "household.boats > 0",
        "legal_basis": "Kepgub",
        "reason": "Alasan",
        "valid_from": "2026-01-01",
    }
    answer = client.post("/admin/beneficiaries/exclusionrule/add/", fields)
    assert answer.status_code == 200 and "Aturan tidak dapat dibaca" in answer.content.decode()
    assert not ExclusionRule.objects.exists()
    assert (
        client.post(
            "/admin/beneficiaries/exclusionrule/add/", fields | {"expression": "household.njop > 5"}
        ).status_code
        == 302
    )
    assert ExclusionRule.objects.get().by.username == "petugas"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("household.boats > 0", "tidak ada fakta bernama boats"),
        ("rumah.decile > 5", "tidak ada fakta atau fungsi bernama rumah"),
        ("household.decile >", "salah tulis pada baris 1, huruf ke-19"),
        ("household.decile > 'lima'", "dua nilai yang tidak sejenis"),
        ("household.decile", "hasilnya bukan ya atau tidak"),
    ],
)
def test_why_a_rule_cannot_be_read_is_said_in_the_officers_language(expression: str, said: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        rules.compiled(expression, facts.EXAMPLES["household"])
    assert said in str(broken.value)


def test_from_the_proposal_to_the_objection_upheld(signed_in: SignIn, siti: Person) -> None:
    kepgub()
    tell(siti, "vehicle", CAR)
    petugas, penyetuju = signed_in("petugas"), signed_in("penyetuju")
    petugas.post("/admin/beneficiaries/screening/run/")
    work()
    proposal = Proposal.objects.get()
    page = petugas.get(f"/admin/beneficiaries/proposal/{proposal.pk}/change/").content.decode()
    assert "B •••• ••Z" in page and "1234" not in page and "1250 Tahun 2021" in page and "mobil: 1" in page
    without_reason = petugas.post(f"/admin/beneficiaries/proposal/{proposal.pk}/accept/", {"reason": ""})
    assert without_reason.status_code == 200 and not Exclusion.objects.exists()
    today = timezone.localdate().isoformat()
    petugas.post(
        f"/admin/beneficiaries/proposal/{proposal.pk}/accept/",
        {"reason": "cocok", "starts_on": today, "noticed_on": today},
    )
    exclusion = Exclusion.objects.get()
    page = petugas.get(f"/admin/beneficiaries/proposal/{proposal.pk}/change/").content.decode()
    assert f"/admin/beneficiaries/exclusion/{exclusion.pk}/change/" in page
    petugas.post(f"/admin/beneficiaries/exclusion/{exclusion.pk}/object/", {"text": "Mobil sudah dijual."})
    objection = Objection.objects.get()
    assert "hari lagi" in penyetuju.get("/admin/beneficiaries/objection/").content.decode()
    penyetuju.post(f"/admin/beneficiaries/objection/{objection.pk}/uphold/", {"reason": "kuitansi cocok"})
    exclusion.refresh_from_db()
    assert exclusion.annulled and exclusion.lifted_by.username == "penyetuju"


def test_the_pages_of_a_person_and_their_household_say_that_they_are_excluded(signed_in: SignIn, siti: Person) -> None:
    pages = [f"/admin/beneficiaries/{of}/change/" for of in (f"person/{siti.pk}", f"household/{siti.household_id}")]

    def said(role: str = "petugas") -> list[str]:
        return [signed_in(role).get(page).content.decode() for page in pages]

    assert not any("Sanggah sampai" in page for page in said())
    exclusion = excluded(siti.household)
    at = f"/admin/beneficiaries/exclusion/{exclusion.pk}/change/"
    assert all(at in page and "Memiliki mobil" in page and "Berlaku" in page for page in said())
    assert not any(at in page for page in said("bendahara"))
    objection = objections.file(exclusion, "Mobil sudah dijual.", channel=Objection.Channel.OFFICE)
    assert all(f"/admin/beneficiaries/objection/{objection.pk}/change/" in page for page in said())
    objections.uphold(objection, money.officer(), "kuitansi cocok")
    assert all("Dibatalkan" in page for page in said())


def test_who_accepted_the_exclusion_is_not_offered_the_decision(signed_in: SignIn, siti: Person) -> None:
    kepgub()
    tell(siti, "vehicle", CAR)
    screen()
    admin = User.objects.get(username="admin")
    made = screening.accept(Proposal.objects.get(), admin, "cocok", timezone.localdate())
    objection = objections.file(made, "Bukan saya.", channel=Objection.Channel.APP)
    client, url = signed_in("penyetuju"), f"/admin/beneficiaries/objection/{objection.pk}/deny/"
    assert client.get(url).status_code == 200
    client = Client()
    client.force_login(admin)
    assert "petugas lain yang memutuskan" in client.get(url).content.decode()
    client.post(url, {"reason": "saya sendiri"})
    objection.refresh_from_db()
    assert objection.status == "filed"


def test_unanswered_objections_come_first_and_the_latest_one_on_top(signed_in: SignIn) -> None:
    today, made = timezone.localdate(), {}
    for name, filed_on in (("early", today - timedelta(days=60)), ("now", today), ("done", today - timedelta(days=90))):
        person = money.person()
        objection = objections.file(excluded(person.household), name, channel=Objection.Channel.APP, filed_on=filed_on)
        made[name] = person.household
        if name == "done":
            objections.deny(objection, money.officer(), "tidak terbukti")
    page = signed_in("penyetuju").get("/admin/beneficiaries/objection/").content.decode()
    places = [page.index(f"{made[name]} <") for name in ("early", "now", "done")]
    assert places == sorted(places) and "terlambat" in page


def test_undecided_proposals_come_first(signed_in: SignIn) -> None:
    kepgub()
    homes = []
    for plate in ("B 1 A", "B 2 B"):
        person = money.person()
        tell(person, "vehicle", CAR | {"plate": plate})
        homes.append(person.household)
    screen()
    newest = Proposal.objects.latest("pk")
    screening.reject(newest, money.officer(), "bukan miliknya")
    page = signed_in("petugas").get("/admin/beneficiaries/proposal/").content.decode()
    first = next(home for home in homes if home.pk != newest.household_id)
    assert page.index(f"{first} <") < page.index(f"{newest.household} <")


def test_an_officer_notes_evidence_by_number(signed_in: SignIn, siti: Person) -> None:
    client = signed_in("petugas")
    sent = {
        "number": "3171 0157 0890 0001",
        "kind": "vehicle",
        "source": "Kelurahan",
        "date": "01/10/2026",
        "KENDARAAN": "Mobil",
        "PLAT": "b 1 a",
        "DIMILIKI": "Ya",
    }
    url = "/admin/beneficiaries/evidence/note/"
    assert client.post(url, sent).status_code == 302
    noted = Evidence.objects.get()
    assert (noted.number, noted.value["vehicle"], noted.fact_date) == ("B 1 A", "car", date(2026, 10, 1))
    wrong = client.post(url, sent | {"PLAT": "?"}).content.decode()
    assert "Bukan nomor polisi" in wrong
    assert "tidak ada di registri" in client.post(url, sent | {"number": "3171015708900002"}).content.decode()
    assert Evidence.objects.get().by.username == "petugas"


def test_a_key_is_shown_once_and_opens_the_api(signed_in: SignIn, siti: Person) -> None:
    client = signed_in("penyetuju")
    sent = {"code": "samsat", "name": "Samsat", "kinds": ["vehicle"], "active": "on"}
    page = client.post("/admin/beneficiaries/evidencesource/add/", sent, follow=True).content.decode()
    key = page.split("sekali ini: ")[1][:43]
    item = {"reference": "1", "nik": NIK, "kind": "vehicle", "value": CAR, "date": "2026-10-01"}
    answer = Client().post(
        "/evidence/v1/items",
        {"items": [item]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code == 200 and answer.json()["added"] == 1
    assert key not in client.get("/admin/beneficiaries/evidencesource/").content.decode()


def test_the_form_of_evidence_speaks_the_officers_language_and_takes_either_day(
    signed_in: SignIn, siti: Person
) -> None:
    client = signed_in("petugas")
    url = PAGES.format("evidence") + "note/"
    words = {"Sepeda motor": "Motorcycle", "Ya": "Yes"}
    catalogue = trans_real.translation("en")
    with patch.object(catalogue, "gettext", lambda text: words.get(text, text)):
        page = client.get(url, headers={"accept-language": "en"}).content.decode()
    assert '<option value="Sepeda motor">Motorcycle</option>' in page and '<option value="Ya">Yes</option>' in page
    assert '<option value="Sepeda motor">Sepeda motor</option>' in client.get(url).content.decode()
    form = {"number": NIK, "kind": "vehicle", "source": "RW 03", "date": "01/10/2026", "valid_until": "2026-13-01"}
    form |= {"KENDARAAN": "Sepeda motor", "PLAT": "B 1 A", "DIMILIKI": "Tidak"}
    assert "BERLAKU_SAMPAI: " in client.post(url, form).content.decode()
    refused = client.post(url, form | {"date": "1 Oktober", "KENDARAAN": ""}).content.decode()
    assert "Bukan salah satu dari: Mobil, Sepeda motor, Truk, Bus, Lainnya." in refused
    assert "HH/BB/TTTT" in refused and "motorcycle" not in refused
    assert client.post(url, form | {"valid_until": "03/12/2026"}).status_code == 302
    row = Evidence.objects.get()
    assert (row.fact_date, row.valid_until) == (date(2026, 10, 1), date(2026, 12, 3))
    assert row.value == {"vehicle": "motorcycle", "pkb": "unknown", "owned": False}
