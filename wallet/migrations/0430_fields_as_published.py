"""A till and a store may be named as long as the standard lets partners name them: 32 and 64 characters.

Back again fails where a longer name is kept, which nobody may cut.
"""

from django.core.validators import RegexValidator
from django.db import migrations, models

VISIBLE = RegexValidator(r"\A[\x21-\x7e]+\Z", "Isi huruf, angka, dan tanda tanpa spasi.")


class Migration(migrations.Migration):
    dependencies = [("wallet", "0422_phone_of_an_allowance")]
    operations = [
        migrations.AlterField(
            model_name="payment",
            name="terminal_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=32, verbose_name="terminal"),
        ),
        migrations.AlterField(
            model_name="hold",
            name="terminal_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=32, verbose_name="terminal"),
        ),
        migrations.AlterField(
            model_name="terminal",
            name="terminal_id",
            field=models.CharField(max_length=32, validators=[VISIBLE], verbose_name="id terminal"),
        ),
        migrations.AlterField(
            model_name="mpmcode",
            name="store",
            field=models.CharField(blank=True, max_length=64, verbose_name="toko"),
        ),
        migrations.AlterField(
            model_name="mpmpayment",
            name="store",
            field=models.CharField(blank=True, max_length=64, verbose_name="toko"),
        ),
    ]
