"""What a bank's answer says came back is agreed to by another officer; who wrote in an application decides on no step of it."""

from django.db import migrations

FOREIGN_KEYS_AT_ONCE = """
DO $$
DECLARE fk record;
BEGIN
    FOR fk IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
              WHERE contype = 'f' AND condeferrable AND conrelid::regclass::text ~ '^(public[.])?wallet_' LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I NOT DEFERRABLE', fk.of_table, fk.conname);
    END LOOP;
END $$;
"""
RETURNS = """
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON wallet_answerreturns FOR EACH ROW
    EXECUTE FUNCTION wallet_proposal_step();

-- As before (0305), but the answer's word is a file's that one officer uploaded: another has agreed to what it says came back.
CREATE OR REPLACE FUNCTION wallet_settlement_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (('pending', 'paid'), ('pending', 'returned'), ('paid', 'returned')) THEN
        RAISE EXCEPTION 'settlement %: from % to % is no step.', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'returned'
        AND EXISTS (SELECT FROM wallet_payoutfile WHERE id = NEW.payout_file_id AND status = 'sent')
        AND NOT EXISTS (SELECT FROM wallet_bankanswer answer JOIN wallet_answerreturns agreed USING (file_id)
                        WHERE answer.settlement_id = NEW.id AND answer.says = 'returned' AND answer.state = 'applied'
                            AND agreed.status = 'agreed')
        AND NOT EXISTS (SELECT FROM wallet_settlementreturn
                        WHERE settlement_id = NEW.id AND status = 'agreed' AND decided_at = transaction_timestamp()) THEN
        RAISE EXCEPTION 'settlement %: it was sent; that it came back, two officers say.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- What was agreed to is what was uploaded: no line is added to a file afterwards.
CREATE FUNCTION wallet_bank_answer_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM wallet_answerreturns WHERE file_id = NEW.file_id) THEN
        RAISE EXCEPTION 'answer file % is complete.', NEW.file_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_time BEFORE INSERT ON wallet_bankanswer FOR EACH ROW EXECUTE FUNCTION wallet_bank_answer_in_time();
"""
# What had been uploaded and not applied waits for another officer too.
UPLOADED = """
INSERT INTO wallet_answerreturns (file_id, reason, proposed_by_id)
SELECT f.id, f.name, f.by_id FROM wallet_bankanswerfile f
WHERE EXISTS (SELECT FROM wallet_bankanswer a WHERE a.file_id = f.id AND a.says = 'returned' AND a.state = 'waiting');
"""
# Once whoever returned an application has written in it, they end it no more, though its decider stays the same.
WRITERS = """
DROP TRIGGER by_another ON wallet_merchantapplication;
CREATE TRIGGER by_another BEFORE UPDATE OF decided_by_id, status ON wallet_merchantapplication FOR EACH ROW
    WHEN (NEW.decided_by_id IS NOT NULL
        AND (OLD.decided_by_id, OLD.status) IS DISTINCT FROM (NEW.decided_by_id, NEW.status))
    EXECUTE FUNCTION wallet_application_by_another();
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0410_answers_by_two")]
    operations = [
        migrations.RunSQL(FOREIGN_KEYS_AT_ONCE),
        migrations.RunSQL(RETURNS),
        migrations.RunSQL(UPLOADED),
        migrations.RunSQL(WRITERS),
    ]
