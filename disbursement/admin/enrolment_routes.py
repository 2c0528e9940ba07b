"""How an enrolment is paid, on its page: one officer proposes an account at a partner, another agrees or refuses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from beneficiaries.admin import queues
from disbursement.admin.people import masked_account, masked_nik
from disbursement.admin.programmes import ERRORS, counted
from disbursement.models import Enrolment, ProviderAccount
from disbursement.providers import routes
from wallet.admin.decorators import action
from wallet.admin.rows import ViewOnlyAdmin, list_url
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take

AGREE = "disbursement.agree_route"


def _number(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Nomor akun di mitra"),
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=help_text,
    )


class RouteForm(ReasonForm):
    field_order = ("provider", "number", "reason")
    provider = forms.ModelChoiceField(
        label=_("Lewat"), queryset=ProviderAccount.objects.none(), widget=UnfoldAdminSelectWidget
    )
    number = _number(_("Angka saja, misalnya 628123456789. Disimpan tersegel."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        providers = ProviderAccount.objects.filter(active=True).order_by("name")
        self.fields["provider"].queryset = providers  # type: ignore[attr-defined]


class AgreeForm(forms.Form):
    number = _number(_("Ketik nomornya dari dokumen penerima, bukan dari keterangan pengusul."))


class ProposedRouteFilter(admin.SimpleListFilter):
    """Enrolments whose route waits for a second officer."""

    title, parameter_name = _("jalur bayar"), "jalur"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("usulan", _("menunggu orang kedua"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(pk__in=routes.waiting().values("enrolment")) if self.value() else queryset


class RouteSteps(ViewOnlyAdmin):
    """The steps of an enrolment's page that are about where its aid goes."""

    def route_steps(self, enrolment: Enrolment) -> dict[str, bool]:
        """Which of them fit the enrolment now."""
        waits = routes.proposed(enrolment) is not None
        return {
            "propose_route": not waits,
            "own_wallet": routes.of(enrolment) is not None,
            "agree_route": waits,
            "refuse_route": waits,
        }

    @admin.display(description=_("dibayar lewat"))
    def route_shown(self, enrolment: Enrolment) -> str:
        """Where its aid goes, and where somebody proposes that it go."""
        route, proposal = routes.of(enrolment), routes.proposed(enrolment)
        said = f"{route.provider}, {masked_account(route)}" if route else gettext("dompet sendiri")
        if proposal is None:
            return said
        waiting = {"route": f"{proposal.provider}, {masked_account(proposal)}"}
        return f"{said} · " + gettext("diusulkan %(route)s, menunggu orang kedua") % waiting

    def _route_facts(self, enrolment: Enrolment) -> list[tuple[Any, Any]]:
        return [
            (_("Penerima"), enrolment.person),
            ("NIK", masked_nik(enrolment.person)),
            (_("Program"), enrolment.programme),
            (_("Sekarang"), self.route_shown(enrolment)),
        ]

    @action(description=_("Usulkan jalur bayar"), permissions=["disbursement.set_route"], icon="alt_route")
    def propose_route(self, request: HttpRequest, object_id: str) -> HttpResponse:
        enrolment = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            by: Any = request.user
            made = routes.propose(enrolment, data["provider"], data["number"], data["reason"], by)
            said = gettext("Diusulkan dibayar lewat %(provider)s. Sekarang orang lain harus menyetujuinya.")
            return Done(said % {"provider": made.provider})

        step = Step(
            title=_("Usulkan jalur bayar"),
            button=_("Usulkan atas nama saya"),
            text=_(
                "Belum ada yang berubah: orang lain harus menyetujuinya, dan penerima diberi tahu. Sesudah itu berlaku mulai "
                "batch yang disiapkan kemudian."
            ),
            facts=self._route_facts(enrolment),
            form=RouteForm,
            possible=routes.proposed(enrolment) is None,
            errors=ERRORS,
        )
        return take(self, request, step, run, enrolment)

    @action(description=_("Bayar ke dompet sendiri"), permissions=["disbursement.set_route"], icon="wallet")
    def own_wallet(self, request: HttpRequest, object_id: str) -> HttpResponse:
        enrolment = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            routes.set_own_wallet(enrolment, request.user)  # type: ignore[arg-type]
            return Done(gettext("Mulai batch berikutnya dibayar ke dompet sendiri."))

        step = Step(
            title=_("Bayar ke dompet sendiri"),
            button=_("Bayar ke dompet sendiri"),
            text=_("Berlaku mulai batch yang disiapkan sesudah ini. Penerima diberi tahu."),
            facts=self._route_facts(enrolment),
            possible=routes.of(enrolment) is not None,
            errors=ERRORS,
        )
        return take(self, request, step, run, enrolment)

    @action(description=_("Setujui jalur bayar"), permissions=[AGREE], icon="verified")
    def agree_route(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(enrolment: Enrolment, data: dict[str, Any]) -> Done:
            made = routes.agree(enrolment, data["number"], request.user)  # type: ignore[arg-type]
            return Done(gettext("Mulai batch berikutnya dibayar lewat %(provider)s.") % {"provider": made.provider})

        return self._decide_route(
            request, object_id, run, title=_("Setujui jalur bayar"), button=_("Setujui atas nama saya"), danger=True,
            form=AgreeForm,
        )  # fmt: skip

    @action(description=_("Tolak jalur bayar"), permissions=[AGREE], icon="undo")
    def refuse_route(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(enrolment: Enrolment, data: dict[str, Any]) -> Done:
            routes.refuse(enrolment, request.user, data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Usulan ditolak; jalur bayarnya tetap."))

        return self._decide_route(
            request, object_id, run, title=_("Tolak jalur bayar"), button=_("Tolak"), form=ReasonForm
        )

    def _decide_route(self, request: HttpRequest, object_id: str, run: Any, **words: Any) -> HttpResponse:
        enrolment = row_of(self, request, object_id)
        proposal = routes.proposed(enrolment)
        facts, warnings = self._route_facts(enrolment), []
        if proposal is not None:
            facts += [
                (_("Diusulkan"), f"{proposal.provider}, {masked_account(proposal)}"),
                (_("Alasan"), proposal.why),
                (_("Diusulkan oleh"), proposal.set_by),
            ]
            if others := routes.sharing(proposal):
                warnings.append(
                    _("Nomor akun ini juga milik jalur bayar %(count)s orang lain.") % {"count": counted(others)}
                )
        step = Step(
            text=_(
                "Nomornya tidak ditampilkan: yang disetujui hanya nomor yang Anda baca sendiri di dokumen penerima."
            ),
            facts=facts,
            warnings=warnings,
            possible=proposal is not None,
            errors=ERRORS,
            **words,
        )
        return take(self, request, step, lambda data: run(enrolment, data), enrolment)


queues.QUEUES.append(
    queues.Queue(
        _("Jalur bayar menunggu orang kedua"),
        AGREE,
        lambda request: routes.waiting(),
        lambda: list_url(Enrolment, jalur="usulan"),
    )
)
