"""What a SNAP answer means for money. Only what the standard calls final is final; whatever cannot be read is unknown.

A response code is HTTP status (3), service (2), case (2). Codes of another service than the one asked, a code that disagrees with
its HTTP status, and bodies that are not of the standard's shape say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from disbursement.providers.protocol import Answer, Inquiry, Outcome, Sent, Told
from wallet.snap.fields import AMOUNT

BULK_CASHIN, TOPUP_STATUS, NOTIFY = "40", "39", "41"
CODE = re.compile(r"[2-5][0-9]{6}")
TEXT = re.compile(r"[\x21-\x7e]{1,64}")

# Refusals that are final: the partner has decided that it does not pay this. 403/07-13 and 17, 21, 22 speak of cards, OTP and
# customers' limits of their own; final as well, since nothing was done.
_REFUSED_403 = {f"{case:02}" for case in range(24)} - {"06"}  # 06: not at this time
_REFUSED_404 = {"02", "03", "04", "08", "09", "11", "13", "16"}
_REFUSED_400 = {"00", "01", "02"}
_REFUSED_405 = {"00", "01"}
# Turned away before anything was done: the same may be asked again later.
_LATER = {"401", "429"}
FAILURES = {
    "40302": "provider_limit",
    "40304": "provider_limit",
    "40305": "provider_account",
    "40309": "provider_account",
    "40314": "provider_float",
    "40318": "provider_account",
    "40323": "provider_limit",
    "40411": "provider_account",
    "40404": "provider_cancelled",
}
# latestTransactionStatus
_STATUS = {
    "00": Outcome.PAID,
    "01": Outcome.PENDING,
    "02": Outcome.PENDING,
    "03": Outcome.PENDING,
    "04": Outcome.FAILED,
    "05": Outcome.FAILED,
    "06": Outcome.FAILED,
    "07": Outcome.MISSING,
}
_STATUS_FAILURES = {"04": "provider_returned", "05": "provider_cancelled", "06": "provider_refused"}


def code_of(body: object) -> str:
    """The response code in the body, or nothing."""
    code = body.get("responseCode") if isinstance(body, Mapping) else None
    return code if isinstance(code, str) and CODE.fullmatch(code) else ""


def _of(code: str, service: str, http_status: int | None) -> tuple[str, str] | None:
    """Status and case of a code that this service may say with this HTTP status."""
    if not code or code[3:5] != service or (http_status is not None and int(code[:3]) != http_status):
        return None
    return code[:3], code[5:]


def is_final_refusal(status: str, case: str) -> bool:
    """True if the standard's case means that the transaction is not and will not be done."""
    final = {"400": _REFUSED_400, "403": _REFUSED_403, "404": _REFUSED_404, "405": _REFUSED_405}
    return case in final.get(status, set())


def failure_of(status: str, case: str) -> str:
    """The code of `failures` for a final refusal."""
    return FAILURES.get(status + case, "provider_refused")


def of_bulk(http_status: int, body: object) -> Answer:
    """The answer to a bulk request (service 40)."""
    code = code_of(body)
    found = _of(code, BULK_CASHIN, http_status)
    said = code or str(http_status)
    if found is None:
        return Answer(Sent.UNKNOWN, said, http_status)
    status, case = found
    if found in (("200", "00"), ("202", "00")):
        return Answer(Sent.ACCEPTED, said, http_status, partner_bulk_id=_text(body, "bulkId"))
    if status in _LATER:
        return Answer(Sent.LATER, said, http_status)
    if is_final_refusal(status, case):
        return Answer(Sent.REFUSED, said, http_status, failure=failure_of(status, case))
    return Answer(Sent.UNKNOWN, said, http_status)  # among them 409/01: somebody has sent these before


def of_inquiry(http_status: int, body: object, reference: str) -> Inquiry:
    """The answer to a question about one line (service 39)."""
    code = code_of(body)
    found = _of(code, TOPUP_STATUS, http_status)
    said = code or str(http_status)
    if found == ("404", "01"):
        return Inquiry(Told(Outcome.MISSING, said), http_status)
    if found != ("200", "00") or not isinstance(body, Mapping):
        return Inquiry(Told(Outcome.UNKNOWN, said), http_status)
    named = body.get("originalPartnerReferenceNo")
    if named not in (None, "", reference):  # the answer to somebody else's question
        return Inquiry(Told(Outcome.UNKNOWN, "reference"), http_status)
    return Inquiry(of_status(body.get("latestTransactionStatus"), said, body, "originalReferenceNo"), http_status)


def of_status(status: object, said: str, body: Mapping[str, Any], reference: str) -> Told:
    """What a latestTransactionStatus says of a line, beside the amount and the partner's number for it."""
    outcome = _STATUS.get(status) if isinstance(status, str) else None
    if outcome is None:
        return Told(Outcome.UNKNOWN, said)
    amount = amount_in(body.get("amount"))
    if amount is None and body.get("amount") is not None and outcome is Outcome.PAID:
        # Paid, but nobody can read how much.
        return Told(Outcome.UNKNOWN, "amount", reference=_text(body, reference))
    return Told(
        outcome,
        f"{said}/{status}",
        _STATUS_FAILURES.get(str(status), ""),
        amount,
        _text(body, reference),
    )


def of_notified(line: Mapping[str, Any]) -> Told:
    """What a line of a notice (service 41) says: by its latestTransactionStatus, else by its own response code.

    Partners write the line's code with the service of the request, of a top-up or of the notice.
    """
    code = str(line.get("responseCode") or "")
    if line.get("latestTransactionStatus"):
        return of_status(line["latestTransactionStatus"], code, line, "referenceNo")
    amount, number = amount_in(line.get("amount")), _text(line, "referenceNo")
    if not CODE.fullmatch(code) or code[3:5] not in (BULK_CASHIN, "38", NOTIFY):
        return Told(Outcome.UNKNOWN, code[:20], amount=amount)
    status, case = code[:3], code[5:]
    if (status, case) == ("200", "00"):
        return Told(Outcome.PAID, code, amount=amount, reference=number)
    if (status, case) == ("202", "00"):
        return Told(Outcome.PENDING, code, amount=amount, reference=number)
    if is_final_refusal(status, case):
        return Told(Outcome.FAILED, code, failure_of(status, case), amount, number)
    return Told(Outcome.UNKNOWN, code, amount=amount, reference=number)


def amount_in(value: object) -> int | None:
    """Whole rupiah in an amount of the standard; None if there is none that can be read."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value  # a notice's, read already
    if not isinstance(value, Mapping) or value.get("currency") != "IDR":
        return None
    text = value.get("value")
    return int(text[:-3]) if isinstance(text, str) and AMOUNT.fullmatch(text) else None


def _text(body: object, name: str) -> str:
    text = body.get(name) if isinstance(body, Mapping) else None
    return text if isinstance(text, str) and TEXT.fullmatch(text) else ""
