"""No month of a programme is paid by two cycles: what a component pays for three months is paid once in three months.

A cycle holds its months from its first batch (or the first whom it is owed) on, and lets go of them once every batch is
cancelled and nobody is owed it: a month chosen by mistake stands in nobody's way. Its length is read from the version when it
begins to hold them; a version that comes into force for it later only makes it longer.

Cycles of before: of those that overlap, the earlier holds the months. The others stay as they are, and what they have is paid;
they get no further batch.
"""

from django.db import migrations

LENGTHS = """
CREATE FUNCTION disbursement_cycle_months(of_programme bigint, of_period date) RETURNS smallint LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT greatest(v.months, (SELECT max(c.months) FROM disbursement_component c WHERE c.version_id = v.id), 1)
        FROM disbursement_programmeversion v
        WHERE v.programme_id = of_programme AND v.enforced_at IS NOT NULL AND v.starts_on <= of_period
        ORDER BY v.starts_on DESC, v.number DESC LIMIT 1), 1)::smallint
$$;
CREATE FUNCTION disbursement_cycle_span(period date, months smallint) RETURNS daterange LANGUAGE sql IMMUTABLE AS $$
    SELECT daterange(period, (period + make_interval(months => months))::date)
$$;
CREATE FUNCTION disbursement_cycle_is_used(of_cycle bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM disbursement_batch WHERE cycle_id = of_cycle AND status <> 'cancelled')
        OR EXISTS (SELECT FROM disbursement_owedcycle WHERE cycle_id = of_cycle AND withdrawn_at IS NULL)
$$;
-- The first other cycle that holds a month which one of the period would cover; none for a cycle that holds its own.
CREATE FUNCTION disbursement_overlapping_cycle(of_programme bigint, of_period date) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT other.id FROM disbursement_cycle other
    WHERE other.programme_id = of_programme AND other.held AND other.period <> of_period
        AND disbursement_cycle_span(other.period, other.months)
            && disbursement_cycle_span(of_period, disbursement_cycle_months(of_programme, of_period))
        AND NOT EXISTS (SELECT FROM disbursement_cycle own
                        WHERE own.programme_id = of_programme AND own.period = of_period AND own.held)
    ORDER BY other.period LIMIT 1
$$;
"""
NO_LENGTHS = """
DROP FUNCTION disbursement_overlapping_cycle(bigint, date);
DROP FUNCTION disbursement_cycle_is_used(bigint);
DROP FUNCTION disbursement_cycle_span(date, smallint);
DROP FUNCTION disbursement_cycle_months(bigint, date);
"""

OF_BEFORE = """
UPDATE disbursement_cycle SET months = disbursement_cycle_months(programme_id, period);
DO $$
DECLARE
    one record;
    programme bigint := 0;
    free_from date;
BEGIN
    FOR one IN SELECT * FROM disbursement_cycle WHERE disbursement_cycle_is_used(id) ORDER BY programme_id, period LOOP
        IF one.programme_id <> programme OR one.period >= free_from THEN
            UPDATE disbursement_cycle SET held = true WHERE id = one.id;
            programme := one.programme_id;
            free_from := upper(disbursement_cycle_span(one.period, one.months));
        END IF;
    END LOOP;
END $$;
SET CONSTRAINTS ALL IMMEDIATE;
"""

