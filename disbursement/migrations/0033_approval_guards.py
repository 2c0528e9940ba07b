"""What the database itself sees to: tiers, who approves what, in which order, how often; and that all of it stays as written.

Status names of a batch that nobody has approved: draft, prepared, submitted, cancelled. All others need the approvals.
"""

from django.db import migrations

APPEND_ONLY = ("approvalscheme", "approvaltier", "submission", "sentback")

TIERS = """
CREATE FUNCTION disbursement_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION disbursement_today() RETURNS date LANGUAGE sql STABLE AS
    $$ SELECT (statement_timestamp() AT TIME ZONE 'Asia/Jakarta')::date $$;

-- The tier of a total in the scheme that is in force; none before the first scheme.
CREATE FUNCTION disbursement_tier_of(total bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
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

CREATE FUNCTION disbursement_scheme_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.made_at := statement_timestamp();
    IF NEW.starts_on < disbursement_today() THEN
        RAISE EXCEPTION 'an approval scheme never begins in the past.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER begins BEFORE INSERT ON disbursement_approvalscheme
    FOR EACH ROW EXECUTE FUNCTION disbursement_scheme_begins();

CREATE FUNCTION disbursement_scheme_covers_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM disbursement_approvaltier WHERE scheme_id = NEW.id AND from_total = 0) THEN
        RAISE EXCEPTION 'approval scheme % has no tier from 0 on.', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER covers_all AFTER INSERT ON disbursement_approvalscheme DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION disbursement_scheme_covers_all();

-- A tier is written with its scheme, not slipped into one that is in force.
CREATE FUNCTION disbursement_tier_with_its_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM disbursement_approvalscheme
                   WHERE id = NEW.scheme_id AND made_at >= transaction_timestamp()) THEN
        RAISE EXCEPTION 'approval scheme % is complete.', NEW.scheme_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER with_its_scheme BEFORE INSERT ON disbursement_approvaltier
    FOR EACH ROW EXECUTE FUNCTION disbursement_tier_with_its_scheme();
"""

SUBMISSIONS = """
-- The tier is the database's to set, at this moment, from the total that the batch has.
CREATE FUNCTION disbursement_submission_is_set() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    batch disbursement_batch;
BEGIN
    SELECT * INTO batch FROM disbursement_batch WHERE id = NEW.batch_id FOR UPDATE;
    IF batch.status IS DISTINCT FROM 'prepared' THEN
        RAISE EXCEPTION 'batch % is %: only a prepared one is submitted.', NEW.batch_id, batch.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.submitted_at := statement_timestamp();
    NEW.tier_id := disbursement_tier_of(NEW.total);
    NEW.needed := coalesce((SELECT 1 + (second_id IS NOT NULL)::int + (third_id IS NOT NULL)::int
                            FROM disbursement_approvaltier WHERE id = NEW.tier_id), 1);
    RETURN NEW;
END $$;
CREATE TRIGGER is_set BEFORE INSERT ON disbursement_submission
    FOR EACH ROW EXECUTE FUNCTION disbursement_submission_is_set();

ALTER TABLE disbursement_batch ADD CONSTRAINT batch_is_what_was_submitted
    FOREIGN KEY (submission_id, id, maker_id, digest, count, total)
    REFERENCES disbursement_submission (id, batch_id, maker_id, digest, count, total);
ALTER TABLE disbursement_approval ADD CONSTRAINT approval_of_the_submission
    FOREIGN KEY (submission_id, batch_id, maker_id, digest)
    REFERENCES disbursement_submission (id, batch_id, maker_id, digest);

DROP TRIGGER frozen ON disbursement_batch;
CREATE TRIGGER frozen BEFORE UPDATE ON disbursement_batch FOR EACH ROW
    WHEN (OLD.status NOT IN ('draft', 'prepared')
          AND (OLD.maker_id, OLD.count, OLD.total, OLD.digest, OLD.submission_id)
              IS DISTINCT FROM (NEW.maker_id, NEW.count, NEW.total, NEW.digest, NEW.submission_id)
          AND NOT (OLD.status = 'submitted' AND NEW.status = 'prepared'
                   AND NEW.maker_id IS NULL AND NEW.digest = '' AND NEW.submission_id IS NULL
                   AND (OLD.count, OLD.total) = (NEW.count, NEW.total)))
    EXECUTE FUNCTION disbursement_batch_is_frozen();
"""

