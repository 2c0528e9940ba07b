"""Changes of a merchant's data: proposed by one officer, done once another agrees; until then the old data counts.

A merchant's bank account and its holder change in no other way: a trigger asks for the change that was agreed to in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from vault.sealing import CannotOpen
from wallet import ledger, merchants, proposals
from wallet.errors import ReasonMissing
from wallet.merchant_errors import AccountWithoutBank, MerchantIdTaken
from wallet.models import Merchant, MerchantChange, MerchantStep, MerchantUsage, RegulatedPrice
from wallet.proposal_errors import NothingToChange, ProposalWaits
from wallet.transactions import retried

LIMITS = ("limit_payment", "limit_daily", "limit_monthly", "limit_count")  # rupiah, and payments a day
FIELDS = (
    "name",
    "mcc",
    "city",
    "region",
    "criteria",
    "nmid",
    "postcode",
    "settlement_minimum",
    "bank_code",
    *LIMITS,
    "refund_credit",
)


@retried
def propose(
    merchant: Merchant,
    told: Mapping[str, object],
    reason: str,
    by: User,
    *,
    bank_account: str = "",
    account_holder: str = "",
) -> MerchantChange:
    """Asks for another officer's word on what of `told` (names of FIELDS), the bank account and its holder differs from today's.

    A new account without a holder's name is paid by the shop's. `told` may also hold "prices", the whole list of regulated goods:
    rupiah a unit by item (`baskets.words`).
    Raises ReasonMissing, InvalidAmount, AccountWithoutBank, NothingToChange, ProposalWaits.
    """
    if not reason.strip():
        raise ReasonMissing
    merchant = _lock(merchant)
    if merchant.changes.filter(status=MerchantChange.Status.PROPOSED).exists():
        raise ProposalWaits
    after = {name: told[name] for name in FIELDS if name in told and told[name] != getattr(merchant, name)}
    for name in (*LIMITS, "refund_credit", "settlement_minimum"):
        amount = after.get(name) or None
        if amount is not None:
            ledger.check_amount(amount)  # type: ignore[arg-type]
    before = {name: getattr(merchant, name) for name in after}
    if "prices" in told and told["prices"] != (prices := prices_of(merchant)):
        before["prices"], after["prices"] = prices, told["prices"]
    other_account = bool(bank_account) and bank_account != _sealed(merchant, "bank_account")
    other_holder = bool(account_holder) and account_holder != _sealed(merchant, "account_holder")
    if not after and not other_account and not other_holder:
        raise NothingToChange
    account = bool(bank_account or merchant.bank_account_sealed)
    if bool(after.get("bank_code", merchant.bank_code)) != account or (other_holder and not account):
        raise AccountWithoutBank
    change = MerchantChange(
        merchant=merchant,
        before=before,
        after=after,
        reason=reason.strip(),
        proposed_by=by,
    )
    if other_account:
        change.bank_account = bank_account
    if account_holder and (other_account or other_holder):  # with a new account, the one it had before is named again
        change.account_holder = account_holder
    change.save(force_insert=True)
    return change


@retried
def agree(change: MerchantChange, by: User) -> Merchant:
    """Does it: from the next payment, and the next settlement, on. What was sold today counts towards new limits.

    Raises OwnProposal, ProposalMoved, MerchantIdTaken (the NMID is another merchant's), CannotOpen.
    """
    change = proposals.agree(change, by)
    merchant = _lock(change.merchant)
    fields = {*change.after} - {"prices"}
    for name in fields:
        setattr(merchant, name, change.after[name])
    if change.bank_account_sealed:
        merchant.bank_account = change.bank_account
        fields.add("bank_account_sealed")
    if change.bank_account_sealed or change.account_holder_sealed:
        merchant.account_holder = change.account_holder
        fields.add("account_holder_sealed")
    if "refund_credit" in fields:
        merchants.give_credit(merchant, change.after["refund_credit"])
        fields.add("advance")
    try:
        with transaction.atomic():
            merchant.save(update_fields=fields)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) == "23505":
            raise MerchantIdTaken from error
        raise
    if "prices" in change.after:
        _price(merchant, change.after["prices"])
    if fields & {*LIMITS}:
        MerchantUsage.objects.filter(
            merchant=merchant
        ).delete()  # what is counted may be something else now: summed anew
    MerchantStep.objects.create(
        merchant=merchant, kind=MerchantStep.Kind.CHANGED, reason=change.reason, by=by.get_username()
    )
    return merchant


def prices_of(merchant: Merchant) -> dict[str, int]:
    """The most that it may ask for each regulated good: rupiah a unit by item."""
    return dict(merchant.prices.order_by("item").values_list("item", "price"))


def _price(merchant: Merchant, prices: Mapping[str, int]) -> None:
    merchant.prices.filter(application=None).delete()
    merchant.prices.update(merchant=None)  # the application goes on saying what was asked for
    RegulatedPrice.objects.bulk_create(
        RegulatedPrice(merchant=merchant, item=item, price=price) for item, price in prices.items()
    )


def _lock(merchant: Merchant) -> Merchant:
    return Merchant.objects.select_for_update(no_key=True, of=("self",)).get(pk=merchant.pk)


def _sealed(merchant: Merchant, name: str) -> str | None:
    try:
        return str(getattr(merchant, name))
    except CannotOpen:
        return None  # whatever it was: a new one is another
