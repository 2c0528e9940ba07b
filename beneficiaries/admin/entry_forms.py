"""Forms by which officers enter people and households, and the page that says what is wrong beside each field.

What is stored sealed is never shown in a form: its field is empty, and left empty it stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from beneficiaries import identity, region_tree, regions
from beneficiaries.admin import shown
from beneficiaries.errors import BeneficiaryError
from beneficiaries.household_rules import EntryRefused, HomeEntry, PersonEntry, Problem
from beneficiaries.households import REASON_LIMIT, Doubtful
from beneficiaries.models import Household, Person
from vault.sealing import CannotOpen
from wallet.admin.rows import change_url
from wallet.admin.steps import Done, Step

UNKNOWN = ("", _("Tidak diketahui"))
MOST_OFFERED = 50
KEPT = _("Kosongkan bila tetap %(masked)s.")
NUMERIC: dict[str, Any] = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 19}


class DayInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    """The browser's own field for a day, which reads and writes ISO dates."""

    input_type = "date"

    def format_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


def text(label: Any, *, needed: bool = True, limit: int = 120, help_text: Any = "", **attrs: Any) -> forms.CharField:
    """A line of text in the theme's look."""
    return forms.CharField(
        label=label,
        required=needed,
        max_length=limit,
        help_text=help_text,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"} | attrs),
    )


def choice(label: Any, choices: Any, *, needed: bool = False) -> forms.ChoiceField:
    """One of a list; "not known" where it may be."""
    offered = [("", "—"), *choices] if needed else [UNKNOWN, *choices]
    return forms.ChoiceField(label=label, required=needed, choices=offered, widget=UnfoldAdminSelectWidget)


class EntryForm(forms.Form):
    """Ends with the reason, and with an answer to doubts once there are some."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.CharField(
            label=_("Alasan"),
            max_length=REASON_LIMIT // 2,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            help_text=_("Misalnya: kartu keluarga baru tanggal berapa, laporan siapa. Disimpan dalam riwayat."),
        )
        self.fields["despite"] = forms.CharField(
            label=_("Penjelasan untuk yang janggal"),
            required=False,
            max_length=REASON_LIMIT // 2 - 5,
            help_text=_("Mengapa memang demikian, misalnya anak tiri. Disimpan bersama alasannya."),
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        )
        if not (self.is_bound and self.data.get("despite")):
            self.fields["despite"].widget = forms.HiddenInput()

    def ask_about_doubts(self) -> None:
        self.fields["despite"].widget = UnfoldAdminTextareaWidget(attrs={"rows": 2})

    def add_problem(self, problem: Problem) -> None:
        """Shown beside its field, or above all of them."""
        self.add_error(problem.field if problem.field in self.fields else None, problem.said)

    def clean_reason(self) -> str:
        return str(self.cleaned_data["reason"])


class HomeFields(forms.Form):
    """A household's fields."""

    kk = text(_("Nomor KK"), limit=19, **NUMERIC)
    address = text(_("Alamat"), limit=300, help_text=_("Seperti pada kartu keluarga."))
    rt = text("RT", needed=False, limit=3, inputmode="numeric")
    rw = text("RW", needed=False, limit=3, inputmode="numeric")
    kelurahan = text(
        _("Kelurahan"),
        help_text=_(
            "Ketik namanya lalu pilih, atau kode Kemendagri seperti 31.71.01.1001. Di luar Jakarta: nama, koma, kotanya."
        ),
        list="kelurahan-offered",
    )
    decile = forms.TypedChoiceField(
        label=_("Desil DTSEN"),
        coerce=int,
        choices=[("", "—"), *((number, str(number)) for number in range(1, 11))],
        widget=UnfoldAdminSelectWidget,
    )

    offered: tuple[regions.Region, ...] = ()  # those that what was typed may mean

    def clean_kelurahan(self) -> str:
        """The code; what several are called is asked again, with all of them to choose from."""
        typed: str = self.cleaned_data["kelurahan"]
        code = kelurahan_code(typed)
        if not regions.kelurahan(code) and (found := region_tree.named(typed)):
            if len(found) == 1:
                return found[0].code
            self.offered = found[:MOST_OFFERED]
            said = _(
                "Ada %(many)s kelurahan bernama itu. Pilih dari daftar kolom ini, atau tambahkan koma dan kotanya."
            )
            raise forms.ValidationError(said % {"many": len(found)})
        return code

    def home_entry(self, household: Household | None = None) -> HomeEntry:
        """What was entered, and of the household whatever was left empty."""
        data = self.cleaned_data
        return HomeEntry(
            kk=identity.bare(data["kk"]) or (household.kk if household else ""),
            address=data["address"] or (household.address if household else ""),
            kelurahan=data["kelurahan"],
            decile=data["decile"],
            rt=data["rt"].zfill(3) if data["rt"] else "",
            rw=data["rw"].zfill(3) if data["rw"] else "",
        )