GUARD = """
ALTER TABLE disbursement_cycle ADD CONSTRAINT cycles_do_not_overlap
    EXCLUDE USING gist (programme_id WITH =, disbursement_cycle_span(period, months) WITH &&) WHERE (held);

CREATE FUNCTION disbursement_cycle_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.held := false;
    NEW.months := disbursement_cycle_months(NEW.programme_id, NEW.period);
    RETURN NEW;
END $$;
CREATE TRIGGER begins BEFORE INSERT ON disbursement_cycle FOR EACH ROW EXECUTE FUNCTION disbursement_cycle_begins();

CREATE FUNCTION disbursement_cycle_holds_its_months() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.programme_id, OLD.period) IS DISTINCT FROM (NEW.programme_id, NEW.period) THEN
        RAISE EXCEPTION 'cycle % stays of its programme and period.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.held AND NEW.held AND NEW.months < OLD.months THEN
        RAISE EXCEPTION 'cycle % has paid for % months.', OLD.id, OLD.months USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.held AND NOT NEW.held AND disbursement_cycle_is_used(OLD.id) THEN
        RAISE EXCEPTION 'cycle % has a batch, or is owed.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.held AND NOT OLD.held THEN
        -- The programme's row is locked, or a version could come into force between the look and the commit.
        PERFORM FROM disbursement_programme WHERE id = NEW.programme_id FOR NO KEY UPDATE;
        NEW.months := disbursement_cycle_months(NEW.programme_id, NEW.period);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER holds_its_months BEFORE UPDATE ON disbursement_cycle
    FOR EACH ROW EXECUTE FUNCTION disbursement_cycle_holds_its_months();

-- Locked first, looked at in the next statement: whoever is just letting go of it, or taking hold of it, is waited for.
CREATE FUNCTION disbursement_hold_cycle(of_cycle bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM disbursement_cycle WHERE id = of_cycle FOR NO KEY UPDATE;
    UPDATE disbursement_cycle SET held = true WHERE id = of_cycle AND NOT held;
END $$;
CREATE FUNCTION disbursement_release_cycle(of_cycle bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM disbursement_cycle WHERE id = of_cycle FOR NO KEY UPDATE;
    UPDATE disbursement_cycle SET held = false WHERE id = of_cycle AND held AND NOT disbursement_cycle_is_used(id);
END $$;

CREATE FUNCTION disbursement_batch_holds_its_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'cancelled' THEN
        PERFORM disbursement_release_cycle(NEW.cycle_id);
    ELSE
        PERFORM disbursement_hold_cycle(NEW.cycle_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER begins_and_holds_its_cycle AFTER INSERT ON disbursement_batch
    FOR EACH ROW EXECUTE FUNCTION disbursement_batch_holds_its_cycle();
CREATE TRIGGER holds_its_cycle AFTER UPDATE OF status, cycle_id ON disbursement_batch FOR EACH ROW
    WHEN ((OLD.status = 'cancelled') <> (NEW.status = 'cancelled') OR OLD.cycle_id <> NEW.cycle_id)
    EXECUTE FUNCTION disbursement_batch_holds_its_cycle();

CREATE FUNCTION disbursement_owed_hold_their_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM disbursement_hold_cycle(cycle_id) FROM (SELECT DISTINCT cycle_id FROM made ORDER BY cycle_id) ordered;
    RETURN NULL;
END $$;
CREATE TRIGGER hold_their_cycle AFTER INSERT ON disbursement_owedcycle REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_owed_hold_their_cycle();
CREATE FUNCTION disbursement_owed_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM disbursement_release_cycle(NEW.cycle_id);
    RETURN NULL;
END $$;
CREATE TRIGGER owed_no_more AFTER UPDATE OF withdrawn_at ON disbursement_owedcycle FOR EACH ROW
    WHEN (NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION disbursement_owed_no_more();

-- Cycles of a period that the version is now the one for, and which are shorter than what it pays.
CREATE FUNCTION disbursement_version_lengthens_cycles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE disbursement_cycle c SET months = disbursement_cycle_months(c.programme_id, c.period)
    WHERE c.programme_id = NEW.programme_id AND c.period >= NEW.starts_on AND c.held
        AND c.months < disbursement_cycle_months(c.programme_id, c.period);
    RETURN NULL;
END $$;
CREATE TRIGGER lengthens_cycles AFTER INSERT OR UPDATE ON disbursement_programmeversion FOR EACH ROW
    WHEN (NEW.enforced_at IS NOT NULL) EXECUTE FUNCTION disbursement_version_lengthens_cycles();
"""
NO_GUARD = """
DROP TRIGGER lengthens_cycles ON disbursement_programmeversion;
DROP FUNCTION disbursement_version_lengthens_cycles();
DROP TRIGGER owed_no_more ON disbursement_owedcycle;
DROP FUNCTION disbursement_owed_no_more();
DROP TRIGGER hold_their_cycle ON disbursement_owedcycle;
DROP FUNCTION disbursement_owed_hold_their_cycle();
DROP TRIGGER holds_its_cycle ON disbursement_batch;
DROP TRIGGER begins_and_holds_its_cycle ON disbursement_batch;
DROP FUNCTION disbursement_batch_holds_its_cycle();
DROP FUNCTION disbursement_release_cycle(bigint);
DROP FUNCTION disbursement_hold_cycle(bigint);
DROP TRIGGER holds_its_months ON disbursement_cycle;
DROP FUNCTION disbursement_cycle_holds_its_months();
DROP TRIGGER begins ON disbursement_cycle;
DROP FUNCTION disbursement_cycle_begins();
ALTER TABLE disbursement_cycle DROP CONSTRAINT cycles_do_not_overlap;
UPDATE disbursement_cycle SET held = false WHERE held;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("disbursement", "0140_months_of_cycles"),
        ("beneficiaries", "0013_screening"),  # btree_gist
    ]
    operations = [
        migrations.RunSQL(LENGTHS, NO_LENGTHS),
        migrations.RunSQL(OF_BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
