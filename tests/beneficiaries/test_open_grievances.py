"""The open page: anybody is heard once, at a pace, and reads the answer with number and code alone."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from beneficiaries import grievances, open_grievances, retention, working_days
from beneficiaries.errors import TooManyAtOnce
from beneficiaries.models import Grievance, SenderPace
from tests import clock
from tests.beneficiaries import cases

pytestmark = pytest.mark.django_db
PAGE, LOOK = "/aduan/", "/aduan/lihat/"
TEXT = "Ketua RT meminta Rp 50.000 dari setiap penerima."


def sent(**changed: Any) -> dict[str, Any]:
    return {"category": cases.category().pk, "text": TEXT, "reference": str(uuid.uuid4())} | changed


def filed(client: Client, **changed: Any) -> tuple[str, str]:
    """The number and the code that the page gives."""
    page = client.post(PAGE, sent(**changed)).content.decode()
    number, code = re.findall(r'class="number">([A-Z0-9-]+)<', page)
    return number, code


def test_anybody_files_a_grievance_without_an_account_and_without_a_name(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    assert 'lang="id"' in page and "width=device-width" in page and "<script" not in page
    number, code = filed(client)
    row = Grievance.objects.get()
    assert (row.number, row.origin, row.text, row.reporter, row.reporter_name, row.phone) == (
        number, "community", TEXT, None, "", "",
    )  # fmt: skip
    assert row.group.name == "Petugas" and row.created_by is None and len(code) == 8
    assert reverse("open-grievance") in client.get("/").content.decode()


def test_the_page_tells_the_last_day_on_which_it_is_answered_and_not_the_midnight_after(client: Client) -> None:
    page = client.post(PAGE, sent()).content.decode()
    number, code = re.findall(r'class="number">([A-Z0-9-]+)<', page)
    last = working_days.after(timezone.localdate(), 5)
    told = date_format(last, "j F Y")
    assert told in page and Grievance.objects.get().last_day == last
    assert told in client.post(LOOK, {"number": number, "code": code}).content.decode()


def test_who_leaves_a_phone_is_called_in_one_spelling_and_a_wrong_one_is_refused(client: Client) -> None:
    answer = client.post(PAGE, sent(phone="021"))
    assert answer.status_code == 400 and "seluler" in answer.content.decode() and TEXT in answer.content.decode()
    filed(client, name="Bu Tini", phone="0812-3456-7890")
    row = Grievance.objects.get()
    assert (row.reporter_name, row.phone) == ("Bu Tini", "+6281234567890")


@pytest.mark.parametrize("changed", [{"text": " "}, {"category": ""}, {"text": "x" * 2_001}, {"reference": "1"}])
def test_what_is_missing_or_too_long_is_told_beside_its_field(client: Client, changed: dict[str, str]) -> None:
    assert client.post(PAGE, sent(**changed)).status_code == 400 and not Grievance.objects.exists()


def test_a_form_sent_twice_is_one_ticket_with_the_same_code(client: Client) -> None:
    once = sent()
    assert filed(client, **once) == filed(client, **once)
    assert Grievance.objects.count() == 1


def test_the_answer_opens_with_number_and_code_and_whoever_reads_it_may_write_again(client: Client) -> None:
    number, code = filed(client)
    row, worker = Grievance.objects.get(), cases.officer("petugas", "Petugas")
    grievances.take(row, by=worker)
    grievances.note(row, "RT 3 sudah pernah.", by=worker)
    grievances.answer(row, "Uangnya dikembalikan.", by=worker)
    typed = {"number": number.lower().replace("-", " "), "code": f"{code[:4]}-{code[4:]}".lower()}
    page = client.post(LOOK, typed).content.decode()
    assert "Uangnya dikembalikan." in page and "RT 3" not in page and TEXT not in page
    page = client.post(LOOK, typed | {"text": "Belum saya terima."}).content.decode()
    row.refresh_from_db()
    assert "Belum saya terima." in page and row.status == "reopened"
    assert "Dibuka kembali · dijawab paling lambat" in page
    grievances.take(row, by=worker)
    grievances.answer(row, "Sudah kami kirim lagi.", by=worker)
    assert "dijawab paling lambat" not in client.post(LOOK, typed).content.decode()


def test_a_number_alone_opens_nothing(client: Client) -> None:
    number, code = filed(client)
    other, _code = filed(client)
    for typed in (
        {"number": number, "code": "AAAAAAAA"},
        {"number": other, "code": code},
        {"number": "x", "code": code},
    ):
        answer = client.post(LOOK, typed)
        assert answer.status_code == 404 and "Tidak ada aduan" in answer.content.decode()


def test_no_language_button_takes_number_and_code_or_what_was_typed_away(client: Client) -> None:
    switch = reverse("set_language")
    assert switch in client.get(PAGE).content.decode() and switch in client.get(LOOK).content.decode()
    kept = client.post(PAGE, sent()).content.decode()
    number, code = re.findall(r'class="number">([A-Z0-9-]+)<', kept)
    refused = client.post(PAGE, sent(phone="021")).content.decode()
    looked = client.post(LOOK, {"number": number, "code": code}).content.decode()
    assert not [page for page in (kept, refused, looked) if switch in page]


def test_one_address_is_heard_at_a_pace_and_others_meanwhile(client: Client, settings: Any) -> None:
    settings.OPEN_DESK = settings.OPEN_DESK | {"reports_an_hour": 2}
    filed(client)
    filed(client)
    refused = client.post(PAGE, sent())
    assert refused.status_code == 429 and TEXT in refused.content.decode() and Grievance.objects.count() == 2
    assert client.post(PAGE, sent(), REMOTE_ADDR="10.0.0.9").status_code == 200
    with clock.moved(minutes=31):
        assert client.post(PAGE, sent()).status_code == 200


def test_where_all_together_are_too_many_a_question_is_answered_first(client: Client, settings: Any) -> None:
    settings.OPEN_DESK = settings.OPEN_DESK | {"all_reports_an_hour": 3, "reports_an_hour": 1}
    for number in range(3):
        open_grievances.file(cases.category(), TEXT, reference=uuid.uuid4(), address=f"10.0.0.{number}")
    form = sent()
    asked = client.post(PAGE, form)
    first, second = open_grievances.question_of(uuid.UUID(form["reference"]))
    assert asked.status_code == 429 and f"Berapa {first} + {second}?" in asked.content.decode()
    assert client.post(PAGE, form | {"answer": "99"}).status_code == 429 and Grievance.objects.count() == 3
    # Neither attempt has used up the one that this address has in an hour.
    assert client.post(PAGE, form | {"answer": f"{first + second}"}).status_code == 200


def test_even_with_answers_the_page_takes_so_many_times_as_much(settings: Any) -> None:
    settings.OPEN_DESK = settings.OPEN_DESK | {"all_reports_an_hour": 1, "answered_times": 2}

    def answered(number: int) -> None:
        reference = uuid.uuid4()
        told = {"reference": reference, "answer": sum(open_grievances.question_of(reference))}
        open_grievances.file(cases.category(), TEXT, address=f"10.0.0.{number}", **told)

    for number in range(3):
        answered(number)
    with pytest.raises(TooManyAtOnce):
        answered(9)


def test_a_household_with_all_of_its_ipv6_addresses_is_one_sender_and_a_site_is_bounded() -> None:
    def look(address: str) -> None:
        open_grievances.admit("look", address, 1)

    look("2001:db8:1:1::1")
    with pytest.raises(TooManyAtOnce):
        look("2001:db8:1:1:ffff::2")
    for number in range(2, 17):
        look(f"2001:db8:1:{number:x}::1")
    with pytest.raises(TooManyAtOnce):
        look("2001:db8:1:ff::1")
    look("2001:db8:2:1::1")
    look("::ffff:10.0.0.1")
    with pytest.raises(TooManyAtOnce):
        look("10.0.0.1")


def test_one_ticket_takes_so_many_messages_in_an_hour_from_wherever_they_come(settings: Any) -> None:
    settings.OPEN_DESK = settings.OPEN_DESK | {"messages_an_hour": 2}
    row = open_grievances.file(cases.category(), TEXT, reference=uuid.uuid4(), address="10.0.0.1")
    for number in (2, 3):
        open_grievances.say(row, "Lagi.", address=f"10.0.0.{number}")
    with pytest.raises(TooManyAtOnce):
        open_grievances.say(row, "Lagi.", address="10.0.0.4")


def test_guessing_codes_is_paced(client: Client, settings: Any) -> None:
    settings.OPEN_DESK = settings.OPEN_DESK | {"looks_an_hour": 3}
    typed = {"number": "ADU-2026-000001-1", "code": "AAAAAAAA"}
    assert [client.post(LOOK, typed).status_code for _ in range(4)] == [404, 404, 404, 429]


def test_no_address_is_kept_and_its_digest_for_a_day(client: Client) -> None:
    filed(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(pace::text, '') FROM beneficiaries_senderpace AS pace")
        assert "127.0.0.1" not in cursor.fetchone()[0]
    assert SenderPace.objects.count() == 2
    with clock.moved(hours=23):
        retention.drop()
    assert SenderPace.objects.count() == 2
    with clock.moved(hours=26):
        retention.drop()
    assert not SenderPace.objects.exists()


def test_nothing_that_is_written_stands_in_an_address_or_a_cache(client: Client) -> None:
    answer = client.post(PAGE, sent())
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(PAGE, sent()).status_code == 403
