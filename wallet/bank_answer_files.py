"""The bank's answers as files: ISO 20022 pain.002.001 (.03, .10 and their like) or CSV, read into lines.

pain.002 names each payment by ``OrgnlEndToEndId`` with a status: accepted and settled is paid, rejected is returned, what is
accepted only so far is pending. A file without lines that rejects the whole group or block (`OrgnlMsgId`, `OrgnlPmtInfId`) means
every payment of that file; any other status without lines is nobody's. CSV has the columns reference, status (paid, returned or
pending; also dibayar, dikembalikan, diproses), amount (which what was paid has to tell) and reason, with comma or semicolon.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from wallet.models import BankAnswer, BankAnswerFile
from wallet.payout_errors import (
    AnswerFileEmpty,
    AnswerFileForeign,
    AnswerFileUnreadable,
    AnswerFileUnsafe,
    AnswerWrong,
)

Says, Form = BankAnswer.Says, BankAnswerFile.Form
NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.[0-9]{2}\}Document")
STATUSES = {
    "ACSC": Says.PAID,  # settlement completed on the debtor's side
    "ACCC": Says.PAID,  # on the creditor's
    "RJCT": Says.RETURNED,
    "CANC": Says.RETURNED,
    "RCVD": Says.PENDING,
    "ACTC": Says.PENDING,
    "ACCP": Says.PENDING,
    "ACSP": Says.PENDING,
    "ACWC": Says.PENDING,
    "PDNG": Says.PENDING,
}
WORDS = {
    "paid": Says.PAID,
    "dibayar": Says.PAID,
    "returned": Says.RETURNED,
    "dikembalikan": Says.RETURNED,
    "pending": Says.PENDING,
    "diproses": Says.PENDING,
}
AMOUNT = re.compile(r"([0-9]{1,15})(?:\.0{1,2})?")
REFERENCE = re.compile(r"[\x21-\x7e]{1,64}")
COLUMNS = ("reference", "status", "amount", "reason")
REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank says of one payment; `line` counts them from 1 (in CSV: the file's line). Whole rupiah, or not told.

    `whole`: of every payment of the file whose message id is the reference.
    """

    line: int
    reference: str
    says: str
    amount: int | None
    reason: str
    whole: bool = False


def read(content: bytes) -> tuple[BankAnswerFile.Form, list[Answer]]:
    """The file's form and its answers, all of them. Raises PayoutError: what is wrong and where."""
    form = Form.PAIN_002 if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else Form.CSV
    answers = list(_pain002(content) if form == Form.PAIN_002 else _table(content))
    if not answers:
        raise AnswerFileEmpty
    return form, answers


def _pain002(content: bytes) -> Iterator[Answer]:
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise AnswerFileUnsafe from None
    except ParseError as error:
        raise AnswerFileUnreadable(line=error.position[0]) from None
    except (ValueError, LookupError):  # an encoding that nobody knows
        raise AnswerFileUnreadable(line=1) from None
    if not NAMESPACE.fullmatch(root.tag):
        raise AnswerFileForeign
    at = 0
    for at, told in enumerate(root.iter(_named(root, "TxInfAndSts")), 1):
        status = _text(told, "TxSts")
        if status not in STATUSES:
            raise AnswerWrong(line=at, element="TxSts", must=", ".join(STATUSES))
        amount = told.find(_path(told, "OrgnlTxRef/Amt/InstdAmt"))
        if amount is not None and amount.get("Ccy") != "IDR":
            raise AnswerWrong(line=at, element="InstdAmt", must="IDR")
        yield _answer(
            at,
            "OrgnlEndToEndId",
            _text(told, "OrgnlEndToEndId"),
            STATUSES[status],
            (amount.text or "") if amount is not None else "",
            _reason(told) or (status if STATUSES[status] == Says.RETURNED else ""),
        )
    if at == 0:
        yield from _whole(root)


def _whole(root: Element) -> Iterator[Answer]:
    """The rejection of all that a file of ours asked for: said of the group, or of its one block."""
    for block, named, status in (
        ("OrgnlGrpInfAndSts", "OrgnlMsgId", "GrpSts"),
        ("OrgnlPmtInfAndSts", "OrgnlPmtInfId", "PmtInfSts"),
    ):
        for told in root.iter(_named(root, block)):
            if _text(told, status) == "RJCT":
                answer = _answer(1, named, _text(told, named), Says.RETURNED, "", _reason(told) or "RJCT")
                yield replace(answer, whole=True)
                return


def _reason(told: Element) -> str:
    parts = [
        " ".join(filter(None, (_text(one, "Rsn/Cd"), _text(one, "Rsn/Prtry"), *_texts(one, "AddtlInf"))))
        for one in told.findall(_path(told, "StsRsnInf"))
    ]
    return "; ".join(filter(None, parts))


def _table(content: bytes) -> Iterator[Answer]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnswerFileUnreadable(line=content[: error.start].count(b"\n") + 1) from None
    if "\x00" in text:
        raise AnswerFileUnreadable(line=text[: text.index("\x00")].count("\n") + 1)
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    titles: list[str] | None = None
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if titles is None:
                titles = [cell.casefold() for cell in cells]
                if not {"reference", "status"} <= set(titles) or len(set(titles)) != len(titles):
                    raise AnswerFileForeign
                continue
            if not any(cells):
                continue
            if len(cells) > len(titles):
                raise AnswerFileUnreadable(line=rows.line_num)
            told = dict.fromkeys(COLUMNS, "") | dict(zip(titles, cells, strict=False))  # a row may be short
            says = WORDS.get(told["status"].casefold())
            if says is None:
                raise AnswerWrong(line=rows.line_num, element="status", must="paid, returned, pending")
            answer = _answer(rows.line_num, "reference", told["reference"], says, told["amount"], told["reason"])
            if says == Says.PAID and answer.amount is None:
                raise AnswerWrong(line=rows.line_num, element="amount", must="100000 / 100000.00")
            yield answer
    except csv.Error:
        raise AnswerFileUnreadable(line=rows.line_num) from None
    if titles is None:
        raise AnswerFileForeign


def _answer(line: int, named: str, reference: str, says: str, amount: str, reason: str) -> Answer:
    if not REFERENCE.fullmatch(reference):
        raise AnswerWrong(line=line, element=named, must="1–64 ASCII")
    found = AMOUNT.fullmatch(amount.strip()) if amount.strip() else None
    if amount.strip() and found is None:
        raise AnswerWrong(line=line, element="amount", must="100000 / 100000.00")
    reason = " ".join("".join(sign if sign.isprintable() else " " for sign in reason).split())
    return Answer(line, reference, says, int(found[1]) if found else None, reason[:REASON_LENGTH])


def _named(element: Element, name: str) -> str:
    return f"{element.tag.rpartition('}')[0]}}}{name}"


def _path(element: Element, path: str) -> str:
    return "/".join(_named(element, name) for name in path.split("/"))


def _texts(element: Element, path: str) -> list[str]:
    return [(found.text or "").strip() for found in element.findall(_path(element, path))]


def _text(element: Element, path: str) -> str:
    return next(iter(_texts(element, path)), "")
