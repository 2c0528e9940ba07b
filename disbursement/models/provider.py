"""Partners that pay for us (e-money providers): their accounts, the token we hold, and through which of them a person is paid."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.enrolment import Enrolment
from vault.sealing import Sealed
from wallet.models import Account, Partner

MOST_LINES = 1_000  # of one bulk request: what a worker sends, and a notice brings, at once


class ProviderAccount(models.Model):
    """Our account at a partner that speaks SNAP BI: how it is called, who it is when it calls us, and what it has paid.

    `partner` is who its notices come from; `account` is where the ledger keeps what the partner has confirmed as paid.
    Our private key is made here and leaves the house never; the secret is the one the partner gave us. Both are sealed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(_("kode"), max_length=14, unique=True)
    name = models.CharField(_("nama"), max_length=100)
    base_url = models.CharField(
        _("alamat"), max_length=200, help_text=_("Alamat mitra di depan /v1.0, misalnya https://api.mitra.co.id")
    )
    client_id = models.CharField(
        _("client id kita"),
        max_length=36,
        help_text=_("X-CLIENT-KEY dan X-PARTNER-ID yang diberikan mitra kepada kita."),
    )
    channel_id = models.CharField(
        _("CHANNEL-ID"),
        max_length=5,
        default="95221",
        validators=[RegexValidator(r"\A[0-9A-Za-z]{1,5}\Z", _("Isi 1 sampai 5 huruf atau angka."))],
    )
    reference_prefix = models.CharField(
        _("awalan rujukan"),
        max_length=8,
        default="SLR",
        validators=[RegexValidator(r"\A[A-Z0-9]{2,8}\Z", _("Isi 2 sampai 8 huruf besar atau angka."))],
        help_text=_("Membedakan pemasangan ini dari yang lain pada mitra yang sama; tidak diganti sesudah dipakai."),
    )
    bulk_size = models.PositiveIntegerField(
        _("penerima per permintaan"),
        default=500,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_LINES)],
    )
    partner = models.OneToOneField(
        Partner,
        models.PROTECT,
        related_name="pays_for_us",
        verbose_name=_("mitra pengirim pemberitahuan"),
        help_text=_("Dengan kunci publiknya pemberitahuan hasil dari mitra ini diperiksa."),
    )
    account = models.OneToOneField(Account, models.PROTECT, editable=False, verbose_name=_("akun"))
    private_key_sealed = models.BinaryField(editable=False, default=b"")
    secret_sealed = models.BinaryField(editable=False, default=b"")
    active = models.BooleanField(
        _("aktif"),
        default=True,
        db_default=True,
        help_text=_("Yang tidak aktif tidak dikirimi; hasil kiriman terdahulu tetap ditanyakan."),
    )
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    private_key = Sealed("private_key_sealed")
    secret = Sealed("secret_sealed")

    class Meta:
        verbose_name = _("mitra penyalur")
        verbose_name_plural = _("mitra penyalur")
        constraints = [
            models.CheckConstraint(
                name="provider_bulk_size", condition=Q(bulk_size__gte=1) & Q(bulk_size__lte=MOST_LINES)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProviderToken(models.Model):
    """The access token that the partner gave us last; a cache, so anybody may renew it."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    provider = models.OneToOneField(
        ProviderAccount, models.CASCADE, related_name="token", verbose_name=_("mitra penyalur")
    )
    token_sealed = models.BinaryField(editable=False, default=b"")
    expires_at = models.DateTimeField(_("berlaku sampai"))

    token = Sealed("token_sealed")

    class Meta:
        verbose_name = _("token pada mitra")
        verbose_name_plural = _("token pada mitra")

    def __str__(self) -> str:
        return f"{self.provider} … {self.expires_at:%Y-%m-%d %H:%M}"


class Route(models.Model):
    """Through which partner, into which account there, an enrolment is paid; without one, into our own wallet.

    An officer proposes it and another agrees; until then nothing is paid through it. Written once, because approved batches
    name it: who changes their account gets a new row. One is in force at a time, and at most one waits for a decision.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="routes", verbose_name=_("kepesertaan"))
    provider = models.ForeignKey(
        ProviderAccount, models.PROTECT, related_name="routes", db_index=False, verbose_name=_("mitra penyalur")
    )
    number_sealed = models.BinaryField(editable=False, default=b"")
    number_index = models.BinaryField(editable=False, null=True)
    why = models.CharField(_("alasan"), max_length=200, blank=True, default="", db_default="")
    # Nobody: the command line did it, for a partner's whole list; what an officer proposes needs another to agree.
    set_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diusulkan oleh")
    )
    set_at = models.DateTimeField(_("diusulkan"), db_default=Now())
    agreed_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("disetujui oleh"),
        db_index=False,
    )  # fmt: skip
    agreed_at = models.DateTimeField(_("berlaku sejak"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diakhiri oleh"),
        db_index=False,
    )  # fmt: skip
    ended_at = models.DateTimeField(_("berlaku sampai"), null=True, blank=True)

    number = Sealed("number_sealed", index="number_index")

    class Meta:
        verbose_name = _("jalur bayar")
        verbose_name_plural = _("jalur bayar")
        permissions = [
            ("set_route", _("Dapat mengusulkan jalur bayar penerima")),
            ("agree_route", _("Dapat menyetujui jalur bayar penerima")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="route_in_force", fields=["enrolment"], condition=Q(ended_at=None, agreed_at__isnull=False)
            ),
            models.UniqueConstraint(
                name="route_proposed", fields=["enrolment"], condition=Q(ended_at=None, agreed_at=None)
            ),
            models.CheckConstraint(
                name="route_agreed_by_another",
                condition=Q(agreed_by=None) | Q(set_by=None) | ~Q(agreed_by=F("set_by")),
            ),
            models.CheckConstraint(name="route_agreed_when", condition=Q(agreed_by=None) | Q(agreed_at__isnull=False)),
        ]
        indexes = [
            models.Index(name="route_by_number", fields=["number_index"], condition=Q(ended_at=None)),
            models.Index(name="route_waiting", fields=["set_at"], condition=Q(ended_at=None, agreed_at=None)),
            # What was decided lately is told (mobile.decision_notices).
            models.Index(name="route_agreed", fields=["agreed_at", "id"], condition=Q(agreed_at__isnull=False)),
            models.Index(
                name="route_ended",
                fields=["ended_at", "id"],
                condition=Q(ended_at__isnull=False, agreed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.provider}"
