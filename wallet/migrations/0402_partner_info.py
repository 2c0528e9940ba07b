"""What partners say in additionalInfo is kept sealed, beside payments, orders and notices; that of debit orders moves there."""

import json
import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from vault import sealing

FOREIGN_KEYS_AT_ONCE = """
DO $$
DECLARE fk record;
BEGIN
    FOR fk IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
              WHERE contype = 'f' AND condeferrable AND conrelid::regclass::text ~ '^(public[.])?wallet_' LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I NOT DEFERRABLE', fk.of_table, fk.conname);
    END LOOP;
END $$;
"""


def move(apps, schema_editor):
    database = schema_editor.connection.alias
    info = apps.get_model("wallet", "PartnerInfo").objects.using(database)
    orders = apps.get_model("wallet", "DebitOrder").objects.using(database)
    for order in orders.exclude(additional_info={}).order_by("pk").iterator():
        uid, text = uuid.uuid4(), json.dumps(order.additional_info, separators=(",", ":"))
        info.create(
            uid=uid,
            partner_id=order.partner_id,
            service="54",
            number=order.partner_reference_no,
            info_sealed=sealing.seal(text, table="wallet_partnerinfo", field="info", row=uid),
            created_at=order.created_at,
        )


class Migration(migrations.Migration):
    dependencies = [("wallet", "0400_page_pins")]
    operations = [
        migrations.CreateModel(
            name="PartnerInfo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("service", models.CharField(max_length=2, verbose_name="layanan")),
                ("number", models.CharField(max_length=64, verbose_name="nomor mitra")),
                ("info_sealed", models.BinaryField()),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), db_index=True, verbose_name="waktu"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallet.partner",
                        verbose_name="mitra",
                    ),
                ),
            ],
            options={
                "verbose_name": "keterangan mitra",
                "verbose_name_plural": "keterangan mitra",
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "service", "number"), name="partner_info_once")
                ],
            },
        ),
        migrations.RunSQL(FOREIGN_KEYS_AT_ONCE, migrations.RunSQL.noop),
        migrations.RunPython(move, elidable=False),
        migrations.RemoveField("debitorder", "additional_info"),
    ]
