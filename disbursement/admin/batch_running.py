"""What officers do with a batch beside submitting and approving it: check, pause, resume, stop, follow up, download."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disbursement import batches, execution, failures, pauses, preflight
from disbursement.admin import batch_lines
from disbursement.admin.programmes import ERRORS, counted
from disbursement.models import Batch, Chunk, PreflightFinding
from disbursement.preflight import SEVERITY, Severity
from wallet.admin.decorators import action
from wallet.admin.rows import ViewOnlyAdmin, change_url, link, list_url, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.money import rupiah

S = Batch.Status
SEVERITY_TONES = {Severity.BLOCK: "danger", Severity.WARN: "warning"}


def findings(batch: Batch) -> list[dict[str, Any]]:
    """What the last check found, what blocks first: words, count, what to do, and the address of the list."""
    checked = preflight.latest(batch)
    counts = checked.counts if checked else {}
    return [
        {
            "words": failures.of(reason).words,
            "remedy": failures.of(reason).remedy,
            "blocks": severity is Severity.BLOCK,
            "tone": SEVERITY_TONES[severity],
            "count": counted(counts[reason]),
            "url": list_url(PreflightFinding, batch=batch.pk, reason=reason),
        }
        for reason, severity in SEVERITY.items()
        if counts.get(reason)
    ]


def warnings(batch: Batch) -> list[Any]:
    """The same as whoever submits or approves has to read it."""
    checked = preflight.latest(batch)
    if checked is None:
        return [_("Pemeriksaan awal belum dijalankan: pilih Periksa awal di halaman batch.")]
    said: list[Any] = []
    if checked.done_at is None:
        said.append(_("Pemeriksaan awal sedang berjalan; yang ditunjukkan di sini belum lengkap."))
    else:
        moment = {"moment": date_format(localtime(checked.done_at), "j F Y H:i")}
        said.append(_("Menurut pemeriksaan awal %(moment)s.") % moment)
    for found in findings(batch):
        text = _("Terhalang: %(count)s orang") if found["blocks"] else _("Perlu dilihat: %(count)s orang")
        counted_link = link(found["url"], text % {"count": found["count"]})
        said.append(format_html("{} · {}", counted_link, found["words"]))
    return said


def only_when(batch: Batch, *statuses: Batch.Status) -> dict[str, Any]:
    """Of a step that belongs to these statuses: whether it is possible, and if not, what the batch is instead."""
    possible = batch.status in statuses
    return {"possible": possible, "warnings": [] if possible else [status_said(batch)]}


def status_said(batch: Batch) -> Any:
    return _("Batch ini berstatus %(status)s.") % {"status": batch.get_status_display()}


class RunningSteps(ViewOnlyAdmin):
    """The steps of a batch's page; which are possible when is `BatchAdmin.get_actions_detail`'s."""

    def has_pause_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Halting harms nobody: whoever has to do with the batch may."""
        user = request.user
        return user.has_perm("disbursement.submit_batch") or user.has_perm("disbursement.approve_batch")

    def _progress_facts(self, batch: Batch) -> list[tuple[Any, Any]]:
        now = execution.progress(batch)
        return [
            (_("Instruksi bayar"), counted(now.count)),
            (_("Sudah dibayar"), f"{counted(now.paid)} ({rupiah(now.paid_total)})"),
            (_("Belum dibayar"), counted(now.count - now.paid - now.failed - now.returned - now.open)),
            *([(_("Di mitra, belum ada hasil"), counted(now.open))] if now.open else []),
            (_("Jumlah batch"), money(batch.total)),
        ]

    @action(description=_("Periksa awal"), permissions=["pause"], icon="fact_check")
    def precheck(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            preflight.soon(batch)
            return Done(gettext("Pemeriksaan awal diminta; hasilnya tampil di halaman ini."))

        step = Step(
            title=_("Periksa awal"),
            button=_("Periksa sekarang"),
            text=_(
                "Mencari penerima yang tidak akan, atau tidak patut, dibayar: dompet beku atau ditutup, melebihi batas, "
                "meninggal, tidak lagi memenuhi syarat, dikecualikan, diduga ganda, jalur bayarnya diganti, belum punya dompet. "
                "Isi batch tidak berubah."
            ),
            errors=ERRORS,
        )
        return take(self, request, step, run, batch)

    @action(description=_("Keluarkan yang terhalang"), permissions=["disbursement.submit_batch"], icon="person_remove")
    def leave_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            count = preflight.leave_out_blocked(batch)
            return Done(gettext("%(count)s orang dikeluarkan dari batch.") % {"count": counted(count)})

        step = Step(
            title=_("Keluarkan yang terhalang"),
            button=_("Keluarkan"),
            text=_(
                "Mereka tidak dibayar oleh batch ini dan dapat masuk batch lain bila halangannya sudah tidak ada. Sesudah batch "
                "selesai mereka diberi tahu alasannya, tampak di laporan, dan diusulkan dalam rapel siklusnya."
            ),
            facts=[(found["words"], found["count"]) for found in findings(batch) if found["blocks"]],
            **only_when(batch, S.PREPARED),
            errors=ERRORS,
        )
        return take(self, request, step, run, batch)

    @action(description=_("Jeda"), permissions=["pause"], icon="pause")
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._halt(
            request,
            object_id,
            pauses.pause,
            (S.APPROVED, S.PAYING),
            done=_("Batch dijeda: potongan yang sedang dikerjakan selesai, yang lain menunggu."),
            title=_("Jeda pembayaran"),
            button=_("Jeda sekarang"),
            text=_("Tidak ada potongan baru yang dibayar sampai batch dilanjutkan. Yang sudah dibayar tetap dibayar."),
        )

    @action(description=_("Lanjutkan"), permissions=["disbursement.approve_batch"], icon="play_arrow")
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._halt(
            request,
            object_id,
            pauses.resume,
            (S.PAUSED,),
            done=_("Batch dilanjutkan."),
            title=_("Lanjutkan pembayaran"),
            button=_("Lanjutkan"),
            text=_("Pembayaran diteruskan dari tempat berhentinya; tidak ada yang dibayar dua kali."),
        )

    @action(description=_("Hentikan"), permissions=["disbursement.approve_batch"], icon="stop_circle")
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._halt(
            request,
            object_id,
            pauses.stop,
            (S.PAUSED,),
            done=_("Batch dihentikan; dana yang belum dibayarkan kembali ke dana program."),
            title=_("Hentikan batch"),
            button=_("Ya, jangan bayar sisanya"),
            text=_(
                "Yang belum dibayar tidak dibayar oleh batch ini, dananya kembali ke dana program, dan mereka dapat masuk "
                "batch susulan. Langkah ini tidak dapat ditarik kembali."
            ),
            danger=True,
        )

    def _halt(
        self,
        request: HttpRequest,
        object_id: str,
        deed: Callable[[Batch, Any, str], Batch],
        statuses: tuple[Batch.Status, ...],
        *,
        done: Any,
        **words: Any,
    ) -> HttpResponse:
        """A step that halts the batch, or lets it go on, with its reason; it shows how far the batch is."""
        batch = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            deed(batch, request.user, data["reason"])
            return Done(str(done))

        step = Step(
            **words,
            facts=self._progress_facts(batch),
            form=ReasonForm,
            **only_when(batch, *statuses),
            errors=ERRORS,
        )
        return take(self, request, step, run, batch)

    @action(description=_("Lepaskan potongan gagal"), permissions=["disbursement.approve_batch"], icon="block")
    def give_up(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide_failed(
            request,
            object_id,
            batches.give_up_failed,
            done=_("%(count)s potongan tidak dibayar; dananya kembali."),
            title=_("Lepaskan potongan gagal"),
            button=_("Ya, jangan dibayar"),
            text=_("Penerima dalam potongan ini tidak dibayar oleh batch ini dan dapat masuk batch susulan."),
        )

    @action(description=_("Coba lagi potongan gagal"), permissions=["disbursement.submit_batch"], icon="replay")
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide_failed(
            request,
            object_id,
            batches.retry_failed,
            done=_("%(count)s potongan dicoba lagi."),
            title=_("Coba lagi potongan gagal"),
            button=_("Coba lagi"),
            text=_("Lakukan setelah penyebabnya diatasi. Yang sudah dibayar tidak dibayar dua kali."),
        )

    def _decide_failed(
        self, request: HttpRequest, object_id: str, deed: Callable[..., int], *, done: Any, **words: Any
    ) -> HttpResponse:
        """A step that decides on the chunks that failed, the first few of which it shows."""
        batch = row_of(self, request, object_id)
        failed = list(batch.chunks.filter(status=Chunk.Status.FAILED).order_by("number")[:10])

        def run(data: dict[str, Any]) -> Done:
            return Done(str(done) % {"count": deed(batch, by=request.user, reason=data["reason"])})

        step = Step(
            **words,
            facts=[(gettext("Potongan %(number)s") % {"number": chunk.number}, _why(chunk)) for chunk in failed],
            form=ReasonForm,
            possible=bool(failed),
            warnings=[] if failed else [_("Tidak ada potongan yang gagal.")],
            errors=ERRORS,
        )
        return take(self, request, step, run, batch)

    @action(description=_("Buat batch susulan"), permissions=["disbursement.submit_batch"], icon="redo")
    def follow_up(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            made = batches.follow_up(batch, request.user)  # type: ignore[arg-type]
            if made.status == S.PREPARED:
                preflight.soon(made)
            return Done(gettext("Batch susulan #%(number)s dibuat.") % {"number": made.pk}, change_url(made))

        step = Step(
            title=_("Buat batch susulan"),
            button=_("Buat"),
            text=_(
                "Batch baru pada periode yang sama, hanya berisi penerima yang gagal di batch ini dan sekarang dapat dibayar. "
                "Batch itu diajukan dan disetujui seperti yang lain."
            ),
            facts=[(_("Gagal di batch ini"), counted(execution.progress(batch).failed))],
            **only_when(batch, S.CLOSED),
            errors=ERRORS,
        )
        return take(self, request, step, run, batch)

    @action(description=_("Unduh CSV"), permissions=["disbursement.view_instruction"], icon="download")
    def csv(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return self._lines(request, object_id, "csv")

    @action(description=_("Unduh Excel"), permissions=["disbursement.view_instruction"], icon="table_view")
    def xlsx(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return self._lines(request, object_id, "xlsx")

    def _lines(self, request: HttpRequest, object_id: str, form: str) -> HttpResponseBase:
        batch = row_of(self, request, object_id)
        self.log_change(request, batch, gettext("Baris batch diunduh sebagai %(form)s.") % {"form": form.upper()})
        return batch_lines.download(batch, form)

    def chain(self, batch: Batch) -> SafeString | str:
        """Whose follow-up the batch is, and what follows it up."""
        parts = []
        if batch.follows is not None:
            parts.append(
                format_html(gettext("susulan dari {}"), link(change_url(batch.follows), f"#{batch.follows_id}"))
            )
        for row in batch.followed_by.order_by("pk"):
            parts.append(format_html(gettext("disusul {}"), link(change_url(row), f"#{row.pk}")))
        return SafeString(" · ".join(parts)) or "-"


def _why(chunk: Chunk) -> str:
    """Why it failed and what to do, in words; what the program said is on the chunk's own page."""
    if not chunk.failure:
        return chunk.error or "-"
    failure = failures.of(chunk.failure)
    return f"{failure.words}. {failure.remedy}"
