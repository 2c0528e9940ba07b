"""What the application may do with the sandbox's tables, beside what `config.database_roles` says of the house's."""

from config.database_roles import APPEND_ONLY, changing

RIGHTS = {
    "sandbox_run": changing("finished_at", "passed", "report", "key_number", "signature"),
    "sandbox_exchange": APPEND_ONLY,
    "sandbox_fault": APPEND_ONLY,
}
