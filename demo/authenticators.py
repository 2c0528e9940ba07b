"""The demo officers' phones: an authenticator each, installed as in the office, and the codes that it would show."""

from __future__ import annotations

import time

from django.contrib.auth.models import User

from disbursement import approvals
from disbursement.models import Batch
from officers import second_factor
from officers.models import Authenticator

NAME = "Ponsel peragaan"


def install(user: User, password: str) -> Authenticator:
    """The officer's authenticator, installed with their password and its first code unless there is one."""
    if (present := second_factor.in_force(user)) is not None:
        return present
    made = second_factor.begin(user, name=NAME, password=password)
    return second_factor.confirm(user, second_factor.code_at(made.key, second_factor.step_now()))


def code(user: User) -> str:
    """A code that was not used yet; waits, half a minute at most, where this moment's was."""
    device = second_factor.in_force(user)
    if device is None:
        return ""
    step = max(second_factor.step_now(), device.last_step + 1)
    while step > second_factor.step_now() + second_factor.TOLERANCE or not device.verify_is_allowed()[0]:
        time.sleep(0.2)
    return second_factor.code_at(device.key, step)


def wrong_code(user: User) -> str:
    """Six digits that the officer's phone shows at no moment near this one."""
    device, now = second_factor.in_force(user), second_factor.step_now()
    shown = {second_factor.code_at(device.key, now + late) for late in range(-2, 3)} if device else set()
    return next(
        digits for digits in ("000000", "111111", "222222", "333333", "444444", "555555") if digits not in shown
    )


def shown_now() -> list[tuple[str, str]]:
    """What each phone of the demo shows now, by user name."""
    devices = Authenticator.objects.filter(name=NAME, confirmed=True, ended_at=None).select_related("user")
    now = second_factor.step_now()
    return [(device.user.username, second_factor.code_at(device.key, now)) for device in devices.order_by("pk")]


def approve(batch: Batch, by: User, reason: str, *, digest: str = "") -> Batch:
    """The officer approves the batch, by default as it was submitted, with their phone in hand."""
    return approvals.approve(batch, by=by, digest=digest or batch.digest, reason=reason, code=code(by))
