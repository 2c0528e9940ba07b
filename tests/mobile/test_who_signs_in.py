"""Who is dead, or was merged into another row, does not sign in; who left the registry keeps their money and their phone."""

from __future__ import annotations

import pytest

from beneficiaries.models import Person
from mobile import otp, sms
from mobile.errors import OtpWrong
from mobile.models import Sms
from tests.mobile.people import PHONE, client_of, register, sent_otp

pytestmark = pytest.mark.django_db
Status = Person.Status


class Carrier:
    def send(self, to: str, text: str, *, reference: str) -> None:
        pass


def _become(person: Person, status: str) -> None:
    target = register("Siti Aminah", "+6281398765432") if status == Status.MERGED else None
    Person.objects.filter(pk=person.pk).update(status=status, merged_into=target)


@pytest.mark.parametrize(
    ("status", "signs_in"), [("active", True), ("left", True), ("deceased", False), ("merged", False)]
)
def test_a_code_signs_in_the_living_and_no_merged_row(status: str, signs_in: bool) -> None:
    person = register()
    otp.request(PHONE)
    code = sent_otp()
    _become(person, status)
    if signs_in:
        device, _token = otp.confirm(PHONE, code)
        assert device.person == person
    else:
        with pytest.raises(OtpWrong):
            otp.confirm(PHONE, code)


@pytest.mark.parametrize(("status", "answer"), [("active", 200), ("left", 200), ("deceased", 401), ("merged", 401)])
def test_a_device_works_as_long_as_its_person_may_sign_in(status: str, answer: int) -> None:
    person = register()
    client = client_of(person)
    _become(person, status)
    assert client.get("/api/v1/me").status_code == answer
    Person.objects.filter(pk=person.pk).update(status=Status.ACTIVE, merged_into=None)
    assert client.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(("status", "state"), [("left", Sms.State.SENT), ("merged", Sms.State.DROPPED)])
def test_no_code_is_sent_to_who_cannot_sign_in(status: str, state: str) -> None:
    person = register()
    otp.request(PHONE)
    _become(person, status)
    assert sms.deliver_next(Carrier())
    assert Sms.objects.latest("id").state == state
