"""How a shop becomes a merchant: its application with sealed documents, its outlets and terminals, its history."""

import uuid

from django.contrib.auth.models import User
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed
from wallet.models.merchant import NMID, NMID_HELP, POSTCODE, Merchant, Partner
from wallet.models.proposal import Proposal

MCC = RegexValidator(r"^[0-9]{4}\Z", _("Isi empat angka."))
REGION = RegexValidator(r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?\Z", _("Isi kode seperti 31.74.01.1001."))
VISIBLE = RegexValidator(r"\A[\x21-\x7e]+\Z", _("Isi huruf, angka, dan tanda tanpa spasi."))


class MerchantApplication(models.Model):
    """A shop that asks to become a merchant of a partner: prepared by one officer, decided on by another.

    States (`wallet.merchant_states`): DRAFT → SUBMITTED → APPROVED | RETURNED | REJECTED; RETURNED → SUBMITTED | REJECTED.
    What was submitted stays as it is until it is returned (a trigger says so). The owner's name and NIK, the bank account and its
    holder are sealed, and emptied with the documents.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Konsep")
        SUBMITTED = "submitted", _("Menunggu persetujuan")
        RETURNED = "returned", _("Dikembalikan")
        APPROVED = "approved", _("Disetujui")
        REJECTED = "rejected", _("Ditolak")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="applications", verbose_name=_("mitra"))
    merchant_id = models.CharField(_("id pedagang"), max_length=15, validators=[VISIBLE])
    name = models.CharField(_("nama di struk dan QRIS"), max_length=25)
    legal_name = models.CharField(_("nama usaha"), max_length=140)
    mcc = models.CharField(_("kategori (MCC)"), max_length=4, validators=[MCC])
    criteria = models.CharField(_("kriteria QRIS"), max_length=3, choices=Merchant.Criteria)
    nmid = models.CharField(
        _("NMID"), max_length=15, validators=[NMID], help_text=NMID_HELP, blank=True, default="", db_default=""
    )
    address = models.CharField(_("alamat usaha"), max_length=200)
    city = models.CharField(_("kota"), max_length=15, default="JAKARTA")
    region = models.CharField(_("wilayah"), max_length=13, validators=[REGION], blank=True, default="", db_default="")
    postcode = models.CharField(
        _("kode pos"), max_length=5, validators=[POSTCODE], blank=True, default="", db_default=""
    )
    owner_name_sealed = models.BinaryField(editable=False, default=b"")
    owner_nik_sealed = models.BinaryField(editable=False, default=b"")
    bank_code = models.CharField(_("kode bank"), max_length=11)
    bank_account_sealed = models.BinaryField(editable=False, default=b"")
    account_holder_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")
    limit_payment = models.BigIntegerField(_("batas per belanja"), null=True, blank=True)
    limit_daily = models.BigIntegerField(_("batas per hari"), null=True, blank=True)
    limit_monthly = models.BigIntegerField(_("batas per bulan"), null=True, blank=True)
    limit_count = models.IntegerField(_("batas jumlah belanja per hari"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.DRAFT, db_default=Status.DRAFT, editable=False
    )
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False, verbose_name=_("dibuat oleh"))
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("diajukan oleh")
    )
    submitted_at = models.DateTimeField(_("diajukan"), null=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan"), null=True, editable=False)
    decision_reason = models.CharField(
        _("alasan keputusan"), max_length=200, editable=False, blank=True, default="", db_default=""
    )
    became = models.OneToOneField(
        Merchant,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="application",
        verbose_name=_("pedagang"),
    )
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    owner_name = Sealed("owner_name_sealed")
    owner_nik = Sealed("owner_nik_sealed")
    bank_account = Sealed("bank_account_sealed")
    account_holder = Sealed("account_holder_sealed")

    class Meta:
        verbose_name = _("pengajuan pedagang")
        verbose_name_plural = _("pengajuan pedagang")
        permissions = [
            ("submit_merchantapplication", _("Dapat mengajukan pedagang")),
            ("decide_merchantapplication", _("Dapat memutuskan pengajuan pedagang")),
        ]
        constraints = [
            models.CheckConstraint(
                name="application_enumerations",
                condition=Q(status__in=["draft", "submitted", "returned", "approved", "rejected"])
                & Q(criteria__in=["UMI", "UKE", "UME", "UBE", "URE"]),
            ),
            # Nobody decides on what they submitted, or wrote, superusers included.
            models.CheckConstraint(
                name="application_decider_is_not_maker",
                condition=Q(decided_by__isnull=True) | (~Q(decided_by=F("submitted_by")) & ~Q(decided_by=F("made_by"))),
            ),
            models.CheckConstraint(
                name="application_decided",
                condition=Q(status="draft", submitted_by__isnull=True, decided_by__isnull=True)
                | Q(status="submitted", submitted_by__isnull=False, submitted_at__isnull=False, decided_by__isnull=True)
                | (
                    Q(status__in=["returned", "approved", "rejected"])
                    & Q(submitted_by__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decision_reason="")
                ),
            ),
            models.CheckConstraint(
                name="application_approved_has_merchant",
                condition=Q(status="approved", became__isnull=False) | (~Q(status="approved") & Q(became__isnull=True)),
            ),
            models.UniqueConstraint(
                name="application_merchant_id_once", fields=["merchant_id"], condition=~Q(status="rejected")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ApplicationWriter(models.Model):
    """An officer wrote in an application, its outlets, prices or documents: they never decide on it. Written once."""

    application = models.ForeignKey(
        MerchantApplication, models.PROTECT, related_name="writers", verbose_name=_("pengajuan")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("ditulis oleh"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("penulis pengajuan")
        verbose_name_plural = _("penulis pengajuan")
        constraints = [models.UniqueConstraint(name="application_writer_once", fields=["application", "by"])]

    def __str__(self) -> str:
        return f"{self.application_id} {self.by_id}"


class ApplicationDocument(models.Model):
    """A KYC document, sealed as a whole (base64 of the file's bytes). Written once; its content emptied after its retention."""

    class Kind(models.TextChoices):
        IDENTITY = "ktp", _("KTP pemilik")
        TAX = "npwp", _("NPWP")
        LICENCE = "nib", _("NIB atau surat izin usaha")
        DEED = "deed", _("Akta pendirian")
        PLACE = "place", _("Foto tempat usaha")
        ACCOUNT = "account", _("Bukti rekening bank")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        MerchantApplication, models.PROTECT, related_name="documents", verbose_name=_("pengajuan")
    )
    kind = models.CharField(_("dokumen"), max_length=7, choices=Kind)
    content_type = models.CharField(_("jenis berkas"), max_length=20)
    size = models.PositiveIntegerField(_("ukuran"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content_sealed = models.BinaryField(editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("diunggah oleh"))
    created_at = models.DateTimeField(_("diunggah"), db_default=Now())
    erased_at = models.DateTimeField(_("dihapus isinya"), null=True, editable=False)

    content = Sealed("content_sealed")

    class Meta:
        verbose_name = _("dokumen pedagang")
        verbose_name_plural = _("dokumen pedagang")
        permissions = [("open_applicationdocument", _("Dapat membuka dokumen pedagang"))]
        constraints = [
            models.CheckConstraint(
                name="application_document_type",
                condition=Q(content_type__in=["application/pdf", "image/jpeg", "image/png"]),
            ),
            models.CheckConstraint(
                name="application_document_erased",
                condition=(Q(erased_at__isnull=True) & ~Q(content_sealed=b""))
                | Q(erased_at__isnull=False, content_sealed=b""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class DocumentView(models.Model):
    """An officer opened a document, with the reason given before. Written once."""

    document = models.ForeignKey(
        ApplicationDocument, models.PROTECT, related_name="views", verbose_name=_("dokumen pedagang")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("dibuka oleh"))
    reason = models.CharField(_("alasan"), max_length=200)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("pembukaan dokumen")
        verbose_name_plural = _("pembukaan dokumen")
        constraints = [models.CheckConstraint(name="document_view_says_why", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.document_id} {self.by_id}"


class Outlet(models.Model):
    """A place where the merchant sells; asked for in its application, or added later."""

    application = models.ForeignKey(
        MerchantApplication,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="outlets",
        verbose_name=_("pengajuan"),
    )
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="outlets", verbose_name=_("pedagang")
    )
    code = models.CharField(_("kode gerai"), max_length=16, validators=[VISIBLE])
    name = models.CharField(_("nama gerai"), max_length=60)
    address = models.CharField(_("alamat"), max_length=200, blank=True)
    region = models.CharField(_("wilayah"), max_length=13, validators=[REGION], blank=True, default="", db_default="")
    active = models.BooleanField(_("aktif"), default=True)

    class Meta:
        verbose_name = _("gerai")
        verbose_name_plural = _("gerai")
        constraints = [
            models.CheckConstraint(
                name="outlet_of_somebody", condition=Q(application__isnull=False) | Q(merchant__isnull=False)
            ),
            models.UniqueConstraint(
                name="outlet_once", fields=["merchant", "code"], condition=Q(merchant__isnull=False)
            ),
            models.UniqueConstraint(
                name="outlet_once_asked", fields=["application", "code"], condition=Q(application__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Terminal(models.Model):
    """A till or device of an outlet. A merchant that has any takes payments only from those that are active."""

    outlet = models.ForeignKey(Outlet, models.PROTECT, related_name="terminals", verbose_name=_("gerai"))
    terminal_id = models.CharField(_("id terminal"), max_length=32, validators=[VISIBLE])
    active = models.BooleanField(_("aktif"), default=True)

    class Meta:
        verbose_name = _("terminal")
        verbose_name_plural = _("terminal")
        constraints = [models.UniqueConstraint(name="terminal_once", fields=["outlet", "terminal_id"])]

    def __str__(self) -> str:
        return self.terminal_id


class RegulatedPrice(models.Model):
    """The most that the merchant may ask for a regulated good, where a list was agreed on. Refused above, by name.

    `item` is the words that the good's SKU, category or a part of its name is (wallet.baskets.words).
    """

    application = models.ForeignKey(
        MerchantApplication,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="prices",
        verbose_name=_("pengajuan"),
    )
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="prices", verbose_name=_("pedagang")
    )
    item = models.CharField(_("barang"), max_length=60)
    price = models.BigIntegerField(_("harga satuan tertinggi"))

    class Meta:
        verbose_name = _("harga barang teratur")
        verbose_name_plural = _("harga barang teratur")
        constraints = [
            models.CheckConstraint(
                name="price_of_somebody", condition=Q(application__isnull=False) | Q(merchant__isnull=False)
            ),
            models.CheckConstraint(name="price_positive", condition=Q(price__gt=0) & ~Q(item="")),
            models.UniqueConstraint(
                name="price_once", fields=["merchant", "item"], condition=Q(merchant__isnull=False)
            ),
            models.UniqueConstraint(
                name="price_once_asked", fields=["application", "item"], condition=Q(application__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} ≤ {self.price}"


class MerchantStep(models.Model):
    """Something done to a merchant, with who did it and why. Written once."""

    class Kind(models.TextChoices):
        APPROVED = "approved", _("Disetujui")
        ACTIVATED = "activated", _("Diaktifkan")
        SUSPENDED = "suspended", _("Ditangguhkan")
        REACTIVATED = "reactivated", _("Diaktifkan lagi")
        CLOSED = "closed", _("Ditutup")
        LIMITED = "limited", _("Batas diubah")
        CHANGED = "changed", _("Data diubah")

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="steps", verbose_name=_("pedagang"))
    kind = models.CharField(_("langkah"), max_length=11, choices=Kind)
    reason = models.CharField(_("alasan"), max_length=200)
    until = models.DateTimeField(_("sampai"), null=True, blank=True)
    by = models.CharField(_("oleh"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("langkah pedagang")
        verbose_name_plural = _("langkah pedagang")

    def __str__(self) -> str:
        return f"{self.merchant_id}: {self.kind}"


class MerchantChange(Proposal):
    """Other data of a merchant: its bank account, name, category, place, limits. One waits at a time.

    `before` and `after` hold the fields that differ, by name; a new account and its holder are sealed, empty where they stay.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="changes", verbose_name=_("pedagang"))
    before = models.JSONField(_("sebelumnya"), default=dict)
    after = models.JSONField(_("menjadi"), default=dict)
    bank_account_sealed = models.BinaryField(editable=False, default=b"")
    account_holder_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")

    bank_account = Sealed("bank_account_sealed")
    account_holder = Sealed("account_holder_sealed")

    class Meta(Proposal.Meta):
        verbose_name = _("perubahan pedagang")
        verbose_name_plural = _("perubahan pedagang")
        permissions = [("agree_merchantchange", _("Dapat menyetujui perubahan pedagang"))]
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                name="merchantchange_says_what",
                condition=~Q(after={}) | ~Q(bank_account_sealed=b"") | ~Q(account_holder_sealed=b""),
            ),
            models.UniqueConstraint(
                name="merchantchange_waits_alone", fields=["merchant"], condition=Q(status="proposed")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant} {self.pk}"


class MerchantUsage(models.Model):
    """What a merchant with limits has taken on its latest day and in that month, in Jakarta; locked by each of its payments.

    There is a row once it took a payment under a limit. Whoever changes the limits deletes it: it is summed anew.
    """

    merchant = models.OneToOneField(
        Merchant, models.PROTECT, primary_key=True, related_name="usage", verbose_name=_("pedagang")
    )
    day = models.DateField(_("hari"))
    day_amount = models.BigIntegerField(_("jumlah hari itu"), db_default=0)
    day_count = models.IntegerField(_("banyaknya hari itu"), db_default=0)
    month_amount = models.BigIntegerField(_("jumlah bulan itu"), db_default=0)

    class Meta:
        verbose_name = _("pemakaian batas")
        verbose_name_plural = _("pemakaian batas")

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.day}"
