-- What was asked for stays as it was asked; an order ends once, and a paid one can still be cancelled, which refunds it.
CREATE OR REPLACE FUNCTION wallet_debit_order_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.uid, OLD.partner_id, OLD.partner_reference_no, OLD.external_id, OLD.request_hash, OLD.reference_no,
        OLD.merchant_id, OLD.amount, OLD.title, OLD.items, OLD.return_url, OLD.notify_url, OLD.expires_at,
        OLD.created_at) IS DISTINCT FROM
       (NEW.uid, NEW.partner_id, NEW.partner_reference_no, NEW.external_id, NEW.request_hash, NEW.reference_no,
        NEW.merchant_id, NEW.amount, NEW.title, NEW.items, NEW.return_url, NEW.notify_url, NEW.expires_at,
        NEW.created_at) THEN
        RAISE EXCEPTION 'debit order %: what was asked stays as it is.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.payment_id IS NOT NULL AND NEW.payment_id IS DISTINCT FROM OLD.payment_id THEN
        RAISE EXCEPTION 'debit order %: its payment stays.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> NEW.status AND OLD.status <> 'open' AND (OLD.status, NEW.status) <> ('paid', 'cancelled') THEN
        RAISE EXCEPTION 'debit order %: no step from % to %.', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER steps BEFORE UPDATE ON wallet_debitorder FOR EACH ROW EXECUTE FUNCTION wallet_debit_order_steps();
