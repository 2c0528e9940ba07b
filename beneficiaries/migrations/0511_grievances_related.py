"""Whom and what a grievance is about may be said after it was filed: who writes on the open page knows no numbers of ours."""

import json

from django.db import migrations

SEALED = ("text_sealed", "reporter_name_sealed", "phone_sealed")
FREE = ("category_id", "priority", "status", "group_id", "assignee_id", "due_at")
FREE += ("level", "rounds", "satisfied", "answered_at", "closed_at")
ABOUT = ("person_id", "household_id", "payment_id", "subject_kind", "subject_id")


def kept(*free):
    rules = json.dumps(dict.fromkeys(SEALED, "sealed") | dict.fromkeys(free, "free"))
    return (
        "CREATE OR REPLACE TRIGGER kept_as_written BEFORE UPDATE ON beneficiaries_grievance"
        f" FOR EACH ROW EXECUTE FUNCTION registry_kept_as_written('{rules}')"
    )


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0510_merges_lift_no_restriction")]

    operations = [migrations.RunSQL(kept(*FREE, *ABOUT), kept(*FREE))]
