"""What the documented values stand for, made through the house's own functions: the one module that writes the wallet's tables.

Each code is of a wallet of its own, opened when the code is first shown, so that one partner's tries leave another's alone and
no limit of a day is in the way.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from types import SimpleNamespace

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from sandbox import outcomes, telephones
from sandbox.outcomes import ALLOWED_MCCS, SHOPS, Outcome, Shop, State
from wallet import codes, deposits, ledger, settlement, settlement_runs, six_digits, wallets
from wallet import credentials as wallet_credentials
from wallet.customers import Listed
from wallet.models import (
    Account,
    Credential,
    Merchant,
    Partner,
    PaymentCode,
    PurseTerms,
    Settlement,
    Transfer,
    Wallet,
    WebhookAttempt,
)
from wallet.offline import allowances
from wallet.snap import scopes, signature
from wallet.snap.authentication import SnapAuthentication
from wallet.snap.codes import SnapError
from wallet.webhooks import endpoints

FUND = "Sandbox"
BUDGET = 1_000_000_000_000  # rupiah
DEPOSIT = 1_000_000_000  # rupiah that the partner's top-ups are paid out of
NEIGHBOUR = "SANDBOX-NEIGHBOUR"
KEY_BITS = 2048
VOUCHER = 10_000  # rupiah that an offline voucher is worth


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a partner signs with, as it gets it once. PEM."""

    client_id: str
    client_secret: str
    private_key: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A try to tell the partner: of which service, about which number, and how it ended (`WebhookAttempt.Outcome`)."""

    service: str
    reference: str
    outcome: str
    status: int


def new_credentials(client_id: str, secret: str) -> Credentials:
    """A freshly drawn key pair for this partner."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Credentials(client_id, secret, private.decode(), public.decode())


@transaction.atomic
def build() -> None:
    """The fund, the rules of its money, and a partner that is somebody else's. Safe to repeat."""
    if not PurseTerms.objects.filter(name=FUND).exists():
        fund = ledger.open_account(Account.Kind.FUND, FUND)
        PurseTerms.objects.create(name=FUND, mccs=ALLOWED_MCCS, lapses_to=fund, cash_allowed=True)
        budget = ledger.singleton(Account.Kind.BUDGET)
        ledger.post([ledger.Leg(budget.pk, fund.pk, BUDGET, Transfer.Kind.FUNDING, "sandbox:budget")])
    if not Partner.objects.filter(client_id=NEIGHBOUR).exists():
        _partner(new_credentials(NEIGHBOUR, uuid.uuid4().hex), "Mitra lain")


@transaction.atomic
def admit(credentials: Credentials, name: str) -> Partner:
    """The partner with these credentials, shops of its own and a deposit for top-ups. Safe to repeat."""
    partner, neighbour = _partner(credentials, name), Partner.objects.get(client_id=NEIGHBOUR)
    for shop in shops_of(partner):
        if Merchant.objects.filter(merchant_id=shop.merchant_id).exists():
            continue
        merchant = Merchant(
            partner=neighbour if shop.of_another else partner,
            merchant_id=shop.merchant_id,
            name=shop.name,
            mcc=shop.mcc,
            status=Merchant.Status.SUSPENDED if shop.suspended else Merchant.Status.ACTIVE,
            account=ledger.open_account(Account.Kind.MERCHANT, shop.name),
            bank_code="014",
        )
        merchant.bank_account = f"90000{partner.pk:04}{shop.number}"
        merchant.save()
    deposits.receive(partner, DEPOSIT, reference=f"SANDBOX-{partner.client_id}")
    return partner


def fill_deposit(partner: Partner) -> None:
    """The deposit is as full as it was at first: a partner that used it up can go on."""
    with transaction.atomic():
        Partner.objects.select_for_update(of=("self",), no_key=True).get(pk=partner.pk)
        if (missing := DEPOSIT - deposits.balance(partner)) > 0:
            deposits.receive(partner, missing, reference=f"SANDBOX-{uuid.uuid4()}")


