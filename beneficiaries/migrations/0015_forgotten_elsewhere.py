"""Who is forgotten is so in their consents and representations too: the proof's number, and who came from outside."""

from django.db import migrations, models
from django.db.models import Q

# Nothing of a consent changes but that its proof goes, and nothing is deleted.
EMPTIED = r"""
CREATE FUNCTION registry_consent_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.evidence <> '' OR to_jsonb(NEW) - 'evidence' <> to_jsonb(OLD) - 'evidence' THEN
        RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
ONCE = "CREATE TRIGGER append_only BEFORE {} ON beneficiaries_consent FOR EACH STATEMENT EXECUTE FUNCTION registry_is_append_only()"
DROP = "DROP TRIGGER append_only ON beneficiaries_consent"
ONLY_EMPTIED = (
    "CREATE TRIGGER only_emptied BEFORE UPDATE ON beneficiaries_consent"
    " FOR EACH ROW EXECUTE FUNCTION registry_consent_emptied()"
)


def statements(*texts):
    return [(text, None) for text in texts]


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0014_death_dates")]

    operations = [
        migrations.RunSQL(
            statements(EMPTIED, DROP, ONCE.format("DELETE OR TRUNCATE"), ONLY_EMPTIED),
            statements(
                "DROP FUNCTION registry_consent_emptied CASCADE", DROP, ONCE.format("UPDATE OR DELETE OR TRUNCATE")
            ),
        ),
        migrations.RemoveConstraint(model_name="representation", name="representation_of_one"),
        migrations.AddConstraint(
            model_name="representation",
            constraint=models.CheckConstraint(
                name="representation_of_one",
                condition=Q(representative__isnull=False, nik_index__isnull=True)
                | (Q(representative__isnull=True, nik_index__isnull=False) & ~Q(name_sealed=b""))
                | Q(
                    representative__isnull=True,
                    nik_index__isnull=True,
                    nik_sealed=b"",
                    name_sealed=b"",
                    status__in=["refused", "ended"],
                ),
            ),
        ),
    ]
