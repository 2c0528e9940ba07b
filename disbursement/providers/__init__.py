"""Who pays a chunk: our own wallet at once, or a partner that answers later, or never.

`of` gives a chunk's provider. A partner's chunk becomes rows (`handing_over`), which workers send and ask about (`calling`) by
whatever speaks the partner's language (`channel`, `snap_channel`). Every answer, from whichever side, ends in `results`.
"""

from __future__ import annotations

from disbursement.models import Chunk
from disbursement.providers import handing_over, own_wallet
from disbursement.providers.protocol import Provider


def of(chunk: Chunk) -> Provider:
    """Who pays the chunk."""
    return own_wallet.OwnWallet() if chunk.provider_id is None else handing_over.Partner()
