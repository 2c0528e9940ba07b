"""Programmes from a file: set up once, all of it or nothing, and a mistake is named with its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from disbursement import programme_file, versions
from disbursement.errors import ProgrammeFileBroken
from disbursement.models import Component, Programme, ProgrammeVersion, Schedule
from wallet.models import PurseTerms

pytestmark = pytest.mark.django_db
SAID = json.loads(programme_file.JAKARTA.read_text())


def written(tmp_path: Path, said: Any) -> Path:
    file = tmp_path / "program.json"
    file.write_text(said if isinstance(said, str) else json.dumps(said))
    return file


def changed(at: tuple[Any, ...], value: Any) -> Any:
    """The file with one thing in it said otherwise; None takes it away."""
    said = copy.deepcopy(SAID)
    place = said
    for name in at[:-1]:
        place = place[name]
    if value is None:
        del place[at[-1]]
    else:
        place[at[-1]] = value
    return said


def test_loading_again_changes_nothing(capsys: Any) -> None:
    call_command("programmes", "load")
    there = (
        Programme.objects.count(),
        ProgrammeVersion.objects.count(),
        Component.objects.count(),
        PurseTerms.objects.count(),
    )
    assert there[:3] == (6, 6, 7 + 1 + 14 + 3)
    assert "versi 1" in capsys.readouterr().out
    call_command("programmes", "load")
    assert capsys.readouterr().out.count("tidak berubah") == 6
    assert there == (
        Programme.objects.count(),
        ProgrammeVersion.objects.count(),
        Component.objects.count(),
        PurseTerms.objects.count(),
    )
    assert not ProgrammeVersion.objects.filter(enforced_at=None).exists()


def test_a_schedule_comes_with_its_programme_and_a_changed_one_is_the_next(tmp_path: Path, capsys: Any) -> None:
    programme_file.load()
    klj = Schedule.objects.get(programme__code="KLJ")
    assert (klj.number, klj.kind, klj.months, klj.day, klj.moved) == (1, "stages", [1, 4, 7, 10], 15, "previous")
    assert klj.runs.exists() and not Schedule.objects.exclude(number=1).exists()
    there = changed(("programmes", 3, "schedule", "day"), 20)
    call_command("programmes", "load", str(written(tmp_path, there)))
    assert "jadwal 2" in capsys.readouterr().out
    assert Schedule.objects.get(programme__code="KLJ", number=2).day == 20
    assert not programme_file.load(written(tmp_path, there))[3].scheduled


@pytest.mark.parametrize(
    ("name", "value"),
    [("day", "15"), ("day", 40), ("months", [1, True]), ("kind", "weekly"), ("first_period", "Januari"), ("jam", 9)],
)
def test_a_schedule_that_cannot_be_is_refused_with_its_place(tmp_path: Path, name: str, value: Any) -> None:
    said = changed(("programmes", 3, "schedule", name), value)
    with pytest.raises(ProgrammeFileBroken, match=r"programmes\[3\]\.schedule"):
        programme_file.load(written(tmp_path, said))
    assert not Programme.objects.exists()


OF_KJP = ("programmes", 2, "versions", 0)


@pytest.mark.parametrize(
    ("at", "value", "place"),
    [
        ((*OF_KJP, "components", 3, "amount"), 1.5, "programmes[2].versions[0].components[3].amount"),
        ((*OF_KJP, "components", 3, "amount"), 0, "programmes[2].versions[0].components[3]"),
        ((*OF_KJP, "components", 3, "amount"), None, "programmes[2].versions[0].components[3]"),
        ((*OF_KJP, "components", 3, "colour"), "red", "programmes[2].versions[0].components[3]"),
        ((*OF_KJP, "components", 0, "condition"), "person.tall", "programmes[2].versions[0]"),
        ((*OF_KJP, "components", 0, "per"), "village", "programmes[2].versions[0].components[0]"),
        ((*OF_KJP, "eligibility"), "person.age", "programmes[2].versions[0]"),
        ((*OF_KJP, "cash_terms"), None, "programmes[2].versions[0]"),
        ((*OF_KJP, "cash_terms"), "main", "programmes[2].versions[0]"),
        ((*OF_KJP, "terms"), "nowhere", "programmes[2].versions[0].terms"),
        ((*OF_KJP, "starts_on"), "2026-13-01", "programmes[2].versions[0].starts_on"),
        ((*OF_KJP, "components"), [], "programmes[2].versions[0]"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_nothing_is_set_up(
    tmp_path: Path, at: tuple[Any, ...], value: Any, place: str
) -> None:
    with pytest.raises(ProgrammeFileBroken) as refused:
        programme_file.load(written(tmp_path, changed(at, value)))
    assert refused.value.data["where"] == place and refused.value.data["reason"]
    assert not Programme.objects.exists()


@pytest.mark.parametrize("said", ["{", "[]", '{"programmes": [1]}'])
def test_what_is_no_file_of_programmes_is_said_so(tmp_path: Path, said: str) -> None:
    with pytest.raises(CommandError, match="tidak dapat dimuat"):
        call_command("programmes", "load", str(written(tmp_path, said)))


def test_loading_again_does_not_undo_what_officers_corrected() -> None:
    programme_file.load()
    made = Programme.objects.get(code="KLJ")
    first = made.versions.get()
    corrected = versions.copy(first, first.starts_on)
    corrected.components.update(amount=1)
    versions.enforce(corrected)
    programme_file.load()
    assert versions.of(made, timezone.localdate()) == corrected


def test_terms_of_the_same_name_are_the_same_terms(tmp_path: Path) -> None:
    """The rest of one programme's purses never returns to the fund of another that only uses the same name."""

    def programme(code: str, **terms: Any) -> dict[str, Any]:
        component = {"code": "bantuan", "name": "Bantuan", "amount": 1000}
        version = {"starts_on": "2026-01-01", "eligibility": "true", "terms": "main", "components": [component]}
        return {"code": code, "name": code, "terms": {"main": {"name": "Sembako"} | terms}, "versions": [version]}

    for other in ({"lapses": True}, {"mccs": ["5411"]}, {"cash": True}, {"regions": ["31.71"]}):
        said = [programme("SATU", **({"lapses": True} if "lapses" in other else {})), programme("DUA", **other)]
        file = written(tmp_path, {"programmes": said})
        with pytest.raises(ProgrammeFileBroken) as refused:
            programme_file.load(file)
        assert "programmes[1].terms.main.name" in str(refused.value) and not Programme.objects.exists()
    programme_file.load(written(tmp_path, {"programmes": [programme("SATU"), programme("DUA")]}))
    assert PurseTerms.objects.filter(name="Sembako").count() == 1
