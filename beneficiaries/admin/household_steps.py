"""What officers may do about one household: register it, add a member, correct it, change its head, close it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import households, regions
from beneficiaries.admin import shown
from beneficiaries.admin.entry_forms import (
    EntryForm,
    HomeFields,
    HomeForm,
    NewPersonForm,
    PersonFields,
    enter,
    kelurahan_line,
    refuse,
    relations_form,
)
from beneficiaries.admin.person_steps import seen, told
from beneficiaries.errors import BeneficiaryError
from beneficiaries.household_rules import EntryRefused, Problem
from beneficiaries.models import Household, Person
from wallet.admin.decorators import action
from wallet.admin.rows import change_url, list_url
from wallet.admin.steps import Done, Step, row_of

ADD, CHANGE = ["beneficiaries.add_household"], ["beneficiaries.change_household"]
MOST_MEMBERS = 20


class NewHomeForm(HomeFields, EntryForm):
    """A household that was not known yet."""


class HouseholdSteps:
    """Mixed into the page of a household."""

    household_actions: tuple[Any, ...] = (
        "add_member",
        {"title": _("Ubah"), "icon": "edit", "items": ["correct", "change_head", "close"]},
    )

    @action(description=_("Daftarkan keluarga"), permissions=ADD, icon="group_add")
    def register(self, request: HttpRequest) -> HttpResponse:
        posted = request.POST if request.method == "POST" else None
        asked = posted.get("members", "1") if posted else "1"
        many = min(int(asked), MOST_MEMBERS) if asked.isdecimal() and asked.isascii() and int(asked) else 1
        if posted and "_more" in posted:
            many = min(many + 1, MOST_MEMBERS)
        elif posted and "_fewer" in posted:
            many = max(many - 1, 1)
        resized = posted is not None and ("_more" in posted or "_fewer" in posted)
        home: NewHomeForm = NewHomeForm(posted) if not resized else _unbound(NewHomeForm, posted)
        initial = {"relation": Person.Relation.HEAD}
        people: list[PersonFields] = [
            PersonFields(posted, prefix=str(place))
            if posted and not resized
            else _unbound(PersonFields, posted, prefix=str(place), initial={} if place else initial)
            for place in range(many)
        ]
        step = Step(title=_("Daftarkan keluarga"), button=_("Daftarkan"))
        valid = [
            form.is_valid() for form in (home, *people)
        ]  # every form tells what is wrong with it, not the first alone
        if all(valid):
            data = home.cleaned_data
            entries = [form.person_entry() for form in people]
            try:
                made = households.register(home.home_entry(), entries, despite=data["despite"], **told(request, home))
            except EntryRefused as error:
                for problem in error.problems:
                    form: Any = home if problem.member is None else people[problem.member]
                    form.add_error(problem.field if problem.field in form.fields else None, problem.said)
            except households.NikKnown as error:
                home.add_error(None, str(error))
            except BeneficiaryError as error:
                step = refuse(home, error, step)
            else:
                self.log_addition(request, made, gettext("Keluarga didaftarkan."))  # type: ignore[attr-defined]
                messages.success(request, gettext("Keluarga didaftarkan dengan %(many)s anggota.") % {"many": many})
                return HttpResponseRedirect(change_url(made))
        last = ("reason", "despite")
        context = self.admin_site.each_context(request) | {  # type: ignore[attr-defined]
            "title": step.title,
            "opts": self.opts,  # type: ignore[attr-defined]
            "form": home,
            "home_fields": [field for field in home if field.name not in last],
            "last_fields": [home[name] for name in last],
            "members": people,
            "can_grow": many < MOST_MEMBERS,
            "doubts": step.warnings,
            "back": list_url(Household),
            "kelurahan": (*home.offered, *regions.jakarta()),
        }
        return TemplateResponse(request, "beneficiaries/admin/register.html", context)

    @action(description=_("Tambah anggota"), permissions=CHANGE, icon="person_add")
    def add_member(self, request: HttpRequest, object_id: str) -> HttpResponse:
        household: Household = row_of(self, request, object_id)  # type: ignore[arg-type]
        step = Step(
            title=_("Tambah anggota"),
            button=_("Tambahkan"),
            text=_("Untuk orang yang belum terdaftar. Yang sudah terdaftar dipindahkan dari halamannya."),
            facts=[(_("Nomor KK"), shown.masked_kk(household)), (_("Kelurahan"), shown.place(household.kelurahan))],
            hidden=seen(request, household),
        )

        def run(form: EntryForm) -> Done:
            entry = form.person_entry()  # type: ignore[attr-defined]
            despite = form.cleaned_data["despite"]
            households.add_member(household, entry, seen=step.hidden["seen"], despite=despite, **told(request, form))
            return Done(gettext("Anggota ditambahkan."))

        return enter(self, request, step, NewPersonForm, run, household)  # type: ignore[arg-type]

    @action(description=_("Ubah data keluarga"), permissions=CHANGE, icon="edit")
    def correct(self, request: HttpRequest, object_id: str) -> HttpResponse:
        household: Household = row_of(self, request, object_id)  # type: ignore[arg-type]
        step = Step(
            title=_("Ubah data keluarga"),
            button=_("Simpan"),
            facts=[(_("Nomor KK"), shown.masked_kk(household))],
            initial={
                "rt": household.rt,
                "rw": household.rw,
                "kelurahan": kelurahan_line(household.kelurahan),
                "decile": household.decile,
            },
            hidden=seen(request, household),
        )

        def run(form: EntryForm) -> Done:
            entry = form.home_entry(household)  # type: ignore[attr-defined]
            households.correct_household(household, entry, seen=step.hidden["seen"], **told(request, form))
            return Done(gettext("Data keluarga diubah."))

        return enter(self, request, step, partial(HomeForm, household=household), run, household)  # type: ignore[arg-type]

    @action(description=_("Ganti kepala keluarga"), permissions=CHANGE, icon="swap_vert")
    def change_head(self, request: HttpRequest, object_id: str) -> HttpResponse:
        household: Household = row_of(self, request, object_id)  # type: ignore[arg-type]
        members = list(household.members.filter(status=Person.Status.ACTIVE).order_by("pk"))
        step = Step(
            title=_("Ganti kepala keluarga"),
            button=_("Simpan"),
            text=_("Pilih satu kepala keluarga, lalu hubungan setiap anggota dengannya."),
            facts=[(_("Nomor KK"), shown.masked_kk(household))],
            hidden=seen(request, household),
            possible=bool(members),
        )

        def run(form: EntryForm) -> Done:
            relations = {person.pk: form.cleaned_data[f"relation_{person.pk}"] for person in members}
            despite = form.cleaned_data["despite"]
            try:
                households.change_head(
                    household, relations, seen=step.hidden["seen"], despite=despite, **told(request, form)
                )
            except EntryRefused as error:
                raise EntryRefused(
                    [
                        problem if problem.member is None else _of_member(problem.said, members[problem.member])
                        for problem in error.problems
                    ]
                ) from None
            return Done(gettext("Kepala keluarga dan hubungan anggotanya diubah."))

        return enter(self, request, step, relations_form(members), run, household)  # type: ignore[arg-type]

    @action(description=_("Tutup keluarga"), permissions=CHANGE, icon="home_work")
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        household: Household = row_of(self, request, object_id)  # type: ignore[arg-type]
        names = [person.name for person in household.members.filter(status=Person.Status.ACTIVE).order_by("pk")]
        step = Step(
            title=_("Tutup keluarga"),
            button=_("Tutup keluarga"),
            text=_(
                "Semua anggota aktif keluar dari registri dan tidak menerima bantuan baru. Riwayat dan uangnya tetap."
            ),
            facts=[(_("Nomor KK"), shown.masked_kk(household)), (_("Anggota aktif"), ", ".join(names) or "–")],
            hidden=seen(request, household),
            danger=True,
        )

        def run(form: EntryForm) -> Done:
            left = households.close(household, seen=step.hidden["seen"], **told(request, form))
            return Done(gettext("Keluarga ditutup; %(left)s anggota keluar dari registri.") % {"left": left})

        return enter(self, request, step, EntryForm, run, household)  # type: ignore[arg-type]


def _of_member(said: str, person: Person) -> Problem:
    return Problem(f"relation_{person.pk}", said)


def _unbound(form: Any, posted: Any, *, prefix: str = "", initial: dict[str, Any] | None = None) -> Any:
    """The form with what was typed so far, without judging it yet."""
    made = form(prefix=prefix) if prefix else form()
    typed = {name: posted[made.add_prefix(name)] for name in made.fields if posted and made.add_prefix(name) in posted}
    made.initial = (initial or {}) | typed
    return made
