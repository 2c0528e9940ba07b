-- The ledger's part of a bulk payment alone: accounts, purses, transfers and the source's balance; no instruction is marked.
WITH terms AS (
    SELECT b.clearing_id, b.purse_title, v.terms_id, now() + v.purse_days * interval '1 day' AS usable_until
    FROM disbursement_batch b
    JOIN disbursement_programmeversion v ON v.id = b.version_id
    WHERE b.id = %(batch)s AND b.status = 'approved'
), paid AS MATERIALIZED (
    SELECT i.enrolment_id, i.wallet_id, i.amount, i.attempt,
           nextval('wallet_account_id_seq') AS account
    FROM disbursement_instruction i WHERE i.chunk_id = ANY(%(chunks)s)
), accounts AS (
    INSERT INTO wallet_account (id, kind, balance) SELECT account, 'purse', amount FROM paid
), purses AS (
    INSERT INTO wallet_purse (account_id, wallet_id, terms_id, title, usable_from, usable_until)
    SELECT account, wallet_id, terms_id, purse_title, now(), usable_until FROM paid, terms
), transfers AS (
    INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key)
    SELECT clearing_id, account, amount, 'disbursement', 'disburse:' || %(batch)s || ':' || enrolment_id || ':' || attempt
    FROM paid, terms
)
UPDATE wallet_account SET balance = balance - (SELECT sum(amount) FROM paid)
WHERE id = (SELECT clearing_id FROM terms)
