"""Reading statements: camt.053 in both versions and CSV; what is wrong is named, what is dangerous refused."""

from __future__ import annotations

import contextlib
import io
import tracemalloc
from collections.abc import Iterator
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries.errors import BeneficiaryError
from disbursement import statement_errors, statement_lines
from disbursement.books import SUBJECT
from disbursement.errors import DisbursementError
from disbursement.statement_camt import Camt053Statement
from disbursement.statement_csv import CsvStatement
from disbursement.statement_lines import Head, Line
from tests.disbursement.statement_files import DAY, Entry, balance, camt, csv
from wallet import bank_references


def lines_of(content: bytes) -> tuple[list[Line], Head]:
    reader = Camt053Statement(io.BytesIO(content))
    return list(reader.lines()), reader.head


def csv_lines(content: bytes) -> list[Line]:
    return list(CsvStatement(io.BytesIO(content)).lines())


# --- amounts, days, references ---


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("300000", 30_000_000),
        ("300000.00", 30_000_000),
        ("1234.5", 123_450),
        ("-0.01", -1),
        ("+7", 700),
        ("1.00000", 100),
        ("1.001", None),
        ("1.000", None),
        ("1,000", None),
        ("1e3", None),
        ("١٢", None),
        ("", None),
        ("1_000", None),
        ("9" * 16, None),
        (".5", None),
    ],
)
def test_an_amount_is_sen_or_nothing(text: str, amount: int | None) -> None:
    assert statement_lines.sen(text) == amount


@given(st.integers(-(10**17) + 1, 10**17 - 1))
def test_every_amount_comes_back(amount: int) -> None:
    rupiah, rest = divmod(abs(amount), 100)
    assert statement_lines.sen(f"{'-' if amount < 0 else ''}{rupiah}.{rest:02}") == amount


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-30", DAY),
        ("2026-11-30T23:59:59+07:00", DAY),
        ("2026-11-30T18:00:00Z", date(2026, 12, 1)),
        ("2026-11-30 08:00:00", DAY),
        ("30-11-2026", None),
        ("2026-13-01", None),
        ("20261130", None),
        ("", None),
        ("9999-12-31T23:00:00-12:00", None),
    ],
)
def test_a_day_is_jakartas_or_nothing(text: str, day: date | None) -> None:
    assert statement_lines.day(text) == day


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers_of_values(text: str) -> None:
    for read in (statement_lines.sen, statement_lines.day, statement_lines.reference, bank_references.subject):
        read(text)


@pytest.mark.django_db
@given(st.text(max_size=30))
def test_the_database_reads_a_reference_as_we_do(text: str) -> None:
    shown = statement_lines.reference(text)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SUBJECT.format('%s::text')}", [shown])
        assert cursor.fetchone()[0] == bank_references.subject(shown)


def test_two_payments_never_share_a_reference() -> None:
    assert bank_references.subject("disburse:1:23:4") != bank_references.subject("disburse:12:3:4")
    assert bank_references.subject("disburse:1:23:4") == bank_references.subject("DISBURSE 1 23 4 ")


# --- camt.053 ---


@pytest.mark.parametrize("version", ["02", "08"])
def test_both_versions_say_the_same(version: str) -> None:
    content = camt(
        Entry(1_000, "SP2D-1/2026", text="Dari Budi"),
        Entry(-300, parts=(("A1", -100), ("A2", -200))),
        Entry(-5),
        Entry(300, "A3", reversal=True),
        Entry(-70, "P1", status="PDNG"),
        number="STM-9",
        version=version,
        opening=50,
    )
    lines, head = lines_of(content)
    assert [(line.amount_sen, line.reference, line.settled) for line in lines] == [
        (100_000, "SP2D-1/2026", True),
        (-10_000, "A1", True),
        (-20_000, "A2", True),
        (-500, "", True),
        (30_000, "A3", True),
        (-7_000, "P1", False),
    ]
    assert lines[0].text == "Dari Budi" and lines[4].reversal and lines[3].bank_reference == "BANK--5"
    assert head == Head("STM-9", "0012345678", DAY, DAY, 5_000, 104_500)


