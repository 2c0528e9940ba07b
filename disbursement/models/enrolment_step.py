"""What happened to an enrolment, step by step, and the appeal against one of them."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disbursement.models.enrolment import Enrolment


class EnrolmentStep(models.Model):
    """One change of an enrolment's status: from, to, why, who, when. Writing it is the change: the database moves the status.

    The first step is written by the database with the enrolment itself. Never changed; the words and the reference are only
    ever emptied, when a person is forgotten. No `by`: the system did it.
    """

    class Reason(models.TextChoices):
        # in
        RULE = "rule", _("Memenuhi syarat program")
        ENROLLED = "enrolled", _("Didaftarkan")
        PLACE = "place", _("Mendapat tempat dari daftar tunggu")
        READMITTED = "readmitted", _("Didaftarkan kembali")
        # suspended
        VERIFY = "verify", _("Perlu verifikasi lapangan")
        NOT_FOUND = "not_found", _("Tidak ditemukan di alamatnya")
        DOCUMENTS = "documents", _("Dokumen belum lengkap")
        REPORTED = "reported", _("Ada laporan yang diperiksa")
        LEFT = "left", _("Tidak tercatat lagi di registri")
        # taken up again
        CLEARED = "cleared", _("Pemeriksaan selesai")
        EXPIRED = "expired", _("Masa penangguhan habis")
        UPHELD = "upheld", _("Keberatan dikabulkan")
        UNDONE = "undone", _("Penggabungan atau impor dibatalkan")
        # out
        GRADUATED = "graduated", _("Lulus, sudah mandiri")
        NOT_ELIGIBLE = "not_eligible", _("Tidak lagi memenuhi syarat")
        DECEASED = "deceased", _("Meninggal dunia")
        MOVED_AWAY = "moved_away", _("Pindah ke luar wilayah")
        OWN_WISH = "own_wish", _("Permintaan sendiri")
        DOUBLE_AID = "double_aid", _("Menerima bantuan lain yang tidak boleh dirangkap")
        UNTRUE = "untrue", _("Data tidak benar")
        HOUSEHOLD = "household", _("Keluarganya sudah punya peserta lain")
        MERGED = "merged", _("Terdaftar ganda")
        OTHER = "other", _("Alasan lain")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="steps", verbose_name=_("kepesertaan"))
    from_status = models.CharField(_("dari"), max_length=9, choices=Enrolment.Status, blank=True, default="")
    to_status = models.CharField(_("menjadi"), max_length=9, choices=Enrolment.Status)
    reason = models.CharField(_("alasan"), max_length=12, choices=Reason)
    words = models.CharField(_("penjelasan"), max_length=300, blank=True, default="", db_default="")
    reference = models.CharField(_("bukti atau surat keputusan"), max_length=120, blank=True, default="", db_default="")
    until = models.DateField(_("sampai dengan"), null=True, blank=True)
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("oleh"), db_index=False
    )
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("langkah kepesertaan")
        verbose_name_plural = _("langkah kepesertaan")
        constraints = [
            models.CheckConstraint(name="enrolmentstep_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="enrolmentstep_until_is_of_a_suspension", condition=Q(until=None) | Q(to_status="suspended")
            ),
        ]
        indexes = [
            models.Index(name="enrolmentstep_out", fields=["at"], condition=Q(to_status="ended")),
            models.Index(
                name="enrolmentstep_gone",
                fields=["enrolment"],
                condition=Q(to_status="suspended", reason__in=["deceased", "left"]),
            ),
            models.Index(name="enrolmentstep_change", fields=["at"], condition=~Q(from_status="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_to_status_display()} · {self.get_reason_display()}"


class EnrolmentAppeal(models.Model):
    """The citizen's no (keberatan) to a suspension or an exit; decided by another officer than who took that step.

    `taken_by` is the step's officer, repeated by the database; none for what the system did.
    """

    class Status(models.TextChoices):
        FILED = "filed", _("Diajukan")
        UPHELD = "upheld", _("Dikabulkan")
        DENIED = "denied", _("Ditolak")

    class Channel(models.TextChoices):
        OFFICE = "office", _("Kantor")
        COMMUNITY = "community", _("Musyawarah kelurahan")
        APP = "app", _("Aplikasi")

    step = models.OneToOneField(EnrolmentStep, models.PROTECT, related_name="appeal", verbose_name=_("langkah"))
    text = models.TextField(_("isi keberatan"))
    channel = models.CharField(_("lewat"), max_length=9, choices=Channel)
    filed_on = models.DateField(_("diajukan"))
    filed_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dicatat oleh")
    )
    late = models.BooleanField(_("lewat batas waktu"), default=False)
    answer_by = models.DateField(_("harus dijawab sampai"))
    taken_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("langkah oleh")
    )
    status = models.CharField(_("status"), max_length=6, choices=Status, default=Status.FILED)
    decided_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan"), null=True, blank=True)
    decision_reason = models.TextField(_("alasan keputusan"), blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("dicatat"), db_default=Now())

    class Meta:
        verbose_name = _("keberatan")
        verbose_name_plural = _("keberatan")
        permissions = [("decide_enrolmentappeal", _("Dapat memutuskan keberatan atas kepesertaan"))]
        constraints = [
            models.CheckConstraint(
                name="enrolmentappeal_decided_by_another",
                condition=Q(decided_by=None) | Q(taken_by=None) | ~Q(decided_by=F("taken_by")),
            ),
            models.CheckConstraint(
                name="enrolmentappeal_decided_by_someone",
                condition=Q(status="filed", decided_by=None, decided_at=None, decision_reason="")
                | (
                    Q(status__in=["upheld", "denied"], decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decision_reason="")
                ),
            ),
        ]
        indexes = [models.Index(name="enrolmentappeal_open", fields=["answer_by"], condition=Q(status="filed"))]

    def __str__(self) -> str:
        return str(_("Keberatan %(number)s")) % {"number": self.pk}

    @property
    def overdue(self) -> bool:
        """True while nobody has answered it and its day has passed."""
        return self.status == self.Status.FILED and self.answer_by < timezone.localdate()
