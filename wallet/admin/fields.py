"""Form fields of the office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from wallet.ledger import MAX_AMOUNT
from wallet.money import parse_rupiah, rupiah


class RupiahField(forms.CharField):
    """Whole rupiah above zero, typed as 1000000 or 1.000.000 and echoed under the field while typing (office.js)."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget(
            attrs={"inputmode": "numeric", "autocomplete": "off", "data-rupiah": "1", "placeholder": "1.000.000"}
        )
        super().__init__(**({"max_length": 30, "widget": widget} | kwargs))

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        amount = parse_rupiah(text)
        if amount is None:
            raise ValidationError(_("Isi rupiah bulat, misalnya 1000000 atau 1.000.000. Tanpa koma dan tanpa sen."))
        if not 0 < amount <= MAX_AMOUNT:
            raise ValidationError(
                _("Jumlah harus antara Rp 1 dan %(most)s.") % {"most": rupiah(MAX_AMOUNT)}  # the ledger's own bound
            )
        return amount

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}".replace(",", ".") if isinstance(value, int) else value
