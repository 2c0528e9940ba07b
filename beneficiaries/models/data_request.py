"""What subjects ask for under the personal data law, what was decided, and breaches of it; each with the law's clock."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.household import Person
from vault.sealing import Sealed


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    """Reads of requests."""

    def open(self) -> DataRequestQuerySet:
        """Those nobody has answered, the most urgent first."""
        return self.filter(state__in=DataRequest.OPEN).order_by("due_at", "pk")

    def late(self) -> DataRequestQuerySet:
        """Those that should have been answered by now."""
        return self.open().filter(due_at__lt=timezone.now())


class DataRequest(models.Model):
    """One subject asks to see, correct, restrict or erase what is kept (UU 27/2022 art. 5-10, 30-33, 40-44).

    States: OPEN → PROPOSED (a correction, restriction or erasure waits for a second officer) → DONE | REFUSED; access goes
    from OPEN to DONE. What was asked to be corrected to lies sealed until it is done.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", _("Akses dan salinan")
        CORRECTION = "correction", _("Perbaikan")
        RESTRICTION = "restriction", _("Pembatasan")
        RELEASE = "release", _("Pencabutan pembatasan")
        ERASURE = "erasure", _("Penghapusan")

    class State(models.TextChoices):
        OPEN = "open", _("Diterima")
        PROPOSED = "proposed", _("Menunggu orang kedua")
        DONE = "done", _("Selesai")
        REFUSED = "refused", _("Ditolak")

    OPEN = (State.OPEN, State.PROPOSED)

    person = models.ForeignKey(Person, models.PROTECT, related_name="data_requests", verbose_name=_("orang"))
    kind = models.CharField(_("permintaan"), max_length=11, choices=Kind)
    state = models.CharField(_("status"), max_length=8, choices=State, default=State.OPEN)
    channel = models.CharField(_("diterima lewat"), max_length=60, blank=True)
    received_at = models.DateTimeField(_("diterima"))
    due_at = models.DateTimeField(_("harus dijawab sebelum"))
    flagged_at = models.DateTimeField(_("ditandai terlambat"), null=True, blank=True)
    recorded_by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("dicatat oleh"))
    proposed_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diusulkan oleh")
    )
    decided_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan"), null=True, blank=True)
    reason = models.TextField(_("alasan keputusan"), blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("permintaan data")
        verbose_name_plural = _("permintaan data")
        permissions = [("decide_datarequest", _("Dapat memutuskan permintaan data"))]
        constraints = [
            models.CheckConstraint(
                name="data_request_decided",
                condition=Q(state__in=["open", "proposed"], decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["done", "refused"], decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason=""),
            ),
            # Whoever prepares a change of a person's data is not who agrees to it, superusers included.
            models.CheckConstraint(
                name="data_request_two_people",
                condition=Q(proposed_by__isnull=True) | Q(decided_by__isnull=True) | ~Q(proposed_by=F("decided_by")),
            ),
            models.UniqueConstraint(
                name="data_request_once", fields=["person", "kind"], condition=Q(state__in=["open", "proposed"])
            ),
        ]
        indexes = [
            models.Index(name="data_request_due", fields=["due_at"], condition=Q(state__in=["open", "proposed"]))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Sets the clock at the first save."""
        if self.due_at is None:
            self.due_at = self.received_at + settings.PRIVACY["answer_within"]
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class BreachQuerySet(models.QuerySet["Breach"]):
    """Reads of breaches."""

    def unnotified(self) -> BreachQuerySet:
        """Those of which the subjects or the agency have not been told, the most urgent first."""
        return self.filter(Q(subjects_told_at__isnull=True) | Q(agency_told_at__isnull=True)).order_by("due_at")

    def late(self) -> BreachQuerySet:
        """Those of which they should have been told by now."""
        return self.unnotified().filter(due_at__lt=timezone.now())


class Breach(models.Model):
    """Personal data became known to, was changed by or lost to somebody it should not (UU 27/2022 art. 46).

    The law wants the subjects and the agency told in writing within 3×24 hours: which data, when and how, what is done.
    """

    discovered_at = models.DateTimeField(_("diketahui"))
    due_at = models.DateTimeField(_("harus diberitahukan sebelum"), editable=False)
    happened = models.CharField(_("kapan terjadi"), max_length=120, help_text=_("Tanggal, atau perkiraan rentangnya."))
    what = models.TextField(_("data pribadi yang terungkap"))
    how = models.TextField(_("bagaimana terungkap"))
    people = models.PositiveIntegerField(_("jumlah orang"), null=True, blank=True)
    remedy = models.TextField(_("penanganan dan pemulihan"))
    told = models.TextField(_("siapa yang diberi tahu, dan bagaimana"), blank=True)
    subjects_told_at = models.DateTimeField(_("subjek diberi tahu"), null=True, blank=True)
    agency_told_at = models.DateTimeField(_("lembaga diberi tahu"), null=True, blank=True)
    public = models.BooleanField(
        _("diumumkan ke masyarakat"),
        default=False,
        help_text=_("Wajib bila mengganggu layanan publik atau berdampak serius."),
    )
    flagged_at = models.DateTimeField(_("ditandai terlambat"), null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        "auth.User", models.PROTECT, editable=False, related_name="+", verbose_name=_("dicatat oleh")
    )
    recorded_at = models.DateTimeField(_("dicatat"), db_default=Now(), editable=False)

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = _("kegagalan pelindungan data")
        verbose_name_plural = _("kegagalan pelindungan data")
        constraints = [
            models.CheckConstraint(
                name="breach_told_whom",
                condition=Q(subjects_told_at__isnull=True, agency_told_at__isnull=True) | ~Q(told=""),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.discovered_at:%Y-%m-%d}"

    def save(self, *args: object, **kwargs: object) -> None:
        """The clock runs from the discovery, whatever is corrected later."""
        self.due_at = self.discovered_at + settings.PRIVACY["answer_within"]
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class ProposedChange(models.Model):
    """What one field is to become if a second officer agrees; sealed, because that is personal data like what it replaces."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(DataRequest, models.CASCADE, related_name="changes", verbose_name=_("permintaan"))
    field = models.CharField(_("kolom"), max_length=20)
    value_sealed = models.BinaryField(editable=False)

    value = Sealed("value_sealed")

    class Meta:
        verbose_name = _("usulan perbaikan")
        verbose_name_plural = _("usulan perbaikan")
        constraints = [models.UniqueConstraint(name="proposed_change_once", fields=["request", "field"])]

    def __str__(self) -> str:
        return self.field
