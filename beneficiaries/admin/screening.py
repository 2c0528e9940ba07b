"""Exclusion rules in the office: written, tried against the registry, put into force; and the screenings that propose."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from beneficiaries import facts, regions, rules, screening
from beneficiaries.admin.evidence import ERRORS
from beneficiaries.admin.shown import masked_nik
from beneficiaries.models import ExclusionRule, Proposal, Screening, TrialHit
from beneficiaries.screening_errors import AuthorEnforces, RuleBroken
from wallet import doorbell
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, OfficeAdmin, ViewOnlyAdmin, by_number, change_url, link, list_url
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take

MOST_BARS = 20


def counted(number: int) -> str:
    """A count with its thousands apart."""
    return number_format(number, force_grouping=True)


def bars(counts: list[tuple[Any, int]]) -> SafeString:
    """Names, counts and bars beside each other: a chart that reads as a table."""
    most = max((count for _name, count in counts), default=0)
    rows = format_html_join(
        "",
        '<tr><td>{}</td><td class="right money">{}</td>'
        '<td><span class="office-bar office-bar-small"><span class="tone-purse" style="width:{}%"></span></span></td></tr>',
        ((name, counted(count), round(100 * count / most)) for name, count in counts),
    )
    if not counts:
        return SafeString("-")
    return format_html('<div class="office-scroll"><table class="office-table">{}</table></div>', rows)


class ExclusionRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    expression = forms.CharField(
        label=_("Ungkapan"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "class": "office-mono", "spellcheck": "false"}),
        help_text=_(
            "Ungkapan CEL, rupiah bulat. Keluarga: household.decile, .size, .kelurahan, .city, .njop, .vehicles.cars, "
            ".vehicles.motorcycles, .employed.state, .employed.pns (tni, polri, bumn, …), .judged_not_poor, .judged_poor. "
            "Orang: juga person.age, .sex, .relation, .schooling, .disability, .occupation dan evidence.employment, "
            ".deceased, .double_aid, .njop."
        ),
    )

    class Meta:
        model = ExclusionRule
        fields = ("code", "title", "scope", "expression", "legal_basis", "reason", "valid_from", "valid_until")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("expression") and data.get("scope"):
            try:
                rules.compiled(data["expression"], facts.EXAMPLES[data["scope"]])
            except RuleBroken as error:
                raise ValidationError({"expression": str(error)}) from error
        if data.get("valid_from") and data.get("valid_until") and data["valid_until"] < data["valid_from"]:
            raise ValidationError({"valid_until": _("Harus sesudah tanggal mulai.")})
        return data


@admin.register(ExclusionRule)
class ExclusionRuleAdmin(OfficeAdmin):
    """Versions of rules: written, tried, put into force; never edited."""

    form = ExclusionRuleForm
    list_display = ("title", "code", "valid_from", "valid_until", "state")
    list_display_links = ("title",)
    list_filter = ("code",)
    search_fields = ("title", "code")
    ordering = ("code", "-valid_from", "-pk")
    actions = None
    actions_detail = ("try_it", "enforce")
    fields = ("code", "title", "scope", "expression", "legal_basis", "reason", "valid_from", "valid_until")

    def get_fields(self, request: HttpRequest, obj: ExclusionRule | None = None) -> Any:
        return self.fields if obj is None else (*self.fields, "state", "trials", "by", "enforced_by", "enforced_at")

    def get_readonly_fields(self, request: HttpRequest, obj: ExclusionRule | None = None) -> Any:
        return () if obj is None else self.get_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ExclusionRule, form: Any, change: bool) -> None:
        obj.by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    @display(
        description=_("keadaan"), label={"draft": "warning", "in_force": "success", "past": "none", "coming": "info"}
    )
    def state(self, version: ExclusionRule) -> tuple[str, Any]:
        today = timezone.localdate()
        if version.enforced_at is None:
            return "draft", _("Belum diberlakukan")
        if version.valid_from > today:
            return "coming", _("Akan berlaku")
        if version.valid_until and version.valid_until < today:
            return "past", _("Tidak berlaku lagi")
        return "in_force", _("Berlaku")

    @admin.display(description=_("percobaan"))
    def trials(self, version: ExclusionRule) -> SafeString | str:
        rows = version.trials.order_by("-pk")[:10]
        lines = ((link(change_url(one), one), outcome(one)) for one in rows)
        return format_html_join("", "<div>{} · {}</div>", lines) or "-"

    @action(description=_("Coba"), permissions=["beneficiaries.try_exclusionrule"], icon="science")
    def try_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            trial = screening.request(request.user, rule=version)  # type: ignore[arg-type]
            doorbell.ring_after_commit("beneficiaries.tasks.screen")
            return Done(gettext("Percobaan diminta; hasilnya muncul di halaman ini."), url=change_url(trial))

        step = Step(
            title=_("Coba aturan"),
            button=_("Coba"),
            text=_("Aturan dihadapkan pada seluruh registri di latar belakang. Tidak ada yang dikecualikan."),
            facts=[(_("Aturan"), version.title), (_("Ungkapan"), version.expression)],
            errors=ERRORS,
        )
        return take(self, request, step, run, version)

    @action(description=_("Berlakukan"), permissions=["beneficiaries.enforce_exclusionrule"], icon="gavel")
    def enforce(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = row_of(self, request, object_id)
        trial = version.trials.filter(status=Screening.Status.DONE).order_by("-pk").first()
        own = version.by_id == request.user.pk
        warnings = [] if trial else [_("Versi ini belum dicoba. Coba dahulu dan lihat siapa yang terkena.")]
        if own:
            warnings.append(AuthorEnforces.message)

        def run(data: dict[str, Any]) -> Done:
            rules.enforce(version, request.user)  # type: ignore[arg-type]
            return Done(gettext("Aturan diberlakukan: %(reason)s") % data)

        step = Step(
            title=_("Berlakukan aturan"),
            button=_("Berlakukan"),
            text=_(
                "Penyaringan berikutnya mengusulkan pengecualian dengan aturan ini. Petugas tetap memutuskan satu per satu."
            ),
            facts=[
                (_("Aturan"), version.title),
                (_("Berlaku sejak"), date_format(version.valid_from)),
                (_("Percobaan terakhir"), outcome(trial) if trial else "-"),
            ],
            warnings=warnings,
            possible=trial is not None and version.enforced_at is None and not own,
            form=ReasonForm,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, version)


def outcome(one: Screening) -> str:
    """What a screening found, as a line."""
    if one.status != Screening.Status.DONE:
        return one.failure or str(one.get_status_display())
    if one.rule_id:
        return gettext("Aturan ini akan mengecualikan %(people)s orang di %(households)s keluarga.") % {
            "people": counted(one.people_hit),
            "households": counted(one.households_hit),
        }
    return gettext("%(proposed)s usulan baru.") % {"proposed": counted(one.proposed)}


@admin.register(Screening)
class ScreeningAdmin(ViewOnlyAdmin):
    list_display = ("__str__", "rule", "day", "status_label", "found_in_words", "created_at")
    list_filter = ("status", by_number("rule", _("aturan")))
    list_select_related = ("rule",)
    ordering = ("-pk",)
    fields = readonly_fields = (
        "status_label",
        "found_in_words",
        "rule",
        "day",
        "seen",
        "who",
        "deciles",
        "kelurahans",
        "by",
        "created_at",
        "finished_at",
    )
    actions_list = ("run",)

    @display(description=_("status"), label={"waiting": "info", "done": "success", "failed": "danger"})
    def status_label(self, one: Screening) -> tuple[str, str]:
        return one.status, one.get_status_display()

    @admin.display(description=_("hasil"))
    def found_in_words(self, one: Screening) -> str:
        return outcome(one)

    @admin.display(description=_("diperiksa"))
    def seen(self, one: Screening) -> str:
        return gettext("%(people)s orang di %(households)s keluarga") % {
            "people": counted(one.people_seen),
            "households": counted(one.households_seen),
        }

    @admin.display(description=_("siapa saja"))
    def who(self, one: Screening) -> SafeString:
        if one.rule_id:
            return link(list_url(TrialHit, screening=one.pk), _("Lihat daftarnya"))
        return link(list_url(Proposal, screening=one.pk), _("Lihat usulannya"))

    @admin.display(description=_("per desil"))
    def deciles(self, one: Screening) -> SafeString:
        return bars([(number, one.by_decile.get(str(number), 0)) for number in range(1, 11)] if one.by_decile else [])

    @admin.display(description=_("per kelurahan"))
    def kelurahans(self, one: Screening) -> SafeString:
        counts = sorted(one.by_kelurahan.items(), key=lambda item: -item[1])
        shown = [(regions.short_name(code), count) for code, count in counts[:MOST_BARS]]
        rest = sum(count for _code, count in counts[MOST_BARS:])
        return bars([*shown, (_("lainnya"), rest)] if rest else shown)

    @action(description=_("Saring sekarang"), permissions=["beneficiaries.run_screening"], icon="filter_alt")
    def run(self, request: HttpRequest) -> HttpResponse:
        in_force = ExclusionRule.objects.in_force(timezone.localdate())

        def run(data: dict[str, Any]) -> Done:
            asked = screening.request(request.user)  # type: ignore[arg-type]
            doorbell.ring_after_commit("beneficiaries.tasks.screen")
            return Done(gettext("Penyaringan diminta; hasilnya muncul di halaman ini."), url=change_url(asked))

        step = Step(
            title=_("Saring sekarang"),
            button=_("Saring"),
            text=_("Semua aturan yang berlaku dihadapkan pada registri. Hasilnya usulan; petugas yang memutuskan."),
            facts=[(_("Aturan yang berlaku"), ", ".join(rule.title for rule in in_force) or "-")],
            possible=in_force.exists(),
            warnings=[] if in_force.exists() else [_("Belum ada aturan yang berlaku.")],
            errors=ERRORS,
        )
        return take(self, request, step, run, back=list_url(Screening))


@admin.register(TrialHit)
class TrialHitAdmin(LongTable, ViewOnlyAdmin):
    """Whom a tried rule would exclude, masked."""

    list_display = ("name", "nik", "place", "decile")
    list_display_links = None
    list_filter = (by_number("screening", _("percobaan")),)
    list_select_related = ("person__household",)
    fields = readonly_fields = ("name", "nik", "place", "decile")

    @admin.display(description=_("nama"))
    def name(self, hit: TrialHit) -> str:
        return hit.person.name

    @admin.display(description="NIK")
    def nik(self, hit: TrialHit) -> str:
        return masked_nik(hit.person)

    @admin.display(description=_("kelurahan"))
    def place(self, hit: TrialHit) -> str:
        return regions.short_name(hit.person.household.kelurahan)

    @admin.display(description=_("desil"))
    def decile(self, hit: TrialHit) -> int:
        return hit.person.household.decile
