"""QRIS: the codes that merchants present, as text and back, and printed.

Source: EMVCo, QR Code Specification for Payment Systems, Merchant-Presented Mode, with the tags and values that the national
standard fixes. It knows no table: whose code it is, `wallet.mpm` says.
"""

from wallet.qris.code import Account, AdditionalData, Code, Language, Tip, TipKind
from wallet.qris.crc import crc
from wallet.qris.decoding import decode
from wallet.qris.encoding import encode
from wallet.qris.errors import Fault, QrisError

__all__ = [
    "Account",
    "AdditionalData",
    "Code",
    "Fault",
    "Language",
    "QrisError",
    "Tip",
    "TipKind",
    "crc",
    "decode",
    "encode",
]