class PersonFields(forms.Form):
    """A person's fields."""

    nik = text("NIK", limit=19, **NUMERIC)
    name = text(_("Nama"), help_text=_("Seperti pada KTP."))
    sex = choice(_("Jenis kelamin"), Person.Sex.choices, needed=True)
    birth_date = forms.DateField(label=_("Tanggal lahir"), widget=DayInput())
    relation = choice(_("Hubungan dengan kepala keluarga"), Person.Relation.choices, needed=True)
    phone = text(_("Telepon"), needed=False, limit=20, inputmode="tel")
    schooling = choice(_("Jenjang sekolah"), Person.Schooling.choices)
    disability = choice(_("Disabilitas"), Person.Disability.choices)
    occupation = choice(_("Pekerjaan"), Person.Occupation.choices)
    pregnant = choice(_("Hamil"), [("yes", _("Ya")), ("no", _("Tidak"))])

    def person_entry(self, person: Person | None = None) -> PersonEntry:
        """What was entered, and of the person whatever sealed field was left empty; "-" empties the phone."""
        data = self.cleaned_data
        phone = data["phone"].strip()
        if person is not None:
            phone = person.phone if not phone else "" if phone == "-" else phone
        return PersonEntry(
            nik=identity.bare(data["nik"]) or (person.nik if person else ""),
            name=data["name"],
            sex=data["sex"],
            birth_date=data["birth_date"],
            relation=data["relation"],
            phone=phone,
            schooling=data["schooling"],
            disability=data["disability"],
            occupation=data["occupation"],
            pregnant={"yes": True, "no": False}.get(data["pregnant"]),
        )


class NewPersonForm(PersonFields, EntryForm):
    """Somebody who was not known yet."""


class HomeForm(HomeFields, EntryForm):
    """A household that is known: its number and address may stay as they are."""

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, masked in (("kk", shown.masked_kk(household)), ("address", "••••")):
            self.fields[name].required = False
            self.fields[name].help_text = KEPT % {"masked": masked}


class PersonForm(PersonFields, EntryForm):
    """Somebody who is known: NIK and phone may stay as they are."""

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nik"].required = False
        self.fields["nik"].help_text = KEPT % {"masked": shown.masked_nik(person)}
        if person.phone_sealed:
            said = _("Kosongkan bila tetap %(masked)s; tanda - menghapusnya.")
            self.fields["phone"].help_text = said % {"masked": shown.masked_phone(person)}


class MoveForm(EntryForm):
    """To which household, and as whom."""

    kk = text(_("Nomor KK keluarga tujuan"), limit=19, help_text=_("Keluarganya sudah harus terdaftar."), **NUMERIC)
    relation = choice(_("Hubungan dengan kepala keluarga di sana"), Person.Relation.choices, needed=True)


class DeceasedForm(EntryForm):
    """When somebody died."""

    deceased_on = forms.DateField(
        label=_("Tanggal meninggal"), widget=DayInput(), help_text=_("Dari akta kematian atau surat keterangan.")
    )


def relations_form(members: list[Person]) -> type[EntryForm]:
    """A form with everyone's relation to the head."""

    def field(person: Person) -> forms.ChoiceField:
        label = f"{person.name} ({shown.sex(person)}, {shown.age(person)})"
        made = choice(label, Person.Relation.choices, needed=True)
        made.initial = person.relation
        return made

    return type("RelationsForm", (EntryForm,), {f"relation_{person.pk}": field(person) for person in members})


def kelurahan_code(typed: str) -> str:
    """The code that a typed line begins with, or of the one kelurahan in Jakarta of that name; else what was typed."""
    first = typed.split(" ", 1)[0] if typed else ""
    if regions.dotted(first):
        return first
    named = [region.code for region in regions.jakarta() if region.name.casefold() == typed.strip().casefold()]
    return named[0] if len(named) == 1 else typed


def kelurahan_line(code: str) -> str:
    """What the field shows for a code: the code, and where it is."""
    region = regions.kelurahan(code)
    return f"{code} {region.path}" if region else code


def enter(
    admin: ModelAdmin,
    request: HttpRequest,
    step: Step,
    make_form: Callable[..., EntryForm],
    run: Callable[[EntryForm], Done],
    row: Household | Person,
) -> HttpResponse:
    """Shows the form (GET) or runs it (POST); what is wrong stands beside its field, and nothing typed is lost."""
    form = make_form(request.POST if request.method == "POST" else None, initial=step.initial)
    if request.method == "POST" and form.is_valid():
        try:
            done = run(form)
        except (BeneficiaryError, CannotOpen) as error:
            step = refuse(form, error, step)
        else:
            admin.log_change(request, row, str(done.message))
            messages.add_message(request, done.level, str(done.message))
            return HttpResponseRedirect(done.url or change_url(row))
    context = admin.admin_site.each_context(request) | {
        "title": step.title,
        "subtitle": row,
        "opts": admin.opts,
        "original": row,
        "step": step,
        "form": form,
        "back": change_url(row),
        "kelurahan": (*getattr(form, "offered", ()), *regions.jakarta()),
    }
    return TemplateResponse(request, "beneficiaries/admin/entry.html", context)


def refuse(form: EntryForm, error: Exception, step: Step) -> Step:
    """Puts the error where it belongs in the form; returns the step with doubts among its warnings."""
    if isinstance(error, EntryRefused):
        for problem in error.problems:
            form.add_problem(problem)
    elif isinstance(error, Doubtful):
        form.ask_about_doubts()
        form.add_error("despite", _("Jelaskan, atau perbaiki datanya."))
        return replace(step, warnings=[*step.warnings, *error.doubts])
    elif isinstance(error, CannotOpen):
        form.add_error(None, _("Nomor yang tersimpan tidak dapat dibuka. Isi semua nomornya lagi dari kartu."))
    else:
        field = {"nik_known": "nik", "kk_known": "kk", "death_date_wrong": "deceased_on"}.get(
            getattr(error, "code", ""), ""
        )
        form.add_error(field if field in form.fields else None, str(error))
    return step
