"""What is personal is in the database, sealed, and on the page of whoever asked; in no log, ring, address or error report."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import current_app
from django.conf import settings as live
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.debug import ExceptionReporter
from rest_framework.test import APIClient

from beneficiaries import registry
from beneficiaries.import_errors import ImportRefused
from beneficiaries.models import Person
from config.error_reports import RowlessFormatter
from tests import money
from tests.beneficiaries.conftest import TODAY, write
from tests.beneficiaries.conftest import person as row
from tests.owner import as_owner
from wallet import doorbell

SEEDS = {
    "NIK": "3171014408770007",
    "KK": "3171011204090021",
    "NAMA": "ZULAIKHA PUSPANEGARA",
    "TELEPON": "0813-9876-5432",
    "ALAMAT": "JL. KENANGA RAHASIA NO. 77",
}
SECRETS = (
    SEEDS["NIK"],
    SEEDS["KK"],
    "ZULAIKHA",
    "PUSPANEGARA",
    "81398765432",
    "0813-9876-5432",
    "KENANGA",
    # as addresses and JSON carry them
    "ZULAIKHA+PUSPANEGARA",
    "ZULAIKHA%20PUSPANEGARA",
)
ADDRESSES: list[str] = []


class Addresses:
    """Middleware that keeps every address asked for, with its query, as a server's access log would."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        ADDRESSES.append(request.get_full_path() + " " + request.headers.get("referer", ""))
        answer: HttpResponse = self.get_response(request)
        ADDRESSES.append(answer.get("Location", ""))
        return answer


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the configured handler would write, from INFO up."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RowlessFormatter(live.LOGGING["formatters"]["line"]["format"]))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def addresses(settings: Any) -> list[str]:
    settings.MIDDLEWARE = [f"{__name__}.Addresses", *settings.MIDDLEWARE]
    ADDRESSES.clear()
    return ADDRESSES


def assert_says_nothing(text: str, what: str) -> None:
    said = [secret for secret in SECRETS if secret.lower() in text.lower()]
    assert not said, (what, said)


def broker_contents() -> str:
    """Everything in this test's Redis database, message bodies decoded."""
    server = redis.Redis.from_url(live.REDIS_URL)
    found = []
    for key in server.scan_iter():
        kind = server.type(key)
        values = {
            b"list": lambda key: server.lrange(key, 0, -1),
            b"set": server.smembers,
            b"hash": lambda key: [part for pair in server.hgetall(key).items() for part in pair],
            b"zset": lambda key: server.zrange(key, 0, -1),
            b"string": lambda key: [server.get(key)],
        }[kind](key)
        for value in values:
            text = value.decode("utf-8", "replace")
            found.append(text)
            for body in re.findall(r'"body": "([A-Za-z0-9+/=]+)"', text):
                found.append(base64.b64decode(body).decode("utf-8", "replace"))
    return "\n".join([*map(str, server.keys()), *found])


def seeded(folder: Path) -> Person:
    told = {"TANGGAL_LAHIR": "1977-08-04", "JENIS_KELAMIN": "P"}
    file = write(folder / "registry.csv", [row(**SEEDS, **told), row(2, **SEEDS | {"NIK": SEEDS["NIK"][:15]})])
    registry.import_file(file, folder / "errors.csv", today=TODAY)
    return Person.objects.with_nik(SEEDS["NIK"]).get()


@pytest.mark.usefixtures("committed_db")
def test_a_days_work_names_nobody_outside_of_the_database(
    tmp_path: Path, log: io.StringIO, addresses: list[str], settings: Any
) -> None:
    server = redis.Redis.from_url(live.REDIS_URL)
    server.flushdb()
    settings.DEBUG, settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = False, False, ["testserver"]
    someone = seeded(tmp_path)
    office = Client(raise_request_exception=False)
    office.force_login(User.objects.create_superuser("admin"))
    # Searching as the box on the page does it, from every list that finds people.
    for table in ("beneficiaries_person", "beneficiaries_household", "disbursement_enrolment"):
        page = reverse(f"admin:{table}_changelist")
        form = re.search(r'<form id="changelist-search".*?</form>', office.get(page).content.decode(), re.DOTALL)
        assert form and 'method="post"' in form[0]
        for term in (SEEDS["NIK"], SEEDS["KK"], SEEDS["TELEPON"], SEEDS["NAMA"]):
            hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
            found = office.post(page, hidden | {"q": term}, follow=True)
            assert found.status_code == 200
            for link in re.findall(r'href="([^"]*)"', found.content.decode()):
                assert_says_nothing(link, f"a link of {table}")
    # Revealing, correcting, answering.
    base = f"/admin/beneficiaries/person/{someone.pk}"
    shown = office.post(f"{base}/reveal/", {"field": "nik", "reason": "verify", "note": "KTP"})
    assert SEEDS["NIK"] in shown.content.decode()
    for kind in ("access", "correction"):
        office.post(f"{base}/receive_request/", {"kind": kind})
    ask, correct = someone.data_requests.order_by("pk")
    office.post(f"/admin/beneficiaries/datarequest/{ask.pk}/answer/", {"form": "json", "reason": "x"})
    office.post(f"/admin/beneficiaries/datarequest/{correct.pk}/propose/", {"name": SEEDS["NAMA"], "phone": "+62"})
    office.post(f"/admin/beneficiaries/datarequest/{correct.pk}/propose/", {"name": SEEDS["NAMA"] + " BINTI"})
    # The beneficiary's client, right and wrong.
    api = APIClient(raise_request_exception=False)
    for body in ({"phone": SEEDS["TELEPON"]}, {"phone": SEEDS["TELEPON"] + "x"}, {"phone": SEEDS["NIK"]}):
        api.post("/api/v1/activation/request", body, format="json")
    api.post("/api/v1/activation/confirm", {"phone": SEEDS["TELEPON"], "otp": "123456"}, format="json")
    # Background work, rung and done.
    current_app.loader.import_default_modules()
    for name in sorted(current_app.tasks):
        if name.split(".")[0] in ("beneficiaries", "mobile", "disbursement", "wallet"):
            doorbell.ring(name)
            if ".sweep" in name or name.startswith(("beneficiaries.", "mobile.")):
                current_app.tasks[name].apply()
    assert_says_nothing(log.getvalue(), "the log")
    assert_says_nothing("\n".join(addresses), "an address")
    ringing = broker_contents()
    assert "beneficiaries.tasks" in ringing  # so the search looked where the rings are
    assert_says_nothing(ringing, "the broker")
    server.flushdb()


