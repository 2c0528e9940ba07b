"""The batch page's part between maker and money: who signed, who is missing, and the steps of submitting and deciding."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disbursement import approval_tiers, approvals, content, delegations, versions
from disbursement.admin.batch_running import only_when, status_said
from disbursement.admin.batch_running import warnings as found_before
from disbursement.admin.budgets import short_in_words
from disbursement.admin.programmes import ERRORS
from disbursement.errors import DisbursementError, NoVersion
from disbursement.forms import ApproveForm, SubmitForm
from disbursement.models import Approval, Batch, Submission
from officers import second_factor
from officers.errors import NoAuthenticator, OfficerError
from wallet.admin.decorators import action
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.errors import InsufficientFunds
from wallet.money import rupiah

S = Batch.Status
NAMED = 5  # how many people who may sign next are named


def _begins(pay_at: datetime | None) -> str:
    return date_format(localtime(pay_at), "j F Y H:i") if pay_at else ""


def _when_due(batch: Batch) -> dict[str, Any]:
    """When its cycle is due, if that is to come: what the maker of a scheduled batch finds filled in."""
    due = batch.cycle.due_at
    return {"pay_at": f"{localtime(due):%Y-%m-%dT%H:%M}"} if due > now() else {}


def _when_paid(batch: Batch) -> str:
    if batch.pay_at is None or batch.pay_at <= now():
        return gettext(
            "Dengan persetujuan terakhir, seluruh jumlah dicadangkan dari dana program dan pembayaran langsung dimulai."
        )
    return gettext(
        "Dengan persetujuan terakhir, seluruh jumlah dicadangkan dari dana program; pembayaran dimulai %(moment)s."
    ) % {"moment": _begins(batch.pay_at)}


def may_sign(request: HttpRequest) -> bool:
    """Whoever may approve, and whoever signs for them while they are away."""
    user: Any = request.user
    return user.is_authenticated and (user.has_perm(delegations.APPROVES) or delegations.held_by(user).exists())


class ApprovalSteps:
    """Steps of `BatchAdmin`: submit, approve, refuse, withdraw."""

    facts: Any
    digest_shown: Any
    lines: Any

    def has_sign_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_sign(request)

    @action(description=_("Ajukan"), permissions=["disbursement.submit_batch"], icon="send")
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = row_of(self, request, object_id)  # type: ignore[arg-type]

        def run(data: dict[str, Any]) -> Done:
            done = approvals.submit(batch, by=request.user, pay_at=data["pay_at"])  # type: ignore[arg-type]
            needed = done.submission.needed if done.submission else 1
            return Done(
                gettext(
                    "Batch diajukan atas nama Anda. Sekarang orang lain harus menyetujuinya; diperlukan %(needed)s persetujuan."
                )
                % {"needed": needed}
            )

        step = Step(
            title=_("Ajukan batch"),
            button=_("Ajukan atas nama saya"),
            text=_(
                "Isi batch dibekukan dan Anda tercatat sebagai pengajunya. Setelah ini Anda tidak dapat menyetujuinya; "
                "itu tugas orang lain."
            ),
            facts=self.facts(batch),
            warnings=[*_short(batch), *_outdated(batch), *found_before(batch)],
            form=SubmitForm,
            initial=_when_due(batch),
            errors=ERRORS,
        )
        return take(self, request, step, run, batch)  # type: ignore[arg-type]

    @action(description=_("Setujui"), permissions=["sign"], icon="verified")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shows what is approved, and approves the content with the digest that was shown, or nothing."""
        batch = row_of(self, request, object_id)  # type: ignore[arg-type]
        user: Any = request.user

        def run(data: dict[str, Any]) -> Done:
            done = approvals.approve(batch, by=user, **data)
            if done.status != S.SUBMITTED:
                words = gettext("Batch disetujui. %(total)s dicadangkan dan pembayaran dimulai.")
                if done.pay_at and done.pay_at > now():
                    words = gettext("Batch disetujui. %(total)s dicadangkan; pembayaran dimulai %(moment)s.")
                return Done(words % {"total": rupiah(batch.total), "moment": _begins(done.pay_at)})
            said = signatures(done) or {}
            return Done(
                gettext("Persetujuan Anda dicatat: %(given)s dari %(needed)s. Berikutnya: %(role)s.")
                % {"given": said["given"], "needed": said["needed"], "role": said["next_role"]},
                level=messages.SUCCESS,
            )

        facts, warnings, possible = _before_signing(batch, user)
        step = Step(
            title=_("Setujui batch"),
            button=_("Setujui"),
            text=_when_paid(batch),
            facts=[
                *self.facts(batch),
                (_("Diajukan oleh"), _name(batch.maker)),
                *facts,
                (_("Sidik isi (SHA-256)"), self.digest_shown(batch)),
                (_("Isi"), self.lines(batch)),
            ],
            warnings=warnings,
            form=ApproveForm,
            hidden={"digest": batch.digest},
            possible=possible,
            errors=(*ERRORS, OfficerError),
        )
        return take(self, request, step, run, batch)  # type: ignore[arg-type]

    @action(description=_("Tolak"), permissions=["sign"], icon="undo")
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = row_of(self, request, object_id)  # type: ignore[arg-type]

        def run(data: dict[str, Any]) -> Done:
            approvals.refuse(batch, by=request.user, reason=data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Batch ditolak dan dikembalikan: %(reason)s") % {"reason": data["reason"]})

        step = _back_step(
            batch,
            title=_("Tolak batch"),
            button=_("Tolak dan kembalikan"),
            facts=self.facts(batch)[:4],
        )
        return take(self, request, step, run, batch)  # type: ignore[arg-type]

    @action(description=_("Tarik pengajuan"), permissions=["disbursement.submit_batch"], icon="undo")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = row_of(self, request, object_id)  # type: ignore[arg-type]

        def run(data: dict[str, Any]) -> Done:
            approvals.withdraw(batch, by=request.user, reason=data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Pengajuan ditarik: %(reason)s") % {"reason": data["reason"]})

        step = _back_step(
            batch,
            title=_("Tarik pengajuan"),
            button=_("Tarik pengajuan saya"),
            facts=self.facts(batch)[:4],
        )
        return take(self, request, step, run, batch)  # type: ignore[arg-type]


def signatures(batch: Batch) -> dict[str, Any] | None:
    """What the page tells of a batch's approvals: how many of how many, what is missing and who may give it, all decisions."""
    rows = batch.submissions.select_related("maker", "tier__first", "tier__second", "tier__third", "sent_back__by")
    history = list(rows.prefetch_related("approvals__approver", "approvals__holder", "approvals__proof__authenticator"))
    if not history:
        return None
    current = next((row for row in history if row.pk == batch.submission_id), None)
    told: dict[str, Any] = {"decisions": [line for row in reversed(history) for line in _told(row)]}
    if current is None:
        return told
    roles = approval_tiers.roles_for(current)
    given = sorted(current.approvals.all(), key=lambda approval: approval.position)
    missing = roles[len(given) :] if batch.status == S.SUBMITTED else []
    return told | {
        "given": len(given),
        "needed": current.needed,
        "places": [
            {
                "position": number,
                "role": approvals.role_name(role),
                "by": _signed_by(given[number - 1]) if number <= len(given) else "",
            }
            for number, role in enumerate(roles, 1)
        ],
        "next_role": approvals.role_name(missing[0]) if missing else "",
        "who_next": _who_may(batch, given, missing[0]) if missing else "",
    }


def _told(submission: Submission) -> list[dict[str, Any]]:
    """The submission and every decision on it, in the order in which they were taken, newest first."""
    lines = [
        {
            "what": gettext("Disetujui (%(position)s)") % {"position": approval.position},
            "by": _signed_by(approval),
            "reason": approval.reason,
            "proof": _proof(approval),
            "when": _moment(approval.created_at),
            "digest": approval.digest,
        }
        for approval in sorted(submission.approvals.all(), key=lambda approval: approval.position)
    ]
    made = {
        "what": gettext("Pengajuan ke-%(number)s") % {"number": submission.number},
        "by": _name(submission.maker),
        "when": _moment(submission.submitted_at),
        "digest": submission.digest,
    }
    back = getattr(submission, "sent_back", None)
    ended = (
        [
            {
                "what": back.get_kind_display(),
                "by": _name(back.by),
                "reason": back.reason,
                "when": _moment(back.created_at),
            }
        ]
        if back
        else []
    )
    return [*ended, *reversed(lines), made]


def _before_signing(batch: Batch, user: User) -> tuple[list[tuple[Any, Any]], list[Any], bool]:
    """What the officer would sign as, what stands in the way in words, and whether it does."""
    if batch.status != S.SUBMITTED:
        return [], [status_said(batch)], False
    warnings = [*_short(batch), *_outdated(batch), *found_before(batch)]
    if not content.as_submitted(batch):
        return [], [_("Isi batch berbeda dari yang diajukan. Tolak batch ini agar disiapkan lagi."), *warnings], False
    facts: list[tuple[Any, Any]] = []
    try:
        turn = approvals.turn_of(batch, user, batch.digest)
        place = gettext("%(position)s dari %(needed)s") % {
            "position": turn.position,
            "needed": turn.submission.needed,
        }
        facts.append((_("Persetujuan ke"), place))
        if turn.delegation is not None:
            facts.append((_("Atas nama"), _name(turn.holder)))
            facts.append((_("Pelimpahan sampai"), _moment(turn.delegation.ends_at)))
    except InsufficientFunds:
        pass  # the fund may be filled before the button is pressed; the warning says how much is missing
    except DisbursementError as error:
        return facts, [str(error), *warnings], False
    if second_factor.in_force(user) is None:
        link = format_html(
            '{} <a class="office-link" href="{}">{}</a>',
            str(NoAuthenticator()),
            reverse("admin:officers_authenticator_mine"),
            gettext("Autentikator saya"),
        )
        return facts, [link, *warnings], False
    return facts, warnings, True


def _back_step(batch: Batch, *, title: Any, button: Any, facts: list[tuple[Any, Any]]) -> Step:
    return Step(
        title=title,
        button=button,
        text=_(
            "Batch kembali ke keadaan disiapkan: dapat diajukan lagi atau dibatalkan. Persetujuan yang sudah diberikan tidak "
            "berlaku lagi, tetapi tetap tercatat. Belum ada uang yang bergerak."
        ),
        facts=facts,
        form=ReasonForm,
        danger=True,
        **only_when(batch, S.SUBMITTED),
        errors=ERRORS,
    )


def _short(batch: Batch) -> list[Any]:
    beyond: list[Any] = [*short_in_words(batch)]
    short = batch.total - batch.cycle.programme.fund.balance
    if short <= 0:
        return beyond
    return [*beyond, _("Dana program kurang %(short)s. Danai program dahulu.") % {"short": rupiah(short)}]


def _outdated(batch: Batch) -> list[Any]:
    """That another version counts for the batch's period than the one that it was calculated by."""
    try:
        now_in_force = versions.of(batch.cycle.programme, batch.cycle.period)
    except NoVersion:
        return []
    if batch.version is None or batch.version == now_in_force:
        return []
    return [
        _(
            "Batch ini dihitung menurut %(then)s, sedangkan untuk periode ini kini berlaku %(now)s. Batalkan dan siapkan lagi, "
            "atau bayar menurut versi lama dan hitung ulang siklusnya kemudian."
        )
        % {"then": batch.version, "now": now_in_force}
    ]


def _who_may(batch: Batch, given: list[Approval], role: Group | None) -> str:
    """The first few who may sign next, by name, and those of others who stand in for them now."""
    signed = {person for row in given for person in (row.approver_id, row.holder_id)}
    took_part = {person for person in (*approvals.makers_of(batch), *signed) if person is not None}
    entitled = _entitled(role).exclude(pk__in=took_part)
    free = entitled.order_by("username")
    names = [_name(person) for person in free[: NAMED + 1]]
    stands_in = delegations.in_force().filter(principal__in=entitled).exclude(delegate__in=took_part)
    stands_in = stands_in.exclude(delegate__in=entitled)  # who is of the role signs for themselves
    names += [
        gettext("%(approver)s atas nama %(holder)s") % {"approver": _name(row.delegate), "holder": _name(row.principal)}
        for row in stands_in.select_related("delegate")[: NAMED + 1]
    ]
    if not names:
        return gettext("belum ada petugas yang berhak; tambahkan petugas pada peran ini atau limpahkan")
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")


def _entitled(role: Group | None) -> QuerySet[User]:
    backend = "django.contrib.auth.backends.ModelBackend"
    if role is None:
        return User.objects.with_perm(delegations.APPROVES, backend=backend, include_superusers=False)
    return User.objects.with_perm(delegations.APPROVES, backend=backend).filter(groups=role)


def _signed_by(approval: Approval) -> str:
    if approval.delegation_id is None:
        return _name(approval.approver)
    return gettext("%(approver)s atas nama %(holder)s") % {
        "approver": _name(approval.approver),
        "holder": _name(approval.holder),
    }


def _proof(approval: Approval) -> str:
    if approval.proof is None:
        return gettext("sebelum ada faktor kedua")
    return f"{approval.proof.authenticator.name}, {_moment(approval.proof.proven_at)}"


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else "-"


def _moment(moment: Any) -> str:
    return date_format(localtime(moment), "j F Y H:i:s")
