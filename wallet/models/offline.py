"""Offline allowances, the claims that tills send for them later, and what officers decide about the disputed ones."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wallet.models.ledger import Account
from wallet.models.merchant import Merchant, Partner
from wallet.models.payment import Hold, Payment
from wallet.models.purse import Wallet

ALLOWANCE_LENGTH, ALIAS_LENGTH = 16, 10


class OfflineAllowance(models.Model):
    """Purse money reserved, with the PIN and online, for payments at tills without a network; whose rules all its money has.

    The reserve is a hold of no merchant. `number` and `alias` are all that a till learns of the holder. Until `valid_until` a
    till may accept; until `claims_until` it may claim; then the unused reserve returns. `loss_paid` is what the agency's loss
    fund paid for it beyond the reserve, and never exceeds the ceiling (docs/adr/0041).
    """

    class Kind(models.TextChoices):
        PHONE = "phone", _("Ponsel")
        CARD = "card", _("Kartu cetak")

    number = models.CharField(_("nomor"), max_length=ALLOWANCE_LENGTH, unique=True)
    hold = models.OneToOneField(Hold, models.PROTECT, related_name="offline", verbose_name=_("penahanan"))
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="offline_allowances", verbose_name=_("dompet"))
    kind = models.CharField(_("bentuk"), max_length=5, choices=Kind)
    alias = models.CharField(_("alias dompet"), max_length=ALIAS_LENGTH)
    ceiling = models.BigIntegerField(_("pagu"))
    voucher_amounts = ArrayField(
        models.BigIntegerField(), verbose_name=_("lembar kupon"), default=list, blank=True, editable=False
    )
    device_key = models.BinaryField(editable=False, default=b"")
    device = models.BinaryField(editable=False, null=True)
    # The signed-in phone that asked for it, by its uid; without a reference, as a payment code has it.
    phone = models.UUIDField(editable=False, null=True)
    mccs = ArrayField(
        models.CharField(max_length=4), verbose_name=_("kategori pedagang (MCC)"), default=list, blank=True
    )
    regions = ArrayField(models.CharField(max_length=13), verbose_name=_("wilayah"), default=list, blank=True)
    cash_allowed = models.BooleanField(_("boleh tunai"), default=False)
    key_id = models.PositiveSmallIntegerField(_("kunci"))
    certificate = models.TextField(editable=False, blank=True, default="")
    valid_from = models.DateTimeField(_("berlaku mulai"))
    valid_until = models.DateTimeField(_("berlaku sampai"))
    claims_until = models.DateTimeField(_("dapat ditagih sampai"))
    issued_by = models.CharField(_("dicetak oleh"), max_length=150, blank=True, default="")
    issue_reason = models.CharField(_("bukti jati diri"), max_length=200, blank=True, default="")
    loss_paid = models.BigIntegerField(_("dibayar dari dana kerugian"), default=0, db_default=0)
    revoked_at = models.DateTimeField(_("dicabut"), null=True, blank=True)
    revoke_reason = models.CharField(_("alasan dicabut"), max_length=200, blank=True, default="", db_default="")
    revoked_by = models.CharField(_("dicabut oleh"), max_length=150, blank=True, default="", db_default="")
    ended_at = models.DateTimeField(_("berakhir"), null=True, blank=True)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("pagu luring")
        verbose_name_plural = _("pagu luring")
        permissions = [
            ("issue_offline_card", _("Dapat membuat dan mencetak kartu luring")),
            ("revoke_offlineallowance", _("Dapat mencabut pagu luring")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="offline_one_open", fields=["wallet", "kind"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="offline_ceiling_positive", condition=Q(ceiling__gt=0)),
            models.CheckConstraint(
                name="offline_loss_bounded", condition=Q(loss_paid__gte=0) & Q(loss_paid__lte=F("ceiling"))
            ),
            models.CheckConstraint(
                name="offline_times",
                condition=Q(valid_from__lt=F("valid_until")) & Q(claims_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="offline_revoked_why",
                condition=Q(revoked_at__isnull=True, revoke_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revoke_reason="")),
            ),
        ]
        indexes = [
            models.Index(name="offline_due", fields=["claims_until"], condition=Q(ended_at__isnull=True)),
            models.Index(name="offline_revoked", fields=["revoked_at"], condition=Q(revoked_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number


class OfflineClaim(models.Model):
    """What a till accepted without a network and claims now; adjudicated once by rule, in the order of receipt.

    `first_status` and `first_reason` are the first answer, which a retry gets again; `status` and `reason` are where it
    stands. `number` is the voucher's: the phone's count, or the card's serial.
    """

    class Status(models.TextChoices):
        PAID = "paid", _("Dibayar dari pagu")
        REFUSED = "refused", _("Ditolak")
        QUEUED = "queued", _("Menunggu petugas")
        PROPOSED = "proposed", _("Diusulkan dibayar")
        COVERED = "covered", _("Dibayar dari dana kerugian")

    partner = models.ForeignKey(
        Partner, models.PROTECT, db_index=False, related_name="offline_claims", verbose_name=_("mitra")
    )
    partner_reference_no = models.CharField(_("nomor mitra"), max_length=64)
    bulk_reference_no = models.CharField(_("nomor kiriman mitra"), max_length=64, blank=True, default="")
    external_id = models.CharField(_("X-EXTERNAL-ID"), max_length=36)
    request_hash = models.BinaryField(editable=False)
    reference_no = models.CharField(_("nomor kami"), max_length=64)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="offline_claims", verbose_name=_("pedagang"))
    allowance = models.ForeignKey(
        OfflineAllowance,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="claims",
        verbose_name=_("pagu luring"),
    )
    number = models.PositiveIntegerField(_("nomor kupon"), null=True, blank=True)
    amount = models.BigIntegerField(_("jumlah"))
    code = models.TextField(_("kode"), max_length=1024)
    taken_at = models.DateTimeField(_("diterima kasir"))
    received_at = models.DateTimeField(_("diterima di sini"))
    status = models.CharField(_("status"), max_length=8, choices=Status)
    reason = models.CharField(_("alasan"), max_length=40, blank=True, default="")
    first_status = models.CharField(max_length=8, choices=Status, editable=False)
    first_reason = models.CharField(max_length=40, blank=True, default="", editable=False)
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, blank=True, related_name="offline_claim", verbose_name=_("belanja")
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("diusulkan oleh"),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("diputuskan oleh"),
    )
    decided_at = models.DateTimeField(_("diputuskan"), null=True, blank=True)

    class Meta:
        verbose_name = _("tagihan luring")
        verbose_name_plural = _("tagihan luring")
        permissions = [
            ("work_offlineclaim", _("Dapat mengusulkan atau menolak tagihan luring")),
            ("cover_offlineclaim", _("Dapat membayar tagihan luring dari dana kerugian")),
        ]
        constraints = [
            models.UniqueConstraint(name="offline_claim_once", fields=["partner", "partner_reference_no"]),
            models.UniqueConstraint(name="offline_claim_reference", fields=["reference_no"]),
            models.UniqueConstraint(
                name="offline_voucher_paid_once", fields=["allowance", "number"], condition=Q(status="paid")
            ),
            models.CheckConstraint(name="offline_claim_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="offline_claim_payment",
                condition=Q(status="paid", payment__isnull=False) | (~Q(status="paid") & Q(payment__isnull=True)),
            ),
            models.CheckConstraint(
                name="offline_claim_two_officers",
                condition=~Q(status="covered")
                | (Q(proposed_by__isnull=False, decided_by__isnull=False) & ~Q(proposed_by=F("decided_by"))),
            ),
            models.CheckConstraint(
                name="offline_claim_why", condition=Q(status="paid", reason="") | (~Q(status="paid") & ~Q(reason=""))
            ),
        ]
        indexes = [
            models.Index(name="offline_claim_of", fields=["allowance", "number"]),
            models.Index(
                name="offline_claim_queue", fields=["received_at"], condition=Q(status__in=["queued", "proposed"])
            ),
        ]

    def __str__(self) -> str:
        return self.reference_no


class OfflineClaimStep(models.Model):
    """What an officer did with a disputed claim, and why. Written once."""

    class Kind(models.TextChoices):
        PROPOSED = "proposed", _("Diusulkan dibayar")
        RETURNED = "returned", _("Usul dikembalikan")
        COVERED = "covered", _("Dibayar dari dana kerugian")
        REFUSED = "refused", _("Ditolak")
        JUDGED = "judged", _("Diperiksa ulang menurut aturan")

    claim = models.ForeignKey(OfflineClaim, models.PROTECT, related_name="steps", verbose_name=_("tagihan luring"))
    kind = models.CharField(_("langkah"), max_length=8, choices=Kind)
    reason = models.CharField(_("alasan"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("oleh"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("langkah tagihan luring")
        verbose_name_plural = _("langkah tagihan luring")

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.kind}"


class LossFund(models.Model):
    """The agency's fund for losses that are nobody's reserve; at most one."""

    number = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    account = models.OneToOneField(Account, models.PROTECT, editable=False, verbose_name=_("akun"))
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("dana kerugian")
        verbose_name_plural = _("dana kerugian")
        permissions = [("fund_lossfund", _("Dapat mengisi dana kerugian"))]
        constraints = [models.CheckConstraint(name="loss_fund_alone", condition=Q(number=1))]

    def __str__(self) -> str:
        return str(_("Dana kerugian"))
