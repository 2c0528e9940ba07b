"""The services as functions: what each needs, in Python's terms; each returns HTTP status and response.

Whatever is not here goes through `service` with the service's code and the standard's fields.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from snap_client import service_codes, signing
from snap_client.transport import Answer, Transport


def money(rupiah: int) -> dict[str, str]:
    """Whole rupiah as the standard writes an amount."""
    return {"value": f"{rupiah}.00", "currency": "IDR"}


def offline_claim(
    partner_reference_no: str, code: str, merchant_id: str, amount: int, accepted_at: datetime
) -> dict[str, Any]:
    """One payment that a till accepted at that moment, by its own clock, for the offline code that it scanned."""
    return {
        "partnerReferenceNo": partner_reference_no,
        "qrContent": code,
        "merchantId": merchant_id,
        "amount": money(amount),
        "transactionDate": signing.timestamp(accepted_at),
    }


class SnapClient(Transport):
    """Calls the services of one provider as one partner; see `Transport` for how, and what is raised."""

    def service(self, code: str, fields: dict[str, Any], *, external_id: str = "", customer: str = "") -> Answer:
        """Calls a service of `service_codes.PATHS`; fields that are None or empty are left out."""
        sent = {name: value for name, value in fields.items() if value not in (None, "")}
        return self.call(service_codes.PATHS[code], sent, external_id=external_id, customer=customer)

    # --- Payment with the code that a customer shows (QR CPM) ---

    def pay(
        self,
        partner_reference_no: str,
        qr_content: str,
        merchant_id: str,
        amount: int,
        *,
        title: str = "",
        additional_info: dict[str, Any] | None = None,
        external_id: str = "",
    ) -> Answer:
        """Takes `amount` from the customer who showed the code (60)."""
        fields = {
            "partnerReferenceNo": partner_reference_no,
            "qrContent": qr_content,
            "merchantId": merchant_id,
            "amount": money(amount),
            "title": title,
            "additionalInfo": additional_info,
        }
        return self.service(service_codes.CPM_PAYMENT, fields, external_id=external_id)

    def query(self, partner_reference_no: str = "", *, reference_no: str = "", external_id: str = "") -> Answer:
        """What became of a payment (61), by your number, the provider's, or the X-EXTERNAL-ID it was sent with."""
        return self._ask(
            service_codes.CPM_QUERY, service_codes.CPM_PAYMENT, partner_reference_no, reference_no, external_id
        )

    def refund(
        self, partner_reference_no: str, partner_refund_no: str, amount: int | None = None, *, reason: str = ""
    ) -> Answer:
        """Gives back `amount` of a payment (80); all that is left of it if None."""
        return self._refund(service_codes.CPM_REFUND, partner_reference_no, partner_refund_no, amount, reason)

    def generate_customer_code(self, partner_reference_no: str, **fields: Any) -> Answer:
        """A customer's code by way of the partner (59), with the standard's fields."""
        return self.service(service_codes.CPM_GENERATE, {"partnerReferenceNo": partner_reference_no, **fields})

    def cancel(self, partner_reference_no: str, *, reason: str = "") -> Answer:
        """Takes back a payment, or the code made for it (62)."""
        return self.service(
            service_codes.CPM_CANCEL, {"originalPartnerReferenceNo": partner_reference_no, "reason": reason}
        )

    # --- The merchant's own code (QR MPM) ---

    def generate_merchant_code(
        self, partner_reference_no: str, merchant_id: str, amount: int | None = None, **fields: Any
    ) -> Answer:
        """A QRIS code for the customer to scan (47), for that amount or for any."""
        given = {
            "partnerReferenceNo": partner_reference_no,
            "merchantId": merchant_id,
            "amount": None if amount is None else money(amount),
        }
        return self.service(service_codes.MPM_GENERATE, given | fields)

    def decode_merchant_code(self, partner_reference_no: str, qr_content: str, scan_time: datetime) -> Answer:
        """Whose code it is (48)."""
        fields = {
            "partnerReferenceNo": partner_reference_no,
            "qrContent": qr_content,
            "scanTime": signing.timestamp(scan_time),
        }
        return self.service(service_codes.MPM_DECODE, fields)

    def pay_merchant_code(self, partner_reference_no: str, merchant_id: str, amount: int, **fields: Any) -> Answer:
        """Pays a merchant's code for a customer (50)."""
        given = {
            "partnerReferenceNo": partner_reference_no,
            "merchantId": merchant_id,
            "amount": money(amount),
        }
        return self.service(service_codes.MPM_PAYMENT, given | fields)

    def query_merchant_code(self, partner_reference_no: str) -> Answer:
        """Whether a merchant's code was paid (51)."""
        return self._ask(service_codes.MPM_QUERY, service_codes.MPM_GENERATE, partner_reference_no)

    def cancel_merchant_code(self, partner_reference_no: str, *, reason: str = "") -> Answer:
        """Ends a merchant's code, or takes its payment back (77)."""
        return self.service(
            service_codes.MPM_CANCEL, {"originalPartnerReferenceNo": partner_reference_no, "reason": reason}
        )

    def refund_merchant_code(
        self, partner_reference_no: str, partner_refund_no: str, amount: int | None = None, *, reason: str = ""
    ) -> Answer:
        """Gives back a payment of a merchant's code (78)."""
        return self._refund(service_codes.MPM_REFUND, partner_reference_no, partner_refund_no, amount, reason)

    # --- Direct debit ---

    def debit(
        self, partner_reference_no: str, merchant_id: str, amount: int, *, return_url: str = "", **fields: Any
    ) -> Answer:
        """An order that the customer approves on the provider's page (54): the answer has `webRedirectUrl`."""
        given = {
            "partnerReferenceNo": partner_reference_no,
            "merchantId": merchant_id,
            "amount": money(amount),
            "urlParams": [{"url": return_url, "type": "PAY_RETURN", "isDeeplink": "N"}] if return_url else None,
        }
        return self.service(service_codes.DEBIT_PAYMENT, given | fields)

    def query_debit(self, partner_reference_no: str) -> Answer:
        """What became of an order (55)."""
        return self._ask(service_codes.DEBIT_STATUS, service_codes.DEBIT_PAYMENT, partner_reference_no)

    def cancel_debit(self, partner_reference_no: str, *, reason: str = "") -> Answer:
        """Ends an order that was not approved (57)."""
        return self.service(
            service_codes.DEBIT_CANCEL, {"originalPartnerReferenceNo": partner_reference_no, "reason": reason}
        )

    def refund_debit(
        self, partner_reference_no: str, partner_refund_no: str, amount: int | None = None, *, reason: str = ""
    ) -> Answer:
        """Gives back an order's money (58)."""
        return self._refund(service_codes.DEBIT_REFUND, partner_reference_no, partner_refund_no, amount, reason)

    # --- Payments that a till accepted without a network ---

    def claim_offline(self, claims: list[dict[str, Any]], *, partner_bulk_id: str = "") -> Answer:
        """Claims them (97, Salur's own), each as `offline_claim` makes it; the answer's `claims` tell each one's own code."""
        return self.service(service_codes.OFFLINE_CLAIMS, {"partnerBulkId": partner_bulk_id, "claims": claims})

    def query_offline_claim(self, partner_reference_no: str) -> Answer:
        """Where a claim stands now (98, Salur's own), after an officer's decision too."""
        return self._ask(service_codes.OFFLINE_CLAIM_STATUS, service_codes.OFFLINE_CLAIMS, partner_reference_no)

    # --- Balance, top-up, cash ---

    def balance(self, partner_reference_no: str, account_no: str = "", *, customer: str = "", **fields: Any) -> Answer:
        """The balances (11) of an account of yours; or of the customer who made the code `customer` to show theirs."""
        return self.service(
            service_codes.BALANCE_INQUIRY,
            {"partnerReferenceNo": partner_reference_no, "accountNo": account_no, **fields},
            customer=customer,
        )

    def inquire_account(self, customer_number: str, amount: int, **fields: Any) -> Answer:
        """Whose account a top-up would go to, and its limits (37)."""
        given = {"customerNumber": customer_number, "amount": money(amount)}
        return self.service(service_codes.ACCOUNT_INQUIRY, given | fields)

    def top_up(self, partner_reference_no: str, customer_number: str, amount: int, **fields: Any) -> Answer:
        """Pays money into a customer's wallet (38)."""
        given = {
            "partnerReferenceNo": partner_reference_no,
            "customerNumber": customer_number,
            "amount": money(amount),
        }
        return self.service(service_codes.TOP_UP, given | fields)

    def query_top_up(self, partner_reference_no: str) -> Answer:
        """What became of a top-up (39)."""
        return self._ask(service_codes.TOP_UP_STATUS, service_codes.TOP_UP, partner_reference_no)

    def pay_in_bulk(self, partner_bulk_id: str, lines: list[dict[str, Any]], **fields: Any) -> Answer:
        """Many top-ups in one request (40); each line as the standard's `bulkObject` has it. Results come as service 41."""
        given = {"partnerBulkId": partner_bulk_id, "transactionDate": signing.timestamp(), "bulkObject": lines}
        return self.service(service_codes.BULK_CASH_IN, given | fields)

    def cash_out(self, partner_reference_no: str, customer_number: str, amount: int, **fields: Any) -> Answer:
        """Cash over a counter (44)."""
        given = {
            "partnerReferenceNo": partner_reference_no,
            "customerNumber": customer_number,
            "amount": money(amount),
        }
        return self.service(service_codes.CASH_OUT, given | fields)

    def query_cash_out(self, partner_reference_no: str) -> Answer:
        """What became of a cash-out (45)."""
        return self._ask(service_codes.CASH_OUT_STATUS, service_codes.CASH_OUT, partner_reference_no)

    def _ask(
        self, code: str, about: str, partner_reference_no: str, reference_no: str = "", external_id: str = ""
    ) -> Answer:
        fields = {
            "serviceCode": about,
            "originalPartnerReferenceNo": partner_reference_no,
            "originalReferenceNo": reference_no,
            "originalExternalId": external_id,
        }
        return self.service(code, fields)

    def _refund(
        self, code: str, partner_reference_no: str, partner_refund_no: str, amount: int | None, reason: str
    ) -> Answer:
        fields = {
            "originalPartnerReferenceNo": partner_reference_no,
            "partnerRefundNo": partner_refund_no,
            "refundAmount": None if amount is None else money(amount),
            "reason": reason,
        }
        return self.service(code, fields)
