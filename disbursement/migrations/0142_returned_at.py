"""When a line was taken back: only what the office decides afterwards pays that part of the cycle again."""

from django.db import migrations, models

FROM_THE_LEDGER = """
UPDATE disbursement_instruction i SET returned_at = back.posted_at
FROM wallet_transfer paid JOIN wallet_transfer back ON back.reverses_id = paid.id
WHERE i.status = 'returned'
    AND paid.key = 'disburse:' || i.batch_id || ':' || i.enrolment_id || ':' || i.attempt
        || CASE i.part WHEN 'main' THEN '' ELSE ':' || i.part END
        || CASE i.kind WHEN 'regular' THEN '' ELSE ':' || i.kind || ':' || i.cycle_id END
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0141_cycles_do_not_overlap")]
    operations = [
        migrations.AddField(
            model_name="instruction",
            name="returned_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="ditarik kembali pada"),
        ),
        migrations.RunSQL(FROM_THE_LEDGER, migrations.RunSQL.noop),
    ]