APPROVALS = """
-- After the row's own constraints, so that what is said of a maker's approval is that it is one.
CREATE FUNCTION disbursement_approval_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    batch disbursement_batch;
    asked disbursement_submission;
    given int;
    role int;
BEGIN
    SELECT * INTO batch FROM disbursement_batch WHERE id = NEW.batch_id FOR UPDATE;
    IF batch.status IS DISTINCT FROM 'submitted' OR batch.submission_id IS DISTINCT FROM NEW.submission_id THEN
        RAISE EXCEPTION 'batch % does not wait for the approval of this submission.', NEW.batch_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO asked FROM disbursement_submission WHERE id = NEW.submission_id;
    SELECT count(*) INTO given FROM disbursement_approval WHERE submission_id = NEW.submission_id;
    IF NEW.position <> given OR NEW.position > asked.needed THEN
        RAISE EXCEPTION 'approval % of batch % is not the next of %.', NEW.position, NEW.batch_id, asked.needed
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- One person counts once: as who signs and as who is signed for.
    IF EXISTS (SELECT FROM disbursement_approval WHERE submission_id = NEW.submission_id AND id <> NEW.id
               AND (approver_id IN (NEW.approver_id, NEW.holder_id) OR holder_id IN (NEW.approver_id, NEW.holder_id)))
    THEN
        RAISE EXCEPTION 'an officer takes part in the approval of a batch once.' USING ERRCODE = 'unique_violation';
    END IF;
    SELECT CASE NEW.position WHEN 1 THEN first_id WHEN 2 THEN second_id ELSE third_id END INTO role
    FROM disbursement_approvaltier WHERE id = asked.tier_id;
    IF role IS NOT NULL
        AND NOT EXISTS (SELECT FROM auth_user_groups WHERE user_id = NEW.holder_id AND group_id = role) THEN
        RAISE EXCEPTION 'approval % of batch % is another role''s.', NEW.position, NEW.batch_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM auth_user WHERE id IN (NEW.approver_id, NEW.holder_id) AND NOT is_active) THEN
        RAISE EXCEPTION 'an account that is switched off approves nothing.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.delegation_id IS NOT NULL THEN
        PERFORM FROM disbursement_delegation d
        WHERE d.id = NEW.delegation_id AND d.principal_id = NEW.holder_id AND d.delegate_id = NEW.approver_id
            AND d.revoked_at IS NULL AND d.starts_at <= clock_timestamp() AND clock_timestamp() < d.ends_at
        FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the delegation % is not in force.', NEW.delegation_id USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NOT EXISTS (SELECT FROM officers_proof p WHERE p.id = NEW.proof_id AND p.user_id = NEW.approver_id
                   AND p.purpose = 'approve:' || NEW.submission_id
                   AND p.proven_at > clock_timestamp() - interval '10 minutes') THEN
        RAISE EXCEPTION 'an approval needs a fresh proof of the second factor.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER in_order AFTER INSERT ON disbursement_approval
    FOR EACH ROW EXECUTE FUNCTION disbursement_approval_in_order();

-- Beyond these states is money: nothing gets there without every approval of the submission that is in force.
CREATE FUNCTION disbursement_batch_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    needed int;
    given int;
BEGIN
    SELECT s.needed INTO needed FROM disbursement_submission s WHERE s.id = NEW.submission_id;
    SELECT count(*) INTO given FROM disbursement_approval a
    WHERE a.submission_id = NEW.submission_id AND a.digest = NEW.digest;
    IF given IS DISTINCT FROM needed THEN
        RAISE EXCEPTION 'batch % has % of % approvals.', NEW.id, given, needed USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_approved BEFORE UPDATE OF status ON disbursement_batch FOR EACH ROW
    WHEN (OLD.status IN ('draft', 'prepared', 'submitted', 'cancelled')
          AND NEW.status NOT IN ('draft', 'prepared', 'submitted', 'cancelled'))
    EXECUTE FUNCTION disbursement_batch_is_approved();
CREATE TRIGGER is_approved_from_the_first BEFORE INSERT ON disbursement_batch FOR EACH ROW
    WHEN (NEW.status NOT IN ('draft', 'prepared'))
    EXECUTE FUNCTION disbursement_batch_is_approved();

CREATE FUNCTION disbursement_sent_back_while_submitted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    batch disbursement_batch;
BEGIN
    SELECT b.* INTO batch FROM disbursement_batch b WHERE b.submission_id = NEW.submission_id FOR UPDATE;
    IF batch.status IS DISTINCT FROM 'submitted' THEN
        RAISE EXCEPTION 'submission % waits for nobody.', NEW.submission_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.kind = 'withdrawn') <> (NEW.by_id = batch.maker_id) THEN
        RAISE EXCEPTION 'a maker withdraws, and only others refuse.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER while_submitted BEFORE INSERT ON disbursement_sentback
    FOR EACH ROW EXECUTE FUNCTION disbursement_sent_back_while_submitted();

CREATE FUNCTION disbursement_batch_was_sent_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM disbursement_sentback WHERE submission_id = OLD.submission_id) THEN
        RAISE EXCEPTION 'batch %: nobody sent it back.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER was_sent_back BEFORE UPDATE OF status ON disbursement_batch FOR EACH ROW
    WHEN (OLD.status = 'submitted' AND NEW.status IN ('draft', 'prepared', 'cancelled'))
    EXECUTE FUNCTION disbursement_batch_was_sent_back();

-- What was approved of a submission that was sent back counts no more.
CREATE FUNCTION disbursement_batch_is_submitted_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM disbursement_sentback WHERE submission_id = NEW.submission_id) THEN
        RAISE EXCEPTION 'submission % was sent back: batch % is submitted anew.', NEW.submission_id, NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_submitted_anew BEFORE UPDATE OF status ON disbursement_batch FOR EACH ROW
    WHEN (OLD.status <> 'submitted' AND NEW.status = 'submitted')
    EXECUTE FUNCTION disbursement_batch_is_submitted_anew();

CREATE FUNCTION disbursement_delegation_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'delegation % was revoked: it stays so.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER stays BEFORE UPDATE ON disbursement_delegation FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL) EXECUTE FUNCTION disbursement_delegation_stays();
"""
UNDO = """
DROP TRIGGER stays ON disbursement_delegation;
DROP FUNCTION disbursement_delegation_stays();
DROP TRIGGER is_submitted_anew ON disbursement_batch;
DROP FUNCTION disbursement_batch_is_submitted_anew();
DROP TRIGGER was_sent_back ON disbursement_batch;
DROP FUNCTION disbursement_batch_was_sent_back();
DROP TRIGGER while_submitted ON disbursement_sentback;
DROP FUNCTION disbursement_sent_back_while_submitted();
DROP TRIGGER is_approved_from_the_first ON disbursement_batch;
DROP TRIGGER is_approved ON disbursement_batch;
DROP FUNCTION disbursement_batch_is_approved();
DROP TRIGGER in_order ON disbursement_approval;
DROP FUNCTION disbursement_approval_in_order();
DROP TRIGGER frozen ON disbursement_batch;
CREATE TRIGGER frozen BEFORE UPDATE ON disbursement_batch FOR EACH ROW
    WHEN (OLD.status <> 'prepared' AND (OLD.maker_id, OLD.count, OLD.total, OLD.digest)
          IS DISTINCT FROM (NEW.maker_id, NEW.count, NEW.total, NEW.digest))
    EXECUTE FUNCTION disbursement_batch_is_frozen();
ALTER TABLE disbursement_approval DROP CONSTRAINT approval_of_the_submission;
ALTER TABLE disbursement_batch DROP CONSTRAINT batch_is_what_was_submitted;
DROP TRIGGER is_set ON disbursement_submission;
DROP FUNCTION disbursement_submission_is_set();
DROP TRIGGER with_its_scheme ON disbursement_approvaltier;
DROP FUNCTION disbursement_tier_with_its_scheme();
DROP TRIGGER covers_all ON disbursement_approvalscheme;
DROP FUNCTION disbursement_scheme_covers_all();
DROP TRIGGER begins ON disbursement_approvalscheme;
DROP FUNCTION disbursement_scheme_begins();
DROP FUNCTION disbursement_tier_of(bigint);
DROP FUNCTION disbursement_today();
DROP FUNCTION disbursement_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0032_approvals_of_submissions")]
    operations = [
        migrations.RunSQL(TIERS + SUBMISSIONS + APPROVALS, UNDO),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disbursement_{table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only()",
                f"DROP TRIGGER append_only ON disbursement_{table}",
            )
            for table in APPEND_ONLY
        ),
    ]