def test_one_detail_without_an_amount_is_the_entry_and_several_are_refused() -> None:
    content = camt(Entry(-100, parts=(("A1", -100),)), version="02")
    bare = content.replace(b'<AmtDtls><TxAmt><Amt Ccy="IDR">100.00</Amt></TxAmt></AmtDtls>', b"")
    assert [line.amount_sen for line in lines_of(bare)[0]] == [-10_000]
    twice = bare.replace(b"</NtryDtls>", b"<TxDtls><Refs><EndToEndId>A2</EndToEndId></Refs></TxDtls></NtryDtls>")
    with pytest.raises(statement_errors.ElementMissing):
        lines_of(twice)


def test_the_day_befores_closing_balance_opens_the_statement() -> None:
    content = camt(Entry(1, "A"), since=date(2026, 11, 29)).replace(b"OPBD", b"PRCD")
    assert lines_of(content)[1].period_from == DAY


def test_one_detail_of_more_than_its_entry_because_of_a_charge_is_what_the_entry_moved() -> None:
    entry = Entry(299_000, parts=(("SP2D-1", 300_000),))  # the bank kept 1,000
    lines, head = lines_of(camt(entry, Entry(7, "A2"), version="02"))
    assert [(line.amount_sen, line.reference) for line in lines] == [(29_900_000, "SP2D-1"), (700, "A2")]
    assert head.closing_sen == 29_900_700


def test_one_detail_that_says_itself_what_it_moved_has_to_add_up() -> None:
    with pytest.raises(statement_errors.BatchDoesNotAddUp):
        lines_of(camt(Entry(-300, parts=(("A1", -100),))))  # the others of this batch are not in the file


def test_what_moved_nothing_is_kept_and_not_counted() -> None:
    netted = Entry(0, parts=(("A1", 5), ("A2", -5), ("A3", 0)))
    lines, _ = lines_of(camt(Entry(0, "BUNGA"), Entry(0), netted))
    assert [(line.amount_sen, line.reference, line.settled) for line in lines] == [
        (0, "BUNGA", False),
        (0, "", False),
        (500, "A1", True),
        (-500, "A2", True),
        (0, "A3", False),
    ]


@pytest.mark.parametrize("opening", ["OPBD", "PRCD"])
@pytest.mark.parametrize("turned", [False, True])
def test_of_the_balances_of_each_day_the_first_opens_and_the_last_closes(opening: str, turned: bool) -> None:
    days = [date(2026, 11, day) for day in (28, 29, 30)]
    content = camt(Entry(10, "A", day=days[1]), Entry(5, "B", day=days[2]), since=days[1], until=days[2]).decode()
    own = balance("OPBD", 0, days[1]), balance("CLBD", 15, days[2])
    at = [
        balance(opening, 0, days[opening == "OPBD"]),
        balance("CLBD", 10, days[1]),
        balance("OPBD", 10, days[2]),
        own[1],
    ]
    if opening == "PRCD":
        at[2] = balance("PRCD", 10, days[1])
    whole = content.replace("".join(own), "".join(reversed(at) if turned else at))
    assert whole.count("<Bal>") == 4
    head = lines_of(whole.encode())[1]
    assert (head.period_from, head.period_to, head.opening_sen, head.closing_sen) == (days[1], days[2], 0, 1_500)


def test_the_last_day_that_there_is_opens_no_statement() -> None:
    content = camt(Entry(1, "A"), since=date.max).replace(b"OPBD", b"PRCD")
    with pytest.raises(statement_errors.ElementWrong):
        lines_of(content)


