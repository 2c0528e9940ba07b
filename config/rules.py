"""The house's rules: set by regulation or policy, so configured, never coded; and who above an app it asks and tells.

Each dictionary is a setting of Django (config.settings). Every amount is whole rupiah, every duration is seconds or a timedelta.
"""

from datetime import date, time, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.environment import BASE_DIR, DEBUG, DEMO, env

__all__ = [
    "DISBURSEMENT",
    "EVIDENCE",
    "MOBILE",
    "OFFICERS",
    "OPEN_DESK",
    "PARTNERS",
    "PRIVACY",
    "REGISTRY",
    "SCREENING",
    "VAULT_FORGET_DIGESTS",
    "VAULT_ROTATIONS",
    "VAULT_ROTATION_BEGINS",
    "WALLET",
    "WEBHOOKS",
]

WALLET = {
    "payment_limit": env.int("WALLET_PAYMENT_LIMIT", default=10_000_000),
    "daily_limit": env.int("WALLET_DAILY_LIMIT", default=20_000_000),
    # E-money rules: rupiah in a wallet at any time, and coming in during a month.
    "balance_limit": {
        "registered": env.int("WALLET_BALANCE_LIMIT", default=20_000_000),
        "unregistered": env.int("WALLET_BALANCE_LIMIT_UNREGISTERED", default=2_000_000),
    },
    "monthly_limit": {
        "registered": env.int("WALLET_MONTHLY_LIMIT", default=40_000_000),
        "unregistered": env.int("WALLET_MONTHLY_LIMIT_UNREGISTERED", default=20_000_000),
    },
    "partner_info_kept": timedelta(days=env.int("PARTNER_INFO_DAYS", default=180)),
    "hold_lifetime": timedelta(hours=env.int("HOLD_LIFETIME_HOURS", default=24)),
    "debit_lifetime": timedelta(minutes=env.int("DEBIT_LIFETIME_MINUTES", default=30)),  # where an order says nothing
    "debit_longest": timedelta(days=7),
    "debit_attempts": 10,  # at approving one order, right or wrong
    # PINs typed on payment pages, where nothing else is proved: what they pay, and how many wrong ones stop a wallet, the
    # pages of a partner, an address. The last two within the window, and until it is over.
    "page_pin_ceiling": env.int("PAGE_PIN_CEILING", default=1_000_000),
    "page_pins_of_wallet": 3,
    "page_pins_of_partner": env.int("PAGE_PINS_WRONG_OF_PARTNER", default=100),
    "page_pins_of_address": env.int("PAGE_PINS_WRONG_OF_ADDRESS", default=30),
    "page_pins_window": timedelta(minutes=env.int("PAGE_PINS_WINDOW_MINUTES", default=60)),
    "wallet_of_phone": "mobile.payers.wallet_of",  # who knows the people: a phone's wallet, or None
    "checkpoint_after": env.int("CHECKPOINT_AFTER", default=1_000),  # transfers of a merchant
    "lapse_notice": timedelta(days=env.int("LAPSE_NOTICE_DAYS", default=7)),
    "pin_attempts": 5,
    "pin_lockout": timedelta(minutes=30),
    "code_declines": 3,  # then a code is spent: a till must not try out what a purse holds
    "code_lifetime": timedelta(seconds=env.int("CODE_LIFETIME_SECONDS", default=180)),
    # Six digits can be guessed: they live shorter, pay less, and wrong ones are counted for each till and each partner.
    "digits_lifetime": timedelta(seconds=env.int("DIGITS_LIFETIME_SECONDS", default=120)),
    "digits_ceiling": env.int("DIGITS_CEILING", default=1_000_000),
    "digits_wrong": env.int("DIGITS_WRONG", default=10),
    "digits_wrong_of_partner": env.int("DIGITS_WRONG_OF_PARTNER", default=200),
    "digits_window": timedelta(minutes=env.int("DIGITS_WINDOW_MINUTES", default=60)),
    # Codes that merchants present: how long a dynamic one lives, and at most; how we are named in them.
    "mpm_lifetime": timedelta(minutes=env.int("MPM_LIFETIME_MINUTES", default=15)),
    "mpm_lifetime_most": timedelta(days=env.int("MPM_LIFETIME_MOST_DAYS", default=7)),
    "qris_guid": env("QRIS_GUID", default="ID.CO.SALUR.WWW"),
    "qris_nns": env("QRIS_NNS", default="93600999"),
    # Settlement of merchants, on working days. The demo settles in its story, not by the clock.
    "settlement_daily": env.bool("SETTLEMENT_DAILY", default=not DEMO),
    "settlement_cut_off": time.fromisoformat(env("SETTLEMENT_CUT_OFF", default="22:00")),  # in Jakarta
    "bank_days_off": frozenset(map(date.fromisoformat, env.list("BANK_DAYS_OFF", default=[]))),
    "bank_working_days": frozenset(map(date.fromisoformat, env.list("BANK_WORKING_DAYS", default=[]))),
    "settlement_minimum": env.int("SETTLEMENT_MINIMUM", default=10_000),  # less is carried over to the next working day
    "settlement_payer": {
        "name": env("SETTLEMENT_PAYER_NAME", default=""),
        "bank": env("SETTLEMENT_PAYER_BANK", default=""),
        "account": env("SETTLEMENT_PAYER_ACCOUNT", default=""),
    },
    "answer_bytes": env.int("BANK_ANSWER_LIMIT", default=20_000_000),
    # What a new merchant's refunds may take beyond what it is owed, until its next settlement.
    "refund_credit": env.int("MERCHANT_REFUND_CREDIT", default=1_000_000),
    "document_bytes": 2_000_000,
    "document_retention": timedelta(days=env.int("MERCHANT_DOCUMENT_DAYS", default=1_827)),  # after a merchant's end
    "document_retention_unapproved": timedelta(days=env.int("APPLICATION_DOCUMENT_DAYS", default=365)),
    # Offline: rupiah one person may have reserved, how long tills accept, how long after that they may claim.
    "offline_ceiling": env.int("OFFLINE_CEILING", default=300_000),
    "offline_lifetime": {
        "phone": timedelta(hours=env.int("OFFLINE_PHONE_HOURS", default=72)),
        "card": timedelta(hours=env.int("OFFLINE_CARD_HOURS", default=14 * 24)),
    },
    "offline_grace": timedelta(days=env.int("OFFLINE_GRACE_DAYS", default=7)),
    "offline_cards_a_day": env.int("OFFLINE_CARDS_A_DAY", default=30),  # that one officer may make
    "offline_vouchers": 40,  # a card: what fits a sheet of A4 on both sides
    "offline_claims": 100,  # a request
    "fraud_first_look": timedelta(days=env.int("FRAUD_FIRST_LOOK_DAYS", default=7)),
    "fraud_hold": timedelta(hours=env.int("FRAUD_HOLD_HOURS", default=72)),  # a rule's, unless an officer takes it over
    # How often a partner may call, and an address ask for tokens: of each process of the web server; 0: as often as they like.
    "partner_calls_a_second": env.int("PARTNER_CALLS_A_SECOND", default=200),
    "tokens_a_minute": env.int("TOKEN_CALLS_A_MINUTE", default=300),
    "snap_token_lifetime": timedelta(seconds=900),
    "snap_clock_tolerance": timedelta(seconds=300),
    # Who knows which wallets a telephone number leads to (wallet.customers); empty: nobody, only account numbers count.
    "directory": "beneficiaries.wallet_directory.find",
    # Who knows whether a wallet's holder has died (wallet.succession); empty: nobody, and nobody inherits.
    "has_died": "beneficiaries.wallet_directory.has_died",
    # Who knows when a holder's telephone was last changed (wallet.phone_changes), and for how long it then counts as new.
    "phone_changed": "beneficiaries.wallet_directory.phone_changed",
    "phone_new_for": timedelta(days=env.int("PHONE_NEW_DAYS", default=7)),
    # The link and the code by which a partner's staff open its page once, and how long they then have.
    "invitation_lifetime": timedelta(hours=env.int("PARTNER_INVITATION_HOURS", default=72)),
    "invitation_attempts": 5,
    "partner_page_time": timedelta(minutes=env.int("PARTNER_PAGE_MINUTES", default=30)),
}
WEBHOOKS: dict[str, Any] = {  # notices to partners (wallet.webhooks)
    # Development and demo: http, the loopback, and any port from 1024 up are addresses too.
    "local": env.bool("WEBHOOK_LOCAL", default=DEBUG),
    "ports": [443, *map(int, env.list("WEBHOOK_PORTS", default=["8443"]))],
    "channel_id": env("WEBHOOK_CHANNEL_ID", default="95221"),
    "connect_seconds": 3,
    "answer_seconds": env.int("WEBHOOK_ANSWER_SECONDS", default=8),  # for the whole call
    "answer_bytes": 65_536,
    "at_once": 8,  # calls of one worker's task
    "endpoint_at_once": 4,  # calls to one endpoint, of all workers; one once it fails
    "first_wait": timedelta(seconds=10),
    "longest_wait": timedelta(hours=1),
    "give_up_after": timedelta(hours=24),
    "pause_after": 5,  # failures in a row
    "first_pause": timedelta(seconds=30),
    "longest_pause": timedelta(minutes=15),
    "key_overlap": timedelta(days=7),  # how long a key that signs no more is published
}
if WEBHOOKS["local"] and not DEBUG:
    raise ImproperlyConfigured("WEBHOOK_LOCAL lets notices go inside: it never runs with DEBUG=False.")
