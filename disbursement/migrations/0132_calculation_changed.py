"""Another reason why a calculation came to nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disbursement", "0131_household_once_a_cycle"),
    ]

    operations = [
        migrations.AlterField(
            model_name="calculation",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_component", "Tidak ada komponen yang syaratnya terpenuhi."),
                    ("changed", "Datanya berubah selagi batch diisi; bila masih berhak, ia masuk batch berikutnya."),
                ],
                default="",
                max_length=12,
                verbose_name="alasan tidak dibayar",
            ),
        ),
    ]