def shops_of(partner: Partner | None) -> list[Shop]:
    """The shops under the numbers that they have for this partner: each has its own, the documented ones are the first's."""
    first = partner is None or partner.client_id == outcomes.CLIENT_ID
    return [shop if first else replace(shop, series=f"SB{partner.pk:04}SHOP") for shop in SHOPS]  # type: ignore[union-attr]


def _partner(credentials: Credentials, name: str) -> Partner:
    partner = Partner.objects.filter(client_id=credentials.client_id).first() or Partner(
        client_id=credentials.client_id, name=name
    )
    partner.scopes = list(scopes.services())
    partner.save()
    wallet_credentials.install(
        partner, public_key=credentials.public_key, secret=credentials.client_secret, by="sandbox"
    )
    return partner


def prepare_typed(typed: str) -> None:
    """As `prepare`, for a code as a payer types it on a page; nothing happens for one that is not documented."""
    outcome = outcomes.read(typed.strip())
    if outcome is not None:
        prepare(outcome, codes.as_shown(typed))


def prepare(outcome: Outcome, qr_content: str, number: object = "") -> None:
    """The code is there, with its wallet and what is in it, as if its customer had just made it. Safe to repeat and to race.

    It is a customer's of a documented telephone number, if one is given, else a new customer's.
    """
    digest = codes.digest(qr_content)
    if PaymentCode.objects.filter(digest=digest).exists():
        return
    try:
        with transaction.atomic():
            _make(outcome, digest, number)
    except IntegrityError:
        if not PaymentCode.objects.filter(digest=digest).exists():  # otherwise another request made it
            raise


class Shows(Enum):
    """What a customer of the sandbox's can show."""

    QR = "qr"
    DIGITS = "digits"
    BALANCE = "balance"
    VOUCHER = "voucher"


def new_customer_shows(what: Shows, partner: Partner) -> str:
    """A payment code, six digits, a code that shows the balance, or an offline voucher of Rp 10,000; as the till gets it.

    Of a new customer, who has money.
    Vouchers are counted a day and partner. Raises OfflineCardsADay.
    """
    with transaction.atomic():
        [row] = wallets.open_for([uuid.uuid4()]).values()
        _give(row, f"sandbox:customer:{row}", outcomes.BALANCE)
    wallet = Wallet.objects.get(pk=row)
    if what is Shows.VOUCHER:
        card = allowances.issue_card(wallet, [VOUCHER], by=f"sandbox {partner.client_id}", reason="Sandbox")
        return allowances.vouchers(card)[0]
    if what is Shows.DIGITS:
        return six_digits.issue(wallet).qr_content
    kind = PaymentCode.Kind.FUNDS if what is Shows.BALANCE else PaymentCode.Kind.QR
    return codes.issue(wallet, kind=kind).qr_content


def _make(outcome: Outcome, digest: bytes, number: object) -> None:
    holder = telephones.holder(telephones.normal(number)) if telephones.read(number) else uuid.uuid4()
    [row] = wallets.open_for([holder]).values()
    now = timezone.now()
    lifetime: timedelta = settings.WALLET["code_lifetime"]
    wallet = Wallet.objects.get(pk=row)
    # First of all: whoever races us waits here, and finds the code made.
    PaymentCode.objects.create(
        wallet=wallet,
        digest=digest,
        ceiling=outcome.ceiling,
        expires_at=now - timedelta(seconds=1) if outcome.state is State.EXPIRED else now + lifetime,
        used_at=now if outcome.state is State.USED else None,
    )
    _give(row, f"sandbox:{digest.hex()}", outcome.balance)
    if outcome.frozen:
        wallets.freeze(wallet, "Sandbox")


def _give(wallet: int, key: str, amount: int) -> None:
    terms, now = PurseTerms.objects.get(name=FUND), timezone.now()
    grant = ledger.Grant(key=key, wallet=wallet, amount=amount)
    ledger.open_purses(int(terms.lapses_to_id or 0), terms, FUND, now, now + timedelta(days=365), [grant])


