"""Wallets and the purses in them."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wallet.models.ledger import Account
from wallet.models.proposal import Proposal


class Wallet(models.Model):
    """One holder's wallet. The holder is an opaque reference: this app knows no person."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Aktif")
        FROZEN = "frozen", _("Dibekukan")
        CLOSED = "closed", _("Ditutup")

    holder = models.UUIDField(_("pemegang"), unique=True)
    registered = models.BooleanField(
        _("terdaftar"),
        default=True,
        db_default=True,
        help_text=_("Identitas pemegang sudah diperiksa; batas saldo dan dana masuknya lebih tinggi."),
    )
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE, db_default="active")
    status_reason = models.CharField(_("alasan status"), max_length=200, blank=True, db_default="")
    pin_hash = models.CharField(max_length=200, blank=True, db_default="", editable=False)
    pin_failures = models.PositiveSmallIntegerField(_("PIN salah"), db_default=0, default=0, editable=False)
    pin_locked_until = models.DateTimeField(_("PIN terkunci sampai"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("dompet")
        verbose_name_plural = _("dompet")
        permissions = [
            ("close_wallet", _("Dapat menutup dompet")),
            ("recover_wallet", _("Dapat memulihkan dompet setelah telepon hilang")),
            ("cash_in_wallet", _("Dapat mengisi saldo di loket")),
            ("cash_out_wallet", _("Dapat menyerahkan tunai di loket")),
        ]

    def __str__(self) -> str:
        return str(_("Dompet %(number)s")) % {"number": self.pk}


class WalletStep(models.Model):
    """Something done to a wallet, with who did it and why. Written once; a succession has a row of its own."""

    class Kind(models.TextChoices):
        FROZEN = "frozen", _("Dibekukan")
        UNFROZEN = "unfrozen", _("Dibuka kembali")
        RECOVERED = "recovered", _("Dipulihkan setelah telepon hilang")
        PIN_RESET = "pin_reset", _("PIN diatur ulang")
        CLOSED = "closed", _("Ditutup")

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="steps", verbose_name=_("dompet"))
    kind = models.CharField(_("langkah"), max_length=9, choices=Kind)
    reason = models.CharField(_("alasan"), max_length=200)
    by = models.CharField(_("oleh"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("langkah dompet")
        verbose_name_plural = _("langkah dompet")

    def __str__(self) -> str:
        return f"{self.wallet_id}: {self.kind}"


class RecoveryProposal(Proposal):
    """The holder lost the way into a wallet, and their telephone is new: codes and PIN are forgotten once another officer agrees.

    One of a wallet waits at a time.
    """

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="recoveries", verbose_name=_("dompet"))

    class Meta(Proposal.Meta):
        verbose_name = _("usulan pemulihan dompet")
        verbose_name_plural = _("usulan pemulihan dompet")
        permissions = [("agree_recoveryproposal", _("Dapat menyetujui pemulihan dompet"))]
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                name="recoveryproposal_one_open", fields=["wallet"], condition=models.Q(status="proposed")
            ),
        ]

    def __str__(self) -> str:
        return str(self.wallet)


