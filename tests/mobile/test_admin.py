"""What officers can see and do: sign a lost phone out, and change or read nothing else."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from beneficiaries.models import Person
from mobile import otp
from mobile.models import Device, OtpChallenge, Sms
from tests.mobile import people
from tests.mobile.people import PHONE, error_of, sent_otp

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    user = User.objects.create_user("petugas", password="rahasia sekali", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_device", "change_device", "view_sms"]))
    return user


@pytest.fixture
def office(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def revoke(client: Client, device: Device) -> None:
    client.post("/admin/mobile/device/", {"action": "revoke", "_selected_action": [device.pk]}, follow=True)


def test_an_officer_signs_a_lost_phone_out(office: Client, officer: User, siti: Person) -> None:
    hers = people.client_of(siti)
    device = Device.objects.get()
    assert "HP Ibu" in office.get("/admin/mobile/device/", {"q": "siti"}).content.decode()
    assert "HP Ibu" not in office.get("/admin/mobile/device/", {"q": "budi"}).content.decode()
    revoke(office, device)
    device.refresh_from_db()
    assert device.revoked_reason == "officer"
    assert error_of(hers.get("/api/v1/me"))["code"] == "token_revoked"
    assert LogEntry.objects.get().user == officer


def test_who_may_only_look_cannot_sign_out(office: Client, officer: User, siti: Person) -> None:
    people.client_of(siti)
    officer.user_permissions.set(Permission.objects.filter(codename="view_device"))
    revoke(office, Device.objects.get())
    assert Device.objects.get().revoked_at is None


def test_messages_show_neither_number_nor_text(office: Client, siti: Person) -> None:
    otp.request(PHONE)
    code, row = sent_otp(), Sms.objects.get()
    for path in ("/admin/mobile/sms/", f"/admin/mobile/sms/{row.pk}/change/", "/admin/mobile/sms/?state=queued"):
        page = office.get(path)
        assert page.status_code == 200
        text = page.content.decode()
        assert "0812-••••-•" in text
        assert code not in text and "81234567890" not in text and "3456-7890" not in text


def test_nothing_is_added_changed_or_deleted_even_by_a_superuser(siti: Person) -> None:
    otp.request(PHONE)
    people.client_of(siti)
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="rahasia sekali"))
    for model in (Device, Sms, OtpChallenge):
        name, row = model._meta.model_name, model.objects.get()
        assert client.get(f"/admin/mobile/{name}/").status_code == 200
        assert client.get(f"/admin/mobile/{name}/{row.pk}/change/").status_code == 200
        assert client.get(f"/admin/mobile/{name}/add/").status_code == 403
        assert client.post(f"/admin/mobile/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert client.post(f"/admin/mobile/{name}/{row.pk}/change/", {"name": "x"}).status_code == 403
        client.post(
            f"/admin/mobile/{name}/", {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        )
        assert model.objects.filter(pk=row.pk).exists()
