"""The demo's world: users of each role, two programmes, a partner with its merchants, and their random credentials."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from beneficiaries import kepgub_1250_2021, region_tree
from demo import authenticators
from demo.shops import FOOD_MCCS, SHOPS
from disbursement import programmes
from disbursement.models import Programme
from wallet import credentials as partner_credentials
from wallet import ledger
from wallet.models import Account, Merchant, Partner, PurseTerms
from wallet.snap import scopes

CLIENT_ID = "DEMO-KASIR-BERSAMA"
ROLES = {
    "petugas": "Petugas",
    "penyetuju": "Penyetuju",
    "bendahara": "Bendahara",
    "data": "Petugas Data Pribadi",
    "auditor": "Auditor",
}
APPROVERS = ("penyetuju", "admin")  # who has an authenticator


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the demo's people sign in with: passwords by user name, the partner's key and secret, beneficiaries' PIN."""

    passwords: dict[str, str]
    pin: str
    client_id: str
    client_secret: str
    private_key: str


def build() -> Credentials:
    """Makes whatever is missing of the world and returns its credentials. Refuses outside demo mode."""
    if not settings.DEMO:
        raise ImproperlyConfigured("The demo's logins exist only with SALUR_DEMO=True and DEBUG=True.")
    credentials = _credentials(Path(settings.BASE_DIR) / ".data" / "demo" / "credentials.json")
    with transaction.atomic():
        _users(credentials)
        _merchants(credentials)
        _programmes()
        region_tree.load()
        kepgub_1250_2021.set_up(timezone.localdate())
    return credentials


def _credentials(file: Path) -> Credentials:
    if file.exists():
        kept = Credentials(**json.loads(file.read_text()))
        if new := [name for name in ROLES if name not in kept.passwords]:  # of a demo from before there was this role
            kept.passwords.update({name: secrets.token_urlsafe(9) for name in new})
            file.write_text(json.dumps(asdict(kept), indent=1))
        return kept
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    made = Credentials(
        passwords={name: secrets.token_urlsafe(9) for name in ("admin", *ROLES)},
        pin=f"{secrets.choice('2468')}{secrets.choice('13579')}{secrets.randbelow(10_000):04d}",
        client_id=CLIENT_ID,
        client_secret=secrets.token_urlsafe(32),
        private_key=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
    )
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(made), indent=1))
    return made


def _users(credentials: Credentials) -> None:
    for name, password in credentials.passwords.items():
        user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": True})
        user.is_superuser = name == "admin"
        if not user.check_password(password):
            user.set_password(password)
        user.save()
        if name in ROLES:
            user.groups.set([Group.objects.get(name=ROLES[name])])
        if name in APPROVERS:
            authenticators.install(user, password)


def _merchants(credentials: Credentials) -> None:
    key = serialization.load_pem_private_key(credentials.private_key.encode(), password=None)
    public_key = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    partner = Partner.objects.filter(client_id=credentials.client_id).first()
    partner = partner or Partner(client_id=credentials.client_id, name="Kasir Bersama (demo)")
    partner.scopes = list(scopes.services())
    partner.save()
    partner_credentials.install(partner, public_key=public_key.decode(), secret=credentials.client_secret)
    for merchant_id, name, mcc in SHOPS:
        if not Merchant.objects.filter(merchant_id=merchant_id).exists():
            account = ledger.open_account(Account.Kind.MERCHANT, name)
            merchant = Merchant(partner=partner, merchant_id=merchant_id, name=name, mcc=mcc, account=account)
            merchant.bank_code, merchant.bank_account = "014", f"90000{merchant_id[-5:]}"
            merchant.save()


def _programmes() -> None:
    if not Programme.objects.filter(code="KLJ").exists():
        terms = PurseTerms.objects.create(name="KLJ: pedagang apa pun, boleh tunai", cash_allowed=True)
        programmes.create(
            code="KLJ", name="Kartu Lansia Jakarta", amount=300_000, eligibility="person.age >= 60", terms=terms
        )
    if not Programme.objects.filter(code="SEMBAKO").exists():
        terms = PurseTerms.objects.create(name="Sembako: hanya bahan pangan", mccs=FOOD_MCCS)
        programme = programmes.create(
            code="SEMBAKO",
            name="Bantuan Sembako",
            amount=200_000,
            eligibility="household.decile <= 4 && person.age >= 17",
            one_per_household=True,
            purse_days=90,
            terms=terms,
        )
        terms.lapses_to_id = programme.fund_id  # what is unspent after 90 days returns to where it came from
        terms.save()
