"""Partners' credentials, invitations, scopes, addresses and deposits; top-ups out of a deposit, one by one and in bulk."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

ACCOUNT_KINDS = [
    ("budget", "Sumber anggaran"),
    ("fund", "Dana program"),
    ("clearing", "Kliring batch"),
    ("purse", "Kantong"),
    ("merchant", "Utang ke pedagang"),
    ("settlement", "Kliring penyelesaian"),
    ("bank", "Bank"),
    ("provider", "Dibayar lewat mitra"),
    ("deposit", "Titipan mitra"),
]
TRANSFER_KINDS = [
    ("funding", "Pendanaan"),
    ("reservation", "Pencadangan"),
    ("release", "Pengembalian cadangan"),
    ("disbursement", "Penyaluran"),
    ("deposit", "Titipan mitra"),
    ("remittance", "Penyaluran lewat mitra"),
    ("top_up", "Isi saldo"),
    ("redemption", "Belanja"),
    ("cash_out", "Tarik tunai"),
    ("refund", "Pengembalian belanja"),
    ("lapse", "Hangus ke dana program"),
    ("give_back", "Dikembalikan penerima"),
    ("settlement", "Penyelesaian ke pedagang"),
    ("payout", "Setor ke bank"),
    ("reversal", "Pembatalan"),
]
NOW = django.db.models.functions.datetime.Now()
KEY = models.Q(
    models.Q(
        ("kind", "key"),
        models.Q(("public_key", ""), _negated=True),
        models.Q(("fingerprint", ""), _negated=True),
        ("secret_sealed", b""),
    ),
    models.Q(
        ("fingerprint", ""),
        ("kind", "secret"),
        ("public_key", ""),
        models.Q(("secret_sealed", b""), _negated=True),
    ),
    _connector="OR",
)


def number():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def belongs(to, name, related, **options):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=related, to=to, verbose_name=name, **options
    )


class Migration(migrations.Migration):
    dependencies = [("wallet", "0008_provider_accounts")]

    operations = [
        migrations.AlterField("account", "kind", models.CharField(choices=ACCOUNT_KINDS, max_length=12, verbose_name="jenis")),
        migrations.AlterField("transfer", "kind", models.CharField(choices=TRANSFER_KINDS, max_length=12, verbose_name="jenis")),
        migrations.AlterModelOptions(
            "partner",
            {
                "permissions": [("deposit_partner", "Dapat mencatat titipan mitra")],
                "verbose_name": "mitra",
                "verbose_name_plural": "mitra",
            },
        ),
        migrations.AddField(
            "partner",
            "scopes",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name="layanan"
            ),
        ),
        migrations.AddField(
            "partner",
            "networks",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=43),
                blank=True,
                default=list,
                help_text="Misalnya 203.0.113.0/24. Kosong berarti dari mana pun.",
                size=None,
                verbose_name="alamat IP",
            ),
        ),
        migrations.AddField(
            "partner",
            "deposit",
            models.OneToOneField(
                blank=True,
                editable=False,
                help_text="Uang mitra di muka; isi saldo yang dimintanya dibayar dari sini.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="partner",
                to="wallet.account",
                verbose_name="titipan",
            ),
        ),
        migrations.AddField(
            "topup",
            "from_deposit",
            models.BooleanField(db_default=False, default=False, verbose_name="dari titipan mitra"),
        ),
        migrations.AddField(
            "topup",
            "external_id",
            models.CharField(blank=True, db_default="", max_length=36, verbose_name="X-EXTERNAL-ID"),
        ),
        migrations.AddConstraint(
            "topup",
            models.CheckConstraint(
                condition=models.Q(("from_deposit", False), ("agent__isnull", True), _connector="OR"),
                name="top_up_one_source",
            ),
        ),
        migrations.CreateModel(
            name="Credential",
            fields=[
                ("id", number()),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("key", "Kunci publik"), ("secret", "Rahasia")], max_length=6, verbose_name="jenis"
                    ),
                ),
                ("public_key", models.TextField(blank=True, verbose_name="kunci publik RSA (PEM)")),
                (
                    "fingerprint",
                    models.CharField(
                        blank=True,
                        help_text="SHA-256 kunci publik (DER). Rahasia tidak punya sidik.",
                        max_length=64,
                        verbose_name="sidik",
                    ),
                ),
                ("secret_sealed", models.BinaryField(default=b"")),
                ("valid_from", models.DateTimeField(verbose_name="berlaku mulai")),
                ("valid_until", models.DateTimeField(blank=True, null=True, verbose_name="berlaku sampai")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="dicabut")),
                ("revoked_by", models.CharField(blank=True, max_length=150, verbose_name="dicabut oleh")),
                ("revoke_reason", models.CharField(blank=True, max_length=200, verbose_name="alasan dicabut")),
                ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="terakhir dipakai")),
                ("created_at", models.DateTimeField(db_default=NOW, verbose_name="dibuat")),
                ("created_by", models.CharField(blank=True, max_length=150, verbose_name="dibuat oleh")),
                ("partner", belongs("wallet.partner", "mitra", "credentials")),
            ],
            options={
                "verbose_name": "kunci atau rahasia mitra",
                "verbose_name_plural": "kunci dan rahasia mitra",
                "permissions": [("revoke_credential", "Dapat mencabut kunci dan rahasia mitra")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=["partner", "kind"],
                        name="credential_in_force",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "key")), fields=("partner", "fingerprint"), name="credential_key_once"
                    ),
                    models.CheckConstraint(condition=KEY, name="credential_of_its_kind"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="credential_span",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_at__isnull", True), models.Q(("revoke_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="credential_revoked_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartnerInvitation",
            fields=[
                ("id", number()),
                ("digest", models.BinaryField(unique=True)),
                ("code_digest", models.BinaryField()),
                ("failures", models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="kode salah")),
                ("expires_at", models.DateTimeField(verbose_name="berlaku sampai")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="dipakai")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="berakhir")),
                ("created_at", models.DateTimeField(db_default=NOW, verbose_name="dibuat")),
                ("created_by", models.CharField(max_length=150, verbose_name="dibuat oleh")),
                ("partner", belongs("wallet.partner", "mitra", "invitations")),
            ],
            options={
                "verbose_name": "undangan mitra",
                "verbose_name_plural": "undangan mitra",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)), fields=("partner",), name="invitation_one_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkCashIn",
            fields=[
                ("id", number()),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("partner_bulk_id", models.CharField(blank=True, max_length=64, verbose_name="nomor mitra")),
                ("bulk_id", models.CharField(max_length=64, unique=True, verbose_name="nomor kami")),
                ("external_id", models.CharField(max_length=36, verbose_name="X-EXTERNAL-ID")),
                ("request_hash", models.BinaryField()),
                ("extra_sealed", models.BinaryField(default=b"")),
                ("count", models.PositiveIntegerField(verbose_name="baris")),
                ("total", models.BigIntegerField(verbose_name="jumlah")),
                (
                    "state",
                    models.CharField(
                        choices=[("accepted", "Diterima"), ("done", "Selesai")],
                        default="accepted",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=NOW, verbose_name="waktu")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="selesai")),
                ("partner", belongs("wallet.partner", "mitra", "bulk_cash_ins")),
            ],
            options={
                "verbose_name": "isi saldo massal",
                "verbose_name_plural": "isi saldo massal",
                "indexes": [
                    models.Index(condition=models.Q(("state", "accepted")), fields=["id"], name="bulk_cash_in_open")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("partner_bulk_id", ""), _negated=True),
                        fields=("partner", "partner_bulk_id"),
                        name="bulk_cash_in_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("count__gt", 0), ("total__gt", 0)), name="bulk_cash_in_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", True), ("state", "accepted")),
                            models.Q(("done_at__isnull", False), ("state", "done")),
                            _connector="OR",
                        ),
                        name="bulk_cash_in_done",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkCashInLine",
            fields=[
                ("id", number()),
                ("number", models.PositiveIntegerField(verbose_name="urutan")),
                ("partner_reference_no", models.CharField(max_length=64, verbose_name="nomor mitra")),
                ("reference_no", models.CharField(max_length=64, unique=True, verbose_name="nomor kami")),
                ("account_masked", models.CharField(max_length=32, verbose_name="rekening")),
                ("amount", models.BigIntegerField(verbose_name="jumlah")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Menunggu"), ("paid", "Dibayar"), ("refused", "Ditolak")],
                        default="waiting",
                        max_length=7,
                        verbose_name="status",
                    ),
                ),
                ("refusal", models.CharField(blank=True, max_length=40, verbose_name="alasan ditolak")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="selesai")),
                ("bulk", belongs("wallet.bulkcashin", "massal", "lines", db_index=False)),
                ("partner", belongs("wallet.partner", "mitra", "+", db_index=False)),
                ("wallet", belongs("wallet.wallet", "dompet", "bulk_lines", blank=True, null=True)),
                (
                    "top_up",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bulk_line",
                        to="wallet.topup",
                        verbose_name="isi saldo",
                    ),
                ),
            ],
            options={
                "verbose_name": "baris isi saldo massal",
                "verbose_name_plural": "baris isi saldo massal",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["bulk", "number"], name="bulk_line_waiting"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("bulk", "number"), name="bulk_line_place"),
                    models.UniqueConstraint(fields=("partner", "partner_reference_no"), name="bulk_line_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="bulk_line_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("refusal", ""), ("settled_at__isnull", True), ("state", "waiting"), ("top_up__isnull", True)
                            ),
                            models.Q(
                                ("refusal", ""), ("settled_at__isnull", False), ("state", "paid"), ("top_up__isnull", False)
                            ),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("state", "refused"),
                                ("top_up__isnull", True),
                                models.Q(("refusal", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="bulk_line_settled",
                    ),
                ],
            },
        ),
        migrations.AddField(
            "accesstoken",
            "key",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tokens",
                to="wallet.credential",
                verbose_name="kunci",
            ),
        ),
    ]
