"""Statements as ISO 20022 camt.053.001, versions .02 and .08: read as a stream, one entry at a time, whatever the file's size.

An entry with details (a batch) becomes one line for each detail, and these must add up to it; a single detail may tell what
was sent before charges, and then counts as what the entry moved. What moved nothing is kept as not settled. The sign is
CdtDbtInd's, also of reversals: RvslInd says that an entry takes an earlier one back, and CdtDbtInd already says which way it
goes. Of the balances of several days the first opens the statement and the last closes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, BinaryIO
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser
from django.utils.translation import gettext

from disbursement import statement_lines
from disbursement.statement_errors import (
    BatchDoesNotAddUp,
    ElementMissing,
    ElementWrong,
    FileUnreadable,
    FileUnsafe,
    ManyStatements,
    NotCamt053,
    NotRupiah,
    StatementError,
    TooDeep,
)
from disbursement.statement_lines import TEXT_LENGTH, Head, Line

BLOCK = 1 << 16
MOST_DEEP = 32
MOST_TEXT = 10_000  # characters of one element; ISO 20022 has none that is longer than 500
NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(02|08)")

STATEMENT = "Document/BkToCstmrStmt/Stmt"
BALANCE = f"{STATEMENT}/Bal"
ENTRY = f"{STATEMENT}/Ntry"
DETAILS = f"{ENTRY}/NtryDtls/TxDtls"
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)

# Where a value stands, and what it is to us. Of a name that comes twice, the first stays; texts are put together.
_STATEMENT = {
    "Id": "number",
    "Acct/Id/IBAN": "account",
    "Acct/Id/Othr/Id": "account",
    "Acct/Ccy": "currency",
}
_BALANCE = {"Tp/CdOrPrtry/Cd": "code", "Amt": "amount", "CdtDbtInd": "side", "Dt/Dt": "day", "Dt/DtTm": "day"}
_ENTRY = {
    "Amt": "amount",
    "CdtDbtInd": "side",
    "RvslInd": "reversal",
    "Sts": "status",
    "Sts/Cd": "status",
    "BookgDt/Dt": "day",
    "BookgDt/DtTm": "day",
    "ValDt/Dt": "value_day",
    "ValDt/DtTm": "value_day",
    "NtryRef": "entry_reference",
    "AcctSvcrRef": "bank_reference",
    "AddtlNtryInf": "text",
}
_DETAILS = {
    "Refs/EndToEndId": "end_to_end",
    "Refs/InstrId": "instruction",
    "Refs/TxId": "transaction",
    "Refs/AcctSvcrRef": "bank_reference",
    "Amt": "amount",
    "AmtDtls/TxAmt/Amt": "sent",
    "CdtDbtInd": "side",
    "RmtInf/Strd/CdtrRefInf/Ref": "creditor_reference",
    "RmtInf/Ustrd": "text",
    "AddtlTxInf": "text",
    "RltdPties/Dbtr/Nm": "text",
    "RltdPties/Cdtr/Nm": "text",
    "RltdPties/Dbtr/Pty/Nm": "text",
    "RltdPties/Cdtr/Pty/Nm": "text",
}
_LEAVES: dict[str, tuple[str, str]] = {
    f"{place}/{path}": (place, name)
    for place, leaves in ((STATEMENT, _STATEMENT), (BALANCE, _BALANCE), (ENTRY, _ENTRY), (DETAILS, _DETAILS))
    for path, name in leaves.items()
}
_REFERENCES = ("end_to_end", "instruction", "creditor_reference", "transaction")

Values = dict[str, tuple[str, int]]  # what was written, and on which line


class Camt053Statement:
    """The lines of a camt.053 file; `head` is whole once all of them were read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._handler = _Handler()

    @property
    def head(self) -> Head:
        return self._handler.head

    def lines(self) -> Iterator[Line]:
        """Every entry in file order. Raises StatementError: what is wrong, in which element, on which line."""
        parser: Any = DefusedExpatParser(forbid_dtd=True)
        parser.setFeature(feature_namespaces, True)
        parser.setContentHandler(self._handler)
        self._handler.setDocumentLocator(parser)  # which the parser itself does only for whole files
        self._stream.seek(0)
        try:
            while block := self._stream.read(BLOCK):
                parser.feed(block)
                yield from self._handler.taken()
            parser.close()
        except StatementError:
            raise
        except DefusedXmlException:
            raise FileUnsafe from None
        except SAXParseException as error:
            raise FileUnreadable(line=error.getLineNumber() or 1) from None
        except (SAXException, ValueError, LookupError):  # an encoding that nobody knows
            raise FileUnreadable(line=1) from None
        yield from self._handler.taken()
        self._handler.finish()


