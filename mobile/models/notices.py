"""What people are told, and how it reaches them: one outbox for every subject and every channel.

A notice names what happened and to whom, and holds no words: they are made from the rows it points at whenever it is shown or
sent (`mobile.notice_words`), so that nothing personal stands here and nothing old is told.
"""

from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from disbursement.models import Batch, Chunk


class Notice(models.Model):
    """One person is told of one thing, once: a repetition of (kind, subject, person, until) writes nothing.

    `subject` is the number of the row it is about; which table, the kind says. `until` is the end that a warning names (given
    another end, its holder is warned again) and `amount` the rupiah that it named, which may be others by now. Nobody is the
    `person` of an anonymous grievance and of a purse whose holder is not in the registry. `shown_at`: read in the application,
    on whichever device came first.
    """

    class Kind(models.TextChoices):
        PAID = "paid", _("Bantuan dibayar")  # of an instruction
        REFUSED = "refused", _("Bantuan tidak dapat dibayar")  # of an instruction
        UNPAID = "unpaid", _("Tidak ada bantuan dalam siklus")  # of a calculation
        LAPSE = "lapse", _("Bantuan segera hangus")  # of a purse
        EXCLUDED = "excluded", _("Dikecualikan")  # of an exclusion
        LIFTED = "lifted", _("Pengecualian dicabut")  # of an exclusion
        DECIDED = "decided", _("Sanggahan diputuskan")  # of an objection
        ANSWERED = "answered", _("Aduan dijawab")  # of a grievance's message
        SUSPENDED = "suspended", _("Kepesertaan ditangguhkan atau berakhir")  # of an enrolment's step
        RESUMED = "resumed", _("Kepesertaan berlaku lagi")  # of an enrolment's step
        CLAWBACK = "clawback", _("Kelebihan bayar ditagih kembali")  # of a clawback
        APPEALED = "appealed", _("Keberatan kepesertaan diputuskan")  # of an enrolment's appeal
        RULED = "ruled", _("Tagihan kelebihan bayar diputuskan")  # of a clawback's step
        ROUTED = "routed", _("Jalur bayar diganti")  # of a route that was agreed to
        UNROUTED = "unrouted", _("Bantuan ke dompet sendiri lagi")  # of a route that ended, and no other came
        RETURNED = "returned", _("Bantuan ditarik kembali")  # of a take-back
        PASSED_ON = "passed_on", _("Dompet diwariskan")  # of a succession, to whom the registry says has died
        INHERITED = "inherited", _("Dompet diwarisi")  # of the same, to the heir
        APPOINTED = "appointed", _("Wali atau kuasa disetujui")  # of a representation, to the holder
        RELIEVED = "relieved", _("Wali atau kuasa berakhir")  # of the same, when nobody may act by it any more
        FETCHED = "fetched", _("Uang diambil wali atau kuasa")  # of a collection

    uid = models.UUIDField(db_default=RandomUUID(), editable=False)  # looked for among one person's: it needs no index
    kind = models.CharField(_("tentang"), max_length=9, choices=Kind)
    subject = models.BigIntegerField(_("nomor perkara"))
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="notices",
        verbose_name=_("penerima"),
    )
    until = models.DateTimeField(_("sampai"), null=True, blank=True)
    amount = models.BigIntegerField(_("jumlah (Rp)"), null=True, blank=True)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())
    shown_at = models.DateTimeField(_("dibaca di aplikasi"), null=True, blank=True)

    class Meta:
        verbose_name = _("pemberitahuan")
        verbose_name_plural = _("pemberitahuan")
        constraints = [
            models.UniqueConstraint(
                name="notice_once", fields=["kind", "subject", "person", "until"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="notice_kind",
                condition=Q(
                    kind__in=[
                        *("paid", "refused", "unpaid", "lapse", "excluded", "lifted", "decided", "answered"),
                        *("suspended", "resumed", "clawback", "appealed", "ruled"),
                        *("routed", "unrouted", "returned", "passed_on", "inherited"),
                        *("appointed", "relieved", "fetched"),
                    ]
                ),
            ),
            models.CheckConstraint(name="notice_amount", condition=Q(amount__isnull=True) | Q(amount__gte=0)),
        ]
        indexes = [
            models.Index(name="notice_of_person", fields=["person", "id"]),
            BrinIndex(name="notice_made", fields=["created_at"]),  # rows come in the order of their time
        ]

    def __str__(self) -> str:
        return str(_("Pemberitahuan %(number)s")) % {"number": self.pk}


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Reads of deliveries."""

    def to_tell(self) -> DeliveryQuerySet:
        """What an office has to tell in person: neither of who was erased or died, nor now of who restricted their data."""
        alive = ~Q(notice__person__status=Person.Status.DECEASED) & Q(notice__person__erased_at=None)
        alive &= ~Q(notice__person__merged_into__status=Person.Status.DECEASED)
        in_time = Q(notice__until=None) | Q(notice__until__gt=Now())  # what has lapsed need not be warned of
        return self.filter(
            alive,
            in_time,
            channel=Delivery.Channel.LIST,
            state=Delivery.State.QUEUED,
            notice__person__restricted=False,
        )

    def failing(self) -> DeliveryQuerySet:
        """What a gateway has refused at least once and still waits."""
        return self.filter(state=Delivery.State.QUEUED, attempts__gt=0)


class Delivery(models.Model):
    """A notice on one channel. Its row is the queue: what is due and queued is delivered, at least once.

    States: QUEUED → SENT (the gateway took it) | FAILED (given up: another channel takes over, and an officer may try again) |
    SHOWN (read in the application before it was needed) | PASSED (another channel takes over) | DROPPED (nobody is to be told:
    `error` says why) | TOLD (in person, by `told_by`: lists only). A push that was sent and not read in time is PASSED too, one
    that was read SHOWN.
    `bundle` binds the text messages that go out as one and is the gateway's reference; `parts` is what that one costs.
    """

    class Channel(models.TextChoices):
        PUSH = "push", _("Aplikasi")
        SMS = "sms", _("SMS")
        LIST = "list", _("Daftar kelurahan")

    class State(models.TextChoices):
        QUEUED = "queued", _("Menunggu")
        SENT = "sent", _("Terkirim")
        SHOWN = "shown", _("Sudah dibaca di aplikasi")
        TOLD = "told", _("Disampaikan petugas")
        PASSED = "passed", _("Lewat saluran lain")
        FAILED = "failed", _("Gagal terkirim")
        DROPPED = "dropped", _("Tidak disampaikan")

    notice = models.ForeignKey(
        Notice, models.PROTECT, db_index=False, related_name="deliveries", verbose_name=_("pemberitahuan")
    )
    channel = models.CharField(_("saluran"), max_length=4, choices=Channel)
    state = models.CharField(_("keadaan"), max_length=7, choices=State, default=State.QUEUED, db_default="queued")
    due_at = models.DateTimeField(_("dikirim mulai"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0, db_default=0)
    error = models.CharField(_("kesalahan"), max_length=200, blank=True, default="", db_default="")
    bundle = models.UUIDField(_("rujukan pesan"), null=True, blank=True, editable=False)
    parts = models.PositiveSmallIntegerField(_("bagian SMS"), default=0, db_default=0)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())
    ended_at = models.DateTimeField(_("selesai"), null=True, blank=True)
    told_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("disampaikan oleh")
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("penyampaian")
        verbose_name_plural = _("penyampaian")
        permissions = [
            ("tell_delivery", _("Dapat menandai pemberitahuan sudah disampaikan")),
            ("retry_delivery", _("Dapat mengirim ulang pemberitahuan yang gagal")),
        ]
        constraints = [
            models.UniqueConstraint(name="delivery_once_a_channel", fields=["notice", "channel"]),
            models.CheckConstraint(name="delivery_channel", condition=Q(channel__in=["push", "sms", "list"])),
            models.CheckConstraint(
                name="delivery_state",
                condition=Q(state__in=["queued", "sent", "shown", "told", "passed", "failed", "dropped"]),
            ),
            models.CheckConstraint(
                name="delivery_ended_when",
                condition=Q(state="queued", ended_at=None) | (~Q(state="queued") & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="delivery_told_by_someone",
                condition=Q(state="told", channel="list", told_by__isnull=False) | (~Q(state="told") & Q(told_by=None)),
            ),
            models.CheckConstraint(
                name="delivery_list_is_not_sent", condition=~Q(channel="list") | ~Q(state__in=["sent", "failed"])
            ),
        ]
        indexes = [
            models.Index(name="delivery_due", fields=["channel", "due_at"], condition=Q(state="queued")),
            models.Index(name="delivery_bundle", fields=["bundle"], condition=Q(state="queued", bundle__isnull=False)),
            models.Index(name="delivery_told", fields=["ended_at"], condition=Q(state="told")),
            models.Index(name="delivery_unseen", fields=["due_at"], condition=Q(state="sent", channel="push")),
        ]

    def __str__(self) -> str:
        return f"{self.notice} · {self.get_channel_display()}"


class NoticedChunk(models.Model):
    """Of a chunk that has ended, the notices are made: written with them, so that a worker that dies leaves none half done."""

    chunk = models.OneToOneField(Chunk, models.PROTECT, primary_key=True, related_name="+", verbose_name=_("potongan"))
    count = models.PositiveIntegerField(_("pemberitahuan"), default=0, db_default=0)
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("potongan yang diberitahukan")
        verbose_name_plural = _("potongan yang diberitahukan")

    def __str__(self) -> str:
        return f"{self.chunk_id}: {self.count}"


class NoticedOutcomes(models.Model):
    """Of a chunk that waits at a partner, how many outcomes there were when notices of them were last made.

    It spares looking anew; a notice is made once whatever stands here.
    """

    chunk = models.OneToOneField(Chunk, models.PROTECT, primary_key=True, related_name="+", verbose_name=_("potongan"))
    settled = models.PositiveIntegerField(_("hasil yang diketahui"), default=0, db_default=0)
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("hasil yang diberitahukan")
        verbose_name_plural = _("hasil yang diberitahukan")

    def __str__(self) -> str:
        return f"{self.chunk_id}: {self.settled}"


class NoticedBatch(models.Model):
    """How far the notices of a closed batch to those whom it pays nothing, or left out, are: up to this enrolment, in groups."""

    batch = models.OneToOneField(Batch, models.PROTECT, primary_key=True, related_name="+", verbose_name=_("batch"))
    reached = models.BigIntegerField(_("sampai kepesertaan"), default=0, db_default=0)
    done = models.BooleanField(_("selesai"), default=False, db_default=False)

    class Meta:
        verbose_name = _("batch yang diberitahukan")
        verbose_name_plural = _("batch yang diberitahukan")

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.reached}"
