"""Partners that call the payment API, the merchants they serve, and the settlements paid to them."""

import uuid
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed
from wallet.models.ledger import Account
from wallet.models.proposal import Proposal

NMID = RegexValidator(r"\AID[0-9]{13}\Z", _("Isi NMID: ID dan 13 angka."))
NMID_HELP = _("Nomor dari repositori pedagang nasional: ID dan 13 angka.")
POSTCODE = RegexValidator(r"\A[0-9]{5}\Z", _("Isi lima angka."))


class Partner(models.Model):
    """A party that calls the SNAP API for its merchants; what it proves itself with are its credentials.

    `scopes` are the services it may call, by the standard's numbers; `networks` the addresses it calls from, none for any.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client_id = models.CharField(_("client id"), max_length=36, unique=True)
    name = models.CharField(_("nama"), max_length=120)
    active = models.BooleanField(_("aktif"), default=True)
    scopes = ArrayField(models.CharField(max_length=2), verbose_name=_("layanan"), default=list, blank=True)
    networks = ArrayField(
        models.CharField(max_length=43),
        verbose_name=_("alamat IP"),
        default=list,
        blank=True,
        help_text=_("Misalnya 203.0.113.0/24. Kosong berarti dari mana pun."),
    )
    deposit = models.OneToOneField(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="partner",
        verbose_name=_("titipan"),
        help_text=_("Uang mitra di muka; isi saldo yang dimintanya dibayar dari sini."),
    )
    notify_url = models.CharField(
        _("alamat notifikasi"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Awal alamat https yang menerima notifikasi; jalur layanan ditambahkan. Kosong: tidak diberi tahu."
        ),
    )
    return_hosts = ArrayField(
        models.CharField(max_length=253),
        verbose_name=_("host milik mitra"),
        blank=True,
        default=list,
        db_default=[],
        help_text=_("Host yang boleh menjadi tujuan kembali dan notifikasi dari sebuah pesanan, dipisah koma."),
    )
    # Since when two officers stand behind it: from then on whatever widens what it may do is a PartnerChange (a trigger says so).
    opened_at = models.DateTimeField(_("dibuka"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("mitra")
        verbose_name_plural = _("mitra")

    def __str__(self) -> str:
        return self.name


class DepositBooking(Proposal):
    """Money that came to the bank for a partner's deposit, or went back (`back`), by the bank's number; booked once agreed to."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="bookings", verbose_name=_("mitra"))
    back = models.BooleanField(_("kembali ke mitra"))
    amount = models.BigIntegerField(_("jumlah"))
    reference = models.CharField(_("nomor mutasi bank"), max_length=40)
    # What is the same in every spelling of it (`wallet.bank_references`; a CHECK of the database's own). Of bookings of before
    # that were one entry in two spellings, the later ones have their row's number behind a #.
    subject = models.CharField(max_length=64, editable=False)

    class Meta(Proposal.Meta):
        verbose_name = _("pencatatan titipan")
        verbose_name_plural = _("pencatatan titipan")
        permissions = [("agree_depositbooking", _("Dapat menyetujui pencatatan titipan"))]
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(name="depositbooking_positive", condition=Q(amount__gt=0) & ~Q(reference="")),
            models.UniqueConstraint(
                name="depositbooking_once", fields=["back", "subject"], condition=~Q(status="dropped")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.reference}"


