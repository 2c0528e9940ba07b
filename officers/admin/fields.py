"""Form fields that ask for the second factor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget


class CodeInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]  # the theme has no types
    """Is empty again after an error: what was typed is spent, or wrong."""

    def format_value(self, value: Any) -> None:
        return None


class CodeField(forms.CharField):
    """Six digits from the officer's authenticator app."""

    def __init__(self, **kwargs: Any) -> None:
        widget = CodeInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "placeholder": "123456", "maxlength": "7"}
        )
        asked: dict[str, Any] = {
            "label": _("Kode autentikator"),
            "max_length": 7,
            "widget": widget,
            "help_text": _("Enam angka yang sekarang tampil di aplikasi autentikator Anda."),
        }
        super().__init__(**(asked | kwargs))
