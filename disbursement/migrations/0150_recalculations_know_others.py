"""A recalculation keeps how many of the same people were confirmed when it was filled; that stays as what it found does.

One that waits for a decision now knows of none: where another is confirmed already, it is worked out anew.
"""

from django.db import migrations, models

GUARD = """
CREATE TRIGGER known_stays BEFORE UPDATE OF known ON disbursement_recalculation FOR EACH ROW
    WHEN (OLD.status <> 'waiting' AND OLD.known <> NEW.known) EXECUTE FUNCTION disbursement_recalculation_is_decided();
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0142_returned_at")]
    operations = [
        migrations.AddField(
            model_name="recalculation",
            name="known",
            field=models.PositiveIntegerField(
                db_default=0, default=0, editable=False, verbose_name="perhitungan ulang yang dikenal"
            ),
        ),
        migrations.RunSQL(GUARD, "DROP TRIGGER known_stays ON disbursement_recalculation"),
    ]
