"""How often an agency may call stands with the agency."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0019_looked_at_imports")]

    operations = [
        migrations.AddField(
            model_name="evidencesource",
            name="paced_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
