"""Background work of the wallet. Every task may run never, once or many times."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from wallet import (
    bank_answers,
    bulk_cash_ins,
    checkpoints,
    debits,
    doorbell,
    holds,
    merchants,
    mpm,
    onboarding,
    page_pins,
    partner_info,
    purses,
    seals,
    settlement_runs,
    verification,
)
from wallet.errors import LedgerBusy, SealRemoved
from wallet.fraud import holds as holds_of_rules
from wallet.fraud import scans
from wallet.offline import allowances
from wallet.snap import bulk_cashin, external_ids
from wallet.webhooks import delivery

logger = logging.getLogger(__name__)
SECONDS_OF_DELIVERY = 12  # the last calls may take as long again
CHECKPOINTS_A_TASK = 1_000


@shared_task(name="wallet.tasks.lapse_purses")
def lapse_purses() -> int:
    """Returns expired money to its funds for some seconds, and passes the bell on if more is due; rung by the beat."""
    return doorbell.for_some_seconds(purses.lapse_in_batches(), "wallet.tasks.lapse_purses")


@shared_task(name="wallet.tasks.expire_holds")
def expire_holds() -> int:
    """Releases holds whose time is over for some seconds, and passes the bell on if more is due; rung by the beat."""
    return doorbell.for_some_seconds(holds.expire_due(), "wallet.tasks.expire_holds")


@shared_task(name="wallet.tasks.pay_bulk_cash_ins")
def pay_bulk_cash_ins() -> int:
    """Pays lines of bulk cash-ins for some seconds, and passes the bell on if more is due; rung by requests and the beat."""
    return doorbell.for_some_seconds(bulk_cash_ins.pay_due(bulk_cashin.tell), "wallet.tasks.pay_bulk_cash_ins")


@shared_task(name="wallet.tasks.expire_mpm_codes")
def expire_mpm_codes() -> int:
    """Ends dynamic codes whose time is over, and passes the bell on if more are due; rung by the beat."""
    ended = mpm.expire_due()
    if ended == mpm.EXPIRED_AT_ONCE:
        doorbell.ring("wallet.tasks.expire_mpm_codes")
    return ended


@shared_task(name="wallet.tasks.end_offline_allowances")
def end_offline_allowances() -> int:
    """Gives back unused offline reserves for some seconds, and passes the bell on if more is due; rung by the beat."""
    return doorbell.for_some_seconds(allowances.end_due(), "wallet.tasks.end_offline_allowances")


@shared_task(name="wallet.tasks.scan_for_fraud")
def scan_for_fraud() -> int:
    """Looks through new transfers by the fraud rules in force, span by span for some seconds; rung by the beat."""
    holds_of_rules.end_due()
    return doorbell.for_some_seconds(scans.scan_due(), "wallet.tasks.scan_for_fraud")


@shared_task(name="wallet.tasks.advance_checkpoints")
def advance_checkpoints() -> int:
    """Moves merchants' checkpoints on for some seconds; rung by the beat, and by itself if more is due."""
    moved = doorbell.for_some_seconds(checkpoints.advance_due(CHECKPOINTS_A_TASK), "wallet.tasks.advance_checkpoints")
    if moved == CHECKPOINTS_A_TASK:
        doorbell.ring("wallet.tasks.advance_checkpoints")
    return moved


@shared_task(name="wallet.tasks.forget_external_ids")
def forget_external_ids() -> int:
    """Deletes X-EXTERNAL-IDs whose day is over in every time zone; rung by the beat."""
    return external_ids.forget_past()


@shared_task(name="wallet.tasks.forget_page_pins")
def forget_page_pins() -> int:
    """Deletes counts of wrong PINs at payment pages that stop nobody any more; rung by the beat."""
    return page_pins.forget(timezone.now())


@shared_task(name="wallet.tasks.forget_partner_info")
def forget_partner_info() -> int:
    """Deletes what partners said of transactions that are long over; rung by the beat."""
    return partner_info.forget(timezone.now())


@shared_task(name="wallet.tasks.seal_days")
def seal_days() -> int:
    """Seals the days that are over, and passes the bell on if that takes long; rung by the beat."""
    try:
        return doorbell.for_some_seconds(seals.seal_due(), "wallet.tasks.seal_days")
    except SealRemoved:
        logger.exception("no seal: a day that was sealed has none any more")
    except LedgerBusy:
        logger.warning("no seal: transfers were being written all the time; the next tick tries again")
    return 0


@shared_task(name="wallet.tasks.verify_ledger")
def verify_ledger() -> bool:
    """Verifies the ledger once a night, after 01:00 in Jakarta; True if this was the run. Rung by the beat."""
    return verification.verify_due() is not None


@shared_task(name="wallet.tasks.deliver_webhooks")
def deliver_webhooks() -> int:
    """Delivers notices to partners for some seconds; rung by whoever keeps one, and by the beat."""
    return delivery.deliver(SECONDS_OF_DELIVERY)


@shared_task(name="wallet.tasks.expire_debit_orders")
def expire_debit_orders() -> int:
    """Ends debit orders whose time is over for some seconds, and passes the bell on if more is due; rung by the beat."""
    return doorbell.for_some_seconds(debits.expire_due(), "wallet.tasks.expire_debit_orders")


@shared_task(name="wallet.tasks.settle_merchants")
def settle_merchants() -> int:
    """Settles the business day that is over for some seconds, and passes the bell on if more is due; rung by the beat."""
    if not settings.WALLET["settlement_daily"]:
        return 0
    return doorbell.for_some_seconds(settlement_runs.run_due(), "wallet.tasks.settle_merchants")


@shared_task(name="wallet.tasks.apply_bank_answers")
def apply_bank_answers() -> int:
    """Applies what banks have answered for some seconds, and passes the bell on if more waits; rung by the beat."""
    return doorbell.for_some_seconds(bank_answers.apply_waiting(), "wallet.tasks.apply_bank_answers")


@shared_task(name="wallet.tasks.end_suspensions")
def end_suspensions() -> int:
    """Lets merchants whose suspension is over take payments again; rung by the beat."""
    return len(list(merchants.reactivate_due()))


@shared_task(name="wallet.tasks.forget_merchant_documents")
def forget_merchant_documents() -> int:
    """Empties merchants' applications that were kept long enough; rung by the beat."""
    return len(list(onboarding.forget_due()))
