"""Routes of before stand as agreed since they were set, and get their blind index; two officers are the database's rule too."""

import json

from django.db import migrations
from django.db.models import F

from vault.sealing import CannotOpen, blind_index, unseal

RULES = {
    "number_sealed": "sealed",
    "number_index": "sealed",
    "why": "emptied",
    "agreed_at": "once",
    "agreed_by_id": "with agreed_at",
    "ended_at": "once",
    "ended_by_id": "with ended_at",
}
BEFORE = {"number_sealed": "sealed", "ended_at": "once"}


def kept(rules):
    return (
        "CREATE TRIGGER kept BEFORE UPDATE ON disbursement_route"
        f" FOR EACH ROW EXECUTE FUNCTION registry_kept_as_written('{json.dumps(rules)}')"
    )


LET_GO = "DROP TRIGGER kept ON disbursement_route"
TWO = """
CREATE FUNCTION disbursement_route_takes_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.set_by_id IS NOT NULL AND NEW.agreed_at IS NOT NULL THEN
            RAISE EXCEPTION 'a route that an officer sets begins as a proposal.' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF OLD.agreed_at IS NULL AND NEW.agreed_at IS NOT NULL THEN
        IF OLD.ended_at IS NOT NULL THEN
            RAISE EXCEPTION 'route % was refused: it is not agreed to any more.', OLD.id USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.agreed_by_id IS NULL AND NEW.set_by_id IS NOT NULL THEN
            RAISE EXCEPTION 'route % is agreed to by another officer.', OLD.id USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER takes_two BEFORE INSERT OR UPDATE OF agreed_at ON disbursement_route
    FOR EACH ROW EXECUTE FUNCTION disbursement_route_takes_two();
"""


def as_agreed(apps, schema_editor):
    """Each number is opened once. One that does not open cannot be paid either, and is found by nothing."""
    routes = apps.get_model("disbursement", "Route").objects.using(schema_editor.connection.alias)
    routes.update(agreed_at=F("set_at"))
    for route in routes.exclude(number_sealed=b"").only("uid", "number_sealed").iterator(chunk_size=2_000):
        try:
            number = unseal(route.number_sealed, table="disbursement_route", field="number", row=route.uid)
        except CannotOpen:
            continue
        routes.filter(pk=route.pk).update(number_index=blind_index(number, subject="number"))


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0400_routes_agreed"), ("beneficiaries", "0028_written_once_by_column")]

    operations = [
        migrations.RunSQL(LET_GO, kept(BEFORE)),
        migrations.RunPython(as_agreed, migrations.RunPython.noop),
        migrations.RunSQL([kept(RULES), TWO], [LET_GO, "DROP FUNCTION disbursement_route_takes_two CASCADE"]),
    ]
