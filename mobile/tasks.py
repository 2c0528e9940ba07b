"""Background work of the beneficiaries' client. Every task may run never, once or many times."""

from datetime import timedelta
from time import monotonic

from celery import shared_task
from django.utils import timezone

from mobile import grievances, lapse_notices, otp, sms
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
    told, end = 0, monotonic() + SECONDS
    for _ in lapse_notices.warn_all():
        told += 1
        if monotonic() > end:
            doorbell.ring("mobile.tasks.warn_of_lapse")
            break
    return told


@shared_task(name="mobile.tasks.forget_codes")
def forget_codes() -> int:
    """Deletes sign-in codes, and the messages that carried them, once no limit counts them any more; rung by the beat."""
    before = timezone.now() - timedelta(days=2)
    return otp.forget(before) + sms.forget_secret(before)


@shared_task(name="mobile.tasks.tell_answers")
def tell_answers() -> int:
    """Tells of answered grievances, for some seconds, and rings for the rest; returns how many answers that were."""
    told, end = 0, monotonic() + SECONDS
    for _ in grievances.tell_answers():
        told += 1
        if monotonic() > end:
            doorbell.ring("mobile.tasks.tell_answers")
            break
    return told
