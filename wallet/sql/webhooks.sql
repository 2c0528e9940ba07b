-- Notices to partners: kept by one function, whoever has something to tell, in the transaction of what it tells.
--
-- wallet.webhooks.outbox and wallet_redeem call wallet_notify; wallet.webhooks.delivery takes the rows from there.


-- Keeps a notice and returns its number; NULL, and nothing kept, for a partner without an address of its own (p_url = '').
-- p_origin is that of p_url, '' for the partner's own address: its endpoint is there since the address was first set.
CREATE OR REPLACE FUNCTION wallet_notify(
    p_partner bigint, p_service text, p_path text, p_ordering_key text, p_body jsonb, p_url text DEFAULT '',
    p_origin text DEFAULT ''
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    goes_to bigint;
    made bigint;
BEGIN
    IF p_origin = '' THEN
        SELECT endpoint.id INTO goes_to FROM wallet_partner partner
            JOIN wallet_webhookendpoint endpoint ON endpoint.partner_id = partner.id AND endpoint.origin = ''
            WHERE partner.id = p_partner AND partner.notify_url <> '';
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    ELSE
        SELECT id INTO goes_to FROM wallet_webhookendpoint WHERE partner_id = p_partner AND origin = p_origin;
        IF NOT FOUND THEN
            INSERT INTO wallet_webhookendpoint (partner_id, origin) VALUES (p_partner, p_origin) ON CONFLICT DO NOTHING;
            SELECT id INTO goes_to FROM wallet_webhookendpoint WHERE partner_id = p_partner AND origin = p_origin;
        END IF;
    END IF;
    INSERT INTO wallet_webhook (partner_id, endpoint_id, service, path, url, ordering_key, body)
        VALUES (p_partner, goes_to, p_service, p_path, p_url, p_ordering_key, p_body) RETURNING id INTO made;
    RETURN made;
END $$;


-- A partner that has an address has its endpoint: notices find it without asking who makes it.
CREATE OR REPLACE FUNCTION wallet_partner_listens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO wallet_webhookendpoint (partner_id, origin) VALUES (NEW.id, '') ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER listens AFTER INSERT OR UPDATE OF notify_url ON wallet_partner FOR EACH ROW
    WHEN (NEW.notify_url <> '') EXECUTE FUNCTION wallet_partner_listens();


-- What is to be said, to whom and in which order, is said once; only how far it came changes, and only so.
CREATE OR REPLACE FUNCTION wallet_webhook_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.partner_id, OLD.endpoint_id, OLD.service, OLD.path, OLD.url, OLD.ordering_key, OLD.body, OLD.created_at)
        IS DISTINCT FROM
       (NEW.partner_id, NEW.endpoint_id, NEW.service, NEW.path, NEW.url, NEW.ordering_key, NEW.body, NEW.created_at) THEN
        RAISE EXCEPTION 'webhook %: what it says stays as it is.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('waiting', 'sending'), ('sending', 'waiting'), ('sending', 'delivered'), ('sending', 'given_up'),
        ('delivered', 'waiting'), ('given_up', 'waiting')
    ) THEN
        RAISE EXCEPTION 'webhook %: no step from % to %.', OLD.id, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER steps BEFORE UPDATE ON wallet_webhook FOR EACH ROW EXECUTE FUNCTION wallet_webhook_steps();


-- A try ends once.
CREATE OR REPLACE FUNCTION wallet_webhook_try_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'try % of webhook % has ended: it stays as it is.', OLD.number, OLD.webhook_id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER ends_once BEFORE UPDATE ON wallet_webhookattempt FOR EACH ROW
    WHEN (OLD.outcome <> '') EXECUTE FUNCTION wallet_webhook_try_ends_once();

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_webhookreplay
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
