"""A batch has one calculation for each enrolment, cycle and kind."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0061_cycles_of_calculations")]
    operations = [
        migrations.RemoveConstraint(model_name="calculation", name="calculation_once"),
        migrations.AlterField(
            model_name="calculation",
            name="cycle",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="disbursement.cycle",
                verbose_name="siklus",
            ),
        ),
        migrations.AddConstraint(
            model_name="calculation",
            constraint=models.UniqueConstraint(fields=("batch", "enrolment", "cycle", "kind"), name="calculation_once"),
        ),
    ]
