"""People who may be registered twice: the queue, both rows side by side, the decision, and taking a merge back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from beneficiaries import duplicates_merge, identity, regions
from beneficiaries.admin.shown import opened
from beneficiaries.duplicates_scoring import THRESHOLD
from beneficiaries.errors import BeneficiaryError
from beneficiaries.models import DuplicatePair, Merge, Person
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, change_url, link, list_url
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take, take_with_reason
from wallet.errors import WalletError

ERRORS = (BeneficiaryError, WalletError)
S = DuplicatePair.Status
CERTAIN, LIKELY = 95, 88  # points
BANDS = {"95": (CERTAIN, 100), "88": (LIKELY, CERTAIN - 1), "76": (THRESHOLD, LIKELY - 1)}

# What was seen of a field, in words.
SEEN: dict[tuple[str, str], Any] = {
    ("name", "same"): _("Nama sama, setelah gelar dan ejaan disamakan"),
    ("name", "order"): _("Nama sama, urutan katanya lain"),
    ("name", "spaces"): _("Nama sama, dipisah atau disambung"),
    ("name", "alike"): _("Nama mirip: salah huruf, inisial, atau nama kedua tidak ditulis"),
    ("name", "other"): _("Nama berbeda"),
    ("rarity", "rare"): _("Nama ini jarang di registri"),
    ("rarity", "common"): _("Nama ini umum di registri"),
    ("birth_date", "same"): _("Tanggal lahir sama"),
    ("birth_date", "swapped"): _("Tanggal dan bulan lahir tertukar"),
    ("birth_date", "digit"): _("Satu angka tanggal lahir berbeda"),
    ("birth_date", "stand_in"): _(
        "Tahun lahir sama; salah satunya tanggal perkiraan (1 Januari, 30 Juni, 1 Juli, 31 Desember)"
    ),
    ("birth_date", "year"): _("Hanya tahun lahir yang sama"),
    ("birth_date", "other"): _("Tanggal lahir berbeda"),
    ("sex", "other"): _("Jenis kelamin berbeda"),
    ("place", "household"): _("Satu keluarga"),
    ("place", "kelurahan"): _("Satu kelurahan"),
    ("place", "district"): _("Satu kecamatan"),
    ("phone", "same"): _("Nomor telepon sama"),
    ("siblings", "rhyme"): _("Satu keluarga, lahir pada hari yang sama, nama berirama: mungkin kembar"),
}


def reasons_in_words(pair: DuplicatePair) -> list[tuple[str, Any]]:
    """Points and what gave them, the most first."""
    found = sorted(pair.reasons.items(), key=lambda item: -abs(item[1][0]))
    return [(f"{points:+d}", SEEN.get((field, what), field)) for field, (points, what) in found]


def _masked(read: Callable[[], str]) -> str:
    return opened(read) or "–"


def facts(person: Person) -> dict[Any, str]:
    """What the page shows of a person, by its name; numbers masked."""
    home, place = person.household, regions.kelurahan(person.household.kelurahan)
    birth_date = date_format(person.birth_date, "j F Y")
    age = identity.age(person.birth_date, timezone.localdate())
    return {
        _("Nama"): person.name,
        _("NIK"): _masked(lambda: identity.mask_number(person.nik)),
        _("Nomor KK"): _masked(lambda: identity.mask_number(home.kk)),
        _("Jenis kelamin"): person.get_sex_display(),
        _("Tanggal lahir"): gettext("%(date)s (%(age)s tahun)") % {"date": birth_date, "age": age},
        _("Telepon"): _masked(lambda: identity.mask_phone(person.phone)),
        _("Kelurahan"): place.path if place else home.kelurahan,
        _("RT/RW"): f"{home.rt or '–'}/{home.rw or '–'}",
        _("Hubungan keluarga"): person.get_relation_display() or "–",
        _("Sekolah"): person.get_schooling_display() or "–",
        _("Pekerjaan"): person.get_occupation_display() or "–",
        _("Disabilitas"): person.get_disability_display() or "–",
        _("Desil"): str(home.decile),
        _("Dompet"): gettext("ada") if person.wallet_id else gettext("tidak ada"),
        _("Status"): str(person.get_status_display()),
        _("Terdaftar"): date_format(timezone.localtime(person.created_at), "j F Y"),
    }


def compared(pair: DuplicatePair) -> dict[str, Any]:
    """Both people side by side. Masked numbers that look alike are told apart by their blind indexes."""
    low, high = facts(pair.low), facts(pair.high)
    apart = {str(_("NIK")): True, str(_("Nomor KK")): pair.low.household_id != pair.high.household_id}
    if pair.low.phone_index and pair.high.phone_index:
        apart[str(_("Telepon"))] = bytes(pair.low.phone_index) != bytes(pair.high.phone_index)
    rows = [
        {"name": name, "low": low[name], "high": high[name], "differs": apart.get(str(name), low[name] != high[name])}
        for name in low
    ]
    names = {side: link(change_url(person), person.name) for side, person in (("low", pair.low), ("high", pair.high))}
    return {"rows": rows, "score": pair.score, "reasons": reasons_in_words(pair), **names}


class QueueFilter(admin.SimpleListFilter):
    """What waits, by default; or what was decided."""

    title = _("antrean")
    parameter_name = "antrean"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*((value, label) for value, label in S.choices if value != S.OPEN), ("semua", _("Semua"))]

    def choices(self, changelist: Any) -> Any:
        """The first choice reads as what it is."""
        for number, choice in enumerate(super().choices(changelist)):
            yield choice | ({"display": _("Menunggu keputusan")} if number == 0 else {})

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value in (S.MERGED, S.DIFFERENT):
            return queryset.filter(status=value)
        return queryset if value == "semua" else queryset & DuplicatePair.objects.waiting()


class ScoreFilter(admin.SimpleListFilter):
    """By score, in three bands."""

    title = _("skor")
    parameter_name = "skor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, f"{least}–{most}") for name, (least, most) in BANDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        band = BANDS.get(self.value() or "")
        return queryset.filter(score__range=band) if band else queryset


def merge_form(pair: DuplicatePair) -> type[forms.Form]:
    """Who of the two stays, and why they are one."""
    said = {
        person.pk: gettext("%(name)s, lahir %(date)s, NIK %(nik)s") % {
            "name": person.name,
            "date": date_format(person.birth_date, "j F Y"),
            "nik": _masked(lambda person=person: identity.mask_number(person.nik)),  # type: ignore[misc]
        }
        for person in (pair.low, pair.high)
    }  # fmt: skip

    class MergeForm(forms.Form):
        survivor = forms.TypedChoiceField(
            label=_("Baris yang tetap"),
            choices=list(said.items()),
            coerce=int,
            widget=UnfoldAdminRadioSelectWidget,
            help_text=_("Pilih yang NIK-nya sesuai dengan KTP. Yang lain digabung ke sini."),
        )
        reason = forms.CharField(
            label=_("Alasan"),
            max_length=200,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            help_text=_("Misalnya surat apa yang dicocokkan. Dibaca oleh siapa pun yang memeriksa nanti."),
        )

    return MergeForm


@admin.register(DuplicatePair)
class DuplicatePairAdmin(ViewOnlyAdmin):
    """The queue, the surest first; a pair's page shows both and offers the decision."""

    list_display = ("both", "score_label", "low_born", "high_born", "status_label", "found_at")
    list_filter = (QueueFilter, ScoreFilter)
    list_select_related = ("low", "high")
    ordering = ("-score", "pk")
    sortable_by = ()
    search_fields = ("low__name",)
    search_help_text = _("Nama salah satunya")
    fields = readonly_fields = ("status_label", "decision", "decided_by", "decided_at", "found_at", "merges_shown")
    actions_detail = ("merge", "different", "reconsider")
    list_before_template = "beneficiaries/admin/duplicate_queue.html"
    change_form_outer_before_template = "beneficiaries/admin/duplicate_pair.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DuplicatePair], search_term: str
    ) -> tuple[QuerySet[DuplicatePair], bool]:
        text = search_term.strip().replace("\x00", "")
        if not text:
            return queryset, False
        return queryset.filter(Q(low__name__icontains=text) | Q(high__name__icontains=text)), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        page: HttpResponse = super().changelist_view(request, (extra_context or {}) | {"queue": self._counts()})
        return page

    def _counts(self) -> list[tuple[Any, int, str]]:
        bands = {f"band_{name}": Count("pk", filter=Q(score__range=band)) for name, band in BANDS.items()}
        waiting = DuplicatePair.objects.waiting().aggregate(**bands)
        decided = dict(DuplicatePair.objects.exclude(status=S.OPEN).values_list("status").annotate(Count("pk")))
        shown: list[tuple[Any, int, str]] = [
            (
                gettext("Menunggu, skor %(least)s–%(most)s") % {"least": least, "most": most},
                waiting[f"band_{name}"],
                list_url(DuplicatePair, skor=name),
            )
            for name, (least, most) in BANDS.items()
        ]
        shown += [
            (status.label, decided.get(status.value, 0), list_url(DuplicatePair, antrean=status.value))
            for status in (S.MERGED, S.DIFFERENT)
        ]
        return shown

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> DuplicatePair | None:
        """With both people and their households."""
        pair: DuplicatePair | None = super().get_object(request, object_id, from_field)
        if pair is None:
            return None
        return DuplicatePair.objects.select_related("low__household", "high__household").get(pk=pair.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        pair = self.get_object(request, object_id)
        shown = {} if pair is None else {"compared": compared(pair)}
        page: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | shown)
        return page

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The decision while it can be made; taking it back where both were told apart."""
        pair = self.get_object(request, str(object_id))
        if pair is None:
            return []
        this = DuplicatePair.objects.filter(pk=pair.pk)
        waits, apart = this.waiting().exists(), this.told_apart().exists()
        possible = {"merge": waits, "different": waits, "reconsider": apart}
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("beneficiaries_duplicatepair_")]]

    @admin.display(description=_("orang"))
    def both(self, pair: DuplicatePair) -> str:
        return f"{pair.low.name} · {pair.high.name}"

    @display(description=_("skor"), label={"certain": "danger", "likely": "warning", "possible": "info"})
    def score_label(self, pair: DuplicatePair) -> tuple[str, str]:
        level = "certain" if pair.score >= CERTAIN else "likely" if pair.score >= LIKELY else "possible"
        return level, str(pair.score)

    @admin.display(description=_("lahir (pertama)"))
    def low_born(self, pair: DuplicatePair) -> str:
        return date_format(pair.low.birth_date, "j M Y")

    @admin.display(description=_("lahir (kedua)"))
    def high_born(self, pair: DuplicatePair) -> str:
        return date_format(pair.high.birth_date, "j M Y")

    @display(description=_("status"), label={S.OPEN: "warning", S.MERGED: "success", S.DIFFERENT: "info"})
    def status_label(self, pair: DuplicatePair) -> tuple[str, str]:
        return pair.status, pair.get_status_display()

    @admin.display(description=_("penggabungan"))
    def merges_shown(self, pair: DuplicatePair) -> SafeString | str:
        rows = pair.merges.select_related("survivor", "merged").order_by("pk")
        return SafeString("<br>".join(link(change_url(row), row) for row in rows)) or "–"

    @action(description=_("Gabungkan"), permissions=["beneficiaries.merge_person"], icon="merge")
    def merge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        pair = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            survivor = pair.low if data["survivor"] == pair.low_id else pair.high
            done = duplicates_merge.merge(pair, survivor, request.user, data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Digabung: %(reason)s") % data, url=change_url(done))

        step = Step(
            title=_("Gabungkan keduanya"),
            button=_("Gabungkan"),
            text=_(
                "Keduanya satu orang. Yang digabung tidak lagi dihitung sebagai anggota keluarga dan tidak menerima bantuan "
                "baru. Kepesertaan dan isi dompetnya pindah ke yang tetap; kepesertaan ganda pada satu program berakhir. "
                "Dapat dipisahkan lagi selama uangnya belum dipakai. Bila nomor HP keduanya berbeda, nomor yang digabung diberi "
                "tahu; bila dompet keduanya disatukan dan yang digabung pernah punya PIN, PIN yang tetap dihapus, dan untuk "
                "beberapa hari PIN baru perlu persetujuan dua petugas."
            ),
            facts=[(said, points) for points, said in reasons_in_words(pair)],
            form=merge_form(pair),
            initial={"survivor": (pair.high if pair.high.wallet_id and not pair.low.wallet_id else pair.low).pk},
            danger=True,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, pair)

    @action(description=_("Bukan orang yang sama"), permissions=["beneficiaries.decide_duplicatepair"], icon="group")
    def different(self, request: HttpRequest, object_id: str) -> HttpResponse:
        pair = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            duplicates_merge.different(pair, request.user, data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Dua orang yang berbeda: %(reason)s") % data, url=list_url(DuplicatePair))

        step = Step(
            title=_("Bukan orang yang sama"),
            button=_("Mereka berbeda"),
            text=_(
                "Pasangan ini tidak diajukan lagi, kecuali nama, tanggal lahir, telepon, atau alamat salah satunya berubah."
            ),
            facts=[(_("Pertama"), pair.low), (_("Kedua"), pair.high)],
            form=ReasonForm,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, pair)

    @action(description=_("Tinjau lagi"), permissions=["beneficiaries.decide_duplicatepair"], icon="undo")
    def reconsider(self, request: HttpRequest, object_id: str) -> HttpResponse:
        pair = row_of(self, request, object_id)
        facts = [(_("Pertama"), pair.low), (_("Kedua"), pair.high), (_("Alasan dahulu"), pair.decision)]
        return take_with_reason(
            self,
            request,
            pair,
            lambda row, by, reason: duplicates_merge.reconsider(row, reason),
            gettext("Menunggu keputusan lagi: %(reason)s"),
            title=_("Tinjau lagi"),
            button=_("Kembalikan ke antrean"),
            text=_(
                "Keputusan bahwa keduanya dua orang yang berbeda ditarik kembali; pasangan ini menunggu keputusan lagi."
            ),
            facts=facts,
            errors=ERRORS,
        )


@admin.register(Merge)
class MergeAdmin(LongTable, ViewOnlyAdmin):
    """What was joined, by whom and why; and parting it again."""

    list_display = ("merged", "survivor", "by", "at", "undone_at")
    list_select_related = ("merged", "survivor", "by")
    search_fields = ("merged__name",)
    search_help_text = _("Nama yang digabung atau yang tetap")
    fields = readonly_fields = (
        "survivor", "merged", "reason", "by", "at", "undone_reason", "undone_by", "undone_at", "pair_shown",
    )  # fmt: skip
    actions_detail = ("unmerge",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Merge], search_term: str
    ) -> tuple[QuerySet[Merge], bool]:
        text = search_term.strip().replace("\x00", "")
        if not text:
            return queryset, False
        return queryset.filter(Q(merged__name__icontains=text) | Q(survivor__name__icontains=text)), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        done = self.get_object(request, str(object_id))
        if done is None or done.undone_at is not None:
            return []
        return list(super().get_actions_detail(request, object_id))

    @admin.display(description=_("pasangan"))
    def pair_shown(self, done: Merge) -> SafeString:
        return link(change_url(done.pair), _("Lihat keduanya berdampingan"))

    @action(description=_("Pisahkan lagi"), permissions=["beneficiaries.merge_person"], icon="call_split")
    def unmerge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        done = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            duplicates_merge.unmerge(done, request.user, data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Dipisahkan: %(reason)s") % data)

        step = Step(
            title=_("Pisahkan lagi"),
            button=_("Pisahkan"),
            text=_(
                "Ternyata dua orang. Kepesertaan dan kantong yang dahulu dipindah kembali ke orangnya. Tidak dapat dilakukan "
                "bila uang dari kantong itu sudah dibelanjakan, disetor, atau ditahan sesudah digabung."
            ),
            facts=[
                (_("Yang tetap"), done.survivor),
                (_("Yang digabung"), done.merged),
                (_("Alasan dahulu"), done.reason),
            ],
            form=ReasonForm,
            danger=True,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, done)
