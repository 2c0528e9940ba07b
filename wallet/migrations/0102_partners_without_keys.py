"""What was moved goes from the partner's row; every token has the key that asked for it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wallet", "0101_credentials_moved")]

    operations = [
        migrations.RemoveField("partner", "public_key"),
        migrations.RemoveField("partner", "secret_sealed"),
        migrations.AlterField(
            "accesstoken",
            "key",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tokens",
                to="wallet.credential",
                verbose_name="kunci",
            ),
        ),
    ]
