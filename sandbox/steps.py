"""What a partner's client must show in a conformance run: each step, and how it is told from what was seen.

A step looks at all exchanges of the run, in order, and says passed, failed or not yet, and why. Pure: no database, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

TOKEN, PAYMENT, QUERY, REFUND = "73", "60", "61", "80"
TOP_UP, TOP_UP_STATUS, BULK, CASH_OUT = "38", "39", "40", "44"
NOTICES = frozenset({"41", "52", "56", "79"})
DELIVERED = "delivered"
# Services that belong together: whoever calls one of them shows that it handles all that can happen there.
TOP_UPS = frozenset({TOP_UP, TOP_UP_STATUS})
CUSTOMERS_CODES = frozenset({"59", PAYMENT, QUERY, "62", REFUND})
MERCHANTS_CODES = frozenset({"47", "48", "50", "51", "77", "78"})
DEBITS = frozenset({"54", "55", "57", "58"})
CASH_OUTS = frozenset({CASH_OUT, "45"})
OFFLINE = frozenset({"97", "98"})
MONEY = frozenset({"47", "50", "54", PAYMENT, TOP_UP, BULK, CASH_OUT, "97"})
DONE = frozenset({200, 202})  # 202: taken, and done soon
SYMMETRIC, ASYMMETRIC = "symmetric", "asymmetric"


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange. `outcome` is the documented value's name, `value` and `body` are digests; not `answered`: in silence.

    Not `proved`: the request only says that it is this partner's. No step but those of signatures looks at it.
    """

    service: str
    signature: str
    status: int
    code: str
    answered: bool = True
    proved: bool = True
    external_id: str = ""
    reference: str = ""
    original_external_id: str = ""
    original_number: str = ""  # ours, as the partner gives it back
    refund_reference: str = ""
    outcome: str = ""
    value: str = ""
    body: str = ""
    number: str = ""  # ours: referenceNo or refundNo
    transaction_status: str = ""


class Result(Enum):
    PASSED = "passed"
    FAILED = "failed"
    WAITING = "waiting"
    UNTESTED = "untested"  # of services that this partner's client did not call, or of what a client may do without


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a step stands, and why; `exchanges` are the places of what it was told from, counted from 1."""

    result: Result
    why: str
    exchanges: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """`ask` is what the partner's client has to do; a step counts only with these services, if any are named."""

    code: str
    title: Any
    ask: Any
    check: Callable[[Sequence[Seen]], Verdict]
    only_with: frozenset[str] = frozenset()

    def judge(self, seen: Sequence[Seen]) -> Verdict:
        """How it stands after these exchanges."""
        if self.only_with and not any(one.service in self.only_with for one in seen):
            return Verdict(Result.UNTESTED, say("Layanan ini tidak dipanggil; tidak diuji."))
        return self.check(seen)


def _waiting(why: str = "") -> Verdict:
    return Verdict(Result.WAITING, why or say("Belum terlihat."))


def _passed(why: str, *places: int) -> Verdict:
    return Verdict(Result.PASSED, why, tuple(place + 1 for place in places))


def _failed(why: str, *places: int) -> Verdict:
    return Verdict(Result.FAILED, why, tuple(place + 1 for place in places))


def _find(seen: Sequence[Seen], test: Callable[[Seen], bool], start: int = 0) -> int | None:
    """The first that the partner surely sent, from a place on."""
    return next((place for place in range(start, len(seen)) if seen[place].proved and test(seen[place])), None)


def _find_refused(seen: Sequence[Seen], test: Callable[[Seen], bool]) -> int | None:
    return next((place for place, one in enumerate(seen) if test(one)), None)


def _places(seen: Sequence[Seen], test: Callable[[Seen], bool]) -> Iterator[int]:
    return (place for place, one in enumerate(seen) if one.proved and test(one))


def _token(seen: Sequence[Seen]) -> Verdict:
    place = _find(seen, lambda one: one.service == TOKEN and one.status == 200)
    if place is not None:
        return _passed(say("Token diberikan."), place)
    place = _find_refused(seen, lambda one: one.service == TOKEN)
    if place is not None:
        return _refused(seen, place, ASYMMETRIC)
    return _done_without(seen, ASYMMETRIC)


