"""What a grievance may be about in disbursement, for the registry's office: it knows neither programmes nor batches."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Model
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from beneficiaries.admin.grievance_forms import SUBJECTS, Subject
from disbursement.models import Batch, Enrolment, Instruction, Programme
from wallet.admin.rows import change_url, link


def _row_of(model: type[Model]) -> Callable[[int], SafeString | None]:
    def show(number: int) -> SafeString | None:
        row = model._default_manager.filter(pk=number).first()
        return link(change_url(row), f"{model._meta.verbose_name} {number}") if row else None

    return show


SUBJECTS |= {
    "programme": Subject(_("Program"), _row_of(Programme)),
    "batch": Subject(_("Batch"), _row_of(Batch)),
    "enrolment": Subject(_("Kepesertaan"), _row_of(Enrolment)),
    "instruction": Subject(_("Instruksi bayar"), _row_of(Instruction)),
}