class PartnerChange(Proposal):
    """What lets somebody act as a partner or hear what it is told: wider data, a key, a secret, an invitation to its page.

    `before` and `after` hold the partner's fields that differ, by name; of an activation, `before` is all that stood then, with
    the ids of its credentials. Of an invitation, whoever proposes it knows the code and whoever agrees to it the link.
    """

    class Kind(models.TextChoices):
        DATA = "data", _("Data mitra")
        KEY = "key", _("Kunci publik")
        SECRET = "secret", _("Rahasia")
        INVITATION = "invitation", _("Undangan")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="changes", verbose_name=_("mitra"))
    kind = models.CharField(_("jenis"), max_length=10, choices=Kind)
    before = models.JSONField(_("sebelumnya"), default=dict)
    after = models.JSONField(_("menjadi"), default=dict)
    public_key = models.TextField(_("kunci publik RSA (PEM)"), blank=True, default="", db_default="")
    fingerprint = models.CharField(_("sidik"), max_length=64, blank=True, default="", db_default="")
    overlap = models.DurationField(_("yang lama masih berlaku"), default=timedelta)  # of a key or secret
    code_digest = models.BinaryField(editable=False, default=b"")

    class Meta(Proposal.Meta):
        verbose_name = _("perubahan mitra")
        verbose_name_plural = _("perubahan mitra")
        permissions = [("agree_partnerchange", _("Dapat menyetujui perubahan mitra"))]
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                name="partnerchange_of_its_kind",
                condition=(Q(kind="data", public_key="", fingerprint="", code_digest=b"") & ~Q(after={}))
                | (Q(kind="key", after={}, code_digest=b"") & ~Q(public_key="") & ~Q(fingerprint=""))
                | Q(kind="secret", after={}, public_key="", fingerprint="", code_digest=b"")
                | (Q(kind="invitation", after={}, public_key="", fingerprint="") & ~Q(code_digest=b"")),
            ),
            models.UniqueConstraint(
                name="partnerchange_waits_alone", fields=["partner", "kind"], condition=Q(status="proposed")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.pk}"


