"""A partner that is spoken to in SNAP BI: token (service 73), bulk cash-in (40), and the status of one of its lines (39)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from disbursement.models import ProviderAccount, ProviderToken
from disbursement.providers import snap_answers
from disbursement.providers.protocol import Answer, Inquiry, Outcome, Payee, Sent, Told
from wallet.http_call import Lost, NotSent, Response, post
from wallet.snap import signature, timestamps
from wallet.snap.fields import money

RENEW_BEFORE = timedelta(seconds=30)
LONGEST_TOKEN_LIFE = 86_400
TOKEN_REFUSED = ("01", "03")  # cases of 401: the token is no longer valid, or was never heard of


class NoToken(Exception):
    """The partner gave none: nothing can be asked now. `code` is what it said."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class SnapChannel:
    """See `protocol.Channel`. Not shared between threads."""

    def __init__(self, provider: ProviderAccount) -> None:
        self.provider = provider

    def send(self, bulk_id: str, payees: Sequence[Payee], external_id: str, at: datetime) -> Answer:
        """Service 40."""
        fields = {
            "partnerBulkId": bulk_id,
            "transactionDate": timestamps.emit(at),
            "currency": "IDR",
            "bulkObject": [
                {
                    "accountNumber": payee.account,
                    "amount": money(payee.amount),
                    "partnerReferenceNo": payee.reference,
                }
                for payee in payees
            ],
        }
        try:
            answer = self._transaction(
                "/v1.0/emoney/bulk-cashin-payment", fields, external_id, snap_answers.BULK_CASHIN
            )
        except NoToken as error:
            return Answer(Sent.NOT_SENT, error.code)
        except NotSent as error:
            return Answer(Sent.NOT_SENT, str(error)[:20])
        except Lost as error:
            return Answer(Sent.UNKNOWN, str(error)[:20])
        return snap_answers.of_bulk(answer.status, _json(answer))

    def ask(self, reference: str, external_id: str) -> Inquiry:
        """Service 39."""
        fields = {"serviceCode": snap_answers.BULK_CASHIN, "originalPartnerReferenceNo": reference}
        try:
            answer = self._transaction("/v1.0/emoney/topup-status", fields, external_id, snap_answers.TOPUP_STATUS)
        except NoToken as error:
            return Inquiry(Told(Outcome.UNKNOWN, error.code))
        except (NotSent, Lost) as error:
            return Inquiry(Told(Outcome.UNKNOWN, str(error)[:20]))
        return snap_answers.of_inquiry(answer.status, _json(answer), reference)

    def _transaction(self, path: str, fields: Mapping[str, Any], external_id: str, service: str) -> Response:
        """Asks once, and once more with a fresh token if the one we had was refused. Raises NoToken, NotSent, Lost."""
        answer = self._signed(path, fields, external_id, self._access_token())
        code = snap_answers.code_of(_json(answer))
        if answer.status == 401 and code[3:5] == service and code[5:] in TOKEN_REFUSED:
            # Refused at the door, where the X-EXTERNAL-ID may be spent all the same.
            answer = self._signed(path, fields, f"{external_id}1", self._access_token(renewed=True))
        return answer

    def _signed(self, path: str, fields: Mapping[str, Any], external_id: str, token: str) -> Response:
        body, timestamp = _compact(fields), timestamps.emit(timezone.now())
        text = signature.string_to_sign("POST", self._endpoint(path), body, timestamp, token)
        return self._post(
            path,
            body,
            {
                "Authorization": f"Bearer {token}",
                "X-TIMESTAMP": timestamp,
                "X-SIGNATURE": signature.sign_symmetric(self.provider.secret, text),
                "X-PARTNER-ID": self.provider.client_id,
                "X-EXTERNAL-ID": external_id,
                "CHANNEL-ID": self.provider.channel_id,
            },
        )

    def _access_token(self, *, renewed: bool = False) -> str:
        """The token we hold, or a new one. Raises NoToken."""
        now = timezone.now()
        if not renewed:
            held = ProviderToken.objects.filter(provider=self.provider, expires_at__gt=now + RENEW_BEFORE).first()
            if held is not None:
                return held.token
        timestamp = timestamps.emit(now)
        text = signature.token_string(self.provider.client_id, timestamp)
        headers = {
            "X-TIMESTAMP": timestamp,
            "X-CLIENT-KEY": self.provider.client_id,
            "X-SIGNATURE": signature.sign_asymmetric(self.provider.private_key, text),
        }
        body = _compact({"grantType": "client_credentials", "additionalInfo": {}})
        try:
            answer = self._post("/v1.0/access-token/b2b", body, headers)
        except (NotSent, Lost) as error:
            raise NoToken(str(error)[:20]) from error
        told = _json(answer)
        token, life = told.get("accessToken"), told.get("expiresIn")
        if answer.status != 200 or not isinstance(token, str) or not token:
            raise NoToken(snap_answers.code_of(told) or str(answer.status))
        self._keep(token, now + timedelta(seconds=_seconds(life)))
        return token

    def _keep(self, token: str, until: datetime) -> None:
        """The newest token for every worker; whoever races keeps one that is as good."""
        ProviderToken.objects.get_or_create(provider=self.provider, defaults={"expires_at": until})
        row = ProviderToken.objects.get(provider=self.provider)
        row.token, row.expires_at = token, until
        row.save(update_fields=["token_sealed", "expires_at"])

    def _endpoint(self, path: str) -> str:
        """The path as it is signed: with what the base address has of it."""
        return urlsplit(self.provider.base_url).path.rstrip("/") + path

    def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Response:
        limits = settings.PARTNERS
        return post(
            self.provider.base_url.rstrip("/") + path,
            body,
            {"Content-Type": "application/json", **headers},
            connect=limits["connect_seconds"],
            total=limits["answer_seconds"],
        )


def _json(answer: Response) -> dict[str, Any]:
    """The JSON object that was answered; an empty one for anything else."""
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _seconds(life: object) -> int:
    """How long a token lives; partners write it as a string or as a number."""
    text = str(life) if isinstance(life, str | int) else ""
    return min(int(text), LONGEST_TOKEN_LIFE) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _compact(fields: Mapping[str, Any]) -> bytes:
    """Already minified, so that what is hashed is what is sent."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
