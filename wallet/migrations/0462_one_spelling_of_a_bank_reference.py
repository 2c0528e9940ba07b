"""One of the bank's entries is one booking, however its number is spelled.

Bookings of before that are one entry in two spellings stay, and the comparison of books tells of them.
"""

from django.db import migrations, models
from django.db.models import Q

SUBJECT = "upper(trim(BOTH '-' FROM regexp_replace(reference, '[^A-Za-z0-9]+', '-', 'g')))"
FILL = f"""
ALTER TABLE wallet_depositbooking DISABLE TRIGGER step;
UPDATE wallet_depositbooking b SET subject = found.subject || CASE WHEN found.nth > 1 THEN '#' || b.id ELSE '' END
FROM (SELECT id, subject, row_number() OVER (PARTITION BY back, subject ORDER BY status = 'dropped', id) AS nth
      FROM (SELECT id, back, status, {SUBJECT} AS subject FROM wallet_depositbooking) spelled
     ) found WHERE found.id = b.id;
ALTER TABLE wallet_depositbooking ENABLE TRIGGER step;
"""  # noqa: S608  # a constant of ours
SAME = f"""
ALTER TABLE wallet_depositbooking ADD CONSTRAINT depositbooking_subject
    CHECK (subject = {SUBJECT} OR subject = {SUBJECT} || '#' || id);
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0461_successions_are_agreed_to")]
    operations = [
        migrations.RemoveConstraint("depositbooking", "depositbooking_once"),
        migrations.AddField(
            model_name="depositbooking",
            name="subject",
            field=models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="depositbooking",
            constraint=models.UniqueConstraint(
                condition=~Q(status="dropped"), fields=("back", "subject"), name="depositbooking_once"
            ),
        ),
        migrations.RunSQL(SAME, "ALTER TABLE wallet_depositbooking DROP CONSTRAINT depositbooking_subject"),
    ]
