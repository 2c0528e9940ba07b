"""Suspensions, exits and clawbacks are told once each, with how to disagree and until when."""

from __future__ import annotations

import pytest
import time_machine
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import appeals, clawback, enrolments
from disbursement.enrolment_states import R, S
from disbursement.models import Enrolment, EnrolmentStep
from mobile import decision_notices, gsm, notice_words
from mobile.models import Notice
from mobile.tasks import tell_decisions
from tests import money
from tests.disbursement import clawing
from tests.mobile import telling
from tests.mobile.telling import K

pytestmark = pytest.mark.django_db


def enrolment_of(person: Person) -> Enrolment:
    telling.paid()
    return Enrolment.objects.get(person=person)


def said() -> list[tuple[str, str, str]]:
    rows = list(Notice.objects.filter(kind__in=[K.SUSPENDED, K.RESUMED, K.CLAWBACK]).order_by("pk"))
    words = notice_words.of(rows)
    return [(row.kind, words[row.pk].title, words[row.pk].message) for row in rows]


def test_a_suspension_and_its_lifting_are_told_once_each(siti: Person) -> None:
    row = enrolment_of(siti)
    enrolments.suspend([row.pk], reason=R.DOCUMENTS, words="KK lama", by=money.officer())
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    enrolments.lift([row.pk], reason=R.CLEARED, words="lengkap", by=money.officer())
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    (first, title, message), (second, _title, again) = said()
    day = appeals.open_until(EnrolmentStep.objects.get(to_status=S.SUSPENDED))
    assert (first, title, second) == (K.SUSPENDED, "Kepesertaan ditangguhkan", K.RESUMED)
    assert "Dokumen belum lengkap" in message and f"sampai {day:%d-%m-%Y}" in message and "KK lama" not in message
    assert "aktif lagi" in again
    assert all(len(text) <= gsm.ONE_PART for text in (message, again))


def test_an_exit_is_told_and_a_death_is_not(siti: Person) -> None:
    row = enrolment_of(siti)
    enrolments.end(row, reason=R.NOT_ELIGIBLE, words="desil naik", by=money.officer())
    assert tell_decisions() == 1
    [(_kind, title, message)] = said()
    assert title == "Kepesertaan berakhir" and "Tidak lagi memenuhi syarat" in message
    other = money.programme(code="LAIN")
    late = Enrolment.objects.create(programme=other, person=siti)
    enrolments.end(late, reason=R.DECEASED, words="akta", by=money.officer())
    assert tell_decisions() == 0


def test_what_happened_long_ago_is_no_news(siti: Person) -> None:
    row = enrolment_of(siti)
    enrolments.suspend([row.pk], reason=R.VERIFY, words="cek", by=money.officer())
    with time_machine.travel(timezone.now() + decision_notices.TOLD_WITHIN, tick=False):
        assert tell_decisions() == 0
    assert tell_decisions() == 1


def test_a_claim_is_told_with_its_objection_day_and_its_reason_in_the_application_alone() -> None:
    batch = clawing.world()
    case = clawback.notify(clawing.proposed(clawing.line(batch), 40_000), by=money.officer(), reason="surat dikirim")
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    [(kind, _title, message)] = said()
    [notice] = Notice.objects.filter(kind=K.CLAWBACK)
    assert (kind, notice.subject, notice.person) == (K.CLAWBACK, case.pk, case.person)
    assert "Rp 40.000" in message and f"{case.objection_until:%d-%m-%Y}" in message and case.reason not in message
    assert case.reason in notice_words.of([notice])[notice.pk].text
    assert len(message) <= gsm.ONE_PART
