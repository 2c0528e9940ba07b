"""Officers, people, representations and grievances for tests, built through the real functions."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from beneficiaries import grievances, representation
from beneficiaries.models import Grievance, GrievanceCategory, Household, Person, Representation

_serial = itertools.count(1)
PNG = b"\x89PNG\r\n\x1a\n" + b"synthetic"


def person(household: Household | None = None, **changed: Any) -> Person:
    """A woman born in 1970, alone in her household unless told otherwise."""
    number = next(_serial)
    if household is None:
        household = Household(kelurahan="31.71.01.1001", decile=2)
        household.kk, household.address = f"317101311270{number:04}", "Jalan Contoh 1"
        household.save()
    values: dict[str, Any] = {"name": f"Warga {number}", "sex": "P", "birth_date": date(1970, 12, 31)} | changed
    phone = values.pop("phone", "")
    made = Person(household=household, **values)
    made.nik = f"317101711270{number:04}"
    made.phone = phone
    made.save()
    return made


def child(household: Household | None = None, **changed: Any) -> Person:
    """A child of about seven years."""
    return person(
        household, **{"birth_date": timezone.localdate() - timedelta(days=7 * 365), "relation": "child"} | changed
    )


def outsider_nik() -> str:
    """A NIK that nobody in the registry has."""
    return f"317102711270{next(_serial):04}"


def officer(name: str, *groups: str) -> User:
    """A member of staff in the groups, which are made if they are missing."""
    made: User = User.objects.create_user(name, password="x", is_staff=True)
    made.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
    return made


def proposal(for_person: Person, nik: str, **changed: Any) -> representation.Proposal:
    values: dict[str, Any] = {
        "kind": Representation.Kind.COLLECTOR,
        "for_person": for_person,
        "nik": nik,
        "starts_on": timezone.localdate(),
        "document": Representation.Document.POWER_OF_ATTORNEY,
        "document_number": "SK-1",
    }
    return representation.Proposal(**values | changed)


def category(code: str = "belum-terima", **changed: Any) -> GrievanceCategory:
    """A category of five working days, worked on by Petugas and supervised by Penyetuju."""
    workers, supervisors = (Group.objects.get_or_create(name=name)[0] for name in ("Petugas", "Penyetuju"))
    values = {"name": "Bantuan belum diterima", "deadline_days": 5, "group": workers, "supervisors": supervisors}
    return GrievanceCategory.objects.get_or_create(code=code, defaults=values | changed)[0]


def grievance(**changed: Any) -> Grievance:
    """A ticket about nobody in particular, filed now."""
    values: dict[str, Any] = {"origin": Grievance.Origin.COMMUNITY, "text": "Bantuan November belum masuk."}
    return grievances.file(grievances.Report(**{"category": category()} | values | changed))


def overdue(**changed: Any) -> Grievance:
    """A ticket whose deadline passed an hour ago."""
    row = grievance(**changed)
    Grievance.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(hours=1))
    row.refresh_from_db()
    return row
