-- Redemption and authorisation, each in one round trip: what a till waits for is decided and posted where the rows are.
--
-- wallet.redemption and wallet.holds call wallet_redeem and wallet_authorise; wallet.purses reads wallet_spendable. Whoever
-- changes this file moves the line that runs it from the migration that has it (wallet/migrations/0420_cash_is_granted.py) to a
-- new one, so that a fresh database runs it once, when all it speaks of is there. What it asks about merchants and their goods is
-- in merchants.sql, which runs before it, as webhooks.sql does.
--
-- Every function is VOLATILE where it takes locks: under READ COMMITTED each of its statements then reads what was
-- committed before that statement, so what is read after a lock is certain.


-- The purses of a wallet that a merchant of this category and region may take money from at this moment, in the order in
-- which they are spent: earliest expiry first. `available` is rupiah: the balance less what is held. `refusal` says what in the
-- basket (null: none was sent) keeps a purse closed, as wallet_basket_refusal does; null where nothing does.
CREATE OR REPLACE FUNCTION wallet_spendable(p_wallet bigint, p_mcc text, p_region text, p_now timestamptz, p_basket jsonb)
RETURNS TABLE (account_id bigint, available bigint, usable_until timestamptz, refusal text[])
LANGUAGE sql STABLE AS $$
    SELECT purse.account_id, account.balance - account.held, purse.usable_until,
           CASE WHEN terms.items_required THEN wallet_basket_refusal(terms, p_basket) END
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


