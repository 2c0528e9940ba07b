"""How often an agency may call stands with the agency."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0018_key_sha256")]

    operations = [
        migrations.AddField(
            model_name="evidencesource",
            name="paced_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
