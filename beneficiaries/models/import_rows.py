"""What is kept of an import beside its counts: the sealed file, the refused rows, who leaves, and what undoing needs.

The clean rows themselves lie in two unlogged tables without a model (`beneficiaries.registry_merge`): they are millions,
live until the commit, and are read by nothing else.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.household import Household, Person
from beneficiaries.models.registry_import import RegistryImport


class UploadBlock(models.Model):
    """A piece of an uploaded file, sealed for its upload and number: a registry file never lies on a disk in the clear."""

    upload = models.UUIDField()
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        verbose_name = _("potongan berkas")
        verbose_name_plural = _("potongan berkas")
        constraints = [models.UniqueConstraint(name="upload_block_once", fields=["upload", "number"])]

    def __str__(self) -> str:
        return f"{self.upload} {self.number}"


class RefusedRow(models.Model):
    """One thing that is wrong with one line of an import's file: where and what, never the value itself.

    `position` counts the things wrong with a line. The placeholders of a text are few, and a refusal fills at most two.
    """

    run = models.ForeignKey(RegistryImport, models.CASCADE, db_constraint=False, db_index=False)
    line = models.PositiveIntegerField(_("baris"))
    position = models.PositiveSmallIntegerField()
    field = models.CharField(_("kolom"), max_length=32)
    code = models.CharField(max_length=32)
    name_1 = models.CharField(max_length=16, blank=True)
    value_1 = models.IntegerField(null=True)
    name_2 = models.CharField(max_length=16, blank=True)
    value_2 = models.IntegerField(null=True)
    # Whom the line names all the same: a person of a refused line does not leave with a complete file.
    nik_index = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("baris ditolak")
        verbose_name_plural = _("baris ditolak")
        indexes = [models.Index(fields=["run", "line", "position"], name="refused_row_of_run")]

    def __str__(self) -> str:
        return f"{self.line} {self.field}.{self.code}"


class Leaving(models.Model):
    """A person whom a complete file does not name any more, as its preview found."""

    run = models.ForeignKey(RegistryImport, models.CASCADE, db_constraint=False, db_index=False, related_name="leaving")
    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, db_index=False, related_name="+")

    class Meta:
        verbose_name = _("orang yang keluar")
        verbose_name_plural = _("orang yang keluar")
        constraints = [models.UniqueConstraint(name="leaving_once", fields=["run", "person"])]

    def __str__(self) -> str:
        return f"{self.run_id} {self.person_id}"


class Listing(models.Model):
    """A source names a person: from one import on, and until another that was complete and did not."""

    source = models.CharField(_("sumber"), max_length=100)
    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, related_name="listings")
    since = models.ForeignKey(RegistryImport, models.PROTECT, db_constraint=False, related_name="+")
    until = models.ForeignKey(RegistryImport, models.PROTECT, db_constraint=False, null=True, related_name="+")

    class Meta:
        verbose_name = _("orang menurut sumber")
        verbose_name_plural = _("orang menurut sumber")
        constraints = [
            models.UniqueConstraint(name="listing_once", fields=["source", "person"], condition=Q(until__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.person_id}"


class Replaced(models.Model):
    """What an import overwrote of a person or household and the history does not tell, because it follows from the rest."""

    run = models.ForeignKey(RegistryImport, models.CASCADE, db_constraint=False, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, null=True, db_constraint=False, db_index=False, related_name="+")
    household = models.ForeignKey(
        Household, models.CASCADE, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    source_digest = models.BinaryField()
    phone_index = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("data yang diganti")
        verbose_name_plural = _("data yang diganti")

    def __str__(self) -> str:
        return f"{self.run_id}"


class Confirmed(models.Model):
    """Of whom an import's file said what the registry had already: the history is silent on it, for nothing changed.

    One row of numbers an import: a million people in as many rows would be the longest part of importing them. Whoever takes
    an earlier import back asks here whose word the later one has repeated (`registry_undo`).
    """

    run = models.OneToOneField(RegistryImport, models.CASCADE, primary_key=True, related_name="confirmed")
    people = ArrayField(models.BigIntegerField(), editable=False)
    households = ArrayField(models.BigIntegerField(), editable=False)

    class Meta:
        verbose_name = _("data yang dibenarkan")
        verbose_name_plural = _("data yang dibenarkan")

    def __str__(self) -> str:
        return f"{self.run_id}"
