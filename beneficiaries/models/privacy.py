"""What the personal data law asks to be kept: who agreed to what, and who looked at what. Both are written once.

UU 27/2022: consent that can be proved (art. 22, 24), children through their guardian (25), records of processing (31).
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beneficiaries.models.household import Person


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    """Reads of consent texts."""

    def newest(self) -> ConsentTextQuerySet:
        """The text of each purpose that people are asked with now."""
        return self.order_by("purpose", "-version").distinct("purpose")


class ConsentText(models.Model):
    """What people are asked, or told: a purpose, and one version of its words. Another wording is another version.

    Only what rests on consent is asked; whatever rests on another basis of UU 27/2022 art. 20 names its law and is a
    notice, which nobody agrees to or takes back. `consequence`: what ends when the consent is withdrawn.
    """

    class Basis(models.TextChoices):
        CONSENT = "consent", pgettext_lazy("data pribadi", "Persetujuan")
        CONTRACT = "contract", _("Perjanjian")
        LAW = "law", _("Kewajiban hukum")
        VITAL = "vital", _("Kepentingan vital")
        PUBLIC = "public", _("Pelayanan publik dan kewenangan")
        LEGITIMATE = "legitimate", _("Kepentingan sah lainnya")

    purpose = models.SlugField(_("kode tujuan"), max_length=40, db_index=False)
    version = models.PositiveSmallIntegerField(_("versi"))
    title = models.CharField(_("tujuan"), max_length=120)
    text = models.TextField(_("isi persetujuan"))
    basis = models.CharField(
        _("dasar pemrosesan"), max_length=10, choices=Basis, default=Basis.CONSENT, db_default=Basis.CONSENT
    )
    legal_basis = models.CharField(
        _("dasar hukum"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("Peraturan dan pasalnya. Wajib bila dasarnya bukan persetujuan."),
    )
    consequence = models.TextField(
        _("akibat penarikan"),
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Apa yang berhenti bila ditarik; dibaca dahulu oleh yang menarik. Kosong: tidak ada yang berhenti."
        ),
    )
    by = models.ForeignKey("auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("oleh"))
    at = models.DateTimeField(_("waktu"), db_default=Now())

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("teks persetujuan")
        verbose_name_plural = _("teks persetujuan")
        constraints = [
            models.UniqueConstraint(name="consent_text_version", fields=["purpose", "version"]),
            models.CheckConstraint(
                name="consent_text_basis",
                condition=Q(basis__in=["consent", "contract", "law", "vital", "public", "legitimate"]),
            ),
            models.CheckConstraint(
                name="consent_text_names_law",
                condition=Q(basis="consent") | ~Q(legal_basis=""),
                violation_error_message=_("Sebutkan dasar hukumnya bila dasar pemrosesan bukan persetujuan."),
            ),
            # What nobody can withdraw has no consequence of withdrawing.
            models.CheckConstraint(
                name="consent_text_consequence",
                condition=Q(basis="consent") | Q(consequence=""),
                violation_error_message=_("Akibat penarikan hanya ada bila dasar pemrosesannya persetujuan."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (v{self.version})"


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Reads of the consent ledger."""

    def of(self, survivor: Person | models.OuterRef) -> ConsentQuerySet:
        """What a human being said, under their row or one that was merged into it or into such a row."""
        rows = ("person", "person__merged_into", "person__merged_into__merged_into")
        return self.filter(reduce(or_, (Q(**{row: survivor}) for row in rows)))

    def current(self) -> ConsentQuerySet:
        """The last word of each row of the registry on each purpose; of a human being: `consents.last_words`."""
        return self.order_by("person_id", "text__purpose", "-pk").distinct("person_id", "text__purpose")


class Consent(models.Model):
    """One person agreed to one text, or took that back; written once (`beneficiaries.consents`)."""

    class Channel(models.TextChoices):
        OFFICE = "office", _("Di kantor")
        VISIT = "visit", _("Kunjungan rumah")
        PHONE = "phone", _("Telepon")
        APP = "app", _("Aplikasi")
        LETTER = "letter", _("Surat")

    person = models.ForeignKey(Person, models.PROTECT, related_name="consents", verbose_name=_("orang"))
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="consents", verbose_name=_("persetujuan"))
    given = models.BooleanField(_("setuju"))
    channel = models.CharField(_("lewat"), max_length=6, choices=Channel)
    # Who speaks for a child, or for an adult who cannot.
    guardian = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("wali")
    )
    # Drawn on the phone that sends it: the same one sent again is the same line.
    reference = models.UUIDField(_("nomor dari aplikasi"), null=True, blank=True, editable=False)
    evidence = models.CharField(
        _("bukti"), max_length=200, blank=True, help_text=_("Nomor formulir atau rekaman yang membuktikannya.")
    )
    by = models.ForeignKey("auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("dicatat oleh"))
    at = models.DateTimeField(_("waktu"), db_default=Now())

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("data pribadi", "persetujuan")
        verbose_name_plural = pgettext_lazy("data pribadi", "persetujuan")
        constraints = [
            models.CheckConstraint(
                name="consent_guardian_is_another", condition=Q(guardian__isnull=True) | ~Q(guardian=F("person"))
            ),
            models.UniqueConstraint(name="consent_reference_once", fields=["person", "reference"]),
        ]

    def __str__(self) -> str:
        return str((_("%(text)s: setuju") if self.given else _("%(text)s: ditarik")) % {"text": self.text})


class RevealQuerySet(models.QuerySet["Reveal"]):
    """Reads of the access log."""

    def of_today(self) -> RevealQuerySet:
        """Those since midnight in Jakarta."""
        return self.filter(at__gte=timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0))


