-- What a merchant may take, and what may be in a basket: asked by wallet_choose and wallet_spendable (redemption.sql, which says
-- how this file is run).
--
-- A basket is a JSON array of {sku, name, category, quantity, price}, and of each line `words`: its SKU, category and name in the
-- normal form of wallet.baskets.words. Entries of lists are in that form too. An entry means a line if it is the whole SKU, the
-- whole category, or stands in the name as whole words.

CREATE OR REPLACE FUNCTION wallet_item_is(p_item jsonb, p_entry text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT p_entry IN (p_item #>> '{words,sku}', p_item #>> '{words,category}')
        OR position(' ' || p_entry || ' ' IN ' ' || (p_item #>> '{words,name}') || ' ') > 0
$$;


-- Null, or the error (wallet.errors) and the field or good that keeps a purse of these terms closed to the basket.
CREATE OR REPLACE FUNCTION wallet_basket_refusal(p_terms wallet_purseterms, p_basket jsonb) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    item jsonb;
BEGIN
    IF NOT p_terms.items_required THEN
        RETURN NULL;
    END IF;
    IF p_basket IS NULL OR jsonb_array_length(p_basket) = 0 THEN
        RETURN ARRAY['items_missing', 'additionalInfo.items'];
    END IF;
    FOR item IN SELECT * FROM jsonb_array_elements(p_basket) LOOP
        IF EXISTS (SELECT FROM unnest(p_terms.banned_items) entry WHERE wallet_item_is(item, entry)) THEN
            RETURN ARRAY['item_banned', item ->> 'name'];
        END IF;
        IF p_terms.allowed_items <> '{}'
            AND NOT EXISTS (SELECT FROM unnest(p_terms.allowed_items) entry WHERE wallet_item_is(item, entry)) THEN
            RETURN ARRAY['item_not_allowed', item ->> 'name'];
        END IF;
        IF EXISTS (SELECT FROM jsonb_each_text(p_terms.price_ceilings) ceiling
                   WHERE wallet_item_is(item, ceiling.key) AND (item ->> 'price')::bigint > ceiling.value::bigint) THEN
            RETURN ARRAY['item_too_dear', item ->> 'name'];
        END IF;
    END LOOP;
    RETURN NULL;
END $$;


-- The same for what this merchant may ask for regulated goods.
CREATE OR REPLACE FUNCTION wallet_price_refusal(p_merchant bigint, p_basket jsonb) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    dear text;
BEGIN
    SELECT line.item ->> 'name' INTO dear
    FROM jsonb_array_elements(p_basket) WITH ORDINALITY AS line (item, number)
    JOIN wallet_regulatedprice listed ON listed.merchant_id = p_merchant
    WHERE wallet_item_is(line.item, listed.item) AND (line.item ->> 'price')::bigint > listed.price
    ORDER BY line.number LIMIT 1;
    RETURN CASE WHEN dear IS NOT NULL THEN ARRAY['item_too_dear', dear] END;
END $$;


-- True if the merchant has terminals and this is none of those at work.
CREATE OR REPLACE FUNCTION wallet_terminal_unknown(p_merchant bigint, p_terminal text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM wallet_terminal t JOIN wallet_outlet o ON o.id = t.outlet_id WHERE o.merchant_id = p_merchant
    ) AND NOT EXISTS (
        SELECT FROM wallet_terminal t JOIN wallet_outlet o ON o.id = t.outlet_id
        WHERE o.merchant_id = p_merchant AND t.terminal_id = p_terminal AND t.active AND o.active);
END $$;


-- True if there is anything to count: only then a payment locks what the merchant's limits count (docs/adr/0039).
CREATE OR REPLACE FUNCTION wallet_merchant_limited(p_shop wallet_merchant) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT p_shop.limit_daily IS NOT NULL OR p_shop.limit_monthly IS NOT NULL OR p_shop.limit_count IS NOT NULL
$$;


-- The merchant's count of this day and month. Locks it until the transaction ends, so that what it says stays true; the first
-- payment under a limit makes it, from what was paid and held before. A payment counts in full, a hold as one, whatever is
-- refunded or given up later: what gives room again is the next day. What was claimed from an offline allowance, whose hold is no
-- merchant's, counts as a payment.
CREATE OR REPLACE FUNCTION wallet_merchant_counted(p_merchant bigint, p_day_start timestamptz) RETURNS wallet_merchantusage
LANGUAGE plpgsql AS $$
DECLARE
    counted wallet_merchantusage;
    today date := (p_day_start AT TIME ZONE 'Asia/Jakarta')::date;
    month_start timestamptz := date_trunc('month', p_day_start AT TIME ZONE 'Asia/Jakarta') AT TIME ZONE 'Asia/Jakarta';
BEGIN
    SELECT * INTO counted FROM wallet_merchantusage WHERE merchant_id = p_merchant FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO wallet_merchantusage (merchant_id, day, day_amount, day_count, month_amount)
            SELECT p_merchant, today, coalesce(sum(amount) FILTER (WHERE created_at >= p_day_start), 0),
                   count(*) FILTER (WHERE created_at >= p_day_start), coalesce(sum(amount), 0)
            FROM (
                SELECT payment.amount, payment.created_at
                FROM wallet_payment payment LEFT JOIN wallet_hold hold ON hold.id = payment.hold_id
                WHERE payment.merchant_id = p_merchant AND payment.created_at >= month_start AND payment.status = 'paid'
                  AND hold.merchant_id IS NULL
                UNION ALL
                SELECT amount, created_at FROM wallet_hold
                WHERE merchant_id = p_merchant AND created_at >= month_start AND status <> 'declined'
            ) taken
            ON CONFLICT (merchant_id) DO NOTHING;
        SELECT * INTO counted FROM wallet_merchantusage WHERE merchant_id = p_merchant FOR NO KEY UPDATE;
    END IF;
    IF counted.day < today THEN
        UPDATE wallet_merchantusage SET day = today, day_amount = 0, day_count = 0,
            month_amount = CASE WHEN date_trunc('month', counted.day) = date_trunc('month', today) THEN month_amount ELSE 0 END
            WHERE merchant_id = p_merchant RETURNING * INTO counted;
    END IF;
    RETURN counted;
END $$;


-- '' or 'merchant_limit_exceeded', by that count.
CREATE OR REPLACE FUNCTION wallet_merchant_refusal(p_shop wallet_merchant, p_amount bigint, p_day_start timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    counted wallet_merchantusage;
BEGIN
    SELECT * INTO counted FROM wallet_merchant_counted(p_shop.id, p_day_start);
    RETURN CASE
        WHEN counted.day_amount + p_amount > p_shop.limit_daily THEN 'merchant_limit_exceeded'
        WHEN counted.month_amount + p_amount > p_shop.limit_monthly THEN 'merchant_limit_exceeded'
        WHEN counted.day_count >= p_shop.limit_count THEN 'merchant_limit_exceeded'
        ELSE '' END;
END $$;


-- Counts what the merchant took and is refused for no limit: at a till without a network, which could not ask. What is sold online
-- on that day and in that month sees it. To be called before the payment is kept, or the first count would have it twice.
CREATE OR REPLACE FUNCTION wallet_merchant_count(p_merchant bigint, p_amount bigint, p_day_start timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    shop wallet_merchant;
BEGIN
    SELECT * INTO shop FROM wallet_merchant WHERE id = p_merchant;
    IF wallet_merchant_limited(shop) THEN
        PERFORM wallet_merchant_counted(p_merchant, p_day_start);
        UPDATE wallet_merchantusage SET day_amount = day_amount + p_amount, day_count = day_count + 1,
            month_amount = month_amount + p_amount WHERE merchant_id = p_merchant;
    END IF;
END $$;
