"""Whom an earlier merge took the restriction from has it again, as merges do since: one officer's step lifted what takes two.

Until then only the row that was merged kept it, and the survivor's is the one that is read. Each merge keeps which rows it
restricts, as new ones do, so that parting puts them back. Who was released since by two officers stays so.
"""

from django.db import migrations

TELLING = (
    "SELECT set_config('registry.source', 'duplicates', true),"
    " set_config('registry.reason', 'Penggabungan tidak mencabut pembatasan.', true)"
)
NOT_TELLING = "SELECT set_config('registry.source', '', true), set_config('registry.reason', '', true)"


# What stands with a merge is kept as it was written, but for this once.
UNKEPT = "ALTER TABLE beneficiaries_merge DISABLE TRIGGER kept_as_written"
KEPT = "ALTER TABLE beneficiaries_merge ENABLE TRIGGER kept_as_written"


def restrict(apps, schema_editor):
    def rows(name):
        return apps.get_model("beneficiaries", name).objects.using(schema_editor.connection.alias)

    restricted = set(rows("Person").filter(restricted=True).values_list("pk", flat=True))
    released = rows("DataRequest").filter(kind="release", state="done").order_by("decided_at")
    released = dict(released.values_list("person", "decided_at"))
    merged = {}  # by survivor: all rows of the human being, as far as the merges have come
    found = []  # merges, each with the rows that it should have restricted
    for merge in rows("Merge").filter(undone_at=None).order_by("pk").iterator():
        sides = [merged.pop(number, {number}) for number in (merge.survivor_id, merge.merged_id)]
        of_one = merged[merge.survivor_id] = sides[0] | sides[1]
        lifted = sorted(of_one - restricted)
        since = any(number in released and released[number] > merge.at for number in of_one)
        if lifted and len(lifted) < len(of_one) and not since:
            restricted.update(lifted)
            found.append((merge, lifted))
    if not found:
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(UNKEPT)
        for merge, lifted in found:
            rows("Merge").filter(pk=merge.pk).update(kept=merge.kept | {"restricted": lifted})
        cursor.execute(KEPT)
        cursor.execute(TELLING)
        rows("Person").filter(pk__in=[number for _merge, lifted in found for number in lifted]).update(restricted=True)
        cursor.execute(NOT_TELLING)


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0490_merges_change_telephones")]

    operations = [migrations.RunPython(restrict, migrations.RunPython.noop)]
