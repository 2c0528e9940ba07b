"""Partners by two officers: what widens what a partner may do, or tells somebody what it is told, another officer agrees to.

What narrows is done at once by one: a service or host taken away, fewer addresses, no notices, a partner put to rest. A partner
that is being set up, which never called, is written by one; that it may call from now on is agreed to with all that stands then.
What a partner does on its own page is its own affair.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from wallet import credentials, invitations, proposals
from wallet.credential_errors import KeyKnown
from wallet.credentials import IssuedSecret
from wallet.models import Credential, Partner, PartnerChange
from wallet.proposal_errors import PartnerAsleep, PartnerMoved, ProposalWaits
from wallet.transactions import retried
from wallet.wallets import required

K = PartnerChange.Kind
PLAIN = ("name",)
LISTS = ("scopes", "return_hosts")
FIELDS = (*LISTS, "networks", "notify_url", "active")


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an officer's form: the fields written at once, and the proposal for the rest, if there is a rest."""

    at_once: tuple[str, ...]
    proposal: PartnerChange | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed to, and what whoever agreed is told, once: a secret, or the token of an invitation's link."""

    change: PartnerChange
    secret: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation as whoever proposes it is told, once: its code, and not its link."""

    change: PartnerChange
    code: str


def being_set_up(partner: Partner) -> bool:
    """True for a partner that may not call and never might: nothing can be done in its name."""
    return not partner.active and partner.opened_at is None


def wider(partner: Partner, told: Mapping[str, Any]) -> dict[str, Any]:
    """What of `told` (names of FIELDS) another officer has to agree to, by name."""
    asked: dict[str, Any] = {}
    if told.get("active") and not partner.active:
        asked["active"] = True
    if being_set_up(partner):
        return asked
    for name in LISTS:
        if name in told and not set(told[name]) <= set(getattr(partner, name)):
            asked[name] = list(told[name])
    if "networks" in told and _loosens(partner.networks, told["networks"]):
        asked["networks"] = list(told["networks"])
    if told.get("notify_url") and told["notify_url"] != partner.notify_url:
        asked["notify_url"] = told["notify_url"]
    return asked


def _loosens(before: list[str], after: list[str]) -> bool:
    """True if somebody may call from an address of `after` who may not from `before`; an empty list admits everybody."""
    if not before or not after:
        return bool(before)
    old = [ipaddress.ip_network(text) for text in before]
    return not all(
        any(one.version == other.version and one.subnet_of(other) for other in old)  # type: ignore[arg-type]
        for one in map(ipaddress.ip_network, after)
    )


@retried
def write(partner: Partner, told: Mapping[str, Any], *, by: User, reason: str = "") -> Written:
    """Writes at once what of `told` (names of FIELDS, and the name) narrows, and proposes what widens, for that reason.

    Raises ReasonMissing (of what is proposed), ProposalWaits.
    """
    partner = _lock(partner)
    asked = wider(partner, told)
    at_once = {name: told[name] for name in (*PLAIN, *FIELDS) if name in told and name not in asked}
    for name in LISTS:
        if name in asked:  # what is left away, is left away now
            at_once[name] = [one for one in getattr(partner, name) if one in asked[name]]
    changed = {name: value for name, value in at_once.items() if value != getattr(partner, name)}
    for name, value in changed.items():
        setattr(partner, name, value)
    if changed:
        partner.save(update_fields=[*changed])
    if not asked:
        return Written(tuple(changed), None)
    before = {name: getattr(partner, name) for name in asked} | (_standing(partner) if "active" in asked else {})
    return Written(tuple(changed), _propose(partner, K.DATA, reason, by, before=before, after=asked))


@retried
def put_key(
    partner: Partner, pem: str, *, overlap: timedelta, by: User, reason: str = ""
) -> Credential | PartnerChange:
    """The key in force, of a partner that is being set up; else the proposal to put it in force, those before it to end then.

    Raises ReasonMissing, ProposalWaits, KeyKnown, TooManyCredentials, and what `credentials.checked_key` raises.
    """
    partner = _lock(partner)
    if being_set_up(partner):
        return credentials.add_key(partner, pem, overlap=overlap, by=by.get_username())
    pem, fingerprint = credentials.checked_key(pem)
    if Credential.objects.filter(partner=partner, fingerprint=fingerprint).exists():
        raise KeyKnown
    return _propose(partner, K.KEY, reason, by, public_key=pem, fingerprint=fingerprint, overlap=overlap)


@retried
def draw_secret(
    partner: Partner, *, overlap: timedelta, by: User, form: str | None = None, reason: str = ""
) -> IssuedSecret | PartnerChange:
    """The secret, once for each `form`, of a partner that is being set up; else the proposal to draw one.

    Raises ReasonMissing, ProposalWaits, FormUsed, TooManyCredentials.
    """
    partner = _lock(partner)
    if being_set_up(partner):
        return credentials.issue_secret(partner, overlap=overlap, by=by.get_username(), form=form)
    return _propose(partner, K.SECRET, reason, by, overlap=overlap)


@retried
def ask_invitation(partner: Partner, *, reason: str, by: User) -> Asked:
    """Asks another officer to invite the partner; its code is told now, and its link to whoever agrees.

    Neither officer can open the page alone. Raises ReasonMissing, ProposalWaits, PartnerAsleep.
    """
    partner = _lock(partner)
    if not partner.active:
        raise PartnerAsleep
    code = invitations.new_code()
    return Asked(_propose(partner, K.INVITATION, reason, by, code_digest=invitations.digest_of_code(code)), code)


@retried
def agree(change: PartnerChange, by: User) -> Agreed:
    """Does it. Raises OwnProposal, ProposalMoved, PartnerMoved, PartnerAsleep, KeyKnown, TooManyCredentials."""
    change = proposals.agree(change, by)
    partner = _lock(change.partner)
    done = _DEEDS[K(change.kind)](partner, change, by)
    if partner.active and partner.opened_at is None:
        partner.opened_at = timezone.now()
        partner.save(update_fields=["opened_at"])
    return done


def _change_data(partner: Partner, change: PartnerChange, by: User) -> Agreed:
    now = {name: getattr(partner, name) for name in FIELDS} | _standing(partner)
    if any(now[name] != value for name, value in change.before.items()):
        raise PartnerMoved  # whoever agrees has not seen what it would become
    if "active" in change.after:
        invitations.end(partner)
        partner.opened_at = partner.opened_at or timezone.now()
    for name, value in change.after.items():
        setattr(partner, name, value)
    partner.save(update_fields=[*change.after, "opened_at"])
    return Agreed(change)


def _add_key(partner: Partner, change: PartnerChange, by: User) -> Agreed:
    credentials.add_key(partner, change.public_key, overlap=change.overlap, by=by.get_username())
    return Agreed(change)


def _draw_secret(partner: Partner, change: PartnerChange, by: User) -> Agreed:
    issued = credentials.issue_secret(partner, overlap=change.overlap, by=by.get_username())
    return Agreed(change, secret=issued.text)


def _invite(partner: Partner, change: PartnerChange, by: User) -> Agreed:
    if not partner.active:
        raise PartnerAsleep
    token = invitations.open_for(partner, bytes(change.code_digest), by=by.get_username())
    return Agreed(change, token=token)


_DEEDS: dict[PartnerChange.Kind, Callable[[Partner, PartnerChange, User], Agreed]] = {
    K.DATA: _change_data,
    K.KEY: _add_key,
    K.SECRET: _draw_secret,
    K.INVITATION: _invite,
}


def _standing(partner: Partner) -> dict[str, Any]:
    """All that counts once the partner may call, as it stands: whoever agrees to that has seen it."""
    held = credentials.in_force(partner).values_list("pk", flat=True)
    return {name: getattr(partner, name) for name in FIELDS} | {"credentials": sorted(held)}


def _propose(partner: Partner, kind: PartnerChange.Kind, reason: str, by: User, **told: Any) -> PartnerChange:
    reason = required(reason)
    if partner.changes.filter(kind=kind, status=PartnerChange.Status.PROPOSED).exists():
        raise ProposalWaits
    return PartnerChange.objects.create(partner=partner, kind=kind, reason=reason, proposed_by=by, **told)


def _lock(partner: Partner) -> Partner:
    return Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