class PurseTerms(models.Model):
    """The rules that a purse carries for life: where it may be spent, whether as cash, where the rest returns.

    Once granted (`granted_at`) they never change: a trigger refuses. One set of terms, `own_money`, is for what holders
    pay in themselves.
    """

    name = models.CharField(_("nama"), max_length=120, unique=True)
    mccs = ArrayField(
        models.CharField(max_length=4),
        verbose_name=_("kategori pedagang (MCC)"),
        default=list,
        blank=True,
        help_text=_("Kosong berarti pedagang apa pun."),
    )
    regions = ArrayField(
        models.CharField(max_length=13),
        verbose_name=_("wilayah"),
        default=list,
        blank=True,
        help_text=_("Kode wilayah Kemendagri, misalnya 31.74 atau 31.74.01. Kosong berarti di mana pun."),
    )
    cash_allowed = models.BooleanField(_("boleh tunai"), default=False)
    lapses_to = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("sisa kembali ke"),
        help_text=_("Kosong berarti sisa tetap milik penerima."),
    )
    items_required = models.BooleanField(
        _("per barang"),
        default=False,
        db_default=False,
        help_text=_("Kasir harus mengirim daftar barang; tanpa itu bantuan ini tidak dapat dipakai."),
    )
    # Kinds of goods, each as the words that its SKU, its category or a part of its name is (wallet.baskets.words).
    banned_items = ArrayField(
        models.CharField(max_length=60), verbose_name=_("barang terlarang"), default=list, db_default=[], blank=True
    )
    allowed_items = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("hanya barang ini"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Kosong berarti barang apa pun yang tidak terlarang."),
    )
    price_ceilings = models.JSONField(_("harga satuan tertinggi"), default=dict, db_default={}, blank=True)
    own_money = models.BooleanField(default=False, db_default=False, editable=False)
    granted_at = models.DateTimeField(_("pertama diberikan"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("aturan kantong")
        verbose_name_plural = _("aturan kantong")
        constraints = [
            models.UniqueConstraint(
                name="terms_of_own_money", fields=["own_money"], condition=models.Q(own_money=True)
            ),
            # A list of goods binds nobody who need not say what is bought.
            models.CheckConstraint(
                name="terms_item_rules_need_items",
                condition=models.Q(items_required=True)
                | models.Q(banned_items=[], allowed_items=[], price_ceilings={}),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Purse(models.Model):
    """Money of one programme and one cycle in one wallet: an account of its own, with the rules of its grant."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, verbose_name=_("akun"))
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="purses", verbose_name=_("dompet"))
    terms = models.ForeignKey(PurseTerms, models.PROTECT, db_index=False, verbose_name=_("aturan"))
    title = models.CharField(_("bantuan"), max_length=120)
    usable_from = models.DateTimeField(_("dapat dipakai mulai"))
    usable_until = models.DateTimeField(_("dapat dipakai sampai"), null=True, blank=True)

    class Meta:
        verbose_name = _("kantong")
        verbose_name_plural = _("kantong")
        indexes = [
            models.Index(
                name="purse_usable_until", fields=["usable_until"], condition=models.Q(usable_until__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.title

    def usable_at(self, moment: datetime) -> bool:
        """True if it is the purse's time."""
        return self.usable_from <= moment and (self.usable_until is None or self.usable_until > moment)


class SuccessionProposal(Proposal):
    """A wallet is to be passed on, because its holder has died; its purses move once another officer agrees.

    One of a wallet waits at a time. Only with one that is agreed to in the same moment is there a succession (trigger).
    """

    predecessor = models.ForeignKey(
        Wallet, models.PROTECT, related_name="successions_proposed", verbose_name=_("dompet lama")
    )
    successor = models.ForeignKey(
        Wallet, models.PROTECT, related_name="inheritances_proposed", verbose_name=_("dompet penerus")
    )

    class Meta(Proposal.Meta):
        verbose_name = _("usulan pewarisan")
        verbose_name_plural = _("usulan pewarisan")
        permissions = [("agree_successionproposal", _("Dapat menyetujui pewarisan dompet"))]
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                name="successionproposal_moves", condition=~models.Q(predecessor=models.F("successor"))
            ),
            models.UniqueConstraint(
                name="successionproposal_one_open", fields=["predecessor"], condition=models.Q(status="proposed")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"


class Succession(models.Model):
    """A wallet passed on: its purses, with all that happened in them, went to the successor's wallet.

    `proposal` is what two officers agreed to; successions of before have none.
    """

    proposal = models.OneToOneField(
        SuccessionProposal, models.PROTECT, null=True, related_name="succession", verbose_name=_("usulan")
    )
    predecessor = models.OneToOneField(Wallet, models.PROTECT, related_name="succession", verbose_name=_("dompet lama"))
    successor = models.ForeignKey(Wallet, models.PROTECT, related_name="inherited", verbose_name=_("dompet penerus"))
    reason = models.CharField(_("alasan"), max_length=200)
    by = models.CharField(_("oleh"), max_length=150)
    amount = models.BigIntegerField(_("jumlah"))
    purses = ArrayField(models.BigIntegerField(), verbose_name=_("kantong"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("pewarisan dompet")
        verbose_name_plural = _("pewarisan dompet")
        constraints = [
            models.CheckConstraint(name="succession_moves", condition=~models.Q(predecessor=models.F("successor"))),
            models.CheckConstraint(name="succession_amount", condition=models.Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"
