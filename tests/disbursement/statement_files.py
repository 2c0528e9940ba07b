"""Statements as banks and providers send them, made up for tests: camt.053 in both versions, and CSV."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from beneficiaries import uploads
from disbursement import statements
from disbursement.models import Statement, StatementAccount
from tests import money

DAY = date(2026, 11, 30)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry in rupiah; `parts` are (reference, rupiah) of a batch."""

    amount: int
    reference: str = ""
    day: date = DAY
    status: str = "BOOK"
    reversal: bool = False
    parts: tuple[tuple[str, int], ...] = ()
    text: str = ""


def account(*books: str, starts_on: date = date(2026, 1, 1), **fields: object) -> StatementAccount:
    code = money.unique("rek").lower()
    values = {"code": code, "name": f"Rekening {code}", "number": "0012345678", "grace_days": 1} | fields
    return StatementAccount.objects.create(books=list(books), starts_on=starts_on, **values)


def _side(amount: int) -> str:
    return "CRDT" if amount > 0 else "DBIT"


def _details(reference: str, amount: int, version: str, text: str) -> str:
    shown = f'<Amt Ccy="IDR">{abs(amount)}.00</Amt>'
    where = (
        f"{shown}<CdtDbtInd>{_side(amount)}</CdtDbtInd>"
        if version == "08"
        else f"<AmtDtls><TxAmt>{shown}</TxAmt></AmtDtls>"
    )
    remittance = f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>" if text else ""
    return f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>{where}{remittance}</TxDtls>"


def _entry(entry: Entry, version: str) -> str:
    status = entry.status if version == "02" else f"<Cd>{entry.status}</Cd>"
    parts = entry.parts or (((entry.reference, entry.amount),) if entry.reference else ())
    details = "".join(_details(reference, amount, version, entry.text) for reference, amount in parts)
    return (
        f'<Ntry><Amt Ccy="IDR">{abs(entry.amount)}.00</Amt><CdtDbtInd>{_side(entry.amount)}</CdtDbtInd>'
        f"<RvslInd>{str(entry.reversal).lower()}</RvslInd><Sts>{status}</Sts><BookgDt><Dt>{entry.day}</Dt></BookgDt>"
        f"<AcctSvcrRef>BANK-{entry.amount}</AcctSvcrRef>"
        f"{f'<NtryDtls>{details}</NtryDtls>' if details else ''}</Ntry>\n"
    )


def balance(code: str, amount: int, day: date) -> str:
    """One balance of a camt.053, in rupiah."""
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="IDR">{abs(amount)}</Amt>'
        f"<CdtDbtInd>{'CRDT' if amount >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def camt(
    *entries: Entry,
    number: str = "",
    version: str = "08",
    opening: int = 0,
    closing: int | None = None,
    since: date = DAY,
    until: date = DAY,
    account_number: str = "0012345678",
) -> bytes:
    """A camt.053 whose balances fit its booked entries unless told otherwise."""
    if closing is None:
        closing = opening + sum(entry.amount for entry in entries if entry.status == "BOOK")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>\n'
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-12-01T01:00:00+07:00</CreDtTm></GrpHdr>\n"
        f"<Stmt><Id>{number or money.unique('STM')}</Id>\n"
        f"<Acct><Id><Othr><Id>{account_number}</Id></Othr></Id><Ccy>IDR</Ccy></Acct>\n"
        f"{balance('OPBD', opening, since)}{balance('CLBD', closing, until)}"
        f"{''.join(_entry(entry, version) for entry in entries)}</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


def csv(rows: Iterable[tuple[object, ...]], titles: str = "reference,amount,time,status") -> bytes:
    return "\n".join([titles, *(",".join(str(cell) for cell in row) for row in rows)]).encode() + b"\n"


def uploaded(
    content: bytes, of: StatementAccount, *, told: statements.Told | None = None, name: str = "rekening.xml"
) -> Statement:
    """The statement as the form begins it."""
    form = Statement.Format.CSV if told else Statement.Format.CAMT053
    upload = uploads.store(io.BytesIO(content))
    return statements.begin(of, upload, format=form, file_name=name, by=money.officer(), told=told)


def read(content: bytes, of: StatementAccount, *, told: statements.Told | None = None) -> Statement:
    """The statement after a worker has read it."""
    statement = uploaded(content, of, told=told)
    statements.read(statement.pk)
    statement.refresh_from_db()
    return statement


def booked(content: bytes, of: StatementAccount, *, told: statements.Told | None = None) -> Statement:
    statement = read(content, of, told=told)
    assert statement.state == "previewed", (statement.error_code, statement.error_data)
    return statements.book(statement, money.officer())


def told(number: str = "", since: date = DAY, until: date = DAY, **balances: int) -> statements.Told:
    """What an officer says of a CSV file."""
    return statements.Told(number or money.unique("CSV"), since, until, **balances)
