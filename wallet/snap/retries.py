"""What a retry must repeat: the standard lets the same reference ask for the same thing again, and for nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils import timezone

from wallet import partner_info
from wallet.models import Partner
from wallet.snap.authentication import Caller
from wallet.snap.codes import Case, SnapError
from wallet.snap.timestamps import emit


def request_hash(partner: Partner, service: str, fields: Mapping[str, Any], *, later: Collection[str] = ()) -> bytes:
    """SHA-256 of partner, service and fields as they were read; not of additionalInfo, which is only echoed.

    Fields that the message did not have at first (`later`) count only where they are given, so that a retry over an upgrade
    is one.
    """
    content = {
        name: value for name, value in fields.items() if name != "additionalInfo" and (value or name not in later)
    }
    canonical = json.dumps(
        [partner.client_id, service, content], sort_keys=True, separators=(",", ":"), default=_moment
    )
    return hashlib.sha256(canonical.encode()).digest()


class Numbered(Protocol):
    """What a request made: under its partner's number, by a request that had this X-EXTERNAL-ID."""

    partner_reference_no: str
    external_id: str


def said(caller: Caller, service: str, made: Numbered, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The additionalInfo of the request that made it: kept now if this is that request, else what was kept then."""
    info: dict[str, Any] = fields["additionalInfo"]
    if made.external_id != caller.external_id:
        return partner_info.kept(caller.partner, service, made.partner_reference_no) or info
    partner_info.keep(caller.partner, service, made.partner_reference_no, info)
    return info


def said_of(caller: Caller, service: str, made: Numbered, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a query tells in additionalInfo: what was said of the transaction when it was made, and of the query itself."""
    asked: dict[str, Any] = fields["additionalInfo"]
    return partner_info.kept(caller.partner, service, made.partner_reference_no) | asked


def check_ahead(moment: datetime | None, most: timedelta, field: str, earlier: QuerySet[Any]) -> None:
    """Returns if the moment lies ahead by `most` at most, or there was such a request: its retry may come when it is over.

    Raises SnapError (400/01) naming the field.
    """
    now = timezone.now()
    if moment is not None and not now < moment <= now + most and not earlier.exists():
        raise SnapError(Case.INVALID_FORMAT, field)


def _moment(value: object) -> str:
    """A time by what it is, however it was written."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} is in no message")
    return emit(value)