-- The code of the error that stops new payments of this wallet or merchant for suspected fraud, '' if none does: a rule's hold
-- until somebody has looked, or an officer's. Two look-ups in indexes of what is held now, which are next to empty.
CREATE OR REPLACE FUNCTION wallet_fraud_decline(p_wallet bigint, p_merchant bigint, p_now timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    officers boolean;
BEGIN
    SELECT bool_or(placed_by_id IS NOT NULL) INTO officers FROM (
        SELECT placed_by_id, until FROM wallet_fraudhold
        WHERE wallet_id = p_wallet AND kind = 'payments' AND released_at IS NULL
        UNION ALL
        SELECT placed_by_id, until FROM wallet_fraudhold
        WHERE merchant_id = p_merchant AND kind = 'payments' AND released_at IS NULL) held
    WHERE until IS NULL OR until > p_now;
    RETURN CASE WHEN officers IS NULL THEN '' WHEN officers THEN 'transaction_suspended' ELSE 'suspected_fraud' END;
END $$;


-- Decides whether the holder of this code pays this merchant this amount now, and out of which purses. Where the holder
-- came to the merchant's code, with the PIN and no code of their own, `p_wallet` says whose money it is.
-- Locks the code, then the wallet, then what the merchant's own limits count. `decline` is '' or the code of the error in
-- wallet.errors that says why not, `detail` the field or the good that it is about;
-- `purses` and `parts` (rupiah) are in the order of spending; `usable_until` is when the first of them expires.
CREATE OR REPLACE FUNCTION wallet_choose(
    p_digest bytea, p_shop wallet_merchant, p_amount bigint, p_now timestamptz, p_limits wallet_limits,
    p_terminal text, p_basket jsonb, p_wallet bigint DEFAULT NULL,
    OUT code_id bigint, OUT wallet_id bigint, OUT decline text, OUT detail text,
    OUT purses bigint[], OUT parts bigint[], OUT usable_until timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    code wallet_paymentcode;
    wallet_status text;
    payer bigint := p_wallet;
    missing bigint := p_amount;
    purse record;
    refusal text[];
BEGIN
    decline := '';
    detail := '';
    IF p_wallet IS NULL THEN
        -- One that shows a balance pays nothing.
        SELECT * INTO code FROM wallet_paymentcode WHERE digest = p_digest AND kind <> 'funds' FOR NO KEY UPDATE;
        code_id := code.id;
        payer := code.wallet_id;
    END IF;
    IF payer IS NOT NULL THEN
        SELECT status INTO wallet_status FROM wallet_wallet WHERE id = payer FOR NO KEY UPDATE;
    END IF;
    wallet_id := payer;
    decline := CASE
        WHEN p_shop.status IN ('approved', 'closed') THEN 'merchant_inactive'
        WHEN p_shop.status <> 'active' THEN 'merchant_suspended'
        WHEN p_terminal <> '' AND wallet_terminal_unknown(p_shop.id, p_terminal) THEN 'terminal_unknown'
        WHEN p_amount > p_limits.payment THEN 'limit_exceeded'
        WHEN p_amount > p_shop.limit_payment THEN 'merchant_limit_exceeded'
        WHEN payer IS NULL THEN 'code_unknown'
        WHEN code.used_at IS NOT NULL OR code.declines >= p_limits.code_declines THEN 'code_used'
        WHEN code.expires_at <= p_now THEN 'code_expired'
        WHEN p_amount > code.ceiling THEN 'code_ceiling'
        WHEN wallet_status <> 'active' THEN 'wallet_inactive'
        ELSE wallet_fraud_decline(payer, p_shop.id, p_now) END;
    IF decline <> '' THEN
        RETURN;
    END IF;
    IF p_amount + wallet_spent_since(payer, p_limits.day_start) > p_limits.daily THEN
        decline := 'daily_limit_exceeded';
        RETURN;
    END IF;
    IF p_basket IS NOT NULL THEN
        refusal := wallet_price_refusal(p_shop.id, p_basket);
        IF refusal IS NOT NULL THEN
            decline := refusal[1];
            detail := refusal[2];
            RETURN;
        END IF;
    END IF;
    FOR purse IN SELECT * FROM wallet_spendable(payer, p_shop.mcc, p_shop.region, p_now, p_basket) LOOP
        IF purse.refusal IS NOT NULL THEN
            refusal := coalesce(refusal, purse.refusal);
            CONTINUE;
        END IF;
        purses := purses || purse.account_id;
        parts := parts || least(missing, purse.available);
        usable_until := coalesce(usable_until, purse.usable_until);
        missing := missing - least(missing, purse.available);
        EXIT WHEN missing = 0;
    END LOOP;
    IF missing > 0 AND refusal IS NOT NULL THEN
        decline := refusal[1];
        detail := refusal[2];
    ELSIF missing > 0 THEN
        -- Not by amount: the till would learn from it, try by try, how much the purses hold that it may not touch.
        decline := CASE WHEN EXISTS (
            SELECT FROM wallet_purse other JOIN wallet_account account ON account.id = other.account_id
            WHERE other.wallet_id = payer AND account.balance > account.held AND other.usable_from <= p_now
              AND (other.usable_until IS NULL OR other.usable_until > p_now)
              AND other.account_id <> ALL (coalesce(purses, '{}'))
        ) THEN 'not_permitted' ELSE 'insufficient_funds' END;
    ELSIF wallet_merchant_limited(p_shop) THEN
        decline := wallet_merchant_refusal(p_shop, p_amount, p_limits.day_start);
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


-- Nobody else gives this number of the partner's to a payment or an order of direct debit until the transaction ends.
CREATE OR REPLACE FUNCTION wallet_lock_number(p_partner bigint, p_partner_reference_no text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('number:' || p_partner || ':' || p_partner_reference_no, 0));
END $$;


-- Pays, or declines and keeps why; returns the payment's row. A request that was answered before gets that row again,
-- whatever it asks now: the caller compares `request_hash`. Of a number that an unpaid debit order has, the row is its
-- `request_hash` and nothing else. No row: the partner has no such merchant, and nothing is kept.
-- At a code that the merchant presents, the partner that sends the payment need not be the merchant's: that is
-- `p_acquirer`. `p_wallet` is as for wallet_choose. Without `p_cash` a merchant of a cash category is paid nothing.
CREATE OR REPLACE FUNCTION wallet_redeem(
    p_partner bigint, p_merchant_id text, p_digest bytea, p_amount bigint, p_partner_reference_no text,
    p_external_id text, p_request_hash bytea, p_reference_no text, p_title text, p_now timestamptz, p_limits wallet_limits,
    p_terminal text, p_basket jsonb, p_wallet bigint DEFAULT NULL, p_acquirer bigint DEFAULT NULL,
    p_cash boolean DEFAULT true
) RETURNS SETOF wallet_payment LANGUAGE plpgsql AS $$
DECLARE
    shop wallet_merchant;
    cash boolean;
    chosen record;
    made wallet_payment;
BEGIN
    SELECT * INTO shop FROM wallet_merchant WHERE merchant_id = p_merchant_id AND partner_id = coalesce(p_acquirer, p_partner);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    cash := shop.mcc IN ('6010', '6011');
    -- The number of a debit order is taken, whether it is paid or not: by a request that asked for something else. A payment
    -- that has it already keeps its answer. Whoever places an order meets us at the lock, so that one number is one thing.
    PERFORM wallet_lock_number(p_partner, p_partner_reference_no);
    SELECT request_hash INTO made.request_hash FROM wallet_debitorder
        WHERE partner_id = p_partner AND partner_reference_no = p_partner_reference_no;
    IF FOUND THEN
        RETURN QUERY SELECT * FROM wallet_payment
            WHERE partner_id = p_partner AND partner_reference_no = p_partner_reference_no;
        IF NOT FOUND THEN
            RETURN NEXT made;
        END IF;
        RETURN;
    END IF;
    SELECT * INTO chosen FROM wallet_choose(p_digest, shop, p_amount, p_now, p_limits, p_terminal, p_basket, p_wallet);
    IF cash AND NOT p_cash THEN
        chosen.decline := 'cash_out_not_granted';
        chosen.detail := '';
    END IF;
    -- Two identical requests meet at the number's lock; the second finds the row here and returns it.
    INSERT INTO wallet_payment (
        partner_id, partner_reference_no, external_id, request_hash, reference_no, merchant_id, wallet_id, code_id,
        amount, status, decline, decline_detail, terminal_id, title, created_at
    ) VALUES (
        p_partner, p_partner_reference_no, p_external_id, p_request_hash, p_reference_no, shop.id, chosen.wallet_id,
        chosen.code_id, p_amount, CASE chosen.decline WHEN '' THEN 'paid' ELSE 'declined' END, chosen.decline,
        chosen.detail, p_terminal, p_title, p_now
    ) ON CONFLICT (partner_id, partner_reference_no) DO NOTHING RETURNING * INTO made;
    IF NOT FOUND THEN
        RETURN QUERY SELECT * FROM wallet_payment
            WHERE partner_id = p_partner AND partner_reference_no = p_partner_reference_no;
        RETURN;
    END IF;
    IF p_basket IS NOT NULL THEN
        INSERT INTO wallet_basketitem (payment_id, number, sku, name, category, quantity, price)
            SELECT made.id, line.number, line.item ->> 'sku', line.item ->> 'name', line.item ->> 'category',
                   (line.item ->> 'quantity')::integer, (line.item ->> 'price')::bigint
            FROM jsonb_array_elements(p_basket) WITH ORDINALITY AS line (item, number);
    END IF;
    IF made.status = 'declined' THEN
        UPDATE wallet_paymentcode SET declines = declines + 1
            WHERE id = chosen.code_id AND declines < p_limits.code_declines;
        RETURN NEXT made;
        RETURN;
    END IF;
    UPDATE wallet_paymentcode SET used_at = p_now WHERE id = chosen.code_id;
    IF wallet_merchant_limited(shop) THEN
        UPDATE wallet_merchantusage SET day_amount = day_amount + p_amount, day_count = day_count + 1,
            month_amount = month_amount + p_amount WHERE merchant_id = shop.id;
    END IF;
    -- The merchant is pinned, and the purses are locked by their update, before the transfers draw their numbers: see
    -- wallet.ledger. One plain statement a purse: most payments take from one, and sets cost more than they save.
    PERFORM FROM wallet_account WHERE id = shop.account_id FOR KEY SHARE;
    FOR number IN 1 .. cardinality(chosen.purses) LOOP
        UPDATE wallet_account SET balance = balance - chosen.parts[number] WHERE id = chosen.purses[number];
    END LOOP;
    FOR number IN 1 .. cardinality(chosen.purses) LOOP
        INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key, payment_id) VALUES (
            chosen.purses[number], shop.account_id, chosen.parts[number],
            CASE WHEN cash THEN 'cash_out' ELSE 'redemption' END,
            'pay:' || made.id || ':' || number - 1, made.id);
    END LOOP;
    -- Service 79, to a partner that listens; to any other this is one look at a row that is in memory already.
    -- What was paid at the merchant's own code its partner is told by another (wallet.mpm_notices); of a cash-out (44) the
    -- standard has no notice, and who asked for it has its answer.
    IF p_acquirer IS NULL AND NOT cash
        AND EXISTS (SELECT FROM wallet_partner WHERE id = p_partner AND notify_url <> '') THEN
        PERFORM wallet_notify(p_partner, '79', '/v1.0/qr/qr-cpm-notify', made.reference_no, jsonb_build_object(
            'originalReferenceNo', made.reference_no, 'originalPartnerReferenceNo', made.partner_reference_no,
            'originalExternalId', made.external_id, 'merchantId', shop.merchant_id,
            'amount', jsonb_build_object('value', made.amount || '.00', 'currency', 'IDR'),
            'latestTransactionStatus', '00', 'transactionStatusDesc', 'Success',
            'transactionDate', to_char(p_now AT TIME ZONE 'Asia/Jakarta', 'YYYY-MM-DD"T"HH24:MI:SS"+07:00"'),
            'additionalInfo', jsonb_build_object()));
    END IF;
    RETURN NEXT made;
END $$;


-- Holds the amount for the merchant, or declines and keeps why; returns the hold's row, as wallet_redeem does. The hold
-- ends at `p_expires_at`, or earlier if a purse it reserves expires before: an expired purse is never captured.
CREATE OR REPLACE FUNCTION wallet_authorise(
    p_partner bigint, p_merchant_id text, p_digest bytea, p_amount bigint, p_partner_reference_no text,
    p_external_id text, p_request_hash bytea, p_reference_no text, p_title text, p_now timestamptz, p_limits wallet_limits,
    p_terminal text, p_basket jsonb, p_expires_at timestamptz
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
    SELECT * INTO chosen FROM wallet_choose(p_digest, shop, p_amount, p_now, p_limits, p_terminal, p_basket);
    INSERT INTO wallet_hold (
        partner_id, partner_reference_no, external_id, request_hash, reference_no, merchant_id, wallet_id, code_id,
        amount, status, decline, decline_detail, terminal_id, title, created_at, expires_at, ended_at
    ) VALUES (
        p_partner, p_partner_reference_no, p_external_id, p_request_hash, p_reference_no, shop.id, chosen.wallet_id,
        chosen.code_id, p_amount, CASE chosen.decline WHEN '' THEN 'held' ELSE 'declined' END, chosen.decline,
        chosen.detail, p_terminal, p_title, p_now,
        least(p_expires_at, chosen.usable_until), CASE chosen.decline WHEN '' THEN NULL ELSE p_now END
    ) ON CONFLICT (partner_id, partner_reference_no) DO NOTHING RETURNING * INTO made;
    IF NOT FOUND THEN
        RETURN QUERY SELECT * FROM wallet_hold
            WHERE partner_id = p_partner AND partner_reference_no = p_partner_reference_no;
        RETURN;
    END IF;
    IF p_basket IS NOT NULL THEN
        INSERT INTO wallet_basketitem (hold_id, number, sku, name, category, quantity, price)
            SELECT made.id, line.number, line.item ->> 'sku', line.item ->> 'name', line.item ->> 'category',
                   (line.item ->> 'quantity')::integer, (line.item ->> 'price')::bigint
            FROM jsonb_array_elements(p_basket) WITH ORDINALITY AS line (item, number);
    END IF;
    IF made.status = 'declined' THEN
        UPDATE wallet_paymentcode SET declines = declines + 1
            WHERE id = chosen.code_id AND declines < p_limits.code_declines;
        RETURN NEXT made;
        RETURN;
    END IF;
    UPDATE wallet_paymentcode SET used_at = p_now WHERE id = chosen.code_id;
    IF wallet_merchant_limited(shop) THEN
        UPDATE wallet_merchantusage SET day_amount = day_amount + p_amount, day_count = day_count + 1,
            month_amount = month_amount + p_amount WHERE merchant_id = shop.id;
    END IF;
    INSERT INTO wallet_holdpart (hold_id, purse_id, number, amount)
        SELECT made.id, purse, number - 1, part
        FROM unnest(chosen.purses, chosen.parts) WITH ORDINALITY AS taken (purse, part, number) ORDER BY number;
    UPDATE wallet_account SET held = held + part
        FROM (SELECT purse, part FROM unnest(chosen.purses, chosen.parts) AS taken (purse, part) ORDER BY purse) taken
        WHERE id = purse;
    RETURN NEXT made;
END $$;
