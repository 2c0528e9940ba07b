"""What is kept of files that name an erased person, files of evidence that are called off, and one spelling of tax numbers.

A NOP with dots and one without are one property, and were two. Where both were told of somebody, the newer stands.
"""

import re
import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from vault.sealing import CannotOpen, blind_indexes, seal, unseal

TABLE = "beneficiaries_evidence"
BATCH = 2_000
NOP = re.compile(r"[0-9]{18}")
ROWS = f"""
SELECT id, uid, number_sealed FROM {TABLE}
WHERE id > %s AND kind = 'property' AND number_sealed <> '' ORDER BY id LIMIT {BATCH}
"""
# Told twice, once in each spelling: this row is no longer what telling it again is compared with.
DOUBLED = f"""
UPDATE {TABLE} AS t SET fingerprint = uuid_send(t.uid), superseded_at = coalesce(t.superseded_at, now())
FROM {TABLE} AS o WHERE t.id = %(id)s AND o.fingerprint = t.fingerprint AND o.number_index = ANY(%(indexes)s) AND o.id <> t.id
"""
# Of this row and one that has the spelling already, the one with the older fact does not stand any more.
SUPERSEDED = f"""
UPDATE {TABLE} AS t SET superseded_at = now()
FROM {TABLE} AS a, {TABLE} AS b
WHERE a.id = %(id)s AND b.number_index = ANY(%(indexes)s) AND b.kind = 'property' AND b.id <> a.id
  AND b.person_id IS NOT DISTINCT FROM a.person_id AND b.household_id IS NOT DISTINCT FROM a.household_id
  AND a.superseded_at IS NULL AND b.superseded_at IS NULL
  AND t.id = CASE WHEN (a.fact_date, a.id) < (b.fact_date, b.id) THEN a.id ELSE b.id END
"""
WRITE = f"UPDATE {TABLE} SET number_sealed = %(sealed)s, number_index = %(index)s WHERE id = %(id)s"


def one_spelling(apps, editor):
    last = 0
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(ROWS, [last])
            rows = cursor.fetchall()
            if not rows:
                return
            last = rows[-1][0]
            for number, uid, box in rows:
                place = {"table": TABLE, "field": "number", "row": uuid.UUID(str(uid))}
                try:
                    was = unseal(bytes(box), **place)
                except CannotOpen:  # damaged, or of a key that is gone: it stays as it is
                    continue
                digits = re.sub(r"[ .-]", "", was)
                if digits != was and NOP.fullmatch(digits):
                    indexes = blind_indexes(digits, subject="number")  # while keys are replaced there are several
                    told = {"id": number, "indexes": indexes, "index": indexes[0], "sealed": seal(digits, **place)}
                    for statement in (DOUBLED, SUPERSEDED, WRITE):
                        cursor.execute(statement, told)


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0026_looked_at_evidence'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='evidenceimport',
            name='end_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='alasan dibatalkan'),
        ),
        migrations.AddField(
            model_name='evidenceimport',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dibatalkan oleh'),
        ),
        migrations.AddField(
            model_name='evidenceimport',
            name='refused_erased',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='evidenceprogress',
            name='cancel_asked',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='evidenceprogress',
            name='cancel_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='evidenceprogress',
            name='cancel_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='registryimport',
            name='refused_erased',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='evidenceimport',
            name='state',
            field=models.CharField(choices=[('waiting', 'Sedang dikerjakan'), ('done', 'Selesai'), ('failed', 'Gagal'), ('cancelled', 'Dibatalkan')], db_default='waiting', db_index=True, default='waiting', max_length=9, verbose_name='status'),
        ),
        migrations.RunPython(one_spelling, migrations.RunPython.noop),
    ]