def _refused(seen: Sequence[Seen], place: int, other: str) -> Verdict:
    """Of one kind of signature. A client that was taken with the other kind did not fail: it needs none of this one, and
    whoever names the partner in a request of their own could otherwise fail its run.
    """
    if _find(seen, lambda one: one.service != TOKEN and one.signature == other) is None:
        return _failed(say("Ditolak: %(code)s.") % {"code": seen[place].code}, place)
    why = say("Ditolak: %(code)s. Satu jenis tanda tangan cukup; tidak diuji.") % {"code": seen[place].code}
    return Verdict(Result.UNTESTED, why, (place + 1,))


def _done_without(seen: Sequence[Seen], kind: str) -> Verdict:
    """Of one kind of signature and what belongs to it: a client that was taken with the other kind needs none of it."""
    if _find(seen, lambda one: one.service != TOKEN and one.signature == kind) is None:
        return _waiting()
    return Verdict(Result.UNTESTED, say("Tidak dipakai: satu jenis tanda tangan cukup."))


def _signed(kind: str) -> Callable[[Sequence[Seen]], Verdict]:
    def check(seen: Sequence[Seen]) -> Verdict:
        def transaction(one: Seen) -> bool:
            return one.service != TOKEN and one.signature == kind

        place = _find(seen, transaction)
        if place is not None:
            return _passed(say("Tanda tangan diterima."), place)
        other = ASYMMETRIC if kind == SYMMETRIC else SYMMETRIC
        place = _find_refused(seen, transaction)
        return _done_without(seen, other) if place is None else _refused(seen, place, other)

    return check


def _done(services: frozenset[str], why: Any) -> Callable[[Sequence[Seen]], Verdict]:
    """One of these services did what it was asked, and the client heard it; `why` says so of the code."""

    def check(seen: Sequence[Seen]) -> Verdict:
        place = _find(seen, lambda one: one.service in services and one.status in DONE and one.answered)
        return _waiting() if place is None else _passed(str(why) % {"code": seen[place].code}, place)

    return check


def _succeeded(service: str) -> Callable[[Sequence[Seen]], Verdict]:
    return _answered(f"200{service}00")


def _final(outcome: str, code: str, service: str = PAYMENT) -> Callable[[Sequence[Seen]], Verdict]:
    """A refusal that is final: the client hears it and does not send the same number again."""

    def check(seen: Sequence[Seen]) -> Verdict:
        place = _find(seen, lambda one: one.code == code and one.outcome == outcome)
        if place is None:
            return _waiting()
        reference = seen[place].reference
        again = _find(seen, lambda one: one.service == service and one.reference == reference, place + 1)
        if again is not None:
            return _failed(say("Penolakan itu final, tetapi nomor yang sama dikirim lagi."), place, again)
        return _passed(say("Ditolak dengan %(code)s dan tidak diulangi.") % {"code": code}, place)

    return check


def _repeated(service: str) -> Callable[[Sequence[Seen]], Verdict]:
    def check(seen: Sequence[Seen]) -> Verdict:
        for place in _places(seen, lambda one: one.service == service and one.status == 200 and one.answered):
            first = seen[place]
            again = _find(seen, lambda one, first=first: _same(one, first), place + 1)  # type: ignore[misc]
            if again is None:
                continue
            if seen[again].status == 200 and seen[again].number == first.number:
                return _passed(say("Jawaban yang sama, uang berpindah sekali."), place, again)
        return _waiting()

    return check


def _same(one: Seen, first: Seen) -> bool:
    """True for a proper retry: the same number and content, an X-EXTERNAL-ID of its own."""
    return (
        (one.service, one.reference, one.body) == (first.service, first.reference, first.body)
        and one.external_id != first.external_id
        and one.status not in (401, 409, 429)  # not looked at
    )


def _answered(code: str) -> Callable[[Sequence[Seen]], Verdict]:
    """The provider's answer was provoked once."""

    def check(seen: Sequence[Seen]) -> Verdict:
        place = _find(seen, lambda one: one.code == code)
        return _waiting() if place is None else _passed(say("Dijawab %(code)s.") % {"code": code}, place)

    return check


def _conflict(seen: Sequence[Seen]) -> Verdict:
    """A client that draws a number for each request never gets there, and need not."""
    place = _find(seen, lambda one: one.status == 409 and one.code[-2:] == "00")
    untested = Verdict(Result.UNTESTED, say("Tidak terjadi; tidak diuji."))
    return untested if place is None else _passed(say("Dijawab %(code)s.") % {"code": seen[place].code}, place)