MOBILE = {
    "otp_lifetime": timedelta(minutes=5),
    "otp_attempts": 5,
    "otp_requests": 3,
    "otp_window": timedelta(minutes=15),
    "otp_requests_a_day": 10,
    "token_lifetime": timedelta(days=90),
    "grievances_a_day": 5,
    "grievance_messages_a_day": 30,
    "consents_a_day": 20,  # given by one person; what is given can always be withdrawn
    "sms_gateway": env("SMS_GATEWAY", default="mobile.sms.SpoolGateway" if DEBUG else ""),
    "sms_spool": env("SMS_SPOOL", default=str(BASE_DIR / ".data" / "sms")),
    # Notices wait so long for others that fall together with them, and go between these hours in Jakarta.
    "sms_wait": timedelta(minutes=env.int("NOTICE_SMS_WAIT_MINUTES", default=15)),
    "sms_hours": (env.int("NOTICE_SMS_FROM_HOUR", default=7), env.int("NOTICE_SMS_TO_HOUR", default=20)),
    "push_gateway": env("PUSH_GATEWAY", default="mobile.push.SpoolGateway" if DEBUG else ""),
    "push_spool": env("PUSH_SPOOL", default=str(BASE_DIR / ".data" / "push")),
    "push_wait": timedelta(hours=env.int("PUSH_UNREAD_HOURS", default=12)),  # then the phone's turn comes
    # Who takes back the consent to this purpose is not written to, and told in the application or in person.
    "message_purpose": env("NOTICE_CONSENT_PURPOSE", default="pesan"),
}
REGISTRY: dict[str, Any] = {
    "upload_limit": env.int("REGISTRY_UPLOAD_LIMIT", default=1_000_000_000),  # bytes, over the office's form
    "upload_retention": timedelta(days=env.int("REGISTRY_UPLOAD_RETENTION_DAYS", default=30)),
    # A file that nobody saves or cancels is personal data that nobody needs.
    "undecided_retention": timedelta(days=env.int("REGISTRY_UNDECIDED_DAYS", default=7)),
    # Percent of a source's people that a complete file makes leave without a second word.
    "leaving_share": env.int("REGISTRY_LEAVING_SHARE", default=20),
    "uploads_of": ["disbursement.Statement"],  # models above the registry whose `upload` is kept as long as they say
    "paid_since": "disbursement.reliance.on_people",  # who asks before people of an import are taken back
    "before_undo": "disbursement.reliance.hold",  # lets nobody begin to pay them meanwhile
    "goes_with": "disbursement.reliance.goes_with",  # says what of the programmes goes with them
    "on_undo": "disbursement.reliance.take_back",  # and sees to that
    # Who joins and parts the aid of two people who turn out to be one (beneficiaries.duplicates_merge).
    "on_merge": "disbursement.mergers.join",
    "on_unmerge": "disbursement.mergers.part",
    "on_phone": "mobile.changed_phones.tell",  # who tells a telephone that it is somebody's no more
    "on_move": "disbursement.enrolments.follow",  # whose place in a household's aid moves with them
    # The same of all whom an import moves, what stands in the way of taking them back, and taking them back.
    "on_moves": "disbursement.moves.follow",
    "moves_taken": "disbursement.moves.taken_since",
    "on_moves_undone": "disbursement.moves.go_back",
    "collector_people": env.int("COLLECTOR_PEOPLE", default=5),  # for how many people one collector may fetch
    "scan_bytes": 2_000_000,
    "representation_notice": timedelta(days=30),  # before its end a representation is listed
}
# Personal data (UU 27/2022). How long each kind is kept is the agency's decision.
PRIVACY: dict[str, Any] = {
    "answer_within": timedelta(hours=72),  # 3×24 hours: requests of subjects, notices of breaches
    "adult_age": 18,
    "reveals_a_day": env.int("REVEALS_A_DAY", default=50),  # of one officer, until a supervisor allows more
    "reveal_seconds": env.int("REVEAL_SECONDS", default=60),  # how long a page shows what was revealed
    "unusual_reveals": env.int("UNUSUAL_REVEALS", default=30),  # of one officer and day: counted as unusual
    # What a copy of one's data has, as each app declares it (beneficiaries.subject_rows).
    "told_by": [
        "beneficiaries.subject_tables.TOLD",
        "beneficiaries.subject_money.TOLD",
        "disbursement.subjects.TOLD",
        "mobile.subjects.TOLD",
    ],
    # Functions of a person, in the programmes' apps: why their data must stay (or "").
    "legal_holds": [
        "beneficiaries.erasure.financial_hold",
        "beneficiaries.undecided.hold_of",
        "disbursement.subjects.hold_of",
    ],
    # And what else of them is kept there and goes when they are erased.
    "forgotten_by": ["mobile.subjects.forget", "disbursement.subjects.forget"],
    "retention_rules": ["beneficiaries.retention.RULES", "disbursement.subjects.RULES", "mobile.subjects.RULES"],
    "financial_years": env.int("FINANCIAL_RETENTION_YEARS", default=10),  # after the last transfer
    "retention": {  # days, by rule (beneficiaries.retention); 0 keeps it
        "access_log": max(3_653, env.int("ACCESS_LOG_DAYS", default=3_653)),  # the database keeps it ten years at least
        "answered_requests": env.int("ANSWERED_REQUESTS_DAYS", default=1_827),
        "history": env.int("HISTORY_DAYS", default=3_653),
        # Since it was superseded, contested or no longer valid.
        "evidence_numbers": env.int("EVIDENCE_NUMBERS_DAYS", default=1_827),
        "objection_files": env.int("OBJECTION_FILES_DAYS", default=1_827),  # after the decision
        "grievances": env.int("GRIEVANCES_DAYS", default=1_827),  # after they were answered last, or closed
        "sender_paces": 1,  # of who used the open page
        # After the end of what they prove, or of what they did.
        "representation_scans": env.int("REPRESENTATION_SCANS_DAYS", default=1_827),
        "outsiders": env.int("OUTSIDERS_DAYS", default=1_827),
        "trials": env.int("TRIALS_DAYS", default=366),  # who was hit by name; the counts stay
        "programme_trials": env.int("TRIALS_DAYS", default=366),
        "preflights": env.int("PREFLIGHTS_DAYS", default=731),
        # Through which nothing was paid; the others as long as the books that they stand behind ("financial_years").
        "ended_routes": env.int("ENDED_ROUTES_DAYS", default=1_827),
        "left_people": env.int("LEFT_PEOPLE_DAYS", default=1_827),  # who never received anything
        "ended_messages": env.int("ENDED_MESSAGES_DAYS", default=90),
        "notices": max(366, env.int("NOTICES_DAYS", default=1_827)),  # the database keeps them a year at least
    },
}
# What a change of keys rotates beside sealed columns, and what it does before it begins (vault.rotation).
VAULT_ROTATIONS = [
    "beneficiaries.resealing.History",
    "beneficiaries.resealing.Uploads",
    "beneficiaries.resealing.PersonDigests",
    "beneficiaries.resealing.HouseholdDigests",
    "beneficiaries.resealing_replaced.ReplacedDigests",
]
VAULT_ROTATION_BEGINS = ["beneficiaries.resealing.close_older_index_keys"]
VAULT_FORGET_DIGESTS = [
    "beneficiaries.resealing.forget_digests",
    "beneficiaries.resealing_replaced.forget_replaced",
]
EVIDENCE = {
    # Of one agency: so many calls at once, and as many each minute; then 429 with Retry-After (beneficiaries.api.pace).
    "calls_a_minute": env.int("EVIDENCE_CALLS_A_MINUTE", default=60),
}
# The open page for grievances: what one IPv4 address, behind which many phones may stand, or one /64 of IPv6 may send in an hour,
# and what is said on one ticket. Beyond what all together send, a question is answered first, up to so many times as much.
OPEN_DESK = {
    "reports_an_hour": env.int("OPEN_REPORTS_AN_HOUR", default=30),
    "messages_an_hour": env.int("OPEN_MESSAGES_AN_HOUR", default=10),
    "all_reports_an_hour": env.int("OPEN_ALL_REPORTS_AN_HOUR", default=300),
    "answered_times": env.int("OPEN_ANSWERED_TIMES", default=10),
    "looks_an_hour": env.int("OPEN_LOOKS_AN_HOUR", default=120),
}
OFFICERS: dict[str, Any] = {
    "wait_after_wrong_code": 1,  # seconds; doubles with each wrong code, or password, in a row
    "issuer": "Salur",  # what an authenticator app calls us
}
DISBURSEMENT = {
    "chunk_size": env.int("CHUNK_SIZE", default=5_000),
    "chunk_attempts": 5,
    "told_by": "mobile.tasks.make_notices",  # rung after payments: who tells the people
    "statement_bytes": env.int("STATEMENT_UPLOAD_LIMIT", default=200_000_000),
    "appeal_days": env.int("APPEAL_DAYS", default=14),  # working days to appeal against a suspension or an exit
    "appeal_answer_days": env.int("APPEAL_ANSWER_DAYS", default=10),  # working days to decide on it
    "clawback_share": env.int("CLAWBACK_SHARE", default=20),  # percent of a cycle's aid that is withheld at most
    "clawback_objection_days": env.int("CLAWBACK_OBJECTION_DAYS", default=14),  # working days after notice
    "clawback_answer_days": env.int("CLAWBACK_ANSWER_DAYS", default=10),  # working days after an objection was filed
    "delegation_days": env.int("DELEGATION_DAYS", default=92),  # the longest that one officer signs for another
    "small_group": env.int("REPORT_SMALL_GROUP", default=5),  # people: reports for the public mask smaller groups
}
PARTNERS = {  # who pays for us (disbursement.providers)
    "connect_seconds": 3,
    "answer_seconds": env.int("PARTNER_ANSWER_SECONDS", default=15),
    # What a partner has not found so long after it was sent may be sent again; so often at most, then officers decide.
    "not_found_grace": timedelta(seconds=env.int("PARTNER_NOT_FOUND_SECONDS", default=600)),
    "most_sends": 4,
    "notice_wait": timedelta(seconds=env.int("PARTNER_NOTICE_SECONDS", default=120)),  # then it is asked
    "sending_stale": timedelta(seconds=120),  # whoever was sending has died: more than two answers and a token take
}
SCREENING = {
    "objection_days": env.int("OBJECTION_DAYS", default=14),  # working days after notice
    "answer_days": env.int("OBJECTION_ANSWER_DAYS", default=10),  # working days after an objection was filed
    "objection_phone": env("OBJECTION_PHONE", default=""),  # told to who is excluded; none is told where it is empty
    # Who tells the people, in the same transaction (beneficiaries.screening, beneficiaries.objections).
    "on_exclusion": "mobile.exclusion_notices.tell_of_exclusion",
    "on_lifting": "mobile.exclusion_notices.tell_of_lifting",
    "on_decision": "mobile.exclusion_notices.tell_of_decision",
    "proof_files": 5,  # with one objection
    "proof_bytes": 5 * 2**20,  # of one file
}
