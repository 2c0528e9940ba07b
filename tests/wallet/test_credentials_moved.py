"""Migration 0101: what stood on partners' rows stands in credentials, opens there, and nothing else was lost."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from tests.wallet.snap.keys import PRIVATE_KEY, PUBLIC_KEY
from tests.wallet.snap.sender import QUERY, Sender
from vault import sealing
from wallet.models import Credential, Partner

moved = importlib.import_module("wallet.migrations.0101_credentials_moved")


class _Apps:
    """The models of today, with partners that have the two columns of before."""

    def __init__(self, before: dict[str, tuple[str, bytes]]) -> None:
        self.before = before

    def get_model(self, app: str, name: str) -> object:
        if name != "Partner":
            return apps.get_model(app, name)
        return SimpleNamespace(objects=SimpleNamespace(using=lambda alias: self))

    def order_by(self, name: str) -> list[Partner]:
        rows = list(Partner.objects.order_by(name))
        for row in rows:
            row.public_key, row.secret_sealed = self.before[row.client_id]  # type: ignore[attr-defined]
        return rows


@pytest.mark.django_db
def test_keys_and_secrets_move_and_still_sign() -> None:
    partners = [Partner.objects.create(client_id=name, name=name) for name in ("PARTNER-1", "no-key", "loket")]
    sealed = [sealing.seal("partner-secret", table="wallet_partner", field="secret", row=row.uid) for row in partners]
    before = {
        "PARTNER-1": (PUBLIC_KEY, sealed[0]),
        "no-key": ("-", sealed[1]),
        "loket": ("", b""),
    }
    moved.move(_Apps(before), SimpleNamespace(connection=connection))
    found = Credential.objects.order_by("pk").values_list("partner__client_id", "kind", "valid_until")
    assert list(found) == [("PARTNER-1", "key", None), ("PARTNER-1", "secret", None), ("no-key", "secret", None)]
    sender = Sender(private_key=PRIVATE_KEY)
    for symmetric in (True, False):
        answer = sender.post(QUERY, {"serviceCode": "60", "originalReferenceNo": "x"}, symmetric=symmetric)
        assert answer.code == "4046101"
    assert sender.post("/v1.0/emoney/topup", {}).code == "4033801"  # what could not be called before was not granted
    for row, box in zip(partners[:1], sealed, strict=False):
        with pytest.raises(sealing.CannotOpen):  # bound to its place: the old bytes are worth nothing in the new one
            sealing.unseal(box, table="wallet_credential", field="secret", row=row.uid)
