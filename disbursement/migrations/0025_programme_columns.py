"""The versions have what the programme's columns said."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0024_first_versions")]
    operations = [
        migrations.RemoveConstraint(
            model_name='programme',
            name='programme_purse_days',
        ),
        migrations.RemoveConstraint(
            model_name='programme',
            name='programme_amount_positive',
        ),
        migrations.RemoveField(
            model_name='programme',
            name='amount',
        ),
        migrations.RemoveField(
            model_name='programme',
            name='eligibility',
        ),
        migrations.RemoveField(
            model_name='programme',
            name='purse_days',
        ),
        migrations.RemoveField(
            model_name='programme',
            name='terms',
        ),
        migrations.AlterField(
            model_name='batch',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='disbursement.programmeversion', verbose_name='versi program'),
        ),
        migrations.AlterField(
            model_name='chunk',
            name='terms',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wallet.purseterms', verbose_name='aturan kantong'),
        ),
        migrations.AlterField(
            model_name='chunk',
            name='title',
            field=models.CharField(max_length=120, verbose_name='judul kantong'),
        ),
    ]
