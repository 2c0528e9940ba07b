"""What banks and providers say of our money: accounts that are reconciled, their statements, and the statements' entries.

Amounts are in sen, hundredths of a rupiah: banks book interest and fees to the sen. Everything of ours is whole rupiah.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed


class StatementAccount(models.Model):
    """An account of ours at a bank or provider, and which of our books are expected on its statements.

    `books` are codes of `disbursement.books.BOOKS`; a book is one account's on any one day. What we booked from `starts_on` on
    is missing where no statement has it `grace_days` after; `number` is the bank's, compared with what a camt.053 says of itself.

    Once a statement is booked, what is expected stays as it is. It ends after `ends_on` when another officer has agreed; what
    is to be expected differently from then on is a new account's.
    """

    class Kind(models.TextChoices):
        BANK = "bank", _("Rekening bank")
        PROVIDER = "provider", _("Penyedia pembayaran")

    code = models.SlugField(_("kode"), max_length=20, unique=True)
    name = models.CharField(_("nama"), max_length=100)
    kind = models.CharField(_("jenis"), max_length=8, choices=Kind, default=Kind.BANK)
    number = models.CharField(
        _("nomor rekening"), max_length=34, blank=True, help_text=_("Milik dinas sendiri, seperti di rekening koran.")
    )
    books = ArrayField(models.CharField(max_length=20), verbose_name=_("pembukuan yang dicocokkan"))
    starts_on = models.DateField(_("dicocokkan sejak"))
    grace_days = models.PositiveSmallIntegerField(
        _("tenggang (hari)"),
        default=1,
        db_default=1,
        help_text=_("Sekian hari sesudah dibukukan barulah yang tidak ada di rekening koran menjadi selisih."),
    )
    active = models.BooleanField(_("aktif"), default=True, db_default=True)
    ends_on = models.DateField(_("dicocokkan sampai"), null=True, blank=True)
    end_by = models.ForeignKey(
        "auth.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("pengakhiran diusulkan oleh"),
    )
    end_agreed_by = models.ForeignKey(
        "auth.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("pengakhiran disetujui oleh"),
    )
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("rekening yang dicocokkan")
        verbose_name_plural = _("rekening yang dicocokkan")
        constraints = [
            models.CheckConstraint(
                name="account_end_proposed",
                condition=Q(ends_on__isnull=True, end_by__isnull=True)
                | (Q(ends_on__gte=F("starts_on")) & Q(end_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="account_end_second_look",
                condition=Q(end_agreed_by__isnull=True) | (Q(end_by__isnull=False) & ~Q(end_agreed_by=F("end_by"))),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Statement(models.Model):
    """One file of one account: read by a worker, looked at by an officer, then booked. Only booked ones are compared.

    The file itself lies sealed until it is booked, cancelled or refused; `file_sha256` stays, and so does `number`, the
    bank's own: neither is taken in twice. `problems` is what the preview warns of: ``{"overlaps": 12}``.
    """

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        CAMT053 = "camt053", "ISO 20022 camt.053"

    class State(models.TextChoices):
        WAITING = "waiting", _("Sedang dibaca")
        PREVIEWED = "previewed", _("Menunggu dibukukan")
        BOOKED = "booked", _("Dibukukan")
        FAILED = "failed", _("Ditolak")
        CANCELLED = "cancelled", _("Dibatalkan")

    GONE = (State.FAILED, State.CANCELLED)

    account = models.ForeignKey(StatementAccount, models.PROTECT, related_name="statements", verbose_name=_("rekening"))
    format = models.CharField(_("bentuk"), max_length=7, choices=Format)
    state = models.CharField(
        _("status"), max_length=9, choices=State, default=State.WAITING, db_default="waiting", db_index=True
    )
    number = models.CharField(_("nomor rekening koran"), max_length=64, blank=True, default="", db_default="")
    file_name = models.CharField(_("berkas"), max_length=200)
    file_sha256 = models.CharField(_("SHA-256 berkas"), max_length=64)
    upload = models.UUIDField(null=True, editable=False)
    size = models.BigIntegerField(_("ukuran (byte)"), default=0, db_default=0)
    period_from = models.DateField(_("dari"), null=True, blank=True)
    period_to = models.DateField(_("sampai"), null=True, blank=True)
    opening_sen = models.BigIntegerField(_("saldo awal (sen)"), null=True, blank=True)
    closing_sen = models.BigIntegerField(_("saldo akhir (sen)"), null=True, blank=True)
    entry_count = models.PositiveIntegerField(_("mutasi"), default=0, db_default=0)
    unsettled_count = models.PositiveIntegerField(_("belum atau gagal dibukukan"), default=0, db_default=0)
    in_sen = models.BigIntegerField(_("masuk (sen)"), default=0, db_default=0)
    out_sen = models.BigIntegerField(_("keluar (sen)"), default=0, db_default=0)
    problems = models.JSONField(_("yang perlu dilihat"), default=dict, db_default=Value({}, models.JSONField()))
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    # Why it was refused: an error's code and data, never an entry's text.
    error_code = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    error_data = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), editable=False)
    by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("diunggah oleh"))
    booked_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dibukukan oleh")
    )
    created_at = models.DateTimeField(_("diunggah"), db_default=Now())
    tried_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(_("selesai"), null=True, blank=True)

    class Meta:
        verbose_name = _("rekening koran")
        verbose_name_plural = _("rekening koran")
        constraints = [
            models.UniqueConstraint(
                name="statement_file_once", fields=["file_sha256"], condition=~Q(state__in=["failed", "cancelled"])
            ),
            models.UniqueConstraint(
                name="statement_number_once",
                fields=["account", "number"],
                condition=Q(state__in=["previewed", "booked"]),
            ),
            models.CheckConstraint(
                name="statement_read_has_period",
                condition=~Q(state__in=["previewed", "booked"])
                | (Q(period_from__isnull=False) & Q(period_to__gte=F("period_from")) & ~Q(number="")),
            ),
            models.CheckConstraint(
                name="statement_booked_by_someone",
                condition=~Q(state="booked") | (Q(booked_by__isnull=False) & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="statement_adds_up",
                condition=~Q(state__in=["previewed", "booked"])
                | Q(opening_sen__isnull=True)
                | Q(closing_sen=F("opening_sen") + F("in_sen") - F("out_sen")),
            ),
            models.CheckConstraint(
                name="statement_both_balances",
                condition=Q(opening_sen__isnull=True, closing_sen__isnull=True)
                | Q(opening_sen__isnull=False, closing_sen__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.number or self.file_name}"


class StatementEntry(models.Model):
    """One line of a statement: money in (positive) or out (negative), in sen, and the reference by which it is known.

    `settled` is False for what a provider calls failed or pending, for entries a bank only announces and for those of nothing:
    such lines are kept and never counted. What was written about people (names, remittance text) is sealed.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    statement = models.ForeignKey(
        Statement, models.CASCADE, related_name="entries", verbose_name=_("rekening koran"), db_index=False
    )
    line = models.PositiveIntegerField(_("baris"))
    booked_on = models.DateField(_("tanggal"))
    amount_sen = models.BigIntegerField(_("jumlah (sen)"))
    settled = models.BooleanField(_("dibukukan bank"), default=True, db_default=True)
    reversal = models.BooleanField(_("pembalikan"), default=False, db_default=False)
    reference = models.CharField(_("rujukan"), max_length=64, blank=True, db_default="")
    # The reference without what banks change on the way (case, which signs part it): by it books and statements are compared.
    subject = models.CharField(_("rujukan untuk dicocokkan"), max_length=64, db_default="")
    bank_reference = models.CharField(_("rujukan bank"), max_length=64, blank=True, db_default="")
    text_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")

    text = Sealed("text_sealed")
    reveal_kind, masked = "statement_entry", ("text",)

    class Meta:
        verbose_name = _("mutasi")
        verbose_name_plural = _("mutasi")
        constraints = [
            models.CheckConstraint(name="statement_entry_moves", condition=~Q(amount_sen=0) | Q(settled=False))
        ]
        indexes = [
            models.Index(name="statement_entry_of", fields=["statement", "line"]),
            models.Index(name="statement_entry_subject", fields=["subject"]),
            models.Index(name="statement_entry_day", fields=["booked_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.reference or self.bank_reference or self.pk}"
