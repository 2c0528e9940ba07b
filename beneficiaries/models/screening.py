"""Who is excluded from aid and why: rules, their trials and runs, proposals, exclusions and objections.

A rule only proposes; an officer decides; the citizen may object; another officer decides that.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beneficiaries.models.duplicate import Merge
from beneficiaries.models.evidence import Evidence
from beneficiaries.models.household import Household, Person

OF_ONE = Q(person__isnull=False, household__isnull=True) | Q(person__isnull=True, household__isnull=False)


class DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


class ExclusionRuleQuerySet(models.QuerySet["ExclusionRule"]):
    """Reads of rules."""

    def in_force(self, day: date) -> ExclusionRuleQuerySet:
        """The versions that count on the day."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day), valid_from__lte=day, enforced_at__isnull=False
        )


class ExclusionRule(models.Model):
    """One version of an exclusion rule: a CEL expression over facts, from a day until another (both included).

    A version is never edited: a new one follows it. It counts only once an officer has put it into force, which asks for
    a finished trial. The database lets no two versions in force of one code share a day.
    """

    class Scope(models.TextChoices):
        PERSON = "person", _("Orang")
        HOUSEHOLD = "household", _("Keluarga")

    code = models.SlugField(_("kode aturan"), max_length=40)
    title = models.CharField(_("nama"), max_length=120)
    scope = models.CharField(_("yang dikecualikan"), max_length=9, choices=Scope, default=Scope.HOUSEHOLD)
    expression = models.CharField(_("ungkapan"), max_length=1000)
    legal_basis = models.CharField(_("dasar hukum"), max_length=300)
    reason = models.TextField(_("alasan untuk warga"), help_text=_("Dibaca warga yang dikecualikan."))
    valid_from = models.DateField(_("berlaku sejak"))
    valid_until = models.DateField(_("berlaku sampai"), null=True, blank=True)
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ditulis oleh")
    )
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())
    enforced_at = models.DateTimeField(_("diberlakukan"), null=True, blank=True)
    enforced_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diberlakukan oleh")
    )

    objects = ExclusionRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("aturan pengecualian")
        verbose_name_plural = _("aturan pengecualian")
        permissions = [
            ("try_exclusionrule", _("Dapat mencoba aturan pengecualian")),
            ("enforce_exclusionrule", _("Dapat memberlakukan aturan pengecualian")),
        ]
        constraints = [
            models.CheckConstraint(
                name="exclusionrule_dates", condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from"))
            ),
            ExclusionConstraint(
                name="exclusionrule_no_overlap",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (
                        DateRange(
                            "valid_from", "valid_until", RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(enforced_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.valid_from:%Y-%m-%d})"

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """As Django's, but for days shared with others: a version that does not count yet may share them."""
        super().validate_constraints(exclude={*(exclude or ()), "code"})


class Screening(models.Model):
    """The rules held against the registry on a day: a trial of one version, or a run that makes proposals."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Menunggu")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Gagal")

    rule = models.ForeignKey(
        ExclusionRule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trials",
        verbose_name=_("aturan yang dicoba"),
        help_text=_("Kosong pada penyaringan semua aturan yang berlaku."),
    )
    day = models.DateField(_("per tanggal"))
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.WAITING, db_index=True)
    failure = models.CharField(_("sebab gagal"), max_length=300, blank=True)
    people_seen = models.PositiveIntegerField(_("orang diperiksa"), default=0)
    households_seen = models.PositiveIntegerField(_("keluarga diperiksa"), default=0)
    households_hit = models.PositiveIntegerField(_("keluarga terkena"), default=0)
    people_hit = models.PositiveIntegerField(_("orang terkena"), default=0)
    proposed = models.PositiveIntegerField(_("usulan baru"), default=0)
    by_kelurahan = models.JSONField(_("per kelurahan"), default=dict)
    by_decile = models.JSONField(_("per desil"), default=dict)
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diminta oleh")
    )
    created_at = models.DateTimeField(_("diminta"), db_default=Now())
    finished_at = models.DateTimeField(_("selesai"), null=True, blank=True)

    class Meta:
        verbose_name = _("penyaringan")
        verbose_name_plural = _("penyaringan")
        permissions = [("run_screening", _("Dapat menjalankan penyaringan"))]

    def __str__(self) -> str:
        return str(_("Penyaringan %(number)s")) % {"number": self.pk}


class TrialHit(models.Model):
    """Someone whom the tried rule would exclude."""

    screening = models.ForeignKey(Screening, models.CASCADE, related_name="hits", verbose_name=_("percobaan"))
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("orang"))

    class Meta:
        verbose_name = _("orang yang akan dikecualikan")
        verbose_name_plural = _("orang yang akan dikecualikan")
        constraints = [models.UniqueConstraint(name="trialhit_once", fields=["screening", "person"])]

    def __str__(self) -> str:
        return str(self.person)


class Proposal(models.Model):
    """That a rule would exclude a person or household: the version, the facts and the evidence, frozen.

    `basis` is a digest of what it rests on: a rejected proposal is not made again on the same basis.
    """

    class Status(models.TextChoices):
        UNDECIDED = "undecided", _("Menunggu keputusan")
        ACCEPTED = "accepted", pgettext_lazy("usulan", "Diterima")
        REJECTED = "rejected", _("Ditolak")

    screening = models.ForeignKey(Screening, models.PROTECT, related_name="proposals", verbose_name=_("penyaringan"))
    rule = models.ForeignKey(ExclusionRule, models.PROTECT, related_name="proposals", verbose_name=_("aturan"))
    code = models.SlugField(_("kode aturan"), max_length=40)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("orang"))
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+", verbose_name=_("keluarga"))
    facts = models.JSONField(_("fakta"))
    evidence = models.ManyToManyField(Evidence, related_name="proposals", verbose_name=_("bukti"))
    basis = models.BinaryField(editable=False)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.UNDECIDED, db_index=True)
    decided_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan"), null=True)
    decision_reason = models.TextField(_("alasan keputusan"), blank=True)
    created_at = models.DateTimeField(_("diusulkan"), db_default=Now())

    class Meta:
        verbose_name = _("usulan pengecualian")
        verbose_name_plural = _("usulan pengecualian")
        permissions = [("decide_proposal", _("Dapat memutuskan usulan pengecualian"))]
        constraints = [
            models.CheckConstraint(name="proposal_of_one", condition=OF_ONE),
            models.CheckConstraint(
                name="proposal_decided_by_someone",
                condition=Q(status="undecided", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(status__in=["accepted", "rejected"], decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decision_reason="")
                ),
            ),
            models.UniqueConstraint(
                name="proposal_undecided_of_person",
                fields=["code", "person"],
                condition=Q(status="undecided", person__isnull=False),
            ),
            models.UniqueConstraint(
                name="proposal_undecided_of_household",
                fields=["code", "household"],
                condition=Q(status="undecided", household__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule.title}: {self.person or self.household}"


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    """Reads of exclusions."""

    def on(self, day: date) -> ExclusionQuerySet:
        """Those in force on the day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)

    def of(self, person: Person) -> ExclusionQuerySet:
        """The person's own and their household's, past ones included; those too of a row merged into theirs since."""
        since = Merge.objects.filter(
            merged__merged_into=person,
            merged__household=OuterRef("household"),
            undone_at=None,
            at__gt=OuterRef("created_at"),
        )
        own = Q(person=person) | Q(person__merged_into=person)
        return self.filter(own | Q(household=person.household_id) | Exists(since))


class Exclusion(models.Model):
    """A person or household that is not aided from `starts_on` until before `ends_on`; open-ended while it is in force.

    An objection upheld ends it on the day it began: it never was. `reason` and `legal_basis` are what the citizen is told.
    """

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="exclusion", verbose_name=_("usulan"))
    code = models.SlugField(_("kode aturan"), max_length=40)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="exclusions", verbose_name=_("orang"))
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="exclusions", verbose_name=_("keluarga")
    )
    reason = models.TextField(_("alasan untuk warga"))
    legal_basis = models.CharField(_("dasar hukum"), max_length=300)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir"), null=True)
    noticed_on = models.DateField(_("diberitahukan"))
    objection_until = models.DateField(_("sanggah sampai"))
    accepted_by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("diterima oleh"))
    lifted_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("dicabut oleh")
    )
    lifted_at = models.DateTimeField(_("dicabut"), null=True)
    lift_reason = models.TextField(_("alasan pencabutan"), blank=True)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        verbose_name = _("pengecualian")
        verbose_name_plural = _("pengecualian")
        permissions = [("lift_exclusion", _("Dapat mencabut pengecualian"))]
        constraints = [
            models.CheckConstraint(name="exclusion_of_one", condition=OF_ONE),
            models.CheckConstraint(
                name="exclusion_dates", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="exclusion_lifted_by_someone",
                condition=Q(ends_on__isnull=True, lifted_by__isnull=True, lifted_at__isnull=True, lift_reason="")
                | (Q(ends_on__isnull=False, lifted_by__isnull=False, lifted_at__isnull=False) & ~Q(lift_reason="")),
            ),
            models.UniqueConstraint(
                name="exclusion_open_of_person",
                fields=["code", "person"],
                condition=Q(ends_on__isnull=True, person__isnull=False),
            ),
            models.UniqueConstraint(
                name="exclusion_open_of_household",
                fields=["code", "household"],
                condition=Q(ends_on__isnull=True, household__isnull=False),
            ),
            models.UniqueConstraint(name="exclusion_id_and_officer", fields=["id", "accepted_by"]),
        ]

    def __str__(self) -> str:
        return f"{self.proposal.rule.title}: {self.person or self.household}"

    @property
    def active(self) -> bool:
        """False once it was lifted."""
        return self.ends_on is None

    @property
    def annulled(self) -> bool:
        """True if it never was: an objection was upheld."""
        return self.ends_on == self.starts_on


