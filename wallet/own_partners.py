"""Partners of our own: the office's counter, and the one under which offline reserves are kept.

They stay as they were made, inactive and without a key, so that nobody can call the API as one of them.
"""

from __future__ import annotations

from wallet import counter
from wallet.models import Partner
from wallet.offline import allowances

CLIENT_IDS = (counter.CLIENT_ID, allowances.CLIENT_ID)


def is_ours(partner: Partner) -> bool:
    """True for a partner of our own, which stays as it is."""
    return partner.client_id in CLIENT_IDS