class Merchant(models.Model):
    """A shop that redeems purses; what we owe it stands on its account."""

    class Status(models.TextChoices):
        APPROVED = "approved", _("Disetujui, belum aktif")
        ACTIVE = "active", _("Aktif")
        SUSPENDED = "suspended", _("Ditangguhkan")
        CLOSED = "closed", _("Ditutup")

    class Criteria(models.TextChoices):
        """What QRIS calls a merchant by its size."""

        MICRO = "UMI", _("UMI: usaha mikro")
        SMALL = "UKE", _("UKE: usaha kecil")
        MEDIUM = "UME", _("UME: usaha menengah")
        LARGE = "UBE", _("UBE: usaha besar")
        REGULAR = "URE", _("URE: reguler")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="merchants", verbose_name=_("mitra"))
    merchant_id = models.CharField(_("id pedagang"), max_length=15, unique=True)
    name = models.CharField(_("nama"), max_length=25)
    mcc = models.CharField(
        _("kategori (MCC)"), max_length=4, validators=[RegexValidator(r"^[0-9]{4}\Z", _("Isi empat angka."))]
    )
    city = models.CharField(_("kota"), max_length=15, default="JAKARTA")
    region = models.CharField(
        _("wilayah"),
        max_length=13,
        blank=True,
        default="",
        db_default="",
        validators=[
            RegexValidator(r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?\Z", _("Isi kode seperti 31.74.01.1001."))
        ],
        help_text=_(
            "Kode wilayah Kemendagri dari tempat usaha. Bantuan yang terikat wilayah hanya dapat dipakai jika ini diisi."
        ),
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.ACTIVE)
    suspended_until = models.DateTimeField(
        _("ditangguhkan sampai"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Kosong berarti sampai dibuka lagi."),
    )
    criteria = models.CharField(
        _("kriteria QRIS"), max_length=3, choices=Criteria, blank=True, default="", db_default=""
    )
    nmid = models.CharField(
        _("NMID"), max_length=15, blank=True, default="", db_default="", validators=[NMID], help_text=NMID_HELP
    )
    postcode = models.CharField(
        _("kode pos"), max_length=5, blank=True, default="", db_default="", validators=[POSTCODE]
    )
    # What the merchant may take at most: rupiah a payment, a day, a month (in Jakarta), and payments a day. None: no limit of
    # its own. Decided with the payment itself (wallet/sql/redemption.sql).
    limit_payment = models.BigIntegerField(_("batas per belanja"), null=True, blank=True)
    limit_daily = models.BigIntegerField(_("batas per hari"), null=True, blank=True)
    limit_monthly = models.BigIntegerField(_("batas per bulan"), null=True, blank=True)
    limit_count = models.IntegerField(_("batas jumlah belanja per hari"), null=True, blank=True)
    settlement_minimum = models.BigIntegerField(
        _("penyelesaian paling sedikit"), null=True, blank=True, help_text=_("Kosong berarti menurut pengaturan umum.")
    )
    refund_credit = models.BigIntegerField(
        _("kredit pengembalian"),
        default=0,
        db_default=0,
        help_text=_(
            "Rupiah yang boleh dikembalikan ke pembeli melebihi yang masih terutang ke pedagang; dipotong dari penyelesaian "
            "berikutnya."
        ),
    )
    account = models.OneToOneField(Account, models.PROTECT, editable=False, verbose_name=_("akun"))
    # Where refunds beyond what is owed come from, and what the next settlement pays back; below zero or nothing.
    advance = models.OneToOneField(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="advanced_to",
        verbose_name=_("piutang ke pedagang"),
    )
    bank_code = models.CharField(_("kode bank"), max_length=11, blank=True)
    bank_account_sealed = models.BinaryField(editable=False, default=b"")
    account_holder_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")  # empty: by the shop's name
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    bank_account = Sealed("bank_account_sealed")
    account_holder = Sealed("account_holder_sealed")

    class Meta:
        verbose_name = _("pedagang")
        verbose_name_plural = _("pedagang")
        permissions = [
            ("suspend_merchant", _("Dapat menangguhkan, membuka, dan menutup pedagang")),
        ]
        constraints = [
            models.CheckConstraint(
                name="merchant_limits_positive",
                condition=Q(
                    Q(limit_payment__isnull=True) | Q(limit_payment__gt=0),
                    Q(limit_daily__isnull=True) | Q(limit_daily__gt=0),
                    Q(limit_monthly__isnull=True) | Q(limit_monthly__gt=0),
                    Q(limit_count__isnull=True) | Q(limit_count__gt=0),
                    Q(settlement_minimum__isnull=True) | Q(settlement_minimum__gt=0),
                    refund_credit__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="merchant_credit_has_account", condition=Q(refund_credit=0) | Q(advance__isnull=False)
            ),
            models.CheckConstraint(
                name="merchant_criteria", condition=Q(criteria__in=["", "UMI", "UKE", "UME", "UBE", "URE"])
            ),
            models.CheckConstraint(
                name="merchant_until_only_suspended",
                condition=Q(suspended_until__isnull=True) | Q(status="suspended"),
            ),
            models.UniqueConstraint(name="merchant_nmid_once", fields=["nmid"], condition=~Q(nmid="")),
        ]

    def __str__(self) -> str:
        return self.name


class Settlement(models.Model):
    """What one run owed one merchant: cleared out of its account at once, paid when the bank has it.

    States: PENDING → PAID | RETURNED; PAID → RETURNED (`wallet.settlement.TRANSITIONS`; a trigger says so too).
    The bank account and its holder are of that moment: a later change of the merchant's does not say that this went elsewhere.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Menunggu bank")
        PAID = "paid", _("Dibayar")
        RETURNED = "returned", _("Dikembalikan bank")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="settlements", verbose_name=_("pedagang"))
    bank_code = models.CharField(_("kode bank"), max_length=11)
    bank_account_sealed = models.BinaryField(editable=False)
    account_holder_sealed = models.BinaryField(
        editable=False, default=b"", db_default=b""
    )  # empty: paid by the shop's name
    business_day = models.DateField(_("hari buku"))
    # Set once, while the file is only made: nothing is in two files (wallet migration 0151). With it, the name as it is paid.
    payout_file = models.ForeignKey(
        "wallet.PayoutFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="settlements",
        verbose_name=_("berkas pembayaran"),
    )
    payee = models.CharField(_("nama penerima"), max_length=25, blank=True, default="", db_default="", editable=False)
    amount = models.BigIntegerField(_("jumlah"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())
    paid_at = models.DateTimeField(_("dibayar"), null=True, blank=True)
    returned_at = models.DateTimeField(_("dikembalikan bank"), null=True, blank=True)
    return_reason = models.CharField(_("alasan dikembalikan"), max_length=200, blank=True, default="", db_default="")

    bank_account = Sealed("bank_account_sealed")
    account_holder = Sealed("account_holder_sealed")

    class Meta:
        verbose_name = _("penyelesaian")
        verbose_name_plural = _("penyelesaian")
        permissions = [("return_settlement", _("Dapat mencatat penyelesaian yang dikembalikan bank"))]
        constraints = [
            models.CheckConstraint(name="settlement_positive", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="settlement_ended",
                condition=Q(status="pending", paid_at__isnull=True, returned_at__isnull=True, return_reason="")
                | Q(status="paid", paid_at__isnull=False, returned_at__isnull=True, return_reason="")
                | (Q(status="returned", returned_at__isnull=False) & ~Q(return_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant} {self.business_day}"
