"""Cases of clawback: what somebody was paid too much, and every step until it is recovered, dropped or written off."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from disbursement.models.batch import Instruction
from disbursement.models.programme import Programme
from wallet.models import Purse


class Clawback(models.Model):
    """So much (`claim`, rupiah) is claimed back of what a programme paid to a person, from later aid of that programme.

    From no cycle more than `share` percent is withheld. `clawback_states` says what follows what; each step is a ClawbackStep.
    What was recovered is in no column: `clawback.standing` adds up what lines withhold and what was given back.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Diusulkan")
        NOTICED = "noticed", _("Diberitahukan")
        OBJECTED = "objected", _("Ada keberatan")
        DECIDED = "decided", _("Keberatan diputus")
        IN_FORCE = "in_force", _("Berlaku")
        SETTLED = "settled", _("Lunas")
        DROPPED = "dropped", _("Gugur")
        WRITTEN_OFF = "written_off", _("Dihapuskan")

    class Channel(models.TextChoices):
        OFFICE = "office", _("Kantor")
        PHONE = "phone", _("Telepon")
        LETTER = "letter", _("Surat")
        KELURAHAN = "kelurahan", _("Kelurahan")
        APP = "app", _("Aplikasi")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="clawbacks", verbose_name=_("program"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="clawbacks", verbose_name=_("penerima"))
    claim = models.BigIntegerField(_("yang harus dikembalikan (Rp)"))
    share = models.PositiveSmallIntegerField(_("paling banyak dipotong (% tiap siklus)"))
    reason = models.CharField(
        _("alasan"), max_length=300, help_text=_("Ditulis di surat kepada penerima: apa yang keliru dan sejak kapan.")
    )
    evidence = models.CharField(_("bukti"), max_length=200, help_text=_("Nomor berita acara atau dokumen lain."))
    status = models.CharField(_("status"), max_length=11, choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("diusulkan oleh"))
    proposed_at = models.DateTimeField(_("diusulkan"), db_default=Now())
    noticed_at = models.DateTimeField(_("diberitahukan"), null=True, blank=True)
    objection_until = models.DateField(_("batas keberatan"), null=True, blank=True)
    objection = models.TextField(_("keberatan"), blank=True, default="", db_default="", max_length=2000)
    objection_channel = models.CharField(
        _("disampaikan lewat"), max_length=9, choices=Channel, blank=True, default="", db_default=""
    )
    objected_on = models.DateField(_("tanggal keberatan"), null=True, blank=True)
    answer_by = models.DateField(_("dijawab paling lambat"), null=True, blank=True)
    enforced_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diberlakukan oleh")
    )
    enforced_at = models.DateTimeField(_("diberlakukan"), null=True, blank=True)

    class Meta:
        verbose_name = _("pengembalian kelebihan bayar")
        verbose_name_plural = _("pengembalian kelebihan bayar")
        permissions = [
            ("propose_clawback", _("Dapat mengusulkan dan memberitahukan pengembalian kelebihan bayar")),
            ("decide_clawback", _("Dapat memutuskan pengembalian kelebihan bayar")),
        ]
        constraints = [
            models.CheckConstraint(name="clawback_claims_something", condition=Q(claim__gt=0)),
            # Less than all: whoever is entitled is paid something.
            models.CheckConstraint(name="clawback_share", condition=Q(share__gte=1, share__lte=99)),
            models.CheckConstraint(name="clawback_says_why", condition=~Q(evidence="") & ~Q(reason="")),
            models.CheckConstraint(
                name="clawback_second_officer",
                condition=Q(enforced_by__isnull=True) | ~Q(enforced_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="clawback_in_force_by_someone",
                condition=~Q(status__in=["in_force", "settled"])
                | Q(enforced_by__isnull=False, enforced_at__isnull=False),
            ),
            models.CheckConstraint(
                name="clawback_noticed",
                condition=Q(status__in=["proposed", "dropped"])
                | Q(noticed_at__isnull=False, objection_until__isnull=False),
            ),
            models.CheckConstraint(
                name="clawback_objected",
                condition=~Q(status__in=["objected", "decided"])
                | Q(objected_on__isnull=False, answer_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="clawback_in_force", fields=["programme"], condition=Q(status="in_force")),
        ]

    def __str__(self) -> str:
        return str(_("Perkara %(number)s")) % {"number": self.pk}


class ClawbackPayment(models.Model):
    """A payment that was too high, and by how much (rupiah). Of all cases but dropped ones never more than was paid (trigger)."""

    clawback = models.ForeignKey(Clawback, models.PROTECT, related_name="payments", verbose_name=_("perkara"))
    instruction = models.ForeignKey(
        Instruction, models.PROTECT, related_name="clawback_payments", verbose_name=_("instruksi bayar")
    )
    amount = models.BigIntegerField(_("kelebihan (Rp)"))

    class Meta:
        verbose_name = _("pembayaran yang kelebihan")
        verbose_name_plural = _("pembayaran yang kelebihan")
        constraints = [
            models.UniqueConstraint(name="clawback_payment_once", fields=["clawback", "instruction"]),
            models.CheckConstraint(name="clawback_payment_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.clawback_id} · {self.instruction_id}"


class ClawbackStep(models.Model):
    """One step of a case: from where to where, by whom (none: the system), why, and the claim after it (rupiah)."""

    clawback = models.ForeignKey(Clawback, models.PROTECT, related_name="steps", verbose_name=_("perkara"))
    from_status = models.CharField(
        _("dari"), max_length=11, choices=Clawback.Status, blank=True, default="", db_default=""
    )
    to_status = models.CharField(_("menjadi"), max_length=11, choices=Clawback.Status)
    by = models.ForeignKey("auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("oleh"))
    reason = models.CharField(_("alasan"), max_length=300, blank=True, default="", db_default="")
    claim = models.BigIntegerField(_("tuntutan sesudahnya (Rp)"))
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("langkah pengembalian")
        verbose_name_plural = _("langkah pengembalian")

    def __str__(self) -> str:
        return f"{self.clawback_id} · {self.to_status}"


class Withholding(models.Model):
    """Rupiah that an instruction pays less, for a case. Counts while the instruction is pending or paid, and then only.

    `entitled` is what the instruction would pay without any; `left` is what the case still claimed after it.
    """

    clawback = models.ForeignKey(Clawback, models.PROTECT, related_name="withholdings", verbose_name=_("perkara"))
    instruction = models.ForeignKey(
        Instruction, models.PROTECT, related_name="withholdings", db_index=False, verbose_name=_("instruksi bayar")
    )
    entitled = models.BigIntegerField(_("hak (Rp)"))
    amount = models.BigIntegerField(_("dipotong (Rp)"))
    left = models.BigIntegerField(_("sisa sesudahnya (Rp)"))
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("potongan pengembalian")
        verbose_name_plural = _("potongan pengembalian")
        constraints = [
            models.UniqueConstraint(name="withholding_once", fields=["instruction", "clawback"]),
            models.CheckConstraint(
                name="withholding_leaves_something", condition=Q(amount__gt=0, entitled__gt=F("amount"), left__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clawback_id} · {self.instruction_id}"


class GiveBack(models.Model):
    """Rupiah that the person agreed to give back from a purse, and did at that moment. The transfer's key is `key`."""

    clawback = models.ForeignKey(Clawback, models.PROTECT, related_name="given_back", verbose_name=_("perkara"))
    purse = models.ForeignKey(Purse, models.PROTECT, related_name="+", verbose_name=_("kantong"))
    amount = models.BigIntegerField(_("jumlah (Rp)"))
    agreed_on = models.DateField(_("tanggal persetujuan"))
    consent = models.CharField(
        _("surat persetujuan"), max_length=200, help_text=_("Nomor surat yang ditandatangani penerima.")
    )
    by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("dicatat oleh"))
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("pengembalian sukarela")
        verbose_name_plural = _("pengembalian sukarela")
        constraints = [
            # One paper, one amount: what is sent twice moves once.
            models.UniqueConstraint(name="give_back_once", fields=["clawback", "consent"]),
            models.CheckConstraint(name="give_back_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="give_back_was_agreed_to", condition=~Q(consent="")),
        ]

    def __str__(self) -> str:
        return f"{self.clawback_id} · {self.amount}"

    @property
    def key(self) -> str:
        """The transfer's idempotency key."""
        return f"give_back:{self.pk}"
