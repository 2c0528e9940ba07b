"""Every failure of the beneficiaries' API in one shape, in the reader's language.

``{"error": {"code", "message", "field"?, "data"?}}``: `code` for programs, `message` for the person, `field` where one field of
the request is at fault, `data` with what the message says in machine-readable form.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

from django.http import Http404
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from mobile.errors import MobileError, TokenMissing, TooManyCodes, TooManyConsents, TooManyGrievances
from wallet.errors import WalletError

logger = logging.getLogger(__name__)

_MISSING = {"required", "null", "blank"}


def refusal(code: str, message: str, status: int, *, field: str | None = None, data: Any = None) -> Response:
    """The one shape of an error."""
    error: dict[str, Any] = {"code": code, "message": message}
    if field:
        error["field"] = field
    if data:
        error["data"] = data
    return Response({"error": error}, status=status)


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """Django REST framework's exception handler for these views; it leaves nothing unanswered."""
    if isinstance(error, WalletError):
        # The wallet knows no request: the view says which of its fields a code speaks of.
        field = getattr(context.get("view"), "fields_at_fault", {}).get(error.code)
        return refusal(error.code, _said(error), error.status, field=field, data=error.data)
    if isinstance(error, exceptions.NotAuthenticated):
        error = TokenMissing()
    if isinstance(error, MobileError):
        response = refusal(error.code, _said(error), error.status, field=error.field, data=error.data)
        if error.status == 401:
            response["WWW-Authenticate"] = "Bearer"
        if isinstance(error, TooManyCodes | TooManyGrievances | TooManyConsents):
            response["Retry-After"] = str(error.data["wait"])
        return response
    if isinstance(error, exceptions.ValidationError):
        return _validation(error)
    if isinstance(error, exceptions.ParseError):
        message = _("Permintaan tidak terbaca. Kirim satu objek JSON yang benar.")
        return refusal("body_invalid", message, 400, data={"detail": str(error.detail)})
    if isinstance(error, exceptions.MethodNotAllowed):
        message = _("Alamat ini tidak menerima metode %(method)s.")
        return refusal("method_not_allowed", message % {"method": context["request"].method}, 405)
    if isinstance(error, exceptions.UnsupportedMediaType):
        return refusal("unsupported_media_type", _("Kirim permintaan sebagai application/json."), 415)
    if isinstance(error, exceptions.NotAcceptable):
        return refusal("not_acceptable", _("Jawaban kami hanya berupa application/json."), 406)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, exceptions.APIException):
        codes = error.get_codes()
        return refusal(codes if isinstance(codes, str) else "refused", str(error.detail), error.status_code)
    # The exception's own text can quote a row of the database, so the log gets its type and place only.
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s in %s\n%s", type(error).__name__, type(context.get("view")).__name__, where)
    return refusal("internal_error", _("Ada gangguan di sistem kami. Coba lagi beberapa saat."), 500)


def _said(error: WalletError | MobileError) -> str:
    """The message with its numbers written as the reader writes them."""
    words = {
        name: number_format(value, force_grouping=True) if type(value) is int else value
        for name, value in error.data.items()
    }
    return str(error.message) % words


def _validation(error: exceptions.ValidationError) -> Response:
    """The first fault of the first field: one thing to put right at a time."""
    faults: Any = error.detail
    field = None
    while not isinstance(faults, exceptions.ErrorDetail):
        if isinstance(faults, dict):
            name, faults = next(iter(faults.items()))
            field = field or str(name)
        else:
            faults = faults[0]
    code = "field_required" if faults.code in _MISSING else str(faults.code)
    if code in {"invalid", "max_length", "min_length", "min_value", "max_value", "null_characters_not_allowed"}:
        code = "field_invalid"
    return refusal(code, str(faults), 400, field=field)
