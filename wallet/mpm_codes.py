"""Codes that merchants present: made, read back from what somebody scanned, and ended. Paying them is `wallet.mpm`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from wallet import baskets, ledger, merchant_categories, merchant_states, qris
from wallet.baskets import Item
from wallet.errors import IdempotencyConflict, LimitExceeded, MerchantUnknown, TerminalUnknown
from wallet.models import Merchant, MpmCode, Partner
from wallet.qr_errors import (
    AmountMissing,
    NotRegisteredForQris,
    QrCancelled,
    QrExpired,
    QrNotOurs,
    QrPaid,
    QrUnknown,
    TipRefused,
)
from wallet.qris.sticker import Sticker
from wallet.redemption import new_reference
from wallet.transactions import retried

S = MpmCode.State
TRANSITIONS = {  # a code begins open; how it ends is for good
    (S.OPEN, S.PAID),  # by the one payment it speaks for
    (S.OPEN, S.CANCELLED),  # the merchant gave it up
    (S.OPEN, S.EXPIRED),  # its time was over before that
}
OUR_ACCOUNT = "26"  # the acquirer's tag; 51 is the national one
METHOD = "3"  # the digit of the PAN for server-based e-money
EXPIRED_AT_ONCE = 500
NAME_BYTES, CITY_BYTES = 25, 15
LABEL_LENGTH = 25  # of a store in the QR code


@dataclass(frozen=True, slots=True)
class CodeOrder:
    """A dynamic code as a partner asks for it. `amount` None leaves it to the payer; `expires_at` None is our usual time.

    An empty `merchant_id` is the partner's only merchant; without `partner_reference_no`, our number is the partner's too, and no
    retry is known as one. `items` are the goods, where the merchant's side tells them: some aid is spent on nothing else.
    Without `cash`, the partner may not hand out cash: at no agent.
    """

    partner: Partner
    merchant_id: str
    amount: int | None
    partner_reference_no: str
    external_id: str
    request_hash: bytes
    store: str = ""
    terminal: str = ""
    expires_at: datetime | None = None
    items: tuple[Item, ...] = ()
    cash: bool = True


@dataclass(frozen=True, slots=True)
class Scan:
    """What somebody scanned: the merchant, and the code's row if it is a dynamic one. `amount` is rupiah, None if free."""

    merchant: Merchant
    qris: qris.Code | None = None
    code: MpmCode | None = None
    amount: int | None = None
    store: str = ""
    terminal: str = ""

    @property
    def items(self) -> tuple[Item, ...]:
        """The goods that the merchant's side told with a dynamic code; a printed one names none."""
        return baskets.of_rows(self.code.items) if self.code else ()


@retried
def generate(order: CodeOrder) -> MpmCode:
    """The dynamic code, made once; an identical retry gets the same, whatever became of it.

    Raises InvalidAmount, AmountMissing (goods cost something), BasketDiffers, LimitExceeded, MerchantUnknown,
    CashOutNotGranted, MerchantInactive, MerchantSuspended, TerminalUnknown, IdempotencyConflict.
    """
    if order.amount is not None:
        ledger.check_amount(order.amount)
        baskets.check_sum(order.items, order.amount)
    elif order.items:
        raise AmountMissing
    return _made(order) or _make(order)


def scan(content: str) -> Scan:
    """What the content of a scanned QR code leads to, open or not.

    The merchant's name is our row's, never the printed one: whoever pastes over a sticker cannot choose it. A dynamic code
    must be the very one that was made. Raises qris.QrisError, QrNotOurs, MerchantUnknown, QrUnknown, TipRefused.
    """
    read = qris.decode(content)
    account = next((one for one in read.accounts if one.guid == settings.WALLET["qris_guid"]), None)
    if account is None:
        raise QrNotOurs
    merchant = _merchants().filter(merchant_id=account.merchant_id).first()
    if merchant is None:
        raise MerchantUnknown(merchant_id=account.merchant_id)
    if read.tip is not None and read.tip.kind != qris.TipKind.PROMPT:
        raise TipRefused
    if not read.dynamic:
        if read.nmid and read.nmid != merchant.nmid:
            raise QrUnknown
        return Scan(merchant, read, None, read.amount, read.additional.store, read.additional.terminal)
    code = MpmCode.objects.filter(reference_no=read.additional.reference, merchant=merchant).first()
    if code is None or code.content != content:
        raise QrUnknown
    return Scan(merchant, read, code, code.amount, code.store, code.terminal)


def named(merchant_id: str) -> Scan:
    """The merchant as if its static code had been scanned. Raises MerchantUnknown."""
    merchant = _merchants().filter(merchant_id=merchant_id).first()
    if merchant is None:
        raise MerchantUnknown(merchant_id=merchant_id)
    return Scan(merchant)


def refuse_ended(code: MpmCode, now: datetime) -> None:
    """Returns if the code may be paid or cancelled. Raises QrPaid, QrCancelled, QrExpired (`expire_due` or not)."""
    if code.state == S.PAID:
        raise QrPaid
    if code.state == S.CANCELLED:
        raise QrCancelled
    if code.state == S.EXPIRED or code.expires_at <= now:
        raise QrExpired


def lock(code: MpmCode) -> MpmCode:
    """The code as it is once nobody else decides on it, with its payment. Needs a transaction."""
    MpmCode.objects.select_for_update(no_key=True).get(pk=code.pk)
    # In the next statement: one that waited would join the payment of before.
    return MpmCode.objects.select_related("merchant", "payment").get(pk=code.pk)


