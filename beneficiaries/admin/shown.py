"""How the registry's pages show a person, a place and a change: numbers masked, codes in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import identity, regions
from beneficiaries.admin.panels import Panel, badge
from beneficiaries.models import Change, Household, Person
from vault.sealing import CannotOpen
from wallet.admin.rows import change_url, link

CHANGES = 15  # of the history on a page
STATUS_TONES = {
    Person.Status.ACTIVE: "success",
    Person.Status.LEFT: "warning",
    Person.Status.DECEASED: "danger",
    Person.Status.MERGED: "info",
}
SOURCES = {"office": _("Kantor"), "import": _("Impor"), "merge": _("Penggabungan")}


def opened(read: Callable[[], str]) -> str:
    """A sealed value, or a note that it does not open: one damaged row must not take the whole page down."""
    try:
        return read()
    except CannotOpen:
        return str(_("tidak dapat dibuka"))


def masked_nik(person: Person) -> str:
    """3171••••••••0001"""
    return opened(lambda: identity.mask_number(person.nik))


def masked_kk(household: Household) -> str:
    """3171••••••••0001"""
    return opened(lambda: identity.mask_number(household.kk))


def masked_phone(person: Person) -> str:
    """0812-••••-•890"""
    return opened(lambda: identity.mask_phone(person.phone)) or "–"


def whole(text: str) -> SafeString:
    """A number that never breaks across lines."""
    return format_html('<span class="money">{}</span>', text)


def place(code: str) -> str:
    """The kelurahan's name."""
    region = regions.kelurahan(code)
    return region.name if region else code


def whole_place(code: str) -> str:
    """Kelurahan, kecamatan, city, province and postal code."""
    region = regions.kelurahan(code)
    return f"{region.path} {region.postal_code or ''}".strip() if region else code


def neighbourhood(household: Household) -> str:
    """RT 003 / RW 005, as far as it is known."""
    parts = [f"{name} {number}" for name, number in (("RT", household.rt), ("RW", household.rw)) if number]
    return " / ".join(parts) or "–"


def age(person: Person) -> int:
    """Completed years today, or at death."""
    return identity.age(person.birth_date, person.deceased_on or timezone.localdate())


def sex(person: Person) -> str:
    return str(person.get_sex_display())


def status(person: Person) -> SafeString:
    """The status as a badge, with the day of death."""
    text = str(person.get_status_display())
    if person.deceased_on:
        text = f"{text} {day(person.deceased_on)}"
    return badge(text, STATUS_TONES.get(Person.Status(person.status), "none"))


def badges(person: Person) -> SafeString:
    """The status, and whatever an officer must not overlook."""
    found = [status(person)]
    if person.restricted:
        found.append(badge(gettext("Pemrosesan dibatasi"), "warning"))
    if person.disability not in ("", Person.Disability.NONE):
        found.append(badge(gettext("Disabilitas: %(kind)s") % {"kind": person.get_disability_display()}, "info"))
    if person.pregnant:
        found.append(badge(gettext("Hamil"), "primary"))
    return format_html_join(" ", "{}", ((one,) for one in found))


def day(value: date | datetime) -> str:
    return date_format(timezone.localtime(value) if isinstance(value, datetime) else value, "j M Y")


def moment(value: datetime) -> str:
    return date_format(timezone.localtime(value), "j M Y H:i")


def history(
    *, people: Sequence[Person], household: Household | None = None, everything_url: str = "", limit: int = CHANGES
) -> Panel:
    """The last changes: when, what, who and why; sealed values stay sealed."""
    whose = Q(person__in=[person.pk for person in people])
    if household is not None:
        whose |= Q(household=household)
    rows = list(Change.objects.filter(whose).select_related("by").order_by("-pk")[: limit + 1])
    names = {person.pk: person.name for person in people}
    several = household is not None
    columns = [_("Waktu"), *([_("Tentang")] if several else []), _("Perubahan"), _("Oleh"), _("Alasan")]
    shown = []
    for change in rows[:limit]:
        about = names.get(change.person_id, "") if change.person_id else gettext("Keluarga")
        by = change.by.get_username() if change.by else "–"
        source = source_in_words(change.source)
        cells: list[Any] = [moment(change.at), what_changed(change), f"{by} ({source})" if source else by]
        shown.append([cells[0], *([about] if several else []), *cells[1:], change.reason or "–"])
    more = everything_url if len(rows) > limit else ""
    return Panel(_("Riwayat perubahan"), columns, shown, _("Belum ada perubahan."), more, _("Tampilkan lebih banyak"))


def source_in_words(source: str) -> str:
    """ "Impor 7" for ``import:7``."""
    kind, _colon, number = source.partition(":")
    return f"{SOURCES.get(kind, kind)} {number}".strip()


def what_changed(change: Change) -> SafeString:
    """Each changed field with its value before and after, if they are still kept; a sealed one only says that it was changed."""
    if change.is_emptied:
        return format_html("{}", gettext("Isinya tidak disimpan lagi."))
    if change.kind != Change.Kind.CHANGED:
        return badge(change.get_kind_display(), "success" if change.kind == Change.Kind.ADDED else "danger")
    model = Person if change.person_id else Household
    lines = []
    for column in sorted(change.before):
        if column.endswith("_sealed"):
            # The history keeps the value before alone, and an empty one is not sealed.
            was = "–" if change.before[column] == _EMPTY_BYTES else identity.MASK * 4
            lines.append((_SEALED.get(column, column), was, identity.MASK * 4))
        else:
            was, became = (_value(model, column, told.get(column)) for told in (change.before, change.after))
            lines.append((_field_name(model, column), was, became))
    return format_html_join("", "<div><b>{}</b>: {} → {}</div>", lines)


_EMPTY_BYTES = "\\x"  # as PostgreSQL writes them
_SEALED = {
    "nik_sealed": "NIK",
    "kk_sealed": _("nomor KK"),
    "phone_sealed": _("telepon"),
    "address_sealed": _("alamat"),
}


def _field(model: Any, column: str) -> Any:
    return next((field for field in model._meta.concrete_fields if field.column == column), None)


def _field_name(model: Any, column: str) -> Any:
    field = _field(model, column)
    return field.verbose_name if field is not None else column


def _value(model: Any, column: str, value: Any) -> Any:
    field = _field(model, column)
    if value is None or value == "":
        return "–"
    if column == "household_id":
        return link(change_url(Household(pk=value)), gettext("Keluarga %(number)s") % {"number": value})
    if column == "merged_into_id":
        return link(change_url(Person(pk=value)), gettext("Orang %(number)s") % {"number": value})
    if column == "kelurahan":
        return place(str(value))
    if isinstance(value, bool):
        return gettext("Ya") if value else gettext("Tidak")
    if field is not None and field.choices:
        return dict(field.flatchoices).get(value, value)
    if isinstance(value, str) and len(value) == 10 and (found := _date(value)):
        return day(found)
    return value


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def name_link(person: Person) -> SafeString:
    """The name, leading to the person's page."""
    return format_html("<b>{}</b>", link(change_url(person), person.name))
