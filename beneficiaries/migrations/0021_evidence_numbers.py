"""Plates and tax numbers of property are sealed and found by a blind index; they stand in no column in the clear any more.

What a dropped value leaves behind until it is overwritten (dead rows until VACUUM, write-ahead logs, older backups) is not
ours to reach: see the README.
"""

import hashlib
import json
import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models
from django.db.models import Q

from vault.sealing import blind_index, seal, unseal

TABLE = "beneficiaries_evidence"
NAMES = {"vehicle": "plate", "property": "object"}
BATCH = 2_000
COLUMNS = "id, uid, kind, value::text, person_id, household_id, source, fact_date, valid_until, document, number_sealed"
WRITE = f"""
UPDATE {TABLE} AS t SET value = v.value::jsonb, item = v.item, number_sealed = v.sealed, number_index = v.index,
    fingerprint = v.fingerprint
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bytea[], %s::bytea[], %s::bytea[])
    AS v (id, value, item, sealed, index, fingerprint)
WHERE t.id = v.id
"""
# Whoever was forgotten leaves nothing that what was told of them could be tried against.
FORGOTTEN = f"""
UPDATE {TABLE} SET fingerprint = uuid_send(uid)
WHERE (value = '{{}}' AND kind <> 'death')
   OR person_id IN (SELECT id FROM beneficiaries_person WHERE erased_at IS NOT NULL)
"""


def fingerprint(row, value):
    _id, _uid, kind, _value, person, household, source, fact_date, valid_until, document, _sealed = row
    until = valid_until.isoformat() if valid_until else ""
    said = [person, household, kind, value, source, fact_date.isoformat(), until, document]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).digest()


def rewrite(editor, change):
    """Every row of a vehicle or property that still says something, in batches."""
    last = 0
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT {COLUMNS} FROM {TABLE} WHERE id > %s AND kind = ANY(%s) AND value <> '{{}}' ORDER BY id LIMIT %s",
                [last, list(NAMES), BATCH],
            )
            rows = cursor.fetchall()
            if not rows:
                break
            last = rows[-1][0]
            written = [change(row, NAMES[row[2]], json.loads(row[3])) for row in rows]
            cursor.execute(WRITE, [list(column) for column in zip(*written, strict=True)])
        # A table with checks still to be made (the rows are this transaction's own by now) takes no new index.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def sealed(row, name, value):
    number = value.pop(name)
    box = seal(number, table=TABLE, field="number", row=uuid.UUID(str(row[1])))
    return row[0], json.dumps(value), "", box, blind_index(number, subject="number"), fingerprint(row, value)


def opened(row, name, value):
    uid, box = uuid.UUID(str(row[1])), bytes(row[10])
    if not box:  # kept long enough
        value[name] = ""
        return row[0], json.dumps(value), "", b"", None, uid.bytes
    value[name] = unseal(box, table=TABLE, field="number", row=uid)
    return row[0], json.dumps(value), value[name], b"", None, fingerprint(row, value)


def seal_numbers(apps, editor):
    with editor.connection.cursor() as cursor:
        cursor.execute(FORGOTTEN)
    rewrite(editor, sealed)


def open_numbers(apps, editor):
    rewrite(editor, opened)


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0020_evidence_pace")]

    operations = [
        migrations.AddField(  # each row its own: a default of Python's would be one for all
            model_name="evidence",
            name="uid",
            field=models.UUIDField(db_default=RandomUUID(), editable=False),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="uid",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name="evidence",
            name="number_sealed",
            field=models.BinaryField(db_default=b"", default=b"", editable=False),
        ),
        migrations.AddField(
            model_name="evidence", name="number_index", field=models.BinaryField(editable=False, null=True)
        ),
        migrations.RemoveConstraint(model_name="evidence", name="evidence_newest_of_person"),
        migrations.RemoveConstraint(model_name="evidence", name="evidence_newest_of_household"),
        migrations.AlterField(
            model_name="evidence", name="fingerprint", field=models.BinaryField(editable=False)
        ),
        migrations.RunPython(seal_numbers, open_numbers),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                condition=Q(number_index__isnull=False), fields=["number_index"], name="evidence_by_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(
                condition=Q(person__isnull=False, superseded_at__isnull=True),
                fields=("person", "kind", "item", "number_index"),
                name="evidence_newest_of_person",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(
                condition=Q(household__isnull=False, superseded_at__isnull=True),
                fields=("household", "kind", "item", "number_index"),
                name="evidence_newest_of_household",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(
                fields=("fingerprint", "number_index"), name="evidence_told_once", nulls_distinct=False
            ),
        ),
    ]