def listed(numbers: Sequence[str]) -> dict[str, list[Listed]]:
    """The wallet of each documented telephone number; opened, and frozen where it is to be, when it is first asked for."""
    by_holder = {telephones.holder(telephones.normal(number)): number for number in numbers}
    opened = wallets.open_for(list(by_holder))
    found: dict[str, list[Listed]] = {}
    for number in numbers:
        documented, row = telephones.read(number), opened[telephones.holder(telephones.normal(number))]
        if documented is not None and documented.frozen:
            wallets.freeze(Wallet.objects.get(pk=row), "Sandbox")
        found[number] = [Listed(row, f"P******** {number[-2:]}")]
    return found


def caller(request: HttpRequest, service: str) -> Partner | None:
    """The partner who signed this request, as the service itself will find; None if it will refuse it."""
    asked = Request(request, parser_context={"view": SimpleNamespace(service=service)})
    try:
        partner, _ = SnapAuthentication().authenticate(asked)
    except (SnapError, APIException):
        return None
    return partner


def partner_of(client_id: str) -> Partner | None:
    """The active partner of that client id."""
    return Partner.objects.filter(client_id=client_id, active=True).first()


def proves_secret(partner: Partner, text: str) -> bool:
    """True if the text is the partner's secret; compared in constant time."""
    held = wallet_credentials.in_force(partner).filter(kind=Credential.Kind.SECRET, valid_from__lte=timezone.now())
    matches = [hmac.compare_digest(row.secret.encode(), text.encode()) for row in held]
    return any(matches)


def proves_key(partner: Partner, challenge: str, given: str) -> bool:
    """True if the signature of the challenge is by the partner's private key."""
    holder = wallet_credentials.keys_of(partner.client_id, timezone.now())
    keys = [key.public_key for key in holder.held] if holder else []
    matches = [signature.verify_asymmetric(key, [challenge], given) for key in keys]
    return any(matches)


@contextmanager
def late_notices() -> Iterator[None]:
    """Notices that are made within it are due only after settings.SANDBOX["late_seconds"] (migration 0002)."""
    _set_late(str(settings.SANDBOX["late_seconds"]))
    try:
        yield
    finally:
        _set_late("")


def _set_late(seconds: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('sandbox.late_seconds', %s, false)", [seconds])


def listen(partner: Partner, url: str) -> None:
    """Notices go to this address from now on; to none if it is empty. Raises AddressRefused."""
    if url:
        endpoints.check(url)
    Partner.objects.filter(pk=partner.pk).update(notify_url=url)


def return_to(partner: Partner, hosts: Sequence[str]) -> None:
    """Orders of direct debit may send payers back to these hosts, and notices of their own there."""
    Partner.objects.filter(pk=partner.pk).update(return_hosts=list(hosts))


def notices_about(partner: Partner, references: Sequence[str]) -> list[Notice]:
    """Every try that has ended to tell the partner about one of its numbers, in order."""
    of_them = Q(webhook__body__originalPartnerReferenceNo__in=list(references))
    of_them |= Q(webhook__body__partnerBulkId__in=list(references))  # service 41
    tries = WebhookAttempt.objects.filter(of_them, webhook__partner=partner).exclude(outcome="")
    return [
        Notice(
            service=made.webhook.service,
            reference=made.webhook.body.get("originalPartnerReferenceNo") or made.webhook.body["partnerBulkId"],
            outcome=made.outcome,
            status=made.http_status or 0,
        )
        for made in tries.select_related("webhook").order_by("pk")
    ]


def settle_due() -> list[Settlement]:
    """The settlement due by the sandbox's clock is made, if no worker has made it yet, and the bank pays what waits."""
    for _outcome in settlement_runs.run_due():
        pass
    waiting = Settlement.objects.filter(status=Settlement.Status.PENDING).order_by("pk")
    return [settlement.confirm_paid(made) for made in waiting]
