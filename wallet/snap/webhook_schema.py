"""How our notices to partners appear in the OpenAPI document: under `webhooks`, with the headers that they carry."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, OpenApiWebhook, extend_schema

from wallet.snap import examples
from wallet.snap.codes import Case, Service
from wallet.snap.envelope import Reply
from wallet.snap.messages import Message, Outcome
from wallet.snap.notice_messages import BulkCashinNotice, DebitNotice, QrCpmNotice, QrMpmNotice

TAG = "SNAP BI: what we call at your address"
CALLED: dict[str, tuple[str, str, type[Message]]] = {
    Service.BULK_CASHIN_NOTIFY: ("emoney/bulk-cashin-notify", "Bulk cash-in notify", BulkCashinNotice),
    Service.QR_MPM_NOTIFY: ("qr/qr-mpm-notify", "QR MPM notify", QrMpmNotice),
    Service.DEBIT_NOTIFY: ("debit/notify", "Direct debit notify", DebitNotice),
    Service.QR_CPM_NOTIFY: ("qr/qr-cpm-notify", "QR CPM notify", QrCpmNotice),
}
DELIVERY = (
    "POSTed under the address that you have registered, as {path}, until you answer with HTTP 200 and responseCode "
    "{code}; any other answer, a redirect, or none within some seconds is tried again with a growing pause for a day. Notices of "
    "one transaction come one after the other. They may come more than once: act once for each number. The public keys "
    "are at /docs/snap/notification-keys."
)
HEADERS = {
    "X-TIMESTAMP": f"When we sent it: {examples.TIMESTAMP}",
    "X-SIGNATURE": "SHA256withRSA of `POST:EndpointUrl:hash:X-TIMESTAMP` under our key, base64. EndpointUrl is the path of your "
    "address with its query, hash the lower-case hex SHA-256 of the body.",
    "X-PARTNER-ID": "Your client id.",
    "X-EXTERNAL-ID": "Digits alone, unlike those of any other try of the day.",
    "CHANNEL-ID": "Ours.",
    "X-KEY-ID": "Which of our published keys has signed; not of the standard.",
}


def _webhook(service: str) -> OpenApiWebhook:
    path, summary, message = CALLED[service]
    # The generator sees a webhook from the other side: what we send is a response to it.
    sent = OpenApiExample(summary, value=examples.NOTICES[service], response_only=True)
    taken = OpenApiExample("taken", value=Reply(Case.SUCCESSFUL).body(service), request_only=True)
    return OpenApiWebhook(
        path,
        extend_schema(
            tags=[TAG],
            summary=f"{summary} (service {service})",
            description=f"{message.__doc__}\n\n"
            + DELIVERY.format(path=f"/v1.0/{path}", code=Case.SUCCESSFUL.code(service)),
            request=message,
            responses={200: OpenApiResponse(Outcome, description="Taken; it does not come again.", examples=[taken])},
            examples=[sent],
        ),
    )


BULK_CASHIN = _webhook(Service.BULK_CASHIN_NOTIFY)
QR_MPM = _webhook(Service.QR_MPM_NOTIFY)
DEBIT = _webhook(Service.DEBIT_NOTIFY)
QR_CPM = _webhook(Service.QR_CPM_NOTIFY)
# For the document that they belong to: the generator takes such settings by name.
SETTINGS = {
    "WEBHOOKS": [f"{__name__}.{name}" for name in ("BULK_CASHIN", "QR_MPM", "DEBIT", "QR_CPM")],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", f"{__name__}.with_headers"],
}


def with_headers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A post-processing hook: the generator does not read parameters of webhooks."""
    parameters = [
        {"in": "header", "name": name, "required": True, "schema": {"type": "string"}, "description": text}
        for name, text in HEADERS.items()
    ]
    for item in result.get("webhooks", {}).values():
        item["post"]["parameters"] = parameters
    return result
