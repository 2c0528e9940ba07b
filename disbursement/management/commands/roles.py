"""``manage.py roles``: the house's roles, each with exactly its permissions, what grievances are about at first, and which
fraud rules two officers may put in force."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.db import transaction

from beneficiaries import grievances
from wallet.fraud import rules

OURS = ("wallet", "officers", "beneficiaries", "disbursement", "mobile")
# What each role may do beside looking. Nobody both moves money into a batch and agrees to it; nobody but a superuser makes users.
DOES: dict[str, tuple[str, ...]] = {
    "Petugas": (
        "disbursement.submit_batch",
        "disbursement.add_enrolment",
        "disbursement.change_enrolment",
        "disbursement.add_enrolmentappeal",
        "disbursement.try_programmeversion",
        "disbursement.add_confirmation",
        "disbursement.add_owedcycle",
        "disbursement.withdraw_owedcycle",
        "disbursement.add_recalculation",
        "disbursement.confirm_recalculation",
        "disbursement.work_break",
        "disbursement.add_report",
        "disbursement.see_small_groups",
        "disbursement.set_route",
        "disbursement.work_payoutline",
        "disbursement.propose_clawback",
        "disbursement.propose_take_back",
        "wallet.change_wallet",
        "wallet.close_wallet",
        "wallet.recover_wallet",
        "wallet.add_recoveryproposal",
        "wallet.agree_recoveryproposal",
        "wallet.add_successionproposal",
        "wallet.cash_in_wallet",
        "wallet.cash_out_wallet",
        "wallet.void_hold",
        "wallet.issue_offline_card",
        "wallet.revoke_offlineallowance",
        "wallet.work_offlineclaim",
        "wallet.decide_fraudcase",
        "wallet.hold_fraudcase",
        "wallet.add_fraudrule",
        "wallet.change_fraudrule",
        "wallet.propose_fraudrule",
        "mobile.change_device",
        "beneficiaries.add_registrysource",
        "beneficiaries.change_registrysource",
        "beneficiaries.add_registryimport",
        "beneficiaries.decide_duplicatepair",
        "beneficiaries.add_representation",
        "beneficiaries.change_representation",
        "beneficiaries.add_grievance",
        "beneficiaries.work_grievance",
        "beneficiaries.add_reveal",
        "beneficiaries.add_consent",
        "beneficiaries.add_datarequest",
        "beneficiaries.add_evidence",
        "beneficiaries.add_evidenceimport",
        "beneficiaries.contest_evidence",
        "beneficiaries.add_exclusionrule",
        "beneficiaries.try_exclusionrule",
        "beneficiaries.run_screening",
        "beneficiaries.decide_proposal",
        "beneficiaries.add_objection",
        "beneficiaries.add_household",
        "beneficiaries.change_household",
        "beneficiaries.change_person",
        "mobile.tell_delivery",
        "mobile.retry_delivery",
    ),
    # Who serves people at the desk does not pass their money on, nor take it back.
    "Penyetuju": (
        "disbursement.approve_batch",
        "disbursement.agree_approvalscheme",
        "disbursement.enforce_programmeversion",
        "disbursement.decide_enrolmentappeal",
        "disbursement.try_programmeversion",
        "disbursement.add_delegation",
        "disbursement.take_back_instruction",
        "disbursement.resolve_break",
        "disbursement.add_report",
        "disbursement.see_small_groups",
        "disbursement.resolve_payoutline",
        "disbursement.agree_route",
        "disbursement.decide_clawback",
        "wallet.add_successionproposal",
        "wallet.agree_successionproposal",
        "wallet.agree_recoveryproposal",
        "wallet.cover_offlineclaim",
        "wallet.agree_fraudrule",
        "wallet.decide_fraudcase",
        "wallet.hold_fraudcase",
        "beneficiaries.commit_complete_registryimport",
        "beneficiaries.undo_registryimport",
        "beneficiaries.merge_person",
        "beneficiaries.approve_representation",
        "beneficiaries.change_representation",
        "beneficiaries.add_grievance",
        "beneficiaries.work_grievance",
        "beneficiaries.supervise_grievance",
        "beneficiaries.add_grievancecategory",
        "beneficiaries.change_grievancecategory",
        "beneficiaries.decide_datarequest",
        "beneficiaries.add_revealallowance",
        "beneficiaries.try_exclusionrule",
        "beneficiaries.enforce_exclusionrule",
        "beneficiaries.lift_exclusion",
        "beneficiaries.decide_objection",
        "beneficiaries.add_evidencesource",
        "beneficiaries.change_evidencesource",
        "beneficiaries.new_key_evidencesource",
    ),
    # Neither submits nor approves, so this role proposes tiers (an approver agrees), delegates for who is away, and releases lost
    # phones.
    "Bendahara": (
        "disbursement.add_approvalscheme",
        "disbursement.add_delegation",
        "disbursement.delegate_for_others",
        "officers.reset_authenticator",
        "disbursement.fund_programme",
        "disbursement.add_budget",
        "disbursement.add_programme",
        "disbursement.change_programme",
        "disbursement.change_programmeversion",
        "disbursement.add_programmeconflict",
        "disbursement.change_programmeconflict",
        "disbursement.add_schedule",
        "disbursement.stop_schedule",
        "disbursement.add_component",
        "disbursement.change_component",
        "disbursement.delete_component",
        "disbursement.try_programmeversion",
        "disbursement.add_provideraccount",
        "disbursement.change_provideraccount",
        "disbursement.add_statementaccount",
        "disbursement.change_statementaccount",
        "disbursement.add_statement",
        "disbursement.work_break",
        "disbursement.add_report",
        "wallet.add_purseterms",
        "wallet.change_purseterms",
        "wallet.add_partner",
        "wallet.change_partner",
        "wallet.add_partnerchange",
        "wallet.agree_partnerchange",
        "wallet.revoke_credential",
        "wallet.add_depositbooking",
        "wallet.agree_depositbooking",
        "wallet.add_merchant",
        "wallet.add_merchantapplication",
        "wallet.change_merchantapplication",
        "wallet.submit_merchantapplication",
        "wallet.decide_merchantapplication",
        "wallet.open_applicationdocument",
        "wallet.change_merchant",
        "wallet.suspend_merchant",
        "wallet.add_merchantchange",
        "wallet.agree_merchantchange",
        "wallet.add_outlet",
        "wallet.change_outlet",
        "wallet.add_terminal",
        "wallet.change_terminal",
        "wallet.add_regulatedprice",
        "wallet.change_regulatedprice",
        "wallet.add_settlement",
        "wallet.change_settlement",
        "wallet.return_settlement",
        "wallet.add_settlementreturn",
        "wallet.agree_settlementreturn",
        "wallet.add_payoutfile",
        "wallet.send_payoutfile",
        "wallet.withdraw_payoutfile",
        "wallet.download_payoutfile",
        "wallet.add_bankanswerfile",
        "wallet.agree_answerreturns",
        "wallet.add_answerreview",
        "wallet.reverse_transfer",
        "wallet.delete_accesstoken",
        "wallet.replay_webhook",
        "wallet.change_webhookendpoint",
        "wallet.add_notificationkey",
        "wallet.fund_lossfund",
    ),
    # The data protection officer: answers subjects and the agency; what changes data, a second officer decides.
    "Petugas Data Pribadi": (
        "beneficiaries.add_datarequest",
        "beneficiaries.decide_datarequest",
        "beneficiaries.add_consent",
        "beneficiaries.add_consenttext",
        "beneficiaries.add_breach",
        "beneficiaries.change_breach",
        "beneficiaries.add_reveal",
    ),
    # A report changes nothing; who checks the house needs its figures whole.
    "Auditor": ("disbursement.add_report", "disbursement.see_small_groups"),
}
# What was claimed from tills without a network, and what fraud rules found.
WATCHED = (
    "wallet.offlineallowance",
    "wallet.offlineclaim",
    "wallet.offlineclaimstep",
    "wallet.lossfund",
    "wallet.fraudcase",
    "wallet.fraudsignal",
    "wallet.fraudhold",
    "wallet.fraudrule",
    "wallet.fraudscan",
)
# What each role may look at: whole apps, or single tables.
SEES: dict[str, tuple[str, ...]] = {
    "Petugas": (
        "beneficiaries",
        "disbursement",
        "mobile",
        "wallet.wallet",
        "wallet.walletstep",
        "wallet.successionproposal",
        "wallet.recoveryproposal",
        "wallet.purse",
        "wallet.purseterms",
        "wallet.payment",
        "wallet.refund",
        "wallet.paymentcode",
        "wallet.mpmcode",
        "wallet.hold",
        "wallet.holdpart",
        "wallet.debitorder",
        "wallet.topup",
        "wallet.merchant",
        *WATCHED,
    ),
    "Penyetuju": (
        "disbursement",
        "beneficiaries",
        "wallet.account",
        "wallet.transfer",
        "wallet.wallet",
        "wallet.walletstep",
        "wallet.successionproposal",
        "wallet.recoveryproposal",
        "wallet.purse",
        "wallet.purseterms",
        "wallet.merchant",
        *WATCHED,
    ),
    "Bendahara": (
        "wallet",
        "officers.authenticator",
        "disbursement.programme",
        "disbursement.programmeversion",
        "disbursement.programmeconflict",
        "disbursement.component",
        "disbursement.versiontrial",
        "disbursement.trialregion",
        "disbursement.budget",
        "disbursement.cycle",
        "disbursement.schedule",
        "disbursement.scheduledrun",
        "disbursement.batch",
        "disbursement.approvalscheme",
        "disbursement.approvaltier",
        "disbursement.schemeagreement",
        "disbursement.delegation",
        "disbursement.provideraccount",
        "disbursement.bulkrequest",
        "disbursement.bulknotice",
        "disbursement.statementaccount",
        "disbursement.statement",
        "disbursement.statemententry",
        "disbursement.break",
        "disbursement.breakstep",
        "disbursement.comparison",
        "disbursement.report",
    ),
    "Petugas Data Pribadi": ("beneficiaries",),
    "Auditor": (*OURS, "auth.user", "auth.group", "admin.logentry"),
}
# Who looked at whom, and what went wrong with whose data, is for those who check it.
HIDDEN = {
    "Petugas": ("beneficiaries.reveal", "beneficiaries.breach"),
    "Penyetuju": ("beneficiaries.reveal", "beneficiaries.breach"),
}


class Command(BaseCommand):
    help = "Membuat atau memperbaiki semua peran, masing-masing dengan izin yang persis."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        every = Permission.objects.select_related("content_type")
        for name in DOES:
            group, made = Group.objects.get_or_create(name=name)
            permissions = permissions_of(name, every)
            group.permissions.set(permissions)
            self.stdout.write(f"{name}: {len(permissions)} izin{' (baru)' if made else ''}")
        groups = Group.objects.in_bulk(["Petugas", "Penyetuju"], field_name="name")
        if new := grievances.standard_categories(groups["Petugas"], groups["Penyetuju"]):
            self.stdout.write(f"Kategori aduan: {new} baru")
        if new := rules.standard():
            self.stdout.write(f"Rancangan aturan kecurangan: {new} baru")


def permissions_of(role: str, every: Iterable[Permission]) -> list[Permission]:
    """The role's permissions, exactly, out of all there are. Raises LookupError if one of them does not exist (any more)."""
    known = {f"{row.content_type.app_label}.{row.codename}": row for row in every}
    for name in DOES[role]:
        if name not in known:
            raise LookupError(f"no such permission: {name}")
    return [row for name, row in known.items() if name in DOES[role] or _sees(role, row)]


def _sees(role: str, permission: Permission) -> bool:
    """True if it is to look at a model that is open to the role, by itself or with all of its app."""
    about = permission.content_type
    places = {about.app_label, f"{about.app_label}.{about.model}"}
    return (
        permission.codename.startswith("view_")
        and not places.isdisjoint(SEES[role])
        and places.isdisjoint(HIDDEN.get(role, ()))
    )