class _Handler(ContentHandler):
    """Keeps the path to where the parser is, and of one entry and one detail what they have said so far."""

    def __init__(self) -> None:
        super().__init__()
        self.head = Head()
        self._lines: list[Line] = []
        self._path, self._lengths = "", [0]
        self._text: list[str] = []
        self._written = 0
        self._values: dict[str, Values] = {STATEMENT: {}, BALANCE: {}, ENTRY: {}, DETAILS: {}}
        self._details = self._details_sen = 0
        self._first: Line | None = None  # of the entry's details: if it stays the only one, the entry says its amount
        self._first_says = ""  # by which name that detail tells an amount itself
        self._opening_code = ""
        self._statements = 0
        self._began = {ENTRY: 1, DETAILS: 1}
        self._entry: tuple[int, date, bool, bool] | None = None
        self._locator: Any = None
        self._last_line = 1  # the parser forgets where it is once it is closed

    def setDocumentLocator(self, locator: Any) -> None:
        self._locator = locator

    @property
    def line(self) -> int:
        return max(self._last_line, int(self._locator.getLineNumber() or 1))

    def taken(self) -> list[Line]:
        """The lines that became whole since this was asked."""
        lines, self._lines = self._lines, []
        return lines

    # --- What the parser calls ---

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attributes: Any) -> None:
        if not self._path and not (name[1] == "Document" and NAMESPACE.fullmatch(name[0] or "")):
            raise NotCamt053(found=f"{(name[0] or '')[-20:]} {name[1]}"[-40:])
        if len(self._lengths) > MOST_DEEP:
            raise TooDeep(line=self.line)
        self._lengths.append(len(self._path))
        self._path = f"{self._path}/{name[1]}" if self._path else name[1]
        self._text, self._written = [], 0
        path = self._path
        if path in self._began:
            self._values[path], self._began[path] = {}, self.line
            if path == ENTRY:
                self._details, self._details_sen, self._first, self._entry = 0, 0, None, None
        elif path == BALANCE:
            self._values[BALANCE] = {}
        elif path == STATEMENT:
            self._statements += 1
            if self._statements > 1:
                raise ManyStatements(line=self.line)
        elif name[1] == "Amt" and path in _LEAVES and attributes.get((None, "Ccy")) != "IDR":
            raise NotRupiah(line=self.line)

    def characters(self, content: str) -> None:
        self._written += len(content)
        if self._written > MOST_TEXT:
            raise TooDeep(line=self.line)
        self._text.append(content)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        path = self._path
        if leaf := _LEAVES.get(path):
            self._keep(leaf, "".join(self._text).strip())
        elif path == DETAILS:
            self._end_details()
        elif path == ENTRY:
            self._end_entry()
        elif path == BALANCE:
            self._end_balance()
        elif path == STATEMENT:
            self._last_line = self.line
        self._path = path[: self._lengths.pop()]
        self._text, self._written = [], 0

    # --- What it means ---

    def _keep(self, leaf: tuple[str, str], text: str) -> None:
        if not text:
            return
        place, name = leaf
        values = self._values[place]
        if name == "text" and name in values:
            values[name] = (f"{values[name][0]} · {text}"[:TEXT_LENGTH], values[name][1])
        else:
            values.setdefault(name, (text, self.line))

    def _end_balance(self) -> None:
        values = self._values[BALANCE]
        code = values.get("code", ("", 0))[0]
        if code not in (*OPENING, *CLOSING):
            return
        amount, booked_on = self._signed(values, "Bal"), self._day(values, "day", "Bal/Dt")
        head = self.head
        if code in CLOSING:
            if head.period_to is None or booked_on >= head.period_to:
                head.closing_sen, head.period_to = amount, booked_on
            return
        if code == "PRCD":  # the day before's closing balance opens this one
            if booked_on == date.max:
                raise self._not_a_day("Bal/Dt", values["day"][1])
            booked_on += timedelta(days=1)
        if self._opening_code == code:
            earlier = head.period_from is None or booked_on < head.period_from
        else:
            earlier = self._opening_code != "OPBD"  # which goes before PRCD
        if earlier:
            self._opening_code, head.period_from, head.opening_sen = code, booked_on, amount

    def _entry_head(self) -> tuple[int, date, bool, bool]:
        """Of the open entry: signed sen, its day, whether it is booked, whether it is a reversal. Its details come after."""
        if self._entry is None:
            values = self._values[ENTRY]
            amount = self._signed(values, "Ntry")
            status = self._needed(values, "status", "Ntry/Sts")
            if status not in ("BOOK", "PDNG", "INFO", "FUTR"):
                raise ElementWrong(element="Ntry/Sts", line=values["status"][1], must="BOOK, PDNG, INFO, FUTR")
            name = "day" if "day" in values else "value_day"
            reversal = values.get("reversal", ("false", 0))[0] in ("true", "1")
            self._entry = (amount, self._day(values, name, "Ntry/BookgDt"), status == "BOOK", reversal)
        return self._entry

    def _end_details(self) -> None:
        whole, booked_on, settled, reversal = self._entry_head()
        values, entry = self._values[DETAILS], self._values[ENTRY]
        amount = whole
        says = next((name for name in ("amount", "sent") if name in values), "")
        if says:
            given = {"amount": values[says], "side": values.get("side") or entry["side"]}
            amount = self._signed(given, "TxDtls")
        self._details += 1
        self._details_sen += amount
        if self._details > 1 and not (says and self._first_says):
            raise ElementMissing(element="TxDtls/Amt", line=self._began[DETAILS])
        found = next((shown for name in _REFERENCES if (shown := _reference(values, name))), "")
        line = Line(
            line=self._began[DETAILS],
            booked_on=booked_on,
            amount_sen=amount,
            settled=settled and amount != 0,
            reversal=reversal,
            reference=found or _reference(entry, "entry_reference"),
            bank_reference=_reference(values, "bank_reference") or _reference(entry, "bank_reference"),
            text=values.get("text", ("", 0))[0],
        )
        if self._details == 1:
            self._first, self._first_says = line, says
            return
        if self._first is not None:
            self._lines.append(self._first)
            self._first = None
        self._lines.append(line)

    def _end_entry(self) -> None:
        whole, booked_on, settled, reversal = self._entry_head()
        values = self._values[ENTRY]
        if self._first is not None:
            if self._first_says != "amount":  # the entry's is what moved; before charges more may have been sent
                self._first.amount_sen = self._details_sen = whole
                self._first.settled = settled and whole != 0
            self._lines.append(self._first)
        elif self._details == 0:
            self._lines.append(
                Line(
                    line=self._began[ENTRY],
                    booked_on=booked_on,
                    amount_sen=whole,
                    settled=settled and whole != 0,
                    reversal=reversal,
                    reference=_reference(values, "entry_reference"),
                    bank_reference=_reference(values, "bank_reference"),
                    text=values.get("text", ("", 0))[0],
                )
            )
        if self._details and self._details_sen != whole:
            raise BatchDoesNotAddUp(
                line=self._began[ENTRY],
                details=statement_lines.shown_sen(self._details_sen),
                total=statement_lines.shown_sen(whole),
            )

    def finish(self) -> None:
        """The file is at its end. Raises ElementMissing, NotRupiah."""
        values, head = self._values[STATEMENT], self.head
        if not self._statements:
            raise ElementMissing(element="BkToCstmrStmt/Stmt", line=self.line)
        if values.get("currency", ("IDR", 0))[0] != "IDR":
            raise NotRupiah(line=values["currency"][1])
        head.number = statement_lines.reference(self._needed(values, "number", "Stmt/Id"))
        head.account = values.get("account", ("", 0))[0]
        if head.opening_sen is None:
            raise ElementMissing(element="Stmt/Bal (OPBD)", line=self.line)
        if head.closing_sen is None:
            raise ElementMissing(element="Stmt/Bal (CLBD)", line=self.line)
        if head.period_from and head.period_to and head.period_from > head.period_to:
            must = gettext("tidak sebelum saldo awal")
            raise ElementWrong(element="Stmt/Bal (CLBD)/Dt", line=self.line, must=must)

    def _needed(self, values: Values, name: str, element: str) -> str:
        if name not in values:
            raise ElementMissing(element=element, line=self.line)
        return values[name][0]

    def _day(self, values: Values, name: str, element: str) -> date:
        found = statement_lines.day(self._needed(values, name, element))
        if found is None:
            raise self._not_a_day(element, values[name][1])
        return found

    def _not_a_day(self, element: str, line: int) -> ElementWrong:
        return ElementWrong(element=element, line=line, must=gettext("tanggal seperti 2026-11-30"))

    def _signed(self, values: Values, element: str) -> int:
        amount = statement_lines.sen(self._needed(values, "amount", f"{element}/Amt"))
        if amount is None or amount < 0:
            must = gettext("jumlah seperti 300000 atau 300000.50")
            raise ElementWrong(element=f"{element}/Amt", line=values["amount"][1], must=must)
        side = self._needed(values, "side", f"{element}/CdtDbtInd")
        if side not in ("CRDT", "DBIT"):
            raise ElementWrong(element=f"{element}/CdtDbtInd", line=values["side"][1], must="CRDT, DBIT")
        return amount if side == "CRDT" else -amount


def _reference(values: Values, name: str) -> str:
    return statement_lines.reference(values[name][0]) if name in values else ""
