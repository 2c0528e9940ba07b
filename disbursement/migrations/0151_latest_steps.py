"""What happened to enrolments lately is found without the first step of each, of which there are as many as enrolments."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0150_recalculations_know_others")]
    operations = [
        migrations.AddIndex(
            model_name="enrolmentstep",
            index=models.Index(
                condition=models.Q(("from_status", ""), _negated=True), fields=["at"], name="enrolmentstep_change"
            ),
        ),
    ]
