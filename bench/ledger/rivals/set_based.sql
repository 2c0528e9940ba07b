-- Pays chunks of one batch by hand: all their instructions in one statement, to the same end as the house's own code.
-- Left out is what the house checks besides: that the content is what was approved.
WITH terms AS (
    SELECT b.clearing_id, b.purse_title, v.terms_id, now() + v.purse_days * interval '1 day' AS usable_until
    FROM disbursement_batch b
    JOIN disbursement_programmeversion v ON v.id = b.version_id
    WHERE b.id = %(batch)s AND b.status = 'approved'
), paid AS (
    UPDATE disbursement_instruction i SET status = 'paid'
    FROM wallet_wallet w
    WHERE i.chunk_id = ANY(%(chunks)s) AND i.status = 'pending' AND w.id = i.wallet_id AND w.status = 'active'
    RETURNING i.chunk_id, i.enrolment_id, i.wallet_id, i.amount, i.attempt,
              nextval('wallet_account_id_seq') AS account
), accounts AS (
    INSERT INTO wallet_account (id, kind, balance) SELECT account, 'purse', amount FROM paid
), purses AS (
    INSERT INTO wallet_purse (account_id, wallet_id, terms_id, title, usable_from, usable_until)
    SELECT account, wallet_id, terms_id, purse_title, now(), usable_until FROM paid, terms
), transfers AS (
    INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key)
    SELECT clearing_id, account, amount, 'disbursement', 'disburse:' || %(batch)s || ':' || enrolment_id || ':' || attempt
    FROM paid, terms
), chunks AS (
    UPDATE disbursement_chunk c SET status = 'done', paid_count = done.count, paid_total = done.total, finished_at = now()
    FROM (SELECT chunk_id, count(*) AS count, sum(amount) AS total FROM paid GROUP BY chunk_id) done
    WHERE c.id = done.chunk_id
), granted AS (
    UPDATE wallet_purseterms SET granted_at = now() WHERE id = (SELECT terms_id FROM terms) AND granted_at IS NULL
)
UPDATE wallet_account SET balance = balance - (SELECT sum(amount) FROM paid)
WHERE id = (SELECT clearing_id FROM terms)