def _fails(*_: Any, **__: Any) -> None:
    """As a mistake in the programme would: with a person in hand, on a rule of the database that quotes the row."""
    someone = Person.objects.get(name=SEEDS["NAMA"])
    nik, phone = someone.nik, someone.phone
    assert nik and phone
    someone.sex = "X"
    someone.save()


@pytest.mark.django_db
def test_an_unforeseen_error_is_logged_without_the_row(
    tmp_path: Path, log: io.StringIO, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG, settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = False, False, ["testserver"]
    someone = seeded(tmp_path)
    office = Client(raise_request_exception=False)
    office.force_login(User.objects.create_superuser("admin"))
    monkeypatch.setattr("beneficiaries.admin.reveals.reveals.limit_today", _fails)
    with transaction.atomic():
        answer = office.get(f"/admin/beneficiaries/person/{someone.pk}/reveal/")
        transaction.set_rollback(True)
    assert answer.status_code == 500
    assert_says_nothing(answer.content.decode(), "the error page")
    said = log.getvalue()
    assert "IntegrityError" in said and "[23514 person_sex]" in said and "in _fails" in said
    assert_says_nothing(said, "the log")


@pytest.mark.django_db
def test_a_failed_task_is_logged_without_the_row(tmp_path: Path, log: io.StringIO) -> None:
    seeded(tmp_path)
    with transaction.atomic():
        current_app.task(name="tests.fails", shared=False)(_fails).apply()
        transaction.set_rollback(True)
    said = log.getvalue()
    assert "tests.fails" in said and "person_sex" in said
    assert_says_nothing(said, "the log")


@pytest.mark.django_db
def test_an_error_report_shows_names_of_things_and_no_values(tmp_path: Path, settings: Any) -> None:
    settings.DEBUG = False
    seeded(tmp_path)
    request = RequestFactory().post("/admin/", {"nik": SEEDS["NIK"], "name": SEEDS["NAMA"]})
    try:
        with transaction.atomic():
            nik = Person.objects.get().nik  # a local variable of this frame
            raise ValueError("x")
    except ValueError as error:
        reporter = ExceptionReporter(request, type(error), error, error.__traceback__)
    report = reporter.get_traceback_html() + reporter.get_traceback_text()
    assert nik == SEEDS["NIK"] and "ValueError" in report and "nik" in report
    for secret in (SEEDS["NAMA"], SEEDS["TELEPON"]):
        assert secret not in report
    assert SEEDS["NIK"] not in report


@pytest.mark.usefixtures("committed_db")
def test_what_the_database_refuses_of_an_import_is_told_by_its_kind(tmp_path: Path, log: io.StringIO) -> None:
    with as_owner() as cursor:
        cursor.execute("ALTER TABLE beneficiaries_person ADD CONSTRAINT nobody CHECK (name NOT LIKE 'ZULAIKHA%')")
    try:
        with pytest.raises(ImportRefused) as refused:
            seeded(tmp_path)
    finally:
        with as_owner() as cursor:
            cursor.execute("ALTER TABLE beneficiaries_person DROP CONSTRAINT nobody")
    logging.getLogger("beneficiaries").exception("import", exc_info=refused.value)
    assert_says_nothing(str(refused.value) + json.dumps(refused.value.data), "the error")
    assert_says_nothing(log.getvalue(), "the log")


@pytest.mark.django_db
def test_the_formatter_hides_what_the_database_quotes_and_nothing_else(log: io.StringIO) -> None:
    try:
        with transaction.atomic():
            money.person()
            Person.objects.update(sex=SEEDS["NAMA"][0])
    except IntegrityError:
        logging.getLogger("x").exception("saving failed")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::date", [SEEDS["NAMA"]])
    except DatabaseError:
        logging.getLogger("x").exception("reading failed")
    try:
        raise ValueError("said as it is")
    except ValueError:
        logging.getLogger("x").exception("other")
    said = log.getvalue()
    assert "saving failed" in said and "Failing row" not in said and "[23514 person_sex]" in said
    assert "reading failed" in said and "said as it is" in said
    assert_says_nothing(said, "the log")
