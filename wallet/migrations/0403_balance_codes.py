"""A code that shows a balance, and pays nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wallet", "0402_partner_info")]
    operations = [
        migrations.AlterField(
            model_name="paymentcode",
            name="kind",
            field=models.CharField(
                choices=[("qr", "QR"), ("digits", "Enam angka"), ("funds", "Memperlihatkan saldo")],
                db_default="qr",
                default="qr",
                max_length=6,
                verbose_name="bentuk",
            ),
        ),
    ]
