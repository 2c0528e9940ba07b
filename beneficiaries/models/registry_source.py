"""Where registry files come from, and what each source's own titles mean."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.refusals import ALL_COLUMNS
from beneficiaries.registry_columns import IGNORED, ColumnMapping

TITLE_LIMIT = 100
TITLES_LIMIT = 100


class RegistrySourceQuerySet(models.QuerySet["RegistrySource"]):
    """Reads of sources."""

    def known_as(self, name: str) -> str:
        """The name by which a source is known, however it was typed: blanks that nobody sees and capitals make no other one.

        Two spellings of one source would have two mappings, and whom a complete file leaves out would never leave: the other
        spelling still names them. Of sources that stand in two spellings already, each is itself.
        """
        name = " ".join(name.split())
        spellings = list(self.filter(name__iexact=name).order_by("pk").values_list("name", flat=True))
        return name if not spellings or name in spellings else spellings[0]

    def mapping_of(self, name: str) -> ColumnMapping:
        """What a source's titles mean, as it was confirmed; empty for a source that nobody has met yet."""
        source = self.filter(name=self.known_as(name)).first()
        return source.mapping if source else {}


class RegistrySource(models.Model):
    """An office or system that sends files. `mapping` is title: our column, or an empty text for a title that is passed over.

    Delimiter, encoding and sheet are found out anew with each file.
    """

    name = models.CharField(_("nama"), max_length=100, unique=True)
    mapping = models.JSONField(_("pemetaan kolom"), default=dict, blank=True, db_default=Value({}, models.JSONField()))
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    objects = RegistrySourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("sumber registri")
        verbose_name_plural = _("sumber registri")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError for a mapping that no file could be read by, and for a second spelling of a source."""
        self.name = " ".join(self.name.split())
        same = RegistrySource.objects.filter(name__iexact=self.name)
        if same.exclude(pk=self.pk).exists() and not same.filter(pk=self.pk, name=self.name).exists():
            raise ValidationError({"name": _("Sumber ini sudah ada, hanya huruf besar-kecilnya lain. Pakai yang ada.")})
        mapping = self.mapping
        if not isinstance(mapping, dict) or len(mapping) > TITLES_LIMIT:
            raise ValidationError({"mapping": _("Harus pasangan judul dan kolom, paling banyak %d.") % TITLES_LIMIT})
        known = (*ALL_COLUMNS, IGNORED)
        for title, column in mapping.items():
            if len(title) > TITLE_LIMIT or column not in known:
                raise ValidationError(
                    {
                        "mapping": _(
                            "Judul paling panjang %(limit)s karakter; kolomnya salah satu dari %(columns)s, atau kosong."
                        )
                        % {"limit": TITLE_LIMIT, "columns": ", ".join(ALL_COLUMNS)}
                    }
                )
        columns = [column for column in mapping.values() if column != IGNORED]
        if doubled := sorted({column for column in columns if columns.count(column) > 1}):
            raise ValidationError({"mapping": _("Lebih dari satu judul menjadi kolom %s.") % ", ".join(doubled)})