GOOD = camt(Entry(1_000, "A1"), Entry(-10, "A2"), number="N1", opening=5)


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ((b"camt.053.001.08", b"camt.053.001.99"), statement_errors.NotCamt053, "camt.053.001.99"),
        ((b"Document", b"Dokumen"), statement_errors.NotCamt053, "Dokumen"),
        ((b"<CdtDbtInd>DBIT", b"<CdtDbtInd>D"), statement_errors.ElementWrong, "CdtDbtInd"),
        ((b'Ccy="IDR">1000.00', b'Ccy="USD">1000.00'), statement_errors.NotRupiah, "IDR"),
        ((b">1000.00<", b">1.000,00<"), statement_errors.ElementWrong, "Amt"),
        ((b"<Dt>2026-11-30</Dt></BookgDt>", b"<Dt>kemarin</Dt></BookgDt>"), statement_errors.ElementWrong, "BookgDt"),
        ((b"<Cd>BOOK</Cd>", b""), statement_errors.ElementMissing, "Sts"),
        ((b"<Id>N1</Id>", b""), statement_errors.ElementMissing, "Stmt/Id"),
        ((b"OPBD", b"ITBD"), statement_errors.ElementMissing, "OPBD"),
        ((b"CLBD", b"ITBD"), statement_errors.ElementMissing, "CLBD"),
        ((b"</Stmt>", b"</Stmt><Stmt></Stmt>"), statement_errors.ManyStatements, "satu berkas"),
        ((b"</BkToCstmrStmt>", b""), statement_errors.FileUnreadable, "baris"),
        ((b"<Ccy>IDR</Ccy>", b"<Ccy>EUR</Ccy>"), statement_errors.NotRupiah, "IDR"),
    ],
)
def test_what_is_wrong_is_named_with_where_and_what_to_do(
    changes: tuple[bytes, bytes], error: type[DisbursementError], said: str
) -> None:
    broken = GOOD.replace(*changes) if changes[0] == b"Document" else GOOD.replace(*changes, 1)
    assert broken != GOOD
    with pytest.raises(error) as refused:
        lines_of(broken)
    assert said in str(refused.value)


def test_a_wrong_amount_is_named_with_its_line() -> None:
    with pytest.raises(statement_errors.ElementWrong) as refused:
        lines_of(GOOD.replace(b">10.00<", b">10.001<", 1))
    line = GOOD[: GOOD.index(b">10.00<")].count(b"\n") + 1
    assert refused.value.data["line"] == line and refused.value.data["element"] == "Ntry/Amt"


def test_details_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(statement_errors.BatchDoesNotAddUp):
        lines_of(camt(Entry(-300, parts=(("A1", -100), ("A2", -201)))))


BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "prologue",
    [
        f'<!DOCTYPE d [<!ENTITY l0 "ha">{BOMB}]>',
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
        "<!DOCTYPE d>",
    ],
)
def test_entities_and_dtds_are_refused_unread(prologue: str) -> None:
    content = GOOD.replace(b"<Document", prologue.encode() + b"<Document", 1)
    with pytest.raises(statement_errors.FileUnsafe):
        lines_of(content)


def test_depth_and_length_have_an_end() -> None:
    deep = GOOD.replace(b"<GrpHdr>", b"<x>" * 100 + b"</x>" * 100 + b"<GrpHdr>")
    long = GOOD.replace(b"N1", b"N" * 20_000)
    for content in (deep, long):
        with pytest.raises(statement_errors.TooDeep):
            lines_of(content)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_reason(content: bytes) -> None:
    for read in (lines_of, csv_lines):
        with contextlib.suppress(DisbursementError, BeneficiaryError):  # anything else is a crash
            read(content)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8), st.booleans())
def test_a_damaged_statement_is_read_or_refused_with_a_reason(at: int, noise: bytes, cut: bool) -> None:
    damaged = GOOD[:at] if cut else GOOD[:at] + noise + GOOD[at + len(noise) :]
    with contextlib.suppress(DisbursementError):  # anything else is a crash
        lines_of(damaged)


REFERENCES = st.text("ABCxyz0123456789-/ ", min_size=1, max_size=35).filter(
    lambda text: statement_lines.reference(text)
)
AMOUNTS = st.integers(-(10**12), 10**12).filter(bool)


@given(
    st.lists(st.tuples(REFERENCES, AMOUNTS), max_size=20), st.integers(-(10**9), 10**9), st.sampled_from(["02", "08"])
)
def test_whatever_a_bank_writes_comes_back_and_adds_up(entries: Any, opening: int, version: str) -> None:
    content = camt(
        *(Entry(amount, escape(reference)) for reference, amount in entries), version=version, opening=opening
    )
    lines, head = lines_of(content)
    assert [line.amount_sen for line in lines] == [amount * 100 for _, amount in entries]
    assert [line.reference for line in lines] == [statement_lines.reference(reference) for reference, _ in entries]
    assert head.opening_sen + sum(line.amount_sen for line in lines) == head.closing_sen


