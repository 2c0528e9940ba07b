"""Households and people, as DTSEN knows them. Identity numbers, phones and addresses are sealed."""

from __future__ import annotations

import uuid

from django.apps import apps
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed

# One at a time compares NIKs or KK numbers with the registry and adds to it. Behind it also goes who makes indexes anew.
REGISTRY_LOCK = int.from_bytes(b"registry")


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Reads of households."""

    def with_kk(self, kk: str) -> HouseholdQuerySet:
        """The household of a KK number in the clear, or none."""
        return self.filter(kk_index__in=Household.kk.indexes_of(kk))


class Household(models.Model):
    """The people on one family card (KK), where they live, and how the state ranks their means.

    `uid` is drawn before the row exists, because the sealed columns are bound to it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kk_sealed = models.BinaryField(editable=False)
    kk_index = models.BinaryField(unique=True, null=True, editable=False)  # null: everyone in it is erased
    address_sealed = models.BinaryField(editable=False)
    kelurahan = models.CharField(_("kode kelurahan"), max_length=13, db_index=True)
    rt = models.CharField(_("RT"), max_length=3, blank=True, default="", db_default="")
    rw = models.CharField(_("RW"), max_length=3, blank=True, default="", db_default="")
    decile = models.PositiveSmallIntegerField(
        _("desil DTSEN"), validators=[MinValueValidator(1), MaxValueValidator(10)], db_index=True
    )
    # A keyed digest of what the last import said of it: tells an unchanged row without opening anything.
    source_digest = models.BinaryField(editable=False, default=b"", db_default=b"")
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    kk = Sealed("kk_sealed", index="kk_index")
    address = Sealed("address_sealed")
    reindex_lock = REGISTRY_LOCK

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("keluarga")
        verbose_name_plural = _("keluarga")
        constraints = [
            models.CheckConstraint(name="household_decile", condition=Q(decile__gte=1) & Q(decile__lte=10)),
            models.CheckConstraint(name="household_rt", condition=Q(rt__regex=r"^([0-9]{3})?$")),
            models.CheckConstraint(name="household_rw", condition=Q(rw__regex=r"^([0-9]{3})?$")),
        ]

    def __str__(self) -> str:
        return str(_("Keluarga %(number)s")) % {"number": self.pk}


class PersonQuerySet(models.QuerySet["Person"]):
    """Reads of people."""

    def with_nik(self, nik: str) -> PersonQuerySet:
        """The person of a NIK in the clear, or none."""
        return self.filter(nik_index__in=Person.nik.indexes_of(nik))

    def with_phone(self, phone: str) -> PersonQuerySet:
        """Everyone with a phone (E.164, ``+628…``): a family may share one."""
        return self.filter(phone_index__in=Person.phone.indexes_of(phone))

    def processable(self) -> PersonQuerySet:
        """Those whose data may be worked with: neither restricted at their own request nor erased."""
        return self.filter(restricted=False, erased_at__isnull=True)

    def consenting(self, purpose: str) -> PersonQuerySet:
        """Those whose last word on a purpose, under whichever of their rows they said it, is that they agree."""
        theirs = apps.get_model("beneficiaries", "Consent").objects.of(models.OuterRef("pk"))
        last = theirs.filter(text__purpose=purpose).order_by("-pk")
        return self.annotate(_consents=models.Subquery(last.values("given")[:1])).filter(_consents=True)


