"""The clean rows of a preview are read page by page, in the order of their lines."""

from django.db import migrations

BY_LINE = """
DROP INDEX stagedperson_of_run;
CREATE INDEX stagedperson_of_run ON beneficiaries_stagedperson (run_id, line)
"""
BY_RUN = """
DROP INDEX stagedperson_of_run;
CREATE INDEX stagedperson_of_run ON beneficiaries_stagedperson (run_id)
"""


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0302_reveals_above")]
    operations = [migrations.RunSQL(BY_LINE, BY_RUN)]
