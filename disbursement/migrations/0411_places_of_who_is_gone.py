"""The places of people who died or left the registry are found by an index, however many enrolments there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0410_routes_of_late")]
    operations = [
        migrations.AddIndex(
            model_name="enrolmentstep",
            index=models.Index(
                name="enrolmentstep_gone",
                fields=["enrolment"],
                condition=models.Q(to_status="suspended", reason__in=["deceased", "left"]),
            ),
        ),
    ]
