"""Keys and secrets move from the partner's row to rows of their own; what a partner could call, it may call still.

A secret is sealed for its place, so it is opened in the old one and sealed for the new one. Tokens live a quarter of an hour and
belong to a key from now on: those that exist are forgotten, and partners ask for new ones.
"""

import hashlib
import uuid

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import migrations

from vault import sealing

ANSWERED_BEFORE = ["41", "60", "61", "80"]


def _fingerprint(pem: str) -> str:
    """SHA-256 of the key; nothing for a text that is no RSA key, which never verified anything."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except Exception:  # noqa: BLE001  # the library has several kinds
        return ""
    if not isinstance(key, rsa.RSAPublicKey):
        return ""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def move(apps, schema_editor):
    database = schema_editor.connection.alias
    partners = apps.get_model("wallet", "Partner").objects.using(database)
    credentials = apps.get_model("wallet", "Credential").objects.using(database)
    for partner in partners.order_by("pk"):
        born = {"partner": partner, "valid_from": partner.created_at}
        if fingerprint := _fingerprint(partner.public_key):
            credentials.create(kind="key", public_key=partner.public_key, fingerprint=fingerprint, **born)
        if secret := bytes(partner.secret_sealed):
            text = sealing.unseal(secret, table="wallet_partner", field="secret", row=partner.uid)
            uid = uuid.uuid4()
            box = sealing.seal(text, table="wallet_credential", field="secret", row=uid)
            credentials.create(kind="secret", uid=uid, secret_sealed=box, **born)
        partner.scopes = ANSWERED_BEFORE
        partner.save(using=database, update_fields=["scopes"])
    apps.get_model("wallet", "AccessToken").objects.using(database).all().delete()


class Migration(migrations.Migration):
    dependencies = [("wallet", "0100_credentials_and_bulk_cash_ins")]
    operations = [migrations.RunPython(move, elidable=False)]
