"""Background work of the beneficiaries' client. Every task may run never, once or many times."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from time import monotonic

from celery import shared_task
from django.utils import timezone

from mobile import decision_notices, grievances, lapse_notices, notice_messages, notice_pushes, notices, otp, push, sms
from wallet import doorbell

SECONDS = 20  # what is left waits for the next tick; a task stays under 30 s


@shared_task(name="mobile.tasks.deliver_sms")
def deliver_sms() -> int:
    """Empties the outbox of what is due and returns how many messages that were; rung by `sms.queue` and the beat."""
    carrier = sms.gateway()
    if carrier is None:
        return 0
    done, end = 0, monotonic() + SECONDS
    while monotonic() < end and sms.deliver_next(carrier):
        done += 1
    return done


@shared_task(name="mobile.tasks.warn_of_lapse")
def warn_of_lapse() -> int:
    """Tells holders what is about to lapse, for some seconds, and rings for the rest; returns how many wallets that were."""
    return doorbell.for_some_seconds(lapse_notices.warn_all(), "mobile.tasks.warn_of_lapse")


@shared_task(name="mobile.tasks.forget_codes")
def forget_codes() -> int:
    """Deletes sign-in codes, and the messages that carried them, once no limit counts them any more; rung by the beat."""
    before = timezone.now() - timedelta(days=2)
    return otp.forget(before) + sms.forget_secret(before)


@shared_task(name="mobile.tasks.tell_answers")
def tell_answers() -> int:
    """Tells of answered grievances, for some seconds, and rings for the rest; returns how many answers that were."""
    return doorbell.for_some_seconds(grievances.tell_answers(), "mobile.tasks.tell_answers")


@shared_task(name="mobile.tasks.tell_decisions")
def tell_decisions() -> int:
    """Tells of suspensions, exits and clawbacks, for some seconds, and rings for the rest; returns how many notices."""
    told, end = 0, monotonic() + SECONDS
    for made in decision_notices.tell_all():
        told += made
        if monotonic() > end:
            doorbell.ring("mobile.tasks.tell_decisions")
            break
    return told


@shared_task(name="mobile.tasks.make_notices")
def make_notices() -> int:
    """Makes the notices of what was paid, and was not, for some seconds; rung after payments and by the beat.

    Rings for the rest and for the delivery; returns how many chunks and groups that were.
    """
    made, end = 0, monotonic() + SECONDS
    while notices.make_next():
        made += 1
        if monotonic() > end:
            doorbell.ring("mobile.tasks.make_notices")
            break
    if made:
        doorbell.ring("mobile.tasks.deliver_notices")
    return made


@shared_task(name="mobile.tasks.deliver_notices")
def deliver_notices() -> int:
    """Delivers notices that are due on the channels that have a gateway, for some seconds, and rings for the rest.

    Returns how many steps that were; rung by `notices.tell` and the beat.
    """
    end = monotonic() + SECONDS
    # A part of the time each: a channel whose gateway is slow does not starve the other.
    done = left = notice_pushes.pass_on_unread()
    while left and monotonic() < end - SECONDS * 3 / 4:
        left = notice_pushes.pass_on_unread()
        done += left
    if (waking := push.gateway()) is not None:
        done += _deliver(partial(notice_pushes.deliver_next, waking), end - SECONDS / 2)
    if (writing := sms.gateway()) is not None:
        done += _deliver(partial(notice_messages.deliver_next, writing), end)
    if left or monotonic() > end:
        doorbell.ring("mobile.tasks.deliver_notices")
    return done


def _deliver(next_one: Callable[[], bool], end: float) -> int:
    done = 0
    while monotonic() < end and next_one():
        done += 1
    return done
