"""Each programme's rule, amount and terms become its version 1, with one component; batches and chunks point to it."""

from django.db import migrations

VERSIONS = """
INSERT INTO disbursement_programmeversion
    (programme_id, number, starts_on, decree, eligibility, terms_id, purse_days, priority)
SELECT id, 1, '2000-01-01', '', eligibility, terms_id, purse_days, 'oldest' FROM disbursement_programme;
INSERT INTO disbursement_component (version_id, code, name, condition, amount, per, months)
SELECT v.id, 'bantuan', 'Bantuan', '', p.amount, 'person', 1
FROM disbursement_programmeversion v JOIN disbursement_programme p ON p.id = v.programme_id;
UPDATE disbursement_programmeversion SET enforced_at = now();
UPDATE disbursement_batch b SET version_id = v.id
FROM disbursement_cycle c JOIN disbursement_programmeversion v ON v.programme_id = c.programme_id WHERE c.id = b.cycle_id;
UPDATE disbursement_chunk c SET title = b.purse_title, terms_id = v.terms_id, purse_days = v.purse_days
FROM disbursement_batch b JOIN disbursement_programmeversion v ON v.id = b.version_id WHERE b.id = c.batch_id;
"""


def refuse_while_batches_run(apps, schema_editor):
    """What a batch says is written another way from now on: its approval would not be that of its content any more."""
    batches = apps.get_model("disbursement", "Batch").objects.using(schema_editor.connection.alias)
    running = batches.filter(status__in=["submitted", "approved"])
    if numbers := list(running.order_by("pk").values_list("pk", flat=True)[:20]):
        raise RuntimeError(
            f"Batches {numbers} were submitted and are not closed. Pay or cancel them with the release before, then migrate."
        )


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0023_versions")]
    operations = [
        migrations.RunPython(refuse_while_batches_run, migrations.RunPython.noop),
        migrations.RunSQL(VERSIONS, migrations.RunSQL.noop),
    ]
