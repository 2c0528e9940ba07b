"""What surrounds every SNAP answer: its shape whatever happens, its headers, its X-EXTERNAL-ID spent once."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import SuspiciousOperation
from django.http.request import UnreadablePostError
from django.utils import timezone
from rest_framework.exceptions import MethodNotAllowed, ParseError, UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from wallet.errors import WalletError
from wallet.snap import external_ids, pace, timestamps
from wallet.snap.authentication import Caller
from wallet.snap.codes import Case, Service, SnapError, of_wallet_error
from wallet.strict_json import MessageParser
from wallet.transactions import retried

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """An outcome and the fields that tell it; `detail` fills the case's message."""

    case: Case
    fields: dict[str, Any] = field(default_factory=dict)
    detail: str = ""

    def body(self, service: str) -> dict[str, Any]:
        """The response as the standard writes it."""
        return {
            "responseCode": self.case.code(service),
            "responseMessage": self.case.message(self.detail),
            **self.fields,
        }


def once(caller: Caller, work: Callable[[], Reply]) -> Reply:
    """Spends the caller's X-EXTERNAL-ID and does the work in one transaction. Raises SnapError (409/00): spent before.

    Refused, the work leaves nothing, but the id is spent all the same, for the request was answered. Any other exception rolls
    the id back too, so that the sender may come again with it.
    """
    try:
        return _together(caller, work)
    except (SnapError, WalletError, ParseError) as refusal:
        told = refused(refusal)
    # By itself, for the spending went back with the work. A savepoint would have kept it, at the cost of two round trips for
    # every request that is not refused.
    external_ids.spend(caller.partner, caller.day, caller.external_id)
    return told


@retried
def _together(caller: Caller, work: Callable[[], Reply]) -> Reply:
    external_ids.spend(caller.partner, caller.day, caller.external_id)
    return work()


def refused(error: SnapError | WalletError | ParseError) -> Reply:
    """The reply that tells this error."""
    if isinstance(error, ParseError):
        return Reply(Case.BAD_REQUEST, detail=str(error.detail))
    if isinstance(error, WalletError):
        error = of_wallet_error(error)
    return Reply(error.case, {"additionalInfo": error.info} if error.info else {}, error.detail)


class _JSONOnly(BaseContentNegotiation):
    """The standard knows no format but JSON, whatever Accept says."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return next(iter(renderers)), "application/json"


class SnapView(APIView):
    """A service of the standard. Every exception leaves it in the standard's shape."""

    service: ClassVar[str] = Service.NONE
    http_method_names = ["post"]
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    parser_classes = [MessageParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = _JSONOnly

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method != "POST":
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)

    def check_throttles(self, request: Request) -> None:
        """Asked once it is certain who calls, and before anything is spent. Raises SnapError (429/00)."""
        if isinstance(request.auth, Caller):
            pace.of_partner(request.auth.partner.pk)

    def respond(self, reply: Reply) -> Response:
        """The reply under this service's code."""
        headers = {"Retry-After": "1"} if reply.case is Case.TOO_MANY else None  # seconds
        return Response(reply.body(self.service), status=reply.case.status, headers=headers)

    def handle_exception(self, exc: Exception) -> Response:
        return self.respond(self._told(exc))

    def _told(self, exc: Exception) -> Reply:
        match exc:
            case SnapError() | WalletError() | ParseError():
                return refused(exc)
            case MethodNotAllowed():
                return Reply(Case.NOT_SUPPORTED)
            case UnsupportedMediaType():
                return Reply(Case.INVALID_FORMAT, detail="Content-Type")
            case SuspiciousOperation():
                return Reply(Case.BAD_REQUEST, detail="The body is too large.")
            case UnreadablePostError():
                return Reply(Case.BAD_REQUEST, detail="The body ended early.")
        # Neither the message nor the arguments: they may quote what was sent.
        cause = type(exc.__cause__).__name__ if exc.__cause__ else "none"
        frames = "".join(traceback.format_tb(exc.__traceback__))
        logger.error("SNAP service %s: %s, cause %s\n%s", self.service, type(exc).__name__, cause, frames)
        return Reply(Case.GENERAL_ERROR)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["X-TIMESTAMP"] = timestamps.emit(timezone.now())
        return response
