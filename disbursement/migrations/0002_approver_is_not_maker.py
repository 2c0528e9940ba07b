"""Ties an approval's maker to its batch's, so that the CHECK compares the approver with the true maker."""

from django.db import migrations

TIE = """
ALTER TABLE disbursement_approval ADD CONSTRAINT approval_of_the_batchs_maker
    FOREIGN KEY (batch_id, maker_id) REFERENCES disbursement_batch (id, maker_id);
"""
UNDO = "ALTER TABLE disbursement_approval DROP CONSTRAINT approval_of_the_batchs_maker;"


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0001_initial")]
    operations = [migrations.RunSQL(TIE, UNDO)]
