"""What is known against, or for, someone's need: evidence from agencies and offices, superseded but never overwritten."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.household import Household, Person
from vault.sealing import Sealed

EVIDENCE_LOCK = int.from_bytes(b"evidence")  # one writer at a time: newest is newest whoever races


class EvidenceKind(models.TextChoices):
    EMPLOYMENT = "employment", _("Pekerjaan")
    VEHICLE = "vehicle", _("Kendaraan")
    PROPERTY = "property", _("Tanah atau bangunan")
    DEATH = "death", _("Kematian")
    DOUBLE_AID = "double_aid", _("Bantuan instansi lain")
    SCHOOL = "school", _("Sekolah swasta")
    COMMUNITY_JUDGEMENT = "community_judgement", _("Musyawarah kelurahan")
    OTHER = "other", _("Lainnya")


class EvidenceSource(models.Model):
    """An agency that sends evidence over the API: its key (kept as its SHA-256 only) and the kinds it may send."""

    code = models.SlugField(_("kode"), max_length=40, unique=True)
    name = models.CharField(_("nama"), max_length=100)
    kinds = models.JSONField(_("jenis yang boleh dikirim"), default=list)
    key_sha256 = models.BinaryField(unique=True, editable=False)
    active = models.BooleanField(_("aktif"), default=True)
    # How far ahead of the allowed pace its calls are (beneficiaries.api.pace); empty before the first.
    paced_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("sumber bukti")
        verbose_name_plural = _("sumber bukti")
        permissions = [("new_key_evidencesource", _("Dapat membuat kunci sumber bukti"))]

    def __str__(self) -> str:
        return self.name


class EvidenceAccess(models.Model):
    """One call of an agency: when, which answer, how many items and what became of them. Written once, never changed."""

    evidence_source = models.ForeignKey(EvidenceSource, models.PROTECT, related_name="calls", verbose_name=_("sumber"))
    status = models.PositiveSmallIntegerField(_("jawaban HTTP"))
    items = models.PositiveIntegerField(_("butir"))
    added = models.PositiveIntegerField(_("baru"))
    known = models.PositiveIntegerField(_("sudah ada"))
    refused = models.PositiveIntegerField(_("ditolak"))
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("panggilan API bukti")
        verbose_name_plural = _("panggilan API bukti")

    def __str__(self) -> str:
        return f"{self.evidence_source} {self.at:%Y-%m-%d}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Reads of evidence."""

    def standing(self, day: date) -> EvidenceQuerySet:
        """What counts on the day: not superseded, not contested, not expired, and of a fact that is no later."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
            superseded_at__isnull=True,
            contested_at__isnull=True,
            fact_date__lte=day,
        )

    def with_number(self, *numbers: str) -> EvidenceQuerySet:
        """What was told of a vehicle or property by its number, in the spelling of `evidence_values`, or of several."""
        return self.filter(number_index__in=[index for one in numbers for index in Evidence.number.indexes_of(one)])


class Evidence(models.Model):
    """One fact about a person or a household, as a source told it. `value` is by kind: see beneficiaries.evidence.

    `number` (a vehicle's plate, a property's tax number) is sealed and stands in no other column; it or `item` tells apart
    what one may have several of: newer evidence of the same subject, kind and thing supersedes older. `fingerprint` is of
    all that was told but the number: the two together make telling it twice the same as once.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("orang")
    )
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("keluarga")
    )
    kind = models.CharField(_("jenis"), max_length=20, choices=EvidenceKind)
    item = models.CharField(_("benda"), max_length=60, blank=True, default="")
    value = models.JSONField(_("isi"))
    number_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")
    number_index = models.BinaryField(editable=False, null=True)
    source = models.CharField(_("sumber"), max_length=100)
    fact_date = models.DateField(_("tanggal fakta"))
    received_at = models.DateTimeField(_("diterima"), db_default=Now())
    valid_until = models.DateField(_("berlaku sampai"), null=True, blank=True)
    document = models.CharField(_("nomor dokumen"), max_length=100, blank=True)
    fingerprint = models.BinaryField(editable=False)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("menggantikan")
    )
    superseded_at = models.DateTimeField(_("digantikan"), null=True, blank=True)
    contested_at = models.DateTimeField(_("dibantah"), null=True, blank=True)
    contest_reason = models.TextField(_("alasan bantahan"), blank=True)
    contested_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dicatat dibantah oleh")
    )
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dicatat oleh")
    )
    sent_by = models.ForeignKey(
        EvidenceSource, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("dikirim oleh")
    )
    reference = models.CharField(_("nomor dari pengirim"), max_length=64, blank=True)

    number = Sealed("number_sealed", index="number_index")
    reindex_lock = EVIDENCE_LOCK

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("bukti")
        verbose_name_plural = _("bukti")
        permissions = [("contest_evidence", _("Dapat mencatat bantahan atas bukti"))]
        constraints = [
            models.CheckConstraint(
                name="evidence_of_one",
                condition=Q(person__isnull=False, household__isnull=True)
                | Q(person__isnull=True, household__isnull=False),
            ),
            models.CheckConstraint(
                name="evidence_contested_with_reason",
                condition=Q(contested_at__isnull=True, contest_reason="")
                | (Q(contested_at__isnull=False) & ~Q(contest_reason="")),
            ),
            models.UniqueConstraint(
                name="evidence_newest_of_person",
                fields=["person", "kind", "item", "number_index"],
                condition=Q(superseded_at__isnull=True, person__isnull=False),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                name="evidence_newest_of_household",
                fields=["household", "kind", "item", "number_index"],
                condition=Q(superseded_at__isnull=True, household__isnull=False),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                name="evidence_told_once", fields=["fingerprint", "number_index"], nulls_distinct=False
            ),
            models.UniqueConstraint(
                name="evidence_reference_once", fields=["sent_by", "reference"], condition=Q(sent_by__isnull=False)
            ),
        ]
        indexes = [
            models.Index(name="evidence_by_number", fields=["number_index"], condition=Q(number_index__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.fact_date:%Y-%m-%d}"

    @property
    def about(self) -> Person | Household:
        """Whom it is about."""
        found = self.person or self.household
        if found is None:  # the database refuses such a row
            raise ValueError("evidence about nobody")
        return found