LOOKED_AT = ("person", "household", "run", "evidence_run", "subject_id")  # of a reveal: one of them


class Reveal(models.Model):
    """An officer was shown something that is masked on every page; written before it was shown, and once.

    Of a person, of a household, or of whoever stands in the refused rows of an import, of the registry or of evidence; or of
    whoever a row of the apps above speaks of (`subject_kind`, `subject_id`).

    Without references to be followed in the database: who looked outlives what was looked at.
    """

    class Reason(models.TextChoices):
        REQUEST = "request", _("Diminta orangnya sendiri")
        VERIFY = "verify", _("Mencocokkan identitas")
        CONTACT = "contact", _("Menghubungi penerima")
        COMPLAINT = "complaint", _("Menangani pengaduan")
        AUDIT = "audit", _("Pemeriksaan")
        OTHER = "other", _("Lainnya")

    person = models.ForeignKey(
        Person, models.DO_NOTHING, db_constraint=False, null=True, related_name="reveals", verbose_name=_("orang")
    )
    household = models.ForeignKey(
        "beneficiaries.Household",
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="reveals",
        verbose_name=_("keluarga"),
    )
    run = models.ForeignKey(
        "beneficiaries.RegistryImport",
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="reveals",
        verbose_name=_("impor"),
    )
    evidence_run = models.ForeignKey(
        "beneficiaries.EvidenceImport",
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="reveals",
        verbose_name=_("impor bukti"),
    )
    subject_kind = models.CharField(_("tentang"), max_length=16, blank=True, default="", db_default="")
    subject_id = models.BigIntegerField(_("nomornya"), null=True)
    fields = models.CharField(_("yang dibuka"), max_length=60)
    reason = models.CharField(_("alasan"), max_length=9, choices=Reason)
    note = models.CharField(_("keterangan"), max_length=200)
    by = models.ForeignKey(
        "auth.User", models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name=_("oleh")
    )
    address = models.GenericIPAddressField(_("dari alamat"), null=True)
    at = models.DateTimeField(_("waktu"), db_default=Now(), db_index=True)

    objects = RevealQuerySet.as_manager()

    class Meta:
        verbose_name = _("pembukaan data")
        verbose_name_plural = _("catatan akses")
        constraints = [
            models.CheckConstraint(
                name="reveal_of_one",
                condition=reduce(
                    or_, (Q(**{f"{name}__isnull": name != one for name in LOOKED_AT}) for one in LOOKED_AT)
                ),
            ),
            models.CheckConstraint(
                name="reveal_subject_has_kind",
                condition=Q(subject_kind="", subject_id__isnull=True)
                | (~Q(subject_kind="") & Q(subject_id__isnull=False)),
            ),
            models.CheckConstraint(name="reveal_says_why", condition=~Q(note="")),
        ]
        indexes = [models.Index(name="reveal_by_day", fields=["by", "at"])]

    def __str__(self) -> str:
        return str(_("Catatan akses %(number)s")) % {"number": self.pk}


class RevealAllowance(models.Model):
    """A supervisor lets an officer open more than the day's limit, for that day; written once."""

    officer = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("petugas"))
    day = models.DateField(_("hari"))
    more = models.PositiveSmallIntegerField(_("tambahan"))
    reason = models.CharField(_("alasan"), max_length=200)
    by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("oleh"))
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("izin tambahan membuka data")
        verbose_name_plural = _("izin tambahan membuka data")
        constraints = [
            models.CheckConstraint(name="allowance_by_another", condition=~Q(officer=F("by"))),
            models.CheckConstraint(name="allowance_some", condition=Q(more__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.officer} {self.day} +{self.more}"


class IndexKeyTurn(models.Model):
    """From here on nobody enters the registry under an index key with a lower number; the database refuses it."""

    number = models.PositiveSmallIntegerField(unique=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.number}"
