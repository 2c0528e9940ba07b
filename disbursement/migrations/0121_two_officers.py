"""What one officer does not do alone: a scheme in force, a version in force, a delegation; and who made a batch agrees to none.

- A scheme counts once another officer agreed to it, on a day before it begins (or on that day, where none is in force). Those
  of before this migration count as they did: their agreement names nobody.
- A tier is written by the transaction that wrote its scheme. Comparing moments was not enough: a transaction that began
  before the scheme could write a tier after it. The moment is compared still, as numbers of transactions begin anew in a
  restored cluster.
- A delegation is made by its principal or by who may delegate for others, lasts 92 days at most, and is only ever revoked.
- Whoever holds an approval may approve batches; and nobody who began the batch or submitted it, now or earlier.
- A version that an officer drafted is put into force by another. One with a component for the members of the family is of a
  programme with one place a family, and such a programme stays so: else each enrolled member is paid for all.
"""

from django.db import migrations

OF_BEFORE = """
INSERT INTO disbursement_schemeagreement (scheme_id, by_id, reason, at) SELECT id, NULL, '', made_at FROM disbursement_approvalscheme;
SET CONSTRAINTS ALL IMMEDIATE;
"""
NO_AGREEMENTS = """
DROP TRIGGER append_only ON disbursement_schemeagreement;
DELETE FROM disbursement_schemeagreement;
SET CONSTRAINTS ALL IMMEDIATE;
"""

SCHEMES = """
CREATE OR REPLACE FUNCTION disbursement_tier_of(total bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    scheme bigint;
    tier bigint;
BEGIN
    SELECT s.id INTO scheme FROM disbursement_approvalscheme s JOIN disbursement_schemeagreement a ON a.scheme_id = s.id
    WHERE s.starts_on <= disbursement_today() ORDER BY s.starts_on DESC, s.id DESC LIMIT 1;
    IF scheme IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT t.id INTO tier FROM disbursement_approvaltier t WHERE t.scheme_id = scheme AND t.from_total <= total
    ORDER BY t.from_total DESC LIMIT 1;
    IF tier IS NULL THEN
        RAISE EXCEPTION 'approval scheme % has no tier for %.', scheme, total USING ERRCODE = 'check_violation';
    END IF;
    RETURN tier;
END $$;

CREATE FUNCTION disbursement_scheme_is_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    scheme disbursement_approvalscheme;
    today date := disbursement_today();
BEGIN
    SELECT * INTO scheme FROM disbursement_approvalscheme WHERE id = NEW.scheme_id;
    NEW.at := statement_timestamp();
    IF NEW.by_id IS NULL OR NEW.by_id = scheme.made_by_id THEN
        RAISE EXCEPTION 'another officer agrees to approval scheme %.', NEW.scheme_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF scheme.starts_on < today OR scheme.starts_on = today AND EXISTS (
        SELECT FROM disbursement_approvalscheme s JOIN disbursement_schemeagreement a ON a.scheme_id = s.id
        WHERE s.starts_on <= today) THEN
        RAISE EXCEPTION 'approval scheme % would change today what batches need.', NEW.scheme_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_agreed BEFORE INSERT ON disbursement_schemeagreement
    FOR EACH ROW EXECUTE FUNCTION disbursement_scheme_is_agreed();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disbursement_schemeagreement
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();

CREATE OR REPLACE FUNCTION disbursement_scheme_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.made_at := statement_timestamp();
    NEW.written_in := pg_current_xact_id()::text::bigint;
    IF NEW.starts_on < disbursement_today() THEN
        RAISE EXCEPTION 'an approval scheme never begins in the past.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION disbursement_tier_with_its_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM disbursement_approvalscheme
                   WHERE id = NEW.scheme_id AND made_at >= transaction_timestamp()
                       AND written_in = pg_current_xact_id()::text::bigint) THEN
        RAISE EXCEPTION 'approval scheme % is complete.', NEW.scheme_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
SCHEMES_OF_BEFORE = """
CREATE OR REPLACE FUNCTION disbursement_tier_with_its_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM disbursement_approvalscheme
                   WHERE id = NEW.scheme_id AND made_at >= transaction_timestamp()) THEN
        RAISE EXCEPTION 'approval scheme % is complete.', NEW.scheme_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION disbursement_scheme_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.made_at := statement_timestamp();
    IF NEW.starts_on < disbursement_today() THEN
        RAISE EXCEPTION 'an approval scheme never begins in the past.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER is_agreed ON disbursement_schemeagreement;
