"""Around every request the sandbox's time; around SNAP's services what a documented value asks for, and the eyes of a run."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.urls import Resolver404, resolve

from sandbox import clock, faults, fixtures, outcomes, runs, telephones
from sandbox.outcomes import Fault, Outcome
from sandbox.steps import ASYMMETRIC, CASH_OUT, SYMMETRIC, TOKEN, TOP_UP, Seen
from sandbox.telephones import Telephone
from wallet.errors import DepositUsedUp
from wallet.models import Partner
from wallet.snap import signature, timestamps

Next = Callable[[HttpRequest], HttpResponse]
SILENT = threading.BoundedSemaphore(8)  # who keep a thread of the web process waiting at once: the pages need some, too
SERVICES, PAYERS_PAGE = "/v1.0/", "/bayar/"
# Where else than in qrContent a customer's code comes: QR MPM payment and cash-out, as `otp`.
AS_OTP = {"44", "50"}
REFERENCES = ("partnerReferenceNo", "originalPartnerReferenceNo", "partnerBulkId")  # the partner's number, by service


class ClockMiddleware:
    """Each request begins with the time that the sandbox has now."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        clock.read()
        return self.get_response(request)


class ProviderMiddleware:
    """What a documented value stands for is there before the service looks, and goes wrong as documented."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return self.get_response(request)
        if request.path.startswith(PAYERS_PAGE):
            fixtures.prepare_typed(request.POST.get("code", ""))
        if not request.path.startswith(SERVICES):
            return self.get_response(request)
        try:
            body = request.body
        except (SuspiciousOperation, UnreadablePostError):  # the service says so in its own words
            return self.get_response(request)
        fields, partner = _fields(body), fixtures.caller(request, service_of(request))
        documented = _documented(service_of(request), fields)
        if partner is None or documented is None:
            response, answered = self.get_response(request), True
        else:
            if isinstance(documented, Outcome):
                number = fields.get("customerNumber") if service_of(request) == CASH_OUT else ""
                fixtures.prepare(documented, fields[_code_field(service_of(request))], number)
            response, answered = self._with_fault(request, partner, documented, fields)
        client_id = partner.client_id if partner else request.headers.get("X-PARTNER-ID", "")
        watched = client_id or request.headers.get("X-CLIENT-KEY", "")
        runs.watch(watched, _seen(request, body, fields, documented, response, answered, proved=partner is not None))
        if not answered and SILENT.acquire(blocking=False):
            try:
                time.sleep(settings.SANDBOX["silence_seconds"])
            finally:
                SILENT.release()
        return response

    def _with_fault(
        self, request: HttpRequest, partner: Partner, documented: Outcome | Telephone, fields: dict[str, Any]
    ) -> tuple[HttpResponse, bool]:
        """The response, and whether it comes before the partner's patience ends."""
        key = f"{service_of(request)}:{_text(fields.get('partnerReferenceNo'))}"
        if documented.fault is Fault.ERROR and faults.happens(partner, key, documented.fault):
            case = documented.response[-2:]
            return _answer(request, 500, "General Error" if case == "00" else "Internal Server Error", case), True
        if documented.fault is Fault.BUSY and faults.happens(partner, key, documented.fault):
            return _answer(request, 429, "Too Many Requests"), True
        if documented.fault is Fault.EXHAUSTED and faults.happens(partner, key, documented.fault):
            info = {"reason": DepositUsedUp.code, "reasonMessage": str(DepositUsedUp())}
            return _answer(request, 403, "Insufficient Funds", "14", additionalInfo=info), True
        with fixtures.late_notices() if documented.fault is Fault.LATE_NOTICE else nullcontext():
            response = self.get_response(request)
        done = response.status_code == 200
        if documented.fault is Fault.SILENCE and done and faults.happens(partner, key, documented.fault):
            return _answer(request, 504, "Timeout"), False
        return response, True


def service_of(request: HttpRequest) -> str:
    """The service's code, by the view behind the address; "00" where there is none."""
    try:
        view = getattr(resolve(request.path_info).func, "view_class", None)
    except Resolver404:
        view = None
    return str(getattr(view, "service", "00"))


def _documented(service: str, fields: dict[str, Any]) -> Outcome | Telephone | None:
    """What the request's values stand for: a code wherever one is, a number where money is paid to it."""
    if service == TOP_UP:
        return telephones.read(fields.get("customerNumber"))
    return outcomes.read(fields.get(_code_field(service)))


def _code_field(service: str) -> str:
    return "otp" if service in AS_OTP else "qrContent"


def _answer(request: HttpRequest, status: int, message: str, case: str = "00", **more: Any) -> HttpResponse:
    body = {"responseCode": f"{status}{service_of(request)}{case}", "responseMessage": message, **more}
    return JsonResponse(body, status=status, headers={"X-TIMESTAMP": timestamps.emit(clock.now())})


def _fields(body: bytes) -> dict[str, Any]:
    """The request's fields as far as they can be read: what is wrong with them the service says."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _seen(
    request: HttpRequest,
    body: bytes,
    fields: dict[str, Any],
    documented: Outcome | Telephone | None,
    response: HttpResponse,
    answered: bool,
    *,
    proved: bool,
) -> Seen:
    service, answer = service_of(request), _fields(response.content)
    kind = SYMMETRIC if "Authorization" in request.headers else ASYMMETRIC
    value = fields.get(_code_field(service)) or fields.get("customerNumber")
    return Seen(
        service=service,
        signature="token" if service == TOKEN else kind,
        status=response.status_code,
        code=str(answer.get("responseCode", ""))[:7],
        answered=answered,
        proved=response.status_code == 200 if service == TOKEN else proved,
        external_id=_text(request.headers.get("X-EXTERNAL-ID")),
        reference=_text(next((number for name in REFERENCES if (number := fields.get(name))), "")),
        original_external_id=_text(fields.get("originalExternalId")),
        original_number=_text(fields.get("originalReferenceNo")),
        refund_reference=_text(fields.get("partnerRefundNo")),
        outcome=documented.name if documented else "",
        value=_digest(value.encode("utf-8", "replace")) if isinstance(value, str) else "",
        body=_digest(signature.minify(body)),
        number=_text(answer.get("refundNo") or answer.get("referenceNo")),
        transaction_status=_text(answer.get("latestTransactionStatus")),
    )


def _text(value: object) -> str:
    """At most 64 characters that PostgreSQL can keep."""
    return value[:64].replace("\0", "").encode("utf-8", "ignore").decode() if isinstance(value, str) else ""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