def _silence(service: str) -> Callable[[Sequence[Seen]], Verdict]:
    def check(seen: Sequence[Seen]) -> Verdict:
        verdict = _waiting()
        for place in _places(seen, lambda one: not one.answered and one.service == service):
            lost = seen[place]
            found = _find(seen, lambda one, lost=lost: _tells_of(one, lost), place + 1)  # type: ignore[misc]
            other = _elsewhere(seen, place, found)
            if other is not None:
                return _failed(
                    say(
                        "Kode yang sama dikirim dengan nomor lain: pada penyedia lain pelanggan bisa membayar dua kali."
                    ),
                    place,
                    other,
                )
            if found is not None:
                return _passed(say("Hasilnya ditanyakan dengan nomor yang sama: dibayar sekali."), place, found)
            verdict = Verdict(Result.WAITING, say("Tidak dijawab; belum ditanyakan atau diulangi."), (place + 1,))
        return verdict

    return check


def _tells_of(one: Seen, lost: Seen) -> bool:
    """True if this answer told the partner that the lost one was done: asked for by any of its numbers, or repeated."""
    asked = one.service in (QUERY, TOP_UP_STATUS) and one.transaction_status == "00"
    by_number = (
        one.reference == lost.reference
        or (bool(one.original_external_id) and one.original_external_id == lost.external_id)
        or (bool(one.original_number) and one.original_number == lost.number)
    )
    return (asked and by_number) or (_same(one, lost) and one.status == 200)


def _elsewhere(seen: Sequence[Seen], place: int, settled: int | None) -> int | None:
    """Where the same was sent under another number before it was known what became of the first.

    Afterwards it is another sale: a customer's telephone number may be topped up again.
    """
    lost = seen[place]
    return _find(
        seen[:settled],
        lambda one: one.service == lost.service and one.value == lost.value and one.reference != lost.reference,
        place + 1,
    )


def _error(service: str) -> Callable[[Sequence[Seen]], Verdict]:
    def check(seen: Sequence[Seen]) -> Verdict:
        verdict = _waiting()
        for place in _places(seen, lambda one: one.answered and one.status >= 500 and one.service == service):
            failed = seen[place]
            again = _find(seen, lambda one, failed=failed: _same(one, failed), place + 1)  # type: ignore[misc]
            other = _elsewhere(seen, place, again)
            if failed.value and other is not None:
                return _failed(say("Diulangi dengan nomor lain; nomornya harus tetap."), place, other)
            if again is not None and seen[again].status == 200:
                return _passed(say("Diulangi dengan nomor yang sama dan X-EXTERNAL-ID baru."), place, again)
            verdict = Verdict(Result.WAITING, say("Gagal di pihak kami; belum diulangi."), (place + 1,))
        return verdict

    return check


def _refund_repeated(seen: Sequence[Seen]) -> Verdict:
    for place in _places(seen, lambda one: one.service == REFUND and one.status == 200):
        first = seen[place]
        again = _find(
            seen,
            lambda one, first=first: _same(one, first) and one.refund_reference == first.refund_reference,  # type: ignore[misc]
            place + 1,
        )
        if again is not None and seen[again].number == first.number:
            return _passed(say("Jawaban yang sama, dikembalikan sekali."), place, again)
    return _waiting()


def _notified(seen: Sequence[Seen]) -> Verdict:
    """The partner took a notice as the standard says: HTTP 200 and the service's success code."""
    place = _find(seen, lambda one: one.service in NOTICES and one.code == DELIVERED)
    if place is not None:
        return _passed(say("Notifikasi dijawab dengan sukses."), place)
    place = _find(seen, lambda one: one.service in NOTICES)
    if place is None:
        return _waiting()
    return _failed(say("Notifikasi tidak dijawab sebagaimana mestinya: %(code)s.") % {"code": seen[place].code}, place)


def _notified_late(seen: Sequence[Seen]) -> Verdict:
    """Told late, the partner took it all the same."""
    late = {one.reference for one in seen if one.outcome == "LATE"}
    told = [place for place, one in enumerate(seen) if one.service in NOTICES and one.reference in late]
    place = next((place for place in told if seen[place].code == DELIVERED), None)
    if place is not None:
        return _passed(say("Notifikasi yang terlambat dijawab dengan sukses."), place)
    if told:
        return _failed(
            say("Notifikasi tidak dijawab sebagaimana mestinya: %(code)s.") % {"code": seen[told[0]].code}, *told
        )
    return _waiting()


