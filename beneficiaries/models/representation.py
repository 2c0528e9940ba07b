"""Who acts for whom: guardians (wali) and trusted collectors (kuasa), and the people who need the former."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.household import Person, PersonQuerySet
from vault.sealing import Sealed

ADULT_AGE = 17  # who is younger has no KTP of their own, unless married
CANNOT_ACT_ALONE = (Person.Disability.INTELLECTUAL, Person.Disability.MENTAL, Person.Disability.MULTIPLE)


def born_after(age: int, on: date) -> date:
    """Whoever is born after this day is younger than `age` on that day."""
    try:
        return on.replace(year=on.year - age)
    except ValueError:  # 29 February
        return date(on.year - age, 2, 28)


class RepresentationQuerySet(models.QuerySet["Representation"]):
    """Reads of representations. Days are days in Jakarta, the last one included."""

    def acting(self, on: date) -> RepresentationQuerySet:
        """What holds on a day: approved, within its period, both people alive and neither erased.

        A row that was merged into another person's counts as that person.
        """
        alive = Q(representative__isnull=True)
        alive |= Q(representative__status__in=[Person.Status.ACTIVE, Person.Status.LEFT])
        alive |= Q(
            representative__status=Person.Status.MERGED,
            representative__merged_into__status__in=[Person.Status.ACTIVE, Person.Status.LEFT],
        )
        return (
            self.filter(alive, status=Representation.Status.APPROVED, starts_on__lte=on)
            .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
            .filter(representative__erased_at__isnull=True, for_person__erased_at__isnull=True)
            .exclude(for_person__status=Person.Status.DECEASED)
            .exclude(for_person__merged_into__status=Person.Status.DECEASED)
        )

    def for_holder(self, person: Person) -> RepresentationQuerySet:
        """Of those who act for this person, or for a row merged into it."""
        return self.filter(Q(for_person=person) | Q(for_person__merged_into=person))

    def by_person(self, person: Person) -> RepresentationQuerySet:
        """What this person does for others, also under a row merged into it or as an outsider with the same NIK."""
        known = Q(representative=person) | Q(representative__merged_into=person)
        if not person.nik:  # erased
            return self.filter(known)
        outsider = Q(representative__isnull=True, nik_index__in=Representation.nik.indexes_of(person.nik))
        return self.filter(known | outsider)

    def by_outsider(self, nik: str) -> RepresentationQuerySet:
        """What an outsider of that NIK does, under whichever index key they were written."""
        return self.filter(representative__isnull=True, nik_index__in=Representation.nik.indexes_of(nik))

    def waiting(self) -> RepresentationQuerySet:
        """Proposed, and nobody has agreed or refused."""
        return self.filter(status=Representation.Status.PROPOSED)

    def ending(self, on: date, within: timedelta) -> RepresentationQuerySet:
        """In force on the day, and over soon."""
        return self.filter(status=Representation.Status.APPROVED, ends_on__gte=on, ends_on__lte=on + within)

    def lapsed(self, on: date) -> RepresentationQuerySet:
        """Approved and not ended, but without effect: its period is over, or the representative has died or is erased."""
        over = Q(ends_on__lt=on) | Q(representative__status=Person.Status.DECEASED)
        over |= Q(representative__erased_at__isnull=False)
        return self.filter(over, status=Representation.Status.APPROVED)


class Representation(models.Model):
    """One person who may act for another: proposed by one officer, approved by a second, ended with a reason.

    A guardian acts for those who cannot act alone; a collector only fetches what the holder may have. The representative
    is a person of the registry or an outsider, whose NIK, name and phone are sealed. `ends_on` is the last day.

    States: PROPOSED → APPROVED | REFUSED; APPROVED → ENDED (`beneficiaries.representation.TRANSITIONS`).
    """

    class Kind(models.TextChoices):
        GUARDIAN = "guardian", _("Wali")
        COLLECTOR = "collector", _("Kuasa pengambil")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Diusulkan")
        APPROVED = "approved", _("Berlaku")
        REFUSED = "refused", _("Ditolak")
        ENDED = "ended", _("Berakhir")

    class Document(models.TextChoices):
        FAMILY_CARD = "family_card", _("Kartu keluarga")
        BIRTH_CERTIFICATE = "birth_certificate", _("Akta kelahiran")
        COURT_ORDER = "court_order", _("Penetapan pengadilan")
        POWER_OF_ATTORNEY = "power_of_attorney", _("Surat kuasa bermeterai")
        VILLAGE_LETTER = "village_letter", _("Surat keterangan kelurahan")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("sebagai"), max_length=9, choices=Kind)
    for_person = models.ForeignKey(Person, models.PROTECT, related_name="representations", verbose_name=_("mewakili"))
    representative = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="represents", verbose_name=_("wakil")
    )
    name_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")
    nik_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")
    nik_index = models.BinaryField(null=True, editable=False, db_index=True)
    phone_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")
    phone_index = models.BinaryField(null=True, editable=False)
    starts_on = models.DateField(_("berlaku mulai"))
    ends_on = models.DateField(_("berlaku sampai"), null=True, blank=True, db_index=True)
    document = models.CharField(_("dasar"), max_length=17, choices=Document)
    document_number = models.CharField(_("nomor dokumen"), max_length=60)
    status = models.CharField(
        _("status"), max_length=8, choices=Status, default=Status.PROPOSED, db_default=Status.PROPOSED
    )
    proposed_by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("diusulkan oleh"))
    proposed_at = models.DateTimeField(_("diusulkan"), db_default=Now())
    decided_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan"), null=True)
    decision_reason = models.CharField(_("alasan keputusan"), max_length=200, blank=True, default="")
    ended_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("diakhiri oleh")
    )
    ended_at = models.DateTimeField(_("diakhiri"), null=True)
    end_reason = models.CharField(_("alasan berakhir"), max_length=200, blank=True, default="")

    name = Sealed("name_sealed")
    nik = Sealed("nik_sealed", index="nik_index")
    phone = Sealed("phone_sealed", index="phone_index")

    objects = RepresentationQuerySet.as_manager()

    class Meta:
        verbose_name = _("wali dan kuasa")
        verbose_name_plural = _("wali dan kuasa")
        permissions = [("approve_representation", _("Dapat menyetujui wali dan kuasa"))]
        constraints = [
            models.CheckConstraint(
                name="representation_enumerations",
                condition=Q(kind__in=["guardian", "collector"])
                & Q(status__in=["proposed", "approved", "refused", "ended"]),
            ),
            models.CheckConstraint(
                name="representation_of_one",
                condition=Q(representative__isnull=False, nik_index__isnull=True)
                | (Q(representative__isnull=True, nik_index__isnull=False) & ~Q(name_sealed=b""))
                # An outsider who was forgotten, or who acted for somebody who was.
                | Q(
                    representative__isnull=True,
                    nik_index__isnull=True,
                    nik_sealed=b"",
                    name_sealed=b"",
                    status__in=["refused", "ended"],
                ),
            ),
            models.CheckConstraint(name="representation_not_oneself", condition=~Q(representative=F("for_person"))),
            models.CheckConstraint(
                name="representation_period", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
            ),
            # Nobody approves what they proposed, superusers included. A maker may withdraw what is theirs (REFUSED).
            models.CheckConstraint(
                name="representation_approver_is_not_maker",
                condition=~Q(status__in=["approved", "ended"]) | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="representation_decided",
                condition=Q(status="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(status="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="representation_ended_why",
                condition=(Q(status="ended", ended_at__isnull=False) & ~Q(end_reason=""))
                | (~Q(status="ended") & Q(ended_at__isnull=True, end_reason="")),
            ),
            models.UniqueConstraint(
                name="representation_one_guardian",
                fields=["for_person"],
                condition=Q(kind="guardian", status="approved"),
            ),
            models.UniqueConstraint(
                name="representation_once",
                fields=["for_person", "representative", "kind"],
                condition=Q(status="proposed", representative__isnull=False),
            ),
            models.UniqueConstraint(
                name="representation_once_outsider",
                fields=["for_person", "nik_index", "kind"],
                condition=Q(status="proposed", representative__isnull=True),
            ),
        ]
        # What was decided and what ended lately is told to the holder (mobile.decision_notices).
        indexes = [
            models.Index(
                name="representation_decided", fields=["decided_at"], condition=Q(status__in=["approved", "ended"])
            ),
            models.Index(name="representation_over", fields=["ended_at"], condition=Q(status="ended")),
        ]

    def __str__(self) -> str:
        return str(_("%(kind)s %(number)s")) % {"kind": self.get_kind_display(), "number": self.pk}


class RepresentationScan(models.Model):
    """The scanned document of a representation, sealed as a whole: base64 of the file's bytes. Written once."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    representation = models.OneToOneField(
        Representation, models.PROTECT, related_name="scan", verbose_name=_("wali dan kuasa")
    )
    content_type = models.CharField(_("jenis berkas"), max_length=20)
    size = models.PositiveIntegerField(_("ukuran"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content_sealed = models.BinaryField(editable=False)
    by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("diunggah oleh"))
    created_at = models.DateTimeField(_("diunggah"), db_default=Now())

    content = Sealed("content_sealed")

    class Meta:
        verbose_name = _("pindaian dokumen wakil")
        verbose_name_plural = _("pindaian dokumen wakil")
        constraints = [
            models.CheckConstraint(
                name="representation_scan_type",
                condition=Q(content_type__in=["application/pdf", "image/jpeg", "image/png"]),
            )
        ]

    def __str__(self) -> str:
        return str(_("Pindaian %(number)s")) % {"number": self.pk}


class Collection(models.Model):
    """Somebody else than the holder stood at the counter: who it was, for one form of the counter. Written once.

    Written before the money moves, so that no payment lacks it; a payment that was declined leaves it without one. `reference`
    is the counter's number of the form, which the payment carries as well.
    """

    representation = models.ForeignKey(
        Representation, models.PROTECT, related_name="collections", verbose_name=_("wali dan kuasa")
    )
    reference = models.CharField(_("nomor formulir loket"), max_length=64, unique=True)
    by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("dilayani oleh"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("pengambilan oleh wakil")
        verbose_name_plural = _("pengambilan oleh wakil")
        indexes = [models.Index(name="collection_made", fields=["created_at"])]

    def __str__(self) -> str:
        return self.reference


class WardQuerySet(PersonQuerySet):
    """Reads of the people who need a guardian."""

    def needing(self, on: date) -> WardQuerySet:
        """Active people who cannot act alone on a day: children under 17 without spouse, and some disabilities."""
        spouses = [Person.Relation.HUSBAND, Person.Relation.WIFE]
        married = Q(relation__in=spouses)
        # A head has a spouse if the household has one: the registry keeps no marital status.
        partner = Person.objects.filter(
            household=OuterRef("household"), relation__in=spouses, status=Person.Status.ACTIVE
        )
        child = Q(birth_date__gt=born_after(ADULT_AGE, on)) & ~married
        child &= ~Q(Exists(partner), relation=Person.Relation.HEAD)
        return self.filter(child | Q(disability__in=CANNOT_ACT_ALONE), status=Person.Status.ACTIVE)

    def without_guardian(self, on: date) -> WardQuerySet:
        """Of these people, those for whom no guardian acts on the day."""
        acting = Representation.objects.acting(on).filter(for_person=OuterRef("pk"), kind=Representation.Kind.GUARDIAN)
        return self.filter(~Exists(acting))


class Ward(Person):
    """A person as far as they need a guardian; the same row."""

    objects = WardQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        proxy = True
        verbose_name = _("orang yang perlu wali")
        verbose_name_plural = _("orang yang perlu wali")