class Objection(models.Model):
    """A citizen's objection (sanggah) to an exclusion; decided by another officer than who accepted the exclusion."""

    class Status(models.TextChoices):
        FILED = "filed", _("Diajukan")
        UPHELD = "upheld", _("Dikabulkan")
        DENIED = "denied", _("Ditolak")

    class Channel(models.TextChoices):
        OFFICE = "office", _("Kantor")
        APP = "app", _("Aplikasi")

    exclusion = models.ForeignKey(Exclusion, models.PROTECT, related_name="objections", verbose_name=_("pengecualian"))
    text = models.TextField(_("isi sanggahan"))
    channel = models.CharField(_("lewat"), max_length=6, choices=Channel)
    filed_on = models.DateField(_("diajukan"))
    filed_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("dicatat oleh")
    )
    late = models.BooleanField(_("lewat batas waktu"))
    answer_by = models.DateField(_("harus dijawab sampai"))
    status = models.CharField(_("status"), max_length=6, choices=Status, default=Status.FILED, db_index=True)
    accepted_by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("pengecualian oleh"))
    decided_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan"), null=True)
    decision_reason = models.TextField(_("alasan keputusan"), blank=True)
    created_at = models.DateTimeField(_("dicatat"), db_default=Now())

    class Meta:
        verbose_name = _("sanggahan")
        verbose_name_plural = _("sanggahan")
        permissions = [("decide_objection", _("Dapat memutuskan sanggahan"))]
        constraints = [
            models.CheckConstraint(
                name="objection_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("accepted_by")),
            ),
            models.CheckConstraint(
                name="objection_decided_by_someone",
                condition=Q(status="filed", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(status__in=["upheld", "denied"], decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decision_reason="")
                ),
            ),
            models.UniqueConstraint(name="objection_one_open", fields=["exclusion"], condition=Q(status="filed")),
        ]

    def __str__(self) -> str:
        return str(_("Sanggahan %(number)s")) % {"number": self.pk}

    @property
    def overdue(self) -> bool:
        """True while nobody has answered it and its day has passed."""
        return self.status == self.Status.FILED and self.answer_by < timezone.localdate()
