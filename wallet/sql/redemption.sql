-- Redemption and authorisation, each in one round trip: what a till waits for is decided and posted where the rows are.
--
-- wallet.redemption and wallet.holds call wallet_redeem and wallet_authorise; wallet.purses reads wallet_spendable. Whoever
-- changes this file moves the line that runs it from the migration that has it (wallet/migrations/0004_functions.py) to a new
-- one, so that a fresh database runs it once, when all it speaks of is there.
--
-- Every function is VOLATILE where it takes locks: under READ COMMITTED each of its statements then reads what was
-- committed before that statement, so what is read after a lock is certain.


-- The purses of a wallet that a merchant of this category and region may take money from at this moment, in the order in
-- which they are spent: earliest expiry first. `available` is rupiah: the balance less what is held.
CREATE OR REPLACE FUNCTION wallet_spendable(p_wallet bigint, p_mcc text, p_region text, p_now timestamptz)
RETURNS TABLE (account_id bigint, available bigint, usable_until timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT purse.account_id, account.balance - account.held, purse.usable_until
    FROM wallet_purse purse
    JOIN wallet_account account ON account.id = purse.account_id
    JOIN wallet_purseterms terms ON terms.id = purse.terms_id
    WHERE purse.wallet_id = p_wallet
      AND account.balance > account.held
      AND purse.usable_from <= p_now
      AND (purse.usable_until IS NULL OR purse.usable_until > p_now)
      AND (terms.mccs = '{}' OR p_mcc = ANY (terms.mccs))
      AND (terms.cash_allowed OR p_mcc NOT IN ('6010', '6011'))  -- ISO 18245: cash at a counter, cash at a machine
      AND (terms.regions = '{}' OR EXISTS (
          SELECT FROM unnest(terms.regions) region WHERE p_region = region OR starts_with(p_region, region || '.')))
    ORDER BY purse.usable_until NULLS LAST, purse.account_id
$$;


-- What the configuration allows (wallet.limits): rupiah a payment, rupiah a day, since when it is today, and how many
-- declines a code survives.
DO $$ BEGIN
    CREATE TYPE wallet_limits AS (payment bigint, daily bigint, day_start timestamptz, code_declines integer);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;


-- Decides whether the holder of this code pays this merchant this amount now, and out of which purses.
-- Locks the code, then the wallet. `decline` is '' or the code of the error in wallet.errors that says why not;
-- `purses` and `parts` (rupiah) are in the order of spending; `usable_until` is when the first of them expires.
CREATE OR REPLACE FUNCTION wallet_choose(
    p_digest bytea, p_shop wallet_merchant, p_amount bigint, p_now timestamptz, p_limits wallet_limits,
    OUT code_id bigint, OUT wallet_id bigint, OUT decline text,
    OUT purses bigint[], OUT parts bigint[], OUT usable_until timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    code wallet_paymentcode;
    wallet_status text;
    missing bigint := p_amount;
    purse record;
BEGIN
    decline := '';
    SELECT * INTO code FROM wallet_paymentcode WHERE digest = p_digest FOR NO KEY UPDATE;
    IF FOUND THEN
        code_id := code.id;
        wallet_id := code.wallet_id;
        SELECT status INTO wallet_status FROM wallet_wallet WHERE id = code.wallet_id FOR NO KEY UPDATE;
    END IF;
    decline := CASE
        WHEN p_shop.status <> 'active' THEN 'merchant_suspended'
        WHEN p_amount > p_limits.payment THEN 'limit_exceeded'
        WHEN code.id IS NULL THEN 'code_unknown'
        WHEN code.used_at IS NOT NULL OR code.declines >= p_limits.code_declines THEN 'code_used'
        WHEN code.expires_at <= p_now THEN 'code_expired'
        WHEN p_amount > code.ceiling THEN 'code_ceiling'
        WHEN wallet_status <> 'active' THEN 'wallet_inactive'
        ELSE '' END;
    IF decline <> '' THEN
        RETURN;
    END IF;
    IF p_amount + wallet_spent_since(code.wallet_id, p_limits.day_start) > p_limits.daily THEN
        decline := 'daily_limit_exceeded';
        RETURN;
    END IF;
    FOR purse IN SELECT * FROM wallet_spendable(code.wallet_id, p_shop.mcc, p_shop.region, p_now) LOOP
        purses := purses || purse.account_id;
        parts := parts || least(missing, purse.available);
        usable_until := coalesce(usable_until, purse.usable_until);
        missing := missing - least(missing, purse.available);
        EXIT WHEN missing = 0;
    END LOOP;
    IF missing > 0 THEN
        -- Not by amount: the till would learn from it, try by try, how much the purses hold that it may not touch.
        decline := CASE WHEN EXISTS (
            SELECT FROM wallet_purse other JOIN wallet_account account ON account.id = other.account_id
            WHERE other.wallet_id = code.wallet_id AND account.balance > account.held AND other.usable_from <= p_now
              AND (other.usable_until IS NULL OR other.usable_until > p_now)
              AND other.account_id <> ALL (coalesce(purses, '{}'))
        ) THEN 'not_permitted' ELSE 'insufficient_funds' END;
    END IF;
END $$;


-- Rupiah that left the wallet or were held in it since the moment, refunds taken off. A capture counts as its hold does, at
-- the moment of the hold, and so does its refund. PL/pgSQL, because its plans are kept; a SQL function with subqueries is
-- not inlined, and PostgreSQL before 18 plans it at every call.
CREATE OR REPLACE FUNCTION wallet_spent_since(p_wallet bigint, p_since timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT coalesce(sum(CASE WHEN hold_id IS NULL THEN amount ELSE 0 END - refunded), 0) FROM wallet_payment
        WHERE wallet_id = p_wallet AND created_at >= p_since AND status = 'paid' AND (hold_id IS NULL OR EXISTS (
            SELECT FROM wallet_hold hold WHERE hold.id = wallet_payment.hold_id AND hold.created_at >= p_since))
    )::bigint + (
        SELECT coalesce(sum(CASE status WHEN 'held' THEN amount ELSE captured END), 0) FROM wallet_hold
        WHERE wallet_id = p_wallet AND created_at >= p_since AND status <> 'declined'
    )::bigint;
END $$;


-- Pays, or declines and keeps why; returns the payment's row. A request that was answered before gets that row again,
-- whatever it asks now: the caller compares `request_hash`. No row: the partner has no such merchant, and nothing is kept.
CREATE OR REPLACE FUNCTION wallet_redeem(
    p_partner bigint, p_merchant_id text, p_digest bytea, p_amount bigint, p_partner_reference_no text,
    p_external_id text, p_request_hash bytea, p_reference_no text, p_title text, p_now timestamptz, p_limits wallet_limits
) RETURNS SETOF wallet_payment LANGUAGE plpgsql AS $$
DECLARE
    shop wallet_merchant;
    chosen record;
    made wallet_payment;
BEGIN
    SELECT * INTO shop FROM wallet_merchant WHERE merchant_id = p_merchant_id AND partner_id = p_partner;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO chosen FROM wallet_choose(p_digest, shop, p_amount, p_now, p_limits);
    -- Two identical requests meet at the code's lock or here: the one that finds the row waits for it and returns it.
    INSERT INTO wallet_payment (
        partner_id, partner_reference_no, external_id, request_hash, reference_no, merchant_id, wallet_id, code_id,
        amount, status, decline, title, created_at
    ) VALUES (
        p_partner, p_partner_reference_no, p_external_id, p_request_hash, p_reference_no, shop.id, chosen.wallet_id,
        chosen.code_id, p_amount, CASE chosen.decline WHEN '' THEN 'paid' ELSE 'declined' END, chosen.decline, p_title, p_now
    ) ON CONFLICT (partner_id, partner_reference_no) DO NOTHING RETURNING * INTO made;
    IF NOT FOUND THEN
        RETURN QUERY SELECT * FROM wallet_payment
            WHERE partner_id = p_partner AND partner_reference_no = p_partner_reference_no;
        RETURN;
    END IF;
    IF made.status = 'declined' THEN
        UPDATE wallet_paymentcode SET declines = declines + 1
            WHERE id = chosen.code_id AND declines < p_limits.code_declines;
        RETURN NEXT made;
        RETURN;
    END IF;
    UPDATE wallet_paymentcode SET used_at = p_now WHERE id = chosen.code_id;
    -- The merchant is pinned, and the purses are locked by their update, before the transfers draw their numbers: see
    -- wallet.ledger. One plain statement a purse: most payments take from one, and sets cost more than they save.
    PERFORM FROM wallet_account WHERE id = shop.account_id FOR KEY SHARE;
    FOR number IN 1 .. cardinality(chosen.purses) LOOP
        UPDATE wallet_account SET balance = balance - chosen.parts[number] WHERE id = chosen.purses[number];
    END LOOP;
    FOR number IN 1 .. cardinality(chosen.purses) LOOP
        INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key, payment_id) VALUES (
            chosen.purses[number], shop.account_id, chosen.parts[number],
            CASE WHEN shop.mcc IN ('6010', '6011') THEN 'cash_out' ELSE 'redemption' END,
            'pay:' || made.id || ':' || number - 1, made.id);
    END LOOP;
    RETURN NEXT made;
END $$;


-- Holds the amount for the merchant, or declines and keeps why; returns the hold's row, as wallet_redeem does. The hold
-- ends at `p_expires_at`, or earlier if a purse it reserves expires before: an expired purse is never captured.
CREATE OR REPLACE FUNCTION wallet_authorise(
    p_partner bigint, p_merchant_id text, p_digest bytea, p_amount bigint, p_partner_reference_no text,
    p_external_id text, p_request_hash bytea, p_reference_no text, p_title text, p_now timestamptz, p_limits wallet_limits,
    p_expires_at timestamptz
) RETURNS SETOF wallet_hold LANGUAGE plpgsql AS $$
DECLARE
    shop wallet_merchant;
    chosen record;
    made wallet_hold;
BEGIN
    SELECT * INTO shop FROM wallet_merchant WHERE merchant_id = p_merchant_id AND partner_id = p_partner;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO chosen FROM wallet_choose(p_digest, shop, p_amount, p_now, p_limits);
    INSERT INTO wallet_hold (
        partner_id, partner_reference_no, external_id, request_hash, reference_no, merchant_id, wallet_id, code_id,
        amount, status, decline, title, created_at, expires_at, ended_at
    ) VALUES (
        p_partner, p_partner_reference_no, p_external_id, p_request_hash, p_reference_no, shop.id, chosen.wallet_id,
        chosen.code_id, p_amount, CASE chosen.decline WHEN '' THEN 'held' ELSE 'declined' END, chosen.decline, p_title, p_now,
        least(p_expires_at, chosen.usable_until), CASE chosen.decline WHEN '' THEN NULL ELSE p_now END
    ) ON CONFLICT (partner_id, partner_reference_no) DO NOTHING RETURNING * INTO made;
    IF NOT FOUND THEN
        RETURN QUERY SELECT * FROM wallet_hold
            WHERE partner_id = p_partner AND partner_reference_no = p_partner_reference_no;
        RETURN;
    END IF;
    IF made.status = 'declined' THEN
        UPDATE wallet_paymentcode SET declines = declines + 1
            WHERE id = chosen.code_id AND declines < p_limits.code_declines;
        RETURN NEXT made;
        RETURN;
    END IF;
    UPDATE wallet_paymentcode SET used_at = p_now WHERE id = chosen.code_id;
    INSERT INTO wallet_holdpart (hold_id, purse_id, number, amount)
        SELECT made.id, purse, number - 1, part
        FROM unnest(chosen.purses, chosen.parts) WITH ORDINALITY AS taken (purse, part, number) ORDER BY number;
    UPDATE wallet_account SET held = held + part
        FROM (SELECT purse, part FROM unnest(chosen.purses, chosen.parts) AS taken (purse, part) ORDER BY purse) taken
        WHERE id = purse;
    RETURN NEXT made;
END $$;
