"""A partner's side of SNAP BI (Standar Nasional Open API Pembayaran), to copy: it needs `requests` and `cryptography`, no more.

    client = SnapClient("https://salur.example", client_id, private_key_pem, client_secret)
    status, answer = client.pay("INV-1", qr_content, "000071000109001", 25_000)

Amounts are whole rupiah. The partner's own number (`partner_reference_no`, `partner_refund_no`, …) is what makes a request happen
once: after a time-out nobody knows what became of it, so it is sent again with the same number (`retries.until_answered`
does) or asked about. Every call carries an X-EXTERNAL-ID of its own; the number in your books is the other one.

`signing` is what is signed and how, `transport` the token and the signed request, `service_codes` the paths, `client` the
services as functions, `retries` when to send again, `notifications` what the provider sends to you and whether it is from
the provider.
"""

from snap_client.client import SnapClient, offline_claim
from snap_client.notifications import Notification, NotificationRefused, read_notification
from snap_client.retries import OutcomeUnknown, until_answered
from snap_client.transport import Answer, TokenRefused, TokenUnavailable

__all__ = [
    "Answer",
    "Notification",
    "NotificationRefused",
    "OutcomeUnknown",
    "SnapClient",
    "TokenRefused",
    "TokenUnavailable",
    "offline_claim",
    "read_notification",
    "until_answered",
]
