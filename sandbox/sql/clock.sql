-- PostgreSQL's clock in the sandbox: its functions of the time, shadowed by others of the same names that are ahead.
-- Installed before the first migration, so that column defaults and triggers are made with these (docs/adr/0043).
-- CURRENT_TIMESTAMP and its like are keywords and cannot be shadowed: a test sees that no code of ours uses them.
CREATE SCHEMA IF NOT EXISTS salur_clock;
CREATE TABLE IF NOT EXISTS salur_clock.state (
    id integer PRIMARY KEY CHECK (id = 1),
    ahead interval NOT NULL CHECK (ahead >= interval '0')
);
INSERT INTO salur_clock.state VALUES (1, interval '0') ON CONFLICT DO NOTHING;

-- VOLATILE, so that it reads what was committed until now and not what the statement that calls it began with: whoever waited for a
-- lock must not write an earlier time than whoever had it.
CREATE OR REPLACE FUNCTION salur_clock.ahead() RETURNS interval LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS 'SELECT ahead FROM salur_clock.state';

CREATE OR REPLACE FUNCTION salur_clock.now() RETURNS timestamptz LANGUAGE plpgsql STABLE
    AS 'BEGIN RETURN pg_catalog.now() + salur_clock.ahead(); END';
CREATE OR REPLACE FUNCTION salur_clock.transaction_timestamp() RETURNS timestamptz LANGUAGE plpgsql STABLE
    AS 'BEGIN RETURN pg_catalog.transaction_timestamp() + salur_clock.ahead(); END';
CREATE OR REPLACE FUNCTION salur_clock.statement_timestamp() RETURNS timestamptz LANGUAGE plpgsql STABLE
    AS 'BEGIN RETURN pg_catalog.statement_timestamp() + salur_clock.ahead(); END';
CREATE OR REPLACE FUNCTION salur_clock.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql VOLATILE
    AS 'BEGIN RETURN pg_catalog.clock_timestamp() + salur_clock.ahead(); END';

-- Forward only: seals, expiries and idempotency suppose a clock that is not set back.
CREATE OR REPLACE FUNCTION salur_clock.advance(by_seconds bigint) RETURNS interval LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    reached interval;
BEGIN
    IF by_seconds IS NULL OR by_seconds <= 0 OR by_seconds > 366 * 86400 THEN
        RAISE EXCEPTION 'the sandbox clock goes forward by 1 second to 366 days at a time' USING ERRCODE = '22023';
    END IF;
    UPDATE salur_clock.state SET ahead = ahead + make_interval(secs => by_seconds) RETURNING ahead INTO reached;
    RETURN reached;
END $$;

GRANT USAGE ON SCHEMA salur_clock TO PUBLIC;
