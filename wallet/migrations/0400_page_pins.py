from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wallet", "0314_applications_end")]
    operations = [
        migrations.CreateModel(
            name="PagePinTries",
            fields=[
                ("subject", models.CharField(max_length=72, primary_key=True, serialize=False, verbose_name="di mana")),
                ("since", models.DateTimeField(verbose_name="sejak")),
                ("wrong", models.PositiveIntegerField(default=0, verbose_name="salah")),
                ("blocked_until", models.DateTimeField(blank=True, null=True, verbose_name="ditutup sampai")),
            ],
            options={
                "verbose_name": "percobaan PIN di halaman bayar",
                "verbose_name_plural": "percobaan PIN di halaman bayar",
            },
        ),
    ]
