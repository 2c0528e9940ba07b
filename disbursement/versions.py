"""Versions of a programme: which one a cycle is paid under, the next one as a copy, and putting one into force."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format

from disbursement import conditions, cycles, entitlement
from disbursement.errors import EnforcerIsDrafter, NoVersion, NowhereToLapse, VersionBroken, VersionInForce
from disbursement.models import Component, Cycle, Programme, ProgrammeVersion
from wallet.transactions import retried

COPIED = (
    *("eligibility", "terms", "cash_terms", "purse_days", "most_people", "quota", "priority", "decree"),
    *("back_pay_months", "months"),
)
COMPONENT = ("code", "name", "condition", "amount", "per", "most_people", "months", "cash_limit", "terms")


def of(programme: Programme, day: date) -> ProgrammeVersion:
    """The version in force that a cycle of the period is paid under. Raises NoVersion."""
    found = (
        ProgrammeVersion.objects.select_related("terms", "cash_terms", "programme")
        .filter(programme=programme, enforced_at__isnull=False, starts_on__lte=day)
        .order_by("-starts_on", "-number")
        .first()
    )
    if found is None:
        raise NoVersion(programme=programme.name, day=date_format(day, "j F Y"))
    return found


def newest(programme: Programme) -> ProgrammeVersion | None:
    """The version with the highest number, in force or not: what the next one is copied from."""
    return ProgrammeVersion.objects.filter(programme=programme).order_by("-number").first()


@transaction.atomic
def draft(
    programme: Programme, starts_on: date, components: list[dict[str, Any]], *, by: User | None = None, **fields: Any
) -> ProgrammeVersion:
    """A new version with the next number. It is not in force, and may still be wrong: `enforce` checks it."""
    Programme.objects.select_for_update().get(pk=programme.pk)  # the next number is one's own
    last = programme.versions.aggregate(last=Max("number"))["last"] or 0
    made = ProgrammeVersion.objects.create(programme=programme, number=last + 1, starts_on=starts_on, by=by, **fields)
    Component.objects.bulk_create(Component(version=made, **component) for component in components)
    return made


@transaction.atomic
def copy(version: ProgrammeVersion, starts_on: date, *, by: User | None = None) -> ProgrammeVersion:
    """The next version as a draft that says the same, to be changed."""
    return draft(
        version.programme,
        starts_on,
        [{name: getattr(one, name) for name in COMPONENT} for one in version.components.order_by("pk")],
        by=by,
        **{name: getattr(version, name) for name in COPIED},
    )


def check(version: ProgrammeVersion) -> None:
    """Raises InvalidRule (a rule or condition is none), VersionBroken (says what is missing)."""
    entitlement.of_version(version)
    conditions.compiled(version.eligibility)
    components = list(version.components.all())
    if not components:
        raise VersionBroken(reason=str(VersionBroken.NO_COMPONENT))
    if version.months is not None and version.months < max(one.months for one in components):
        raise VersionBroken(reason=str(VersionBroken.FEWER_MONTHS))
    if any(one.per == Component.Per.MEMBERS for one in components) and not version.programme.one_per_household:
        raise VersionBroken(reason=str(VersionBroken.FAMILY_COUNTED_TWICE))
    if any(one.cash_limit for one in components):
        if version.cash_terms is None:
            raise VersionBroken(reason=str(VersionBroken.NO_CASH_TERMS))
        if not version.cash_terms.cash_allowed:
            raise VersionBroken(reason=str(VersionBroken.CASH_TERMS_WITHOUT_CASH))


def pays_for_families(programme: Programme) -> bool:
    """True once a version in force counts the members of a family: then it is one place a family for good."""
    counted = Component.objects.filter(version__programme=programme, per=Component.Per.MEMBERS)
    return counted.filter(version__enforced_at__isnull=False).exists()


def check_ends(version: ProgrammeVersion) -> None:
    """Raises NowhereToLapse for purses that end and whose rest returns nowhere.

    Asked before somebody is paid, not before the version is in force: the fund that it may return to is the programme's own.
    """
    if not version.purse_days:
        return
    components = list(version.components.select_related("terms"))
    used = [version.terms, *(one.terms for one in components if one.terms)]
    if version.cash_terms and any(one.cash_limit for one in components):
        used.append(version.cash_terms)
    if any(terms.lapses_to_id is None for terms in used):
        raise NowhereToLapse


@retried
def enforce(version: ProgrammeVersion, by: User | None = None) -> ProgrammeVersion:
    """From now on the version counts and never changes.

    What an officer drafted another puts into force; what a file or a command drafted needs nobody (`by` is None in both).
    Cycles that it is now the version of cover as many months as it says, if they were shorter.
    Raises VersionInForce, EnforcerIsDrafter and what `check` raises.
    """
    # Before the programme, as whoever prepares a batch does.
    list(Cycle.objects.select_for_update(no_key=True).filter(programme=version.programme_id).order_by("pk"))
    row = ProgrammeVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if row.enforced_at is not None:
        raise VersionInForce
    if row.by_id is not None and (by is None or by.pk == row.by_id):
        raise EnforcerIsDrafter
    check(row)
    row.enforced_at, row.enforced_by = timezone.now(), by
    try:
        with transaction.atomic():
            row.save(update_fields=["enforced_at", "enforced_by"])
    except IntegrityError as error:
        if cycles.is_overlap(error):
            raise VersionBroken(reason=str(VersionBroken.CYCLES_OVERLAP)) from error
        raise
    return row
