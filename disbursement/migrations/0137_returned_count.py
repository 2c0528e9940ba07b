"""A chunk counts what was taken back apart: nobody failed to pay it."""

from django.db import migrations, models

COUNT = """
UPDATE disbursement_chunk c SET returned_count = returned.many
FROM (SELECT chunk_id, count(*) AS many FROM disbursement_instruction WHERE status = 'returned' GROUP BY chunk_id) returned
WHERE c.id = returned.chunk_id
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0136_states_in_order")]
    operations = [
        migrations.AddField(
            model_name="chunk",
            name="returned_count",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="ditarik kembali"),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
