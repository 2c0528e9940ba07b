"""The partner's own page: what it has paid, what it still keeps to itself, and a form by which the next faults are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qs

from demo.emoney_partner.accounts import Books
from demo.emoney_partner.faults import ACCOUNTS, BULK, INQUIRY, Plan
from demo.emoney_partner.notifier import Notifier

CHOICES = 3  # faults in a row that the form takes for each kind of call
SHOWN = 50  # credits, the newest first
BULK_WORDS = {
    "ok": "berhasil",
    "accepted_202": "diterima, hasilnya menyusul",
    "timeout_after_credit": "tidak menjawab; uang sudah masuk",
    "timeout_before_credit": "tidak menjawab; uang belum masuk",
    "reset_after_credit": "sambungan putus; uang sudah masuk",
    "reset_before_credit": "sambungan putus; uang belum masuk",
    "error_500": "galat 500; uang belum masuk",
    "error_504": "galat 504; uang belum masuk",
    "error_500_after_credit": "galat 500; uang sudah masuk",
    "garbage": "jawaban rusak; uang sudah masuk",
    "token_expired": "token kedaluwarsa",
    "missing_lines": "tiap baris ketiga hilang",
    "no_float": "titipan habis",
    "duplicate_409": "disebut ganda (409); uang sudah masuk",
}
INQUIRY_WORDS = {
    "ok": "menjawab benar",
    "error_500": "galat 500",
    "garbage": "jawaban rusak",
    "timeout": "tidak menjawab",
    "token_expired": "token kedaluwarsa",
    "pending": "masih diproses",
}
NOTICE_WORDS = {
    "held": "ditahan sampai dikirim dari halaman ini",
    "scattered": "satu per satu, terbalik urutannya",
    "stale": "disusul kabar lama “masih diproses”",
    "contradict": "disusul kabar yang sebaliknya",
    "lost": "tidak pernah dikirim",
}
ACCOUNT_WORDS = {"9001": "dibekukan", "9002": "tidak ada", "9003": "melewati batasnya"}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem; color: #1f2937 }
fieldset { min-width: 0; border: 1px solid #d1d5db; border-radius: .5rem; margin: 0 0 1rem; padding: .75rem 1rem }
label { display: block; margin: .35rem 0 }
select, input[type=number] { font: inherit; max-width: 100%; box-sizing: border-box; padding: .25rem }
button { font: inherit; padding: .5rem 1rem; border: 0; border-radius: .5rem; background: #1d4ed8; color: #fff }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #e5e7eb }
td { white-space: nowrap } td:first-child { white-space: normal; overflow-wrap: anywhere }
td:last-child, th:last-child { text-align: right }
"""


def chosen(body: bytes) -> dict[str, Any]:
    """The plan that the form's fields say, as `faults.plan_of` reads it. Raises ValueError for a number that is none."""
    fields = parse_qs(body.decode("utf-8", "replace"))
    notices: dict[str, Any] = {name: True for name in NOTICE_WORDS if name in fields}
    notices["times"] = max(1, int(fields.get("times", ["1"])[0]))
    notices["delay"] = max(0, int(fields.get("delay", ["0"])[0]))
    return {
        "bulk": _to_the_last(fields.get("bulk", [])),
        "inquiry": _to_the_last(fields.get("inquiry", [])),
        "notices": notices,
    }


def _to_the_last(faults: list[str]) -> list[str]:
    """Without the calls that go well after the last fault: they do so anyway."""
    while faults and faults[-1] == "ok":
        faults = faults[:-1]
    return faults


def page(plan: Plan, books: Books, notifier: Notifier) -> bytes:
    """The page as it stands now, in UTF-8."""
    told = books.as_json()
    with notifier.lock:
        held, sent = len(notifier.held), len(notifier.answers)
    return f"""<!doctype html><html lang="id"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mitra simulasi</title><style>{STYLE}</style>
<h1>Mitra uang elektronik simulasi</h1>
<p>Mitra ini membayar bantuan yang Salur kirim kepadanya, dan gagal bila diminta. Akun yang berakhiran
{", ".join(f"<b>{end}</b> {ACCOUNT_WORDS[end]}" for end in ACCOUNTS)}.</p>
<form method="post" action="/_partner/page">
<fieldset><legend>Permintaan bayar berikutnya</legend>{_rows("bulk", BULK, BULK_WORDS, plan.bulk)}</fieldset>
<fieldset><legend>Pertanyaan status berikutnya</legend>{_rows("inquiry", INQUIRY, INQUIRY_WORDS, plan.inquiry)}</fieldset>
<fieldset><legend>Pemberitahuan hasil</legend>{_notices(plan)}</fieldset>
<button>Pakai rencana ini</button></form>
<h2>Pemberitahuan</h2><p>{sent} terkirim, {held} ditahan.</p>
<form method="post" action="/_partner/page/notify"><button>Kirim yang ditahan</button></form>
<h2>Sudah dibayar: {len(told["credits"])}</h2>
<p>{told["lines"]} baris diterima, {told["resent"]} di antaranya dikirim ulang dan tidak dibayar lagi.</p>
{_credits(told["credits"])}""".encode()


def _rows(name: str, faults: Iterable[str], words: Mapping[str, str], planned: list[str]) -> str:
    rows = []
    for number in range(CHOICES):
        now = planned[number] if number < len(planned) else "ok"
        options = "".join(
            f'<option value="{fault}"{" selected" if fault == now else ""}>{words[fault]}</option>' for fault in faults
        )
        rows.append(f'<label>ke-{number + 1} <select name="{name}">{options}</select></label>')
    return "".join(rows)


def _notices(plan: Plan) -> str:
    how = plan.notices
    boxes = "".join(
        f'<label><input type="checkbox" name="{name}"{" checked" if getattr(how, name) else ""}> {said}</label>'
        for name, said in NOTICE_WORDS.items()
    )
    return (
        f'<label>berapa kali <input type="number" name="times" min="1" max="5" value="{how.times}"></label>'
        f'<label>setelah berapa detik <input type="number" name="delay" min="0" max="600" value="{how.delay:.0f}"></label>'
        f"{boxes}"
    )


def _rupiah(amount: str) -> str:
    """100000.00, as the standard writes it, as people do: 100.000."""
    return f"{int(amount.partition('.')[0]):,}".replace(",", ".")


def _credits(credits: list[list[str]]) -> str:
    if not credits:
        return "<p>Belum ada.</p>"
    rows = "".join(
        f"<tr><td>{escape(reference)}<td>…{escape(account[-4:])}<td>{_rupiah(amount)}"
        for reference, account, amount in reversed(credits[-SHOWN:])
    )
    return f"<table><tr><th>Nomor kami<th>Akun<th>Rupiah</tr>{rows}</table>"
