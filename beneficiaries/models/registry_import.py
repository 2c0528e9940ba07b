"""The files that are read into the registry, and where each of them is in its life (`beneficiaries.import_states`)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class RegistryImportQuerySet(models.QuerySet["RegistryImport"]):
    """Reads of imports."""

    def working(self) -> RegistryImportQuerySet:
        """Those that a worker is at, or should be."""
        return self.filter(state__in=RegistryImport.WORKING)


class RegistryImport(models.Model):
    """One file on its way into the registry: what it holds and what becomes of it, counted by its preview.

    Each row is counted once: rows = added + changed + unchanged + refused. A row is changed when its person is (who comes
    back is), or its household is. `refusals` counts the refused rows by their first reason: ``{"NIK.length": 3}``;
    `fields_changed` the accepted ones by column: ``{"NAMA": 2}``. A `complete` file holds everybody of its `source`:
    whoever the source has named before and this file does not, leaves. Households whose rows name no head, though the file
    has the column, are counted and enter all the same.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Diunggah")
        CHECKING = "checking", _("Sedang diperiksa")
        PREVIEWED = "previewed", _("Menunggu disimpan")
        COMMITTING = "committing", _("Sedang disimpan")
        COMMITTED = "committed", _("Tersimpan")
        CANCELLED = "cancelled", _("Dibatalkan")
        FAILED = "failed", _("Gagal")
        UNDOING = "undoing", _("Sedang diurungkan")
        UNDONE = "undone", _("Diurungkan")
        EXPIRED = "expired", _("Kedaluwarsa")

    UNDECIDED = (State.PREVIEWED, State.FAILED)  # somebody is to save them, to mend them or to cancel them
    WORKING = (State.UPLOADED, State.CHECKING, State.COMMITTING, State.UNDOING)

    state = models.CharField(
        _("status"), max_length=10, choices=State, default=State.UPLOADED, db_default=State.UPLOADED, db_index=True
    )
    file_name = models.CharField(_("berkas"), max_length=200)
    file_sha256 = models.CharField(_("SHA-256 berkas"), max_length=64)
    # The sealed blocks (`UploadBlock`), as long as they are kept.
    upload = models.UUIDField(null=True, editable=False)
    size = models.BigIntegerField(_("ukuran (byte)"), default=0, db_default=0)
    # What is kept of it once it is saved: its refused rows, as long as they may be corrected (`registry_refused`).
    refused_upload = models.UUIDField(null=True, editable=False)
    refused_size = models.BigIntegerField(default=0, db_default=0, editable=False)
    # How many refused rows are not kept any more because whoever they name was erased (`kept_files`).
    refused_erased = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    sheet = models.CharField(
        _("lembar"),
        max_length=31,  # Excel's own
        blank=True,
        default="",
        db_default="",
        help_text=_("Lembar buku kerja yang dibaca. Kosong: satu-satunya yang berjudul kolom registri."),
    )
    source = models.CharField(
        _("sumber"),
        max_length=100,  # as RegistrySource.name
        blank=True,
        default="",
        db_default="",
        help_text=_("Siapa yang mengirim berkas ini, misalnya DTSEN. Selalu tulis sama."),
    )
    complete = models.BooleanField(
        _("berkas lengkap"),
        default=False,
        db_default=False,
        help_text=_("Berkas memuat semua orang dari sumber ini; yang tidak ada di dalamnya keluar dari registri."),
    )
    rows = models.PositiveIntegerField(_("baris"), default=0)
    added = models.PositiveIntegerField(_("baru"), default=0)
    changed = models.PositiveIntegerField(_("berubah"), default=0)
    unchanged = models.PositiveIntegerField(_("tetap"), default=0)
    households_added = models.PositiveIntegerField(_("keluarga baru"), default=0, db_default=0)
    households_changed = models.PositiveIntegerField(_("keluarga berubah"), default=0)
    households_without_head = models.PositiveIntegerField(_("keluarga tanpa kepala"), default=0, db_default=0)
    left = models.PositiveIntegerField(_("keluar"), default=0, db_default=0)
    left_of = models.PositiveIntegerField(_("orang dari sumber ini"), default=0, db_default=0)
    returned = models.PositiveIntegerField(_("kembali"), default=0, db_default=0)
    refused = models.PositiveIntegerField(_("ditolak"), default=0)
    refusals = models.JSONField(_("alasan penolakan"), default=dict, db_default=Value({}, models.JSONField()))
    fields_changed = models.JSONField(_("kolom yang berubah"), default=dict, db_default=Value({}, models.JSONField()))
    # Why it failed, or why it could not be undone: an error's code and data, never a row's.
    error_code = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    error_data = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), editable=False)
    by = models.ForeignKey("auth.User", models.PROTECT, null=True, blank=True, verbose_name=_("oleh"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())
    previewed_at = models.DateTimeField(_("diperiksa"), null=True, blank=True)
    leaving_confirmed = models.BooleanField(default=False, db_default=False, editable=False)
    committed_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("disimpan oleh")
    )
    committed_at = models.DateTimeField(_("disimpan"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diakhiri oleh")
    )
    ended_at = models.DateTimeField(_("diakhiri"), null=True, blank=True)
    end_reason = models.CharField(_("alasan diakhiri"), max_length=200, blank=True, default="", db_default="")

    objects = RegistryImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("impor registri")
        verbose_name_plural = _("impor registri")
        permissions = [
            ("commit_complete_registryimport", _("Dapat menyimpan impor berkas lengkap")),
            ("undo_registryimport", _("Dapat mengurungkan impor")),
        ]
        constraints = [
            models.CheckConstraint(
                name="registry_import_rows",
                condition=Q(rows=F("added") + F("changed") + F("unchanged") + F("refused")),
            ),
            # One at a time writes the registry, whoever asks.
            models.UniqueConstraint(name="one_import_commits", fields=["state"], condition=Q(state="committing")),
            models.CheckConstraint(name="registry_import_complete_source", condition=Q(complete=False) | ~Q(source="")),
            # Who brings a file that makes people leave is not who lets it: superusers and the command line included.
            models.CheckConstraint(
                name="registry_import_committer_is_not_maker",
                condition=Q(complete=False) | ~Q(committed_by=F("by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.created_at:%Y-%m-%d}"

    @property
    def told_as(self) -> str:
        """How the registry's history names it as a source."""
        return f"import:{self.pk}"


class ImportProgress(models.Model):
    """How far a worker is with an import: written beside the worker's own transaction, so that it is seen while it lasts.

    Apart from the import's row, which that transaction may have locked.
    """

    class Part(models.TextChoices):
        WAITING = "waiting", _("Menunggu giliran")
        READING = "reading", _("Membaca dan memeriksa baris")
        COMPARING = "comparing", _("Membandingkan dengan registri")
        SAVING = "saving", _("Menyimpan")

    run = models.OneToOneField(RegistryImport, models.CASCADE, primary_key=True, related_name="progress")
    part = models.CharField(max_length=9, choices=Part, default=Part.WAITING, db_default=Part.WAITING)
    rows = models.PositiveIntegerField(default=0, db_default=0)
    refused = models.PositiveIntegerField(default=0, db_default=0)
    permille = models.PositiveSmallIntegerField(default=0, db_default=0)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    cancel_asked = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("kemajuan impor")
        verbose_name_plural = _("kemajuan impor")

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.permille / 10:.0f} %"
