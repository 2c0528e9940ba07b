"""Our accounts at partners: opened with a ledger account and a key pair of their own."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from disbursement.models import ProviderAccount
from wallet import ledger
from wallet.models import Account
from wallet.transactions import retried

KEY_BITS = 3072


@retried
def open_account(provider: ProviderAccount, secret: str) -> ProviderAccount:
    """Saves a new account: with a ledger account that keeps what the partner has paid, and a fresh key pair of ours."""
    provider.account = ledger.open_account(Account.Kind.PROVIDER, provider.name)
    provider.secret = secret
    _draw_key(provider)
    provider.save(force_insert=True)
    return provider


def new_key(provider: ProviderAccount) -> str:
    """A fresh key pair; returns the public half. From now on the partner must know it, or gives no token."""
    _draw_key(provider)
    provider.save(update_fields=["private_key_sealed"])
    return public_key(provider)


def new_secret(provider: ProviderAccount, secret: str) -> None:
    """The secret that the partner gives us from now on."""
    provider.secret = secret
    provider.save(update_fields=["secret_sealed"])


def public_key(provider: ProviderAccount) -> str:
    """The public half of our key as PEM, for the partner."""
    key = serialization.load_pem_private_key(provider.private_key.encode(), password=None)
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _draw_key(provider: ProviderAccount) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    provider.private_key = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
