"""A merge says whether a wallet, or what was in it, is another telephone's since. Those of before say it of none."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0310_words_of_grievance_steps'),
    ]

    operations = [
        migrations.AddField(
            model_name='merge',
            name='phone_changed',
            field=models.BooleanField(db_default=False, default=False, verbose_name='nomor HP berganti'),
        ),
    ]