STEPS = (
    Step(
        "token",
        _("Token akses"),
        _("Minta token dengan kunci privat (layanan 73), bila Anda memakai tanda tangan simetris."),
        _token,
    ),
    Step(
        "symmetric",
        _("Tanda tangan simetris"),
        _("Panggil satu layanan dengan token dan HMAC-SHA512. Satu jenis tanda tangan cukup."),
        _signed(SYMMETRIC),
    ),
    Step(
        "asymmetric",
        _("Tanda tangan asimetris"),
        _("Panggil satu layanan tanpa token, dengan SHA256withRSA. Satu jenis tanda tangan cukup."),
        _signed(ASYMMETRIC),
    ),
    Step(
        "served",
        _("Uang berpindah"),
        _("Pakai sedikitnya satu layanan yang memindahkan uang."),
        _done(MONEY, _("Dijawab %(code)s.")),
    ),
    Step(
        "paid",
        _("Pembayaran"),
        _("Bayar dengan kode SANDBOX-PAID-… (layanan 60)."),
        _done(frozenset({PAYMENT}), _("Dibayar: %(code)s.")),
        CUSTOMERS_CODES,
    ),
    Step(
        "insufficient",
        _("Saldo kurang"),
        _("Tagih Rp 5.000 dengan kode SANDBOX-INSUFFICIENT-…; jangan diulangi."),
        _final("INSUFFICIENT", "4036014"),
        CUSTOMERS_CODES,
    ),
    Step(
        "frozen",
        _("Dompet dibekukan"),
        _("Bayar dengan kode SANDBOX-FROZEN-…; jangan diulangi."),
        _final("FROZEN", "4036018"),
        CUSTOMERS_CODES,
    ),
    Step(
        "expired",
        _("Kode kedaluwarsa"),
        _("Bayar dengan kode SANDBOX-EXPIRED-…; jangan diulangi."),
        _final("EXPIRED", "4036000"),
        CUSTOMERS_CODES,
    ),
    Step(
        "repeated",
        _("Pengulangan"),
        _("Kirim pembayaran yang berhasil sekali lagi: nomor dan isi sama, X-EXTERNAL-ID baru."),
        _repeated(PAYMENT),
        CUSTOMERS_CODES,
    ),
    Step(
        "inconsistent",
        _("Nomor dipakai ulang"),
        _("Kirim nomor pembayaran itu dengan jumlah lain."),
        _answered("4046018"),
        CUSTOMERS_CODES,
    ),
    Step(
        "conflict",
        _("X-EXTERNAL-ID dipakai ulang"),
        _("Kirim X-EXTERNAL-ID yang sama dua kali, bila pustaka Anda dapat melakukannya."),
        _conflict,
    ),
    Step(
        "silence",
        _("Tanpa jawaban"),
        _("Bayar dengan kode SANDBOX-TIMEOUT-…; lalu tanyakan (61) atau ulangi dengan nomor yang sama."),
        _silence(PAYMENT),
        CUSTOMERS_CODES,
    ),
    Step(
        "error",
        _("Gangguan penyedia"),
        _("Bayar dengan kode SANDBOX-ERROR-…; lalu ulangi dengan nomor yang sama dan X-EXTERNAL-ID baru."),
        _error(PAYMENT),
        CUSTOMERS_CODES,
    ),
    Step(
        "query", _("Tanya status"), _("Tanyakan sebuah pembayaran (layanan 61)."), _answered("2006100"), CUSTOMERS_CODES
    ),
    Step(
        "refund",
        _("Pengembalian"),
        _("Kembalikan sebagian pembayaran (layanan 80)."),
        _done(frozenset({REFUND}), _("Dikembalikan: %(code)s.")),
        CUSTOMERS_CODES,
    ),
    Step(
        "refund_repeated",
        _("Pengulangan pengembalian"),
        _("Kirim pengembalian itu lagi: nomor dan isi sama, X-EXTERNAL-ID baru."),
        _refund_repeated,
        CUSTOMERS_CODES,
    ),
    Step(
        "refund_too_large",
        _("Pengembalian terlalu besar"),
        _("Kembalikan lebih dari sisanya."),
        _answered("4048013"),
        CUSTOMERS_CODES,
    ),
    Step(
        "top_up",
        _("Isi saldo"),
        _("Isi nomor 62811742… (layanan 38)."),
        _done(frozenset({TOP_UP}), _("Dibayar: %(code)s.")),
        TOP_UPS,
    ),
    Step(
        "top_up_repeated",
        _("Pengulangan isi saldo"),
        _("Kirim isi saldo yang berhasil sekali lagi: nomor dan isi sama, X-EXTERNAL-ID baru."),
        _repeated(TOP_UP),
        TOP_UPS,
    ),
    Step(
        "top_up_frozen",
        _("Isi saldo ke dompet dibekukan"),
        _("Isi nomor 6289966…; jangan diulangi."),
        _final("6289966", "4033805", TOP_UP),
        TOP_UPS,
    ),
    Step(
        "top_up_silence",
        _("Isi saldo tanpa jawaban"),
        _("Isi nomor 628551005…; lalu tanyakan (39) atau ulangi dengan nomor yang sama."),
        _silence(TOP_UP),
        TOP_UPS,
    ),
    Step(
        "top_up_error",
        _("Gangguan penyedia saat isi saldo"),
        _("Isi nomor 6281211…; lalu ulangi dengan nomor yang sama dan X-EXTERNAL-ID baru."),
        _error(TOP_UP),
        TOP_UPS,
    ),
    Step(
        "bulk",
        _("Isi saldo massal"),
        _("Kirim isi saldo massal (layanan 40); hasilnya datang sebagai notifikasi (41)."),
        _answered("2024000"),
        frozenset({BULK}),
    ),
    Step(
        "mpm_code", _("Kode QR pedagang"), _("Buat kode QR pedagang (layanan 47)."), _succeeded("47"), MERCHANTS_CODES
    ),
    Step(
        "mpm_code_repeated",
        _("Pengulangan kode QR pedagang"),
        _("Minta kode itu sekali lagi: nomor dan isi sama, X-EXTERNAL-ID baru."),
        _repeated("47"),
        MERCHANTS_CODES,
    ),
    Step(
        "mpm_query",
        _("Tanya status kode QR pedagang"),
        _("Tanyakan kode itu (layanan 51)."),
        _succeeded("51"),
        MERCHANTS_CODES,
    ),
    Step("debit", _("Debit langsung"), _("Buat pesanan (layanan 54)."), _succeeded("54"), DEBITS),
    Step(
        "debit_repeated",
        _("Pengulangan pesanan debit"),
        _("Kirim pesanan itu sekali lagi: nomor dan isi sama, X-EXTERNAL-ID baru."),
        _repeated("54"),
        DEBITS,
    ),
    Step(
        "debit_query",
        _("Tanya status pesanan debit"),
        _("Tanyakan pesanan itu (layanan 55)."),
        _succeeded("55"),
        DEBITS,
    ),
    Step("cash_out", _("Tarik tunai"), _("Bayar tunai di agen (layanan 44)."), _succeeded(CASH_OUT), CASH_OUTS),
    Step(
        "cash_out_repeated",
        _("Pengulangan tarik tunai"),
        _("Kirim tarik tunai itu sekali lagi: nomor dan isi sama, X-EXTERNAL-ID baru."),
        _repeated(CASH_OUT),
        CASH_OUTS,
    ),
    Step("cash_out_query", _("Tanya status tarik tunai"), _("Tanyakan (layanan 45)."), _succeeded("45"), CASH_OUTS),
    Step("claims", _("Tagihan luring"), _("Kirim tagihan luring (layanan 97)."), _succeeded("97"), OFFLINE),
    Step("claims_query", _("Tanya status tagihan luring"), _("Tanyakan (layanan 98)."), _succeeded("98"), OFFLINE),
    Step(
        "notified",
        _("Notifikasi"),
        _(
            "Isi alamat notifikasi di halaman sandbox; jawab tiap notifikasi dengan kode sukses layanannya (79: 2007900)."
        ),
        _notified,
        NOTICES,
    ),
    Step(
        "notified_late",
        _("Notifikasi terlambat"),
        _("Bayar dengan kode SANDBOX-LATE-…; notifikasinya datang semenit kemudian. Jawab seperti biasa."),
        _notified_late,
        frozenset({"79"}),  # the documented code is a customer's: nobody else can be told late
    ),
)
