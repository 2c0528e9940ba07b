"""How an account stops being compared, in the office: one officer proposes the last day, another agrees or refuses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.admin import queues
from beneficiaries.admin.entry_forms import DayInput
from disbursement import statement_accounts
from disbursement.admin.programmes import ERRORS
from disbursement.models import StatementAccount
from wallet.admin.decorators import action
from wallet.admin.rows import OfficeAdmin, list_url
from wallet.admin.steps import Done, Step, row_of, take

PROPOSED = {"ends_on__isnull": False, "end_agreed_by__isnull": True}


class EndForm(forms.Form):
    ends_on = forms.DateField(
        label=_("Dicocokkan sampai"),
        widget=DayInput(),
        help_text=_("Yang dibukukan sesudahnya dicocokkan pada rekening lain, bila ada."),
    )


def shown(row: StatementAccount) -> str:
    """The end in words: until when, by whom, and whether it is in force."""
    if row.ends_on is None:
        return "–"
    said = {"day": f"{row.ends_on:%d/%m/%Y}", "by": row.end_by, "agreed": row.end_agreed_by}
    if row.end_agreed_by_id is None:
        return gettext("%(day)s – diusulkan oleh %(by)s, menunggu persetujuan") % said
    return gettext("%(day)s – diusulkan oleh %(by)s, disetujui oleh %(agreed)s") % said


class EndSteps(OfficeAdmin):
    """The three steps, for the admin of the accounts."""

    actions_detail = ("end", "agree_end", "refuse_end")

    @admin.display(description=_("dicocokkan sampai"))
    def end_shown(self, row: StatementAccount) -> str:
        return shown(row)

    @admin.display(description=_("dicocokkan sampai"), ordering="ends_on")
    def until(self, row: StatementAccount) -> str:
        """Short, for the list."""
        if row.ends_on is None:
            return "–"
        day = f"{row.ends_on:%d/%m/%Y}"
        return day if row.end_agreed_by_id else gettext("%(day)s (diusulkan)") % {"day": day}

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        waits = row is not None and row.ends_on is not None and row.end_agreed_by_id is None
        possible = {
            "end": row is not None and row.end_agreed_by_id is None,
            "agree_end": waits,
            "refuse_end": waits,
        }
        name = "disbursement_statementaccount_"
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix(name)]]

    def _facts(self, row: StatementAccount) -> list[tuple[Any, Any]]:
        until = statement_accounts.compared_until(row)
        return [
            (_("Rekening"), row.name),
            (_("Dicocokkan sejak"), f"{row.starts_on:%d/%m/%Y}"),
            (_("Dibukukan sampai"), f"{until:%d/%m/%Y}" if until else "–"),
            *([(_("Dicocokkan sampai"), shown(row))] if row.ends_on else []),
        ]

    @action(description=_("Akhiri"), permissions=["disbursement.change_statementaccount"], icon="event_busy")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            ended = statement_accounts.propose_end(row, data["ends_on"], request.user)  # type: ignore[arg-type]
            return Done(
                gettext("Diusulkan: sampai %(day)s. Sekarang orang lain harus menyetujuinya.")
                % {"day": f"{ended.ends_on:%d/%m/%Y}"}
            )

        step = Step(
            title=_("Akhiri rekening"),
            button=_("Usulkan atas nama saya"),
            text=_(
                "Sesudah hari itu tidak ada lagi yang diharapkan di rekening koran ini. Yang sudah dibandingkan tetap "
                "dibandingkan, dan selisihnya tetap terbuka."
            ),
            facts=self._facts(row),
            form=EndForm,
            possible=row.end_agreed_by_id is None,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    def _second_look(self, request: HttpRequest, object_id: str, *, agrees: bool) -> HttpResponse:
        row = row_of(self, request, object_id)
        own = row.end_by_id == request.user.pk

        def run(data: dict[str, Any]) -> Done:
            if agrees:
                statement_accounts.agree_end(row, request.user)  # type: ignore[arg-type]
                return Done(gettext("Rekening ini dicocokkan sampai hari itu."))
            statement_accounts.refuse_end(row)
            return Done(gettext("Usulan ditolak; rekening tetap dicocokkan."))

        step = Step(
            title=_("Setujui pengakhiran") if agrees else _("Tolak pengakhiran"),
            button=_("Setujui atas nama saya") if agrees else _("Tolak"),
            text=_("Setelah disetujui, pengakhiran tidak dapat diubah lagi.") if agrees else "",
            facts=self._facts(row),
            warnings=[_("Anda yang mengusulkannya, jadi harus orang lain yang menyetujuinya.")]
            if own and agrees
            else [],
            danger=not agrees,
            possible=row.ends_on is not None and row.end_agreed_by_id is None and not (own and agrees),
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Setujui pengakhiran"), permissions=["disbursement.resolve_break"], icon="verified")
    def agree_end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._second_look(request, object_id, agrees=True)

    @action(description=_("Tolak pengakhiran"), permissions=["disbursement.resolve_break"], icon="undo")
    def refuse_end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._second_look(request, object_id, agrees=False)


queues.QUEUES.append(
    queues.Queue(
        _("Pengakhiran rekening menunggu penyetuju"),
        "disbursement.resolve_break",
        lambda request: StatementAccount.objects.filter(**PROPOSED),
        lambda: list_url(StatementAccount, **PROPOSED),
    )
)
