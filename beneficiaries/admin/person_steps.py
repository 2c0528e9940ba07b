"""What officers may do about one person: correct, move to another household, record a death."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import households, identity
from beneficiaries.admin import shown
from beneficiaries.admin.entry_forms import DeceasedForm, EntryForm, MoveForm, PersonForm, enter
from beneficiaries.household_rules import EntryRefused, Problem
from beneficiaries.models import Household, Person
from wallet.admin.decorators import action
from wallet.admin.rows import change_url
from wallet.admin.steps import Done, Step, row_of

MAY = ["beneficiaries.change_person"]


def seen(request: HttpRequest, household: Household) -> dict[str, str]:
    """The version that the officer's page was made of: the form sends it back as it was."""
    return {"seen": request.POST.get("seen") or households.version_of(household)}


def told(request: HttpRequest, form: EntryForm) -> dict[str, Any]:
    """What every deed is told of who does it and why."""
    return {"by": request.user, "reason": form.cleaned_data["reason"]}


class PersonSteps:
    """Mixed into the page of a person."""

    steps = ("correct", "move", "deceased")
    person_actions: tuple[Any, ...] = ({"title": _("Ubah"), "icon": "edit", "items": list(steps)},)

    @action(description=_("Ubah data"), permissions=MAY, icon="edit")
    def correct(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person: Person = row_of(self, request, object_id)  # type: ignore[arg-type]
        step = Step(
            title=_("Ubah data orang"),
            button=_("Simpan"),
            facts=[(_("Nama"), person.name), ("NIK", shown.masked_nik(person))],
            initial={
                "name": person.name,
                "sex": person.sex,
                "birth_date": person.birth_date,
                "relation": person.relation,
                "schooling": person.schooling,
                "disability": person.disability,
                "occupation": person.occupation,
                "pregnant": {True: "yes", False: "no"}.get(person.pregnant) if person.pregnant is not None else "",
            },
            hidden=seen(request, person.household),
        )

        def run(form: EntryForm) -> Done:
            entry = form.person_entry(person)  # type: ignore[attr-defined]
            despite = form.cleaned_data["despite"]
            households.correct_person(person, entry, seen=step.hidden["seen"], despite=despite, **told(request, form))
            return Done(gettext("Data orang diubah."))

        return enter(self, request, step, partial(PersonForm, person=person), run, person)  # type: ignore[arg-type]

    @action(description=_("Pindah keluarga"), permissions=MAY, icon="move_up")
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person: Person = row_of(self, request, object_id)  # type: ignore[arg-type]
        step = Step(
            title=_("Pindahkan ke keluarga lain"),
            button=_("Pindahkan"),
            text=_("Dompet, kepesertaan dan riwayatnya ikut dengan orangnya."),
            facts=[(_("Nama"), person.name), (_("Keluarga sekarang"), shown.masked_kk(person.household))],
            hidden=seen(request, person.household),
        )

        def run(form: EntryForm) -> Done:
            target = Household.objects.with_kk(identity.bare(form.cleaned_data["kk"])).first()
            if target is None:
                said = gettext("Tidak ada keluarga dengan nomor KK itu. Periksa nomornya, atau daftarkan dahulu.")
                raise EntryRefused([Problem("kk", said)])
            households.move_member(
                person,
                target,
                form.cleaned_data["relation"],
                seen=step.hidden["seen"],
                despite=form.cleaned_data["despite"],
                **told(request, form),
            )
            return Done(gettext("Orang ini sekarang anggota keluarga lain."), change_url(target))

        return enter(self, request, step, MoveForm, run, person)  # type: ignore[arg-type]

    @action(description=_("Catat meninggal"), permissions=MAY, icon="person_off")
    def deceased(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person: Person = row_of(self, request, object_id)  # type: ignore[arg-type]
        step = Step(
            title=_("Catat meninggal"),
            button=_("Catat meninggal"),
            text=_(
                "Orang ini tidak lagi menerima bantuan baru. Uang di dompetnya tetap, dan diteruskan di halaman dompet."
            ),
            facts=[(_("Nama"), person.name), ("NIK", shown.masked_nik(person))],
            hidden=seen(request, person.household),
            danger=True,
        )

        def run(form: EntryForm) -> Done:
            day = form.cleaned_data["deceased_on"]
            households.mark_deceased(person, day, seen=step.hidden["seen"], **told(request, form))
            return Done(gettext("Tercatat meninggal."))

        return enter(self, request, step, DeceasedForm, run, person)  # type: ignore[arg-type]
