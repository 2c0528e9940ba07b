"""What the application may do with each table: its role owns none of them (docs/adr/0013).

The owner (`OWNER_DATABASE_URL`) migrates, the application (`DATABASE_URL`) works. `manage.py migrate` ends by granting what is
written here; a table that is not named gets ORDINARY. A name or a column that no migration has made yet is passed over.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction

READ_ONLY = "SELECT"
APPEND_ONLY = "SELECT, INSERT"
NEVER_DELETED = "SELECT, INSERT, UPDATE"
ORDINARY = "SELECT, INSERT, UPDATE, DELETE"


def changing(*columns: str) -> str:
    """Rows that stay for good and of which only these columns change (`save` must name them in `update_fields`)."""
    return ", ".join([APPEND_ONLY, *(f"UPDATE ({column})" for column in columns)])


def changeable(rights: str) -> set[str]:
    """The columns named by `changing`."""
    return {right.removeprefix("UPDATE (").removesuffix(")") for right in rights.split(", ") if "(" in right}


RESTRICTED = {
    "django_migrations": READ_ONLY,
    "wallet_transfer": APPEND_ONLY,
    "wallet_account": changing("balance", "held", "counted_to"),
    "wallet_checkpoint": APPEND_ONLY,
    "wallet_seal": APPEND_ONLY,
    "wallet_sealblock": APPEND_ONLY,
    "wallet_verification": APPEND_ONLY,
    "wallet_wallet": NEVER_DELETED,
    "wallet_walletstep": APPEND_ONLY,
    "wallet_purseterms": NEVER_DELETED,
    "wallet_purse": changing("wallet_id"),
    "wallet_recoveryproposal": changing("status", "decided_by_id", "decided_at", "decision_reason"),
    "wallet_succession": APPEND_ONLY,
    "wallet_successionproposal": changing("status", "decided_by_id", "decided_at", "decision_reason"),
    "wallet_merchant": NEVER_DELETED,
    "wallet_paymentcode": changing("used_at", "declines"),
    "wallet_mpmcode": changing("state", "payment_id", "ended_at"),
    "wallet_mpmpayment": APPEND_ONLY,
    "wallet_cpmcode": changing("cancelled_at"),
    "wallet_sixdigits": changing("code_id", "expires_at"),
    "wallet_digitguesses": changing("since", "wrong", "blocked_until"),
    "wallet_payment": changing("refunded"),
    "wallet_refund": APPEND_ONLY,
    "wallet_topup": APPEND_ONLY,
    # Written once; a trigger lets it end earlier, never later. Sealed anew when keys rotate.
    "wallet_credential": changing(
        "valid_until", "revoked_at", "revoked_by", "revoke_reason", "last_used_at", "secret_sealed"
    ),
    "wallet_partnerinvitation": changing("failures", "used_at", "ended_at"),
    "wallet_bulkcashin": changing("state", "done_at", "extra_sealed"),
    "wallet_bulkcashinline": changing("state", "refusal", "top_up_id", "settled_at"),
    "wallet_hold": changing("captured", "status", "ended_at"),
    "wallet_holdpart": changing("captured"),
    "wallet_debitorder": changing(
        "status", "cancelled_by", "attempts", "decline", "decline_detail", "payment_id", "ended_at"
    ),
    "wallet_partnerinfo": f"{changing('info_sealed')}, DELETE",  # sealed anew when keys rotate
    "wallet_webhookendpoint": changing("failures", "paused_until", "served_at"),
    "wallet_webhook": changing("state", "attempts", "due_at", "since", "claimed_at", "ended_at"),
    "wallet_webhookattempt": changing("ended_at", "outcome", "http_status", "response"),
    "wallet_webhookreplay": APPEND_ONLY,
    "wallet_notificationkey": changing("private_sealed"),  # sealed anew when keys rotate
    "wallet_settlement": changing(
        "status",
        "paid_at",
        "returned_at",
        "return_reason",
        "bank_account_sealed",
        "account_holder_sealed",
        "payout_file_id",
        "payee",
    ),
    "wallet_depositbooking": changing("status", "decided_by_id", "decided_at", "decision_reason"),
    "wallet_partnerchange": changing("status", "decided_by_id", "decided_at", "decision_reason"),
    "wallet_settlementreturn": changing("status", "decided_by_id", "decided_at", "decision_reason"),
    "wallet_answerreturns": changing("status", "decided_by_id", "decided_at", "decision_reason"),
    # What may change of these, and when, triggers say: migration wallet 0151.
    "wallet_basketitem": APPEND_ONLY,
    "wallet_merchantapplication": NEVER_DELETED,
    "wallet_applicationwriter": APPEND_ONLY,
    "wallet_applicationdocument": changing("content_sealed", "erased_at"),
    "wallet_documentview": APPEND_ONLY,
    "wallet_merchantstep": APPEND_ONLY,
    "wallet_merchantchange": changing(
        "status",
        "decided_by_id",
        "decided_at",
        "decision_reason",
        "bank_account_sealed",
        "account_holder_sealed",
    ),
    "wallet_outlet": NEVER_DELETED,
    "wallet_terminal": NEVER_DELETED,
    "wallet_settlementrun": changing("finished_at"),
    "wallet_settlementoutcome": APPEND_ONLY,
    "wallet_payoutfile": changing("status", "ended_by_id", "ended_at", "end_reason"),
    "wallet_payoutcontent": changing("xml_sealed"),  # sealed anew when keys rotate
    "wallet_bankanswerfile": APPEND_ONLY,
    "wallet_answerreview": APPEND_ONLY,
    "wallet_bankanswer": changing("state", "settlement_id", "refusal"),
    # What was signed, sent, agreed or placed stays; which of these columns may become what, triggers say (wallet 0171).
    "wallet_offlineallowance": changing(
        "loss_paid", "revoked_at", "revoke_reason", "revoked_by", "claims_until", "ended_at"
    ),
    "wallet_offlineclaim": changing("status", "reason", "payment_id", "proposed_by_id", "decided_by_id", "decided_at"),
    "wallet_offlineclaimstep": APPEND_ONLY,
    "wallet_lossfund": APPEND_ONLY,
    "wallet_fraudrule": NEVER_DELETED,
    "wallet_fraudscan": APPEND_ONLY,
    "wallet_fraudcase": changing("score", "status", "decided_at", "decided_by_id", "decision_reason"),
    "wallet_fraudsignal": changing("measured", "points", "at", "transfers", "wallets"),
    "wallet_fraudhold": changing("released_by_id", "released_at", "release_reason"),
    "wallet_deviceuse": APPEND_ONLY,
    # Which of these columns may become what (once, emptied, sealed anew), triggers decide: migration beneficiaries 0028.
    "beneficiaries_change": changing("before", "after", "reason"),
    "beneficiaries_consenttext": APPEND_ONLY,
    "beneficiaries_consent": changing("evidence"),  # a trigger lets it only be emptied: someone is forgotten
    "beneficiaries_reveal": "SELECT, INSERT, DELETE",  # a trigger lets only go what is older than ten years
    "beneficiaries_revealallowance": APPEND_ONLY,
    "beneficiaries_indexkeyturn": APPEND_ONLY,
    "beneficiaries_breach": NEVER_DELETED,
    "beneficiaries_merge": changing("undone_by_id", "undone_at", "undone_reason"),
    "beneficiaries_registryimport": NEVER_DELETED,
    "beneficiaries_representation": changing(
        "status",
        "decided_by_id",
        "decided_at",
        "decision_reason",
        "ended_by_id",
        "ended_at",
        "end_reason",
        "document_number",
        "name_sealed",
        "nik_sealed",
        "nik_index",
        "phone_sealed",
        "phone_index",
    ),
    "beneficiaries_representationscan": changing("content_sealed"),
    "beneficiaries_collection": APPEND_ONLY,
    "beneficiaries_grievance": changing(
        "person_id",
        "household_id",
        "payment_id",
        "subject_kind",
        "subject_id",
        "category_id",
        "priority",
        "status",
        "group_id",
        "assignee_id",
        "due_at",
        "level",
        "rounds",
        "satisfied",
        "answered_at",
        "closed_at",
        "text_sealed",
        "reporter_name_sealed",
        "phone_sealed",
    ),
    "beneficiaries_grievancemessage": changing("text_sealed"),
    "beneficiaries_grievancestep": changing("reason"),  # a trigger lets it only be forgotten
    "officers_authenticator": changing(
        "confirmed",
        "confirmed_at",
        "ended_at",
        "last_step",
        "last_used_at",
        "throttling_failure_count",
        "throttling_failure_timestamp",
        "key_sealed",  # sealed anew when keys rotate
    ),
    "officers_authenticatorstep": APPEND_ONLY,
    "officers_proof": APPEND_ONLY,
    "officers_passwordguesses": NEVER_DELETED,
    "disbursement_approvalscheme": APPEND_ONLY,
    "disbursement_approvaltier": APPEND_ONLY,
    "disbursement_schemeagreement": APPEND_ONLY,
    "disbursement_submission": APPEND_ONLY,
    "disbursement_approval": APPEND_ONLY,
    "disbursement_calculation": changing(
        "facts", "members"
    ),  # a trigger lets them only be emptied: someone is forgotten
    "disbursement_batch": NEVER_DELETED,
    "disbursement_batchstep": APPEND_ONLY,
    "disbursement_budget": APPEND_ONLY,
    # What is paid to whom is written once; only how it went changes. Triggers say more, for a server with one role.
    "disbursement_chunk": changing(
        "count",
        "digest",
        "status",
        "open_count",
        "paid_count",
        "paid_total",
        "returned_count",
        "attempts",
        "due_at",
        "failure",
        "error",
        "finished_at",
    ),
    "disbursement_instruction": changing("status", "failure", "returned_at"),
    "disbursement_filling": NEVER_DELETED,
    "disbursement_preflight": NEVER_DELETED,
    "disbursement_sentback": APPEND_ONLY,
    # Which step may change which of these columns, a trigger says; what is about a person is overwritten when they are forgotten.
    "disbursement_clawback": changing(
        "status",
        "claim",
        "reason",
        "evidence",
        "noticed_at",
        "objection_until",
        "objection",
        "objection_channel",
        "objected_on",
        "answer_by",
        "enforced_by_id",
        "enforced_at",
    ),
    "disbursement_clawbackpayment": APPEND_ONLY,
    "disbursement_clawbackstep": changing("reason"),  # a trigger lets it only be forgotten
    "disbursement_withholding": APPEND_ONLY,
    "disbursement_giveback": APPEND_ONLY,
    "disbursement_delegation": changing("revoked_at", "revoked_by_id", "revoke_reason"),
    # Deleted when they were kept long enough; triggers let none go earlier, and nothing that was said be said otherwise.
    "mobile_notice": changing("shown_at") + ", DELETE",
    "mobile_delivery": changing("state", "due_at", "attempts", "error", "bundle", "parts", "ended_at", "told_by_id")
    + ", DELETE",
    "mobile_noticedchunk": APPEND_ONLY,
    "mobile_noticedoutcomes": changing("settled", "at"),
    "mobile_noticedbatch": changing("reached", "done"),
    "beneficiaries_evidence": changing(
        "superseded_at",
        "contested_at",
        "contest_reason",
        "contested_by_id",
        "value",
        "item",
        "document",
        "number_sealed",
        "number_index",
        "fingerprint",
    ),
    "beneficiaries_evidenceaccess": APPEND_ONLY,
    "beneficiaries_evidenceimport": NEVER_DELETED,
    "beneficiaries_exclusionrule": changing("valid_until", "enforced_at", "enforced_by_id"),
    # Undone with the import that added its person; a trigger lets none go that somebody decided on.
    "beneficiaries_proposal": changing("status", "decided_by_id", "decided_at", "decision_reason", "facts")
    + ", DELETE",
    "beneficiaries_proposal_evidence": "SELECT, INSERT, DELETE",  # goes with such a proposal, and only so
    "beneficiaries_exclusion": changing("ends_on", "lifted_by_id", "lifted_at", "lift_reason"),
    "beneficiaries_objection": changing("status", "decided_by_id", "decided_at", "decision_reason", "text"),
    "beneficiaries_objectionfile": changing("name_sealed") + ", DELETE",
    # Deleted when it was kept long enough; a trigger lets none go that nobody has answered.
    "beneficiaries_datarequest": changing(
        "state", "flagged_at", "proposed_by_id", "decided_by_id", "decided_at", "reason"
    )
    + ", DELETE",
    "disbursement_leftout": APPEND_ONLY,
    # Its status moves by triggers, with a step; what else of it may change, and when, they say too.
    "disbursement_enrolment": changing("person_id", "household_id", "status", "facts", "version_id", "passed_over"),
    "disbursement_enrolmentstep": changing("words", "reference"),  # only emptied: someone is forgotten
    "disbursement_enrolmentappeal": changing("status", "decided_by_id", "decided_at", "decision_reason", "text"),
    "disbursement_programmeconflict": changing("ends_on"),
    "disbursement_conflictnote": "SELECT, INSERT, DELETE",
    "disbursement_placelook": NEVER_DELETED,
    # What is owed and what should have been is written once; triggers say how a row may end.
    "disbursement_schedule": changing("planned_at", "stopped_at", "stopped_by_id", "stop_reason"),
    "disbursement_owedcycle": changing("why", "withdrawn_at", "withdrawn_by_id", "withdraw_reason"),
    "disbursement_recalculation": NEVER_DELETED,
    "disbursement_correction": changing("facts", "members"),
    "disbursement_versiontrial": NEVER_DELETED,
    "disbursement_trialregion": APPEND_ONLY,
    "disbursement_trialchange": "SELECT, INSERT, DELETE",  # goes when its person is forgotten
    "disbursement_statementaccount": NEVER_DELETED,
    "disbursement_statement": NEVER_DELETED,
    # Sealed anew when keys rotate; a trigger lets go only what is of no booked statement.
    "disbursement_statemententry": changing("text_sealed") + ", DELETE",
    "disbursement_break": NEVER_DELETED,
    "disbursement_breakstep": APPEND_ONLY,
    "disbursement_comparison": APPEND_ONLY,
    "disbursement_confirmation": APPEND_ONLY,
    # A trigger keeps what was asked, and what has ended.
    "disbursement_report": changing(
        "status", "attempts", "at", "lines", "lines_done", "as_of", "result", "failure", "finished_at"
    ),
    # What goes to partners and comes back; which of these columns may become what, triggers decide (0071).
    "disbursement_provideraccount": NEVER_DELETED,
    "disbursement_route": changing(
        "number_sealed", "number_index", "why", "agreed_by_id", "agreed_at", "ended_by_id", "ended_at"
    ),
    "disbursement_bulkrequest": changing(
        "state", "attempts", "due_at", "claimed_at", "answered_at", "last_code", "partner_bulk_id"
    ),
    "disbursement_payoutline": changing(
        "request_id",
        "state",
        "sends",
        "asks",
        "due_at",
        "sent_at",
        "last_code",
        "last_at",
        "partner_reference",
        "settled_at",
        "settled_by",
        "contradiction",
        "contradicted_at",
    ),
    "disbursement_exchange": changing("answered_at", "http_status", "code", "outcome"),
    "disbursement_bulknotice": APPEND_ONLY,
    "disbursement_takeback": changing("reason", "agreed", "decided_by_id", "decided_at", "note"),
    "disbursement_resolution": changing("agreed", "decided_by_id", "decided_at", "note"),
}

# Each with its columns and the table whose rights it has: its own, or that which it is a partition of.
TABLES = """
SELECT c.oid::regclass::text, root.relname, array_agg(a.attname)
FROM pg_class c JOIN pg_class root ON root.oid = coalesce(pg_partition_root(c.oid), c.oid)
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND pg_has_role(c.relowner, 'USAGE')
GROUP BY c.oid, root.relname ORDER BY c.oid
"""
SEQUENCES = """
SELECT oid::regclass::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND pg_has_role(relowner, 'USAGE')
"""
ROUTINES = """
SELECT oid::regprocedure::text FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND pg_has_role(proowner, 'USAGE')
"""
GRANT_LOCK = 0x6772616E  # two migrate at once would change the same rows of the catalogue


def grant(owner: str = "owner") -> None:
    """Gives the application's role exactly what is written here, whatever it had. Safe to repeat.

    Nothing happens where that role is the owner itself: a server with one role. Raises ImproperlyConfigured where the
    owner is another and DATABASE_URL does not name the application's role.
    """
    connection = connections[owner]
    name = connections["default"].settings_dict["USER"]
    if name == connection.settings_dict["USER"]:
        return
    if not name:
        raise ImproperlyConfigured("DATABASE_URL must name the application's role: migrate grants it its privileges.")
    role, database = (connection.ops.quote_name(it) for it in (name, connection.settings_dict["NAME"]))
    with transaction.atomic(using=owner), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GRANT_LOCK])
        cursor.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}")
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}; GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(TABLES)
        for table, rights_of, columns in cursor.fetchall():
            cursor.execute(f"REVOKE ALL ON {table} FROM PUBLIC, {role}")
            cursor.execute(f"GRANT {_privileges(rights_of, columns)} ON {table} TO {role}")
        cursor.execute(SEQUENCES)
        for (sequence,) in cursor.fetchall():
            cursor.execute(
                f"REVOKE ALL ON SEQUENCE {sequence} FROM PUBLIC, {role}; GRANT USAGE ON SEQUENCE {sequence} TO {role}"
            )
        cursor.execute(ROUTINES)
        for (routine,) in cursor.fetchall():
            cursor.execute(
                f"REVOKE ALL ON ROUTINE {routine} FROM PUBLIC, {role}; GRANT EXECUTE ON ROUTINE {routine} TO {role}"
            )


def _privileges(table: str, columns: list[str]) -> str:
    """The privileges of that table, without those on columns that it does not have."""
    rights = RESTRICTED.get(table, ORDINARY)
    missing = {f"UPDATE ({column})" for column in changeable(rights) - set(columns)}
    return ", ".join(right for right in rights.split(", ") if right not in missing)