class Person(models.Model):
    """One human being, known once: the NIK's blind index is unique.

    Who has left the registry, died, or was merged into another row stays: history, wallet and enrolments point here. What
    is not known is empty. `schooling` is the level attended now, which is what benefits depend on. A household has one active
    head, and one active husband or wife of the head: the database refuses a second at the end of a transaction (migration 0300).
    """

    class Sex(models.TextChoices):
        MALE = "L", _("Laki-laki")
        FEMALE = "P", _("Perempuan")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Aktif")
        LEFT = "left", _("Keluar dari registri")
        DECEASED = "deceased", _("Meninggal")
        MERGED = "merged", _("Digabung")

    class Relation(models.TextChoices):
        HEAD = "head", _("Kepala keluarga")
        HUSBAND = "husband", _("Suami")
        WIFE = "wife", _("Istri")
        CHILD = "child", _("Anak")
        CHILD_IN_LAW = "child_in_law", _("Menantu")
        GRANDCHILD = "grandchild", _("Cucu")
        PARENT = "parent", _("Orang tua")
        PARENT_IN_LAW = "parent_in_law", _("Mertua")
        RELATIVE = "relative", _("Famili lain")
        SERVANT = "servant", _("Pembantu")
        OTHER = "other", _("Lainnya")

    class Schooling(models.TextChoices):
        NONE = "none", _("Tidak bersekolah")
        PAUD = "paud", _("PAUD/TK")
        SD = "sd", _("SD/MI")
        SMP = "smp", _("SMP/MTs")
        SMA = "sma", _("SMA/MA")
        SMK = "smk", _("SMK")
        PKBM = "pkbm", _("PKBM")
        COLLEGE = "college", _("Perguruan tinggi")

    class Disability(models.TextChoices):
        NONE = "none", _("Tidak ada")
        PHYSICAL = "physical", _("Fisik")
        SIGHT = "sight", _("Netra")
        HEARING = "hearing", _("Rungu")
        SPEECH = "speech", _("Wicara")
        INTELLECTUAL = "intellectual", _("Intelektual")
        MENTAL = "mental", _("Mental")
        MULTIPLE = "multiple", _("Ganda")

    class Occupation(models.TextChoices):
        NONE = "none", _("Tidak bekerja")
        STUDENT = "student", _("Pelajar/mahasiswa")
        HOUSEWORK = "housework", _("Mengurus rumah tangga")
        LABOURER = "labourer", _("Buruh/pekerja lepas")
        FARMER = "farmer", _("Petani/nelayan")
        TRADER = "trader", _("Pedagang/wiraswasta")
        DRIVER = "driver", _("Pengemudi")
        EMPLOYEE = "employee", _("Karyawan swasta")
        CIVIL_SERVANT = "civil_servant", _("PNS/PPPK")
        MILITARY = "military", _("TNI")
        POLICE = "police", _("Polri")
        STATE_COMPANY = "state_company", _("Pegawai BUMN/BUMD")
        RETIRED = "retired", _("Pensiunan")
        OTHER = "other", _("Lainnya")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="members", verbose_name=_("keluarga"))
    nik_sealed = models.BinaryField(editable=False)
    nik_index = models.BinaryField(unique=True, null=True, editable=False)  # null: erased
    name = models.CharField(_("nama"), max_length=120)
    sex = models.CharField(_("jenis kelamin"), max_length=1, choices=Sex)
    birth_date = models.DateField(_("tanggal lahir"))
    phone_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")
    phone_index = models.BinaryField(null=True, editable=False, db_index=True)
    relation = models.CharField(
        _("hubungan dengan kepala keluarga"), max_length=16, choices=Relation, blank=True, default="", db_default=""
    )
    schooling = models.CharField(
        _("jenjang sekolah"), max_length=16, choices=Schooling, blank=True, default="", db_default=""
    )
    disability = models.CharField(
        _("disabilitas"), max_length=16, choices=Disability, blank=True, default="", db_default=""
    )
    occupation = models.CharField(
        _("pekerjaan"), max_length=16, choices=Occupation, blank=True, default="", db_default=""
    )
    pregnant = models.BooleanField(_("hamil"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=8, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE
    )
    deceased_on = models.DateField(_("tanggal meninggal"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name=_("digabung ke")
    )
    # The subject's rights (UU PDP art. 40-44): nothing new is done with who is restricted; of who is erased a stone remains.
    restricted = models.BooleanField(_("pemrosesan dibatasi"), default=False, db_default=False)
    erased_at = models.DateTimeField(_("data dihapus"), null=True, blank=True, editable=False)
    # As the household's. A correction made here leaves it, so that importing the same file again does not undo it.
    source_digest = models.BinaryField(editable=False, default=b"", db_default=b"")
    wallet = models.OneToOneField(
        "wallet.Wallet", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dompet")
    )
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    nik = Sealed("nik_sealed", index="nik_index")
    phone = Sealed("phone_sealed", index="phone_index")
    reindex_lock = REGISTRY_LOCK

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("orang")
        verbose_name_plural = _("orang")
        constraints = [
            models.CheckConstraint(name="person_sex", condition=Q(sex__in=["L", "P"])),
            models.CheckConstraint(
                name="person_merged_has_target",
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
            ),
            models.CheckConstraint(name="person_pregnant_is_female", condition=~Q(pregnant=True, sex="L")),
            models.CheckConstraint(
                name="person_without_nik_is_erased", condition=Q(nik_index__isnull=False) | Q(erased_at__isnull=False)
            ),
            models.CheckConstraint(
                name="person_erased_is_not_active", condition=Q(erased_at__isnull=True) | ~Q(status="active")
            ),
        ]
        indexes = [GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="person_name_trigrams")]

    def __str__(self) -> str:
        return self.name
