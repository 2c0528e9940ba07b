"""Background work of the beneficiaries' client. Every task may run never, once or many times."""

from datetime import timedelta
from time import monotonic

from celery import shared_task
from django.utils import timezone

from mobile import otp, sms

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


@shared_task(name="mobile.tasks.forget_codes")
def forget_codes() -> int:
    """Deletes sign-in codes, and the messages that carried them, once no limit counts them any more; rung by the beat."""
    before = timezone.now() - timedelta(days=2)
    return otp.forget(before) + sms.forget_secret(before)
