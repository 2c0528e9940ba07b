"""Balance, top-up and cash over a counter as a partner meets them: one row for each response code, and the answers' fields."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from tests import money
from tests.wallet.snap import emoney
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.emoney import DEPOSIT, Till, furnish
from tests.wallet.snap.sender import Answer
from wallet import account_numbers, bulk_cash_ins, codes, six_digits, wallets
from wallet.models import DigitGuesses, Merchant, Payment, PaymentCode, PurseTerms, TopUp, Wallet
from wallet.snap import emoney_topup


@pytest.fixture
def till(world: World) -> Till:
    return furnish(world)


def _frozen(act: Callable[[Till], Answer]) -> Callable[[Till], Answer]:
    def run(till: Till) -> Answer:
        wallets.freeze(till.world.wallet, "kartu hilang")
        return act(till)

    return run


def _closed(act: Callable[[Till], Answer]) -> Callable[[Till], Answer]:
    def run(till: Till) -> Answer:
        Wallet.objects.filter(pk=till.world.wallet.pk).update(status=Wallet.Status.CLOSED)
        return act(till)

    return run


def _shared(act: Callable[[Till], Answer]) -> Callable[[Till], Answer]:
    """Somebody else has the same telephone."""

    def run(till: Till) -> Answer:
        emoney.person_with(till.phone)
        return act(till)

    return run


def _full(act: Callable[[Till], Answer]) -> Callable[[Till], Answer]:
    """The wallet holds nearly all it may hold."""

    def run(till: Till) -> Answer:
        money.purse(till.world.wallet, 19_800_000)
        return act(till)

    return run


def _again(first: dict[str, Any], second: dict[str, Any], send: Callable[..., Answer]) -> Answer:
    send(**first)
    return send(**second)


def _other_top_up(till: Till) -> Answer:
    return _again({"partnerReferenceNo": "R"}, {"partnerReferenceNo": "R", "amount": rupiah(1)}, till.top_up)


def _number_of_a_line(*, paid: bool) -> Callable[[Till], Answer]:
    def run(till: Till) -> Answer:
        till.bulk([till.line(partnerReferenceNo="R")])
        if paid:
            assert list(bulk_cash_ins.pay_due(lambda _: None))
        return till.top_up(partnerReferenceNo="R")

    return run


def _topped_up(till: Till, **asked: Any) -> Answer:
    till.top_up(partnerReferenceNo="R")
    return till.status(originalPartnerReferenceNo="R", **asked)


def _others_session(till: Till) -> Answer:
    stranger = emoney.person_with("6281299999999")
    session = till.inquire(customerNumber=account_numbers.of_wallet(stranger.pk)).body["sessionId"]
    return till.top_up(sessionId=session)


def _used(till: Till) -> Answer:
    code = till.world.code()
    till.cash_out(otp=code)
    return till.cash_out(otp=code)


def _guessed(till: Till) -> Answer:
    for _ in range(settings.WALLET["digits_wrong"]):
        till.cash_out(otp="000000")
    return till.cash_out(otp="000000")


def _late(till: Till) -> Answer:
    code = till.world.code()
    till.world.sender.access_token()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        return till.cash_out(otp=code)


def _two_agents(act: Callable[[Till], Answer]) -> Callable[[Till], Answer]:
    def run(till: Till) -> Answer:
        emoney.agent(till.world.partner, "AGEN-2")
        return act(till)

    return run


def _suspended(till: Till) -> Answer:
    Merchant.objects.filter(merchant_id="AGEN").update(status=Merchant.Status.SUSPENDED)
    return till.cash_out()


def _held(officer: bool) -> Callable[[Till], Answer]:
    def run(till: Till) -> Answer:
        till.world.hold(officer=officer)
        return till.cash_out()

    return run


def _limited(till: Till) -> Answer:
    Merchant.objects.filter(merchant_id="AGEN").update(limit_payment=29_999)
    return till.cash_out()


def _spent_today(till: Till) -> Answer:
    settings.WALLET = settings.WALLET | {"daily_limit": 29_999}
    return till.cash_out()


def _closed_agent(till: Till) -> Answer:
    Merchant.objects.filter(merchant_id="AGEN").update(status=Merchant.Status.CLOSED)
    return till.cash_out()


def _other_cash_out(till: Till) -> Answer:
    code = till.world.code()
    return _again(
        {"partnerReferenceNo": "R", "otp": code},
        {"partnerReferenceNo": "R", "otp": code, "amount": rupiah(1_000)},
        till.cash_out,
    )


def _cashed_out(till: Till, **asked: Any) -> Answer:
    till.cash_out(partnerReferenceNo="R")
    return till.otc_status(originalPartnerReferenceNo="R", **asked)


def _shown(code: str, till: Till, **fields: Any) -> Answer:
    return till.world.sender.post(emoney.BALANCE, fields, Authorization_Customer=f"Bearer {code}")


def _made_to_show(till: Till, of: Wallet | None = None) -> str:
    return codes.issue(of or till.world.wallet, kind=PaymentCode.Kind.FUNDS).qr_content


def _shown_used(till: Till) -> Answer:
    code = _made_to_show(till)
    PaymentCode.objects.update(used_at=timezone.now())
    return _shown(code, till)


def _shown_another(till: Till) -> Answer:
    stranger = emoney.person_with("6281299999999")
    return _shown(_made_to_show(till, stranger), till, accountNo=till.number)


def _no_deposit(till: Till) -> Answer:
    other = till.world.other
    return other.post(emoney.TOPUP, till.order())


USD = {"value": "50000.00", "currency": "USD"}
ROWS: list[tuple[str, str, Callable[[Till], Answer]]] = [
    # 11
    ("2001100", "Successful", lambda t: t.balance(accountNo="WARUNG")),
    ("4001101", "Invalid Field Format balanceTypes", lambda t: t.balance(accountNo="WARUNG", balanceTypes="Cash")),
    ("4001102", "Invalid Mandatory Field accountNo", lambda t: t.balance()),
    ("4001102", "Invalid Mandatory Field Authorization-Customer", lambda t: t.balance(accountNo=t.number)),
    ("4011102", "Invalid Customer Token", _shown_used),
    ("4011102", "Invalid Customer Token", _shown_another),
    ("4011104", "Customer Token Not Found", lambda t: _shown("NEVERISSUED", t)),
    ("4041111", "Invalid Card/Account/Customer", lambda t: t.balance(accountNo="TETANGGA")),
    ("4041111", "Invalid Card/Account/Customer", lambda t: t.balance(accountNo="TIDAKADA")),
    # 37
    ("2003700", "Successful", lambda t: t.inquire()),
    ("4003701", "Invalid Field Format amount.currency", lambda t: t.inquire(amount=USD)),
    ("4003702", "Invalid Mandatory Field customerNumber", lambda t: t.inquire(customerNumber=None)),
    ("4003702", "Invalid Mandatory Field amount", lambda t: t.inquire(amount=None)),
    ("4033702", "Exceeds Transaction Amount Limit", lambda t: t.inquire(amount=rupiah(20_000_001))),
    ("4033705", "Do Not Honor", _frozen(lambda t: t.inquire())),
    ("4033718", "Inactive Card/Account/Customer", _closed(lambda t: t.inquire())),
    ("4033723", "Account Limit Exceed", _full(lambda t: t.inquire())),
    ("4043711", "Invalid Card/Account/Customer", lambda t: t.inquire(customerNumber="628999999999")),
    ("4043711", "Invalid Card/Account/Customer", _shared(lambda t: t.inquire())),
    # 38
    ("2003800", "Successful", lambda t: t.top_up()),
    ("2003800", "Successful", lambda t: t.top_up(customerNumber=t.number)),
    ("2003800", "Successful", _shared(lambda t: t.top_up(customerNumber=t.number))),
    ("2003800", "Successful", lambda t: t.top_up(customerNumber=f"0{t.phone[2:]}")),
    ("4003801", "Invalid Field Format amount.currency", lambda t: t.top_up(amount=USD)),
    ("4003801", "Invalid Field Format amount.value", lambda t: t.top_up(amount={"value": "1.50", "currency": "IDR"})),
    ("4003801", "Invalid Field Format sessionId", lambda t: t.top_up(sessionId="0" * 25)),
    ("4003801", "Invalid Field Format sessionId", _others_session),
    ("4003802", "Invalid Mandatory Field customerNumber", lambda t: t.top_up(customerNumber=None)),
    ("4003802", "Invalid Mandatory Field partnerReferenceNo", lambda t: t.top_up(partnerReferenceNo=None)),
    ("4033802", "Exceeds Transaction Amount Limit", lambda t: t.top_up(amount=rupiah(20_000_001))),
    ("4033805", "Do Not Honor", _frozen(lambda t: t.top_up())),
    ("4033814", "Insufficient Funds", lambda t: t.top_up(amount=rupiah(DEPOSIT + 1))),
    ("4033814", "Insufficient Funds", _no_deposit),
    ("4033818", "Inactive Card/Account/Customer", _closed(lambda t: t.top_up())),
    ("4033823", "Account Limit Exceed", _full(lambda t: t.top_up())),
    ("4043811", "Invalid Card/Account/Customer", lambda t: t.top_up(customerNumber="628999999999")),
    ("4043813", "Invalid Amount", lambda t: t.top_up(feeAmount=rupiah(2_500))),
    ("4043818", "Inconsistent Request", _other_top_up),
    ("4043818", "Inconsistent Request", _number_of_a_line(paid=False)),
    ("4093801", "Duplicate partnerReferenceNo", _number_of_a_line(paid=True)),
    # 39
    ("2003900", "Successful", _topped_up),
    ("4003901", "Invalid Field Format serviceCode", lambda t: t.status(serviceCode="60", originalReferenceNo="x")),
    ("4003902", "Invalid Mandatory Field originalPartnerReferenceNo", lambda t: t.status()),
    ("4003902", "Invalid Mandatory Field serviceCode", lambda t: t.status(serviceCode=None, originalReferenceNo="x")),
    ("4043901", "Transaction Not Found", lambda t: t.status(originalPartnerReferenceNo="NEVER")),
    ("4043901", "Transaction Not Found", lambda t: _topped_up(t, serviceCode="40")),
    ("4043901", "Transaction Not Found", lambda t: _topped_up(t, originalExternalId="another")),
    ("4043913", "Invalid Amount", lambda t: _topped_up(t, amount=rupiah(50_001))),
    # 44
    ("2004400", "Successful", lambda t: t.cash_out()),
    ("2004400", "Successful", _two_agents(lambda t: t.cash_out(additionalInfo={"merchantId": "AGEN"}))),
    (
        "4004401",
        "Invalid Field Format additionalInfo.merchantId",
        lambda t: t.cash_out(additionalInfo={"merchantId": 1}),
    ),
    ("4004402", "Invalid Mandatory Field customerNumber", lambda t: t.cash_out(customerNumber=None)),
    ("4034402", "Exceeds Transaction Amount Limit", lambda t: t.cash_out(amount=rupiah(10_000_001))),
    ("4034403", "Suspected Fraud", _held(officer=False)),
    ("4034411", "OTP Blocked", _guessed),
    ("4034416", "Suspend Transaction", _held(officer=True)),
    ("4034420", "Merchant Limit Exceed", _limited),
    ("4034423", "Account Limit Exceed", _spent_today),
    ("4044408", "Invalid Merchant", _closed_agent),
    ("4034412", "OTP Lifetime Expired", _late),
    ("4034414", "Insufficient Funds", lambda t: t.cash_out(customerNumber=t.number, otp=_poor(t), amount=rupiah(1))),
    ("4034415", "Transaction Not Permitted", lambda t: t.cash_out(amount=rupiah(60_001))),
    (
        "4034415",
        "Transaction Not Permitted. Aid for named goods only",
        lambda t: _for_goods(t).cash_out(amount=rupiah(60_001)),
    ),
    ("4034415", "Transaction Not Permitted", lambda t: t.cash_out(feeAmount=rupiah(1))),
    ("4034415", "Transaction Not Permitted", lambda t: t.cash_out(additionalInfo={"merchantId": "WARUNG"})),
    ("4034418", "Inactive Card/Account/Customer", lambda t: _frozen(lambda t: t.cash_out(otp=t.kept))(_keep(t))),
    ("4034419", "Merchant Blacklisted", _suspended),
    ("4044408", "Invalid Merchant", _two_agents(lambda t: t.cash_out())),
    ("4044408", "Invalid Merchant", lambda t: t.cash_out(additionalInfo={"merchantId": "TETANGGA"})),
    ("4044411", "Invalid Card/Account/Customer", lambda t: t.cash_out(customerNumber="628999999999")),
    ("4044415", "Invalid OTP", _used),
    ("4044415", "Invalid OTP", lambda t: t.cash_out(otp="NEVERISSUED")),
    ("4044415", "Invalid OTP", lambda t: t.cash_out(otp=emoney.code_of(emoney.person_with("6281299999999")))),
    ("4044418", "Inconsistent Request", _other_cash_out),
    # 45
    ("2004500", "Successful", _cashed_out),
    ("4004501", "Invalid Field Format serviceCode", lambda t: t.otc_status(serviceCode="60", originalReferenceNo="x")),
    ("4004502", "Invalid Mandatory Field originalPartnerReferenceNo", lambda t: t.otc_status()),
    ("4044501", "Transaction Not Found", lambda t: t.otc_status(originalPartnerReferenceNo="NEVER")),
    ("4044511", "Invalid Card/Account/Customer", lambda t: _cashed_out(t, customerNumber="628999999999")),
    ("4044513", "Invalid Amount", lambda t: _cashed_out(t, amount=rupiah(30_001))),
]


def _poor(till: Till) -> str:
    """A code of the wallet, whose purses were emptied."""
    code = till.world.code()
    money.pay(till.world.wallet, Merchant.objects.get(merchant_id="WARUNG"), 160_000)
    return code


def _for_goods(till: Till) -> Till:
    """The customer has money beside it that is cash where goods are named; cash is no good."""
    rules = PurseTerms.objects.create(name=money.unique("terms"), items_required=True, cash_allowed=True)
    money.purse(till.world.wallet, 50_000, rules=rules)
    return till


def _keep(till: Till) -> Till:
    till.kept = till.world.code()  # type: ignore[attr-defined]
    return till


@pytest.mark.parametrize(
    ("code", "message", "act"), ROWS, ids=[f"{place} {code} {message}" for place, (code, message, _) in enumerate(ROWS)]
)
def test_each_response_code(
    till: Till, wallet_settings: None, code: str, message: str, act: Callable[[Till], Answer]
) -> None:
    answer = act(till)
    assert (answer.code, answer.body["responseMessage"]) == (code, message)


# --- The answers' fields ---


def test_an_inquiry_tells_the_customer_masked_and_the_amounts(till: Till) -> None:
    answer = till.inquire(partnerReferenceNo="I-1", additionalInfo={"kanal": "atm"}, unknownField=[1])
    session = answer.body.pop("sessionId")
    assert len(session) == 25
    name = answer.body.pop("customerName")
    assert name.startswith("S") and "*" in name and "utini" not in name
    assert answer.body == {
        "responseCode": "2003700",
        "responseMessage": "Successful",
        "partnerReferenceNo": "I-1",
        "customerNumber": "X" * (len(till.phone) - 4) + till.phone[-4:],
        "customerMonthlyInLimit": str(40_000_000 - 160_000),
        "minAmount": rupiah(1),
        "maxAmount": rupiah(20_000_000 - 160_000),
        "amount": rupiah(50_000),
        "feeAmount": rupiah(0),
        "feeType": "OUR",
        "additionalInfo": {"kanal": "atm"},
    }


def test_the_largest_amount_told_passes_and_one_more_does_not(till: Till) -> None:
    most = int(till.inquire().body["maxAmount"]["value"][:-3])
    assert till.inquire(amount=rupiah(most)).code == "2003700"
    assert till.inquire(amount=rupiah(most + 1)).code == "4033723"


def test_a_top_up_goes_from_the_deposit_into_the_holders_own_purse(till: Till) -> None:
    session = till.inquire().body["sessionId"]
    answer = till.top_up(
        partnerReferenceNo="T-1", sessionId=session, feeAmount=rupiah(0), transactionDate=emoney.MOMENT, notes="x"
    )
    made = TopUp.objects.get(partner_reference_no="T-1")
    assert answer.body.pop("transactionDate")
    assert answer.body == {
        "responseCode": "2003800",
        "responseMessage": "Successful",
        "referenceNo": made.reference_no,
        "partnerReferenceNo": "T-1",
        "sessionId": session,
        "customerNumber": "X" * (len(till.phone) - 4) + till.phone[-4:],
        "amount": rupiah(50_000),
        "additionalInfo": {},
    }
    assert (till.deposit(), till.world.balance()) == (DEPOSIT - 50_000, 210_000)
    assert made.purse.terms.own_money and made.from_deposit and made.agent is None
    money.assert_books_hold()


def test_an_identical_retry_gets_the_first_answer_and_pays_nothing(till: Till) -> None:
    order = till.order(additionalInfo={"a": 1})
    first, again = (till.world.sender.post(emoney.TOPUP, order) for _ in range(2))
    assert (again.status, again.body) == (first.status, first.body)
    # Whoever has the telephone by now: the answer is the first one's.
    emoney.person_with(till.phone)
    assert till.world.sender.post(emoney.TOPUP, order).body == first.body
    assert (TopUp.objects.count(), till.deposit()) == (1, DEPOSIT - 50_000)


def test_a_refused_top_up_may_be_tried_again_under_its_number(till: Till) -> None:
    order = till.order()
    wallets.freeze(till.world.wallet, "x")
    assert till.world.sender.post(emoney.TOPUP, order).code == "4033805"
    wallets.unfreeze(till.world.wallet, "y")
    assert till.world.sender.post(emoney.TOPUP, order).code == "2003800"


def test_a_used_up_deposit_is_named_and_not_the_customers_balance(till: Till) -> None:
    for refused in (till.top_up(amount=rupiah(DEPOSIT + 1)), _no_deposit(till)):
        info = refused.body["additionalInfo"]
        assert info["reason"] == "insufficient_funds" and "titipan" in info["reasonMessage"].lower()


def test_the_same_number_of_two_partners_is_two_top_ups(till: Till) -> None:
    from wallet import deposits

    deposits.receive(till.world.other_partner, 100_000, reference="BCA-2")
    order = till.order()
    assert till.world.sender.post(emoney.TOPUP, order).code == "2003800"
    assert till.world.other.post(emoney.TOPUP, order).code == "2003800"
    assert TopUp.objects.count() == 2


def test_a_session_is_good_for_half_an_hour(till: Till) -> None:
    session = till.inquire().body["sessionId"]
    with time_machine.travel(timezone.now() + timedelta(minutes=29)):
        till.world.sender.token = ""
        assert till.top_up(sessionId=session).code == "2003800"
    with time_machine.travel(timezone.now() + timedelta(minutes=32)):
        till.world.sender.token = ""
        assert till.top_up(sessionId=session).code == "4003801"
    assert emoney_topup.SESSION_MINUTES == 30


def test_the_status_of_a_top_up_tells_its_numbers(till: Till) -> None:
    till.world.sender.post(emoney.TOPUP, till.order(partnerReferenceNo="T-2"), external_id="991")
    for asked in ({"originalPartnerReferenceNo": "T-2"}, {"originalExternalId": "991"}):
        answer = till.status(**asked, additionalInfo={"a": None})
        assert answer.body["originalReferenceNo"] == TopUp.objects.get().reference_no
        assert (answer.body["latestTransactionStatus"], answer.body["transactionStatusDesc"]) == ("00", "Success")
        assert (answer.body["originalExternalId"], answer.body["serviceCode"]) == ("991", "38")
        assert (answer.body["amount"], answer.body["additionalInfo"]) == (rupiah(50_000), {"a": None})


def test_cash_over_the_counter_is_paid_out_of_purses_that_allow_it(till: Till) -> None:
    answer = till.cash_out(partnerReferenceNo="C-1", additionalInfo={"kasir": "2"})
    payment = Payment.objects.get(partner_reference_no="C-1")
    assert answer.body.pop("transactionDate")
    assert answer.body == {
        "responseCode": "2004400",
        "responseMessage": "Successful",
        "referenceNo": payment.reference_no,
        "partnerReferenceNo": "C-1",
        "additionalInfo": {"kasir": "2"},
    }
    assert payment.merchant.merchant_id == "AGEN"
    assert till.world.balance() == 130_000
    money.assert_books_hold()


def test_a_declined_cash_out_is_declined_for_good(till: Till) -> None:
    code = till.world.code()
    fields = {"partnerReferenceNo": "C-2", "otp": code, "amount": rupiah(60_001)}
    first, again = (till.cash_out(**fields) for _ in range(2))
    assert (again.status, again.body) == (first.status, first.body)
    assert first.body["additionalInfo"]["reason"] == "not_permitted"
    answer = till.otc_status(originalPartnerReferenceNo="C-2", customerNumber=till.phone, amount=rupiah(60_001))
    assert (answer.body["latestTransactionStatus"], answer.body["additionalInfo"]["reason"]) == ("06", "not_permitted")


def test_an_identical_cash_out_is_handed_out_once(till: Till) -> None:
    fields = {"partnerReferenceNo": "C-3", "otp": till.world.code()}
    first, again = (till.cash_out(**fields) for _ in range(2))
    assert first.code == "2004400" and (again.status, again.body) == (first.status, first.body)
    assert till.world.balance() == 130_000


def test_a_purchase_is_no_cash_out(till: Till) -> None:
    order = till.world.order()
    till.world.sender.post("/v1.0/qr/qr-cpm-payment", order)
    assert till.otc_status(originalPartnerReferenceNo=order["partnerReferenceNo"]).code == "4044501"


def test_a_merchants_balance_is_told_to_its_partner(till: Till) -> None:
    till.world.pay()
    answer = till.balance(accountNo="WARUNG", balanceTypes=["Cash", "Coins"], additionalInfo={"x": 1})
    assert answer.body == {
        "responseCode": "2001100",
        "responseMessage": "Successful",
        "accountNo": "WARUNG",
        "name": "WARUNG",
        "accountInfos": [
            {
                "balanceType": "Cash",
                "amount": rupiah(10_000),
                "floatAmount": rupiah(0),
                "holdAmount": rupiah(0),
                "availableBalance": rupiah(10_000),
                "ledgerBalance": rupiah(0),
                "registrationStatusCode": "0001",
                "status": "0001",
            }
        ],
        "additionalInfo": {"x": 1},
    }
    assert till.balance(accountNo="TUTUP").body["accountInfos"][0]["status"] == "0006"
    assert till.balance(accountNo="WARUNG", balanceTypes=["Coins"]).body["accountInfos"] == []


def test_a_deposits_balance_is_told_to_its_partner_alone(till: Till) -> None:
    till.world.partner.refresh_from_db()
    number = account_numbers.of_deposit(till.world.partner.deposit_id)
    assert till.balance(accountNo=number).body["accountInfos"][0]["availableBalance"] == rupiah(DEPOSIT)
    assert till.world.other.post(emoney.BALANCE, {"accountNo": number}).code == "4041111"
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        till.world.sender.token = ""
        assert till.balance(accountNo=number).body["accountInfos"][0]["ledgerBalance"] == rupiah(DEPOSIT)


def test_a_holder_lets_what_can_be_spent_be_seen_and_no_more(till: Till) -> None:
    money.purse(till.world.wallet, 7_000, usable_from=timezone.now() + timedelta(days=3))
    money.hold(till.world.wallet, Merchant.objects.get(merchant_id="WARUNG"), 15_000)
    code = _made_to_show(till)
    for asked in ({}, {"accountNo": till.number}, {"accountNo": till.phone}):
        answer = _shown(code, till, **asked)
        [info] = answer.body["accountInfos"]
        assert answer.body["accountNo"] == till.number
        assert info == {
            "balanceType": "Cash",
            "amount": rupiah(145_000),
            "availableBalance": rupiah(145_000),
            "registrationStatusCode": "0001",
            "status": "0001",
        }


def test_a_code_shows_or_pays_and_never_both(till: Till) -> None:
    """A till that is shown a code to be paid learns nothing of the wallet first."""
    paying, showing = till.world.code(ceiling=10_000), _made_to_show(till)
    assert _shown(paying, till).code == "4011104"
    declined = till.world.pay(qrContent=showing)
    assert (declined.code, declined.body["additionalInfo"]["reason"]) == ("4046001", "code_unknown")
    assert till.cash_out(otp=showing).code == "4044415"
    assert till.world.pay(qrContent=paying).code == "2006000"
    assert _shown(showing, till).code == "2001100"
    codes.kill_open(till.world.wallet)
    assert _shown(showing, till).code == "4011102"


def test_the_htm_addresses_answer_too(till: Till) -> None:
    assert till.world.sender.post(f"{emoney.TOPUP}.htm", till.order()).code == "2003800"
    assert till.world.sender.post(f"{emoney.BALANCE}.htm", {"accountNo": "WARUNG"}).code == "2001100"


def test_the_same_request_number_is_a_conflict_on_every_service(till: Till) -> None:
    addresses = (
        emoney.BALANCE,
        emoney.INQUIRY,
        emoney.TOPUP,
        emoney.STATUS,
        emoney.BULK,
        emoney.CASHOUT,
        emoney.OTC_STATUS,
    )
    for place, address in enumerate(addresses):
        till.world.sender.post(address, {}, external_id=f"e{place}")
        answer = till.world.sender.post(address, {}, external_id=f"e{place}")
        assert (answer.code[:3], answer.code[5:], answer.body["responseMessage"]) == ("409", "00", "Conflict")


def _alike(answers: list[Answer]) -> dict[str, Any]:
    """What all of these answers tell, their own numbers left out."""
    told = [dict(answer.body) for answer in answers]
    for body in told:
        for own in ("referenceNo", "partnerReferenceNo", "transactionDate"):
            assert body.pop(own)
    assert all(body == told[0] for body in told)
    return told[0]


def test_a_code_of_somebody_else_is_not_told_from_an_unknown_one(till: Till) -> None:
    stranger = emoney.person_with("6281299999999")
    shown = codes.issue(stranger).qr_content
    assert _alike([till.cash_out(otp=otp) for otp in (shown, uuid.uuid4().hex)])["responseCode"] == "4044415"
    assert not PaymentCode.objects.filter(declines__gt=0).exists()
    assert till.world.pay(qrContent=shown, merchantId="WARUNG").code != "4046001"  # it is as good as before


def test_six_digits_of_somebody_else_are_a_guess_like_any_other(till: Till) -> None:
    """Whoever names one customer learns nothing of the digits that are alive, however often it asks."""
    stranger = emoney.person_with("6281299999999")
    alive = six_digits.issue(stranger).qr_content
    never = "000000" if alive != "000000" else "000001"
    answers = [till.cash_out(otp=otp) for otp in (alive, never) for _ in range(5)]
    assert _alike(answers)["responseCode"] == "4044415"
    assert DigitGuesses.objects.get().wrong == 10
    blocked = [till.cash_out(otp=otp) for otp in (alive, never)]
    assert [answer.code for answer in blocked] == ["4034411", "4034411"]
    assert blocked[0].body == blocked[1].body
    assert Payment.objects.filter(wallet=stranger).count() == 0


def test_the_holders_six_digits_are_paid_out_and_a_retry_is_no_guess(till: Till) -> None:
    order = {"partnerReferenceNo": "D-1", "otp": six_digits.issue(till.world.wallet).qr_content}
    first = till.cash_out(**order)
    assert (first.code, till.cash_out(**order).body) == ("2004400", first.body)
    assert DigitGuesses.objects.get().wrong == 0
