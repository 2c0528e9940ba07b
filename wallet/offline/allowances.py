"""Offline allowances: purse money reserved online and signed for, until its claims are in or its time is over."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from wallet import holds as reserve
from wallet import ledger, limits
from wallet.errors import (
    DailyLimitExceeded,
    InsufficientFunds,
    ReasonMissing,
    SuspectedFraud,
    TransactionSuspended,
    WalletInactive,
)
from wallet.models import FraudHold, Hold, HoldPart, OfflineAllowance, OfflineClaim, Partner, Purse, Wallet
from wallet.models.offline import ALIAS_LENGTH, ALLOWANCE_LENGTH
from wallet.offline import codes, keys
from wallet.offline.errors import (
    OfflineAlreadyOpen,
    OfflineCardsADay,
    OfflineCeilingExceeded,
    OfflineDeviceKeyInvalid,
    OfflineEnded,
    OfflineNotForMoney,
    OfflineUnknown,
    OfflineVouchersInvalid,
)
from wallet.redemption import new_reference
from wallet.transactions import retried

logger = logging.getLogger(__name__)

Kind = OfflineAllowance.Kind
CLIENT_ID = "luring"
MAKING = 7_305_043  # with a hash of their name, the advisory lock of whoever makes cards
SHORTEST = timedelta(hours=1)  # an allowance that a till may hardly accept is of no use
Rules = tuple[tuple[str, ...], tuple[str, ...], bool]


@dataclass(frozen=True, slots=True)
class _Pool:
    """Purses of the same rules, in the order in which they are spent, with what each would give."""

    rules: Rules
    purses: list[tuple[Purse, int]]

    @property
    def available(self) -> int:
        return sum(amount for _, amount in self.purses)


def issue_for_phone(
    wallet: Wallet,
    amount: int,
    device_key: bytes,
    *,
    purse: int | None = None,
    device: bytes | None = None,
    phone: UUID | None = None,
) -> OfflineAllowance:
    """Reserves the rupiah and certifies the device's key, which signs the vouchers. The caller has checked the PIN.

    All of it is of purses with the same rules: those of `purse` (an account's id), or of the purses that give most. It is
    valid for settings.WALLET["offline_lifetime"], less where a purse expires sooner. `device` is the opaque digest of the
    installation, for fraud rules; `phone` the signed-in device, with which the allowance ends (`revoke_of_phone`).
    Raises InvalidAmount, OfflineUnavailable, OfflineDeviceKeyInvalid, WalletInactive, OfflineAlreadyOpen,
    OfflineCeilingExceeded, DailyLimitExceeded, InsufficientFunds, OfflineNotForMoney, SuspectedFraud, TransactionSuspended.
    """
    ledger.check_amount(amount)
    if len(device_key) != 32:
        raise OfflineDeviceKeyInvalid
    return _issue(wallet, amount, Kind.PHONE, purse=purse, device_key=device_key, device=device, phone=phone)


def issue_card(
    wallet: Wallet, amounts: Sequence[int], *, by: str, reason: str, purse: int | None = None
) -> OfflineAllowance:
    """Reserves the sum for one-time vouchers of these rupiah, to be printed. The officer has identified the holder.

    Raises OfflineVouchersInvalid, ReasonMissing, OfflineCardsADay (the officer has made enough), and what `issue_for_phone`
    raises.
    """
    most: int = settings.WALLET["offline_vouchers"]
    if not 1 <= len(amounts) <= most:
        raise OfflineVouchersInvalid(most=most)
    for amount in amounts:
        ledger.check_amount(amount)
    if not reason.strip():
        raise ReasonMissing
    return _issue(wallet, sum(amounts), Kind.CARD, purse=purse, amounts=list(amounts), by=by, reason=reason.strip())


@retried
def _issue(
    wallet: Wallet,
    amount: int,
    kind: OfflineAllowance.Kind,
    *,
    purse: int | None,
    amounts: Sequence[int] = (),
    device_key: bytes = b"",
    device: bytes | None = None,
    phone: UUID | None = None,
    by: str = "",
    reason: str = "",
) -> OfflineAllowance:
    key_id = keys.in_use()
    house = _house()
    if kind == Kind.CARD:
        _refuse_maker(by)
    wallet = Wallet.objects.select_for_update(no_key=True).get(pk=wallet.pk)
    now = timezone.now()
    _refuse(wallet, amount, kind, now)
    pool = _pool(wallet, purse, now)
    if pool is None or pool.available < amount:
        raise InsufficientFunds
    parts = _take(pool, amount)
    ends = [part.usable_until for part, _ in parts if part.usable_until is not None]
    grace: timedelta = settings.WALLET["offline_grace"]
    valid_until = min([now + settings.WALLET["offline_lifetime"][kind], *(end - grace for end in ends)])
    number = _letters(ALLOWANCE_LENGTH)
    hold = Hold.objects.create(
        partner=house,
        partner_reference_no=number,
        external_id="",
        request_hash=hashlib.sha256(number.encode()).digest(),
        reference_no=new_reference(now),
        wallet=wallet,
        amount=amount,
        status=Hold.Status.HELD,
        title="Luring",
        created_at=now,
        expires_at=valid_until + grace,
    )
    HoldPart.objects.bulk_create(
        HoldPart(hold=hold, purse=part, number=index, amount=given) for index, (part, given) in enumerate(parts)
    )
    ledger.raise_held({part.pk: given for part, given in parts})
    mccs, regions, cash = pool.rules
    allowance = OfflineAllowance(
        number=number,
        hold=hold,
        wallet=wallet,
        kind=kind,
        alias=_alias(wallet, now),
        ceiling=amount,
        voucher_amounts=list(amounts),
        device_key=device_key,
        device=device,
        phone=phone,
        mccs=list(mccs),
        regions=list(regions),
        cash_allowed=cash,
        key_id=key_id,
        valid_from=now.replace(microsecond=0),  # the code tells whole seconds
        valid_until=valid_until.replace(microsecond=0),
        claims_until=valid_until + grace,
        issued_by=by,
        issue_reason=reason,
        created_at=now,
    )
    if kind == Kind.PHONE:
        allowance.certificate = codes.certificate(stated(allowance), device_key)
    allowance.save(force_insert=True)
    return allowance


def stated(allowance: OfflineAllowance) -> codes.Statement:
    """What its codes state to every till."""
    return codes.Statement(
        key=allowance.key_id,
        allowance=allowance.number,
        alias=allowance.alias,
        ceiling=allowance.ceiling,
        valid_from=allowance.valid_from,
        valid_until=allowance.valid_until,
        mccs=tuple(allowance.mccs),
        regions=tuple(allowance.regions),
        cash=allowance.cash_allowed,
    )


def vouchers(allowance: OfflineAllowance) -> list[str]:
    """The codes of a card, in the order of their serials: the same at every printing. Raises OfflineUnavailable."""
    said, of = stated(allowance), len(allowance.voucher_amounts)
    return [
        codes.card_voucher(said, serial, of, amount) for serial, amount in enumerate(allowance.voucher_amounts, start=1)
    ]


def open_for(wallet: Wallet) -> list[OfflineAllowance]:
    """The wallet's allowances that still hold money, newest first, each with its hold."""
    rows = OfflineAllowance.objects.filter(wallet=wallet, ended_at=None).select_related("hold")
    return list(rows.order_by("-pk"))


@retried
def revoke(number: str, reason: str, by: str, *, wallet: Wallet | None = None) -> OfflineAllowance:
    """Tells tills not to accept it any more; what they accepted before they knew is paid for settings.WALLET["offline_grace"].

    The rest returns then: a till without a network may have accepted it a minute ago. With `wallet`, only that wallet's.
    Safe to repeat; the first reason stays. Raises ReasonMissing, OfflineUnknown, OfflineEnded.
    """
    if not reason.strip():
        raise ReasonMissing
    mine = Q() if wallet is None else Q(wallet=wallet)
    rows = OfflineAllowance.objects.select_for_update(no_key=True)
    allowance = rows.filter(mine, number=number).first()
    if allowance is None:
        raise OfflineUnknown
    if allowance.revoked_at is not None:
        return allowance
    if allowance.ended_at is not None:
        raise OfflineEnded
    now = timezone.now()
    allowance.revoked_at, allowance.revoke_reason, allowance.revoked_by = now, reason.strip(), by
    allowance.claims_until = min(allowance.claims_until, now + settings.WALLET["offline_grace"])
    allowance.save(update_fields=["revoked_at", "revoke_reason", "revoked_by", "claims_until"])
    return allowance


def revoke_of_phone(wallet: Wallet, reason: str, by: str, *, phone: UUID | None = None) -> int:
    """Revokes what a phone may spend of the wallet, or that one phone alone; returns how many there were. Cards stay.

    What is used up at this moment needs no revoking, and keeps no lost phone signed in. Raises ReasonMissing.
    """
    rows = OfflineAllowance.objects.filter(wallet=wallet, kind=Kind.PHONE, ended_at=None, revoked_at=None)
    numbers = list((rows if phone is None else rows.filter(phone=phone)).values_list("number", flat=True))
    revoked = 0
    for number in numbers:
        with suppress(OfflineEnded):
            revoke(number, reason, by)
            revoked += 1
    return revoked


def end_due(moment: datetime | None = None) -> Iterator[OfflineAllowance]:
    """Ends each allowance whose claims are no longer taken, and gives back its unused reserve; safe to repeat and to race.

    One whose claim came in time and waits for an officer, and which the reserve may pay, ends when that is decided.

    A generator, one transaction each: whoever runs it decides how far it goes. Yields those that this call ended.
    """
    moment = moment or timezone.now()
    due = OfflineAllowance.objects.filter(ended_at=None, claims_until__lte=moment).order_by("claims_until", "pk")
    for number in due.values_list("pk", flat=True).iterator():
        try:
            ended = _end(number, moment)
        except IntegrityError:
            # Its books are wrong, which the verification names. The others' owners must not wait for that.
            logger.exception("offline: allowance %s cannot be ended", number)
            continue
        if ended is not None:
            yield ended


@retried
def _end(number: int, moment: datetime) -> OfflineAllowance | None:
    allowance = OfflineAllowance.objects.get(pk=number)
    hold = reserve.lock(allowance.hold)
    allowance.refresh_from_db()
    if allowance.ended_at is not None or allowance.claims_until > moment:
        return None
    if hold.status == Hold.Status.HELD and _asked_for(allowance, hold):
        return None
    if hold.status == Hold.Status.HELD:
        reserve.release_rest(hold, Hold.Status.EXPIRED, timezone.now())
    note_end(allowance)
    return allowance


def _asked_for(allowance: OfflineAllowance, hold: Hold) -> bool:
    """True while an officer decides on a claim that came in time and that the reserve may pay: it waits for nobody's loss."""
    claims = OfflineClaim.objects.filter(allowance=allowance)
    paid = claims.filter(status__in=(OfflineClaim.Status.PAID, OfflineClaim.Status.COVERED)).values("number")
    waiting = claims.filter(
        status__in=(OfflineClaim.Status.QUEUED, OfflineClaim.Status.PROPOSED),
        received_at__lte=allowance.claims_until,
        amount__lte=hold.amount - hold.captured,
    )
    return waiting.exclude(number__in=paid).exists()


def note_end(allowance: OfflineAllowance) -> None:
    """Its reserve is used up or returned: another may be issued. The caller has locked its hold."""
    allowance.ended_at = timezone.now()
    allowance.save(update_fields=["ended_at"])


def _refuse_maker(by: str) -> None:
    """Counts under a lock of the maker's: cards made at the same moment for other people count too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [MAKING, by])
    today = limits.today_began(timezone.now())
    cards = OfflineAllowance.objects.filter(kind=Kind.CARD, issued_by=by, created_at__gte=today)
    if cards.count() >= (limit := settings.WALLET["offline_cards_a_day"]):
        raise OfflineCardsADay(limit=limit)


def _refuse(wallet: Wallet, amount: int, kind: OfflineAllowance.Kind, now: datetime) -> None:
    if wallet.status != Wallet.Status.ACTIVE:
        raise WalletInactive
    if stopped := FraudHold.decline_of(wallet=wallet.pk):
        raise SuspectedFraud if stopped == SuspectedFraud.code else TransactionSuspended
    mine = OfflineAllowance.objects.filter(wallet=wallet, ended_at=None)
    if mine.filter(kind=kind).exists():
        raise OfflineAlreadyOpen
    limit: int = settings.WALLET["offline_ceiling"]
    if amount + int(mine.aggregate(open=Sum("ceiling", default=0))["open"]) > limit:
        raise OfflineCeilingExceeded(limit=limit)
    with connection.cursor() as cursor:
        cursor.execute("SELECT wallet_spent_since(%s, %s)", [wallet.pk, limits.today_began(now)])
        [spent] = cursor.fetchone()
    if amount + int(spent) > settings.WALLET["daily_limit"]:
        raise DailyLimitExceeded


def _pool(wallet: Wallet, chosen: int | None, now: datetime) -> _Pool | None:
    """The purses with the rules of the chosen one, or those that give most together; None without any.

    Only what outlives validity and grace: an expired purse is never claimed from. And only what a till can hold to without a
    network: a code tells of no goods, and of so many categories and regions. Raises OfflineNotForMoney where that is why.
    """
    lasting = Q(usable_until=None) | Q(usable_until__gte=now + settings.WALLET["offline_grace"] + SHORTEST)
    rows = Purse.objects.filter(lasting, wallet=wallet, usable_from__lte=now).select_related("account", "terms")
    pools: dict[Rules, list[tuple[Purse, int]]] = defaultdict(list)
    wanted: Rules | None = None
    unfit = False
    far = now + timedelta(days=36_500)
    for purse in sorted(rows, key=lambda row: (row.usable_until or far, row.pk)):
        terms = purse.terms
        rules: Rules = (tuple(sorted(set(terms.mccs))), tuple(sorted(set(terms.regions))), terms.cash_allowed)
        if terms.items_required or not codes.can_state(*rules[:2]):
            if purse.pk == chosen:
                raise OfflineNotForMoney
            unfit = True
            continue
        if purse.pk == chosen:
            wanted = rules
        if (available := purse.account.balance - purse.account.held) > 0:
            pools[rules].append((purse, available))
    if chosen is not None:
        return _Pool(wanted, pools[wanted]) if wanted is not None else None
    found = [_Pool(rules, purses) for rules, purses in pools.items()]
    if unfit and not found:
        raise OfflineNotForMoney
    return max(found, key=lambda pool: pool.available, default=None)


def _take(pool: _Pool, amount: int) -> list[tuple[Purse, int]]:
    taken = []
    for purse, available in pool.purses:
        if given := min(amount, available):
            taken.append((purse, given))
            amount -= given
    return taken


def _alias(wallet: Wallet, now: datetime) -> str:
    """What a till may know a wallet by during one month of Jakarta's, and nobody who has not the pepper can trace back."""
    said = f"offline-alias|{wallet.pk}|{timezone.localtime(now):%Y-%m}"
    digest = hmac.digest(settings.PIN_PEPPER, said.encode(), "sha256")
    return "".join(codes.ALPHABET[byte & 31] for byte in digest[:ALIAS_LENGTH])


def _letters(length: int) -> str:
    return "".join(secrets.choice(codes.ALPHABET) for _ in range(length))


def _house() -> Partner:
    """The partner that reserves are kept under: our own, inactive and without a key, so that nobody can call the API as it."""
    found = Partner.objects.filter(client_id=CLIENT_ID).first()
    if found is not None:
        return found
    partner = Partner(client_id=CLIENT_ID, name="Pagu luring", active=False)
    try:
        with transaction.atomic():
            partner.save(force_insert=True)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) != "23505":
            raise
    return Partner.objects.get(client_id=CLIENT_ID)
