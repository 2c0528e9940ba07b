"""Nobody excludes on evidence that they noted, and nobody puts their own rule into force: the database refuses it to everybody."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION registry_exclusion_is_anothers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM beneficiaries_proposal_evidence AS rests_on
        JOIN beneficiaries_evidence AS evidence ON evidence.id = rests_on.evidence_id
        WHERE rests_on.proposal_id = NEW.proposal_id AND evidence.by_id = NEW.accepted_by_id
    ) THEN
        RAISE EXCEPTION 'proposal %: who noted its evidence does not exclude on it.', NEW.proposal_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_anothers BEFORE INSERT ON beneficiaries_exclusion
    FOR EACH ROW EXECUTE FUNCTION registry_exclusion_is_anothers();

CREATE FUNCTION registry_rule_is_anothers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'exclusion rule %: another than its author puts it into force.', NEW.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER is_anothers BEFORE INSERT OR UPDATE OF enforced_by_id ON beneficiaries_exclusionrule
    FOR EACH ROW WHEN (NEW.enforced_by_id = NEW.by_id) EXECUTE FUNCTION registry_rule_is_anothers();
"""
NO_GUARDS = """
DROP TRIGGER is_anothers ON beneficiaries_exclusionrule;
DROP FUNCTION registry_rule_is_anothers;
DROP TRIGGER is_anothers ON beneficiaries_exclusion;
DROP FUNCTION registry_exclusion_is_anothers;
"""


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0300_one_head")]
    operations = [migrations.RunSQL(GUARDS, NO_GUARDS)]
