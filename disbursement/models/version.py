"""What of a programme has a first day: its rule, its components with their amounts, and how the money may be used."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.programme import Programme
from wallet.models import PurseTerms

MOST_MONTHS = 12
MOST_AMOUNT = 1_000_000_000  # rupiah of one component for one person and month: a typing error is above it


class ProgrammeVersion(models.Model):
    """Who is eligible and what they get, from a day on. In force it never changes (triggers): another version follows it.

    A cycle is paid under the version in force that starts last on or before its period; of two that start on one day, the
    later number.
    """

    class Priority(models.TextChoices):
        POOREST = "poorest", _("Desil terendah dahulu")
        OLDEST = "oldest", _("Tertua dahulu")
        YOUNGEST = "youngest", _("Termuda dahulu")
        EARLIEST = "earliest", _("Yang lebih dahulu tercatat")

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="versions", db_index=False, verbose_name=_("program")
    )
    number = models.PositiveSmallIntegerField(_("versi"))
    starts_on = models.DateField(
        _("berlaku sejak"), help_text=_("Siklus yang periodenya mulai pada atau sesudah hari ini.")
    )
    decree = models.CharField(
        _("dasar hukum"), max_length=200, blank=True, default="", help_text=_("Misalnya: Kepgub 1204/2024.")
    )
    eligibility = models.CharField(
        _("syarat"),
        max_length=2000,
        help_text=_("Ungkapan CEL, misalnya: person.age >= 60 && household.decile <= 4"),
    )
    terms = models.ForeignKey(PurseTerms, models.PROTECT, related_name="+", verbose_name=_("aturan kantong"))
    cash_terms = models.ForeignKey(
        PurseTerms,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("aturan kantong tunai"),
        help_text=_("Untuk bagian tunai komponen yang berbatas tunai."),
    )
    purse_days = models.PositiveIntegerField(
        _("masa pakai (hari)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3660)],
        help_text=_("Kosong berarti tanpa batas waktu."),
    )
    months = models.PositiveSmallIntegerField(
        _("bulan tiap siklus"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)],
        help_text=_(
            "Berapa bulan dibayar oleh satu siklus. Kosong berarti sebanyak bulan sekaligus terbanyak dari komponennya."
        ),
    )
    most_people = models.PositiveSmallIntegerField(
        _("paling banyak orang sekeluarga"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Berapa anggota keluarga yang dihitung, yang bernilai paling besar dahulu. Kosong berarti semua."),
    )
    quota = models.PositiveIntegerField(
        _("kuota peserta"), null=True, blank=True, help_text=_("Kosong berarti tanpa kuota.")
    )
    back_pay_months = models.PositiveSmallIntegerField(
        _("rapel bagi yang terlambat didaftarkan (bulan)"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(MOST_MONTHS)],
        help_text=_("Paling lama berapa bulan sebelum didaftarkan yang boleh dibayar kemudian. 0 berarti tidak."),
    )
    priority = models.CharField(
        _("urutan prioritas"), max_length=8, choices=Priority, default=Priority.OLDEST, db_default=Priority.OLDEST
    )
    by = models.ForeignKey(
        "auth.User",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("disusun oleh"),
    )
    enforced_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("diberlakukan oleh"),
    )  # fmt: skip
    enforced_at = models.DateTimeField(_("diberlakukan"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("disusun"), db_default=Now())

    class Meta:
        verbose_name = _("versi program")
        verbose_name_plural = _("versi program")
        permissions = [("enforce_programmeversion", _("Dapat memberlakukan versi program"))]
        constraints = [
            models.UniqueConstraint(name="version_number", fields=["programme", "number"]),
            models.CheckConstraint(
                name="version_purse_days",
                condition=Q(purse_days__isnull=True) | Q(purse_days__gte=1, purse_days__lte=3660),
            ),
            models.CheckConstraint(
                name="version_months",
                condition=Q(months__isnull=True) | Q(months__gte=1, months__lte=MOST_MONTHS),
            ),
            models.CheckConstraint(
                name="version_most_people", condition=Q(most_people__isnull=True) | Q(most_people__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return str(_("%(programme)s versi %(number)s")) % {"programme": self.programme, "number": self.number}


class Component(models.Model):
    """One amount of a version, for whom its condition holds (an empty one: always), for so many months at once.

    `person`: for the enrolled person. `members`: for each member of the family, who counts once only, in the component that
    is worth most to them. Of a component with a cash limit (rupiah a month) the cash share goes into a purse of its own.
    """

    class Per(models.TextChoices):
        PERSON = "person", _("Peserta")
        MEMBERS = "members", _("Tiap anggota keluarga yang memenuhi")

    version = models.ForeignKey(
        ProgrammeVersion, models.CASCADE, related_name="components", db_index=False, verbose_name=_("versi")
    )
    code = models.SlugField(_("kode"), max_length=30)
    name = models.CharField(_("nama"), max_length=60)
    condition = models.CharField(
        _("syarat"), max_length=1000, blank=True, default="", help_text=_("Ungkapan CEL; kosong berarti selalu.")
    )
    amount = models.BigIntegerField(
        _("jumlah (Rp)"),
        validators=[MinValueValidator(1), MaxValueValidator(MOST_AMOUNT)],
        help_text=_("Rupiah bulat, per orang dan per bulan (atau per siklus bila bulannya 1)."),
    )
    per = models.CharField(_("untuk"), max_length=7, choices=Per, default=Per.PERSON, db_default=Per.PERSON)
    most_people = models.PositiveSmallIntegerField(
        _("paling banyak orang"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    months = models.PositiveSmallIntegerField(
        _("bulan sekaligus"),
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)],
    )
    cash_limit = models.BigIntegerField(
        _("batas tunai sebulan (Rp)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Kosong berarti tidak dipisah."),
    )
    terms = models.ForeignKey(
        PurseTerms,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("aturan kantong sendiri"),
        help_text=_("Kosong berarti aturan versi ini."),
    )

    class Meta:
        verbose_name = _("komponen")
        verbose_name_plural = _("komponen")
        constraints = [
            models.UniqueConstraint(name="component_code", fields=["version", "code"]),
            models.CheckConstraint(name="component_code_is_no_part_of_ours", condition=~Q(code__in=["main", "cash"])),
            models.CheckConstraint(name="component_amount", condition=Q(amount__gte=1, amount__lte=MOST_AMOUNT)),
            models.CheckConstraint(name="component_months", condition=Q(months__gte=1, months__lte=MOST_MONTHS)),
            models.CheckConstraint(
                name="component_cash_limit", condition=Q(cash_limit__isnull=True) | Q(cash_limit__gte=1)
            ),
            models.CheckConstraint(
                name="component_most_people", condition=Q(most_people__isnull=True) | Q(most_people__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return self.name
