"""Fraud signals: the rules as data, what a scan found with which evidence, and what was held for it and why."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wallet.models.ledger import Transfer
from wallet.models.merchant import Merchant
from wallet.models.offline import OfflineAllowance
from wallet.models.payment import PaymentCode
from wallet.models.purse import Wallet


def _officer(title: Any) -> "models.ForeignKey[Any, Any]":
    made: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=title,
    )
    return made  # type: ignore[no-any-return]


class FraudRule(models.Model):
    """One version of one signal's rule. In force from a moment on, at most one a signal; then nothing of it changes but its end.

    `threshold` is in the signal's own unit (wallet.fraud.signals), `window` in seconds, hours are Jakarta's.
    """

    class Signal(models.TextChoices):
        FULL_DRAIN = "full_drain", _("Habis seketika setelah bantuan masuk")
        SHARED_DEVICE = "shared_device", _("Satu perangkat untuk banyak orang")
        CONCENTRATION = "concentration", _("Belanja terpusat di satu pedagang")
        ROUND_TRIP = "round_trip", _("Belanja lalu dikembalikan")
        ODD_HOURS = "odd_hours", _("Belanja di jam tidak wajar")
        VELOCITY = "velocity", _("Belanja beruntun")

    class Action(models.TextChoices):
        QUEUE = "queue", _("Masuk antrean")
        PAYMENTS = "payments", _("Tahan belanja baru")
        SETTLEMENT = "settlement", _("Tahan penyelesaian")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Rancangan")
        PROPOSED = "proposed", _("Diusulkan")
        AGREED = "agreed", _("Berlaku")
        WITHDRAWN = "withdrawn", _("Ditarik")

    signal = models.CharField(_("sinyal"), max_length=13, choices=Signal)
    threshold = models.PositiveBigIntegerField(
        _("ambang"), help_text=_("Dalam satuan sinyalnya: persen, orang, atau kali.")
    )
    window = models.PositiveIntegerField(_("rentang (detik)"))
    minimum_amount = models.PositiveBigIntegerField(_("jumlah terkecil (Rp)"), default=0)
    minimum_count = models.PositiveIntegerField(_("kejadian terkecil"), default=0)
    from_hour = models.PositiveSmallIntegerField(_("dari jam"), null=True, blank=True)
    to_hour = models.PositiveSmallIntegerField(_("sampai jam"), null=True, blank=True)
    weight = models.PositiveSmallIntegerField(
        _("bobot"), help_text=_("Nilai pada ambang; dua kali ambang memberi dua kali bobot.")
    )
    action = models.CharField(_("tindakan"), max_length=10, choices=Action, default=Action.QUEUE)
    reason = models.CharField(_("alasan"), max_length=200)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.DRAFT)
    valid_from = models.DateTimeField(_("berlaku mulai"), null=True, blank=True)
    valid_until = models.DateTimeField(_("berlaku sampai"), null=True, blank=True)
    tried_from = models.DateTimeField(_("dicoba dari"), null=True, blank=True)
    tried_until = models.DateTimeField(_("dicoba sampai"), null=True, blank=True)
    tried_found = models.PositiveIntegerField(_("akan menandai"), null=True, blank=True)
    tried_confirmed = models.PositiveIntegerField(_("di antaranya terbukti"), null=True, blank=True)
    written_by = _officer(_("ditulis oleh"))  # the last who changed its figures; nobody: the house's own draft
    proposed_by = _officer(_("diusulkan oleh"))
    decided_by = _officer(_("disetujui oleh"))
    decided_at = models.DateTimeField(_("disetujui"), null=True, blank=True)
    end_proposed_by = _officer(_("akhirnya diusulkan oleh"))
    ended_by = _officer(_("diakhiri oleh"))
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("aturan kecurangan")
        verbose_name_plural = _("aturan kecurangan")
        permissions = [
            ("propose_fraudrule", _("Dapat mengusulkan aturan kecurangan")),
            ("agree_fraudrule", _("Dapat menyetujui aturan kecurangan")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="fraud_rule_one_in_force",
                fields=["signal"],
                condition=Q(status="agreed", valid_until__isnull=True),
            ),
            models.CheckConstraint(name="fraud_rule_positive", condition=Q(threshold__gt=0) & Q(window__gt=0)),
            models.CheckConstraint(name="fraud_rule_weight", condition=Q(weight__gte=1) & Q(weight__lte=100)),
            models.CheckConstraint(
                name="fraud_rule_hours",
                condition=Q(from_hour__isnull=True, to_hour__isnull=True)
                | (Q(from_hour__lte=23) & Q(to_hour__lte=23) & ~Q(from_hour=F("to_hour"))),
            ),
            models.CheckConstraint(
                name="fraud_rule_needs_hours", condition=~Q(signal="odd_hours") | Q(from_hour__isnull=False)
            ),
            # A device is nobody: what is held is a wallet or a merchant, by an officer who looked.
            models.CheckConstraint(
                name="fraud_rule_device_queues", condition=~Q(signal="shared_device") | Q(action="queue")
            ),
            # A wallet has no settlement.
            models.CheckConstraint(
                name="fraud_rule_action",
                condition=~Q(action="settlement") | Q(signal__in=["concentration", "round_trip", "odd_hours"]),
            ),
            models.CheckConstraint(
                name="fraud_rule_two_officers",
                condition=~Q(status="agreed")
                | (
                    Q(
                        proposed_by__isnull=False,
                        decided_by__isnull=False,
                        valid_from__isnull=False,
                        tried_found__isnull=False,
                    )
                    & ~Q(proposed_by=F("decided_by"))
                    & (Q(written_by__isnull=True) | ~Q(written_by=F("decided_by")))
                ),
            ),
            models.CheckConstraint(
                name="fraud_rule_ended_by_two",
                condition=Q(ended_by__isnull=True)
                | (Q(end_proposed_by__isnull=False, valid_until__isnull=False) & ~Q(end_proposed_by=F("ended_by"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_signal_display()} {self.pk or ''}".strip()


class FraudScan(models.Model):
    """One span of the ledger that was looked through, from its watermark to the next. Written once, without gaps."""

    since = models.DateTimeField(_("dari"), unique=True)
    until = models.DateTimeField(_("sampai"), unique=True)
    found = models.PositiveIntegerField(_("tanda"))
    opened = models.PositiveIntegerField(_("perkara baru"))
    made_at = models.DateTimeField(_("dijalankan"), db_default=Now())

    class Meta:
        verbose_name = _("penelusuran kecurangan")
        verbose_name_plural = _("penelusuran kecurangan")
        constraints = [models.CheckConstraint(name="fraud_scan_forward", condition=Q(since__lt=F("until")))]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M} – {self.until:%H:%M}"


class FraudCase(models.Model):
    """What was noticed about one wallet, merchant or device on one Jakarta day: scored, until an officer decides.

    What is noticed after that is another case, so that one false alarm hides nothing.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Menunggu petugas")
        DISMISSED = "dismissed", _("Tidak terbukti")
        CONFIRMED = "confirmed", _("Terbukti")

    wallet = models.ForeignKey(
        Wallet, models.PROTECT, null=True, blank=True, related_name="fraud_cases", verbose_name=_("dompet")
    )
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="fraud_cases", verbose_name=_("pedagang")
    )
    device = models.BinaryField(_("perangkat"), null=True, blank=True, editable=False)
    day = models.DateField(_("hari"))
    score = models.PositiveSmallIntegerField(_("nilai"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.OPEN)
    opened_at = models.DateTimeField(_("dibuka"), db_default=Now())
    decided_at = models.DateTimeField(_("diputuskan"), null=True, blank=True)
    decided_by = _officer(_("diputuskan oleh"))
    decision_reason = models.CharField(_("alasan keputusan"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("dugaan kecurangan")
        verbose_name_plural = _("dugaan kecurangan")
        permissions = [
            ("decide_fraudcase", _("Dapat memutuskan dugaan kecurangan")),
            ("hold_fraudcase", _("Dapat menahan dan melepas karena dugaan kecurangan")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="fraud_case_wallet_day", fields=["wallet", "day"], condition=Q(wallet__isnull=False, status="open")
            ),
            models.UniqueConstraint(
                name="fraud_case_merchant_day",
                fields=["merchant", "day"],
                condition=Q(merchant__isnull=False, status="open"),
            ),
            models.UniqueConstraint(
                name="fraud_case_device_day", fields=["device", "day"], condition=Q(device__isnull=False, status="open")
            ),
            models.CheckConstraint(
                name="fraud_case_one_subject",
                condition=Q(wallet__isnull=False, merchant__isnull=True, device__isnull=True)
                | Q(wallet__isnull=True, merchant__isnull=False, device__isnull=True)
                | Q(wallet__isnull=True, merchant__isnull=True, device__isnull=False),
            ),
            models.CheckConstraint(name="fraud_case_score", condition=Q(score__gte=1) & Q(score__lte=100)),
            models.CheckConstraint(
                name="fraud_case_decided_why",
                condition=Q(status="open", decided_at__isnull=True, decision_reason="")
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(status="open") & ~Q(decision_reason="")),
            ),
        ]
        indexes = [models.Index(name="fraud_case_queue", fields=["-score", "id"], condition=Q(status="open"))]

    def __str__(self) -> str:
        return str(_("Dugaan %(number)s")) % {"number": self.pk}


class FraudSignal(models.Model):
    """One rule that a case met: how much was measured, when, and the transfers that show it. Grows while its day goes on."""

    case = models.ForeignKey(FraudCase, models.PROTECT, related_name="signals", verbose_name=_("dugaan"))
    rule = models.ForeignKey(FraudRule, models.PROTECT, related_name="signals", verbose_name=_("aturan"))
    measured = models.PositiveBigIntegerField(_("terukur"))
    points = models.PositiveSmallIntegerField(_("nilai"))
    at = models.DateTimeField(_("terakhir terjadi"))
    transfers = ArrayField(models.BigIntegerField(), verbose_name=_("transfer"), default=list)
    wallets = ArrayField(models.BigIntegerField(), verbose_name=_("dompet"), default=list)
    created_at = models.DateTimeField(_("dicatat"), db_default=Now())

    class Meta:
        verbose_name = _("sinyal kecurangan")
        verbose_name_plural = _("sinyal kecurangan")
        constraints = [models.UniqueConstraint(name="fraud_signal_once", fields=["case", "rule"])]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.rule.signal}"

    @property
    def evidence(self) -> "models.QuerySet[Transfer]":
        """The transfers concerned, oldest first."""
        return Transfer.objects.filter(pk__in=self.transfers).order_by("pk")


class FraudHold(models.Model):
    """New payments of a wallet or merchant stopped, or a merchant's settlement withheld, until released; never without reason.

    Placed by a rule (`placed_by` is nobody), it ends by itself at `until` unless an officer takes it over; placed by an
    officer, it stays until one releases it.
    """

    class Kind(models.TextChoices):
        PAYMENTS = "payments", _("Belanja baru ditahan")
        SETTLEMENT = "settlement", _("Penyelesaian ditahan")

    case = models.ForeignKey(FraudCase, models.PROTECT, related_name="holds", verbose_name=_("dugaan"))
    wallet = models.ForeignKey(
        Wallet,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="fraud_holds",
        verbose_name=_("dompet"),
    )
    merchant = models.ForeignKey(
        Merchant,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="fraud_holds",
        verbose_name=_("pedagang"),
    )
    kind = models.CharField(_("yang ditahan"), max_length=10, choices=Kind)
    reason = models.CharField(_("alasan"), max_length=300)
    placed_by = _officer(_("ditahan oleh"))
    placed_at = models.DateTimeField(_("ditahan"), db_default=Now())
    until = models.DateTimeField(_("paling lama sampai"), null=True, blank=True)
    released_by = _officer(_("dilepas oleh"))
    released_at = models.DateTimeField(_("dilepas"), null=True, blank=True)
    release_reason = models.CharField(_("alasan dilepas"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("penahanan karena kecurangan")
        verbose_name_plural = _("penahanan karena kecurangan")
        constraints = [
            models.UniqueConstraint(
                name="fraud_hold_wallet",
                fields=["wallet", "kind"],
                condition=Q(released_at__isnull=True, wallet__isnull=False),
            ),
            models.UniqueConstraint(
                name="fraud_hold_merchant",
                fields=["merchant", "kind"],
                condition=Q(released_at__isnull=True, merchant__isnull=False),
            ),
            models.CheckConstraint(
                name="fraud_hold_one_subject",
                condition=Q(wallet__isnull=False, merchant__isnull=True)
                | Q(wallet__isnull=True, merchant__isnull=False),
            ),
            models.CheckConstraint(
                name="fraud_hold_settlement", condition=~Q(kind="settlement") | Q(merchant__isnull=False)
            ),
            models.CheckConstraint(name="fraud_hold_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="fraud_hold_of_a_rule_ends", condition=Q(placed_by__isnull=False) | Q(until__isnull=False)
            ),
            models.CheckConstraint(
                name="fraud_hold_released_why",
                condition=Q(released_at__isnull=True, release_reason="")
                | (Q(released_at__isnull=False) & ~Q(release_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @classmethod
    def decline_of(cls, *, merchant: int | None = None, wallet: int | None = None) -> str:
        """The code of the error that stops their payments now, "" if none does: a rule's, or an officer's if there is one.

        The same that wallet_fraud_decline (wallet/sql) tells the till's hot path.
        """
        who = (
            Q(merchant=merchant) if wallet is None else Q(wallet=wallet) | Q(merchant=merchant, merchant__isnull=False)
        )
        now = timezone.now()
        held = cls.objects.filter(who, kind=cls.Kind.PAYMENTS, released_at=None)
        placed = list(held.filter(Q(until=None) | Q(until__gt=now)).values_list("placed_by", flat=True))
        if not placed:
            return ""
        return "suspected_fraud" if all(by is None for by in placed) else "transaction_suspended"

    @classmethod
    def withholds_settlement(cls, merchant: int) -> bool:
        """True if what the merchant is owed must not be settled now."""
        return cls.withholding().filter(merchant=merchant).exists()

    @classmethod
    def withholding(cls) -> "QuerySet[FraudHold]":
        """The holds in force whose merchants are paid nothing, neither settled nor sent to their banks."""
        held = cls.objects.filter(kind=cls.Kind.SETTLEMENT, released_at=None)
        return held.filter(Q(until=None) | Q(until__gt=timezone.now()))


class DeviceUse(models.Model):
    """A code or an offline allowance was made on a device, known here by an opaque digest alone. Written once."""

    device = models.BinaryField(editable=False)
    wallet = models.ForeignKey(
        Wallet, models.PROTECT, db_index=False, related_name="device_uses", verbose_name=_("dompet")
    )
    code = models.OneToOneField(
        PaymentCode, models.PROTECT, null=True, blank=True, related_name="device_use", verbose_name=_("kode bayar")
    )
    allowance = models.OneToOneField(
        OfflineAllowance,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="device_use",
        verbose_name=_("pagu luring"),
    )
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("pemakaian perangkat")
        verbose_name_plural = _("pemakaian perangkat")
        constraints = [
            models.CheckConstraint(
                name="device_use_of_one",
                condition=Q(code__isnull=False, allowance__isnull=True) | Q(code__isnull=True, allowance__isnull=False),
            )
        ]
        indexes = [
            models.Index(name="device_use_of", fields=["device", "at"]),
            models.Index(name="device_use_at", fields=["at"]),
        ]

    def __str__(self) -> str:
        return f"{self.wallet_id} {self.at:%Y-%m-%d %H:%M}"