DROP FUNCTION disbursement_scheme_is_agreed();
CREATE OR REPLACE FUNCTION disbursement_tier_of(total bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    scheme bigint;
    tier bigint;
BEGIN
    SELECT id INTO scheme FROM disbursement_approvalscheme WHERE starts_on <= disbursement_today()
    ORDER BY starts_on DESC, id DESC LIMIT 1;
    IF scheme IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT t.id INTO tier FROM disbursement_approvaltier t WHERE t.scheme_id = scheme AND t.from_total <= total
    ORDER BY t.from_total DESC LIMIT 1;
    IF tier IS NULL THEN
        RAISE EXCEPTION 'approval scheme % has no tier for %.', scheme, total USING ERRCODE = 'check_violation';
    END IF;
    RETURN tier;
END $$;
"""

APPROVERS = """
-- Whether the office lets the officer do that with batches: as Django's ModelBackend reads users, groups and permissions.
CREATE FUNCTION disbursement_may(officer bigint, permission text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM auth_user u WHERE u.id = officer AND u.is_active AND (u.is_superuser OR EXISTS (
            SELECT FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
            WHERE t.app_label = 'disbursement' AND p.codename = permission
                AND (EXISTS (SELECT FROM auth_user_user_permissions o WHERE o.user_id = u.id AND o.permission_id = p.id)
                     OR EXISTS (SELECT FROM auth_user_groups m JOIN auth_group_permissions g ON g.group_id = m.group_id
                                WHERE m.user_id = u.id AND g.permission_id = p.id)))))
$$;

CREATE FUNCTION disbursement_approval_is_anothers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT disbursement_may(NEW.holder_id, 'approve_batch') THEN
        RAISE EXCEPTION 'officer % may not approve batches.', NEW.holder_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM disbursement_submission
               WHERE batch_id = NEW.batch_id AND maker_id IN (NEW.approver_id, NEW.holder_id))
        OR EXISTS (SELECT FROM disbursement_batchstep
                   WHERE batch_id = NEW.batch_id AND to_status = 'draft' AND by_id IN (NEW.approver_id, NEW.holder_id)) THEN
        RAISE EXCEPTION 'who made batch % does not agree to it.', NEW.batch_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER is_anothers AFTER INSERT ON disbursement_approval
    FOR EACH ROW EXECUTE FUNCTION disbursement_approval_is_anothers();

CREATE FUNCTION disbursement_delegation_is_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.ends_at > NEW.starts_at + interval '92 days' THEN
        RAISE EXCEPTION 'a delegation lasts 92 days at most.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.made_by_id <> NEW.principal_id AND NOT disbursement_may(NEW.made_by_id, 'delegate_for_others') THEN
        RAISE EXCEPTION 'officer % may not delegate for another.', NEW.made_by_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_made BEFORE INSERT ON disbursement_delegation
    FOR EACH ROW EXECUTE FUNCTION disbursement_delegation_is_made();
CREATE FUNCTION disbursement_delegation_is_only_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'delegation % is only ever revoked.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER is_only_revoked BEFORE UPDATE ON disbursement_delegation FOR EACH ROW
    WHEN ((OLD.id, OLD.principal_id, OLD.delegate_id, OLD.starts_at, OLD.ends_at, OLD.reason, OLD.made_by_id, OLD.made_at)
          IS DISTINCT FROM
          (NEW.id, NEW.principal_id, NEW.delegate_id, NEW.starts_at, NEW.ends_at, NEW.reason, NEW.made_by_id, NEW.made_at))
    EXECUTE FUNCTION disbursement_delegation_is_only_revoked();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON disbursement_delegation
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();
"""
NO_APPROVERS = """
DROP TRIGGER append_only ON disbursement_delegation;
DROP TRIGGER is_only_revoked ON disbursement_delegation;
DROP FUNCTION disbursement_delegation_is_only_revoked();
DROP TRIGGER is_made ON disbursement_delegation;
DROP FUNCTION disbursement_delegation_is_made();
DROP TRIGGER is_anothers ON disbursement_approval;
DROP FUNCTION disbursement_approval_is_anothers();
DROP FUNCTION disbursement_may(bigint, text);
"""

VERSIONS = """
CREATE FUNCTION disbursement_version_comes_into_force() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one_per_household boolean;
BEGIN
    IF NEW.by_id IS NOT NULL AND (NEW.enforced_by_id IS NULL OR NEW.enforced_by_id = NEW.by_id) THEN
        RAISE EXCEPTION 'version %: another than who drafted it puts it into force.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- The programme's row is locked, or it could change between the look and the commit.
    SELECT p.one_per_household INTO one_per_household FROM disbursement_programme p WHERE p.id = NEW.programme_id FOR SHARE;
    IF NOT one_per_household
        AND EXISTS (SELECT FROM disbursement_component WHERE version_id = NEW.id AND per = 'members') THEN
        RAISE EXCEPTION 'version % pays for the family, of which several may be enrolled.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER comes_into_force BEFORE INSERT OR UPDATE ON disbursement_programmeversion FOR EACH ROW
    WHEN (NEW.enforced_at IS NOT NULL) EXECUTE FUNCTION disbursement_version_comes_into_force();

CREATE FUNCTION disbursement_programme_pays_for_families() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM disbursement_programmeversion v JOIN disbursement_component c ON c.version_id = v.id
               WHERE v.programme_id = NEW.id AND v.enforced_at IS NOT NULL AND c.per = 'members') THEN
        RAISE EXCEPTION 'programme % pays for families: one place each, as long as it does.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pays_for_families BEFORE UPDATE OF one_per_household ON disbursement_programme FOR EACH ROW
    WHEN (OLD.one_per_household AND NOT NEW.one_per_household) EXECUTE FUNCTION disbursement_programme_pays_for_families();
"""
NO_VERSIONS = """
DROP TRIGGER pays_for_families ON disbursement_programme;
DROP FUNCTION disbursement_programme_pays_for_families();
DROP TRIGGER comes_into_force ON disbursement_programmeversion;
DROP FUNCTION disbursement_version_comes_into_force();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("disbursement", "0120_scheme_agreements"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunSQL(OF_BEFORE, NO_AGREEMENTS),
        migrations.RunSQL(SCHEMES, SCHEMES_OF_BEFORE),
        migrations.RunSQL(APPROVERS, NO_APPROVERS),
        migrations.RunSQL(VERSIONS, NO_VERSIONS),
    ]