def end(code: MpmCode, ending: MpmCode.State, now: datetime, *, payment: int | None = None) -> None:
    """Ends the code, which the caller has locked. Raises QrExpired if it is not open any more."""
    origins = [origin for origin, target in TRANSITIONS if target == ending]
    ended = MpmCode.objects.filter(pk=code.pk, state__in=origins)
    if ended.update(state=ending, ended_at=now, payment_id=payment) != 1:
        raise QrExpired
    code.state, code.ended_at, code.payment_id = ending, now, payment


def expire_due(moment: datetime | None = None) -> int:
    """Ends the open codes whose time is over, at most EXPIRED_AT_ONCE; how many. Safe to repeat and to race."""
    moment = moment or timezone.now()
    with transaction.atomic():
        due = MpmCode.objects.filter(state=S.OPEN, expires_at__lte=moment).order_by("expires_at", "pk")
        # Whoever is paying one now decides about it; the next tick sees what became of it.
        found = due.select_for_update(no_key=True, skip_locked=True).values_list("pk", flat=True)[:EXPIRED_AT_ONCE]
        return MpmCode.objects.filter(pk__in=list(found), state=S.OPEN).update(state=S.EXPIRED, ended_at=moment)


def static_content(merchant: Merchant, *, store: str = "", terminal: str = "") -> str:
    """The content of the merchant's static code, as it is printed. Raises qris.QrisError."""
    return _content(merchant, qris.AdditionalData(store=store, terminal=terminal))


def sticker(merchant: Merchant, *, terminal: str = "", footer: str = "") -> Sticker:
    """What is printed for the merchant's counter. Raises NotRegisteredForQris, TerminalUnknown, qris.QrisError."""
    nmid = merchant.nmid
    if not nmid:
        raise NotRegisteredForQris
    if terminal and _unknown_terminal(merchant, terminal):  # nothing could be paid at it
        raise TerminalUnknown
    return Sticker(static_content(merchant, terminal=terminal), merchant.name, nmid, terminal, footer)


def _made(order: CodeOrder) -> MpmCode | None:
    if not order.partner_reference_no:
        return None
    made = (
        MpmCode.objects.select_related("merchant")
        .filter(partner=order.partner, partner_reference_no=order.partner_reference_no)
        .first()
    )
    if made is not None and bytes(made.request_hash) != order.request_hash:
        raise IdempotencyConflict(partner_reference_no=order.partner_reference_no)
    return made


def _make(order: CodeOrder) -> MpmCode:
    now = timezone.now()
    merchant = _merchant(order)
    merchant_categories.refuse_cash(merchant.mcc, order.cash)
    merchant_states.refuse_idle(merchant)
    if order.terminal and _unknown_terminal(merchant, order.terminal):
        raise TerminalUnknown
    if order.amount is not None and order.amount > settings.WALLET["payment_limit"]:
        raise LimitExceeded(limit=settings.WALLET["payment_limit"])
    reference = new_reference(now)
    # A longer name of a store is told by our row alone: cut short, it could be another store's.
    store = order.store if len(order.store) <= LABEL_LENGTH else ""
    additional = qris.AdditionalData(store=store, terminal=order.terminal, reference=reference)
    code = MpmCode(
        partner=order.partner,
        partner_reference_no=order.partner_reference_no or reference,
        external_id=order.external_id,
        request_hash=order.request_hash,
        reference_no=reference,
        merchant=merchant,
        store=order.store,
        terminal=order.terminal,
        amount=order.amount,
        items=baskets.in_rows(order.items),
        content=_content(merchant, additional, dynamic=True, amount=order.amount),
        expires_at=order.expires_at or now + settings.WALLET["mpm_lifetime"],
        created_at=now,
    )
    try:
        with transaction.atomic():
            code.save(force_insert=True)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) != "23505":
            raise
        made = _made(order)  # an identical request was first
        if made is None:
            raise
        return made
    return code


def _merchant(order: CodeOrder) -> Merchant:
    theirs = _merchants().filter(partner=order.partner)
    if order.merchant_id:
        theirs = theirs.filter(merchant_id=order.merchant_id)
    found = list(theirs[:2])
    if len(found) != 1:
        raise MerchantUnknown(merchant_id=order.merchant_id)
    return found[0]


def _unknown_terminal(merchant: Merchant, terminal: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT wallet_terminal_unknown(%s, %s)", [merchant.pk, terminal])
        (unknown,) = cursor.fetchone()
    return bool(unknown)


def _merchants() -> QuerySet[Merchant]:
    return Merchant.objects.select_related("partner")


def _content(
    merchant: Merchant, additional: qris.AdditionalData, *, dynamic: bool = False, amount: int | None = None
) -> str:
    pan = f"{settings.WALLET['qris_nns']}{METHOD}{merchant.pk:09}"
    accounts = [qris.Account(OUR_ACCOUNT, settings.WALLET["qris_guid"], pan, merchant.merchant_id, merchant.criteria)]
    if merchant.nmid:
        national = qris.Account(
            qris.code.NATIONAL, qris.code.NATIONAL_GUID, merchant_id=merchant.nmid, criteria=merchant.criteria
        )
        accounts.append(national)
    return qris.encode(
        qris.Code(
            name=_fitting(merchant.name, NAME_BYTES),
            city=_fitting(merchant.city, CITY_BYTES),
            mcc=merchant.mcc,
            accounts=tuple(accounts),
            dynamic=dynamic,
            amount=amount,
            postcode=merchant.postcode,
            additional=additional,
        )
    )


def _fitting(text: str, most: int) -> str:
    """As much of the text as fits into so many bytes, no character cut in two."""
    return text.encode()[:most].decode(errors="ignore").strip()