class _Endless(io.RawIOBase):
    """A camt.053 of many entries that is made while it is read: no copy of it is anywhere."""

    def __init__(self, entries: int) -> None:
        whole = camt(Entry(-1, "A-00000000"), number="N1")
        self.start, self.rest = whole.split(b"<Ntry>", 1)
        self.one, self.end = (
            b"<Ntry>" + self.rest.split(b"</Ntry>\n")[0] + b"</Ntry>\n",
            self.rest.split(b"</Ntry>\n")[1],
        )
        self.entries = entries

    def pieces(self) -> Iterator[bytes]:
        yield self.start
        for _ in range(self.entries // 100):
            yield self.one * 100
        yield self.end

    def seek(self, offset: int, whence: int = 0) -> int:
        self.left = self.pieces()
        return 0

    def read(self, size: int = -1) -> bytes:
        return next(self.left, b"")


def test_memory_stays_flat_however_many_entries() -> None:
    def peak(entries: int) -> int:
        tracemalloc.start()
        try:
            count = sum(1 for _ in Camt053Statement(_Endless(entries)).lines())  # type: ignore[arg-type]
            assert count == entries
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(20_000) < peak(1_000) + 1_000_000


# --- CSV ---


def test_a_providers_csv_is_read_by_its_titles() -> None:
    rows = [
        ("A1", "300000.00", "2026-11-30T10:00:00+07:00", "SUCCESS"),
        ("A2", -5, "2026-11-30", "FAILED"),
        ("A3", 1, DAY, ""),
    ]
    lines = csv_lines(csv(rows))
    assert [(line.reference, line.amount_sen, line.settled) for line in lines] == [
        ("A1", 30_000_000, True),
        ("A2", -500, False),
        ("A3", 100, True),
    ]
    snap = csv_lines(
        b"partnerReferenceNo;referenceNo;amount;transactionDate;latestTransactionStatus\nA1;R1;1;2026-11-30;00\n"
    )
    assert (snap[0].reference, snap[0].bank_reference, snap[0].line) == ("A1", "R1", 2)


# SNAP BI: 00 success, 01 initiated, 02 paying, 03 pending, 04 refunded, 05 canceled, 06 failed, 07 not found.
@pytest.mark.parametrize("status", [f"{code:02}" for code in range(8)])
def test_every_status_that_snap_knows_is_read_and_only_success_counts(status: str) -> None:
    [line] = csv_lines(csv([("A1", 1, DAY, status)]))
    assert line.settled == (status == "00")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "reference"),
        (b"reference,amount\nA,1\n", "time"),
        (csv([("A", "1.000", DAY, "")]), "amount"),
        (csv([("A", "0", DAY, "")]), "amount"),
        (csv([("A", "1", "30/11/2026", "")]), "time"),
        (csv([("A", "1", DAY, "MUNGKIN")]), "status"),
        (csv([("A", "1", DAY, "", "lebih")]), "kolom sebanyak"),
        (csv([('"A', "1", DAY, "")]), "satu baris"),
    ],
)
def test_a_wrong_cell_is_named_with_line_and_column(content: bytes, said: str) -> None:
    with pytest.raises((DisbursementError, BeneficiaryError)) as refused:
        csv_lines(content)
    assert said in str(refused.value)


@given(st.lists(st.tuples(REFERENCES, AMOUNTS, st.dates(date(2020, 1, 1), date(2030, 1, 1))), min_size=1, max_size=20))
def test_whatever_a_provider_writes_comes_back(rows: Any) -> None:
    lines = csv_lines(csv((reference, amount, day, "SUCCESS") for reference, amount, day in rows))
    assert [(line.reference, line.amount_sen, line.booked_on) for line in lines] == [
        (statement_lines.reference(reference), amount * 100, day) for reference, amount, day in rows
    ]
