"""Budgets hold at submission and at the last approval, whoever moves the batch; both hold the programme's lock.

What batches take of budgets is frozen with their content, and only ever becomes less.
"""

from django.db import migrations

# Batches of before: by where people live now, which is all that is known.
FILL = """
INSERT INTO disbursement_batchregion (batch_id, year, region, count, total, used)
SELECT b.id, extract(year FROM c.period)::int, left(h.kelurahan, 8), count(*), sum(i.amount),
       CASE WHEN b.status = 'closed' THEN coalesce(sum(i.amount) FILTER (WHERE i.status = 'paid'), 0) ELSE sum(i.amount) END
FROM disbursement_batch b JOIN disbursement_instruction i ON i.batch_id = b.id
JOIN disbursement_cycle c ON c.id = i.cycle_id JOIN disbursement_enrolment e ON e.id = i.enrolment_id
JOIN beneficiaries_person p ON p.id = e.person_id JOIN beneficiaries_household h ON h.id = p.household_id
WHERE b.status NOT IN ('draft', 'cancelled') AND i.status <> 'cancelled' GROUP BY b.id, 2, 3;
"""
GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disbursement_budget
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();

-- A budget made now holds from this moment, not over a batch that is being approved.
CREATE FUNCTION disbursement_budget_is_set() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM disbursement_programme WHERE id = NEW.programme_id FOR NO KEY UPDATE;
    NEW.made_at := statement_timestamp();
    IF NEW.starts_on < disbursement_today() THEN
        RAISE EXCEPTION 'a budget never begins in the past.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_set BEFORE INSERT ON disbursement_budget FOR EACH ROW EXECUTE FUNCTION disbursement_budget_is_set();

-- The rows of a programme that count today.
CREATE FUNCTION disbursement_budgets_of(of_programme bigint) RETURNS SETOF disbursement_budget LANGUAGE sql STABLE AS $$
    SELECT * FROM (
        SELECT DISTINCT ON (year, region) * FROM disbursement_budget
        WHERE programme_id = of_programme AND starts_on <= disbursement_today()
        ORDER BY year, region, starts_on DESC, id DESC) newest
    WHERE amount IS NOT NULL
$$;

-- Where a batch asks for more than others leave: budget, what others of these statuses use, what it asks for.
CREATE FUNCTION disbursement_budgets_short(of_batch bigint, statuses text[])
    RETURNS TABLE (year int, region text, amount bigint, used bigint, asked bigint) LANGUAGE sql STABLE AS $$
    WITH mine AS (
        SELECT b.id, c.programme_id FROM disbursement_batch b JOIN disbursement_cycle c ON c.id = b.cycle_id
        WHERE b.id = of_batch
    ), parts AS (
        SELECT r.year, r.region,
               coalesce(sum(r.used) FILTER (WHERE b.id <> of_batch), 0)::bigint AS used,
               coalesce(sum(r.total) FILTER (WHERE b.id = of_batch), 0)::bigint AS asked
        FROM mine JOIN disbursement_cycle c ON c.programme_id = mine.programme_id
        JOIN disbursement_batch b ON b.cycle_id = c.id JOIN disbursement_batchregion r ON r.batch_id = b.id
        WHERE b.id = of_batch OR b.status = ANY (statuses)
        GROUP BY r.year, r.region
    )
    SELECT * FROM (
        SELECT l.year::int, l.region::text, l.amount, coalesce(sum(p.used), 0)::bigint AS used,
               coalesce(sum(p.asked), 0)::bigint AS asked
        FROM mine CROSS JOIN LATERAL disbursement_budgets_of(mine.programme_id) l
        JOIN parts p ON p.year = l.year AND (l.region = '' OR p.region = l.region OR starts_with(p.region, l.region || '.'))
        GROUP BY l.year, l.region, l.amount) limits
    WHERE limits.asked > 0 AND limits.used + limits.asked > limits.amount
    ORDER BY 1, 2
$$;

CREATE FUNCTION disbursement_batch_within_budgets() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    programme bigint;
    counted bigint;
    short record;
BEGIN
    SELECT programme_id INTO programme FROM disbursement_cycle WHERE id = NEW.cycle_id;
    PERFORM FROM disbursement_programme WHERE id = programme FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM disbursement_budgets_of(programme)) THEN
        RETURN NEW;
    END IF;
    SELECT coalesce(sum(total), 0) INTO counted FROM disbursement_batchregion WHERE batch_id = NEW.id;
    IF counted <> NEW.total THEN
        RAISE EXCEPTION 'batch % pays %, its regions say %.', NEW.id, NEW.total, counted USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO short FROM disbursement_budgets_short(NEW.id, CASE NEW.status
        WHEN 'submitted' THEN ARRAY['submitted', 'approved', 'paying', 'paused', 'closed']
        ELSE ARRAY['approved', 'paying', 'paused', 'closed'] END) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'batch % asks for % of budget % %, which has % of % left.', NEW.id, short.asked, short.year,
            short.region, short.amount - short.used, short.amount USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER within_budgets BEFORE UPDATE OF status ON disbursement_batch FOR EACH ROW
    WHEN ((OLD.status = 'prepared' AND NEW.status = 'submitted') OR (OLD.status = 'submitted' AND NEW.status = 'approved'))
    EXECUTE FUNCTION disbursement_batch_within_budgets();

CREATE FUNCTION disbursement_batch_region_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.id, OLD.batch_id, OLD.year, OLD.region, OLD.count, OLD.total)
            IS NOT DISTINCT FROM (NEW.id, NEW.batch_id, NEW.year, NEW.region, NEW.count, NEW.total)
        AND NEW.used <= OLD.used AND EXISTS (SELECT FROM disbursement_batch WHERE id = NEW.batch_id AND status IN
            ('approved', 'paying', 'paused', 'closed')) THEN
        RETURN NEW;
    END IF;
    PERFORM disbursement_refuse_if_submitted(CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.batch_id] WHEN 'DELETE'
        THEN ARRAY[OLD.batch_id] ELSE ARRAY[OLD.batch_id, NEW.batch_id] END);
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON disbursement_batchregion
    FOR EACH ROW EXECUTE FUNCTION disbursement_batch_region_is_frozen();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON disbursement_batchregion
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();
"""
UNDO = """
DROP TRIGGER never_emptied ON disbursement_batchregion;
DROP TRIGGER frozen ON disbursement_batchregion;
DROP FUNCTION disbursement_batch_region_is_frozen();
DROP TRIGGER within_budgets ON disbursement_batch;
DROP FUNCTION disbursement_batch_within_budgets();
DROP FUNCTION disbursement_budgets_short(bigint, text[]);
DROP FUNCTION disbursement_budgets_of(bigint);
DROP TRIGGER is_set ON disbursement_budget;
DROP FUNCTION disbursement_budget_is_set();
DROP TRIGGER append_only ON disbursement_budget;
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0082_budgets")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop), migrations.RunSQL(GUARD, UNDO)]
