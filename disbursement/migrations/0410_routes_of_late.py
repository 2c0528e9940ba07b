"""What was decided lately about routes is found by an index, however many there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0405_objections_of_the_person")]
    operations = [
        migrations.AddIndex(
            model_name="route",
            index=models.Index(
                name="route_agreed", fields=["agreed_at", "id"], condition=models.Q(agreed_at__isnull=False)
            ),
        ),
        migrations.AddIndex(
            model_name="route",
            index=models.Index(
                name="route_ended",
                fields=["ended_at", "id"],
                condition=models.Q(ended_at__isnull=False, agreed_at__isnull=False),
            ),
        ),
    ]
