"""Pay-out files as ISO 20022 pain.001.001.09 (customer credit transfer initiation): one payment block, one line a settlement.

The element order, lengths and patterns are the standard's message definition. Every bank maps the accounts of its country its
own way; ours are written as ``Othr/Id``, banks by BIC where the code is one and as a clearing system's member otherwise.
"""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
# The letters that banks take in texts (the Latin set of SWIFT); others become a blank.
FOREIGN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
NAME_LENGTH, TEXT_LENGTH = 140, 140


@dataclass(frozen=True, slots=True)
class Party:
    """Whose account at which bank."""

    name: str
    bank: str
    account: str


@dataclass(frozen=True, slots=True)
class Line:
    """One payment: whole rupiah, and the reference by which the bank's answer names it (EndToEndId, at most 35)."""

    reference: str
    amount: int
    to: Party
    text: str


@dataclass(frozen=True, slots=True)
class Head:
    """Of the whole file."""

    message_id: str
    made_at: datetime
    execution_day: date
    payer: Party


def document(head: Head, lines: Iterable[Line]) -> bytes:
    """The file's bytes, always the same for the same content."""
    paid = list(lines)
    count, total = str(len(paid)), _rupiah(sum(line.amount for line in paid))
    root = ET.Element("Document", xmlns=NAMESPACE)
    body = ET.SubElement(root, "CstmrCdtTrfInitn")
    header = ET.SubElement(body, "GrpHdr")
    _leaf(header, "MsgId", head.message_id)
    _leaf(header, "CreDtTm", timezone.localtime(head.made_at).isoformat(timespec="seconds"))
    _leaf(header, "NbOfTxs", count)
    _leaf(header, "CtrlSum", total)
    _leaf(ET.SubElement(header, "InitgPty"), "Nm", _latin(head.payer.name, NAME_LENGTH))
    block = ET.SubElement(body, "PmtInf")
    _leaf(block, "PmtInfId", head.message_id)
    _leaf(block, "PmtMtd", "TRF")
    _leaf(block, "NbOfTxs", count)
    _leaf(block, "CtrlSum", total)
    _leaf(ET.SubElement(block, "ReqdExctnDt"), "Dt", head.execution_day.isoformat())
    _leaf(ET.SubElement(block, "Dbtr"), "Nm", _latin(head.payer.name, NAME_LENGTH))
    account = _account(block, "DbtrAcct", head.payer.account)
    _leaf(account, "Ccy", "IDR")
    _bank(block, "DbtrAgt", head.payer.bank)
    _leaf(block, "ChrgBr", "DEBT")  # the merchant gets all of it
    for line in paid:
        _line(block, line)
    ET.indent(root, " ")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _line(block: ET.Element, line: Line) -> None:
    transaction = ET.SubElement(block, "CdtTrfTxInf")
    numbers = ET.SubElement(transaction, "PmtId")
    _leaf(numbers, "InstrId", line.reference)
    _leaf(numbers, "EndToEndId", line.reference)
    amount = ET.SubElement(ET.SubElement(transaction, "Amt"), "InstdAmt", Ccy="IDR")
    amount.text = _rupiah(line.amount)
    _bank(transaction, "CdtrAgt", line.to.bank)
    _leaf(ET.SubElement(transaction, "Cdtr"), "Nm", _latin(line.to.name, NAME_LENGTH))
    _account(transaction, "CdtrAcct", line.to.account)
    _leaf(ET.SubElement(transaction, "RmtInf"), "Ustrd", _latin(line.text, TEXT_LENGTH))


def _account(parent: ET.Element, name: str, number: str) -> ET.Element:
    account = ET.SubElement(parent, name)
    _leaf(ET.SubElement(ET.SubElement(account, "Id"), "Othr"), "Id", number)
    return account


def _bank(parent: ET.Element, name: str, code: str) -> None:
    institution = ET.SubElement(ET.SubElement(parent, name), "FinInstnId")
    if BIC.fullmatch(code):
        _leaf(institution, "BICFI", code)
    else:
        _leaf(ET.SubElement(institution, "ClrSysMmbId"), "MmbId", code)


def _leaf(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _rupiah(amount: int) -> str:
    return f"{amount}.00"


def _latin(text: str, most: int) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(FOREIGN.sub(" ", plain).split())[:most].strip() or "-"
