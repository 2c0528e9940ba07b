-- What these migrations make of an empty database. `make baseline` writes it; nobody edits it.
-- server 180006
-- migration contenttypes 0001_initial 35ed8489a147e0b4
-- migration auth 0001_initial 845cff319606332f
-- migration admin 0001_initial f4716989d9815b62
-- migration admin 0002_logentry_remove_auto_add 2c127e659a2236ed
-- migration admin 0003_logentry_add_action_flag_choices 02700a827190720e
-- migration contenttypes 0002_remove_content_type_name 7d36494075750f0e
-- migration auth 0002_alter_permission_name_max_length feaf97e0e8f7d148
-- migration auth 0003_alter_user_email_max_length 9d5657b4db9872dc
-- migration auth 0004_alter_user_username_opts 9538db342c9a9bec
-- migration auth 0005_alter_user_last_login_null 79f60a35dc000fdd
-- migration auth 0006_require_contenttypes_0002 00cb16e3405f14b6
-- migration auth 0007_alter_validators_add_error_messages 115db87dc327530f
-- migration auth 0008_alter_user_username_max_length 02857f65f7d64814
-- migration auth 0009_alter_user_last_name_max_length 19a89500e7f108a7
-- migration auth 0010_alter_group_name_max_length 0963ed6498ac0b3a
-- migration auth 0011_update_proxy_permissions 85a5dde708dc4b61
-- migration auth 0012_alter_user_first_name_max_length 6cefbc9f80903763
-- migration wallet 0001_initial 8aaf5d2f111224fa
-- migration wallet 0002_append_only 05541e1c55cc6700
-- migration wallet 0003_ledger_depth 081b4b8bf23039cd
-- migration wallet 0004_functions 23a20756057ce307
-- migration wallet 0005_office_permissions 7d8f612d2b587972
-- migration wallet 0006_changed_in_place 43b683e90bb25b36
-- migration beneficiaries 0001_initial 44048d565213319d
-- migration beneficiaries 0002_people_as_dtsen a2be21506d556767
-- migration beneficiaries 0003_history 231e46455ff3a8a2
-- migration beneficiaries 0006_duplicates f142b010c4ba355a
-- migration beneficiaries 0004_households_without_head e4c72f05ddd03ea0
-- migration beneficiaries 0005_regions_and_sources b675655a5c5751be
-- migration beneficiaries 0007_import_life 2a1b481163b8971b
-- migration beneficiaries 0008_history_in_bulk 087cc1c69b30da28
-- migration beneficiaries 0009_representation_and_grievances 62bfac18420cfaa1
-- migration beneficiaries 0010_written_once cbbc2a4977f9afd5
-- migration beneficiaries 0011_privacy 0cafecd560012bb7
-- migration beneficiaries 0012_privacy_triggers e4f70b9d90af20be
-- migration beneficiaries 0013_screening 274aff11edaf7180
-- migration beneficiaries 0014_death_dates db49d3fd3c2ad26d
-- migration beneficiaries 0015_forgotten_elsewhere 492892905abde5b1
-- migration beneficiaries 0016_merged_and_erased c2d9fa28b9e136c7
-- migration beneficiaries 0017_undecided_proposals_may_go f324742921d97d56
-- migration beneficiaries 0018_key_sha256 10cf0ca95e37ad7b
-- migration beneficiaries 0019_looked_at_imports 461e9dba5d54be8e
-- migration beneficiaries 0020_evidence_pace 2cd2399b8d5146a1
-- migration beneficiaries 0021_evidence_numbers daa3024163084fe0
-- migration beneficiaries 0022_evidence_imports 6b091f6b0cbaae89
-- migration beneficiaries 0023_objection_files e331596774439785
-- migration beneficiaries 0024_consent_bases 693022d7aae5a429
-- migration beneficiaries 0025_imports_finished 085ea77f1f7f3bd4
-- migration beneficiaries 0026_looked_at_evidence 5b1284a16a024ae0
-- migration beneficiaries 0027_kept_files 85e6d96c1c03f1b8
-- migration beneficiaries 0028_written_once_by_column 84ed967947e1c9dd
-- migration beneficiaries 0029_school_evidence a344f38f38540e6c
-- migration beneficiaries 0300_one_head 713ce0d9289f511f
-- migration beneficiaries 0301_two_officers_exclude 4abe09b89320f534
-- migration beneficiaries 0302_reveals_above d9d46a8c55c2c1b3
-- migration beneficiaries 0303_staged_by_line 31c15794b9149feb
-- migration beneficiaries 0304_sender_pace 3d4f560b92af978b
-- migration beneficiaries 0310_words_of_grievance_steps 2c0bd788fd5e1c51
-- migration beneficiaries 0490_merges_change_telephones 04376e2e0271e701
-- migration beneficiaries 0510_merges_lift_no_restriction 9ebe9ac15500f396
-- migration beneficiaries 0511_grievances_related e006df4f5f7dac4b
-- migration beneficiaries 0540_representations_by_time 0f4447cd235daa1e
-- migration wallet 0007_give_back e41578a663d7ba1c
-- migration wallet 0008_provider_accounts fbabd92f40e21296
-- migration officers 0001_authenticators 108162230d6b5737
-- migration officers 0002_never_rewritten e4ea2b4c7f58bf15
-- migration disbursement 0001_initial e1ffee1a1f719be2
-- migration disbursement 0002_approver_is_not_maker eb33d0828e96f2eb
-- migration disbursement 0003_taken_back 0fba82355095c0ae
-- migration disbursement 0004_office_permissions 70fab0b941d84943
-- migration disbursement 0005_paid_in_place bba61c48d74ece91
-- migration disbursement 0006_left_out 246ca689b3633771
-- migration disbursement 0022_followed_moves a06f66a7389c9663
-- migration disbursement 0023_versions 929f83ec087a74eb
-- migration disbursement 0024_first_versions 0c65f3399cc68c96
-- migration disbursement 0025_programme_columns 532751f6d29c05c0
-- migration disbursement 0026_version_guards 8021d274f13a6a39
-- migration disbursement 0027_version_trials c96cf02664d86236
-- migration disbursement 0030_approval_tiers c4a94ed7e0e9a3d1
-- migration disbursement 0031_submissions_of_before 5bc19b5ad6a47ace
-- migration disbursement 0032_approvals_of_submissions 96e750275f85c001
-- migration disbursement 0033_approval_guards eff20af132b79b81
-- migration disbursement 0035_batch_life a953a930e8480b51
-- migration disbursement 0036_content_is_frozen 599f83ec7a58296a
-- migration disbursement 0037_states_of_old_batches 920af109533f62ee
-- migration disbursement 0040_reconciliation 70657471566c50c4
-- migration disbursement 0041_reconciliation_guards 3d297606c8289140
-- migration disbursement 0050_enrolment_life 9a2cfdf26f5b59ba
-- migration disbursement 0051_steps_of_before b781a760c662b9d6
-- migration disbursement 0052_enrolment_guards 3b4b9b8a2fd2ce16
-- migration disbursement 0060_schedules_and_arrears cede765f82942ddc
-- migration disbursement 0061_cycles_of_calculations ddd2ca4bc047f207
-- migration disbursement 0062_one_calculation_a_cycle 04e34184d851d868
-- migration disbursement 0063_schedule_and_arrears_guards 585cc7af5d8cd5be
-- migration disbursement 0070_providers 515a831a41e7c1c1
-- migration disbursement 0071_provider_guards d2ea0cf4f8eda898
-- migration disbursement 0080_clawback 47c6278367866ddd
-- migration disbursement 0081_clawback_guards 93c05359dae70b22
-- migration disbursement 0082_budgets 045da12802f481fc
-- migration disbursement 0083_budget_guards 1a6b4c481228f400
-- migration disbursement 0100_reports 79c3ff8bc436f3d1
-- migration disbursement 0101_report_guards 3ca08b74d213f4e8
-- migration disbursement 0110_account_ends c2a3b960f67292af
-- migration disbursement 0111_accounts_expect_once 3d3d8497b66e48e8
-- migration disbursement 0120_scheme_agreements 9228082fde2021b9
-- migration disbursement 0121_two_officers 89ba323d2ac1f21c
-- migration disbursement 0130_household_of_a_line 35a6acaff03a79f3
-- migration disbursement 0131_household_once_a_cycle a223969f12432fd1
-- migration disbursement 0132_calculation_changed fe90fc083e216529
-- migration disbursement 0135_clearing_is_frozen cba601d3e0552004
-- migration disbursement 0136_states_in_order 83dd231a8c4fe14b
-- migration disbursement 0137_returned_count 0acaf4fd5bb2a3c9
-- migration disbursement 0140_months_of_cycles 6cda2b64835555e5
-- migration disbursement 0141_cycles_do_not_overlap 6c4f336b90544475
-- migration disbursement 0142_returned_at 2adf3d4ef4a5cd55
-- migration disbursement 0150_recalculations_know_others 65e3cfd73b4e2908
-- migration disbursement 0151_latest_steps 3dca9f831dd3f450
-- migration disbursement 0400_routes_agreed ef2764b5509c016e
-- migration disbursement 0401_route_guards 76fe8314877b1788
-- migration disbursement 0402_take_backs 70e31db43a617417
-- migration disbursement 0403_take_back_guards 50b71fcd075c4019
-- migration disbursement 0404_app_objections_and_left_out f75b3ec7925a8524
-- migration disbursement 0405_objections_of_the_person 68366184e5cdc649
-- migration disbursement 0410_routes_of_late fee6f4756bbeb966
-- migration disbursement 0411_places_of_who_is_gone 7cac536ebbfffed2
-- migration disbursement 0420_take_back_words 205759599e5e6368
-- migration disbursement 0430_words_of_the_forgotten fffe473fd33eefbc
-- migration disbursement 0470_rulings_bind_the_proposer f8d6522088abe03d
-- migration mobile 0001_initial c56152cae955dde4
-- migration mobile 0002_lapse_notices 6414761d9ecacc3d
-- migration mobile 0003_grievance_notices c484647cedcaf40a
-- migration mobile 0004_exclusion_notices 7245bb48f11bf4cc
-- migration mobile 0005_lifted_notices 9a9b70059953ce2c
-- migration mobile 0010_notices 28187cd912da06e2
-- migration mobile 0011_notices_of_before 7bb1e728a0bcc2a0
-- migration mobile 0012_notice_guards 26d423f8a1657571
-- migration mobile 0013_decision_notices 2f9aad757c3d2c66
-- migration mobile 0040_outcomes_at_partners 20ce6c9a6cb94c2e
-- migration mobile 0041_decided_objections 1fec1147ce9d8139
-- migration mobile 0100_routes_and_take_backs 3c7e1609ce466c25
-- migration mobile 0120_wallets_passed_on dd1d5725b44e316b
-- migration mobile 0130_wider_decisions df94c6fbe00f72f3
-- migration mobile 0140_holders_are_told_who_acts fdbfc10266edb100
-- migration officers 0003_password_guesses 787e7e648da6d5a9
-- migration sessions 0001_initial 2aa438e2393ee513
-- migration wallet 0100_credentials_and_bulk_cash_ins 4170f0f06a38b72d
-- migration wallet 0101_credentials_moved e4cac039dc762f16
-- migration wallet 0102_partners_without_keys aeaa3156465513c3
-- migration wallet 0103_credentials_end_once 029496b2c0a989a1
-- migration wallet 0120_qr_codes 7b2bd6a3f1c7724f
-- migration wallet 0121_one_decision 97e28fae1edbbcee
-- migration wallet 0130_webhooks_and_debit_orders 495bf902fd158123
-- migration wallet 0131_webhook_functions e91ad851e29cd36c
-- migration wallet 0150_merchants_and_settlement 7632139cc843773d
-- migration wallet 0151_merchant_rules c1b03e7837c34f8a
-- migration wallet 0170_offline_and_fraud 8555305c10afb673
-- migration wallet 0171_offline_and_fraud_guards 176cb838d37c6b3d
-- migration wallet 0195_one_decision fccfc26ea0c4000b
-- migration wallet 0196_kinds_of_all ea87d185e09f1de8
-- migration wallet 0300_who_wrote_an_application 0966de472114753d
-- migration wallet 0301_writers_do_not_decide 8f40a4d0b307e4d8
-- migration wallet 0302_merchant_changes_by_two a5e03cca9cddbd03
-- migration wallet 0303_proposals_stay e5b708f5de257e55
-- migration wallet 0304_what_was_sent_is_kept 3acb0d53ed7c97ac
-- migration wallet 0305_once_to_the_bank be0f2eed89275d5a
-- migration wallet 0306_deposits_by_two f2f175a7135e5d04
-- migration wallet 0307_deposits_stay_as_proposed e0932329d167782b
-- migration wallet 0308_one_open_case_a_day 3cd5d6be86d0aa4c
-- migration wallet 0309_answers_looked_into de76b380839c53f7
-- migration wallet 0310_answers_reviewed_once a76b89594f927cfa
-- migration wallet 0311_rules_end_by_two aa9ea83cd4442c23
-- migration wallet 0312_rules_keys_at_once 965e68d6efe0ba17
-- migration wallet 0313_applications_rejected fe47ce5851d93c80
-- migration wallet 0314_applications_end 2eeb0424027880c9
-- migration wallet 0400_page_pins c7118a64e598ebd5
-- migration wallet 0402_partner_info d2cee10a049bac63
-- migration wallet 0403_balance_codes 5a09c5d4ac353394
-- migration wallet 0410_answers_by_two 2d31afd18b3f898d
-- migration wallet 0411_returns_are_agreed_to ee2b00ad63aa03e5
-- migration wallet 0420_cash_is_granted 15c25562b20fe2ba
-- migration wallet 0421_once_a_form ae99c224160f554d
-- migration wallet 0422_phone_of_an_allowance 98af11047ac571b5
-- migration wallet 0430_fields_as_published a56a6b4225767505
-- migration wallet 0440_goods_of_codes_and_orders 591cf93e3ef87431
-- migration wallet 0441_offline_sales_count 31927d7b0d4d50c1
-- migration wallet 0450_partners_by_two 6bb37e9a3ea21c6a
-- migration wallet 0451_partners_by_two_held 862bfb63f9cc3084
-- migration wallet 0452_account_holders fc1bae1de1dd8cc8
-- migration wallet 0453_account_holders_held 2723057745f0901a
-- migration wallet 0460_wallets_passed_on_by_two cebc5af7958db8c0
-- migration wallet 0461_successions_are_agreed_to 74f6630964b1f6c1
-- migration wallet 0462_one_spelling_of_a_bank_reference 9902af25169e4799
-- migration wallet 0463_recoveries_by_two b5cef5371058bd8d

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE TYPE public.wallet_limits AS (
	payment bigint,
	daily bigint,
	day_start timestamp with time zone,
	code_declines integer
);
CREATE FUNCTION public.beneficiaries_grievancestep_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' AND OLD.reason <> '' AND NEW.reason = 'dihapus'
        AND EXISTS (SELECT FROM beneficiaries_grievance WHERE id = OLD.grievance_id AND text_sealed = '') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'step % of a grievance is append-only: its words are forgotten with the grievance''s own.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.beneficiaries_written_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_approval_in_order() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    batch disbursement_batch;
    asked disbursement_submission;
    given int;
    role int;
BEGIN
    SELECT * INTO batch FROM disbursement_batch WHERE id = NEW.batch_id FOR UPDATE;
    IF batch.status IS DISTINCT FROM 'submitted' OR batch.submission_id IS DISTINCT FROM NEW.submission_id THEN
        RAISE EXCEPTION 'batch % does not wait for the approval of this submission.', NEW.batch_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO asked FROM disbursement_submission WHERE id = NEW.submission_id;
    SELECT count(*) INTO given FROM disbursement_approval WHERE submission_id = NEW.submission_id;
    IF NEW.position <> given OR NEW.position > asked.needed THEN
        RAISE EXCEPTION 'approval % of batch % is not the next of %.', NEW.position, NEW.batch_id, asked.needed
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- One person counts once: as who signs and as who is signed for.
    IF EXISTS (SELECT FROM disbursement_approval WHERE submission_id = NEW.submission_id AND id <> NEW.id
               AND (approver_id IN (NEW.approver_id, NEW.holder_id) OR holder_id IN (NEW.approver_id, NEW.holder_id)))
    THEN
        RAISE EXCEPTION 'an officer takes part in the approval of a batch once.' USING ERRCODE = 'unique_violation';
    END IF;
    SELECT CASE NEW.position WHEN 1 THEN first_id WHEN 2 THEN second_id ELSE third_id END INTO role
    FROM disbursement_approvaltier WHERE id = asked.tier_id;
    IF role IS NOT NULL
        AND NOT EXISTS (SELECT FROM auth_user_groups WHERE user_id = NEW.holder_id AND group_id = role) THEN
        RAISE EXCEPTION 'approval % of batch % is another role''s.', NEW.position, NEW.batch_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM auth_user WHERE id IN (NEW.approver_id, NEW.holder_id) AND NOT is_active) THEN
        RAISE EXCEPTION 'an account that is switched off approves nothing.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.delegation_id IS NOT NULL THEN
        PERFORM FROM disbursement_delegation d
        WHERE d.id = NEW.delegation_id AND d.principal_id = NEW.holder_id AND d.delegate_id = NEW.approver_id
            AND d.revoked_at IS NULL AND d.starts_at <= clock_timestamp() AND clock_timestamp() < d.ends_at
        FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the delegation % is not in force.', NEW.delegation_id USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NOT EXISTS (SELECT FROM officers_proof p WHERE p.id = NEW.proof_id AND p.user_id = NEW.approver_id
                   AND p.purpose = 'approve:' || NEW.submission_id
                   AND p.proven_at > clock_timestamp() - interval '10 minutes') THEN
        RAISE EXCEPTION 'an approval needs a fresh proof of the second factor.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_approval_is_anothers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT disbursement_may(NEW.holder_id, 'approve_batch') THEN
        RAISE EXCEPTION 'officer % may not approve batches.', NEW.holder_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM disbursement_submission
               WHERE batch_id = NEW.batch_id AND maker_id IN (NEW.approver_id, NEW.holder_id))
        OR EXISTS (SELECT FROM disbursement_batchstep
                   WHERE batch_id = NEW.batch_id AND to_status = 'draft' AND by_id IN (NEW.approver_id, NEW.holder_id)) THEN
        RAISE EXCEPTION 'who made batch % does not agree to it.', NEW.batch_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_approval_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'disbursement_approval is append-only: % refused.', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_batch_holds_its_cycle() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.status = 'cancelled' THEN
        PERFORM disbursement_release_cycle(NEW.cycle_id);
    ELSE
        PERFORM disbursement_hold_cycle(NEW.cycle_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_batch_is_approved() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    needed int;
    given int;
BEGIN
    SELECT s.needed INTO needed FROM disbursement_submission s WHERE s.id = NEW.submission_id;
    SELECT count(*) INTO given FROM disbursement_approval a
    WHERE a.submission_id = NEW.submission_id AND a.digest = NEW.digest;
    IF given IS DISTINCT FROM needed THEN
        RAISE EXCEPTION 'batch % has % of % approvals.', NEW.id, given, needed USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_batch_is_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'batch % was submitted: maker, count, total, digest, title and moment stay as they are.', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_batch_is_submitted_anew() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM disbursement_sentback WHERE submission_id = NEW.submission_id) THEN
        RAISE EXCEPTION 'submission % was sent back: batch % is submitted anew.', NEW.submission_id, NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_batch_keeps_its_clearing() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.clearing_id IS NULL AND OLD.status = 'submitted' AND NEW.status = 'approved' THEN
        IF (SELECT kind FROM public.wallet_account WHERE id = NEW.clearing_id) IS DISTINCT FROM 'clearing' THEN
            RAISE EXCEPTION 'batch %: account % is no clearing account.', NEW.id, NEW.clearing_id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'batch %: its clearing account comes with its approval, and stays.', NEW.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_batch_region_is_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.id, OLD.batch_id, OLD.year, OLD.region, OLD.count, OLD.total)
            IS NOT DISTINCT FROM (NEW.id, NEW.batch_id, NEW.year, NEW.region, NEW.count, NEW.total)
        AND NEW.used <= OLD.used AND EXISTS (SELECT FROM disbursement_batch WHERE id = NEW.batch_id AND status IN
            ('approved', 'paying', 'paused', 'closed')) THEN
        RETURN NEW;
    END IF;
    PERFORM disbursement_refuse_if_submitted(CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.batch_id] WHEN 'DELETE'
        THEN ARRAY[OLD.batch_id] ELSE ARRAY[OLD.batch_id, NEW.batch_id] END);
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION public.disbursement_batch_waits_for_outcomes() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (
        SELECT FROM public.disbursement_chunk c JOIN public.disbursement_payoutline l ON l.chunk_id = c.id
        WHERE c.batch_id = NEW.id AND l.state IN ('ready', 'sent', 'unknown')
    ) THEN
        RAISE EXCEPTION 'batch % has lines at a partner whose outcome is not known: it stays open.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_batch_was_sent_back() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM disbursement_sentback WHERE submission_id = OLD.submission_id) THEN
        RAISE EXCEPTION 'batch %: nobody sent it back.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_batch_within_budgets() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    programme bigint;
    counted bigint;
    short record;
BEGIN
    SELECT programme_id INTO programme FROM disbursement_cycle WHERE id = NEW.cycle_id;
    PERFORM FROM disbursement_programme WHERE id = programme FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM disbursement_budgets_of(programme)) THEN
        RETURN NEW;
    END IF;
    SELECT coalesce(sum(total), 0) INTO counted FROM disbursement_batchregion WHERE batch_id = NEW.id;
    IF counted <> NEW.total THEN
        RAISE EXCEPTION 'batch % pays %, its regions say %.', NEW.id, NEW.total, counted USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO short FROM disbursement_budgets_short(NEW.id, CASE NEW.status
        WHEN 'submitted' THEN ARRAY['submitted', 'approved', 'paying', 'paused', 'closed']
        ELSE ARRAY['approved', 'paying', 'paused', 'closed'] END) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'batch % asks for % of budget % %, which has % of % left.', NEW.id, short.asked, short.year,
            short.region, short.amount - short.used, short.amount USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_batchstep_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'disbursement_batchstep is append-only: % refused.', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_budget_is_set() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM FROM disbursement_programme WHERE id = NEW.programme_id FOR NO KEY UPDATE;
    NEW.made_at := statement_timestamp();
    IF NEW.starts_on < disbursement_today() THEN
        RAISE EXCEPTION 'a budget never begins in the past.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;


CREATE TABLE public.disbursement_budget (
    id bigint NOT NULL,
    year smallint NOT NULL,
    region character varying(8) DEFAULT ''::character varying NOT NULL,
    amount bigint,
    decree character varying(200) NOT NULL,
    starts_on date NOT NULL,
    made_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    programme_id bigint NOT NULL,
    CONSTRAINT budget_has_a_decree CHECK ((NOT ((decree)::text = ''::text))),
    CONSTRAINT budget_not_negative CHECK (((amount IS NULL) OR (amount >= 0))),
    CONSTRAINT budget_region CHECK ((((region)::text = ''::text) OR ((region)::text ~ '^[0-9]{2}(\.[0-9]{2}){0,2}$'::text))),
    CONSTRAINT budget_year CHECK (((year >= 2000) AND (year <= 2100))),
    CONSTRAINT disbursement_budget_year_check CHECK ((year >= 0))
);
CREATE FUNCTION public.disbursement_budgets_of(of_programme bigint) RETURNS SETOF public.disbursement_budget
    LANGUAGE sql STABLE
    AS $$
    SELECT * FROM (
        SELECT DISTINCT ON (year, region) * FROM disbursement_budget
        WHERE programme_id = of_programme AND starts_on <= disbursement_today()
        ORDER BY year, region, starts_on DESC, id DESC) newest
    WHERE amount IS NOT NULL
$$;
CREATE FUNCTION public.disbursement_budgets_short(of_batch bigint, statuses text[]) RETURNS TABLE(year integer, region text, amount bigint, used bigint, asked bigint)
    LANGUAGE sql STABLE
    AS $$
    WITH mine AS (
        SELECT b.id, c.programme_id FROM disbursement_batch b JOIN disbursement_cycle c ON c.id = b.cycle_id
        WHERE b.id = of_batch
    ), parts AS (
        SELECT r.year, r.region,
               coalesce(sum(r.used) FILTER (WHERE b.id <> of_batch), 0)::bigint AS used,
               coalesce(sum(r.total) FILTER (WHERE b.id = of_batch), 0)::bigint AS asked
        FROM mine JOIN disbursement_cycle c ON c.programme_id = mine.programme_id
        JOIN disbursement_batch b ON b.cycle_id = c.id JOIN disbursement_batchregion r ON r.batch_id = b.id
        WHERE b.id = of_batch OR b.status = ANY (statuses)
        GROUP BY r.year, r.region
    )
    SELECT * FROM (
        SELECT l.year::int, l.region::text, l.amount, coalesce(sum(p.used), 0)::bigint AS used,
               coalesce(sum(p.asked), 0)::bigint AS asked
        FROM mine CROSS JOIN LATERAL disbursement_budgets_of(mine.programme_id) l
        JOIN parts p ON p.year = l.year AND (l.region = '' OR p.region = l.region OR starts_with(p.region, l.region || '.'))
        GROUP BY l.year, l.region, l.amount) limits
    WHERE limits.asked > 0 AND limits.used + limits.asked > limits.amount
    ORDER BY 1, 2
$$;
CREATE FUNCTION public.disbursement_calculation_is_never_emptied() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'disbursement_calculation is written once: TRUNCATE refused.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_calculation_is_written_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'facts' - 'members') = (to_jsonb(OLD) - 'facts' - 'members')
        AND (NEW.facts = OLD.facts OR NEW.facts = '{}') AND (NEW.members = OLD.members OR NEW.members = '[]') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'disbursement_calculation is written once: % refused.', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_chunk_of_reserved_batch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM public.disbursement_batch
                       WHERE id = NEW.batch_id AND status IN ('approved', 'paying', 'paused')) THEN
            RAISE EXCEPTION 'chunk %: the money of batch % is not reserved.', NEW.id, NEW.batch_id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
CREATE FUNCTION public.disbursement_clawback_adds_up() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    together bigint;
BEGIN
    SELECT coalesce(sum(amount), 0) INTO together FROM disbursement_clawbackpayment WHERE clawback_id = NEW.id;
    IF together <> NEW.claim THEN
        RAISE EXCEPTION 'clawback % claims %, its payments %.', NEW.id, NEW.claim, together USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_clawback_begins() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.status <> 'proposed' OR NEW.enforced_by_id IS NOT NULL OR NEW.noticed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a clawback begins as a proposal.' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.proposed_at := statement_timestamp();
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_clawback_has_its_step() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    now_is text;
    said text;
BEGIN
    SELECT status INTO now_is FROM disbursement_clawback WHERE id = NEW.id;
    SELECT to_status INTO said FROM disbursement_clawbackstep WHERE clawback_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF said IS DISTINCT FROM now_is THEN
        RAISE EXCEPTION 'clawback % is %, and no step says so.', NEW.id, now_is USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_clawback_payment_was_paid() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    paid disbursement_instruction;
    of_case disbursement_clawback;
    claimed bigint;
BEGIN
    SELECT * INTO paid FROM disbursement_instruction WHERE id = NEW.instruction_id FOR NO KEY UPDATE;
    SELECT * INTO of_case FROM disbursement_clawback WHERE id = NEW.clawback_id;
    IF of_case.status <> 'proposed' OR of_case.proposed_at < transaction_timestamp() THEN
        RAISE EXCEPTION 'clawback % is about what it was proposed for.', NEW.clawback_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF paid.status <> 'paid' OR NOT EXISTS (
        SELECT FROM disbursement_enrolment e WHERE e.id = paid.enrolment_id AND e.programme_id = of_case.programme_id
            AND disbursement_is_one_person(e.person_id, of_case.person_id)) THEN
        RAISE EXCEPTION 'instruction % was not paid by this programme to this person.', NEW.instruction_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT coalesce(sum(p.amount), 0) INTO claimed FROM disbursement_clawbackpayment p
    JOIN disbursement_clawback c ON c.id = p.clawback_id
    WHERE p.instruction_id = NEW.instruction_id AND c.status <> 'dropped';
    IF claimed + NEW.amount > paid.amount THEN
        RAISE EXCEPTION 'instruction % paid %: % of it is claimed already.', NEW.instruction_id, paid.amount, claimed
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_clawback_stays() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    ended boolean := OLD.status IN ('settled', 'dropped', 'written_off');
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'clawback % is never deleted.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.id, OLD.programme_id, OLD.person_id, OLD.share, OLD.proposed_by_id, OLD.proposed_at)
        IS DISTINCT FROM (NEW.id, NEW.programme_id, NEW.person_id, NEW.share, NEW.proposed_by_id, NEW.proposed_at)
       OR (NEW.reason <> OLD.reason AND NOT (ended AND NEW.reason = 'dihapus'))
       OR (NEW.evidence <> OLD.evidence AND NOT (ended AND NEW.evidence = 'dihapus'))
       OR (NEW.objection <> OLD.objection AND NOT (OLD.status = 'noticed' AND NEW.status = 'objected')
           AND NOT (ended AND NEW.objection = 'dihapus')) THEN
        RAISE EXCEPTION 'clawback %: what it is about stays as it was proposed.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.noticed_at IS NOT NULL AND (OLD.noticed_at, OLD.objection_until) IS DISTINCT FROM (NEW.noticed_at, NEW.objection_until))
       OR (OLD.objected_on IS NOT NULL AND (OLD.objected_on, OLD.answer_by) IS DISTINCT FROM (NEW.objected_on, NEW.answer_by))
       OR (OLD.enforced_by_id IS NOT NULL
           AND (OLD.enforced_by_id, OLD.enforced_at) IS DISTINCT FROM (NEW.enforced_by_id, NEW.enforced_at)) THEN
        RAISE EXCEPTION 'clawback %: who did what when stays as it was.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.claim <> OLD.claim AND NOT (NEW.claim < OLD.claim AND OLD.status = 'objected' AND NEW.status = 'decided') THEN
        RAISE EXCEPTION 'clawback %: only the decision on an objection lowers the claim.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_clawback_step_follows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    of_case disbursement_clawback;
    before text;
    taken bigint;
BEGIN
    SELECT * INTO of_case FROM disbursement_clawback WHERE id = NEW.clawback_id FOR NO KEY UPDATE;
    SELECT to_status INTO before FROM disbursement_clawbackstep WHERE clawback_id = NEW.clawback_id ORDER BY id DESC LIMIT 1;
    NEW.at := statement_timestamp();
    IF (NEW.from_status, NEW.to_status, NEW.claim) IS DISTINCT FROM (coalesce(before, ''), of_case.status, of_case.claim)
       OR (NEW.from_status, NEW.to_status) NOT IN (
            ('', 'proposed'), ('proposed', 'noticed'), ('proposed', 'dropped'), ('noticed', 'objected'),
            ('noticed', 'in_force'), ('noticed', 'dropped'), ('noticed', 'written_off'), ('objected', 'decided'),
            ('objected', 'dropped'), ('objected', 'written_off'), ('decided', 'in_force'), ('decided', 'dropped'),
            ('decided', 'written_off'), ('in_force', 'settled'), ('in_force', 'written_off'), ('settled', 'in_force')) THEN
        RAISE EXCEPTION 'clawback %: no step leads from % to %.', NEW.clawback_id, coalesce(before, '-'), NEW.to_status
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.from_status, NEW.to_status) IN (('in_force', 'settled'), ('settled', 'in_force')) THEN
        taken := disbursement_clawback_taken(NEW.clawback_id);
        IF (NEW.to_status = 'settled') <> (taken >= of_case.claim) THEN
            RAISE EXCEPTION 'clawback % has % of %.', NEW.clawback_id, taken, of_case.claim USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    -- An objection may come from the person, in the application.
    IF NEW.reason = '' OR (NEW.by_id IS NULL AND (NEW.to_status <> 'objected' OR of_case.objection_channel <> 'app')) THEN
        RAISE EXCEPTION 'a step of a clawback has an officer and a reason.' USING ERRCODE = 'restrict_violation';
    END IF;
    -- What one proposes, another decides: whatever comes after an objection, its force, and giving it up.
    IF NEW.by_id = of_case.proposed_by_id
       AND (NEW.from_status IN ('objected', 'decided') OR NEW.to_status IN ('in_force', 'written_off')) THEN
        RAISE EXCEPTION 'clawback % is decided by another officer.', NEW.clawback_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.to_status = 'in_force' AND NEW.by_id IS DISTINCT FROM of_case.enforced_by_id THEN
        RAISE EXCEPTION 'clawback % is put into force by who is named.', NEW.clawback_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.from_status, NEW.to_status) = ('noticed', 'in_force') AND of_case.objection_until >= disbursement_today() THEN
        RAISE EXCEPTION 'clawback %: an objection is possible until %.', NEW.clawback_id, of_case.objection_until
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_clawback_taken(of_case bigint) RETURNS bigint
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce((SELECT sum(w.amount) FROM disbursement_withholding w
                     JOIN disbursement_instruction i ON i.id = w.instruction_id
                     WHERE w.clawback_id = of_case AND i.live), 0)::bigint
         + coalesce((SELECT sum(g.amount) FROM disbursement_giveback g WHERE g.clawback_id = of_case), 0)::bigint
$$;
CREATE FUNCTION public.disbursement_clawbackstep_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' AND OLD.reason <> '' AND NEW.reason = 'dihapus'
        AND EXISTS (SELECT FROM disbursement_clawback
                    WHERE id = OLD.clawback_id AND status IN ('settled', 'dropped', 'written_off')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'step % of a clawback is written once.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_component_is_in_force() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    of_version bigint;
BEGIN
    FOREACH of_version IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.version_id] WHEN 'DELETE' THEN ARRAY[OLD.version_id]
                                ELSE ARRAY[OLD.version_id, NEW.version_id] END
    LOOP
        PERFORM FROM disbursement_programmeversion WHERE id = of_version AND enforced_at IS NULL FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'version % is in force: its components stay as they are.', of_version
                USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION public.disbursement_content_added_or_removed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM disbursement_refuse_if_submitted(ARRAY(SELECT DISTINCT batch_id FROM changed));
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_content_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM disbursement_refuse_if_submitted(ARRAY[OLD.batch_id, NEW.batch_id]);
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_correction_comes_with_it() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN disbursement_recalculation r ON r.id = added.recalculation_id
               JOIN disbursement_enrolment e ON e.id = added.enrolment_id JOIN disbursement_cycle c ON c.id = added.cycle_id
               WHERE r.status <> 'waiting' OR r.cycle_id <> added.cycle_id OR c.programme_id <> e.programme_id) THEN
        RAISE EXCEPTION 'a correction is written when its recalculation is filled, and for its cycle.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_correction_is_written_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'facts' - 'members') = (to_jsonb(OLD) - 'facts' - 'members')
        AND (NEW.facts = OLD.facts OR NEW.facts = '{}') AND (NEW.members = OLD.members OR NEW.members = '[]') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'disbursement_correction is written once: % refused.', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_cycle_begins() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.held := false;
    NEW.months := disbursement_cycle_months(NEW.programme_id, NEW.period);
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_cycle_holds_its_months() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.disbursement_cycle_is_used(of_cycle bigint) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT EXISTS (SELECT FROM disbursement_batch WHERE cycle_id = of_cycle AND status <> 'cancelled')
        OR EXISTS (SELECT FROM disbursement_owedcycle WHERE cycle_id = of_cycle AND withdrawn_at IS NULL)
$$;
CREATE FUNCTION public.disbursement_cycle_months(of_programme bigint, of_period date) RETURNS smallint
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce((
        SELECT greatest(v.months, (SELECT max(c.months) FROM disbursement_component c WHERE c.version_id = v.id), 1)
        FROM disbursement_programmeversion v
        WHERE v.programme_id = of_programme AND v.enforced_at IS NOT NULL AND v.starts_on <= of_period
        ORDER BY v.starts_on DESC, v.number DESC LIMIT 1), 1)::smallint
$$;
CREATE FUNCTION public.disbursement_cycle_span(period date, months smallint) RETURNS daterange
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT daterange(period, (period + make_interval(months => months))::date)
$$;
CREATE FUNCTION public.disbursement_delegation_is_made() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.ends_at > NEW.starts_at + interval '92 days' THEN
        RAISE EXCEPTION 'a delegation lasts 92 days at most.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.made_by_id <> NEW.principal_id AND NOT disbursement_may(NEW.made_by_id, 'delegate_for_others') THEN
        RAISE EXCEPTION 'officer % may not delegate for another.', NEW.made_by_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_delegation_is_only_revoked() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'delegation % is only ever revoked.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_delegation_stays() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'delegation % was revoked: it stays so.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_enrolment_begins() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO disbursement_enrolmentstep (enrolment_id, from_status, to_status, reason, by_id)
    SELECT id, '', status, CASE WHEN version_id IS NULL THEN 'enrolled' ELSE 'rule' END, by_id FROM fresh ORDER BY id;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_enrolment_comes_to_no_conflict() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM disbursement_refuse_conflicts((
        SELECT array_agg(f.id) FROM fresh f JOIN stale s ON s.id = f.id
        WHERE f.status IN ('active', 'suspended')
            AND (s.status NOT IN ('active', 'suspended') OR s.person_id <> f.person_id) AND f.programme_id IN (
                SELECT unnest(ARRAY[c.first_id, c.second_id]) FROM disbursement_programmeconflict c
                WHERE c.starts_on <= disbursement_today() AND (c.ends_on IS NULL OR c.ends_on > disbursement_today()))));
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_enrolment_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.programme_id, OLD.by_id, OLD.created_at) IS NOT DISTINCT FROM (NEW.programme_id, NEW.by_id, NEW.created_at)
        AND (OLD.status = 'waiting'
             OR (NEW.version_id IS NOT DISTINCT FROM OLD.version_id AND NEW.facts IN (OLD.facts, '{}'))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'enrolment %: why it was made stays.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_enrolment_moves_by_steps() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'enrolment %: its status moves with a step.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_enrolment_takes_no_conflict() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM disbursement_refuse_conflicts((
        SELECT array_agg(f.id) FROM fresh f WHERE f.status IN ('active', 'suspended') AND f.programme_id IN (
            SELECT unnest(ARRAY[c.first_id, c.second_id]) FROM disbursement_programmeconflict c
            WHERE c.starts_on <= disbursement_today() AND (c.ends_on IS NULL OR c.ends_on > disbursement_today()))));
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_enrolmentappeal_is_decided_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    decision text[] := ARRAY['status', 'decided_by_id', 'decided_at', 'decision_reason'];
BEGIN
    IF (to_jsonb(NEW) - 'text' - decision) = (to_jsonb(OLD) - 'text' - decision) AND NEW.text IN (OLD.text, '')
        AND (OLD.status = 'filed' OR (
            (to_jsonb(NEW) - 'text' - 'decision_reason') = (to_jsonb(OLD) - 'text' - 'decision_reason')
            AND NEW.decision_reason IN (OLD.decision_reason, 'dihapus'))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'appeal % is decided once.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_enrolmentappeal_is_filed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    step disbursement_enrolmentstep;
BEGIN
    SELECT s.* INTO step FROM disbursement_enrolmentstep s WHERE s.id = NEW.step_id;
    IF step.to_status NOT IN ('suspended', 'ended') OR step.from_status = '' OR NEW.status <> 'filed' THEN
        RAISE EXCEPTION 'step % is nothing to appeal against.', NEW.step_id USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.taken_by_id := step.by_id;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_enrolmentstep_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (to_jsonb(NEW) - 'words' - 'reference') = (to_jsonb(OLD) - 'words' - 'reference')
        AND NEW.words IN (OLD.words, '') AND NEW.reference IN (OLD.reference, '') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'step % is written once: only its words may be emptied.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_enrolmentstep_is_legal() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.at := statement_timestamp();
    IF NEW.from_status = '' THEN
        IF pg_trigger_depth() < 2 THEN
            RAISE EXCEPTION 'the first step comes with the enrolment.' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NOT (NEW.from_status || '>' || NEW.to_status) = ANY (ARRAY[
        'waiting>active', 'waiting>ended', 'active>suspended', 'active>ended', 'active>waiting',
        'suspended>active', 'suspended>ended', 'ended>active', 'ended>suspended', 'ended>waiting']) THEN
        RAISE EXCEPTION 'no enrolment goes from % to %.', NEW.from_status, NEW.to_status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_enrolmentstep_is_the_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    steps bigint;
    moved bigint;
BEGIN
    SELECT count(*) INTO steps FROM fresh WHERE from_status <> '';
    IF steps = 0 THEN
        RETURN NULL;
    END IF;
    UPDATE disbursement_enrolment e SET status = fresh.to_status, passed_over = '' FROM fresh
    WHERE fresh.from_status <> '' AND e.id = fresh.enrolment_id AND e.status = fresh.from_status;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> steps THEN
        RAISE EXCEPTION '% of % enrolments are where their step says.', moved, steps USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_give_back_is_claimed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    of_case disbursement_clawback;
BEGIN
    SELECT * INTO of_case FROM disbursement_clawback WHERE id = NEW.clawback_id FOR NO KEY UPDATE;
    IF of_case.status <> 'in_force' THEN
        RAISE EXCEPTION 'clawback % is not in force.', NEW.clawback_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF disbursement_clawback_taken(NEW.clawback_id) + NEW.amount > of_case.claim THEN
        RAISE EXCEPTION 'clawback % claims %.', NEW.clawback_id, of_case.claim USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_hold_cycle(of_cycle bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM FROM disbursement_cycle WHERE id = of_cycle FOR NO KEY UPDATE;
    UPDATE disbursement_cycle SET held = true WHERE id = of_cycle AND NOT held;
END $$;
CREATE FUNCTION public.disbursement_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_is_never_emptied() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is kept: TRUNCATE refused.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_is_one_person(one bigint, other bigint) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT (SELECT coalesce(merged_into_id, id) FROM beneficiaries_person WHERE id = one)
         = (SELECT coalesce(merged_into_id, id) FROM beneficiaries_person WHERE id = other)
$$;
CREATE FUNCTION public.disbursement_line_keeps_its_household() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the household of line % stays as it is.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_line_names_its_household() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN disbursement_enrolment e ON e.id = added.enrolment_id
               WHERE added.household_id IS NULL AND e.household_id IS NOT NULL AND added.kind <> 'correction') THEN
        RAISE EXCEPTION 'a line names the household whose only place it pays.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_may(officer bigint, permission text) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT EXISTS (
        SELECT FROM auth_user u WHERE u.id = officer AND u.is_active AND (u.is_superuser OR EXISTS (
            SELECT FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
            WHERE t.app_label = 'disbursement' AND p.codename = permission
                AND (EXISTS (SELECT FROM auth_user_user_permissions o WHERE o.user_id = u.id AND o.permission_id = p.id)
                     OR EXISTS (SELECT FROM auth_user_groups m JOIN auth_group_permissions g ON g.group_id = m.group_id
                                WHERE m.user_id = u.id AND g.permission_id = p.id)))))
$$;
CREATE FUNCTION public.disbursement_overlapping_cycle(of_programme bigint, of_period date) RETURNS bigint
    LANGUAGE sql STABLE
    AS $$
    SELECT other.id FROM disbursement_cycle other
    WHERE other.programme_id = of_programme AND other.held AND other.period <> of_period
        AND disbursement_cycle_span(other.period, other.months)
            && disbursement_cycle_span(of_period, disbursement_cycle_months(of_programme, of_period))
        AND NOT EXISTS (SELECT FROM disbursement_cycle own
                        WHERE own.programme_id = of_programme AND own.period = of_period AND own.held)
    ORDER BY other.period LIMIT 1
$$;
CREATE FUNCTION public.disbursement_owed_hold_their_cycle() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM disbursement_hold_cycle(cycle_id) FROM (SELECT DISTINCT cycle_id FROM made ORDER BY cycle_id) ordered;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_owed_is_written_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    ending text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdraw_reason'];
    words text[] := ARRAY['why', 'withdraw_reason'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND to_jsonb(NEW) - ending = to_jsonb(OLD) - ending THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - words = to_jsonb(OLD) - words AND NEW.why IN (OLD.why, 'dihapus')
       AND (NEW.withdraw_reason = OLD.withdraw_reason OR (OLD.withdraw_reason <> '' AND NEW.withdraw_reason = 'dihapus')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what is owed (%) is written once, and withdrawn once: % refused.', OLD.id, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_owed_no_more() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM disbursement_release_cycle(NEW.cycle_id);
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_owed_of_its_programme() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN disbursement_enrolment e ON e.id = added.enrolment_id
               JOIN disbursement_cycle c ON c.id = added.cycle_id WHERE c.programme_id <> e.programme_id) THEN
        RAISE EXCEPTION 'an enrolment is owed cycles of its own programme only.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_programme_pays_for_families() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM disbursement_programmeversion v JOIN disbursement_component c ON c.version_id = v.id
               WHERE v.programme_id = NEW.id AND v.enforced_at IS NOT NULL AND c.per = 'members') THEN
        RAISE EXCEPTION 'programme % pays for families: one place each, as long as it does.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_programmeconflict_is_ended_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.ends_on IS NULL AND (to_jsonb(NEW) - 'ends_on') = (to_jsonb(OLD) - 'ends_on') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'conflict % is written once: it can only be ended.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_recalculation_is_decided() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'recalculation % is %: % refused.', OLD.id, OLD.status, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_refuse_conflicts(fresh bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    clash record;
BEGIN
    IF fresh IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM beneficiaries_person p WHERE p.id IN (SELECT person_id FROM disbursement_enrolment WHERE id = ANY (fresh))
    ORDER BY p.id FOR NO KEY UPDATE;
    PERFORM FROM beneficiaries_household h WHERE h.id IN (
        SELECT p.household_id FROM disbursement_enrolment e JOIN beneficiaries_person p ON p.id = e.person_id
        JOIN disbursement_programmeconflict c ON e.programme_id IN (c.first_id, c.second_id)
        WHERE e.id = ANY (fresh) AND c.scope = 'household' AND c.starts_on <= disbursement_today()
            AND (c.ends_on IS NULL OR c.ends_on > disbursement_today()))
    ORDER BY h.id FOR NO KEY UPDATE;
    SELECT mine.id AS mine, other.id AS other INTO clash
    FROM disbursement_enrolment mine
    JOIN disbursement_programmeconflict c ON mine.programme_id IN (c.first_id, c.second_id)
    JOIN disbursement_enrolment other ON other.person_id = mine.person_id
        AND other.programme_id = c.first_id + c.second_id - mine.programme_id
    WHERE mine.id = ANY (fresh) AND other.status IN ('active', 'suspended') AND c.starts_on <= disbursement_today()
        AND (c.ends_on IS NULL OR c.ends_on > disbursement_today())
    LIMIT 1;
    IF NOT FOUND THEN
        SELECT mine.id AS mine, other.id AS other INTO clash
        FROM disbursement_enrolment mine JOIN beneficiaries_person p ON p.id = mine.person_id
        JOIN disbursement_programmeconflict c ON mine.programme_id IN (c.first_id, c.second_id)
        JOIN beneficiaries_person q ON q.household_id = p.household_id
        JOIN disbursement_enrolment other ON other.person_id = q.id
            AND other.programme_id = c.first_id + c.second_id - mine.programme_id
        WHERE mine.id = ANY (fresh) AND c.scope = 'household' AND other.status IN ('active', 'suspended')
            AND c.starts_on <= disbursement_today() AND (c.ends_on IS NULL OR c.ends_on > disbursement_today())
        LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'enrolments % and % may not be held at once.', clash.mine, clash.other
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'enrolment_no_conflict';
    END IF;
END $$;
CREATE FUNCTION public.disbursement_refuse_if_submitted(batches bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    submitted bigint;
BEGIN
    PERFORM FROM disbursement_batch WHERE id = ANY (batches) ORDER BY id FOR KEY SHARE;
    SELECT id INTO submitted FROM disbursement_batch WHERE id = ANY (batches) AND status NOT IN ('draft', 'prepared') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'batch % was submitted: its lines and chunks stay as they are.', submitted
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
CREATE FUNCTION public.disbursement_release_cycle(of_cycle bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM FROM disbursement_cycle WHERE id = of_cycle FOR NO KEY UPDATE;
    UPDATE disbursement_cycle SET held = false WHERE id = of_cycle AND held AND NOT disbursement_cycle_is_used(id);
END $$;
CREATE FUNCTION public.disbursement_report_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'report % stays as it was asked, and as it ended.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_returned_is_not_claimed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    claimed_in bigint;
BEGIN
    SELECT c.id INTO claimed_in FROM disbursement_clawbackpayment p JOIN disbursement_clawback c ON c.id = p.clawback_id
    WHERE p.instruction_id = NEW.id AND c.status <> 'dropped' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'instruction % is claimed back in clawback %.', NEW.id, claimed_in USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_returned_was_reversed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT FROM public.wallet_transfer paid JOIN public.wallet_transfer back ON back.reverses_id = paid.id
            WHERE paid.key = 'disburse:' || NEW.batch_id || ':' || NEW.enrolment_id || ':' || NEW.attempt
                || CASE NEW.part WHEN 'main' THEN '' ELSE ':' || NEW.part END
                || CASE NEW.kind WHEN 'regular' THEN '' ELSE ':' || NEW.kind || ':' || NEW.cycle_id END
        ) THEN
            RAISE EXCEPTION 'instruction %: no transfer has taken it back.', NEW.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
CREATE FUNCTION public.disbursement_route_takes_two() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.set_by_id IS NOT NULL AND NEW.agreed_at IS NOT NULL THEN
            RAISE EXCEPTION 'a route that an officer sets begins as a proposal.' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF OLD.agreed_at IS NULL AND NEW.agreed_at IS NOT NULL THEN
        IF OLD.ended_at IS NOT NULL THEN
            RAISE EXCEPTION 'route % was refused: it is not agreed to any more.', OLD.id USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.agreed_by_id IS NULL AND NEW.set_by_id IS NOT NULL THEN
            RAISE EXCEPTION 'route % is agreed to by another officer.', OLD.id USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_routed_as_its_payout() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    told CONSTANT text := (SELECT state FROM public.disbursement_payoutline WHERE instruction_id = NEW.id);
BEGIN
    -- A line that was never handed over may fail, or be cancelled.
    IF NEW.status NOT IN ('failed', 'cancelled', 'sent', 'unknown') AND told IS DISTINCT FROM NEW.status
        OR NEW.status IN ('failed', 'cancelled') AND told <> 'failed'
        OR NEW.status IN ('sent', 'unknown') AND coalesce(told, 'paid') IN ('paid', 'failed')
    THEN
        RAISE EXCEPTION 'instruction %: % is not what is known of it at the partner (%).', NEW.id, NEW.status, told
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_run_is_of_its_programme() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.batch_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM disbursement_batch b JOIN disbursement_cycle c ON c.id = b.cycle_id
            WHERE b.id = NEW.batch_id AND c.id = NEW.cycle_id
                AND (c.programme_id, c.period) = (NEW.programme_id, NEW.period)) THEN
        RAISE EXCEPTION 'batch % is not of the run''s period.', NEW.batch_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_run_was_made() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.batch_id IS NOT NULL
        AND (OLD.programme_id, OLD.schedule_id, OLD.period, OLD.due_at, OLD.prepare_at, OLD.cycle_id)
            IS NOT DISTINCT FROM
            (NEW.programme_id, NEW.schedule_id, NEW.period, NEW.due_at, NEW.prepare_at, NEW.cycle_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'scheduled run % was made: % refused.', OLD.id, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_schedule_is_written_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    ending text[] := ARRAY['planned_at', 'stopped_at', 'stopped_by_id', 'stop_reason'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ending = to_jsonb(OLD) - ending
        AND (OLD.stopped_at IS NULL
             OR (OLD.stopped_at, OLD.stopped_by_id, OLD.stop_reason) = (NEW.stopped_at, NEW.stopped_by_id, NEW.stop_reason))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'schedule % is written once, and only ever stopped: % refused.', OLD.id, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_scheme_begins() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.made_at := statement_timestamp();
    NEW.written_in := pg_current_xact_id()::text::bigint;
    IF NEW.starts_on < disbursement_today() THEN
        RAISE EXCEPTION 'an approval scheme never begins in the past.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_scheme_covers_all() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM disbursement_approvaltier WHERE scheme_id = NEW.id AND from_total = 0) THEN
        RAISE EXCEPTION 'approval scheme % has no tier from 0 on.', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_scheme_is_agreed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    scheme disbursement_approvalscheme;
    today date := disbursement_today();
BEGIN
    SELECT * INTO scheme FROM disbursement_approvalscheme WHERE id = NEW.scheme_id;
    NEW.at := statement_timestamp();
    IF NEW.by_id IS NULL OR NEW.by_id = scheme.made_by_id THEN
        RAISE EXCEPTION 'another officer agrees to approval scheme %.', NEW.scheme_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF scheme.starts_on < today OR scheme.starts_on = today AND EXISTS (
        SELECT FROM disbursement_approvalscheme s JOIN disbursement_schemeagreement a ON a.scheme_id = s.id
        WHERE s.starts_on <= today) THEN
        RAISE EXCEPTION 'approval scheme % would change today what batches need.', NEW.scheme_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_sent_back_while_submitted() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    batch disbursement_batch;
BEGIN
    SELECT b.* INTO batch FROM disbursement_batch b WHERE b.submission_id = NEW.submission_id FOR UPDATE;
    IF batch.status IS DISTINCT FROM 'submitted' THEN
        RAISE EXCEPTION 'submission % waits for nobody.', NEW.submission_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.kind = 'withdrawn') <> (NEW.by_id = batch.maker_id) THEN
        RAISE EXCEPTION 'a maker withdraws, and only others refuse.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_statement_is_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'statement % was booked: it stays as it is.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_statementaccount_expects_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    other text;
BEGIN
    -- One at a time: the next statement sees what another session has written.
    PERFORM pg_advisory_xact_lock(x'61636331'::bigint);
    SELECT o.code INTO other FROM disbursement_statementaccount o
    WHERE o.id <> NEW.id AND o.books && NEW.books
        AND daterange(o.starts_on, CASE WHEN o.end_agreed_by_id IS NOT NULL THEN o.ends_on END, '[]')
            && daterange(NEW.starts_on, CASE WHEN NEW.end_agreed_by_id IS NOT NULL THEN NEW.ends_on END, '[]')
    LIMIT 1;
    IF other IS NOT NULL THEN
        RAISE EXCEPTION 'account % expects one of these books on the same days.', other USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_statementaccount_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    compared date;
BEGIN
    IF OLD.end_agreed_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'account % has ended: what it expected stays.', OLD.code USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT max(period_to) INTO compared FROM disbursement_statement WHERE account_id = OLD.id AND state = 'booked';
    IF compared IS NOT NULL AND (OLD.books, OLD.starts_on, OLD.grace_days)
            IS DISTINCT FROM (NEW.books, NEW.starts_on, NEW.grace_days) THEN
        RAISE EXCEPTION 'account % was compared: what it expects stays.', OLD.code USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.end_agreed_by_id IS NOT NULL THEN
        IF (OLD.ends_on, OLD.end_by_id) IS DISTINCT FROM (NEW.ends_on, NEW.end_by_id) THEN
            RAISE EXCEPTION 'the end of account % is not what was proposed.', OLD.code USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.ends_on < compared THEN
            RAISE EXCEPTION 'account % was compared until %.', OLD.code, compared USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_statemententry_is_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM touched JOIN disbursement_statement s ON s.id = touched.statement_id WHERE s.state = 'booked')
    THEN
        RAISE EXCEPTION 'entries of a booked statement stay as they are: % refused.', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_statemententry_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'entry % stays as the statement says it.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_status_out_of_order() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION '% %: nothing leads from % to %.', TG_TABLE_NAME, OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END $$;
CREATE FUNCTION public.disbursement_submission_is_set() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    batch disbursement_batch;
BEGIN
    SELECT * INTO batch FROM disbursement_batch WHERE id = NEW.batch_id FOR UPDATE;
    IF batch.status IS DISTINCT FROM 'prepared' THEN
        RAISE EXCEPTION 'batch % is %: only a prepared one is submitted.', NEW.batch_id, batch.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.submitted_at := statement_timestamp();
    NEW.tier_id := disbursement_tier_of(NEW.total);
    NEW.needed := coalesce((SELECT 1 + (second_id IS NOT NULL)::int + (third_id IS NOT NULL)::int
                            FROM disbursement_approvaltier WHERE id = NEW.tier_id), 1);
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_takeback_words_are_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    decided CONSTANT boolean := OLD.decided_at IS NOT NULL;
BEGIN
    IF (NEW.reason <> OLD.reason AND NOT (decided AND NEW.reason = 'dihapus'))
       OR (NEW.note <> OLD.note AND decided AND NEW.note <> 'dihapus') THEN
        RAISE EXCEPTION 'take-back %: its words are kept as they were written.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_taken_back_by_two() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.disbursement_takeback t WHERE t.instruction_id = NEW.id AND t.agreed) THEN
        RAISE EXCEPTION 'instruction % is taken back by nobody alone.', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_tier_of(total bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    scheme bigint;
    tier bigint;
BEGIN
    SELECT s.id INTO scheme FROM disbursement_approvalscheme s JOIN disbursement_schemeagreement a ON a.scheme_id = s.id
    WHERE s.starts_on <= disbursement_today() ORDER BY s.starts_on DESC, s.id DESC LIMIT 1;
    IF scheme IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT t.id INTO tier FROM disbursement_approvaltier t WHERE t.scheme_id = scheme AND t.from_total <= total
    ORDER BY t.from_total DESC LIMIT 1;
    IF tier IS NULL THEN
        RAISE EXCEPTION 'approval scheme % has no tier for %.', scheme, total USING ERRCODE = 'check_violation';
    END IF;
    RETURN tier;
END $$;
CREATE FUNCTION public.disbursement_tier_with_its_scheme() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM disbursement_approvalscheme
                   WHERE id = NEW.scheme_id AND made_at >= transaction_timestamp()
                       AND written_in = pg_current_xact_id()::text::bigint) THEN
        RAISE EXCEPTION 'approval scheme % is complete.', NEW.scheme_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_today() RETURNS date
    LANGUAGE sql STABLE
    AS $$ SELECT (statement_timestamp() AT TIME ZONE 'Asia/Jakarta')::date $$;
CREATE FUNCTION public.disbursement_version_comes_into_force() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    one_per_household boolean;
BEGIN
    IF NEW.by_id IS NOT NULL AND (NEW.enforced_by_id IS NULL OR NEW.enforced_by_id = NEW.by_id) THEN
        RAISE EXCEPTION 'version %: another than who drafted it puts it into force.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- The programme's row is locked, or it could change between the look and the commit.
    SELECT p.one_per_household INTO one_per_household FROM disbursement_programme p WHERE p.id = NEW.programme_id FOR SHARE;
    IF NOT one_per_household
        AND EXISTS (SELECT FROM disbursement_component WHERE version_id = NEW.id AND per = 'members') THEN
        RAISE EXCEPTION 'version % pays for the family, of which several may be enrolled.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_version_is_in_force() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'version % is in force: % refused.', OLD.id, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.disbursement_version_lengthens_cycles() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE disbursement_cycle c SET months = disbursement_cycle_months(c.programme_id, c.period)
    WHERE c.programme_id = NEW.programme_id AND c.period >= NEW.starts_on AND c.held
        AND c.months < disbursement_cycle_months(c.programme_id, c.period);
    RETURN NULL;
END $$;
CREATE FUNCTION public.disbursement_withholding_is_due() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    of_case disbursement_clawback;
    line record;
    of_line bigint;
    taken bigint;
BEGIN
    SELECT * INTO of_case FROM disbursement_clawback WHERE id = NEW.clawback_id FOR NO KEY UPDATE;
    SELECT i.status, i.amount, b.status AS batch_status, e.programme_id, e.person_id INTO line
    FROM disbursement_instruction i JOIN disbursement_batch b ON b.id = i.batch_id
    JOIN disbursement_enrolment e ON e.id = i.enrolment_id WHERE i.id = NEW.instruction_id;
    IF of_case.status <> 'in_force' OR line.status <> 'pending' OR line.batch_status NOT IN ('draft', 'prepared')
       OR line.programme_id <> of_case.programme_id
       OR NOT disbursement_is_one_person(line.person_id, of_case.person_id) THEN
        RAISE EXCEPTION 'instruction % withholds nothing for clawback %.', NEW.instruction_id, NEW.clawback_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    taken := disbursement_clawback_taken(NEW.clawback_id) + NEW.amount;
    SELECT coalesce(sum(amount), 0) + NEW.amount INTO of_line FROM disbursement_withholding
    WHERE instruction_id = NEW.instruction_id;
    IF taken > of_case.claim OR NEW.left <> of_case.claim - taken OR of_line * 100 > NEW.entitled * of_case.share THEN
        RAISE EXCEPTION 'clawback % of %: % would be withheld, % of this line.', NEW.clawback_id, of_case.claim, taken, of_line
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.disbursement_withholding_lowers_its_line() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.entitled <> (SELECT amount FROM disbursement_instruction WHERE id = NEW.instruction_id)
                     + (SELECT sum(amount) FROM disbursement_withholding WHERE instruction_id = NEW.instruction_id) THEN
        RAISE EXCEPTION 'instruction % is not lower by what it withholds.', NEW.instruction_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.mobile_notice_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '%: what people were told stays as it was: % refused.', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.officers_authenticator_stays_ended() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'authenticator % was ended: it proves nobody any more.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.officers_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.registry_access_log_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.at > now() - interval '10 years' THEN
        RAISE EXCEPTION '% is kept ten years: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION public.registry_consent_emptied() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.evidence <> '' OR to_jsonb(NEW) - 'evidence' <> to_jsonb(OLD) - 'evidence' THEN
        RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.registry_exclusion_is_anothers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (
        SELECT FROM beneficiaries_proposal_evidence AS rests_on
        JOIN beneficiaries_evidence AS evidence ON evidence.id = rests_on.evidence_id
        WHERE rests_on.proposal_id = NEW.proposal_id AND evidence.by_id = NEW.accepted_by_id
    ) THEN
        RAISE EXCEPTION 'proposal %: who noted its evidence does not exclude on it.', NEW.proposal_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.registry_history() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_nestloop TO 'off'
    AS $$
DECLARE
    untold CONSTANT text[] := '{id,uid,wallet_id,nik_index,kk_index,phone_index,source_digest,created_at}';
    who integer := nullif(current_setting('registry.by', true), '')::integer;
    why text := coalesce(current_setting('registry.reason', true), '');
    whence text := coalesce(current_setting('registry.source', true), '');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO beneficiaries_change (person_id, household_id, kind, before, after, by_id, reason, source)
        SELECT CASE TG_ARGV[0] WHEN 'person' THEN id END, CASE TG_ARGV[0] WHEN 'household' THEN id END,
               'changed', difference.before, difference.after, who, why, whence
        FROM (
            SELECT was.id, to_jsonb(was) - untold AS was, to_jsonb(became) - untold AS became
            FROM old_rows was JOIN new_rows became USING (id) OFFSET 0
        ) both_rows CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(key, value) AS before,
                   jsonb_object_agg(key, CASE WHEN key LIKE '%\_sealed' THEN 'null'::jsonb ELSE became -> key END) AS after
            FROM jsonb_each(was) WHERE value IS DISTINCT FROM became -> key
        ) difference
        WHERE was <> became ORDER BY id;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO beneficiaries_change (person_id, household_id, kind, before, after, by_id, reason, source)
        SELECT CASE TG_ARGV[0] WHEN 'person' THEN id END, CASE TG_ARGV[0] WHEN 'household' THEN id END,
               'added', '{}', '{}', who, why, whence
        FROM new_rows ORDER BY id;
    ELSE
        INSERT INTO beneficiaries_change (person_id, household_id, kind, before, after, by_id, reason, source)
        SELECT CASE TG_ARGV[0] WHEN 'person' THEN id END, CASE TG_ARGV[0] WHEN 'household' THEN id END,
               'removed', '{}', '{}', who, why, whence
        FROM old_rows ORDER BY id;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.registry_index_keys() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    lowest integer := coalesce((SELECT max(number) FROM beneficiaries_indexkeyturn), 0);
    entered boolean;
BEGIN
    IF lowest = 0 THEN
        RETURN NULL;
    END IF;
    IF TG_TABLE_NAME = 'beneficiaries_person' THEN
        entered := EXISTS (
            SELECT FROM new_rows
            WHERE (CASE octet_length(nik_index) WHEN 32 THEN 0 ELSE get_byte(nik_index, 0) END) < lowest
        );
    ELSE
        entered := EXISTS (
            SELECT FROM new_rows
            WHERE (CASE octet_length(kk_index) WHEN 32 THEN 0 ELSE get_byte(kk_index, 0) END) < lowest
        );
    END IF;
    IF entered THEN
        RAISE EXCEPTION '%: the index key of a new row is closed since keys were changed', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'registry_index_key';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.registry_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.registry_is_forgotten(about jsonb) RETURNS boolean
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    IF about ? 'exclusion_id' THEN
        SELECT to_jsonb(one) INTO about FROM public.beneficiaries_exclusion one
        WHERE one.id = (about ->> 'exclusion_id')::bigint;
    END IF;
    IF about ->> 'household_id' IS NOT NULL THEN
        RETURN EXISTS (
            SELECT FROM public.beneficiaries_household home
            WHERE home.id = (about ->> 'household_id')::bigint AND home.kk_index IS NULL AND home.kk_sealed = ''
        );
    END IF;
    RETURN (about ? 'representative_id' AND about ->> 'representative_id' IS NULL AND about ->> 'nik_sealed' = '\x')
        OR EXISTS (
            SELECT FROM public.beneficiaries_person person
            WHERE person.erased_at IS NOT NULL AND person.id IN (
                (about ->> 'person_id')::bigint, (about ->> 'for_person_id')::bigint, (about ->> 'representative_id')::bigint
            )
        );
END $$;
CREATE FUNCTION public.registry_is_nothing(value jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT value IN ('null', '""', '{}', '"\\x"')
$$;
CREATE FUNCTION public.registry_is_sealed_anew(name text, was jsonb, became jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT CASE WHEN name LIKE '%\_index' THEN NOT registry_is_nothing(was) AND NOT registry_is_nothing(became)
        ELSE left(was #>> '{}', 4) = '\x01' AND left(became #>> '{}', 4) = '\x01'
         AND substr(was #>> '{}', 5, 2) <> substr(became #>> '{}', 5, 2)
         AND length(was #>> '{}') = length(became #>> '{}')
    END
$$;
CREATE FUNCTION public.registry_kept_as_written() RETURNS trigger
    LANGUAGE plpgsql
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    resealing CONSTANT boolean := coalesce(current_setting('vault.resealing', true), '') = 'on';
    rules CONSTANT jsonb := TG_ARGV[0];
    before CONSTANT jsonb := to_jsonb(OLD);
    after CONSTANT jsonb := to_jsonb(NEW);
    numberless CONSTANT boolean := before ->> 'superseded_at' IS NOT NULL AND after ->> 'number_sealed' = '\x';
    changed text;
    rule text;
    was jsonb;
    became jsonb;
BEGIN
    FOR changed, was IN SELECT key, value FROM jsonb_each(before) WHERE value IS DISTINCT FROM after -> key LOOP
        became := after -> changed;
        rule := rules ->> changed;
        CONTINUE WHEN CASE split_part(rule, ' ', 1)
            WHEN 'free' THEN true
            WHEN 'once' THEN registry_is_nothing(was)
            WHEN 'emptied' THEN registry_is_nothing(became)
            WHEN 'forgotten' THEN registry_is_nothing(became) AND registry_is_forgotten(after)
            WHEN 'with' THEN registry_is_nothing(before -> split_part(rule, ' ', 2))
            WHEN 'said' THEN registry_is_nothing(before -> split_part(rule, ' ', 2)) OR registry_is_forgotten(after)
            WHEN 'ends' THEN registry_is_nothing(was) OR became = after -> 'starts_on'
            WHEN 'unlike' THEN numberless AND became = to_jsonb(uuid_send((after ->> 'uid')::uuid))
            WHEN 'sealed' THEN registry_is_nothing(became) OR (resealing AND registry_is_sealed_anew(changed, was, became))
            WHEN 'number' THEN (numberless AND registry_is_nothing(became))
                OR (resealing AND registry_is_sealed_anew(changed, was, became))
            WHEN 'history' THEN registry_is_nothing(became)
                OR (was ? 'household_id' AND became = jsonb_build_object('household_id', was -> 'household_id'))
                OR (resealing AND NOT EXISTS (
                    SELECT FROM jsonb_each(was) held FULL JOIN jsonb_each(became) holds USING (key)
                    WHERE held.value IS DISTINCT FROM holds.value
                      AND (key NOT LIKE '%\_sealed' OR registry_is_sealed_anew(key, held.value, holds.value) IS NOT TRUE)
                ))
            ELSE jsonb_typeof(rules -> changed) = 'array' AND rules -> changed @> jsonb_build_array(was)
        END;
        RAISE EXCEPTION '%.% is kept as it was written: % refused.', TG_TABLE_NAME, changed, TG_OP USING
            ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, COLUMN = changed,
            HINT = format('What may become of the column: %s.', coalesce(rule, 'nothing'));
    END LOOP;
    RETURN NEW;
END $$;
CREATE FUNCTION public.registry_requests_are_answered() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.decided_at IS NULL THEN
        RAISE EXCEPTION '%: nobody has answered it: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION public.registry_resealed() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
DECLARE
    -- Columns by their names, so that one added later is known too.
    renewed text[] := ARRAY(
        SELECT attname FROM pg_attribute WHERE attrelid = TG_RELID AND attnum > 0 AND attname ~ '_(sealed|index|digest)$'
    );
BEGIN
    IF EXISTS (
        SELECT FROM old_rows was JOIN new_rows became USING (id)
        WHERE to_jsonb(was) - renewed <> to_jsonb(became) - renewed
    ) THEN
        RAISE EXCEPTION '%: sealing anew changes nothing else', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION public.registry_rule_is_anothers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'exclusion rule %: another than its author puts it into force.', NEW.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.screening_basis_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (
        SELECT FROM public.beneficiaries_proposal proposal
        WHERE proposal.id = OLD.proposal_id AND proposal.status <> 'undecided'
    ) THEN
        RAISE EXCEPTION '%: what a decision rests on is kept: % refused.', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION public.screening_decisions_are_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.status <> 'undecided' THEN
        RAISE EXCEPTION '%: what was decided is kept: % refused.', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION public.wallet_allowance_as_signed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'offline allowance %: what was signed stays, and only ends sooner.', OLD.number
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.wallet_application_by_another() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM wallet_applicationwriter WHERE application_id = NEW.id AND by_id = NEW.decided_by_id) THEN
        RAISE EXCEPTION 'application %: who wrote in it does not decide on it.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_application_document_stays() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.erased_at IS NOT NULL OR (NEW.erased_at IS NULL AND coalesce(current_setting('vault.resealing', true), '') <> 'on')
    THEN
        RAISE EXCEPTION 'document % stays as it was, until its content is emptied for good.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_application_step() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' THEN
            RAISE EXCEPTION 'an application begins as a draft.' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
        ('draft', 'submitted'), ('returned', 'submitted'), ('submitted', 'approved'), ('submitted', 'returned'),
        ('submitted', 'rejected'), ('returned', 'rejected')) THEN
        RAISE EXCEPTION 'application %: from % to % is no step.', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- What is decided on is what was submitted. Only keys may be replaced: to the same text, which the sealing proves; and what
    -- is sealed is emptied with the last of the documents.
    IF OLD.status IN ('submitted', 'approved', 'rejected') AND (
        (OLD.partner_id, OLD.merchant_id, OLD.name, OLD.legal_name, OLD.mcc, OLD.criteria, OLD.nmid, OLD.address, OLD.city,
         OLD.region, OLD.postcode, OLD.bank_code, OLD.limit_payment, OLD.limit_daily, OLD.limit_monthly, OLD.limit_count,
         OLD.made_by_id, OLD.submitted_by_id, OLD.submitted_at)
        IS DISTINCT FROM
        (NEW.partner_id, NEW.merchant_id, NEW.name, NEW.legal_name, NEW.mcc, NEW.criteria, NEW.nmid, NEW.address, NEW.city,
         NEW.region, NEW.postcode, NEW.bank_code, NEW.limit_payment, NEW.limit_daily, NEW.limit_monthly, NEW.limit_count,
         NEW.made_by_id, NEW.submitted_by_id, NEW.submitted_at)
        OR ((OLD.owner_name_sealed, OLD.owner_nik_sealed, OLD.bank_account_sealed, OLD.account_holder_sealed)
            IS DISTINCT FROM
            (NEW.owner_name_sealed, NEW.owner_nik_sealed, NEW.bank_account_sealed, NEW.account_holder_sealed)
            AND coalesce(current_setting('vault.resealing', true), '') <> 'on'
            AND NOT (NEW.owner_name_sealed = '' AND NEW.owner_nik_sealed = '' AND NEW.bank_account_sealed = ''
                AND NEW.account_holder_sealed = ''
                AND NOT EXISTS (SELECT FROM wallet_applicationdocument
                                WHERE application_id = NEW.id AND erased_at IS NULL)))) THEN
        RAISE EXCEPTION 'application % was submitted: what it says stays.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status IN ('approved', 'rejected') AND (OLD.became_id, OLD.decided_by_id, OLD.decided_at, OLD.decision_reason)
        IS DISTINCT FROM (NEW.became_id, NEW.decided_by_id, NEW.decided_at, NEW.decision_reason) THEN
        RAISE EXCEPTION 'application % was decided on: the decision stays.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TABLE public.wallet_hold (
    id bigint NOT NULL,
    partner_reference_no character varying(64) NOT NULL,
    external_id character varying(36) NOT NULL,
    request_hash bytea NOT NULL,
    reference_no character varying(64) NOT NULL,
    amount bigint NOT NULL,
    captured bigint DEFAULT 0 NOT NULL,
    status character varying(8) NOT NULL,
    decline character varying(40) NOT NULL,
    title character varying(256) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    code_id bigint,
    merchant_id bigint,
    partner_id bigint NOT NULL,
    wallet_id bigint,
    decline_detail character varying(100) DEFAULT ''::character varying NOT NULL,
    terminal_id character varying(32) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT hold_capture_cap CHECK (((captured >= 0) AND (captured <= amount))),
    CONSTRAINT hold_ended CHECK ((((ended_at IS NULL) AND ((status)::text = 'held'::text)) OR ((NOT ((status)::text = 'held'::text)) AND (ended_at IS NOT NULL)))),
    CONSTRAINT hold_positive CHECK ((amount > 0))
);
CREATE FUNCTION public.wallet_authorise(p_partner bigint, p_merchant_id text, p_digest bytea, p_amount bigint, p_partner_reference_no text, p_external_id text, p_request_hash bytea, p_reference_no text, p_title text, p_now timestamp with time zone, p_limits public.wallet_limits, p_terminal text, p_basket jsonb, p_expires_at timestamp with time zone) RETURNS SETOF public.wallet_hold
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.wallet_bank_answer_in_time() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM wallet_answerreturns WHERE file_id = NEW.file_id) THEN
        RAISE EXCEPTION 'answer file % is complete.', NEW.file_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_bank_answer_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'answer % was ended: it is applied once.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TABLE public.wallet_purseterms (
    id bigint NOT NULL,
    name character varying(120) NOT NULL,
    mccs character varying(4)[] NOT NULL,
    cash_allowed boolean NOT NULL,
    lapses_to_id bigint,
    granted_at timestamp with time zone,
    own_money boolean DEFAULT false NOT NULL,
    regions character varying(13)[] NOT NULL,
    allowed_items character varying(60)[] DEFAULT '{}'::character varying(60)[] NOT NULL,
    banned_items character varying(60)[] DEFAULT '{}'::character varying(60)[] NOT NULL,
    items_required boolean DEFAULT false NOT NULL,
    price_ceilings jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT terms_item_rules_need_items CHECK ((items_required OR ((allowed_items = '{}'::character varying(60)[]) AND (banned_items = '{}'::character varying(60)[]) AND (price_ceilings = '{}'::jsonb))))
);
CREATE FUNCTION public.wallet_basket_refusal(p_terms public.wallet_purseterms, p_basket jsonb) RETURNS text[]
    LANGUAGE plpgsql STABLE
    AS $$
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
CREATE FUNCTION public.wallet_bulkcashin_is_done_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.state = 'done' AND (NEW.state, NEW.done_at) IS DISTINCT FROM (OLD.state, OLD.done_at) THEN
        RAISE EXCEPTION 'bulk cash-in % is done', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'done' AND OLD.state <> 'done'
       AND EXISTS (SELECT FROM wallet_bulkcashinline WHERE bulk_id = NEW.id AND state = 'waiting') THEN
        RAISE EXCEPTION 'bulk cash-in % has lines that wait', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_bulkcashinline_settles_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.state <> 'waiting' THEN
        RAISE EXCEPTION 'line % of a bulk cash-in was settled', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TABLE public.wallet_merchant (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    merchant_id character varying(15) NOT NULL,
    name character varying(25) NOT NULL,
    mcc character varying(4) NOT NULL,
    city character varying(15) NOT NULL,
    status character varying(9) NOT NULL,
    bank_code character varying(11) NOT NULL,
    bank_account_sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    account_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    region character varying(13) DEFAULT ''::character varying NOT NULL,
    advance_id bigint,
    criteria character varying(3) DEFAULT ''::character varying NOT NULL,
    limit_count integer,
    limit_daily bigint,
    limit_monthly bigint,
    limit_payment bigint,
    nmid character varying(15) DEFAULT ''::character varying NOT NULL,
    postcode character varying(5) DEFAULT ''::character varying NOT NULL,
    refund_credit bigint DEFAULT 0 NOT NULL,
    settlement_minimum bigint,
    suspended_until timestamp with time zone,
    account_holder_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    CONSTRAINT merchant_credit_has_account CHECK (((refund_credit = 0) OR (advance_id IS NOT NULL))),
    CONSTRAINT merchant_criteria CHECK (((criteria)::text = ANY ((ARRAY[''::character varying, 'UMI'::character varying, 'UKE'::character varying, 'UME'::character varying, 'UBE'::character varying, 'URE'::character varying])::text[]))),
    CONSTRAINT merchant_limits_positive CHECK ((((limit_payment IS NULL) OR (limit_payment > 0)) AND ((limit_daily IS NULL) OR (limit_daily > 0)) AND ((limit_monthly IS NULL) OR (limit_monthly > 0)) AND ((limit_count IS NULL) OR (limit_count > 0)) AND ((settlement_minimum IS NULL) OR (settlement_minimum > 0)) AND (refund_credit >= 0))),
    CONSTRAINT merchant_until_only_suspended CHECK (((suspended_until IS NULL) OR ((status)::text = 'suspended'::text)))
);
CREATE FUNCTION public.wallet_choose(p_digest bytea, p_shop public.wallet_merchant, p_amount bigint, p_now timestamp with time zone, p_limits public.wallet_limits, p_terminal text, p_basket jsonb, p_wallet bigint DEFAULT NULL::bigint, OUT code_id bigint, OUT wallet_id bigint, OUT decline text, OUT detail text, OUT purses bigint[], OUT parts bigint[], OUT usable_until timestamp with time zone) RETURNS record
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.wallet_claim_as_sent() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'offline claim %: % to % is no step of a claim, or something else of it was changed.',
        OLD.reference_no, OLD.status, NEW.status USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.wallet_credential_agreed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM wallet_partner WHERE id = NEW.partner_id AND opened_at IS NOT NULL)
        AND NOT EXISTS (
            SELECT FROM wallet_partnerchange change
            WHERE change.partner_id = NEW.partner_id AND change.kind = NEW.kind AND change.fingerprint = NEW.fingerprint
                AND change.status = 'agreed' AND change.decided_at = transaction_timestamp())
        AND NOT EXISTS (
            SELECT FROM wallet_partnerinvitation
            WHERE partner_id = NEW.partner_id AND NEW.created_by = 'undangan ' || id
                AND used_at IS NOT NULL AND ended_at IS NULL) THEN
        RAISE EXCEPTION 'partner %: a key or secret is put in by itself, or by two officers.', NEW.partner_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_credential_ends_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.uid, OLD.partner_id, OLD.kind, OLD.public_key, OLD.fingerprint, OLD.valid_from, OLD.created_at, OLD.created_by,
        OLD.form)
       IS DISTINCT FROM
       (NEW.uid, NEW.partner_id, NEW.kind, NEW.public_key, NEW.fingerprint, NEW.valid_from, NEW.created_at, NEW.created_by,
        NEW.form)
       OR (OLD.secret_sealed IS DISTINCT FROM NEW.secret_sealed
           AND coalesce(current_setting('vault.resealing', true), '') <> 'on')
    THEN
        RAISE EXCEPTION 'wallet_credential is written once. Issue another.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.valid_until IS NOT NULL AND (NEW.valid_until IS NULL OR NEW.valid_until > OLD.valid_until) THEN
        RAISE EXCEPTION 'a credential may end earlier, never later' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.revoked_at IS NOT NULL AND (OLD.revoked_at, OLD.revoked_by, OLD.revoke_reason)
       IS DISTINCT FROM (NEW.revoked_at, NEW.revoked_by, NEW.revoke_reason) THEN
        RAISE EXCEPTION 'a revoked credential stays revoked' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_debit_order_steps() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.wallet_fraud_decline(p_wallet bigint, p_merchant bigint, p_now timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
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
CREATE FUNCTION public.wallet_fraud_hold_as_placed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'fraud hold %: who held what and why stays, and so does its release.', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.wallet_granted_terms_stay() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'purse terms % were granted: where, how and until when the money may be used stays as it is.', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.wallet_invitation_agreed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM wallet_partner WHERE id = NEW.partner_id AND opened_at IS NOT NULL)
        AND NOT EXISTS (
            SELECT FROM wallet_partnerchange
            WHERE partner_id = NEW.partner_id AND kind = 'invitation' AND status = 'agreed'
                AND decided_at = transaction_timestamp()) THEN
        RAISE EXCEPTION 'partner %: two officers invite it.', NEW.partner_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.wallet_item_is(p_item jsonb, p_entry text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT p_entry IN (p_item #>> '{words,sku}', p_item #>> '{words,category}')
        OR position(' ' || p_entry || ' ' IN ' ' || (p_item #>> '{words,name}') || ' ') > 0
$$;
CREATE FUNCTION public.wallet_lock_number(p_partner bigint, p_partner_reference_no text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('number:' || p_partner || ':' || p_partner_reference_no, 0));
END $$;
CREATE FUNCTION public.wallet_merchant_account_agreed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF coalesce(current_setting('vault.resealing', true), '') <> 'on' AND NOT EXISTS (
        SELECT FROM wallet_merchantchange
        WHERE merchant_id = NEW.id AND status = 'agreed' AND decided_at = transaction_timestamp()) THEN
        RAISE EXCEPTION 'merchant %: its bank account changes when two officers agree.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_merchant_count(p_merchant bigint, p_amount bigint, p_day_start timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
CREATE TABLE public.wallet_merchantusage (
    merchant_id bigint NOT NULL,
    day date NOT NULL,
    day_amount bigint DEFAULT 0 NOT NULL,
    day_count integer DEFAULT 0 NOT NULL,
    month_amount bigint DEFAULT 0 NOT NULL
);
CREATE FUNCTION public.wallet_merchant_counted(p_merchant bigint, p_day_start timestamp with time zone) RETURNS public.wallet_merchantusage
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.wallet_merchant_limited(p_shop public.wallet_merchant) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT p_shop.limit_daily IS NOT NULL OR p_shop.limit_monthly IS NOT NULL OR p_shop.limit_count IS NOT NULL
$$;
CREATE FUNCTION public.wallet_merchant_refusal(p_shop public.wallet_merchant, p_amount bigint, p_day_start timestamp with time zone) RETURNS text
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.wallet_merchant_step() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('approved', 'active'), ('approved', 'closed'), ('active', 'suspended'), ('active', 'closed'),
        ('suspended', 'active'), ('suspended', 'closed')) THEN
        RAISE EXCEPTION 'merchant %: from % to % is no step.', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_mpm_code_steps() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'QR code %: % -> % is no step, and what the code says stays.', OLD.reference_no, OLD.state, NEW.state
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.wallet_networks_loosened(before text[], after text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT cardinality(before) > 0 AND (cardinality(after) = 0 OR EXISTS (
        SELECT FROM unnest(after) AS one
        WHERE NOT EXISTS (SELECT FROM unnest(before) AS other WHERE one::inet <<= other::inet)))
$$;
CREATE FUNCTION public.wallet_notify(p_partner bigint, p_service text, p_path text, p_ordering_key text, p_body jsonb, p_url text DEFAULT ''::text, p_origin text DEFAULT ''::text) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.wallet_partner_agreed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    asked jsonb := '{}';
BEGIN
    IF OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at THEN
        RAISE EXCEPTION 'partner %: two officers stand behind it, and go on to.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.active AND NOT OLD.active THEN
        asked := '{"active": true}';
        IF EXISTS (SELECT FROM wallet_partnerinvitation WHERE partner_id = NEW.id AND ended_at IS NULL) THEN
            RAISE EXCEPTION 'partner %: an invitation is open.', NEW.id USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF OLD.opened_at IS NOT NULL THEN
        IF NOT NEW.scopes <@ OLD.scopes THEN
            asked := asked || jsonb_build_object('scopes', NEW.scopes);
        END IF;
        IF wallet_networks_loosened(OLD.networks, NEW.networks) THEN
            asked := asked || jsonb_build_object('networks', NEW.networks);
        END IF;
        IF NEW.notify_url NOT IN ('', OLD.notify_url) THEN
            asked := asked || jsonb_build_object('notify_url', NEW.notify_url);
        END IF;
        IF NOT NEW.return_hosts <@ OLD.return_hosts THEN
            asked := asked || jsonb_build_object('return_hosts', NEW.return_hosts);
        END IF;
    END IF;
    IF (asked <> '{}' OR NEW.opened_at IS DISTINCT FROM OLD.opened_at) AND NOT EXISTS (
        SELECT FROM wallet_partnerchange
        WHERE partner_id = NEW.id AND status = 'agreed' AND decided_at = transaction_timestamp() AND after @> asked) THEN
        RAISE EXCEPTION 'partner %: what it may do is widened when two officers agree.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_partner_listens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO wallet_webhookendpoint (partner_id, origin) VALUES (NEW.id, '') ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION public.wallet_payout_content_stays() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF coalesce(current_setting('vault.resealing', true), '') <> 'on' THEN
        RAISE EXCEPTION 'the bytes of payout file % stay as they were made.', OLD.file_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_payout_file_all_pending() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM wallet_settlement WHERE payout_file_id = NEW.id AND status <> 'pending') THEN
        RAISE EXCEPTION 'payout file %: one of its settlements was paid or came back.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_payout_file_step() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.status <> 'made' OR NEW.status = 'made'
        OR (OLD.message_id, OLD.execution_day, OLD.debtor_name, OLD.debtor_bank, OLD.debtor_account, OLD.count, OLD.total,
            OLD.digest, OLD.made_by_id, OLD.made_at)
        IS DISTINCT FROM
           (NEW.message_id, NEW.execution_day, NEW.debtor_name, NEW.debtor_bank, NEW.debtor_account, NEW.count, NEW.total,
            NEW.digest, NEW.made_by_id, NEW.made_at) THEN
        RAISE EXCEPTION 'payout file %: it is sent or withdrawn once, as it was made.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_price_refusal(p_merchant bigint, p_basket jsonb) RETURNS text[]
    LANGUAGE plpgsql STABLE
    AS $$
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
CREATE FUNCTION public.wallet_proposal_step() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    decision text[] := ARRAY['status', 'decided_by_id', 'decided_at', 'decision_reason'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'proposed' THEN
            RAISE EXCEPTION '%: it begins as a proposal.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF coalesce(current_setting('vault.resealing', true), '') <> 'on' AND (
        OLD.status <> 'proposed' OR to_jsonb(OLD) - decision IS DISTINCT FROM to_jsonb(NEW) - decision) THEN
        RAISE EXCEPTION '% %: what was proposed stays, and is decided on once.', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TABLE public.wallet_payment (
    id bigint NOT NULL,
    partner_reference_no character varying(64) NOT NULL,
    external_id character varying(36) NOT NULL,
    request_hash bytea NOT NULL,
    reference_no character varying(64) NOT NULL,
    amount bigint NOT NULL,
    refunded bigint DEFAULT 0 NOT NULL,
    status character varying(8) NOT NULL,
    decline character varying(40) NOT NULL,
    title character varying(256) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    merchant_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    code_id bigint,
    wallet_id bigint,
    hold_id bigint,
    decline_detail character varying(100) DEFAULT ''::character varying NOT NULL,
    terminal_id character varying(32) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT payment_positive CHECK ((amount > 0)),
    CONSTRAINT payment_refund_cap CHECK (((refunded >= 0) AND (refunded <= amount))),
    CONSTRAINT payment_refund_only_paid CHECK (((refunded = 0) OR ((status)::text = 'paid'::text)))
);
CREATE FUNCTION public.wallet_redeem(p_partner bigint, p_merchant_id text, p_digest bytea, p_amount bigint, p_partner_reference_no text, p_external_id text, p_request_hash bytea, p_reference_no text, p_title text, p_now timestamp with time zone, p_limits public.wallet_limits, p_terminal text, p_basket jsonb, p_wallet bigint DEFAULT NULL::bigint, p_acquirer bigint DEFAULT NULL::bigint, p_cash boolean DEFAULT true) RETURNS SETOF public.wallet_payment
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.wallet_rule_as_agreed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'fraud rule %: % to % is no step of a rule, or one in force was changed.', OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.wallet_settlement_in_one_file() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    at text;
BEGIN
    SELECT status INTO at FROM wallet_payoutfile WHERE id = coalesce(OLD.payout_file_id, NEW.payout_file_id);
    IF (OLD.payout_file_id IS NOT NULL AND NEW.payout_file_id IS NOT NULL) OR at IS DISTINCT FROM 'made'
        OR (NEW.payout_file_id IS NOT NULL AND OLD.status <> 'pending') THEN
        RAISE EXCEPTION 'settlement %: it is in one file, and stays there once that is sent.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_settlement_step() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.wallet_spendable(p_wallet bigint, p_mcc text, p_region text, p_now timestamp with time zone, p_basket jsonb) RETURNS TABLE(account_id bigint, available bigint, usable_until timestamp with time zone, refusal text[])
    LANGUAGE sql STABLE
    AS $$
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
CREATE FUNCTION public.wallet_spent_since(p_wallet bigint, p_since timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql STABLE
    AS $$
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
CREATE FUNCTION public.wallet_succession_agreed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM wallet_successionproposal
        WHERE id = NEW.proposal_id AND status = 'agreed' AND decided_at = transaction_timestamp()
            AND (predecessor_id, successor_id) = (NEW.predecessor_id, NEW.successor_id)) THEN
        RAISE EXCEPTION 'wallet %: it is passed on when two officers agree.', NEW.predecessor_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.wallet_terminal_unknown(p_merchant bigint, p_terminal text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM wallet_terminal t JOIN wallet_outlet o ON o.id = t.outlet_id WHERE o.merchant_id = p_merchant
    ) AND NOT EXISTS (
        SELECT FROM wallet_terminal t JOIN wallet_outlet o ON o.id = t.outlet_id
        WHERE o.merchant_id = p_merchant AND t.terminal_id = p_terminal AND t.active AND o.active);
END $$;
CREATE FUNCTION public.wallet_transfer_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'wallet_transfer is append-only: % refused. Correct a mistake with a reversing transfer.', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.wallet_wait_for_transfers() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '1500ms'
    AS $$
BEGIN
    LOCK TABLE public.wallet_transfer IN SHARE MODE;
END $$;
CREATE FUNCTION public.wallet_webhook_steps() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.wallet_webhook_try_ends_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'try % of webhook % has ended: it stays as it is.', OLD.number, OLD.webhook_id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);
ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);
ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_user (
    id integer NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean NOT NULL,
    username character varying(150) NOT NULL,
    first_name character varying(150) NOT NULL,
    last_name character varying(150) NOT NULL,
    email character varying(254) NOT NULL,
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL
);
CREATE TABLE public.auth_user_groups (
    id bigint NOT NULL,
    user_id integer NOT NULL,
    group_id integer NOT NULL
);
ALTER TABLE public.auth_user_groups ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_user_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.auth_user ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_user_user_permissions (
    id bigint NOT NULL,
    user_id integer NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE public.auth_user_user_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_user_user_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_breach (
    id bigint NOT NULL,
    discovered_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    happened character varying(120) NOT NULL,
    what text NOT NULL,
    how text NOT NULL,
    people integer,
    remedy text NOT NULL,
    told text NOT NULL,
    subjects_told_at timestamp with time zone,
    agency_told_at timestamp with time zone,
    public boolean NOT NULL,
    flagged_at timestamp with time zone,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    recorded_by_id integer NOT NULL,
    CONSTRAINT beneficiaries_breach_people_check CHECK ((people >= 0)),
    CONSTRAINT breach_told_whom CHECK ((((agency_told_at IS NULL) AND (subjects_told_at IS NULL)) OR (NOT (told = ''::text))))
);
ALTER TABLE public.beneficiaries_breach ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_breach_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_change (
    id bigint NOT NULL,
    kind character varying(8) NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    reason text NOT NULL,
    source character varying(64) NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    household_id bigint,
    person_id bigint,
    CONSTRAINT change_of_one CHECK ((((household_id IS NULL) AND (person_id IS NOT NULL)) OR ((household_id IS NOT NULL) AND (person_id IS NULL))))
);
ALTER TABLE public.beneficiaries_change ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_collection (
    id bigint NOT NULL,
    reference character varying(64) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer NOT NULL,
    representation_id bigint NOT NULL
);
ALTER TABLE public.beneficiaries_collection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_collection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_confirmed (
    run_id bigint NOT NULL,
    people bigint[] NOT NULL,
    households bigint[] NOT NULL
);
CREATE TABLE public.beneficiaries_consent (
    id bigint NOT NULL,
    given boolean NOT NULL,
    channel character varying(6) NOT NULL,
    evidence character varying(200) NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    guardian_id bigint,
    person_id bigint NOT NULL,
    text_id bigint NOT NULL,
    reference uuid,
    CONSTRAINT consent_guardian_is_another CHECK (((guardian_id IS NULL) OR (NOT ((guardian_id = person_id) AND (guardian_id IS NOT NULL)))))
);
ALTER TABLE public.beneficiaries_consent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_consent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_consenttext (
    id bigint NOT NULL,
    purpose character varying(40) NOT NULL,
    version smallint NOT NULL,
    title character varying(120) NOT NULL,
    text text NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    basis character varying(10) DEFAULT 'consent'::character varying NOT NULL,
    legal_basis character varying(300) DEFAULT ''::character varying NOT NULL,
    consequence text DEFAULT ''::text NOT NULL,
    CONSTRAINT beneficiaries_consenttext_version_check CHECK ((version >= 0)),
    CONSTRAINT consent_text_basis CHECK (((basis)::text = ANY ((ARRAY['consent'::character varying, 'contract'::character varying, 'law'::character varying, 'vital'::character varying, 'public'::character varying, 'legitimate'::character varying])::text[]))),
    CONSTRAINT consent_text_consequence CHECK ((((basis)::text = 'consent'::text) OR (consequence = ''::text))),
    CONSTRAINT consent_text_names_law CHECK ((((basis)::text = 'consent'::text) OR (NOT ((legal_basis)::text = ''::text))))
);
ALTER TABLE public.beneficiaries_consenttext ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_consenttext_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_datarequest (
    id bigint NOT NULL,
    kind character varying(11) NOT NULL,
    state character varying(8) NOT NULL,
    channel character varying(60) NOT NULL,
    received_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    flagged_at timestamp with time zone,
    decided_at timestamp with time zone,
    reason text NOT NULL,
    decided_by_id integer,
    person_id bigint NOT NULL,
    proposed_by_id integer,
    recorded_by_id integer NOT NULL,
    CONSTRAINT data_request_decided CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((state)::text = ANY ((ARRAY['open'::character varying, 'proposed'::character varying])::text[]))) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((state)::text = ANY ((ARRAY['done'::character varying, 'refused'::character varying])::text[])) AND (NOT (reason = ''::text))))),
    CONSTRAINT data_request_two_people CHECK (((proposed_by_id IS NULL) OR (decided_by_id IS NULL) OR (NOT ((proposed_by_id = decided_by_id) AND (proposed_by_id IS NOT NULL) AND (decided_by_id IS NOT NULL)))))
);
ALTER TABLE public.beneficiaries_datarequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_datarequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_duplicatepair (
    id bigint NOT NULL,
    score smallint NOT NULL,
    reasons jsonb NOT NULL,
    low_fingerprint uuid NOT NULL,
    high_fingerprint uuid NOT NULL,
    status character varying(9) DEFAULT 'open'::character varying NOT NULL,
    decided_at timestamp with time zone,
    decision character varying(200) DEFAULT ''::character varying NOT NULL,
    found_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_by_id integer,
    high_id bigint NOT NULL,
    low_id bigint NOT NULL,
    CONSTRAINT beneficiaries_duplicatepair_score_check CHECK ((score >= 0)),
    CONSTRAINT duplicate_pair_decided CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((status)::text = 'open'::text)) OR ((NOT ((status)::text = 'open'::text)) AND (decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND (NOT ((decision)::text = ''::text))))),
    CONSTRAINT duplicate_pair_ordered CHECK ((low_id < high_id)),
    CONSTRAINT duplicate_pair_score CHECK ((score <= 100))
);
ALTER TABLE public.beneficiaries_duplicatepair ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_duplicatepair_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_evidence (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    item character varying(60) NOT NULL,
    value jsonb NOT NULL,
    source character varying(100) NOT NULL,
    fact_date date NOT NULL,
    received_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    valid_until date,
    document character varying(100) NOT NULL,
    fingerprint bytea NOT NULL,
    superseded_at timestamp with time zone,
    contested_at timestamp with time zone,
    contest_reason text NOT NULL,
    reference character varying(64) NOT NULL,
    by_id integer,
    contested_by_id integer,
    household_id bigint,
    person_id bigint,
    supersedes_id bigint,
    sent_by_id bigint,
    uid uuid NOT NULL,
    number_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    number_index bytea,
    CONSTRAINT evidence_contested_with_reason CHECK ((((contest_reason = ''::text) AND (contested_at IS NULL)) OR ((contested_at IS NOT NULL) AND (NOT (contest_reason = ''::text))))),
    CONSTRAINT evidence_of_one CHECK ((((household_id IS NULL) AND (person_id IS NOT NULL)) OR ((household_id IS NOT NULL) AND (person_id IS NULL))))
);
ALTER TABLE public.beneficiaries_evidence ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_evidence_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_evidenceaccess (
    id bigint NOT NULL,
    status smallint NOT NULL,
    items integer NOT NULL,
    added integer NOT NULL,
    known integer NOT NULL,
    refused integer NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    evidence_source_id bigint NOT NULL,
    CONSTRAINT beneficiaries_evidenceaccess_added_check CHECK ((added >= 0)),
    CONSTRAINT beneficiaries_evidenceaccess_items_check CHECK ((items >= 0)),
    CONSTRAINT beneficiaries_evidenceaccess_known_check CHECK ((known >= 0)),
    CONSTRAINT beneficiaries_evidenceaccess_refused_check CHECK ((refused >= 0)),
    CONSTRAINT beneficiaries_evidenceaccess_status_check CHECK ((status >= 0))
);
ALTER TABLE public.beneficiaries_evidenceaccess ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_evidenceaccess_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_evidenceimport (
    id bigint NOT NULL,
    file_name character varying(200) NOT NULL,
    rows integer DEFAULT 0 NOT NULL,
    added integer DEFAULT 0 NOT NULL,
    known integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL,
    refusals jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    ended_at timestamp with time zone,
    error_code character varying(64) DEFAULT ''::character varying NOT NULL,
    error_data jsonb DEFAULT '{}'::jsonb NOT NULL,
    file_sha256 character varying(64) DEFAULT ''::character varying NOT NULL,
    refused_size bigint DEFAULT 0 NOT NULL,
    refused_upload uuid,
    size bigint DEFAULT 0 NOT NULL,
    state character varying(9) DEFAULT 'waiting'::character varying NOT NULL,
    upload uuid,
    end_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    ended_by_id integer,
    refused_erased integer DEFAULT 0 NOT NULL,
    CONSTRAINT beneficiaries_evidenceimport_added_check CHECK ((added >= 0)),
    CONSTRAINT beneficiaries_evidenceimport_known_check CHECK ((known >= 0)),
    CONSTRAINT beneficiaries_evidenceimport_refused_check CHECK ((refused >= 0)),
    CONSTRAINT beneficiaries_evidenceimport_refused_erased_check CHECK ((refused_erased >= 0)),
    CONSTRAINT beneficiaries_evidenceimport_rows_check CHECK ((rows >= 0))
);
ALTER TABLE public.beneficiaries_evidenceimport ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_evidenceimport_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_evidenceprogress (
    run_id bigint NOT NULL,
    rows integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL,
    permille smallint DEFAULT 0 NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    cancel_asked boolean DEFAULT false NOT NULL,
    cancel_by_id integer,
    cancel_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT beneficiaries_evidenceprogress_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT beneficiaries_evidenceprogress_permille_check CHECK ((permille >= 0)),
    CONSTRAINT beneficiaries_evidenceprogress_refused_check CHECK ((refused >= 0)),
    CONSTRAINT beneficiaries_evidenceprogress_rows_check CHECK ((rows >= 0))
);
CREATE TABLE public.beneficiaries_evidencesource (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    name character varying(100) NOT NULL,
    kinds jsonb NOT NULL,
    key_sha256 bytea CONSTRAINT beneficiaries_evidencesource_key_digest_not_null NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    paced_until timestamp with time zone
);
ALTER TABLE public.beneficiaries_evidencesource ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_evidencesource_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_exclusion (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    reason text NOT NULL,
    legal_basis character varying(300) NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    noticed_on date NOT NULL,
    objection_until date NOT NULL,
    lifted_at timestamp with time zone,
    lift_reason text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    accepted_by_id integer NOT NULL,
    household_id bigint,
    lifted_by_id integer,
    person_id bigint,
    proposal_id bigint NOT NULL,
    CONSTRAINT exclusion_dates CHECK (((ends_on IS NULL) OR (ends_on >= starts_on))),
    CONSTRAINT exclusion_lifted_by_someone CHECK ((((ends_on IS NULL) AND (lift_reason = ''::text) AND (lifted_at IS NULL) AND (lifted_by_id IS NULL)) OR ((ends_on IS NOT NULL) AND (lifted_at IS NOT NULL) AND (lifted_by_id IS NOT NULL) AND (NOT (lift_reason = ''::text))))),
    CONSTRAINT exclusion_of_one CHECK ((((household_id IS NULL) AND (person_id IS NOT NULL)) OR ((household_id IS NOT NULL) AND (person_id IS NULL))))
);
ALTER TABLE public.beneficiaries_exclusion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_exclusion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_exclusionrule (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    title character varying(120) NOT NULL,
    scope character varying(9) NOT NULL,
    expression character varying(1000) NOT NULL,
    legal_basis character varying(300) NOT NULL,
    reason text NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    enforced_at timestamp with time zone,
    by_id integer,
    enforced_by_id integer,
    CONSTRAINT exclusionrule_dates CHECK (((valid_until IS NULL) OR (valid_until >= valid_from)))
);
ALTER TABLE public.beneficiaries_exclusionrule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_exclusionrule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_grievance (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    number character varying(20) NOT NULL,
    origin character varying(9) NOT NULL,
    priority character varying(6) DEFAULT 'normal'::character varying NOT NULL,
    text_sealed bytea NOT NULL,
    reporter_name_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    phone_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    reference uuid,
    subject_kind character varying(20) NOT NULL,
    subject_id bigint,
    status character varying(9) DEFAULT 'received'::character varying NOT NULL,
    due_at timestamp with time zone NOT NULL,
    level smallint DEFAULT 0 NOT NULL,
    rounds smallint DEFAULT 0 NOT NULL,
    satisfied boolean,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    answered_at timestamp with time zone,
    closed_at timestamp with time zone,
    assignee_id integer,
    created_by_id integer,
    group_id integer NOT NULL,
    household_id bigint,
    payment_id bigint,
    person_id bigint,
    reporter_id bigint,
    category_id bigint NOT NULL,
    CONSTRAINT beneficiaries_grievance_level_check CHECK ((level >= 0)),
    CONSTRAINT beneficiaries_grievance_rounds_check CHECK ((rounds >= 0)),
    CONSTRAINT grievance_assigned_to_one CHECK (((NOT ((status)::text = 'assigned'::text)) OR (assignee_id IS NOT NULL))),
    CONSTRAINT grievance_closed_when CHECK ((((closed_at IS NOT NULL) AND ((status)::text = 'closed'::text)) OR ((NOT ((status)::text = 'closed'::text)) AND (closed_at IS NULL)))),
    CONSTRAINT grievance_level CHECK ((level <= 2)),
    CONSTRAINT grievance_status CHECK (((status)::text = ANY ((ARRAY['received'::character varying, 'assigned'::character varying, 'escalated'::character varying, 'reopened'::character varying, 'answered'::character varying, 'closed'::character varying])::text[]))),
    CONSTRAINT grievance_subject CHECK ((((subject_id IS NULL) AND ((subject_kind)::text = ''::text)) OR ((NOT ((subject_kind)::text = ''::text)) AND (subject_id IS NOT NULL))))
);
ALTER TABLE public.beneficiaries_grievance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_grievance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_grievancecategory (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    name character varying(80) NOT NULL,
    deadline_days smallint NOT NULL,
    escalation_days smallint NOT NULL,
    active boolean DEFAULT true NOT NULL,
    group_id integer NOT NULL,
    supervisors_id integer NOT NULL,
    CONSTRAINT beneficiaries_grievancecategory_deadline_days_check CHECK ((deadline_days >= 0)),
    CONSTRAINT beneficiaries_grievancecategory_escalation_days_check CHECK ((escalation_days >= 0)),
    CONSTRAINT grievance_category_days CHECK (((deadline_days >= 1) AND (deadline_days <= 60) AND (escalation_days >= 1) AND (escalation_days <= 60)))
);
ALTER TABLE public.beneficiaries_grievancecategory ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_grievancecategory_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_grievancemessage (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    kind character varying(7) NOT NULL,
    text_sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    grievance_id bigint NOT NULL,
    CONSTRAINT grievance_message_by CHECK ((((kind)::text = 'citizen'::text) OR ((by_id IS NOT NULL) AND ((kind)::text = ANY ((ARRAY['answer'::character varying, 'note'::character varying])::text[])))))
);
ALTER TABLE public.beneficiaries_grievancemessage ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_grievancemessage_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_grievancestep (
    id bigint NOT NULL,
    from_status character varying(9) NOT NULL,
    to_status character varying(9) NOT NULL,
    reason character varying(200) NOT NULL,
    round smallint DEFAULT 0 NOT NULL,
    level smallint DEFAULT 0 NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    assignee_id integer,
    by_id integer,
    grievance_id bigint NOT NULL,
    group_id integer NOT NULL,
    CONSTRAINT beneficiaries_grievancestep_level_check CHECK ((level >= 0)),
    CONSTRAINT beneficiaries_grievancestep_round_check CHECK ((round >= 0)),
    CONSTRAINT grievance_step_moves CHECK (((NOT ((from_status)::text = (to_status)::text)) OR ((to_status)::text = ANY ((ARRAY['assigned'::character varying, 'escalated'::character varying])::text[]))))
);
ALTER TABLE public.beneficiaries_grievancestep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_grievancestep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_grievanceyear (
    year smallint NOT NULL,
    last integer DEFAULT 0 NOT NULL,
    CONSTRAINT beneficiaries_grievanceyear_last_check CHECK ((last >= 0)),
    CONSTRAINT beneficiaries_grievanceyear_year_check CHECK ((year >= 0))
);
CREATE TABLE public.beneficiaries_household (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    kk_sealed bytea NOT NULL,
    kk_index bytea,
    address_sealed bytea NOT NULL,
    kelurahan character varying(13) NOT NULL,
    decile smallint NOT NULL,
    source_digest bytea DEFAULT '\x'::bytea NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    rt character varying(3) DEFAULT ''::character varying NOT NULL,
    rw character varying(3) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT beneficiaries_household_decile_check CHECK ((decile >= 0)),
    CONSTRAINT household_decile CHECK (((decile >= 1) AND (decile <= 10))),
    CONSTRAINT household_rt CHECK (((rt)::text ~ '^([0-9]{3})?$'::text)),
    CONSTRAINT household_rw CHECK (((rw)::text ~ '^([0-9]{3})?$'::text))
);
ALTER TABLE public.beneficiaries_household ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_household_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_importprogress (
    run_id bigint NOT NULL,
    part character varying(9) DEFAULT 'waiting'::character varying NOT NULL,
    rows integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL,
    permille smallint DEFAULT 0 NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    cancel_asked boolean DEFAULT false NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT beneficiaries_importprogress_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT beneficiaries_importprogress_permille_check CHECK ((permille >= 0)),
    CONSTRAINT beneficiaries_importprogress_refused_check CHECK ((refused >= 0)),
    CONSTRAINT beneficiaries_importprogress_rows_check CHECK ((rows >= 0))
);
CREATE TABLE public.beneficiaries_indexkeyturn (
    id bigint NOT NULL,
    number smallint NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT beneficiaries_indexkeyturn_number_check CHECK ((number >= 0))
);
ALTER TABLE public.beneficiaries_indexkeyturn ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_indexkeyturn_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_leaving (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    run_id bigint NOT NULL
);
ALTER TABLE public.beneficiaries_leaving ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_leaving_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_listing (
    id bigint NOT NULL,
    source character varying(100) NOT NULL,
    person_id bigint NOT NULL,
    since_id bigint NOT NULL,
    until_id bigint
);
ALTER TABLE public.beneficiaries_listing ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_listing_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_merge (
    id bigint NOT NULL,
    kept jsonb NOT NULL,
    reason character varying(200) NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    undone_at timestamp with time zone,
    undone_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    by_id integer NOT NULL,
    merged_id bigint NOT NULL,
    pair_id bigint NOT NULL,
    survivor_id bigint NOT NULL,
    undone_by_id integer,
    phone_changed boolean DEFAULT false NOT NULL,
    CONSTRAINT merge_of_two CHECK ((NOT (survivor_id = merged_id))),
    CONSTRAINT merge_undone CHECK ((((undone_at IS NULL) AND (undone_by_id IS NULL)) OR ((undone_at IS NOT NULL) AND (undone_by_id IS NOT NULL) AND (NOT ((undone_reason)::text = ''::text)))))
);
ALTER TABLE public.beneficiaries_merge ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_merge_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_objection (
    id bigint NOT NULL,
    text text NOT NULL,
    channel character varying(6) NOT NULL,
    filed_on date NOT NULL,
    late boolean NOT NULL,
    answer_by date NOT NULL,
    status character varying(6) NOT NULL,
    decided_at timestamp with time zone,
    decision_reason text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    accepted_by_id integer NOT NULL,
    decided_by_id integer,
    exclusion_id bigint NOT NULL,
    filed_by_id integer,
    CONSTRAINT objection_decided_by_another CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = accepted_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT objection_decided_by_someone CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((status)::text = 'filed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = ANY ((ARRAY['upheld'::character varying, 'denied'::character varying])::text[])) AND (NOT (decision_reason = ''::text)))))
);
ALTER TABLE public.beneficiaries_objection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_objection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_objectionfile (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    upload uuid NOT NULL,
    name_sealed bytea NOT NULL,
    content_type character varying(20) NOT NULL,
    size integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    objection_id bigint NOT NULL,
    CONSTRAINT beneficiaries_objectionfile_size_check CHECK ((size >= 0)),
    CONSTRAINT objection_file_type CHECK (((content_type)::text = ANY ((ARRAY['application/pdf'::character varying, 'image/jpeg'::character varying, 'image/png'::character varying])::text[])))
);
ALTER TABLE public.beneficiaries_objectionfile ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_objectionfile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_person (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    nik_sealed bytea NOT NULL,
    nik_index bytea,
    name character varying(120) NOT NULL,
    sex character varying(1) NOT NULL,
    birth_date date NOT NULL,
    phone_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    phone_index bytea,
    source_digest bytea DEFAULT '\x'::bytea NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    household_id bigint NOT NULL,
    wallet_id bigint,
    disability character varying(16) DEFAULT ''::character varying NOT NULL,
    merged_into_id bigint,
    occupation character varying(16) DEFAULT ''::character varying NOT NULL,
    pregnant boolean,
    relation character varying(16) DEFAULT ''::character varying NOT NULL,
    schooling character varying(16) DEFAULT ''::character varying NOT NULL,
    status character varying(8) DEFAULT 'active'::character varying NOT NULL,
    erased_at timestamp with time zone,
    restricted boolean DEFAULT false NOT NULL,
    deceased_on date,
    CONSTRAINT person_erased_is_not_active CHECK (((erased_at IS NULL) OR (NOT ((status)::text = 'active'::text)))),
    CONSTRAINT person_merged_has_target CHECK ((((merged_into_id IS NOT NULL) AND ((status)::text = 'merged'::text)) OR ((NOT ((status)::text = 'merged'::text)) AND (merged_into_id IS NULL)))),
    CONSTRAINT person_pregnant_is_female CHECK ((NOT (pregnant AND (pregnant IS NOT NULL) AND ((sex)::text = 'L'::text)))),
    CONSTRAINT person_sex CHECK (((sex)::text = ANY ((ARRAY['L'::character varying, 'P'::character varying])::text[]))),
    CONSTRAINT person_without_nik_is_erased CHECK (((nik_index IS NOT NULL) OR (erased_at IS NOT NULL)))
);
ALTER TABLE public.beneficiaries_person ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_person_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_personblock (
    key bigint NOT NULL,
    person_id bigint NOT NULL
);
CREATE TABLE public.beneficiaries_personkey (
    person_id bigint NOT NULL,
    name character varying(400) NOT NULL,
    name_key character varying(400) NOT NULL,
    fingerprint uuid NOT NULL,
    version smallint NOT NULL,
    CONSTRAINT beneficiaries_personkey_version_check CHECK ((version >= 0))
);
CREATE TABLE public.beneficiaries_proposal (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    facts jsonb NOT NULL,
    basis bytea NOT NULL,
    status character varying(9) NOT NULL,
    decided_at timestamp with time zone,
    decision_reason text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_by_id integer,
    household_id bigint,
    person_id bigint,
    rule_id bigint NOT NULL,
    screening_id bigint NOT NULL,
    CONSTRAINT proposal_decided_by_someone CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((status)::text = 'undecided'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = ANY ((ARRAY['accepted'::character varying, 'rejected'::character varying])::text[])) AND (NOT (decision_reason = ''::text))))),
    CONSTRAINT proposal_of_one CHECK ((((household_id IS NULL) AND (person_id IS NOT NULL)) OR ((household_id IS NOT NULL) AND (person_id IS NULL))))
);
CREATE TABLE public.beneficiaries_proposal_evidence (
    id bigint NOT NULL,
    proposal_id bigint NOT NULL,
    evidence_id bigint NOT NULL
);
ALTER TABLE public.beneficiaries_proposal_evidence ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_proposal_evidence_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.beneficiaries_proposal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_proposal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_proposedchange (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    field character varying(20) NOT NULL,
    value_sealed bytea NOT NULL,
    request_id bigint NOT NULL
);
ALTER TABLE public.beneficiaries_proposedchange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_proposedchange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_refusedrow (
    id bigint NOT NULL,
    line integer NOT NULL,
    "position" smallint NOT NULL,
    field character varying(32) NOT NULL,
    code character varying(32) NOT NULL,
    name_1 character varying(16) NOT NULL,
    value_1 integer,
    name_2 character varying(16) NOT NULL,
    value_2 integer,
    nik_index bytea,
    run_id bigint NOT NULL,
    CONSTRAINT beneficiaries_refusedrow_line_check CHECK ((line >= 0)),
    CONSTRAINT beneficiaries_refusedrow_position_check CHECK (("position" >= 0))
);
ALTER TABLE public.beneficiaries_refusedrow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_refusedrow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_region (
    code character varying(13) NOT NULL,
    name character varying(100) NOT NULL,
    level smallint NOT NULL,
    postal_code character varying(5) DEFAULT ''::character varying NOT NULL,
    in_force boolean DEFAULT true NOT NULL,
    parent_id character varying(13),
    CONSTRAINT beneficiaries_region_level_check CHECK ((level >= 0)),
    CONSTRAINT region_code_of_level CHECK (((((code)::text ~ '^[0-9]{2}$'::text) AND (level = 1) AND (parent_id IS NULL)) OR (((code)::text ~ '^[0-9]{2}\.[0-9]{2}$'::text) AND (level = 2) AND (parent_id IS NOT NULL)) OR (((code)::text ~ '^[0-9]{2}(\.[0-9]{2}){2}$'::text) AND (level = 3) AND (parent_id IS NOT NULL)) OR (((code)::text ~ '^[0-9]{2}(\.[0-9]{2}){2}\.[0-9]{4}$'::text) AND (level = 4) AND (parent_id IS NOT NULL))))
);
CREATE TABLE public.beneficiaries_registryimport (
    id bigint NOT NULL,
    file_name character varying(200) NOT NULL,
    file_sha256 character varying(64) NOT NULL,
    rows integer NOT NULL,
    added integer NOT NULL,
    changed integer NOT NULL,
    unchanged integer NOT NULL,
    households_changed integer NOT NULL,
    refused integer NOT NULL,
    refusals jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    households_without_head integer DEFAULT 0 NOT NULL,
    committed_at timestamp with time zone,
    committed_by_id integer,
    complete boolean DEFAULT false NOT NULL,
    end_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    ended_at timestamp with time zone,
    ended_by_id integer,
    error_code character varying(64) DEFAULT ''::character varying NOT NULL,
    error_data jsonb DEFAULT '{}'::jsonb NOT NULL,
    fields_changed jsonb DEFAULT '{}'::jsonb NOT NULL,
    households_added integer DEFAULT 0 NOT NULL,
    leaving_confirmed boolean DEFAULT false NOT NULL,
    "left" integer DEFAULT 0 NOT NULL,
    left_of integer DEFAULT 0 NOT NULL,
    previewed_at timestamp with time zone,
    returned integer DEFAULT 0 NOT NULL,
    size bigint DEFAULT 0 NOT NULL,
    source character varying(100) DEFAULT ''::character varying NOT NULL,
    state character varying(10) DEFAULT 'uploaded'::character varying NOT NULL,
    upload uuid,
    refused_size bigint DEFAULT 0 NOT NULL,
    refused_upload uuid,
    sheet character varying(31) DEFAULT ''::character varying NOT NULL,
    refused_erased integer DEFAULT 0 NOT NULL,
    CONSTRAINT beneficiaries_registryimport_added_check CHECK ((added >= 0)),
    CONSTRAINT beneficiaries_registryimport_changed_check CHECK ((changed >= 0)),
    CONSTRAINT beneficiaries_registryimport_households_added_check CHECK ((households_added >= 0)),
    CONSTRAINT beneficiaries_registryimport_households_changed_check CHECK ((households_changed >= 0)),
    CONSTRAINT beneficiaries_registryimport_households_without_head_check CHECK ((households_without_head >= 0)),
    CONSTRAINT beneficiaries_registryimport_left_check CHECK (("left" >= 0)),
    CONSTRAINT beneficiaries_registryimport_left_of_check CHECK ((left_of >= 0)),
    CONSTRAINT beneficiaries_registryimport_refused_check CHECK ((refused >= 0)),
    CONSTRAINT beneficiaries_registryimport_refused_erased_check CHECK ((refused_erased >= 0)),
    CONSTRAINT beneficiaries_registryimport_returned_check CHECK ((returned >= 0)),
    CONSTRAINT beneficiaries_registryimport_rows_check CHECK ((rows >= 0)),
    CONSTRAINT beneficiaries_registryimport_unchanged_check CHECK ((unchanged >= 0)),
    CONSTRAINT registry_import_committer_is_not_maker CHECK (((NOT complete) OR (NOT ((committed_by_id = by_id) AND (committed_by_id IS NOT NULL) AND (by_id IS NOT NULL))))),
    CONSTRAINT registry_import_complete_source CHECK (((NOT complete) OR (NOT ((source)::text = ''::text)))),
    CONSTRAINT registry_import_rows CHECK ((rows = (((added + changed) + unchanged) + refused)))
);
ALTER TABLE public.beneficiaries_registryimport ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_registryimport_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_registrysource (
    id bigint NOT NULL,
    name character varying(100) NOT NULL,
    mapping jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);
ALTER TABLE public.beneficiaries_registrysource ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_registrysource_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_replaced (
    id bigint NOT NULL,
    source_digest bytea NOT NULL,
    phone_index bytea,
    household_id bigint,
    person_id bigint,
    run_id bigint NOT NULL
);
ALTER TABLE public.beneficiaries_replaced ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_replaced_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_representation (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    kind character varying(9) NOT NULL,
    name_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    nik_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    nik_index bytea,
    phone_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    phone_index bytea,
    starts_on date NOT NULL,
    ends_on date,
    document character varying(17) NOT NULL,
    document_number character varying(60) NOT NULL,
    status character varying(8) DEFAULT 'proposed'::character varying NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    decision_reason character varying(200) NOT NULL,
    ended_at timestamp with time zone,
    end_reason character varying(200) NOT NULL,
    decided_by_id integer,
    ended_by_id integer,
    for_person_id bigint NOT NULL,
    proposed_by_id integer NOT NULL,
    representative_id bigint,
    CONSTRAINT representation_approver_is_not_maker CHECK (((NOT ((status)::text = ANY ((ARRAY['approved'::character varying, 'ended'::character varying])::text[]))) OR (NOT ((decided_by_id = proposed_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT representation_decided CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((status)::text = 'proposed'::text)) OR ((NOT ((status)::text = 'proposed'::text)) AND (decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL)))),
    CONSTRAINT representation_ended_why CHECK ((((ended_at IS NOT NULL) AND ((status)::text = 'ended'::text) AND (NOT ((end_reason)::text = ''::text))) OR ((NOT ((status)::text = 'ended'::text)) AND ((end_reason)::text = ''::text) AND (ended_at IS NULL)))),
    CONSTRAINT representation_enumerations CHECK ((((kind)::text = ANY ((ARRAY['guardian'::character varying, 'collector'::character varying])::text[])) AND ((status)::text = ANY ((ARRAY['proposed'::character varying, 'approved'::character varying, 'refused'::character varying, 'ended'::character varying])::text[])))),
    CONSTRAINT representation_not_oneself CHECK ((NOT ((representative_id = for_person_id) AND (representative_id IS NOT NULL)))),
    CONSTRAINT representation_of_one CHECK ((((nik_index IS NULL) AND (representative_id IS NOT NULL)) OR ((nik_index IS NOT NULL) AND (representative_id IS NULL) AND (NOT (name_sealed = '\x'::bytea))) OR ((name_sealed = '\x'::bytea) AND (nik_index IS NULL) AND (nik_sealed = '\x'::bytea) AND (representative_id IS NULL) AND ((status)::text = ANY ((ARRAY['refused'::character varying, 'ended'::character varying])::text[]))))),
    CONSTRAINT representation_period CHECK (((ends_on IS NULL) OR (ends_on >= starts_on)))
);
ALTER TABLE public.beneficiaries_representation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_representation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_representationscan (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    content_type character varying(20) NOT NULL,
    size integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    content_sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer NOT NULL,
    representation_id bigint NOT NULL,
    CONSTRAINT beneficiaries_representationscan_size_check CHECK ((size >= 0)),
    CONSTRAINT representation_scan_type CHECK (((content_type)::text = ANY ((ARRAY['application/pdf'::character varying, 'image/jpeg'::character varying, 'image/png'::character varying])::text[])))
);
ALTER TABLE public.beneficiaries_representationscan ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_representationscan_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_reveal (
    id bigint NOT NULL,
    fields character varying(60) NOT NULL,
    reason character varying(9) NOT NULL,
    note character varying(200) NOT NULL,
    address inet,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer NOT NULL,
    household_id bigint,
    person_id bigint,
    run_id bigint,
    evidence_run_id bigint,
    subject_id bigint,
    subject_kind character varying(16) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT reveal_of_one CHECK ((((evidence_run_id IS NULL) AND (household_id IS NULL) AND (person_id IS NOT NULL) AND (run_id IS NULL) AND (subject_id IS NULL)) OR ((evidence_run_id IS NULL) AND (household_id IS NOT NULL) AND (person_id IS NULL) AND (run_id IS NULL) AND (subject_id IS NULL)) OR ((evidence_run_id IS NULL) AND (household_id IS NULL) AND (person_id IS NULL) AND (run_id IS NOT NULL) AND (subject_id IS NULL)) OR ((evidence_run_id IS NOT NULL) AND (household_id IS NULL) AND (person_id IS NULL) AND (run_id IS NULL) AND (subject_id IS NULL)) OR ((evidence_run_id IS NULL) AND (household_id IS NULL) AND (person_id IS NULL) AND (run_id IS NULL) AND (subject_id IS NOT NULL)))),
    CONSTRAINT reveal_says_why CHECK ((NOT ((note)::text = ''::text))),
    CONSTRAINT reveal_subject_has_kind CHECK ((((subject_id IS NULL) AND ((subject_kind)::text = ''::text)) OR ((NOT ((subject_kind)::text = ''::text)) AND (subject_id IS NOT NULL))))
);
ALTER TABLE public.beneficiaries_reveal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_reveal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_revealallowance (
    id bigint NOT NULL,
    day date NOT NULL,
    more smallint NOT NULL,
    reason character varying(200) NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer NOT NULL,
    officer_id integer NOT NULL,
    CONSTRAINT allowance_by_another CHECK ((NOT (officer_id = by_id))),
    CONSTRAINT allowance_some CHECK ((more > 0)),
    CONSTRAINT beneficiaries_revealallowance_more_check CHECK ((more >= 0))
);
ALTER TABLE public.beneficiaries_revealallowance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_revealallowance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_screening (
    id bigint NOT NULL,
    day date NOT NULL,
    status character varying(7) NOT NULL,
    failure character varying(300) NOT NULL,
    people_seen integer NOT NULL,
    households_seen integer NOT NULL,
    households_hit integer NOT NULL,
    people_hit integer NOT NULL,
    proposed integer NOT NULL,
    by_kelurahan jsonb NOT NULL,
    by_decile jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    finished_at timestamp with time zone,
    by_id integer,
    rule_id bigint,
    CONSTRAINT beneficiaries_screening_households_hit_check CHECK ((households_hit >= 0)),
    CONSTRAINT beneficiaries_screening_households_seen_check CHECK ((households_seen >= 0)),
    CONSTRAINT beneficiaries_screening_people_hit_check CHECK ((people_hit >= 0)),
    CONSTRAINT beneficiaries_screening_people_seen_check CHECK ((people_seen >= 0)),
    CONSTRAINT beneficiaries_screening_proposed_check CHECK ((proposed >= 0))
);
ALTER TABLE public.beneficiaries_screening ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_screening_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_senderpace (
    id bigint NOT NULL,
    sender bytea NOT NULL,
    paced_until timestamp with time zone NOT NULL
);
ALTER TABLE public.beneficiaries_senderpace ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_senderpace_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE UNLOGGED TABLE public.beneficiaries_stagedhousehold (
    line integer NOT NULL,
    kk_index bytea NOT NULL,
    source_digest bytea NOT NULL,
    uid uuid NOT NULL,
    known boolean NOT NULL,
    same_address boolean NOT NULL,
    kk_sealed bytea,
    address_sealed bytea NOT NULL,
    kelurahan text NOT NULL,
    decile smallint NOT NULL,
    rt text,
    rw text,
    run_id bigint NOT NULL
);
CREATE UNLOGGED TABLE public.beneficiaries_stagedperson (
    line integer NOT NULL,
    nik_index bytea NOT NULL,
    kk_index bytea NOT NULL,
    uid uuid NOT NULL,
    known boolean NOT NULL,
    same boolean NOT NULL,
    household_same boolean NOT NULL,
    returns boolean NOT NULL,
    nik_sealed bytea,
    name text NOT NULL,
    sex text NOT NULL,
    birth_date date NOT NULL,
    phone_sealed bytea,
    phone_index bytea,
    source_digest bytea NOT NULL,
    household_digest bytea NOT NULL,
    address_digest bytea NOT NULL,
    kelurahan text NOT NULL,
    decile smallint NOT NULL,
    rt text,
    rw text,
    relation text,
    schooling text,
    disability text,
    occupation text,
    pregnant text,
    run_id bigint NOT NULL
);
CREATE TABLE public.beneficiaries_trialhit (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    screening_id bigint NOT NULL
);
ALTER TABLE public.beneficiaries_trialhit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_trialhit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.beneficiaries_uploadblock (
    id bigint NOT NULL,
    upload uuid NOT NULL,
    number integer NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT beneficiaries_uploadblock_number_check CHECK ((number >= 0))
);
ALTER TABLE public.beneficiaries_uploadblock ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.beneficiaries_uploadblock_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_approval (
    id bigint NOT NULL,
    digest character varying(64) NOT NULL,
    reason character varying(300) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    approver_id integer NOT NULL,
    maker_id integer NOT NULL,
    batch_id bigint NOT NULL,
    holder_id integer NOT NULL,
    "position" smallint NOT NULL,
    proof_id bigint,
    delegation_id bigint,
    submission_id bigint NOT NULL,
    CONSTRAINT approval_for_another_by_delegation CHECK ((((delegation_id IS NULL) AND (holder_id = approver_id)) OR ((delegation_id IS NOT NULL) AND (NOT (holder_id = approver_id))))),
    CONSTRAINT approver_is_not_maker CHECK ((NOT (approver_id = maker_id))),
    CONSTRAINT disbursement_approval_position_check CHECK (("position" >= 0)),
    CONSTRAINT holder_is_not_maker CHECK ((NOT (holder_id = maker_id)))
);
ALTER TABLE public.disbursement_approval ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_approval_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_approvalscheme (
    id bigint NOT NULL,
    starts_on date NOT NULL,
    decree character varying(200) NOT NULL,
    made_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    made_by_id integer NOT NULL,
    written_in bigint
);
ALTER TABLE public.disbursement_approvalscheme ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_approvalscheme_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_approvaltier (
    id bigint NOT NULL,
    from_total bigint NOT NULL,
    first_id integer NOT NULL,
    scheme_id bigint NOT NULL,
    second_id integer,
    third_id integer,
    CONSTRAINT approval_tier_not_negative CHECK ((from_total >= 0)),
    CONSTRAINT approval_tier_without_gap CHECK (((second_id IS NOT NULL) OR (third_id IS NULL)))
);
ALTER TABLE public.disbursement_approvaltier ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_approvaltier_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_batch (
    id bigint NOT NULL,
    status character varying(9) NOT NULL,
    purse_title character varying(120) NOT NULL,
    count integer NOT NULL,
    total bigint NOT NULL,
    digest character varying(64) NOT NULL,
    prepared_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    submitted_at timestamp with time zone,
    approved_at timestamp with time zone,
    closed_at timestamp with time zone,
    clearing_id bigint,
    maker_id integer,
    cycle_id bigint NOT NULL,
    version_id bigint NOT NULL,
    submission_id bigint,
    follows_id bigint,
    pay_at timestamp with time zone,
    CONSTRAINT batch_approved_is_reserved CHECK (((NOT ((status)::text = ANY ((ARRAY['approved'::character varying, 'paying'::character varying, 'paused'::character varying, 'closed'::character varying])::text[]))) OR (clearing_id IS NOT NULL))),
    CONSTRAINT batch_submitted_is_bound CHECK ((((status)::text = ANY ((ARRAY['draft'::character varying, 'prepared'::character varying, 'cancelled'::character varying])::text[])) OR ((maker_id IS NOT NULL) AND (submission_id IS NOT NULL) AND (NOT ((digest)::text = ''::text))))),
    CONSTRAINT disbursement_batch_count_check CHECK ((count >= 0))
);
ALTER TABLE public.disbursement_batch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_batch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_batchregion (
    id bigint NOT NULL,
    year smallint NOT NULL,
    region character varying(8) NOT NULL,
    count integer NOT NULL,
    total bigint NOT NULL,
    used bigint NOT NULL,
    batch_id bigint NOT NULL,
    CONSTRAINT batch_region_used CHECK (((total >= used) AND (used >= 0))),
    CONSTRAINT disbursement_batchregion_count_check CHECK ((count >= 0)),
    CONSTRAINT disbursement_batchregion_year_check CHECK ((year >= 0))
);
ALTER TABLE public.disbursement_batchregion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_batchregion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_batchstep (
    id bigint NOT NULL,
    from_status character varying(9) NOT NULL,
    to_status character varying(9) NOT NULL,
    reason character varying(300) NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    batch_id bigint NOT NULL,
    by_id integer
);
ALTER TABLE public.disbursement_batchstep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_batchstep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_break (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    subject character varying(100) NOT NULL,
    book character varying(20) DEFAULT ''::character varying NOT NULL,
    reference character varying(80) DEFAULT ''::character varying NOT NULL,
    ledger_sen bigint,
    statement_sen bigint,
    since date NOT NULL,
    state character varying(9) DEFAULT 'open'::character varying NOT NULL,
    present boolean DEFAULT true NOT NULL,
    opened_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    times_opened integer DEFAULT 1 NOT NULL,
    reason character varying(20) DEFAULT ''::character varying NOT NULL,
    closed_at timestamp with time zone,
    instruction_id bigint,
    owner_id integer,
    proposed_by_id integer,
    resolved_by_id integer,
    account_id bigint,
    CONSTRAINT break_closed CHECK ((((closed_at IS NULL) AND ((state)::text = ANY ((ARRAY['open'::character varying, 'proposed'::character varying])::text[]))) OR ((closed_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['resolved'::character varying, 'explained'::character varying])::text[]))))),
    CONSTRAINT break_proposed_by_someone CHECK (((NOT ((state)::text = 'proposed'::text)) OR ((proposed_by_id IS NOT NULL) AND (NOT ((reason)::text = ''::text))))),
    CONSTRAINT break_second_look CHECK (((NOT ((state)::text = 'resolved'::text)) OR ((proposed_by_id IS NOT NULL) AND (resolved_by_id IS NOT NULL) AND (NOT ((reason)::text = ''::text)) AND (NOT ((proposed_by_id = resolved_by_id) AND (proposed_by_id IS NOT NULL) AND (resolved_by_id IS NOT NULL)))))),
    CONSTRAINT disbursement_break_times_opened_check CHECK ((times_opened >= 0))
);
ALTER TABLE public.disbursement_break ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_break_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_breakstep (
    id bigint NOT NULL,
    kind character varying(9) NOT NULL,
    reason character varying(20) DEFAULT ''::character varying NOT NULL,
    note character varying(300) DEFAULT ''::character varying NOT NULL,
    ledger_sen bigint,
    statement_sen bigint,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    owner_id integer,
    subject_id bigint NOT NULL,
    statement_id bigint
);
ALTER TABLE public.disbursement_breakstep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_breakstep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.disbursement_budget ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_budget_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_bulknotice (
    id bigint NOT NULL,
    bulk_id character varying(64) NOT NULL,
    external_id character varying(36) NOT NULL,
    digest character varying(64) NOT NULL,
    received_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    lines integer NOT NULL,
    settled integer NOT NULL,
    repeated integer NOT NULL,
    contradicted integer NOT NULL,
    unknown integer NOT NULL,
    provider_id bigint NOT NULL,
    CONSTRAINT disbursement_bulknotice_contradicted_check CHECK ((contradicted >= 0)),
    CONSTRAINT disbursement_bulknotice_lines_check CHECK ((lines >= 0)),
    CONSTRAINT disbursement_bulknotice_repeated_check CHECK ((repeated >= 0)),
    CONSTRAINT disbursement_bulknotice_settled_check CHECK ((settled >= 0)),
    CONSTRAINT disbursement_bulknotice_unknown_check CHECK ((unknown >= 0))
);
ALTER TABLE public.disbursement_bulknotice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_bulknotice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_bulkrequest (
    id bigint NOT NULL,
    bulk_id character varying(36) NOT NULL,
    partner_bulk_id character varying(64) DEFAULT ''::character varying NOT NULL,
    count integer NOT NULL,
    state character varying(8) DEFAULT 'ready'::character varying NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    claimed_at timestamp with time zone,
    answered_at timestamp with time zone,
    last_code character varying(20) DEFAULT ''::character varying NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    chunk_id bigint NOT NULL,
    provider_id bigint NOT NULL,
    CONSTRAINT disbursement_bulkrequest_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT disbursement_bulkrequest_count_check CHECK ((count >= 0))
);
ALTER TABLE public.disbursement_bulkrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_bulkrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_calculation (
    id bigint NOT NULL,
    facts jsonb NOT NULL,
    members jsonb NOT NULL,
    lines jsonb NOT NULL,
    parts jsonb NOT NULL,
    total bigint NOT NULL,
    reason character varying(12) NOT NULL,
    batch_id bigint NOT NULL,
    enrolment_id bigint NOT NULL,
    version_id bigint NOT NULL,
    cycle_id bigint NOT NULL,
    kind character varying(10) DEFAULT 'regular'::character varying NOT NULL,
    withheld bigint DEFAULT 0 NOT NULL,
    kelurahan character varying(13) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT calculation_pays_or_says_why CHECK (((((reason)::text = ''::text) AND (total > 0)) OR ((total = 0) AND (NOT ((reason)::text = ''::text))))),
    CONSTRAINT calculation_withholds_a_part CHECK (((withheld = 0) OR ((total > 0) AND (withheld > 0))))
);
ALTER TABLE public.disbursement_calculation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_calculation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_chunk (
    id bigint NOT NULL,
    number integer NOT NULL,
    count integer NOT NULL,
    digest character varying(64) DEFAULT ''::character varying NOT NULL,
    status character varying(7) DEFAULT 'pending'::character varying NOT NULL,
    paid_count integer DEFAULT 0 NOT NULL,
    paid_total bigint DEFAULT 0 NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    error character varying(300) DEFAULT ''::character varying NOT NULL,
    finished_at timestamp with time zone,
    batch_id bigint NOT NULL,
    purse_days integer,
    terms_id bigint NOT NULL,
    title character varying(120) NOT NULL,
    failure character varying(40) DEFAULT ''::character varying NOT NULL,
    open_count integer DEFAULT 0 NOT NULL,
    provider_id bigint,
    returned_count integer DEFAULT 0 NOT NULL,
    CONSTRAINT disbursement_chunk_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT disbursement_chunk_count_check CHECK ((count >= 0)),
    CONSTRAINT disbursement_chunk_number_check CHECK ((number >= 0)),
    CONSTRAINT disbursement_chunk_open_count_check CHECK ((open_count >= 0)),
    CONSTRAINT disbursement_chunk_paid_count_check CHECK ((paid_count >= 0)),
    CONSTRAINT disbursement_chunk_purse_days_check CHECK ((purse_days >= 0)),
    CONSTRAINT disbursement_chunk_returned_count_check CHECK ((returned_count >= 0))
);
ALTER TABLE public.disbursement_chunk ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_chunk_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_clawback (
    id bigint NOT NULL,
    claim bigint NOT NULL,
    share smallint NOT NULL,
    reason character varying(300) NOT NULL,
    evidence character varying(200) NOT NULL,
    status character varying(11) NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    noticed_at timestamp with time zone,
    objection_until date,
    objection text DEFAULT ''::text NOT NULL,
    objection_channel character varying(9) DEFAULT ''::character varying NOT NULL,
    objected_on date,
    answer_by date,
    enforced_at timestamp with time zone,
    enforced_by_id integer,
    person_id bigint NOT NULL,
    programme_id bigint NOT NULL,
    proposed_by_id integer NOT NULL,
    CONSTRAINT clawback_claims_something CHECK ((claim > 0)),
    CONSTRAINT clawback_in_force_by_someone CHECK (((NOT ((status)::text = ANY ((ARRAY['in_force'::character varying, 'settled'::character varying])::text[]))) OR ((enforced_at IS NOT NULL) AND (enforced_by_id IS NOT NULL)))),
    CONSTRAINT clawback_noticed CHECK ((((status)::text = ANY ((ARRAY['proposed'::character varying, 'dropped'::character varying])::text[])) OR ((noticed_at IS NOT NULL) AND (objection_until IS NOT NULL)))),
    CONSTRAINT clawback_objected CHECK (((NOT ((status)::text = ANY ((ARRAY['objected'::character varying, 'decided'::character varying])::text[]))) OR ((answer_by IS NOT NULL) AND (objected_on IS NOT NULL)))),
    CONSTRAINT clawback_says_why CHECK (((NOT ((evidence)::text = ''::text)) AND (NOT ((reason)::text = ''::text)))),
    CONSTRAINT clawback_second_officer CHECK (((enforced_by_id IS NULL) OR (NOT ((enforced_by_id = proposed_by_id) AND (enforced_by_id IS NOT NULL))))),
    CONSTRAINT clawback_share CHECK (((share >= 1) AND (share <= 99))),
    CONSTRAINT disbursement_clawback_share_check CHECK ((share >= 0))
);
ALTER TABLE public.disbursement_clawback ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_clawback_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_clawbackpayment (
    id bigint NOT NULL,
    amount bigint NOT NULL,
    clawback_id bigint NOT NULL,
    instruction_id bigint NOT NULL,
    CONSTRAINT clawback_payment_positive CHECK ((amount > 0))
);
ALTER TABLE public.disbursement_clawbackpayment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_clawbackpayment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_clawbackstep (
    id bigint NOT NULL,
    from_status character varying(11) DEFAULT ''::character varying NOT NULL,
    to_status character varying(11) NOT NULL,
    reason character varying(300) DEFAULT ''::character varying NOT NULL,
    claim bigint NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    clawback_id bigint NOT NULL
);
ALTER TABLE public.disbursement_clawbackstep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_clawbackstep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_comparison (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    statements integer DEFAULT 0 NOT NULL,
    opened integer DEFAULT 0 NOT NULL,
    reopened integer DEFAULT 0 NOT NULL,
    changed integer DEFAULT 0 NOT NULL,
    explained integer DEFAULT 0 NOT NULL,
    undecided integer DEFAULT 0 NOT NULL,
    CONSTRAINT disbursement_comparison_changed_check CHECK ((changed >= 0)),
    CONSTRAINT disbursement_comparison_explained_check CHECK ((explained >= 0)),
    CONSTRAINT disbursement_comparison_opened_check CHECK ((opened >= 0)),
    CONSTRAINT disbursement_comparison_reopened_check CHECK ((reopened >= 0)),
    CONSTRAINT disbursement_comparison_statements_check CHECK ((statements >= 0)),
    CONSTRAINT disbursement_comparison_undecided_check CHECK ((undecided >= 0))
);
ALTER TABLE public.disbursement_comparison ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_comparison_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_component (
    id bigint NOT NULL,
    code character varying(30) NOT NULL,
    name character varying(60) NOT NULL,
    condition character varying(1000) NOT NULL,
    amount bigint NOT NULL,
    per character varying(7) DEFAULT 'person'::character varying NOT NULL,
    most_people smallint,
    months smallint DEFAULT 1 NOT NULL,
    cash_limit bigint,
    terms_id bigint,
    version_id bigint NOT NULL,
    CONSTRAINT component_amount CHECK (((amount >= 1) AND (amount <= 1000000000))),
    CONSTRAINT component_cash_limit CHECK (((cash_limit IS NULL) OR (cash_limit >= 1))),
    CONSTRAINT component_code_is_no_part_of_ours CHECK ((NOT ((code)::text = ANY ((ARRAY['main'::character varying, 'cash'::character varying])::text[])))),
    CONSTRAINT component_months CHECK (((months >= 1) AND (months <= 12))),
    CONSTRAINT component_most_people CHECK (((most_people IS NULL) OR (most_people >= 1))),
    CONSTRAINT disbursement_component_months_check CHECK ((months >= 0)),
    CONSTRAINT disbursement_component_most_people_check CHECK ((most_people >= 0))
);
ALTER TABLE public.disbursement_component ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_component_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_confirmation (
    id bigint NOT NULL,
    answer character varying(12) NOT NULL,
    channel character varying(6) NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    instruction_id bigint NOT NULL,
    CONSTRAINT confirmation_by_someone CHECK ((((by_id IS NULL) AND ((channel)::text = 'app'::text)) OR ((NOT ((channel)::text = 'app'::text)) AND (by_id IS NOT NULL))))
);
ALTER TABLE public.disbursement_confirmation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_confirmation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_conflictnote (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    enrolment_id bigint NOT NULL,
    person_id bigint NOT NULL,
    programme_id bigint NOT NULL,
    conflict_id bigint NOT NULL
);
ALTER TABLE public.disbursement_conflictnote ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_conflictnote_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_correction (
    id bigint NOT NULL,
    facts jsonb NOT NULL,
    members jsonb NOT NULL,
    lines jsonb NOT NULL,
    parts jsonb NOT NULL,
    total bigint NOT NULL,
    before bigint NOT NULL,
    difference bigint NOT NULL,
    cycle_id bigint NOT NULL,
    enrolment_id bigint NOT NULL,
    version_id bigint NOT NULL,
    recalculation_id bigint NOT NULL,
    CONSTRAINT correction_difference CHECK ((difference = (total - before))),
    CONSTRAINT correction_not_negative CHECK (((before >= 0) AND (total >= 0)))
);
ALTER TABLE public.disbursement_correction ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_correction_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_cycle (
    id bigint NOT NULL,
    period date NOT NULL,
    due_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    programme_id bigint NOT NULL,
    months smallint DEFAULT 1 NOT NULL,
    held boolean DEFAULT false NOT NULL,
    CONSTRAINT cycle_months CHECK (((months >= 1) AND (months <= 12))),
    CONSTRAINT disbursement_cycle_months_check CHECK ((months >= 0))
);
ALTER TABLE public.disbursement_cycle ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_cycle_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_delegation (
    id bigint NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    reason character varying(300) NOT NULL,
    made_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    revoked_at timestamp with time zone,
    revoke_reason character varying(300) DEFAULT ''::character varying NOT NULL,
    delegate_id integer NOT NULL,
    made_by_id integer NOT NULL,
    principal_id integer NOT NULL,
    revoked_by_id integer,
    CONSTRAINT delegation_ends_later CHECK ((ends_at > starts_at)),
    CONSTRAINT delegation_not_to_oneself CHECK ((NOT (made_by_id = delegate_id))),
    CONSTRAINT delegation_revoked_by CHECK ((((revoked_at IS NULL) AND (revoked_by_id IS NULL)) OR ((revoked_at IS NOT NULL) AND (revoked_by_id IS NOT NULL)))),
    CONSTRAINT delegation_to_another CHECK ((NOT (principal_id = delegate_id)))
);
ALTER TABLE public.disbursement_delegation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_delegation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_enrolment (
    id bigint NOT NULL,
    status character varying(9) DEFAULT 'active'::character varying NOT NULL,
    facts jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    household_id bigint,
    person_id bigint NOT NULL,
    programme_id bigint NOT NULL,
    by_id integer,
    passed_over character varying(12) DEFAULT ''::character varying NOT NULL,
    version_id bigint
);
ALTER TABLE public.disbursement_enrolment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_enrolment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_enrolmentappeal (
    id bigint NOT NULL,
    text text NOT NULL,
    channel character varying(9) NOT NULL,
    filed_on date NOT NULL,
    late boolean NOT NULL,
    answer_by date NOT NULL,
    status character varying(6) NOT NULL,
    decided_at timestamp with time zone,
    decision_reason text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_by_id integer,
    filed_by_id integer,
    taken_by_id integer,
    step_id bigint NOT NULL,
    CONSTRAINT enrolmentappeal_decided_by_another CHECK (((decided_by_id IS NULL) OR (taken_by_id IS NULL) OR (NOT ((decided_by_id = taken_by_id) AND (decided_by_id IS NOT NULL) AND (taken_by_id IS NOT NULL))))),
    CONSTRAINT enrolmentappeal_decided_by_someone CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND (decision_reason = ''::text) AND ((status)::text = 'filed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = ANY ((ARRAY['upheld'::character varying, 'denied'::character varying])::text[])) AND (NOT (decision_reason = ''::text)))))
);
ALTER TABLE public.disbursement_enrolmentappeal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_enrolmentappeal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_enrolmentstep (
    id bigint NOT NULL,
    from_status character varying(9) NOT NULL,
    to_status character varying(9) NOT NULL,
    reason character varying(12) NOT NULL,
    words character varying(300) DEFAULT ''::character varying NOT NULL,
    reference character varying(120) DEFAULT ''::character varying NOT NULL,
    until date,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    enrolment_id bigint NOT NULL,
    CONSTRAINT enrolmentstep_has_a_reason CHECK ((NOT ((reason)::text = ''::text))),
    CONSTRAINT enrolmentstep_until_is_of_a_suspension CHECK (((until IS NULL) OR ((to_status)::text = 'suspended'::text)))
);
ALTER TABLE public.disbursement_enrolmentstep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_enrolmentstep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_exchange (
    id bigint NOT NULL,
    kind character varying(7) NOT NULL,
    external_id character varying(36) NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    answered_at timestamp with time zone,
    http_status smallint,
    code character varying(20) DEFAULT ''::character varying NOT NULL,
    outcome character varying(10) DEFAULT ''::character varying NOT NULL,
    request_id bigint NOT NULL,
    line_id bigint,
    provider_id bigint NOT NULL,
    CONSTRAINT disbursement_exchange_http_status_check CHECK ((http_status >= 0))
);
ALTER TABLE public.disbursement_exchange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_exchange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_filling (
    batch_id bigint NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    lines integer DEFAULT 0 NOT NULL,
    of integer DEFAULT 0 NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT disbursement_filling_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT disbursement_filling_lines_check CHECK ((lines >= 0)),
    CONSTRAINT disbursement_filling_of_check CHECK ((of >= 0))
);
CREATE TABLE public.disbursement_followedmove (
    id bigint NOT NULL,
    status character varying(9) NOT NULL,
    ended boolean DEFAULT false NOT NULL,
    enrolment_id bigint NOT NULL,
    household_id bigint,
    run_id bigint NOT NULL,
    excluded boolean DEFAULT false NOT NULL
);
ALTER TABLE public.disbursement_followedmove ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_followedmove_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_giveback (
    id bigint NOT NULL,
    amount bigint NOT NULL,
    agreed_on date NOT NULL,
    consent character varying(200) NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer NOT NULL,
    clawback_id bigint NOT NULL,
    purse_id bigint NOT NULL,
    CONSTRAINT give_back_positive CHECK ((amount > 0)),
    CONSTRAINT give_back_was_agreed_to CHECK ((NOT ((consent)::text = ''::text)))
);
ALTER TABLE public.disbursement_giveback ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_giveback_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_instruction (
    id bigint NOT NULL,
    amount bigint NOT NULL,
    attempt smallint NOT NULL,
    status character varying(9) DEFAULT 'pending'::character varying NOT NULL,
    failure character varying(200) DEFAULT ''::character varying NOT NULL,
    batch_id bigint NOT NULL,
    chunk_id bigint NOT NULL,
    cycle_id bigint NOT NULL,
    enrolment_id bigint NOT NULL,
    wallet_id bigint NOT NULL,
    kind character varying(10) DEFAULT 'regular'::character varying NOT NULL,
    part character varying(30) DEFAULT 'main'::character varying NOT NULL,
    live boolean GENERATED ALWAYS AS (((status)::text = ANY ((ARRAY['pending'::character varying, 'sent'::character varying, 'unknown'::character varying, 'paid'::character varying])::text[]))) STORED,
    route_id bigint,
    household_id bigint,
    returned_at timestamp with time zone,
    CONSTRAINT disbursement_instruction_attempt_check CHECK ((attempt >= 0)),
    CONSTRAINT instruction_positive CHECK ((amount > 0))
)
WITH (fillfactor='50');
ALTER TABLE public.disbursement_instruction ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_instruction_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_leftout (
    id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    cycle_id bigint NOT NULL,
    enrolment_id bigint NOT NULL,
    exclusion_id bigint NOT NULL
);
ALTER TABLE public.disbursement_leftout ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_leftout_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_owedcycle (
    id bigint NOT NULL,
    ground character varying(9) NOT NULL,
    why character varying(300) NOT NULL,
    decree character varying(200) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    withdrawn_at timestamp with time zone,
    withdraw_reason character varying(300) DEFAULT ''::character varying NOT NULL,
    by_id integer,
    cycle_id bigint NOT NULL,
    enrolment_id bigint NOT NULL,
    withdrawn_by_id integer,
    CONSTRAINT owed_with_a_reason CHECK ((NOT ((why)::text = ''::text))),
    CONSTRAINT owed_withdrawn_with_a_reason CHECK (((((withdraw_reason)::text = ''::text) AND (withdrawn_at IS NULL)) OR ((withdrawn_at IS NOT NULL) AND (NOT ((withdraw_reason)::text = ''::text)))))
);
ALTER TABLE public.disbursement_owedcycle ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_owedcycle_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_payoutline (
    instruction_id bigint NOT NULL,
    reference character varying(40) NOT NULL,
    amount bigint NOT NULL,
    state character varying(7) DEFAULT 'ready'::character varying NOT NULL,
    sends smallint DEFAULT 0 NOT NULL,
    asks integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    sent_at timestamp with time zone,
    opened_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    last_code character varying(20) DEFAULT ''::character varying NOT NULL,
    last_at timestamp with time zone,
    partner_reference character varying(64) DEFAULT ''::character varying NOT NULL,
    settled_at timestamp with time zone,
    settled_by character varying(7) DEFAULT ''::character varying NOT NULL,
    contradiction character varying(20) DEFAULT ''::character varying NOT NULL,
    contradicted_at timestamp with time zone,
    chunk_id bigint NOT NULL,
    request_id bigint NOT NULL,
    provider_id bigint NOT NULL,
    CONSTRAINT disbursement_payoutline_asks_check CHECK ((asks >= 0)),
    CONSTRAINT disbursement_payoutline_sends_check CHECK ((sends >= 0)),
    CONSTRAINT payout_positive CHECK ((amount > 0)),
    CONSTRAINT payout_settled CHECK ((((settled_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['paid'::character varying, 'failed'::character varying])::text[]))) OR ((settled_at IS NULL) AND ((state)::text = ANY ((ARRAY['ready'::character varying, 'sent'::character varying, 'unknown'::character varying])::text[])))))
);
CREATE TABLE public.disbursement_placelook (
    programme_id bigint NOT NULL,
    looked_at timestamp with time zone NOT NULL
);
CREATE TABLE public.disbursement_preflight (
    batch_id bigint NOT NULL,
    requested_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    done_at timestamp with time zone,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL
);
CREATE TABLE public.disbursement_preflightfinding (
    id bigint NOT NULL,
    reason character varying(40) NOT NULL,
    batch_id bigint NOT NULL,
    enrolment_id bigint NOT NULL
);
ALTER TABLE public.disbursement_preflightfinding ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_preflightfinding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_programme (
    id bigint NOT NULL,
    code character varying(20) NOT NULL,
    name character varying(100) NOT NULL,
    one_per_household boolean NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    fund_id bigint NOT NULL
);
ALTER TABLE public.disbursement_programme ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_programme_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_programmeconflict (
    id bigint NOT NULL,
    scope character varying(9) NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    decree character varying(200) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    first_id bigint NOT NULL,
    second_id bigint NOT NULL,
    CONSTRAINT programmeconflict_dates CHECK (((ends_on IS NULL) OR (ends_on >= starts_on))),
    CONSTRAINT programmeconflict_has_a_decree CHECK ((NOT ((decree)::text = ''::text))),
    CONSTRAINT programmeconflict_in_order CHECK ((first_id < second_id))
);
ALTER TABLE public.disbursement_programmeconflict ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_programmeconflict_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_programmeversion (
    id bigint NOT NULL,
    number smallint NOT NULL,
    starts_on date NOT NULL,
    decree character varying(200) NOT NULL,
    eligibility character varying(2000) NOT NULL,
    purse_days integer,
    most_people smallint,
    quota integer,
    priority character varying(8) DEFAULT 'oldest'::character varying NOT NULL,
    enforced_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    cash_terms_id bigint,
    enforced_by_id integer,
    programme_id bigint NOT NULL,
    terms_id bigint NOT NULL,
    back_pay_months smallint DEFAULT 0 NOT NULL,
    months smallint,
    CONSTRAINT disbursement_programmeversion_back_pay_months_check CHECK ((back_pay_months >= 0)),
    CONSTRAINT disbursement_programmeversion_months_check CHECK ((months >= 0)),
    CONSTRAINT disbursement_programmeversion_most_people_check CHECK ((most_people >= 0)),
    CONSTRAINT disbursement_programmeversion_number_check CHECK ((number >= 0)),
    CONSTRAINT disbursement_programmeversion_purse_days_check CHECK ((purse_days >= 0)),
    CONSTRAINT disbursement_programmeversion_quota_check CHECK ((quota >= 0)),
    CONSTRAINT version_months CHECK (((months IS NULL) OR ((months >= 1) AND (months <= 12)))),
    CONSTRAINT version_most_people CHECK (((most_people IS NULL) OR (most_people >= 1))),
    CONSTRAINT version_purse_days CHECK (((purse_days IS NULL) OR ((purse_days >= 1) AND (purse_days <= 3660))))
);
ALTER TABLE public.disbursement_programmeversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_programmeversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_provideraccount (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    code character varying(14) NOT NULL,
    name character varying(100) NOT NULL,
    base_url character varying(200) NOT NULL,
    client_id character varying(36) NOT NULL,
    channel_id character varying(5) NOT NULL,
    reference_prefix character varying(8) NOT NULL,
    bulk_size integer NOT NULL,
    private_key_sealed bytea NOT NULL,
    secret_sealed bytea NOT NULL,
    active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    account_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    CONSTRAINT disbursement_provideraccount_bulk_size_check CHECK ((bulk_size >= 0)),
    CONSTRAINT provider_bulk_size CHECK (((bulk_size >= 1) AND (bulk_size <= 1000)))
);
ALTER TABLE public.disbursement_provideraccount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_provideraccount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_providertoken (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    token_sealed bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    provider_id bigint NOT NULL
);
ALTER TABLE public.disbursement_providertoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_providertoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_recalculation (
    id bigint NOT NULL,
    status character varying(9) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    attempts smallint NOT NULL,
    failure character varying(300) NOT NULL,
    seen integer NOT NULL,
    more integer NOT NULL,
    more_total bigint NOT NULL,
    less integer NOT NULL,
    less_total bigint NOT NULL,
    decided_at timestamp with time zone,
    reason character varying(300) NOT NULL,
    decree character varying(200) NOT NULL,
    by_id integer,
    cycle_id bigint NOT NULL,
    decided_by_id integer,
    enrolment_id bigint,
    known integer DEFAULT 0 NOT NULL,
    CONSTRAINT disbursement_recalculation_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT disbursement_recalculation_known_check CHECK ((known >= 0)),
    CONSTRAINT disbursement_recalculation_less_check CHECK ((less >= 0)),
    CONSTRAINT disbursement_recalculation_more_check CHECK ((more >= 0)),
    CONSTRAINT disbursement_recalculation_seen_check CHECK ((seen >= 0)),
    CONSTRAINT recalculation_decided_with_a_reason CHECK (((NOT ((status)::text = ANY ((ARRAY['confirmed'::character varying, 'dropped'::character varying])::text[]))) OR ((decided_at IS NOT NULL) AND (NOT ((reason)::text = ''::text)))))
);
ALTER TABLE public.disbursement_recalculation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_recalculation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_report (
    id bigint NOT NULL,
    "grouping" character varying(9) NOT NULL,
    programmes bigint[] NOT NULL,
    period_from date,
    period_to date,
    region character varying(13) DEFAULT ''::character varying NOT NULL,
    kind character varying(10) DEFAULT ''::character varying NOT NULL,
    status character varying(9) NOT NULL,
    attempts smallint NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    lines integer NOT NULL,
    lines_done integer NOT NULL,
    as_of timestamp with time zone,
    result jsonb,
    failure character varying(300) DEFAULT ''::character varying NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    finished_at timestamp with time zone,
    batch_id bigint,
    by_id integer,
    CONSTRAINT disbursement_report_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT disbursement_report_lines_check CHECK ((lines >= 0)),
    CONSTRAINT disbursement_report_lines_done_check CHECK ((lines_done >= 0)),
    CONSTRAINT report_done_has_its_figures CHECK ((((as_of IS NOT NULL) AND (finished_at IS NOT NULL) AND (result IS NOT NULL) AND ((status)::text = 'done'::text)) OR ((NOT ((status)::text = 'done'::text)) AND (result IS NULL)))),
    CONSTRAINT report_period_in_order CHECK (((period_from IS NULL) OR (period_to IS NULL) OR (period_to >= period_from))),
    CONSTRAINT report_region_is_a_code CHECK (((region)::text ~ '^([0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?)?$'::text))
);
ALTER TABLE public.disbursement_report ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_report_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_resolution (
    id bigint NOT NULL,
    outcome character varying(6) NOT NULL,
    evidence character varying(300) NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    agreed boolean,
    decided_at timestamp with time zone,
    note character varying(300) DEFAULT ''::character varying NOT NULL,
    decided_by_id integer,
    line_id bigint NOT NULL,
    proposed_by_id integer NOT NULL,
    CONSTRAINT resolution_has_evidence CHECK ((NOT ((evidence)::text = ''::text))),
    CONSTRAINT resolution_second_look CHECK ((((agreed IS NULL) AND (decided_at IS NULL) AND (decided_by_id IS NULL)) OR ((agreed IS NOT NULL) AND (decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND (NOT ((decided_by_id = proposed_by_id) AND (decided_by_id IS NOT NULL))))))
);
ALTER TABLE public.disbursement_resolution ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_resolution_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_route (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    number_sealed bytea NOT NULL,
    set_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    enrolment_id bigint NOT NULL,
    provider_id bigint NOT NULL,
    set_by_id integer,
    agreed_at timestamp with time zone,
    agreed_by_id integer,
    ended_by_id integer,
    number_index bytea,
    why character varying(200) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT route_agreed_by_another CHECK (((agreed_by_id IS NULL) OR (set_by_id IS NULL) OR (NOT ((agreed_by_id = set_by_id) AND (agreed_by_id IS NOT NULL) AND (set_by_id IS NOT NULL))))),
    CONSTRAINT route_agreed_when CHECK (((agreed_by_id IS NULL) OR (agreed_at IS NOT NULL)))
);
ALTER TABLE public.disbursement_route ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_route_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_schedule (
    id bigint NOT NULL,
    number smallint NOT NULL,
    kind character varying(7) NOT NULL,
    every smallint NOT NULL,
    months smallint[] NOT NULL,
    dates date[] NOT NULL,
    day smallint NOT NULL,
    hour smallint NOT NULL,
    moved character varying(8) NOT NULL,
    lead_days smallint NOT NULL,
    first_period date NOT NULL,
    last_period date,
    decree character varying(200) NOT NULL,
    made_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    planned_at timestamp with time zone,
    stopped_at timestamp with time zone,
    stop_reason character varying(300) DEFAULT ''::character varying NOT NULL,
    by_id integer,
    programme_id bigint NOT NULL,
    stopped_by_id integer,
    CONSTRAINT disbursement_schedule_day_check CHECK ((day >= 0)),
    CONSTRAINT disbursement_schedule_every_check CHECK ((every >= 0)),
    CONSTRAINT disbursement_schedule_hour_check CHECK ((hour >= 0)),
    CONSTRAINT disbursement_schedule_lead_days_check CHECK ((lead_days >= 0)),
    CONSTRAINT disbursement_schedule_number_check CHECK ((number >= 0)),
    CONSTRAINT schedule_day CHECK (((day >= 1) AND (day <= 31))),
    CONSTRAINT schedule_ends_later CHECK (((last_period IS NULL) OR (last_period >= first_period))),
    CONSTRAINT schedule_every CHECK (((every >= 1) AND (every <= 12))),
    CONSTRAINT schedule_hour CHECK ((hour <= 23)),
    CONSTRAINT schedule_lead CHECK ((lead_days <= 60)),
    CONSTRAINT schedule_periods_begin_months CHECK (((EXTRACT(day FROM first_period) = (1)::numeric) AND ((last_period IS NULL) OR (EXTRACT(day FROM last_period) = (1)::numeric)))),
    CONSTRAINT schedule_says_when CHECK (((((kind)::text = 'stages'::text) AND (NOT (months = '{}'::smallint[]))) OR (((kind)::text = 'dates'::text) AND (NOT (dates = '{}'::date[]))) OR ((kind)::text = ANY ((ARRAY['monthly'::character varying, 'every'::character varying])::text[])))),
    CONSTRAINT schedule_stopped_with_a_reason CHECK (((((stop_reason)::text = ''::text) AND (stopped_at IS NULL)) OR ((stopped_at IS NOT NULL) AND (stopped_by_id IS NOT NULL) AND (NOT ((stop_reason)::text = ''::text)))))
);
ALTER TABLE public.disbursement_schedule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_schedule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_scheduledrun (
    id bigint NOT NULL,
    period date NOT NULL,
    due_at timestamp with time zone NOT NULL,
    prepare_at timestamp with time zone NOT NULL,
    made_at timestamp with time zone,
    attempts smallint NOT NULL,
    trouble_code character varying(40) NOT NULL,
    trouble character varying(300) NOT NULL,
    retry_at timestamp with time zone,
    batch_id bigint,
    cycle_id bigint,
    programme_id bigint NOT NULL,
    schedule_id bigint NOT NULL,
    CONSTRAINT disbursement_scheduledrun_attempts_check CHECK ((attempts >= 0))
);
ALTER TABLE public.disbursement_scheduledrun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_scheduledrun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_schemeagreement (
    id bigint NOT NULL,
    reason character varying(300) NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer,
    scheme_id bigint NOT NULL
);
ALTER TABLE public.disbursement_schemeagreement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_schemeagreement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_sentback (
    id bigint NOT NULL,
    kind character varying(9) NOT NULL,
    reason character varying(300) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer NOT NULL,
    submission_id bigint NOT NULL,
    CONSTRAINT sent_back_with_a_reason CHECK ((NOT ((reason)::text = ''::text)))
);
ALTER TABLE public.disbursement_sentback ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_sentback_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_statement (
    id bigint NOT NULL,
    format character varying(7) NOT NULL,
    state character varying(9) DEFAULT 'waiting'::character varying NOT NULL,
    number character varying(64) DEFAULT ''::character varying NOT NULL,
    file_name character varying(200) NOT NULL,
    file_sha256 character varying(64) NOT NULL,
    upload uuid,
    size bigint DEFAULT 0 NOT NULL,
    period_from date,
    period_to date,
    opening_sen bigint,
    closing_sen bigint,
    entry_count integer DEFAULT 0 NOT NULL,
    unsettled_count integer DEFAULT 0 NOT NULL,
    in_sen bigint DEFAULT 0 NOT NULL,
    out_sen bigint DEFAULT 0 NOT NULL,
    problems jsonb DEFAULT '{}'::jsonb NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    error_code character varying(64) DEFAULT ''::character varying NOT NULL,
    error_data jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    tried_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    booked_by_id integer,
    by_id integer NOT NULL,
    account_id bigint NOT NULL,
    CONSTRAINT disbursement_statement_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT disbursement_statement_entry_count_check CHECK ((entry_count >= 0)),
    CONSTRAINT disbursement_statement_unsettled_count_check CHECK ((unsettled_count >= 0)),
    CONSTRAINT statement_adds_up CHECK (((NOT ((state)::text = ANY ((ARRAY['previewed'::character varying, 'booked'::character varying])::text[]))) OR (opening_sen IS NULL) OR (closing_sen = ((opening_sen + in_sen) - out_sen)))),
    CONSTRAINT statement_booked_by_someone CHECK (((NOT ((state)::text = 'booked'::text)) OR ((booked_by_id IS NOT NULL) AND (ended_at IS NOT NULL)))),
    CONSTRAINT statement_both_balances CHECK ((((closing_sen IS NULL) AND (opening_sen IS NULL)) OR ((closing_sen IS NOT NULL) AND (opening_sen IS NOT NULL)))),
    CONSTRAINT statement_read_has_period CHECK (((NOT ((state)::text = ANY ((ARRAY['previewed'::character varying, 'booked'::character varying])::text[]))) OR ((period_from IS NOT NULL) AND (period_to >= period_from) AND (NOT ((number)::text = ''::text)))))
);
ALTER TABLE public.disbursement_statement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_statement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_statementaccount (
    id bigint NOT NULL,
    code character varying(20) NOT NULL,
    name character varying(100) NOT NULL,
    kind character varying(8) NOT NULL,
    number character varying(34) NOT NULL,
    books character varying(20)[] NOT NULL,
    starts_on date NOT NULL,
    grace_days smallint DEFAULT 1 NOT NULL,
    active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    end_agreed_by_id integer,
    end_by_id integer,
    ends_on date,
    CONSTRAINT account_end_proposed CHECK ((((end_by_id IS NULL) AND (ends_on IS NULL)) OR ((ends_on >= starts_on) AND (end_by_id IS NOT NULL)))),
    CONSTRAINT account_end_second_look CHECK (((end_agreed_by_id IS NULL) OR ((end_by_id IS NOT NULL) AND (NOT ((end_agreed_by_id = end_by_id) AND (end_agreed_by_id IS NOT NULL) AND (end_by_id IS NOT NULL)))))),
    CONSTRAINT disbursement_statementaccount_grace_days_check CHECK ((grace_days >= 0))
);
ALTER TABLE public.disbursement_statementaccount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_statementaccount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_statemententry (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    line integer NOT NULL,
    booked_on date NOT NULL,
    amount_sen bigint NOT NULL,
    settled boolean DEFAULT true NOT NULL,
    reversal boolean DEFAULT false NOT NULL,
    reference character varying(64) DEFAULT ''::character varying NOT NULL,
    subject character varying(64) DEFAULT ''::character varying NOT NULL,
    bank_reference character varying(64) DEFAULT ''::character varying NOT NULL,
    text_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    statement_id bigint NOT NULL,
    CONSTRAINT disbursement_statemententry_line_check CHECK ((line >= 0)),
    CONSTRAINT statement_entry_moves CHECK (((NOT (amount_sen = 0)) OR (NOT settled)))
);
ALTER TABLE public.disbursement_statemententry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_statemententry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_submission (
    id bigint NOT NULL,
    number smallint NOT NULL,
    count integer NOT NULL,
    total bigint NOT NULL,
    digest character varying(64) NOT NULL,
    needed smallint NOT NULL,
    submitted_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    batch_id bigint NOT NULL,
    maker_id integer NOT NULL,
    tier_id bigint,
    CONSTRAINT disbursement_submission_count_check CHECK ((count >= 0)),
    CONSTRAINT disbursement_submission_needed_check CHECK ((needed >= 0)),
    CONSTRAINT disbursement_submission_number_check CHECK ((number >= 0)),
    CONSTRAINT submission_has_a_digest CHECK ((NOT ((digest)::text = ''::text))),
    CONSTRAINT submission_needs_one_to_three CHECK (((needed >= 1) AND (needed <= 3)))
);
ALTER TABLE public.disbursement_submission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_submission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_takeback (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    agreed boolean,
    decided_at timestamp with time zone,
    note character varying(300) DEFAULT ''::character varying NOT NULL,
    decided_by_id integer,
    instruction_id bigint NOT NULL,
    proposed_by_id integer NOT NULL,
    CONSTRAINT takeback_has_a_reason CHECK ((NOT ((reason)::text = ''::text))),
    CONSTRAINT takeback_second_look CHECK ((((agreed IS NULL) AND (decided_at IS NULL) AND (decided_by_id IS NULL)) OR ((agreed IS NOT NULL) AND (decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND (NOT ((decided_by_id = proposed_by_id) AND (decided_by_id IS NOT NULL))))))
);
ALTER TABLE public.disbursement_takeback ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_takeback_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_trialchange (
    id bigint NOT NULL,
    change character varying(6) NOT NULL,
    amount bigint NOT NULL,
    person_id bigint NOT NULL,
    trial_id bigint NOT NULL
);
ALTER TABLE public.disbursement_trialchange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_trialchange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_trialregion (
    id bigint NOT NULL,
    code character varying(8) NOT NULL,
    enters integer NOT NULL,
    leaves integer NOT NULL,
    stays integer NOT NULL,
    cost bigint NOT NULL,
    cost_now bigint NOT NULL,
    trial_id bigint NOT NULL,
    waits integer DEFAULT 0 NOT NULL,
    CONSTRAINT disbursement_trialregion_enters_check CHECK ((enters >= 0)),
    CONSTRAINT disbursement_trialregion_leaves_check CHECK ((leaves >= 0)),
    CONSTRAINT disbursement_trialregion_stays_check CHECK ((stays >= 0)),
    CONSTRAINT disbursement_trialregion_waits_check CHECK ((waits >= 0))
);
ALTER TABLE public.disbursement_trialregion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_trialregion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_versiontrial (
    id bigint NOT NULL,
    day date NOT NULL,
    status character varying(7) NOT NULL,
    attempts smallint NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    households integer NOT NULL,
    households_seen integer NOT NULL,
    enters integer NOT NULL,
    leaves integer NOT NULL,
    stays integer NOT NULL,
    cost bigint NOT NULL,
    cost_now bigint NOT NULL,
    failure character varying(300) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    finished_at timestamp with time zone,
    by_id integer,
    version_id bigint NOT NULL,
    waits integer DEFAULT 0 NOT NULL,
    CONSTRAINT disbursement_versiontrial_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT disbursement_versiontrial_enters_check CHECK ((enters >= 0)),
    CONSTRAINT disbursement_versiontrial_households_check CHECK ((households >= 0)),
    CONSTRAINT disbursement_versiontrial_households_seen_check CHECK ((households_seen >= 0)),
    CONSTRAINT disbursement_versiontrial_leaves_check CHECK ((leaves >= 0)),
    CONSTRAINT disbursement_versiontrial_stays_check CHECK ((stays >= 0)),
    CONSTRAINT disbursement_versiontrial_waits_check CHECK ((waits >= 0))
);
ALTER TABLE public.disbursement_versiontrial ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_versiontrial_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.disbursement_withholding (
    id bigint NOT NULL,
    entitled bigint NOT NULL,
    amount bigint NOT NULL,
    "left" bigint NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    clawback_id bigint NOT NULL,
    instruction_id bigint NOT NULL,
    CONSTRAINT withholding_leaves_something CHECK (((amount > 0) AND (entitled > amount) AND ("left" >= 0)))
);
ALTER TABLE public.disbursement_withholding ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.disbursement_withholding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_admin_log (
    id integer NOT NULL,
    action_time timestamp with time zone NOT NULL,
    object_id text,
    object_repr character varying(200) NOT NULL,
    action_flag smallint NOT NULL,
    change_message text NOT NULL,
    content_type_id integer,
    user_id integer NOT NULL,
    CONSTRAINT django_admin_log_action_flag_check CHECK ((action_flag >= 0))
);
ALTER TABLE public.django_admin_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_admin_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);
ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);
ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);
CREATE TABLE public.mobile_delivery (
    id bigint NOT NULL,
    channel character varying(4) NOT NULL,
    state character varying(7) DEFAULT 'queued'::character varying NOT NULL,
    due_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    error character varying(200) DEFAULT ''::character varying NOT NULL,
    bundle uuid,
    parts smallint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    told_by_id integer,
    notice_id bigint NOT NULL,
    CONSTRAINT delivery_channel CHECK (((channel)::text = ANY ((ARRAY['push'::character varying, 'sms'::character varying, 'list'::character varying])::text[]))),
    CONSTRAINT delivery_ended_when CHECK ((((ended_at IS NULL) AND ((state)::text = 'queued'::text)) OR ((NOT ((state)::text = 'queued'::text)) AND (ended_at IS NOT NULL)))),
    CONSTRAINT delivery_list_is_not_sent CHECK (((NOT ((channel)::text = 'list'::text)) OR (NOT ((state)::text = ANY ((ARRAY['sent'::character varying, 'failed'::character varying])::text[]))))),
    CONSTRAINT delivery_state CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'sent'::character varying, 'shown'::character varying, 'told'::character varying, 'passed'::character varying, 'failed'::character varying, 'dropped'::character varying])::text[]))),
    CONSTRAINT delivery_told_by_someone CHECK (((((channel)::text = 'list'::text) AND ((state)::text = 'told'::text) AND (told_by_id IS NOT NULL)) OR ((NOT ((state)::text = 'told'::text)) AND (told_by_id IS NULL)))),
    CONSTRAINT mobile_delivery_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT mobile_delivery_parts_check CHECK ((parts >= 0))
);
ALTER TABLE public.mobile_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.mobile_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.mobile_device (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    name character varying(60) NOT NULL,
    digest bytea NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    last_used_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_reason character varying(7) NOT NULL,
    person_id bigint NOT NULL,
    CONSTRAINT device_revoked_why CHECK ((((revoked_at IS NULL) AND ((revoked_reason)::text = ''::text)) OR ((revoked_at IS NOT NULL) AND ((revoked_reason)::text = ANY ((ARRAY['logout'::character varying, 'owner'::character varying, 'officer'::character varying])::text[])))))
);
ALTER TABLE public.mobile_device ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.mobile_device_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.mobile_notice (
    id bigint NOT NULL,
    uid uuid DEFAULT gen_random_uuid() NOT NULL,
    kind character varying(9) NOT NULL,
    subject bigint NOT NULL,
    until timestamp with time zone,
    amount bigint,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    shown_at timestamp with time zone,
    person_id bigint,
    CONSTRAINT notice_amount CHECK (((amount IS NULL) OR (amount >= 0))),
    CONSTRAINT notice_kind CHECK (((kind)::text = ANY ((ARRAY['paid'::character varying, 'refused'::character varying, 'unpaid'::character varying, 'lapse'::character varying, 'excluded'::character varying, 'lifted'::character varying, 'decided'::character varying, 'answered'::character varying, 'suspended'::character varying, 'resumed'::character varying, 'clawback'::character varying, 'appealed'::character varying, 'ruled'::character varying, 'routed'::character varying, 'unrouted'::character varying, 'returned'::character varying, 'passed_on'::character varying, 'inherited'::character varying, 'appointed'::character varying, 'relieved'::character varying, 'fetched'::character varying])::text[])))
);
ALTER TABLE public.mobile_notice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.mobile_notice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.mobile_noticedbatch (
    batch_id bigint NOT NULL,
    reached bigint DEFAULT 0 NOT NULL,
    done boolean DEFAULT false NOT NULL
);
CREATE TABLE public.mobile_noticedchunk (
    chunk_id bigint NOT NULL,
    count integer DEFAULT 0 NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT mobile_noticedchunk_count_check CHECK ((count >= 0))
);
CREATE TABLE public.mobile_noticedoutcomes (
    chunk_id bigint NOT NULL,
    settled integer DEFAULT 0 NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT mobile_noticedoutcomes_settled_check CHECK ((settled >= 0))
);
CREATE TABLE public.mobile_otpchallenge (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    phone_index bytea NOT NULL,
    digest bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    used_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT mobile_otpchallenge_attempts_check CHECK ((attempts >= 0))
);
ALTER TABLE public.mobile_otpchallenge ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.mobile_otpchallenge_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.mobile_pushtoken (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    platform character varying(7) NOT NULL,
    token_sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    device_id bigint NOT NULL,
    CONSTRAINT push_token_platform CHECK (((platform)::text = ANY ((ARRAY['android'::character varying, 'ios'::character varying, 'web'::character varying])::text[])))
);
ALTER TABLE public.mobile_pushtoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.mobile_pushtoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.mobile_sms (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    phone_sealed bytea NOT NULL,
    text_sealed bytea NOT NULL,
    state character varying(7) NOT NULL,
    send_until timestamp with time zone,
    registered_only boolean NOT NULL,
    due_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    error character varying(200) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT mobile_sms_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT sms_sent_when CHECK ((((sent_at IS NOT NULL) AND ((state)::text = 'sent'::text)) OR ((NOT ((state)::text = 'sent'::text)) AND (sent_at IS NULL)))),
    CONSTRAINT sms_state CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'sent'::character varying, 'failed'::character varying, 'lapsed'::character varying, 'dropped'::character varying])::text[])))
);
ALTER TABLE public.mobile_sms ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.mobile_sms_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.officers_authenticator (
    id bigint NOT NULL,
    throttling_failure_timestamp timestamp with time zone,
    throttling_failure_count integer NOT NULL,
    uid uuid NOT NULL,
    name character varying(64) NOT NULL,
    confirmed boolean NOT NULL,
    key_sealed bytea NOT NULL,
    last_step bigint NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    confirmed_at timestamp with time zone,
    last_used_at timestamp with time zone,
    ended_at timestamp with time zone,
    user_id integer NOT NULL,
    CONSTRAINT authenticator_confirmed_then CHECK (((confirmed AND (confirmed_at IS NOT NULL)) OR ((NOT confirmed) AND (confirmed_at IS NULL)))),
    CONSTRAINT officers_authenticator_throttling_failure_count_check CHECK ((throttling_failure_count >= 0))
);
ALTER TABLE public.officers_authenticator ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.officers_authenticator_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.officers_authenticatorstep (
    id bigint NOT NULL,
    kind character varying(9) NOT NULL,
    reason character varying(300) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    authenticator_id bigint NOT NULL,
    by_id integer NOT NULL
);
ALTER TABLE public.officers_authenticatorstep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.officers_authenticatorstep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.officers_passwordguesses (
    user_id integer NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    failed_at timestamp with time zone,
    CONSTRAINT officers_passwordguesses_failures_check CHECK ((failures >= 0))
);
CREATE TABLE public.officers_proof (
    id bigint NOT NULL,
    purpose character varying(120) NOT NULL,
    step bigint NOT NULL,
    proven_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    authenticator_id bigint NOT NULL,
    user_id integer NOT NULL
);
ALTER TABLE public.officers_proof ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.officers_proof_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_accesstoken (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    partner_id bigint NOT NULL,
    key_id bigint NOT NULL
);
ALTER TABLE public.wallet_accesstoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_accesstoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_account (
    id bigint NOT NULL,
    kind character varying(12) NOT NULL,
    name character varying(120) DEFAULT ''::character varying NOT NULL,
    balance bigint DEFAULT 0 NOT NULL,
    counted_to bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    held bigint DEFAULT 0 NOT NULL,
    CONSTRAINT account_not_overdrawn CHECK (((held >= 0) AND ((balance >= held) OR ((kind)::text = ANY ((ARRAY['budget'::character varying, 'bank'::character varying, 'advance'::character varying])::text[])))))
)
WITH (fillfactor='90');
ALTER TABLE public.wallet_account ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_answerreturns (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    status character varying(8) DEFAULT 'proposed'::character varying NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    decision_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    decided_by_id integer,
    file_id bigint NOT NULL,
    proposed_by_id integer NOT NULL,
    CONSTRAINT answerreturns_by_two CHECK (((NOT ((status)::text = 'agreed'::text)) OR (NOT ((decided_by_id = proposed_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT answerreturns_decided CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((status)::text = 'proposed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'agreed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'dropped'::text) AND (NOT ((decision_reason)::text = ''::text))))),
    CONSTRAINT answerreturns_says_why CHECK ((NOT ((reason)::text = ''::text)))
);
ALTER TABLE public.wallet_answerreturns ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_answerreturns_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_answerreview (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    answer_id bigint NOT NULL,
    by_id integer NOT NULL,
    CONSTRAINT answer_review_says_what CHECK ((NOT ((reason)::text = ''::text)))
);
ALTER TABLE public.wallet_answerreview ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_answerreview_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_applicationdocument (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    kind character varying(7) NOT NULL,
    content_type character varying(20) NOT NULL,
    size integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    content_sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    erased_at timestamp with time zone,
    by_id integer NOT NULL,
    application_id bigint NOT NULL,
    CONSTRAINT application_document_erased CHECK ((((erased_at IS NULL) AND (NOT (content_sealed = '\x'::bytea))) OR ((content_sealed = '\x'::bytea) AND (erased_at IS NOT NULL)))),
    CONSTRAINT application_document_type CHECK (((content_type)::text = ANY ((ARRAY['application/pdf'::character varying, 'image/jpeg'::character varying, 'image/png'::character varying])::text[]))),
    CONSTRAINT wallet_applicationdocument_size_check CHECK ((size >= 0))
);
ALTER TABLE public.wallet_applicationdocument ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_applicationdocument_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_applicationwriter (
    id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    application_id bigint NOT NULL,
    by_id integer NOT NULL
);
ALTER TABLE public.wallet_applicationwriter ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_applicationwriter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_bankanswer (
    id bigint NOT NULL,
    line integer NOT NULL,
    reference character varying(64) NOT NULL,
    says character varying(8) NOT NULL,
    amount bigint,
    reason character varying(200) NOT NULL,
    state character varying(8) DEFAULT 'waiting'::character varying NOT NULL,
    refusal character varying(40) DEFAULT ''::character varying NOT NULL,
    settlement_id bigint,
    file_id bigint NOT NULL,
    CONSTRAINT bank_answer_state CHECK (((((refusal)::text = ''::text) AND ((state)::text = ANY ((ARRAY['waiting'::character varying, 'dropped'::character varying])::text[]))) OR (((refusal)::text = ''::text) AND (settlement_id IS NOT NULL) AND ((state)::text = ANY ((ARRAY['applied'::character varying, 'known'::character varying])::text[]))) OR (((state)::text = 'refused'::text) AND (NOT ((refusal)::text = ''::text))))),
    CONSTRAINT wallet_bankanswer_line_check CHECK ((line >= 0))
);
ALTER TABLE public.wallet_bankanswer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_bankanswer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_bankanswerfile (
    id bigint NOT NULL,
    name character varying(120) NOT NULL,
    form character varying(8) NOT NULL,
    digest character varying(64) NOT NULL,
    count integer NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer NOT NULL,
    CONSTRAINT wallet_bankanswerfile_count_check CHECK ((count >= 0))
);
ALTER TABLE public.wallet_bankanswerfile ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_bankanswerfile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_basketitem (
    id bigint NOT NULL,
    number smallint NOT NULL,
    sku character varying(64) NOT NULL,
    name character varying(100) NOT NULL,
    category character varying(60) NOT NULL,
    quantity integer NOT NULL,
    price bigint NOT NULL,
    hold_id bigint,
    payment_id bigint,
    CONSTRAINT basket_item_of_one CHECK ((((hold_id IS NULL) AND (payment_id IS NOT NULL)) OR ((hold_id IS NOT NULL) AND (payment_id IS NULL)))),
    CONSTRAINT basket_item_positive CHECK (((price > 0) AND (quantity > 0))),
    CONSTRAINT wallet_basketitem_number_check CHECK ((number >= 0)),
    CONSTRAINT wallet_basketitem_quantity_check CHECK ((quantity >= 0))
);
ALTER TABLE public.wallet_basketitem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_basketitem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_bulkcashin (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    partner_bulk_id character varying(64) NOT NULL,
    bulk_id character varying(64) NOT NULL,
    external_id character varying(36) NOT NULL,
    request_hash bytea NOT NULL,
    extra_sealed bytea NOT NULL,
    count integer NOT NULL,
    total bigint NOT NULL,
    state character varying(8) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    done_at timestamp with time zone,
    partner_id bigint NOT NULL,
    CONSTRAINT bulk_cash_in_done CHECK ((((done_at IS NULL) AND ((state)::text = 'accepted'::text)) OR ((done_at IS NOT NULL) AND ((state)::text = 'done'::text)))),
    CONSTRAINT bulk_cash_in_positive CHECK (((count > 0) AND (total > 0))),
    CONSTRAINT wallet_bulkcashin_count_check CHECK ((count >= 0))
);
ALTER TABLE public.wallet_bulkcashin ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_bulkcashin_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_bulkcashinline (
    id bigint NOT NULL,
    number integer NOT NULL,
    partner_reference_no character varying(64) NOT NULL,
    reference_no character varying(64) NOT NULL,
    account_masked character varying(32) NOT NULL,
    amount bigint NOT NULL,
    state character varying(7) NOT NULL,
    refusal character varying(40) NOT NULL,
    settled_at timestamp with time zone,
    bulk_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    wallet_id bigint,
    top_up_id bigint,
    CONSTRAINT bulk_line_positive CHECK ((amount > 0)),
    CONSTRAINT bulk_line_settled CHECK (((((refusal)::text = ''::text) AND (settled_at IS NULL) AND ((state)::text = 'waiting'::text) AND (top_up_id IS NULL)) OR (((refusal)::text = ''::text) AND (settled_at IS NOT NULL) AND ((state)::text = 'paid'::text) AND (top_up_id IS NOT NULL)) OR ((settled_at IS NOT NULL) AND ((state)::text = 'refused'::text) AND (top_up_id IS NULL) AND (NOT ((refusal)::text = ''::text))))),
    CONSTRAINT wallet_bulkcashinline_number_check CHECK ((number >= 0))
);
ALTER TABLE public.wallet_bulkcashinline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_bulkcashinline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_checkpoint (
    id bigint NOT NULL,
    counted_to bigint NOT NULL,
    balance bigint NOT NULL,
    made_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    account_id bigint NOT NULL,
    CONSTRAINT checkpoint_not_overdrawn CHECK ((balance >= 0))
);
ALTER TABLE public.wallet_checkpoint ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_checkpoint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_cpmcode (
    code_id bigint NOT NULL,
    partner_reference_no character varying(64) NOT NULL,
    external_id character varying(36) NOT NULL,
    request_hash bytea NOT NULL,
    reference_no character varying(64) NOT NULL,
    salt bytea NOT NULL,
    cancelled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    partner_id bigint NOT NULL
);
CREATE TABLE public.wallet_credential (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    kind character varying(6) NOT NULL,
    public_key text NOT NULL,
    fingerprint character varying(64) NOT NULL,
    secret_sealed bytea NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    revoked_at timestamp with time zone,
    revoked_by character varying(150) NOT NULL,
    revoke_reason character varying(200) NOT NULL,
    last_used_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    created_by character varying(150) NOT NULL,
    partner_id bigint NOT NULL,
    form character varying(64),
    CONSTRAINT credential_of_its_kind CHECK (((((kind)::text = 'key'::text) AND (NOT (public_key = ''::text)) AND (NOT ((fingerprint)::text = ''::text)) AND (secret_sealed = '\x'::bytea)) OR (((fingerprint)::text = ''::text) AND ((kind)::text = 'secret'::text) AND (public_key = ''::text) AND (NOT (secret_sealed = '\x'::bytea))))),
    CONSTRAINT credential_revoked_for_a_reason CHECK (((revoked_at IS NULL) OR (NOT ((revoke_reason)::text = ''::text)))),
    CONSTRAINT credential_span CHECK (((valid_until IS NULL) OR (valid_until >= valid_from)))
);
ALTER TABLE public.wallet_credential ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_credential_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_debitorder (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    partner_reference_no character varying(64) NOT NULL,
    external_id character varying(36) NOT NULL,
    request_hash bytea NOT NULL,
    reference_no character varying(64) NOT NULL,
    amount bigint NOT NULL,
    title character varying(256) NOT NULL,
    return_url character varying(512) NOT NULL,
    notify_url character varying(512) NOT NULL,
    status character varying(9) NOT NULL,
    cancelled_by character varying(7) NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    decline character varying(40) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    merchant_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    payment_id bigint,
    items jsonb DEFAULT '[]'::jsonb NOT NULL,
    decline_detail character varying(100) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT debit_order_canceller CHECK (((((status)::text = 'cancelled'::text) AND (NOT ((cancelled_by)::text = ''::text))) OR ((NOT ((status)::text = 'cancelled'::text)) AND ((cancelled_by)::text = ''::text)))),
    CONSTRAINT debit_order_ended CHECK ((((ended_at IS NULL) AND ((status)::text = 'open'::text)) OR ((NOT ((status)::text = 'open'::text)) AND (ended_at IS NOT NULL)))),
    CONSTRAINT debit_order_payment CHECK ((((payment_id IS NOT NULL) AND ((status)::text = 'paid'::text)) OR ((status)::text = 'cancelled'::text) OR ((payment_id IS NULL) AND ((status)::text = ANY ((ARRAY['open'::character varying, 'expired'::character varying, 'failed'::character varying])::text[]))))),
    CONSTRAINT debit_order_positive CHECK ((amount > 0)),
    CONSTRAINT wallet_debitorder_attempts_check CHECK ((attempts >= 0))
);
ALTER TABLE public.wallet_debitorder ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_debitorder_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_depositbooking (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    status character varying(8) DEFAULT 'proposed'::character varying NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    decision_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    back boolean NOT NULL,
    amount bigint NOT NULL,
    reference character varying(40) NOT NULL,
    decided_by_id integer,
    partner_id bigint NOT NULL,
    proposed_by_id integer NOT NULL,
    subject character varying(64) NOT NULL,
    CONSTRAINT depositbooking_by_two CHECK (((NOT ((status)::text = 'agreed'::text)) OR (NOT ((decided_by_id = proposed_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT depositbooking_decided CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((status)::text = 'proposed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'agreed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'dropped'::text) AND (NOT ((decision_reason)::text = ''::text))))),
    CONSTRAINT depositbooking_positive CHECK (((amount > 0) AND (NOT ((reference)::text = ''::text)))),
    CONSTRAINT depositbooking_says_why CHECK ((NOT ((reason)::text = ''::text))),
    CONSTRAINT depositbooking_subject CHECK ((((subject)::text = upper(TRIM(BOTH '-'::text FROM regexp_replace((reference)::text, '[^A-Za-z0-9]+'::text, '-'::text, 'g'::text)))) OR ((subject)::text = ((upper(TRIM(BOTH '-'::text FROM regexp_replace((reference)::text, '[^A-Za-z0-9]+'::text, '-'::text, 'g'::text))) || '#'::text) || id))))
);
ALTER TABLE public.wallet_depositbooking ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_depositbooking_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_deviceuse (
    id bigint NOT NULL,
    device bytea NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    code_id bigint,
    wallet_id bigint NOT NULL,
    allowance_id bigint,
    CONSTRAINT device_use_of_one CHECK ((((allowance_id IS NULL) AND (code_id IS NOT NULL)) OR ((allowance_id IS NOT NULL) AND (code_id IS NULL))))
);
ALTER TABLE public.wallet_deviceuse ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_deviceuse_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_digitguesses (
    id bigint NOT NULL,
    since timestamp with time zone NOT NULL,
    wrong integer NOT NULL,
    blocked_until timestamp with time zone,
    merchant_id bigint,
    partner_id bigint NOT NULL,
    CONSTRAINT wallet_digitguesses_wrong_check CHECK ((wrong >= 0))
);
ALTER TABLE public.wallet_digitguesses ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_digitguesses_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_documentview (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer NOT NULL,
    document_id bigint NOT NULL,
    CONSTRAINT document_view_says_why CHECK ((NOT ((reason)::text = ''::text)))
);
ALTER TABLE public.wallet_documentview ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_documentview_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_externalid (
    id bigint NOT NULL,
    day date NOT NULL,
    external_id character varying(36) NOT NULL,
    partner_id bigint NOT NULL
);
ALTER TABLE public.wallet_externalid ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_externalid_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_fraudcase (
    id bigint NOT NULL,
    device bytea,
    day date NOT NULL,
    score smallint NOT NULL,
    status character varying(9) NOT NULL,
    opened_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    decision_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    decided_by_id integer,
    merchant_id bigint,
    wallet_id bigint,
    CONSTRAINT fraud_case_decided_why CHECK ((((decided_at IS NULL) AND ((decision_reason)::text = ''::text) AND ((status)::text = 'open'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND (NOT ((status)::text = 'open'::text)) AND (NOT ((decision_reason)::text = ''::text))))),
    CONSTRAINT fraud_case_one_subject CHECK ((((device IS NULL) AND (merchant_id IS NULL) AND (wallet_id IS NOT NULL)) OR ((device IS NULL) AND (merchant_id IS NOT NULL) AND (wallet_id IS NULL)) OR ((device IS NOT NULL) AND (merchant_id IS NULL) AND (wallet_id IS NULL)))),
    CONSTRAINT fraud_case_score CHECK (((score >= 1) AND (score <= 100))),
    CONSTRAINT wallet_fraudcase_score_check CHECK ((score >= 0))
);
ALTER TABLE public.wallet_fraudcase ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_fraudcase_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_fraudhold (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    reason character varying(300) NOT NULL,
    placed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    until timestamp with time zone,
    released_at timestamp with time zone,
    release_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    case_id bigint NOT NULL,
    merchant_id bigint,
    placed_by_id integer,
    released_by_id integer,
    wallet_id bigint,
    CONSTRAINT fraud_hold_of_a_rule_ends CHECK (((placed_by_id IS NOT NULL) OR (until IS NOT NULL))),
    CONSTRAINT fraud_hold_one_subject CHECK ((((merchant_id IS NULL) AND (wallet_id IS NOT NULL)) OR ((merchant_id IS NOT NULL) AND (wallet_id IS NULL)))),
    CONSTRAINT fraud_hold_released_why CHECK (((((release_reason)::text = ''::text) AND (released_at IS NULL)) OR ((released_at IS NOT NULL) AND (NOT ((release_reason)::text = ''::text))))),
    CONSTRAINT fraud_hold_settlement CHECK (((NOT ((kind)::text = 'settlement'::text)) OR (merchant_id IS NOT NULL))),
    CONSTRAINT fraud_hold_why CHECK ((NOT ((reason)::text = ''::text)))
);
ALTER TABLE public.wallet_fraudhold ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_fraudhold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_fraudrule (
    id bigint NOT NULL,
    signal character varying(13) NOT NULL,
    threshold bigint NOT NULL,
    "window" integer NOT NULL,
    minimum_amount bigint NOT NULL,
    minimum_count integer NOT NULL,
    from_hour smallint,
    to_hour smallint,
    weight smallint NOT NULL,
    action character varying(10) NOT NULL,
    reason character varying(200) NOT NULL,
    status character varying(9) NOT NULL,
    valid_from timestamp with time zone,
    valid_until timestamp with time zone,
    tried_from timestamp with time zone,
    tried_until timestamp with time zone,
    tried_found integer,
    tried_confirmed integer,
    decided_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_by_id integer,
    proposed_by_id integer,
    end_proposed_by_id integer,
    ended_by_id integer,
    written_by_id integer,
    CONSTRAINT fraud_rule_action CHECK (((NOT ((action)::text = 'settlement'::text)) OR ((signal)::text = ANY ((ARRAY['concentration'::character varying, 'round_trip'::character varying, 'odd_hours'::character varying])::text[])))),
    CONSTRAINT fraud_rule_device_queues CHECK (((NOT ((signal)::text = 'shared_device'::text)) OR ((action)::text = 'queue'::text))),
    CONSTRAINT fraud_rule_ended_by_two CHECK (((ended_by_id IS NULL) OR ((end_proposed_by_id IS NOT NULL) AND (valid_until IS NOT NULL) AND (NOT ((end_proposed_by_id = ended_by_id) AND (end_proposed_by_id IS NOT NULL) AND (ended_by_id IS NOT NULL)))))),
    CONSTRAINT fraud_rule_hours CHECK ((((from_hour IS NULL) AND (to_hour IS NULL)) OR ((from_hour <= 23) AND (to_hour <= 23) AND (NOT ((from_hour = to_hour) AND (from_hour IS NOT NULL) AND (to_hour IS NOT NULL)))))),
    CONSTRAINT fraud_rule_needs_hours CHECK (((NOT ((signal)::text = 'odd_hours'::text)) OR (from_hour IS NOT NULL))),
    CONSTRAINT fraud_rule_positive CHECK (((threshold > 0) AND ("window" > 0))),
    CONSTRAINT fraud_rule_two_officers CHECK (((NOT ((status)::text = 'agreed'::text)) OR ((decided_by_id IS NOT NULL) AND (proposed_by_id IS NOT NULL) AND (tried_found IS NOT NULL) AND (valid_from IS NOT NULL) AND (NOT ((proposed_by_id = decided_by_id) AND (proposed_by_id IS NOT NULL) AND (decided_by_id IS NOT NULL))) AND ((written_by_id IS NULL) OR (NOT ((written_by_id = decided_by_id) AND (written_by_id IS NOT NULL) AND (decided_by_id IS NOT NULL))))))),
    CONSTRAINT fraud_rule_weight CHECK (((weight >= 1) AND (weight <= 100))),
    CONSTRAINT wallet_fraudrule_from_hour_check CHECK ((from_hour >= 0)),
    CONSTRAINT wallet_fraudrule_minimum_amount_check CHECK ((minimum_amount >= 0)),
    CONSTRAINT wallet_fraudrule_minimum_count_check CHECK ((minimum_count >= 0)),
    CONSTRAINT wallet_fraudrule_threshold_check CHECK ((threshold >= 0)),
    CONSTRAINT wallet_fraudrule_to_hour_check CHECK ((to_hour >= 0)),
    CONSTRAINT wallet_fraudrule_tried_confirmed_check CHECK ((tried_confirmed >= 0)),
    CONSTRAINT wallet_fraudrule_tried_found_check CHECK ((tried_found >= 0)),
    CONSTRAINT wallet_fraudrule_weight_check CHECK ((weight >= 0)),
    CONSTRAINT wallet_fraudrule_window_check CHECK (("window" >= 0))
);
ALTER TABLE public.wallet_fraudrule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_fraudrule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_fraudscan (
    id bigint NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    found integer NOT NULL,
    opened integer NOT NULL,
    made_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT fraud_scan_forward CHECK ((since < until)),
    CONSTRAINT wallet_fraudscan_found_check CHECK ((found >= 0)),
    CONSTRAINT wallet_fraudscan_opened_check CHECK ((opened >= 0))
);
ALTER TABLE public.wallet_fraudscan ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_fraudscan_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_fraudsignal (
    id bigint NOT NULL,
    measured bigint NOT NULL,
    points smallint NOT NULL,
    at timestamp with time zone NOT NULL,
    transfers bigint[] NOT NULL,
    wallets bigint[] NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    case_id bigint NOT NULL,
    rule_id bigint NOT NULL,
    CONSTRAINT wallet_fraudsignal_measured_check CHECK ((measured >= 0)),
    CONSTRAINT wallet_fraudsignal_points_check CHECK ((points >= 0))
);
ALTER TABLE public.wallet_fraudsignal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_fraudsignal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.wallet_hold ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_hold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_holdpart (
    id bigint NOT NULL,
    number smallint NOT NULL,
    amount bigint NOT NULL,
    captured bigint DEFAULT 0 NOT NULL,
    hold_id bigint NOT NULL,
    purse_id bigint NOT NULL,
    CONSTRAINT hold_part_capture_cap CHECK (((captured >= 0) AND (captured <= amount))),
    CONSTRAINT hold_part_positive CHECK ((amount > 0)),
    CONSTRAINT wallet_holdpart_number_check CHECK ((number >= 0))
);
ALTER TABLE public.wallet_holdpart ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_holdpart_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_lossfund (
    number smallint NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    account_id bigint NOT NULL,
    CONSTRAINT loss_fund_alone CHECK ((number = 1)),
    CONSTRAINT wallet_lossfund_number_check CHECK ((number >= 0))
);
ALTER TABLE public.wallet_merchant ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_merchant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_merchantapplication (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    merchant_id character varying(15) NOT NULL,
    name character varying(25) NOT NULL,
    legal_name character varying(140) NOT NULL,
    mcc character varying(4) NOT NULL,
    criteria character varying(3) NOT NULL,
    nmid character varying(15) DEFAULT ''::character varying NOT NULL,
    address character varying(200) NOT NULL,
    city character varying(15) NOT NULL,
    region character varying(13) DEFAULT ''::character varying NOT NULL,
    postcode character varying(5) DEFAULT ''::character varying NOT NULL,
    owner_name_sealed bytea NOT NULL,
    owner_nik_sealed bytea NOT NULL,
    bank_code character varying(11) NOT NULL,
    bank_account_sealed bytea NOT NULL,
    limit_payment bigint,
    limit_daily bigint,
    limit_monthly bigint,
    limit_count integer,
    status character varying(9) DEFAULT 'draft'::character varying NOT NULL,
    submitted_at timestamp with time zone,
    decided_at timestamp with time zone,
    decision_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    became_id bigint,
    decided_by_id integer,
    made_by_id integer NOT NULL,
    partner_id bigint NOT NULL,
    submitted_by_id integer,
    account_holder_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    CONSTRAINT application_approved_has_merchant CHECK ((((became_id IS NOT NULL) AND ((status)::text = 'approved'::text)) OR ((NOT ((status)::text = 'approved'::text)) AND (became_id IS NULL)))),
    CONSTRAINT application_decided CHECK ((((decided_by_id IS NULL) AND ((status)::text = 'draft'::text) AND (submitted_by_id IS NULL)) OR ((decided_by_id IS NULL) AND ((status)::text = 'submitted'::text) AND (submitted_at IS NOT NULL) AND (submitted_by_id IS NOT NULL)) OR (((status)::text = ANY ((ARRAY['returned'::character varying, 'approved'::character varying, 'rejected'::character varying])::text[])) AND (decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND (submitted_by_id IS NOT NULL) AND (NOT ((decision_reason)::text = ''::text))))),
    CONSTRAINT application_decider_is_not_maker CHECK (((decided_by_id IS NULL) OR ((NOT ((decided_by_id = submitted_by_id) AND (decided_by_id IS NOT NULL) AND (submitted_by_id IS NOT NULL))) AND (NOT ((decided_by_id = made_by_id) AND (decided_by_id IS NOT NULL)))))),
    CONSTRAINT application_enumerations CHECK ((((status)::text = ANY ((ARRAY['draft'::character varying, 'submitted'::character varying, 'returned'::character varying, 'approved'::character varying, 'rejected'::character varying])::text[])) AND ((criteria)::text = ANY ((ARRAY['UMI'::character varying, 'UKE'::character varying, 'UME'::character varying, 'UBE'::character varying, 'URE'::character varying])::text[]))))
);
ALTER TABLE public.wallet_merchantapplication ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_merchantapplication_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_merchantchange (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    status character varying(8) DEFAULT 'proposed'::character varying NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    decision_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    uid uuid NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    bank_account_sealed bytea NOT NULL,
    decided_by_id integer,
    merchant_id bigint NOT NULL,
    proposed_by_id integer NOT NULL,
    account_holder_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    CONSTRAINT merchantchange_by_two CHECK (((NOT ((status)::text = 'agreed'::text)) OR (NOT ((decided_by_id = proposed_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT merchantchange_decided CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((status)::text = 'proposed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'agreed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'dropped'::text) AND (NOT ((decision_reason)::text = ''::text))))),
    CONSTRAINT merchantchange_says_what CHECK (((NOT (after = '{}'::jsonb)) OR (NOT (bank_account_sealed = '\x'::bytea)) OR (NOT (account_holder_sealed = '\x'::bytea)))),
    CONSTRAINT merchantchange_says_why CHECK ((NOT ((reason)::text = ''::text)))
);
ALTER TABLE public.wallet_merchantchange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_merchantchange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_merchantstep (
    id bigint NOT NULL,
    kind character varying(11) NOT NULL,
    reason character varying(200) NOT NULL,
    until timestamp with time zone,
    by character varying(150) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    merchant_id bigint NOT NULL
);
ALTER TABLE public.wallet_merchantstep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_merchantstep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_mpmcode (
    id bigint NOT NULL,
    partner_reference_no character varying(64) NOT NULL,
    external_id character varying(36) NOT NULL,
    request_hash bytea NOT NULL,
    reference_no character varying(25) NOT NULL,
    store character varying(64) NOT NULL,
    terminal character varying(25) NOT NULL,
    amount bigint,
    content character varying(512) NOT NULL,
    state character varying(9) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    merchant_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    payment_id bigint,
    items jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT mpm_code_ended CHECK ((((ended_at IS NULL) AND ((state)::text = 'open'::text)) OR ((NOT ((state)::text = 'open'::text)) AND (ended_at IS NOT NULL)))),
    CONSTRAINT mpm_code_items_have_amount CHECK (((items = '[]'::jsonb) OR (amount IS NOT NULL))),
    CONSTRAINT mpm_code_paid_by CHECK ((((payment_id IS NOT NULL) AND ((state)::text = 'paid'::text)) OR ((NOT ((state)::text = 'paid'::text)) AND (payment_id IS NULL)))),
    CONSTRAINT mpm_code_positive CHECK (((amount IS NULL) OR (amount > 0)))
);
ALTER TABLE public.wallet_mpmcode ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_mpmcode_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_mpmpayment (
    payment_id bigint NOT NULL,
    way character varying(6) NOT NULL,
    store character varying(64) NOT NULL,
    terminal character varying(25) NOT NULL,
    code_id bigint
);
CREATE TABLE public.wallet_notificationkey (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    number integer NOT NULL,
    public_key text NOT NULL,
    private_sealed bytea NOT NULL,
    signs_from timestamp with time zone NOT NULL,
    made_by character varying(150) DEFAULT ''::character varying NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT notification_key_number CHECK ((number > 0)),
    CONSTRAINT wallet_notificationkey_number_check CHECK ((number >= 0))
);
ALTER TABLE public.wallet_notificationkey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_notificationkey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_offlineallowance (
    id bigint NOT NULL,
    number character varying(16) NOT NULL,
    kind character varying(5) NOT NULL,
    alias character varying(10) NOT NULL,
    ceiling bigint NOT NULL,
    voucher_amounts bigint[] NOT NULL,
    device_key bytea NOT NULL,
    device bytea,
    mccs character varying(4)[] NOT NULL,
    regions character varying(13)[] NOT NULL,
    cash_allowed boolean NOT NULL,
    key_id smallint NOT NULL,
    certificate text NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone NOT NULL,
    claims_until timestamp with time zone NOT NULL,
    issued_by character varying(150) NOT NULL,
    issue_reason character varying(200) NOT NULL,
    loss_paid bigint DEFAULT 0 NOT NULL,
    revoked_at timestamp with time zone,
    revoke_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    revoked_by character varying(150) DEFAULT ''::character varying NOT NULL,
    ended_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    hold_id bigint NOT NULL,
    wallet_id bigint NOT NULL,
    phone uuid,
    CONSTRAINT offline_ceiling_positive CHECK ((ceiling > 0)),
    CONSTRAINT offline_loss_bounded CHECK (((loss_paid >= 0) AND (loss_paid <= ceiling))),
    CONSTRAINT offline_revoked_why CHECK (((((revoke_reason)::text = ''::text) AND (revoked_at IS NULL)) OR ((revoked_at IS NOT NULL) AND (NOT ((revoke_reason)::text = ''::text))))),
    CONSTRAINT offline_times CHECK (((valid_from < valid_until) AND (claims_until >= valid_from))),
    CONSTRAINT wallet_offlineallowance_key_id_check CHECK ((key_id >= 0))
);
ALTER TABLE public.wallet_offlineallowance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_offlineallowance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_offlineclaim (
    id bigint NOT NULL,
    partner_reference_no character varying(64) NOT NULL,
    bulk_reference_no character varying(64) NOT NULL,
    external_id character varying(36) NOT NULL,
    request_hash bytea NOT NULL,
    reference_no character varying(64) NOT NULL,
    number integer,
    amount bigint NOT NULL,
    code text NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    status character varying(8) NOT NULL,
    reason character varying(40) NOT NULL,
    first_status character varying(8) NOT NULL,
    first_reason character varying(40) NOT NULL,
    decided_at timestamp with time zone,
    allowance_id bigint,
    decided_by_id integer,
    merchant_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    payment_id bigint,
    proposed_by_id integer,
    CONSTRAINT offline_claim_payment CHECK ((((payment_id IS NOT NULL) AND ((status)::text = 'paid'::text)) OR ((NOT ((status)::text = 'paid'::text)) AND (payment_id IS NULL)))),
    CONSTRAINT offline_claim_positive CHECK ((amount > 0)),
    CONSTRAINT offline_claim_two_officers CHECK (((NOT ((status)::text = 'covered'::text)) OR ((decided_by_id IS NOT NULL) AND (proposed_by_id IS NOT NULL) AND (NOT ((proposed_by_id = decided_by_id) AND (proposed_by_id IS NOT NULL) AND (decided_by_id IS NOT NULL)))))),
    CONSTRAINT offline_claim_why CHECK (((((reason)::text = ''::text) AND ((status)::text = 'paid'::text)) OR ((NOT ((status)::text = 'paid'::text)) AND (NOT ((reason)::text = ''::text))))),
    CONSTRAINT wallet_offlineclaim_number_check CHECK ((number >= 0))
);
ALTER TABLE public.wallet_offlineclaim ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_offlineclaim_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_offlineclaimstep (
    id bigint NOT NULL,
    kind character varying(8) NOT NULL,
    reason character varying(200) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_id integer NOT NULL,
    claim_id bigint NOT NULL
);
ALTER TABLE public.wallet_offlineclaimstep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_offlineclaimstep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_outlet (
    id bigint NOT NULL,
    code character varying(16) NOT NULL,
    name character varying(60) NOT NULL,
    address character varying(200) NOT NULL,
    region character varying(13) DEFAULT ''::character varying NOT NULL,
    active boolean NOT NULL,
    application_id bigint,
    merchant_id bigint,
    CONSTRAINT outlet_of_somebody CHECK (((application_id IS NOT NULL) OR (merchant_id IS NOT NULL)))
);
ALTER TABLE public.wallet_outlet ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_outlet_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_pagepintries (
    subject character varying(72) NOT NULL,
    since timestamp with time zone NOT NULL,
    wrong integer NOT NULL,
    blocked_until timestamp with time zone,
    CONSTRAINT wallet_pagepintries_wrong_check CHECK ((wrong >= 0))
);
CREATE TABLE public.wallet_partner (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    client_id character varying(36) NOT NULL,
    name character varying(120) NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    scopes character varying(2)[] NOT NULL,
    networks character varying(43)[] NOT NULL,
    deposit_id bigint,
    notify_url character varying(300) DEFAULT ''::character varying NOT NULL,
    return_hosts character varying(253)[] DEFAULT '{}'::character varying(253)[] NOT NULL,
    opened_at timestamp with time zone
);
ALTER TABLE public.wallet_partner ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_partner_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_partnerchange (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    status character varying(8) DEFAULT 'proposed'::character varying NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    decision_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    kind character varying(10) NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    public_key text DEFAULT ''::text NOT NULL,
    fingerprint character varying(64) DEFAULT ''::character varying NOT NULL,
    overlap interval NOT NULL,
    code_digest bytea NOT NULL,
    decided_by_id integer,
    partner_id bigint NOT NULL,
    proposed_by_id integer NOT NULL,
    CONSTRAINT partnerchange_by_two CHECK (((NOT ((status)::text = 'agreed'::text)) OR (NOT ((decided_by_id = proposed_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT partnerchange_decided CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((status)::text = 'proposed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'agreed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'dropped'::text) AND (NOT ((decision_reason)::text = ''::text))))),
    CONSTRAINT partnerchange_of_its_kind CHECK ((((code_digest = '\x'::bytea) AND ((fingerprint)::text = ''::text) AND ((kind)::text = 'data'::text) AND (public_key = ''::text) AND (NOT (after = '{}'::jsonb))) OR ((after = '{}'::jsonb) AND (code_digest = '\x'::bytea) AND ((kind)::text = 'key'::text) AND (NOT (public_key = ''::text)) AND (NOT ((fingerprint)::text = ''::text))) OR ((after = '{}'::jsonb) AND (code_digest = '\x'::bytea) AND ((fingerprint)::text = ''::text) AND ((kind)::text = 'secret'::text) AND (public_key = ''::text)) OR ((after = '{}'::jsonb) AND ((fingerprint)::text = ''::text) AND ((kind)::text = 'invitation'::text) AND (public_key = ''::text) AND (NOT (code_digest = '\x'::bytea))))),
    CONSTRAINT partnerchange_says_why CHECK ((NOT ((reason)::text = ''::text)))
);
ALTER TABLE public.wallet_partnerchange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_partnerchange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_partnerinfo (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    service character varying(2) NOT NULL,
    number character varying(64) NOT NULL,
    info_sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    partner_id bigint NOT NULL
);
ALTER TABLE public.wallet_partnerinfo ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_partnerinfo_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_partnerinvitation (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    code_digest bytea NOT NULL,
    failures smallint DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    ended_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    created_by character varying(150) NOT NULL,
    partner_id bigint NOT NULL,
    CONSTRAINT wallet_partnerinvitation_failures_check CHECK ((failures >= 0))
);
ALTER TABLE public.wallet_partnerinvitation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_partnerinvitation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.wallet_payment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_payment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_paymentcode (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    ceiling bigint,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    declines smallint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    wallet_id bigint NOT NULL,
    device uuid,
    kind character varying(6) DEFAULT 'qr'::character varying NOT NULL,
    CONSTRAINT wallet_paymentcode_declines_check CHECK ((declines >= 0))
)
WITH (fillfactor='90');
ALTER TABLE public.wallet_paymentcode ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_paymentcode_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_payoutcontent (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    xml_sealed bytea NOT NULL,
    file_id bigint NOT NULL
);
ALTER TABLE public.wallet_payoutcontent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_payoutcontent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_payoutfile (
    id bigint NOT NULL,
    message_id character varying(35) NOT NULL,
    execution_day date NOT NULL,
    debtor_name character varying(140) NOT NULL,
    debtor_bank character varying(11) NOT NULL,
    debtor_account character varying(34) NOT NULL,
    count integer NOT NULL,
    total bigint NOT NULL,
    digest character varying(64) NOT NULL,
    status character varying(9) DEFAULT 'made'::character varying NOT NULL,
    made_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    end_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    ended_by_id integer,
    made_by_id integer NOT NULL,
    CONSTRAINT payout_file_ended CHECK (((((end_reason)::text = ''::text) AND (ended_at IS NULL) AND (ended_by_id IS NULL) AND ((status)::text = 'made'::text)) OR (((end_reason)::text = ''::text) AND (ended_at IS NOT NULL) AND (ended_by_id IS NOT NULL) AND ((status)::text = 'sent'::text)) OR ((ended_at IS NOT NULL) AND (ended_by_id IS NOT NULL) AND ((status)::text = 'withdrawn'::text) AND (NOT ((end_reason)::text = ''::text))))),
    CONSTRAINT payout_file_positive CHECK (((count > 0) AND (total > 0))),
    CONSTRAINT payout_file_sender_is_not_maker CHECK (((NOT ((status)::text = 'sent'::text)) OR (NOT ((ended_by_id = made_by_id) AND (ended_by_id IS NOT NULL))))),
    CONSTRAINT wallet_payoutfile_count_check CHECK ((count >= 0))
);
ALTER TABLE public.wallet_payoutfile ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_payoutfile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_purse (
    account_id bigint NOT NULL,
    title character varying(120) NOT NULL,
    usable_from timestamp with time zone NOT NULL,
    usable_until timestamp with time zone,
    terms_id bigint NOT NULL,
    wallet_id bigint NOT NULL
);
ALTER TABLE public.wallet_purseterms ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_purseterms_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_recoveryproposal (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    status character varying(8) DEFAULT 'proposed'::character varying NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    decision_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    decided_by_id integer,
    proposed_by_id integer NOT NULL,
    wallet_id bigint NOT NULL,
    CONSTRAINT recoveryproposal_by_two CHECK (((NOT ((status)::text = 'agreed'::text)) OR (NOT ((decided_by_id = proposed_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT recoveryproposal_decided CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((status)::text = 'proposed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'agreed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'dropped'::text) AND (NOT ((decision_reason)::text = ''::text))))),
    CONSTRAINT recoveryproposal_says_why CHECK ((NOT ((reason)::text = ''::text)))
);
ALTER TABLE public.wallet_recoveryproposal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_recoveryproposal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_refund (
    id bigint NOT NULL,
    partner_refund_no character varying(64) NOT NULL,
    request_hash bytea NOT NULL,
    refund_no character varying(64) NOT NULL,
    amount bigint NOT NULL,
    to_fund bigint NOT NULL,
    reason character varying(256) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    partner_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    cancels boolean DEFAULT false NOT NULL,
    CONSTRAINT refund_positive CHECK ((amount > 0)),
    CONSTRAINT refund_to_fund_part CHECK (((to_fund >= 0) AND (to_fund <= amount)))
);
ALTER TABLE public.wallet_refund ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_refund_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_regulatedprice (
    id bigint NOT NULL,
    item character varying(60) NOT NULL,
    price bigint NOT NULL,
    application_id bigint,
    merchant_id bigint,
    CONSTRAINT price_of_somebody CHECK (((application_id IS NOT NULL) OR (merchant_id IS NOT NULL))),
    CONSTRAINT price_positive CHECK (((price > 0) AND (NOT ((item)::text = ''::text))))
);
ALTER TABLE public.wallet_regulatedprice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_regulatedprice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_seal (
    id bigint NOT NULL,
    day date NOT NULL,
    count integer NOT NULL,
    amount bigint NOT NULL,
    root bytea NOT NULL,
    previous bytea NOT NULL,
    key_id smallint NOT NULL,
    signature bytea NOT NULL,
    sealed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT seal_amount CHECK ((amount >= 0)),
    CONSTRAINT wallet_seal_count_check CHECK ((count >= 0)),
    CONSTRAINT wallet_seal_key_id_check CHECK ((key_id >= 0))
);
ALTER TABLE public.wallet_seal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_seal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_sealblock (
    id bigint NOT NULL,
    number integer NOT NULL,
    count integer NOT NULL,
    root bytea NOT NULL,
    marks bytea NOT NULL,
    seal_id bigint NOT NULL,
    CONSTRAINT wallet_sealblock_count_check CHECK ((count >= 0)),
    CONSTRAINT wallet_sealblock_number_check CHECK ((number >= 0))
);
ALTER TABLE public.wallet_sealblock ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_sealblock_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_settlement (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    bank_code character varying(11) NOT NULL,
    bank_account_sealed bytea NOT NULL,
    business_day date NOT NULL,
    amount bigint NOT NULL,
    status character varying(8) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    paid_at timestamp with time zone,
    merchant_id bigint NOT NULL,
    return_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    returned_at timestamp with time zone,
    payout_file_id bigint,
    payee character varying(25) DEFAULT ''::character varying NOT NULL,
    account_holder_sealed bytea DEFAULT '\x'::bytea NOT NULL,
    CONSTRAINT settlement_ended CHECK ((((paid_at IS NULL) AND ((return_reason)::text = ''::text) AND (returned_at IS NULL) AND ((status)::text = 'pending'::text)) OR ((paid_at IS NOT NULL) AND ((return_reason)::text = ''::text) AND (returned_at IS NULL) AND ((status)::text = 'paid'::text)) OR ((returned_at IS NOT NULL) AND ((status)::text = 'returned'::text) AND (NOT ((return_reason)::text = ''::text))))),
    CONSTRAINT settlement_positive CHECK ((amount > 0))
);
ALTER TABLE public.wallet_settlement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_settlement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_settlementoutcome (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    amount bigint NOT NULL,
    recovered bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    merchant_id bigint NOT NULL,
    settlement_id bigint,
    run_id bigint NOT NULL,
    CONSTRAINT outcome_positive CHECK (((amount >= 0) AND (recovered >= 0))),
    CONSTRAINT outcome_settled CHECK ((((amount > 0) AND ((kind)::text = 'settled'::text) AND (settlement_id IS NOT NULL)) OR ((NOT ((kind)::text = 'settled'::text)) AND (settlement_id IS NULL))))
);
ALTER TABLE public.wallet_settlementoutcome ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_settlementoutcome_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_settlementreturn (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    status character varying(8) DEFAULT 'proposed'::character varying NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    decision_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    evidence character varying(200) NOT NULL,
    decided_by_id integer,
    proposed_by_id integer NOT NULL,
    settlement_id bigint NOT NULL,
    CONSTRAINT settlementreturn_by_two CHECK (((NOT ((status)::text = 'agreed'::text)) OR (NOT ((decided_by_id = proposed_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT settlementreturn_decided CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((status)::text = 'proposed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'agreed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'dropped'::text) AND (NOT ((decision_reason)::text = ''::text))))),
    CONSTRAINT settlementreturn_has_evidence CHECK ((NOT ((evidence)::text = ''::text))),
    CONSTRAINT settlementreturn_says_why CHECK ((NOT ((reason)::text = ''::text)))
);
ALTER TABLE public.wallet_settlementreturn ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_settlementreturn_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_settlementrun (
    id bigint NOT NULL,
    business_day date NOT NULL,
    cut_off timestamp with time zone NOT NULL,
    started_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    finished_at timestamp with time zone
);
ALTER TABLE public.wallet_settlementrun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_settlementrun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_sixdigits (
    digest bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    code_id bigint NOT NULL
);
CREATE TABLE public.wallet_succession (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    by character varying(150) NOT NULL,
    amount bigint NOT NULL,
    purses bigint[] NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    predecessor_id bigint NOT NULL,
    successor_id bigint NOT NULL,
    proposal_id bigint,
    CONSTRAINT succession_amount CHECK ((amount >= 0)),
    CONSTRAINT succession_moves CHECK ((NOT (predecessor_id = successor_id)))
);
ALTER TABLE public.wallet_succession ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_succession_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_successionproposal (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    status character varying(8) DEFAULT 'proposed'::character varying NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    decision_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    decided_by_id integer,
    predecessor_id bigint NOT NULL,
    proposed_by_id integer NOT NULL,
    successor_id bigint NOT NULL,
    CONSTRAINT successionproposal_by_two CHECK (((NOT ((status)::text = 'agreed'::text)) OR (NOT ((decided_by_id = proposed_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT successionproposal_decided CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL) AND ((status)::text = 'proposed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'agreed'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((status)::text = 'dropped'::text) AND (NOT ((decision_reason)::text = ''::text))))),
    CONSTRAINT successionproposal_moves CHECK ((NOT (predecessor_id = successor_id))),
    CONSTRAINT successionproposal_says_why CHECK ((NOT ((reason)::text = ''::text)))
);
ALTER TABLE public.wallet_successionproposal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_successionproposal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_terminal (
    id bigint NOT NULL,
    terminal_id character varying(32) NOT NULL,
    active boolean NOT NULL,
    outlet_id bigint NOT NULL
);
ALTER TABLE public.wallet_terminal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_terminal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_topup (
    id bigint NOT NULL,
    partner_reference_no character varying(64) NOT NULL,
    request_hash bytea NOT NULL,
    reference_no character varying(64) NOT NULL,
    amount bigint NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    agent_id bigint,
    partner_id bigint NOT NULL,
    purse_id bigint NOT NULL,
    wallet_id bigint NOT NULL,
    from_deposit boolean DEFAULT false NOT NULL,
    external_id character varying(36) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT top_up_one_source CHECK (((NOT from_deposit) OR (agent_id IS NULL))),
    CONSTRAINT top_up_positive CHECK ((amount > 0))
);
ALTER TABLE public.wallet_topup ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_topup_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_transfer (
    id bigint NOT NULL,
    amount bigint NOT NULL,
    kind character varying(12) NOT NULL,
    key character varying(80) NOT NULL,
    posted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    credit_id bigint NOT NULL,
    debit_id bigint NOT NULL,
    payment_id bigint,
    reverses_id bigint,
    CONSTRAINT transfer_moves CHECK ((NOT (debit_id = credit_id))),
    CONSTRAINT transfer_positive CHECK ((amount > 0))
);
ALTER TABLE public.wallet_transfer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_transfer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_verification (
    id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    accounts bigint NOT NULL,
    transfers bigint NOT NULL,
    sealed_to date,
    findings jsonb NOT NULL,
    holds boolean NOT NULL,
    CONSTRAINT wallet_verification_accounts_check CHECK ((accounts >= 0)),
    CONSTRAINT wallet_verification_transfers_check CHECK ((transfers >= 0))
);
ALTER TABLE public.wallet_verification ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_verification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_wallet (
    id bigint NOT NULL,
    holder uuid NOT NULL,
    status character varying(8) DEFAULT 'active'::character varying NOT NULL,
    status_reason character varying(200) DEFAULT ''::character varying NOT NULL,
    pin_hash character varying(200) DEFAULT ''::character varying NOT NULL,
    pin_failures smallint DEFAULT 0 NOT NULL,
    pin_locked_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    registered boolean DEFAULT true NOT NULL,
    CONSTRAINT wallet_wallet_pin_failures_check CHECK ((pin_failures >= 0))
);
ALTER TABLE public.wallet_wallet ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_wallet_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_walletstep (
    id bigint NOT NULL,
    kind character varying(9) NOT NULL,
    reason character varying(200) NOT NULL,
    by character varying(150) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    wallet_id bigint NOT NULL
);
ALTER TABLE public.wallet_walletstep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_walletstep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_webhook (
    id bigint NOT NULL,
    service character varying(2) NOT NULL,
    path character varying(200) NOT NULL,
    url character varying(512) DEFAULT ''::character varying NOT NULL,
    ordering_key character varying(128) NOT NULL,
    body jsonb NOT NULL,
    state character varying(9) DEFAULT 'waiting'::character varying NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    since timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    claimed_at timestamp with time zone,
    ended_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    partner_id bigint NOT NULL,
    endpoint_id bigint NOT NULL,
    CONSTRAINT wallet_webhook_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT webhook_claimed CHECK ((((claimed_at IS NOT NULL) AND ((state)::text = 'sending'::text)) OR (NOT ((state)::text = 'sending'::text)))),
    CONSTRAINT webhook_ended CHECK ((((ended_at IS NULL) AND ((state)::text = ANY ((ARRAY['waiting'::character varying, 'sending'::character varying])::text[]))) OR ((ended_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['delivered'::character varying, 'given_up'::character varying])::text[])))))
);
ALTER TABLE public.wallet_webhook ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_webhook_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_webhookattempt (
    id bigint NOT NULL,
    number integer NOT NULL,
    external_id character varying(36) NOT NULL,
    key_number integer,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    outcome character varying(15) DEFAULT ''::character varying NOT NULL,
    http_status smallint,
    response character varying(240) DEFAULT ''::character varying NOT NULL,
    webhook_id bigint NOT NULL,
    CONSTRAINT wallet_webhookattempt_http_status_check CHECK ((http_status >= 0)),
    CONSTRAINT wallet_webhookattempt_key_number_check CHECK ((key_number >= 0)),
    CONSTRAINT wallet_webhookattempt_number_check CHECK ((number >= 0))
);
ALTER TABLE public.wallet_webhookattempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_webhookattempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_webhookendpoint (
    id bigint NOT NULL,
    origin character varying(300) DEFAULT ''::character varying NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    paused_until timestamp with time zone,
    served_at timestamp with time zone,
    partner_id bigint NOT NULL,
    CONSTRAINT wallet_webhookendpoint_failures_check CHECK ((failures >= 0))
);
ALTER TABLE public.wallet_webhookendpoint ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_webhookendpoint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.wallet_webhookreplay (
    id bigint NOT NULL,
    by character varying(150) NOT NULL,
    reason character varying(200) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    webhook_id bigint NOT NULL
);
ALTER TABLE public.wallet_webhookreplay ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wallet_webhookreplay_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.wallet_applicationwriter
    ADD CONSTRAINT application_writer_once UNIQUE (application_id, by_id);
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT approval_once UNIQUE (submission_id, approver_id);
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT approval_once_for UNIQUE (submission_id, holder_id);
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT approval_position UNIQUE (submission_id, "position");
ALTER TABLE ONLY public.disbursement_approvaltier
    ADD CONSTRAINT approval_tier_once UNIQUE (scheme_id, from_total);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_user_id_group_id_94350c0c_uniq UNIQUE (user_id, group_id);
ALTER TABLE ONLY public.auth_user
    ADD CONSTRAINT auth_user_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permissions_user_id_permission_id_14a6b632_uniq UNIQUE (user_id, permission_id);
ALTER TABLE ONLY public.auth_user
    ADD CONSTRAINT auth_user_username_key UNIQUE (username);
ALTER TABLE ONLY public.wallet_bankanswer
    ADD CONSTRAINT bank_answer_once UNIQUE (file_id, line);
ALTER TABLE ONLY public.disbursement_batchregion
    ADD CONSTRAINT batch_region_once UNIQUE (batch_id, year, region);
ALTER TABLE ONLY public.beneficiaries_breach
    ADD CONSTRAINT beneficiaries_breach_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_change
    ADD CONSTRAINT beneficiaries_change_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_collection
    ADD CONSTRAINT beneficiaries_collection_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_collection
    ADD CONSTRAINT beneficiaries_collection_reference_key UNIQUE (reference);
ALTER TABLE ONLY public.beneficiaries_confirmed
    ADD CONSTRAINT beneficiaries_confirmed_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY public.beneficiaries_consent
    ADD CONSTRAINT beneficiaries_consent_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_consenttext
    ADD CONSTRAINT beneficiaries_consenttext_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_datarequest
    ADD CONSTRAINT beneficiaries_datarequest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_duplicatepair
    ADD CONSTRAINT beneficiaries_duplicatepair_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_evidence
    ADD CONSTRAINT beneficiaries_evidence_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_evidence
    ADD CONSTRAINT beneficiaries_evidence_uid_5b104ea0_uniq UNIQUE (uid);
ALTER TABLE ONLY public.beneficiaries_evidenceaccess
    ADD CONSTRAINT beneficiaries_evidenceaccess_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_evidenceimport
    ADD CONSTRAINT beneficiaries_evidenceimport_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_evidenceprogress
    ADD CONSTRAINT beneficiaries_evidenceprogress_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY public.beneficiaries_evidencesource
    ADD CONSTRAINT beneficiaries_evidencesource_code_key UNIQUE (code);
ALTER TABLE ONLY public.beneficiaries_evidencesource
    ADD CONSTRAINT beneficiaries_evidencesource_key_digest_key UNIQUE (key_sha256);
ALTER TABLE ONLY public.beneficiaries_evidencesource
    ADD CONSTRAINT beneficiaries_evidencesource_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_exclusion
    ADD CONSTRAINT beneficiaries_exclusion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_exclusion
    ADD CONSTRAINT beneficiaries_exclusion_proposal_id_key UNIQUE (proposal_id);
ALTER TABLE ONLY public.beneficiaries_exclusionrule
    ADD CONSTRAINT beneficiaries_exclusionrule_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_grievance
    ADD CONSTRAINT beneficiaries_grievance_number_key UNIQUE (number);
ALTER TABLE ONLY public.beneficiaries_grievance
    ADD CONSTRAINT beneficiaries_grievance_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_grievance
    ADD CONSTRAINT beneficiaries_grievance_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.beneficiaries_grievancecategory
    ADD CONSTRAINT beneficiaries_grievancecategory_code_key UNIQUE (code);
ALTER TABLE ONLY public.beneficiaries_grievancecategory
    ADD CONSTRAINT beneficiaries_grievancecategory_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_grievancemessage
    ADD CONSTRAINT beneficiaries_grievancemessage_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_grievancemessage
    ADD CONSTRAINT beneficiaries_grievancemessage_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.beneficiaries_grievancestep
    ADD CONSTRAINT beneficiaries_grievancestep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_grievanceyear
    ADD CONSTRAINT beneficiaries_grievanceyear_pkey PRIMARY KEY (year);
ALTER TABLE ONLY public.beneficiaries_household
    ADD CONSTRAINT beneficiaries_household_kk_index_key UNIQUE (kk_index);
ALTER TABLE ONLY public.beneficiaries_household
    ADD CONSTRAINT beneficiaries_household_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_household
    ADD CONSTRAINT beneficiaries_household_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.beneficiaries_importprogress
    ADD CONSTRAINT beneficiaries_importprogress_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY public.beneficiaries_indexkeyturn
    ADD CONSTRAINT beneficiaries_indexkeyturn_number_key UNIQUE (number);
ALTER TABLE ONLY public.beneficiaries_indexkeyturn
    ADD CONSTRAINT beneficiaries_indexkeyturn_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_leaving
    ADD CONSTRAINT beneficiaries_leaving_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_listing
    ADD CONSTRAINT beneficiaries_listing_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_merge
    ADD CONSTRAINT beneficiaries_merge_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_objection
    ADD CONSTRAINT beneficiaries_objection_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_objectionfile
    ADD CONSTRAINT beneficiaries_objectionfile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_objectionfile
    ADD CONSTRAINT beneficiaries_objectionfile_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.beneficiaries_objectionfile
    ADD CONSTRAINT beneficiaries_objectionfile_upload_key UNIQUE (upload);
ALTER TABLE ONLY public.beneficiaries_person
    ADD CONSTRAINT beneficiaries_person_nik_index_key UNIQUE (nik_index);
ALTER TABLE ONLY public.beneficiaries_person
    ADD CONSTRAINT beneficiaries_person_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_person
    ADD CONSTRAINT beneficiaries_person_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.beneficiaries_person
    ADD CONSTRAINT beneficiaries_person_wallet_id_key UNIQUE (wallet_id);
ALTER TABLE ONLY public.beneficiaries_personblock
    ADD CONSTRAINT beneficiaries_personblock_pkey PRIMARY KEY (key, person_id);
ALTER TABLE ONLY public.beneficiaries_personkey
    ADD CONSTRAINT beneficiaries_personkey_pkey PRIMARY KEY (person_id);
ALTER TABLE ONLY public.beneficiaries_proposal_evidence
    ADD CONSTRAINT beneficiaries_proposal_e_proposal_id_evidence_id_f70aaadc_uniq UNIQUE (proposal_id, evidence_id);
ALTER TABLE ONLY public.beneficiaries_proposal_evidence
    ADD CONSTRAINT beneficiaries_proposal_evidence_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_proposal
    ADD CONSTRAINT beneficiaries_proposal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_proposedchange
    ADD CONSTRAINT beneficiaries_proposedchange_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_proposedchange
    ADD CONSTRAINT beneficiaries_proposedchange_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.beneficiaries_refusedrow
    ADD CONSTRAINT beneficiaries_refusedrow_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_region
    ADD CONSTRAINT beneficiaries_region_pkey PRIMARY KEY (code);
ALTER TABLE ONLY public.beneficiaries_registryimport
    ADD CONSTRAINT beneficiaries_registryimport_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_registrysource
    ADD CONSTRAINT beneficiaries_registrysource_name_key UNIQUE (name);
ALTER TABLE ONLY public.beneficiaries_registrysource
    ADD CONSTRAINT beneficiaries_registrysource_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_replaced
    ADD CONSTRAINT beneficiaries_replaced_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_representation
    ADD CONSTRAINT beneficiaries_representation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_representation
    ADD CONSTRAINT beneficiaries_representation_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.beneficiaries_representationscan
    ADD CONSTRAINT beneficiaries_representationscan_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_representationscan
    ADD CONSTRAINT beneficiaries_representationscan_representation_id_key UNIQUE (representation_id);
ALTER TABLE ONLY public.beneficiaries_representationscan
    ADD CONSTRAINT beneficiaries_representationscan_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.beneficiaries_reveal
    ADD CONSTRAINT beneficiaries_reveal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_revealallowance
    ADD CONSTRAINT beneficiaries_revealallowance_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_screening
    ADD CONSTRAINT beneficiaries_screening_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_senderpace
    ADD CONSTRAINT beneficiaries_senderpace_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_senderpace
    ADD CONSTRAINT beneficiaries_senderpace_sender_key UNIQUE (sender);
ALTER TABLE ONLY public.beneficiaries_trialhit
    ADD CONSTRAINT beneficiaries_trialhit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beneficiaries_uploadblock
    ADD CONSTRAINT beneficiaries_uploadblock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_break
    ADD CONSTRAINT break_once UNIQUE (kind, subject);
ALTER TABLE ONLY public.wallet_bulkcashinline
    ADD CONSTRAINT bulk_line_once UNIQUE (partner_id, partner_reference_no);
ALTER TABLE ONLY public.wallet_bulkcashinline
    ADD CONSTRAINT bulk_line_place UNIQUE (bulk_id, number);
ALTER TABLE ONLY public.disbursement_calculation
    ADD CONSTRAINT calculation_once UNIQUE (batch_id, enrolment_id, cycle_id, kind);
ALTER TABLE ONLY public.wallet_checkpoint
    ADD CONSTRAINT checkpoint_once UNIQUE (account_id, counted_to);
ALTER TABLE ONLY public.disbursement_chunk
    ADD CONSTRAINT chunk_once UNIQUE (batch_id, number);
ALTER TABLE ONLY public.disbursement_clawbackpayment
    ADD CONSTRAINT clawback_payment_once UNIQUE (clawback_id, instruction_id);
ALTER TABLE ONLY public.disbursement_component
    ADD CONSTRAINT component_code UNIQUE (version_id, code);
ALTER TABLE ONLY public.disbursement_conflictnote
    ADD CONSTRAINT conflictnote_once UNIQUE (programme_id, person_id);
ALTER TABLE ONLY public.beneficiaries_consent
    ADD CONSTRAINT consent_reference_once UNIQUE (person_id, reference);
ALTER TABLE ONLY public.beneficiaries_consenttext
    ADD CONSTRAINT consent_text_version UNIQUE (purpose, version);
ALTER TABLE ONLY public.disbursement_correction
    ADD CONSTRAINT correction_of_recalculation UNIQUE (recalculation_id, enrolment_id);
ALTER TABLE ONLY public.wallet_cpmcode
    ADD CONSTRAINT cpm_code_once UNIQUE (partner_id, partner_reference_no);
ALTER TABLE ONLY public.wallet_credential
    ADD CONSTRAINT credential_once_a_form UNIQUE (partner_id, form);
ALTER TABLE ONLY public.disbursement_cycle
    ADD CONSTRAINT cycle_once UNIQUE (programme_id, period);
ALTER TABLE ONLY public.disbursement_cycle
    ADD CONSTRAINT cycles_do_not_overlap EXCLUDE USING gist (programme_id WITH =, public.disbursement_cycle_span(period, months) WITH &&) WHERE (held);
ALTER TABLE ONLY public.wallet_debitorder
    ADD CONSTRAINT debit_order_once UNIQUE (partner_id, partner_reference_no);
ALTER TABLE ONLY public.mobile_delivery
    ADD CONSTRAINT delivery_once_a_channel UNIQUE (notice_id, channel);
ALTER TABLE ONLY public.wallet_digitguesses
    ADD CONSTRAINT digit_guesses_once UNIQUE NULLS NOT DISTINCT (partner_id, merchant_id);
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT disbursement_approval_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT disbursement_approval_proof_id_key UNIQUE (proof_id);
ALTER TABLE ONLY public.disbursement_approvalscheme
    ADD CONSTRAINT disbursement_approvalscheme_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_approvaltier
    ADD CONSTRAINT disbursement_approvaltier_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_batch
    ADD CONSTRAINT disbursement_batch_clearing_id_key UNIQUE (clearing_id);
ALTER TABLE ONLY public.disbursement_batch
    ADD CONSTRAINT disbursement_batch_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_batch
    ADD CONSTRAINT disbursement_batch_submission_id_key UNIQUE (submission_id);
ALTER TABLE ONLY public.disbursement_batchregion
    ADD CONSTRAINT disbursement_batchregion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_batchstep
    ADD CONSTRAINT disbursement_batchstep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_break
    ADD CONSTRAINT disbursement_break_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_breakstep
    ADD CONSTRAINT disbursement_breakstep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_budget
    ADD CONSTRAINT disbursement_budget_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_bulknotice
    ADD CONSTRAINT disbursement_bulknotice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_bulkrequest
    ADD CONSTRAINT disbursement_bulkrequest_bulk_id_key UNIQUE (bulk_id);
ALTER TABLE ONLY public.disbursement_bulkrequest
    ADD CONSTRAINT disbursement_bulkrequest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_calculation
    ADD CONSTRAINT disbursement_calculation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_chunk
    ADD CONSTRAINT disbursement_chunk_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_clawback
    ADD CONSTRAINT disbursement_clawback_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_clawbackpayment
    ADD CONSTRAINT disbursement_clawbackpayment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_clawbackstep
    ADD CONSTRAINT disbursement_clawbackstep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_comparison
    ADD CONSTRAINT disbursement_comparison_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_component
    ADD CONSTRAINT disbursement_component_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_confirmation
    ADD CONSTRAINT disbursement_confirmation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_conflictnote
    ADD CONSTRAINT disbursement_conflictnote_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_correction
    ADD CONSTRAINT disbursement_correction_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_cycle
    ADD CONSTRAINT disbursement_cycle_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_delegation
    ADD CONSTRAINT disbursement_delegation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_enrolment
    ADD CONSTRAINT disbursement_enrolment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_enrolmentappeal
    ADD CONSTRAINT disbursement_enrolmentappeal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_enrolmentappeal
    ADD CONSTRAINT disbursement_enrolmentappeal_step_id_key UNIQUE (step_id);
ALTER TABLE ONLY public.disbursement_enrolmentstep
    ADD CONSTRAINT disbursement_enrolmentstep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_exchange
    ADD CONSTRAINT disbursement_exchange_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_filling
    ADD CONSTRAINT disbursement_filling_pkey PRIMARY KEY (batch_id);
ALTER TABLE ONLY public.disbursement_followedmove
    ADD CONSTRAINT disbursement_followedmove_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_giveback
    ADD CONSTRAINT disbursement_giveback_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_instruction
    ADD CONSTRAINT disbursement_instruction_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_leftout
    ADD CONSTRAINT disbursement_leftout_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_owedcycle
    ADD CONSTRAINT disbursement_owedcycle_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_payoutline
    ADD CONSTRAINT disbursement_payoutline_pkey PRIMARY KEY (instruction_id);
ALTER TABLE ONLY public.disbursement_placelook
    ADD CONSTRAINT disbursement_placelook_pkey PRIMARY KEY (programme_id);
ALTER TABLE ONLY public.disbursement_preflight
    ADD CONSTRAINT disbursement_preflight_pkey PRIMARY KEY (batch_id);
ALTER TABLE ONLY public.disbursement_preflightfinding
    ADD CONSTRAINT disbursement_preflightfinding_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_programme
    ADD CONSTRAINT disbursement_programme_code_key UNIQUE (code);
ALTER TABLE ONLY public.disbursement_programme
    ADD CONSTRAINT disbursement_programme_fund_id_key UNIQUE (fund_id);
ALTER TABLE ONLY public.disbursement_programme
    ADD CONSTRAINT disbursement_programme_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_programmeconflict
    ADD CONSTRAINT disbursement_programmeconflict_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_programmeversion
    ADD CONSTRAINT disbursement_programmeversion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_provideraccount
    ADD CONSTRAINT disbursement_provideraccount_account_id_key UNIQUE (account_id);
ALTER TABLE ONLY public.disbursement_provideraccount
    ADD CONSTRAINT disbursement_provideraccount_code_key UNIQUE (code);
ALTER TABLE ONLY public.disbursement_provideraccount
    ADD CONSTRAINT disbursement_provideraccount_partner_id_key UNIQUE (partner_id);
ALTER TABLE ONLY public.disbursement_provideraccount
    ADD CONSTRAINT disbursement_provideraccount_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_provideraccount
    ADD CONSTRAINT disbursement_provideraccount_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.disbursement_providertoken
    ADD CONSTRAINT disbursement_providertoken_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_providertoken
    ADD CONSTRAINT disbursement_providertoken_provider_id_key UNIQUE (provider_id);
ALTER TABLE ONLY public.disbursement_recalculation
    ADD CONSTRAINT disbursement_recalculation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_report
    ADD CONSTRAINT disbursement_report_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_resolution
    ADD CONSTRAINT disbursement_resolution_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_route
    ADD CONSTRAINT disbursement_route_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_schedule
    ADD CONSTRAINT disbursement_schedule_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_scheduledrun
    ADD CONSTRAINT disbursement_scheduledrun_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_schemeagreement
    ADD CONSTRAINT disbursement_schemeagreement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_schemeagreement
    ADD CONSTRAINT disbursement_schemeagreement_scheme_id_key UNIQUE (scheme_id);
ALTER TABLE ONLY public.disbursement_sentback
    ADD CONSTRAINT disbursement_sentback_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_sentback
    ADD CONSTRAINT disbursement_sentback_submission_id_key UNIQUE (submission_id);
ALTER TABLE ONLY public.disbursement_statement
    ADD CONSTRAINT disbursement_statement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_statementaccount
    ADD CONSTRAINT disbursement_statementaccount_code_key UNIQUE (code);
ALTER TABLE ONLY public.disbursement_statementaccount
    ADD CONSTRAINT disbursement_statementaccount_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_statemententry
    ADD CONSTRAINT disbursement_statemententry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_submission
    ADD CONSTRAINT disbursement_submission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_takeback
    ADD CONSTRAINT disbursement_takeback_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_trialchange
    ADD CONSTRAINT disbursement_trialchange_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_trialregion
    ADD CONSTRAINT disbursement_trialregion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_versiontrial
    ADD CONSTRAINT disbursement_versiontrial_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.disbursement_withholding
    ADD CONSTRAINT disbursement_withholding_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);
ALTER TABLE ONLY public.beneficiaries_duplicatepair
    ADD CONSTRAINT duplicate_pair_once UNIQUE (low_id, high_id);
ALTER TABLE ONLY public.disbursement_enrolment
    ADD CONSTRAINT enrolment_once UNIQUE (programme_id, person_id);
ALTER TABLE ONLY public.beneficiaries_evidence
    ADD CONSTRAINT evidence_told_once UNIQUE NULLS NOT DISTINCT (fingerprint, number_index);
ALTER TABLE ONLY public.beneficiaries_exclusion
    ADD CONSTRAINT exclusion_id_and_officer UNIQUE (id, accepted_by_id);
ALTER TABLE ONLY public.beneficiaries_exclusionrule
    ADD CONSTRAINT exclusionrule_no_overlap EXCLUDE USING gist (code WITH =, daterange(valid_from, valid_until, '[]'::text) WITH &&) WHERE ((enforced_at IS NOT NULL));
ALTER TABLE ONLY public.wallet_externalid
    ADD CONSTRAINT external_id_once_a_day UNIQUE (partner_id, day, external_id);
ALTER TABLE ONLY public.disbursement_followedmove
    ADD CONSTRAINT followed_move_once UNIQUE (run_id, enrolment_id);
ALTER TABLE ONLY public.wallet_fraudsignal
    ADD CONSTRAINT fraud_signal_once UNIQUE (case_id, rule_id);
ALTER TABLE ONLY public.disbursement_giveback
    ADD CONSTRAINT give_back_once UNIQUE (clawback_id, consent);
ALTER TABLE ONLY public.wallet_hold
    ADD CONSTRAINT hold_once UNIQUE (partner_id, partner_reference_no);
ALTER TABLE ONLY public.wallet_holdpart
    ADD CONSTRAINT hold_part_once UNIQUE (hold_id, number);
ALTER TABLE ONLY public.wallet_holdpart
    ADD CONSTRAINT hold_part_one_per_purse UNIQUE (hold_id, purse_id);
ALTER TABLE ONLY public.wallet_hold
    ADD CONSTRAINT hold_reference UNIQUE (reference_no);
ALTER TABLE ONLY public.disbursement_instruction
    ADD CONSTRAINT instruction_attempt UNIQUE (batch_id, enrolment_id, cycle_id, part, kind, attempt);
ALTER TABLE ONLY public.beneficiaries_leaving
    ADD CONSTRAINT leaving_once UNIQUE (run_id, person_id);
ALTER TABLE ONLY public.disbursement_leftout
    ADD CONSTRAINT left_out_once UNIQUE (cycle_id, enrolment_id, exclusion_id);
ALTER TABLE ONLY public.mobile_delivery
    ADD CONSTRAINT mobile_delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.mobile_device
    ADD CONSTRAINT mobile_device_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.mobile_device
    ADD CONSTRAINT mobile_device_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.mobile_device
    ADD CONSTRAINT mobile_device_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.mobile_notice
    ADD CONSTRAINT mobile_notice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.mobile_noticedbatch
    ADD CONSTRAINT mobile_noticedbatch_pkey PRIMARY KEY (batch_id);
ALTER TABLE ONLY public.mobile_noticedchunk
    ADD CONSTRAINT mobile_noticedchunk_pkey PRIMARY KEY (chunk_id);
ALTER TABLE ONLY public.mobile_noticedoutcomes
    ADD CONSTRAINT mobile_noticedoutcomes_pkey PRIMARY KEY (chunk_id);
ALTER TABLE ONLY public.mobile_otpchallenge
    ADD CONSTRAINT mobile_otpchallenge_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.mobile_otpchallenge
    ADD CONSTRAINT mobile_otpchallenge_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.mobile_pushtoken
    ADD CONSTRAINT mobile_pushtoken_device_id_key UNIQUE (device_id);
ALTER TABLE ONLY public.mobile_pushtoken
    ADD CONSTRAINT mobile_pushtoken_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.mobile_pushtoken
    ADD CONSTRAINT mobile_pushtoken_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.mobile_sms
    ADD CONSTRAINT mobile_sms_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.mobile_sms
    ADD CONSTRAINT mobile_sms_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_mpmcode
    ADD CONSTRAINT mpm_code_once UNIQUE (partner_id, partner_reference_no);
ALTER TABLE ONLY public.wallet_mpmcode
    ADD CONSTRAINT mpm_code_reference UNIQUE (reference_no);
ALTER TABLE ONLY public.mobile_notice
    ADD CONSTRAINT notice_once UNIQUE NULLS NOT DISTINCT (kind, subject, person_id, until);
ALTER TABLE ONLY public.beneficiaries_objectionfile
    ADD CONSTRAINT objection_file_once UNIQUE (objection_id, sha256);
ALTER TABLE ONLY public.officers_authenticator
    ADD CONSTRAINT officers_authenticator_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.officers_authenticator
    ADD CONSTRAINT officers_authenticator_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.officers_authenticatorstep
    ADD CONSTRAINT officers_authenticatorstep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.officers_passwordguesses
    ADD CONSTRAINT officers_passwordguesses_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY public.officers_proof
    ADD CONSTRAINT officers_proof_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_offlineclaim
    ADD CONSTRAINT offline_claim_once UNIQUE (partner_id, partner_reference_no);
ALTER TABLE ONLY public.wallet_offlineclaim
    ADD CONSTRAINT offline_claim_reference UNIQUE (reference_no);
ALTER TABLE ONLY public.wallet_settlementoutcome
    ADD CONSTRAINT outcome_once UNIQUE (run_id, merchant_id);
ALTER TABLE ONLY public.wallet_partnerinfo
    ADD CONSTRAINT partner_info_once UNIQUE (partner_id, service, number);
ALTER TABLE ONLY public.wallet_payment
    ADD CONSTRAINT payment_once UNIQUE (partner_id, partner_reference_no);
ALTER TABLE ONLY public.wallet_payment
    ADD CONSTRAINT payment_reference UNIQUE (reference_no);
ALTER TABLE ONLY public.disbursement_payoutline
    ADD CONSTRAINT payout_reference_once UNIQUE (provider_id, reference);
ALTER TABLE ONLY public.beneficiaries_person
    ADD CONSTRAINT person_one_head EXCLUDE USING btree (household_id WITH =) WHERE ((((status)::text = 'active'::text) AND ((relation)::text = 'head'::text))) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_person
    ADD CONSTRAINT person_one_spouse EXCLUDE USING btree (household_id WITH =) WHERE ((((status)::text = 'active'::text) AND ((relation)::text = ANY ((ARRAY['husband'::character varying, 'wife'::character varying])::text[])))) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_preflightfinding
    ADD CONSTRAINT preflight_finding_once UNIQUE (batch_id, reason, enrolment_id);
ALTER TABLE ONLY public.officers_proof
    ADD CONSTRAINT proof_step_once UNIQUE (authenticator_id, step);
ALTER TABLE ONLY public.beneficiaries_proposedchange
    ADD CONSTRAINT proposed_change_once UNIQUE (request_id, field);
ALTER TABLE ONLY public.wallet_refund
    ADD CONSTRAINT refund_once UNIQUE (partner_id, partner_refund_no);
ALTER TABLE ONLY public.wallet_refund
    ADD CONSTRAINT refund_reference UNIQUE (refund_no);
ALTER TABLE ONLY public.disbursement_schedule
    ADD CONSTRAINT schedule_number UNIQUE (programme_id, number);
ALTER TABLE ONLY public.disbursement_scheduledrun
    ADD CONSTRAINT scheduled_run_once UNIQUE (programme_id, period);
ALTER TABLE ONLY public.wallet_sealblock
    ADD CONSTRAINT seal_block_once UNIQUE (seal_id, number);
ALTER TABLE ONLY public.disbursement_submission
    ADD CONSTRAINT submission_content UNIQUE (id, batch_id, maker_id, digest);
ALTER TABLE ONLY public.disbursement_submission
    ADD CONSTRAINT submission_number UNIQUE (batch_id, number);
ALTER TABLE ONLY public.disbursement_submission
    ADD CONSTRAINT submission_whole UNIQUE (id, batch_id, maker_id, digest, count, total);
ALTER TABLE ONLY public.wallet_terminal
    ADD CONSTRAINT terminal_once UNIQUE (outlet_id, terminal_id);
ALTER TABLE ONLY public.wallet_topup
    ADD CONSTRAINT top_up_once UNIQUE (partner_id, partner_reference_no);
ALTER TABLE ONLY public.wallet_topup
    ADD CONSTRAINT top_up_reference UNIQUE (reference_no);
ALTER TABLE ONLY public.wallet_transfer
    ADD CONSTRAINT transfer_once UNIQUE (key);
ALTER TABLE ONLY public.disbursement_trialchange
    ADD CONSTRAINT trial_change_once UNIQUE (trial_id, person_id);
ALTER TABLE ONLY public.disbursement_trialregion
    ADD CONSTRAINT trial_region_once UNIQUE (trial_id, code);
ALTER TABLE ONLY public.beneficiaries_trialhit
    ADD CONSTRAINT trialhit_once UNIQUE (screening_id, person_id);
ALTER TABLE ONLY public.beneficiaries_uploadblock
    ADD CONSTRAINT upload_block_once UNIQUE (upload, number);
ALTER TABLE ONLY public.disbursement_programmeversion
    ADD CONSTRAINT version_number UNIQUE (programme_id, number);
ALTER TABLE ONLY public.wallet_accesstoken
    ADD CONSTRAINT wallet_accesstoken_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.wallet_accesstoken
    ADD CONSTRAINT wallet_accesstoken_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_account
    ADD CONSTRAINT wallet_account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_answerreturns
    ADD CONSTRAINT wallet_answerreturns_file_id_key UNIQUE (file_id);
ALTER TABLE ONLY public.wallet_answerreturns
    ADD CONSTRAINT wallet_answerreturns_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_answerreview
    ADD CONSTRAINT wallet_answerreview_answer_id_key UNIQUE (answer_id);
ALTER TABLE ONLY public.wallet_answerreview
    ADD CONSTRAINT wallet_answerreview_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_applicationdocument
    ADD CONSTRAINT wallet_applicationdocument_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_applicationdocument
    ADD CONSTRAINT wallet_applicationdocument_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_applicationwriter
    ADD CONSTRAINT wallet_applicationwriter_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_bankanswer
    ADD CONSTRAINT wallet_bankanswer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_bankanswerfile
    ADD CONSTRAINT wallet_bankanswerfile_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.wallet_bankanswerfile
    ADD CONSTRAINT wallet_bankanswerfile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_basketitem
    ADD CONSTRAINT wallet_basketitem_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_bulkcashin
    ADD CONSTRAINT wallet_bulkcashin_bulk_id_key UNIQUE (bulk_id);
ALTER TABLE ONLY public.wallet_bulkcashin
    ADD CONSTRAINT wallet_bulkcashin_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_bulkcashin
    ADD CONSTRAINT wallet_bulkcashin_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_bulkcashinline
    ADD CONSTRAINT wallet_bulkcashinline_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_bulkcashinline
    ADD CONSTRAINT wallet_bulkcashinline_reference_no_key UNIQUE (reference_no);
ALTER TABLE ONLY public.wallet_bulkcashinline
    ADD CONSTRAINT wallet_bulkcashinline_top_up_id_key UNIQUE (top_up_id);
ALTER TABLE ONLY public.wallet_checkpoint
    ADD CONSTRAINT wallet_checkpoint_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_cpmcode
    ADD CONSTRAINT wallet_cpmcode_pkey PRIMARY KEY (code_id);
ALTER TABLE ONLY public.wallet_cpmcode
    ADD CONSTRAINT wallet_cpmcode_reference_no_key UNIQUE (reference_no);
ALTER TABLE ONLY public.wallet_credential
    ADD CONSTRAINT wallet_credential_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_credential
    ADD CONSTRAINT wallet_credential_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_debitorder
    ADD CONSTRAINT wallet_debitorder_payment_id_key UNIQUE (payment_id);
ALTER TABLE ONLY public.wallet_debitorder
    ADD CONSTRAINT wallet_debitorder_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_debitorder
    ADD CONSTRAINT wallet_debitorder_reference_no_key UNIQUE (reference_no);
ALTER TABLE ONLY public.wallet_debitorder
    ADD CONSTRAINT wallet_debitorder_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_depositbooking
    ADD CONSTRAINT wallet_depositbooking_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_deviceuse
    ADD CONSTRAINT wallet_deviceuse_allowance_id_key UNIQUE (allowance_id);
ALTER TABLE ONLY public.wallet_deviceuse
    ADD CONSTRAINT wallet_deviceuse_code_id_key UNIQUE (code_id);
ALTER TABLE ONLY public.wallet_deviceuse
    ADD CONSTRAINT wallet_deviceuse_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_digitguesses
    ADD CONSTRAINT wallet_digitguesses_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_documentview
    ADD CONSTRAINT wallet_documentview_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_externalid
    ADD CONSTRAINT wallet_externalid_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_fraudcase
    ADD CONSTRAINT wallet_fraudcase_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_fraudhold
    ADD CONSTRAINT wallet_fraudhold_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_fraudrule
    ADD CONSTRAINT wallet_fraudrule_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_fraudscan
    ADD CONSTRAINT wallet_fraudscan_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_fraudscan
    ADD CONSTRAINT wallet_fraudscan_since_key UNIQUE (since);
ALTER TABLE ONLY public.wallet_fraudscan
    ADD CONSTRAINT wallet_fraudscan_until_key UNIQUE (until);
ALTER TABLE ONLY public.wallet_fraudsignal
    ADD CONSTRAINT wallet_fraudsignal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_hold
    ADD CONSTRAINT wallet_hold_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_holdpart
    ADD CONSTRAINT wallet_holdpart_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_lossfund
    ADD CONSTRAINT wallet_lossfund_account_id_key UNIQUE (account_id);
ALTER TABLE ONLY public.wallet_lossfund
    ADD CONSTRAINT wallet_lossfund_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.wallet_merchant
    ADD CONSTRAINT wallet_merchant_account_id_key UNIQUE (account_id);
ALTER TABLE ONLY public.wallet_merchant
    ADD CONSTRAINT wallet_merchant_advance_id_key UNIQUE (advance_id);
ALTER TABLE ONLY public.wallet_merchant
    ADD CONSTRAINT wallet_merchant_merchant_id_key UNIQUE (merchant_id);
ALTER TABLE ONLY public.wallet_merchant
    ADD CONSTRAINT wallet_merchant_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_merchant
    ADD CONSTRAINT wallet_merchant_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_merchantapplication
    ADD CONSTRAINT wallet_merchantapplication_became_id_key UNIQUE (became_id);
ALTER TABLE ONLY public.wallet_merchantapplication
    ADD CONSTRAINT wallet_merchantapplication_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_merchantapplication
    ADD CONSTRAINT wallet_merchantapplication_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_merchantchange
    ADD CONSTRAINT wallet_merchantchange_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_merchantchange
    ADD CONSTRAINT wallet_merchantchange_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_merchantstep
    ADD CONSTRAINT wallet_merchantstep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_merchantusage
    ADD CONSTRAINT wallet_merchantusage_pkey PRIMARY KEY (merchant_id);
ALTER TABLE ONLY public.wallet_mpmcode
    ADD CONSTRAINT wallet_mpmcode_payment_id_key UNIQUE (payment_id);
ALTER TABLE ONLY public.wallet_mpmcode
    ADD CONSTRAINT wallet_mpmcode_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_mpmpayment
    ADD CONSTRAINT wallet_mpmpayment_pkey PRIMARY KEY (payment_id);
ALTER TABLE ONLY public.wallet_notificationkey
    ADD CONSTRAINT wallet_notificationkey_number_key UNIQUE (number);
ALTER TABLE ONLY public.wallet_notificationkey
    ADD CONSTRAINT wallet_notificationkey_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_notificationkey
    ADD CONSTRAINT wallet_notificationkey_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_offlineallowance
    ADD CONSTRAINT wallet_offlineallowance_hold_id_key UNIQUE (hold_id);
ALTER TABLE ONLY public.wallet_offlineallowance
    ADD CONSTRAINT wallet_offlineallowance_number_key UNIQUE (number);
ALTER TABLE ONLY public.wallet_offlineallowance
    ADD CONSTRAINT wallet_offlineallowance_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_offlineclaim
    ADD CONSTRAINT wallet_offlineclaim_payment_id_key UNIQUE (payment_id);
ALTER TABLE ONLY public.wallet_offlineclaim
    ADD CONSTRAINT wallet_offlineclaim_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_offlineclaimstep
    ADD CONSTRAINT wallet_offlineclaimstep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_outlet
    ADD CONSTRAINT wallet_outlet_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_pagepintries
    ADD CONSTRAINT wallet_pagepintries_pkey PRIMARY KEY (subject);
ALTER TABLE ONLY public.wallet_partner
    ADD CONSTRAINT wallet_partner_client_id_key UNIQUE (client_id);
ALTER TABLE ONLY public.wallet_partner
    ADD CONSTRAINT wallet_partner_deposit_id_key UNIQUE (deposit_id);
ALTER TABLE ONLY public.wallet_partner
    ADD CONSTRAINT wallet_partner_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_partner
    ADD CONSTRAINT wallet_partner_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_partnerchange
    ADD CONSTRAINT wallet_partnerchange_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_partnerinfo
    ADD CONSTRAINT wallet_partnerinfo_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_partnerinfo
    ADD CONSTRAINT wallet_partnerinfo_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_partnerinvitation
    ADD CONSTRAINT wallet_partnerinvitation_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.wallet_partnerinvitation
    ADD CONSTRAINT wallet_partnerinvitation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_payment
    ADD CONSTRAINT wallet_payment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_paymentcode
    ADD CONSTRAINT wallet_paymentcode_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.wallet_paymentcode
    ADD CONSTRAINT wallet_paymentcode_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_payoutcontent
    ADD CONSTRAINT wallet_payoutcontent_file_id_key UNIQUE (file_id);
ALTER TABLE ONLY public.wallet_payoutcontent
    ADD CONSTRAINT wallet_payoutcontent_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_payoutcontent
    ADD CONSTRAINT wallet_payoutcontent_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_payoutfile
    ADD CONSTRAINT wallet_payoutfile_message_id_key UNIQUE (message_id);
ALTER TABLE ONLY public.wallet_payoutfile
    ADD CONSTRAINT wallet_payoutfile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_purse
    ADD CONSTRAINT wallet_purse_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY public.wallet_purseterms
    ADD CONSTRAINT wallet_purseterms_name_key UNIQUE (name);
ALTER TABLE ONLY public.wallet_purseterms
    ADD CONSTRAINT wallet_purseterms_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_recoveryproposal
    ADD CONSTRAINT wallet_recoveryproposal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_refund
    ADD CONSTRAINT wallet_refund_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_regulatedprice
    ADD CONSTRAINT wallet_regulatedprice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_seal
    ADD CONSTRAINT wallet_seal_day_key UNIQUE (day);
ALTER TABLE ONLY public.wallet_seal
    ADD CONSTRAINT wallet_seal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_sealblock
    ADD CONSTRAINT wallet_sealblock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_settlement
    ADD CONSTRAINT wallet_settlement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_settlement
    ADD CONSTRAINT wallet_settlement_uid_key UNIQUE (uid);
ALTER TABLE ONLY public.wallet_settlementoutcome
    ADD CONSTRAINT wallet_settlementoutcome_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_settlementoutcome
    ADD CONSTRAINT wallet_settlementoutcome_settlement_id_key UNIQUE (settlement_id);
ALTER TABLE ONLY public.wallet_settlementreturn
    ADD CONSTRAINT wallet_settlementreturn_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_settlementrun
    ADD CONSTRAINT wallet_settlementrun_business_day_key UNIQUE (business_day);
ALTER TABLE ONLY public.wallet_settlementrun
    ADD CONSTRAINT wallet_settlementrun_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_sixdigits
    ADD CONSTRAINT wallet_sixdigits_code_id_key UNIQUE (code_id);
ALTER TABLE ONLY public.wallet_sixdigits
    ADD CONSTRAINT wallet_sixdigits_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.wallet_succession
    ADD CONSTRAINT wallet_succession_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_succession
    ADD CONSTRAINT wallet_succession_predecessor_id_key UNIQUE (predecessor_id);
ALTER TABLE ONLY public.wallet_succession
    ADD CONSTRAINT wallet_succession_proposal_id_key UNIQUE (proposal_id);
ALTER TABLE ONLY public.wallet_successionproposal
    ADD CONSTRAINT wallet_successionproposal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_terminal
    ADD CONSTRAINT wallet_terminal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_topup
    ADD CONSTRAINT wallet_topup_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_transfer
    ADD CONSTRAINT wallet_transfer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_verification
    ADD CONSTRAINT wallet_verification_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_wallet
    ADD CONSTRAINT wallet_wallet_holder_key UNIQUE (holder);
ALTER TABLE ONLY public.wallet_wallet
    ADD CONSTRAINT wallet_wallet_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_walletstep
    ADD CONSTRAINT wallet_walletstep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_webhook
    ADD CONSTRAINT wallet_webhook_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_webhookattempt
    ADD CONSTRAINT wallet_webhookattempt_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_webhookendpoint
    ADD CONSTRAINT wallet_webhookendpoint_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_webhookreplay
    ADD CONSTRAINT wallet_webhookreplay_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wallet_webhookattempt
    ADD CONSTRAINT webhook_attempt_once UNIQUE (webhook_id, number);
ALTER TABLE ONLY public.wallet_webhookendpoint
    ADD CONSTRAINT webhook_endpoint_once UNIQUE (partner_id, origin);
ALTER TABLE ONLY public.disbursement_withholding
    ADD CONSTRAINT withholding_once UNIQUE (instruction_id, clawback_id);
CREATE UNIQUE INDEX account_singleton ON public.wallet_account USING btree (kind) WHERE ((kind)::text = ANY ((ARRAY['budget'::character varying, 'bank'::character varying, 'settlement'::character varying])::text[]));
CREATE UNIQUE INDEX application_merchant_id_once ON public.wallet_merchantapplication USING btree (merchant_id) WHERE (NOT ((status)::text = 'rejected'::text));
CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);
CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);
CREATE INDEX auth_user_groups_group_id_97559544 ON public.auth_user_groups USING btree (group_id);
CREATE INDEX auth_user_groups_user_id_6a12ed8b ON public.auth_user_groups USING btree (user_id);
CREATE INDEX auth_user_user_permissions_permission_id_1fbb5f2c ON public.auth_user_user_permissions USING btree (permission_id);
CREATE INDEX auth_user_user_permissions_user_id_a95ead1b ON public.auth_user_user_permissions USING btree (user_id);
CREATE INDEX auth_user_username_6821ab7c_like ON public.auth_user USING btree (username varchar_pattern_ops);
CREATE UNIQUE INDEX authenticator_one_in_force ON public.officers_authenticator USING btree (user_id) WHERE (confirmed AND (ended_at IS NULL));
CREATE UNIQUE INDEX authenticator_one_waiting ON public.officers_authenticator USING btree (user_id) WHERE ((NOT confirmed) AND (ended_at IS NULL));
CREATE INDEX bank_answer_waiting ON public.wallet_bankanswer USING btree (id) WHERE ((state)::text = 'waiting'::text);
CREATE UNIQUE INDEX basket_item_once ON public.wallet_basketitem USING btree (payment_id, number) WHERE (payment_id IS NOT NULL);
CREATE UNIQUE INDEX basket_item_once_held ON public.wallet_basketitem USING btree (hold_id, number) WHERE (hold_id IS NOT NULL);
CREATE INDEX beneficiaries_breach_recorded_by_id_582fd660 ON public.beneficiaries_breach USING btree (recorded_by_id);
CREATE INDEX beneficiaries_change_by_id_55af5c69 ON public.beneficiaries_change USING btree (by_id);
CREATE INDEX beneficiaries_change_household_id_7be12dee ON public.beneficiaries_change USING btree (household_id);
CREATE INDEX beneficiaries_change_person_id_a1ff16df ON public.beneficiaries_change USING btree (person_id);
CREATE INDEX beneficiaries_change_source_9bc7c712 ON public.beneficiaries_change USING btree (source);
CREATE INDEX beneficiaries_change_source_9bc7c712_like ON public.beneficiaries_change USING btree (source varchar_pattern_ops);
CREATE INDEX beneficiaries_collection_by_id_7d07f080 ON public.beneficiaries_collection USING btree (by_id);
CREATE INDEX beneficiaries_collection_reference_fbe0e769_like ON public.beneficiaries_collection USING btree (reference varchar_pattern_ops);
CREATE INDEX beneficiaries_collection_representation_id_a5e086a1 ON public.beneficiaries_collection USING btree (representation_id);
CREATE INDEX beneficiaries_consent_by_id_8b919017 ON public.beneficiaries_consent USING btree (by_id);
CREATE INDEX beneficiaries_consent_guardian_id_df0695b2 ON public.beneficiaries_consent USING btree (guardian_id);
CREATE INDEX beneficiaries_consent_person_id_c6f725b9 ON public.beneficiaries_consent USING btree (person_id);
CREATE INDEX beneficiaries_consent_text_id_2ae9c177 ON public.beneficiaries_consent USING btree (text_id);
CREATE INDEX beneficiaries_consenttext_by_id_91794f96 ON public.beneficiaries_consenttext USING btree (by_id);
CREATE INDEX beneficiaries_datarequest_decided_by_id_af105895 ON public.beneficiaries_datarequest USING btree (decided_by_id);
CREATE INDEX beneficiaries_datarequest_person_id_25bd3194 ON public.beneficiaries_datarequest USING btree (person_id);
CREATE INDEX beneficiaries_datarequest_proposed_by_id_d9b66141 ON public.beneficiaries_datarequest USING btree (proposed_by_id);
CREATE INDEX beneficiaries_datarequest_recorded_by_id_3fa2c219 ON public.beneficiaries_datarequest USING btree (recorded_by_id);
CREATE INDEX beneficiaries_duplicatepair_decided_by_id_a993ff00 ON public.beneficiaries_duplicatepair USING btree (decided_by_id);
CREATE INDEX beneficiaries_duplicatepair_high_id_2ee5693d ON public.beneficiaries_duplicatepair USING btree (high_id);
CREATE INDEX beneficiaries_duplicatepair_low_id_55abe73b ON public.beneficiaries_duplicatepair USING btree (low_id);
CREATE INDEX beneficiaries_evidence_by_id_119d257b ON public.beneficiaries_evidence USING btree (by_id);
CREATE INDEX beneficiaries_evidence_contested_by_id_35bfe9e1 ON public.beneficiaries_evidence USING btree (contested_by_id);
CREATE INDEX beneficiaries_evidence_household_id_873ffb14 ON public.beneficiaries_evidence USING btree (household_id);
CREATE INDEX beneficiaries_evidence_person_id_6f129d27 ON public.beneficiaries_evidence USING btree (person_id);
CREATE INDEX beneficiaries_evidence_sent_by_id_038882cc ON public.beneficiaries_evidence USING btree (sent_by_id);
CREATE INDEX beneficiaries_evidence_supersedes_id_3ad51b80 ON public.beneficiaries_evidence USING btree (supersedes_id);
CREATE INDEX beneficiaries_evidenceaccess_evidence_source_id_a1e9fee9 ON public.beneficiaries_evidenceaccess USING btree (evidence_source_id);
CREATE INDEX beneficiaries_evidenceimport_by_id_056100a5 ON public.beneficiaries_evidenceimport USING btree (by_id);
CREATE INDEX beneficiaries_evidenceimport_ended_by_id_23ab38cb ON public.beneficiaries_evidenceimport USING btree (ended_by_id);
CREATE INDEX beneficiaries_evidenceimport_state_c3732586 ON public.beneficiaries_evidenceimport USING btree (state);
CREATE INDEX beneficiaries_evidenceimport_state_c3732586_like ON public.beneficiaries_evidenceimport USING btree (state varchar_pattern_ops);
CREATE INDEX beneficiaries_evidenceprogress_cancel_by_id_1e9be070 ON public.beneficiaries_evidenceprogress USING btree (cancel_by_id);
CREATE INDEX beneficiaries_evidencesource_code_2bf022ee_like ON public.beneficiaries_evidencesource USING btree (code varchar_pattern_ops);
CREATE INDEX beneficiaries_exclusion_accepted_by_id_8feb0850 ON public.beneficiaries_exclusion USING btree (accepted_by_id);
CREATE INDEX beneficiaries_exclusion_code_60a0794c ON public.beneficiaries_exclusion USING btree (code);
CREATE INDEX beneficiaries_exclusion_code_60a0794c_like ON public.beneficiaries_exclusion USING btree (code varchar_pattern_ops);
CREATE INDEX beneficiaries_exclusion_household_id_f2b8966d ON public.beneficiaries_exclusion USING btree (household_id);
CREATE INDEX beneficiaries_exclusion_lifted_by_id_ccc4d2a6 ON public.beneficiaries_exclusion USING btree (lifted_by_id);
CREATE INDEX beneficiaries_exclusion_person_id_e0bfe8d2 ON public.beneficiaries_exclusion USING btree (person_id);
CREATE INDEX beneficiaries_exclusionrule_by_id_f92f37f4 ON public.beneficiaries_exclusionrule USING btree (by_id);
CREATE INDEX beneficiaries_exclusionrule_code_fee0593d ON public.beneficiaries_exclusionrule USING btree (code);
CREATE INDEX beneficiaries_exclusionrule_code_fee0593d_like ON public.beneficiaries_exclusionrule USING btree (code varchar_pattern_ops);
CREATE INDEX beneficiaries_exclusionrule_enforced_by_id_83df248d ON public.beneficiaries_exclusionrule USING btree (enforced_by_id);
CREATE INDEX beneficiaries_grievance_assignee_id_f61abbd4 ON public.beneficiaries_grievance USING btree (assignee_id);
CREATE INDEX beneficiaries_grievance_category_id_a31a834d ON public.beneficiaries_grievance USING btree (category_id);
CREATE INDEX beneficiaries_grievance_created_by_id_fd9acb89 ON public.beneficiaries_grievance USING btree (created_by_id);
CREATE INDEX beneficiaries_grievance_group_id_e1ba375b ON public.beneficiaries_grievance USING btree (group_id);
CREATE INDEX beneficiaries_grievance_household_id_0d5bd4fc ON public.beneficiaries_grievance USING btree (household_id);
CREATE INDEX beneficiaries_grievance_number_5b41b8d5_like ON public.beneficiaries_grievance USING btree (number varchar_pattern_ops);
CREATE INDEX beneficiaries_grievance_payment_id_9e711193 ON public.beneficiaries_grievance USING btree (payment_id);
CREATE INDEX beneficiaries_grievance_person_id_9b5bb75c ON public.beneficiaries_grievance USING btree (person_id);
CREATE INDEX beneficiaries_grievance_reporter_id_b93c2133 ON public.beneficiaries_grievance USING btree (reporter_id);
CREATE INDEX beneficiaries_grievancecategory_code_3cd6ade5_like ON public.beneficiaries_grievancecategory USING btree (code varchar_pattern_ops);
CREATE INDEX beneficiaries_grievancecategory_group_id_4ce23107 ON public.beneficiaries_grievancecategory USING btree (group_id);
CREATE INDEX beneficiaries_grievancecategory_supervisors_id_da27edd6 ON public.beneficiaries_grievancecategory USING btree (supervisors_id);
CREATE INDEX beneficiaries_grievancemessage_by_id_1b406e8a ON public.beneficiaries_grievancemessage USING btree (by_id);
CREATE INDEX beneficiaries_grievancemessage_grievance_id_09a27f1a ON public.beneficiaries_grievancemessage USING btree (grievance_id);
CREATE INDEX beneficiaries_grievancestep_assignee_id_57bdae6f ON public.beneficiaries_grievancestep USING btree (assignee_id);
CREATE INDEX beneficiaries_grievancestep_by_id_031fe621 ON public.beneficiaries_grievancestep USING btree (by_id);
CREATE INDEX beneficiaries_grievancestep_grievance_id_b088069f ON public.beneficiaries_grievancestep USING btree (grievance_id);
CREATE INDEX beneficiaries_grievancestep_group_id_96cbcd7a ON public.beneficiaries_grievancestep USING btree (group_id);
CREATE INDEX beneficiaries_household_decile_c1fdc609 ON public.beneficiaries_household USING btree (decile);
CREATE INDEX beneficiaries_household_kelurahan_d1b41fda ON public.beneficiaries_household USING btree (kelurahan);
CREATE INDEX beneficiaries_household_kelurahan_d1b41fda_like ON public.beneficiaries_household USING btree (kelurahan varchar_pattern_ops);
CREATE INDEX beneficiaries_listing_person_id_60a0002d ON public.beneficiaries_listing USING btree (person_id);
CREATE INDEX beneficiaries_listing_since_id_5d84415d ON public.beneficiaries_listing USING btree (since_id);
CREATE INDEX beneficiaries_listing_until_id_ad4b473c ON public.beneficiaries_listing USING btree (until_id);
CREATE INDEX beneficiaries_merge_by_id_0df3c250 ON public.beneficiaries_merge USING btree (by_id);
CREATE INDEX beneficiaries_merge_merged_id_9f25e369 ON public.beneficiaries_merge USING btree (merged_id);
CREATE INDEX beneficiaries_merge_pair_id_9c5cab8f ON public.beneficiaries_merge USING btree (pair_id);
CREATE INDEX beneficiaries_merge_survivor_id_7753d6a4 ON public.beneficiaries_merge USING btree (survivor_id);
CREATE INDEX beneficiaries_merge_undone_by_id_95671842 ON public.beneficiaries_merge USING btree (undone_by_id);
CREATE INDEX beneficiaries_objection_accepted_by_id_317fb749 ON public.beneficiaries_objection USING btree (accepted_by_id);
CREATE INDEX beneficiaries_objection_decided_by_id_95daa3c5 ON public.beneficiaries_objection USING btree (decided_by_id);
CREATE INDEX beneficiaries_objection_exclusion_id_a19f334f ON public.beneficiaries_objection USING btree (exclusion_id);
CREATE INDEX beneficiaries_objection_filed_by_id_8d065444 ON public.beneficiaries_objection USING btree (filed_by_id);
CREATE INDEX beneficiaries_objection_status_70f9959c ON public.beneficiaries_objection USING btree (status);
CREATE INDEX beneficiaries_objection_status_70f9959c_like ON public.beneficiaries_objection USING btree (status varchar_pattern_ops);
CREATE INDEX beneficiaries_objectionfile_by_id_2bdcbad1 ON public.beneficiaries_objectionfile USING btree (by_id);
CREATE INDEX beneficiaries_objectionfile_objection_id_af4d376b ON public.beneficiaries_objectionfile USING btree (objection_id);
CREATE INDEX beneficiaries_person_household_id_1c98c753 ON public.beneficiaries_person USING btree (household_id);
CREATE INDEX beneficiaries_person_merged_into_id_cab16b80 ON public.beneficiaries_person USING btree (merged_into_id);
CREATE INDEX beneficiaries_person_phone_index_529b91a4 ON public.beneficiaries_person USING btree (phone_index);
CREATE INDEX beneficiaries_personblock_person_id_1c8f7738 ON public.beneficiaries_personblock USING btree (person_id);
CREATE INDEX beneficiaries_personkey_name_key_4071a46f ON public.beneficiaries_personkey USING btree (name_key);
CREATE INDEX beneficiaries_personkey_name_key_4071a46f_like ON public.beneficiaries_personkey USING btree (name_key varchar_pattern_ops);
CREATE INDEX beneficiaries_proposal_code_d2d15705 ON public.beneficiaries_proposal USING btree (code);
CREATE INDEX beneficiaries_proposal_code_d2d15705_like ON public.beneficiaries_proposal USING btree (code varchar_pattern_ops);
CREATE INDEX beneficiaries_proposal_decided_by_id_79709fd1 ON public.beneficiaries_proposal USING btree (decided_by_id);
CREATE INDEX beneficiaries_proposal_evidence_evidence_id_5a57c2e6 ON public.beneficiaries_proposal_evidence USING btree (evidence_id);
CREATE INDEX beneficiaries_proposal_evidence_proposal_id_675cc2ed ON public.beneficiaries_proposal_evidence USING btree (proposal_id);
CREATE INDEX beneficiaries_proposal_household_id_6b6da8b9 ON public.beneficiaries_proposal USING btree (household_id);
CREATE INDEX beneficiaries_proposal_person_id_b55d116a ON public.beneficiaries_proposal USING btree (person_id);
CREATE INDEX beneficiaries_proposal_rule_id_3193d56b ON public.beneficiaries_proposal USING btree (rule_id);
CREATE INDEX beneficiaries_proposal_screening_id_a6753578 ON public.beneficiaries_proposal USING btree (screening_id);
CREATE INDEX beneficiaries_proposal_status_77ad6a66 ON public.beneficiaries_proposal USING btree (status);
CREATE INDEX beneficiaries_proposal_status_77ad6a66_like ON public.beneficiaries_proposal USING btree (status varchar_pattern_ops);
CREATE INDEX beneficiaries_proposedchange_request_id_ee092306 ON public.beneficiaries_proposedchange USING btree (request_id);
CREATE INDEX beneficiaries_region_code_3e433284_like ON public.beneficiaries_region USING btree (code varchar_pattern_ops);
CREATE INDEX beneficiaries_region_parent_id_f7756049 ON public.beneficiaries_region USING btree (parent_id);
CREATE INDEX beneficiaries_region_parent_id_f7756049_like ON public.beneficiaries_region USING btree (parent_id varchar_pattern_ops);
CREATE INDEX beneficiaries_registryimport_by_id_70ce249a ON public.beneficiaries_registryimport USING btree (by_id);
CREATE INDEX beneficiaries_registryimport_committed_by_id_cefd86ee ON public.beneficiaries_registryimport USING btree (committed_by_id);
CREATE INDEX beneficiaries_registryimport_ended_by_id_3d2daa67 ON public.beneficiaries_registryimport USING btree (ended_by_id);
CREATE INDEX beneficiaries_registryimport_state_5a75fb89 ON public.beneficiaries_registryimport USING btree (state);
CREATE INDEX beneficiaries_registryimport_state_5a75fb89_like ON public.beneficiaries_registryimport USING btree (state varchar_pattern_ops);
CREATE INDEX beneficiaries_registrysource_name_648fa9e9_like ON public.beneficiaries_registrysource USING btree (name varchar_pattern_ops);
CREATE INDEX beneficiaries_replaced_run_id_22f9f8a1 ON public.beneficiaries_replaced USING btree (run_id);
CREATE INDEX beneficiaries_representation_decided_by_id_0d5044de ON public.beneficiaries_representation USING btree (decided_by_id);
CREATE INDEX beneficiaries_representation_ended_by_id_f5f1f55e ON public.beneficiaries_representation USING btree (ended_by_id);
CREATE INDEX beneficiaries_representation_ends_on_b94cae5f ON public.beneficiaries_representation USING btree (ends_on);
CREATE INDEX beneficiaries_representation_for_person_id_9a89fded ON public.beneficiaries_representation USING btree (for_person_id);
CREATE INDEX beneficiaries_representation_nik_index_1e7d70b9 ON public.beneficiaries_representation USING btree (nik_index);
CREATE INDEX beneficiaries_representation_proposed_by_id_8f761757 ON public.beneficiaries_representation USING btree (proposed_by_id);
CREATE INDEX beneficiaries_representation_representative_id_303a02d1 ON public.beneficiaries_representation USING btree (representative_id);
CREATE INDEX beneficiaries_representationscan_by_id_c7bf5188 ON public.beneficiaries_representationscan USING btree (by_id);
CREATE INDEX beneficiaries_reveal_at_46e8853f ON public.beneficiaries_reveal USING btree (at);
CREATE INDEX beneficiaries_reveal_by_id_2b1e424b ON public.beneficiaries_reveal USING btree (by_id);
CREATE INDEX beneficiaries_reveal_evidence_run_id_8cea1b7b ON public.beneficiaries_reveal USING btree (evidence_run_id);
CREATE INDEX beneficiaries_reveal_household_id_fb3ca6eb ON public.beneficiaries_reveal USING btree (household_id);
CREATE INDEX beneficiaries_reveal_person_id_5f630808 ON public.beneficiaries_reveal USING btree (person_id);
CREATE INDEX beneficiaries_reveal_run_id_b2a9da1b ON public.beneficiaries_reveal USING btree (run_id);
CREATE INDEX beneficiaries_revealallowance_by_id_ebe37974 ON public.beneficiaries_revealallowance USING btree (by_id);
CREATE INDEX beneficiaries_revealallowance_officer_id_4fb0b76f ON public.beneficiaries_revealallowance USING btree (officer_id);
CREATE INDEX beneficiaries_screening_by_id_785e40b7 ON public.beneficiaries_screening USING btree (by_id);
CREATE INDEX beneficiaries_screening_rule_id_63a4f1b5 ON public.beneficiaries_screening USING btree (rule_id);
CREATE INDEX beneficiaries_screening_status_1903bbc0 ON public.beneficiaries_screening USING btree (status);
CREATE INDEX beneficiaries_screening_status_1903bbc0_like ON public.beneficiaries_screening USING btree (status varchar_pattern_ops);
CREATE INDEX beneficiaries_senderpace_paced_until_650dad07 ON public.beneficiaries_senderpace USING btree (paced_until);
CREATE INDEX beneficiaries_trialhit_person_id_15c0b3de ON public.beneficiaries_trialhit USING btree (person_id);
CREATE INDEX beneficiaries_trialhit_screening_id_6c317148 ON public.beneficiaries_trialhit USING btree (screening_id);
CREATE INDEX beneficiaries_uploadblock_created_at_9c5238a0 ON public.beneficiaries_uploadblock USING btree (created_at);
CREATE INDEX break_of_instruction ON public.disbursement_break USING btree (instruction_id) WHERE (instruction_id IS NOT NULL);
CREATE INDEX break_undecided ON public.disbursement_break USING btree (opened_at) WHERE ((state)::text = ANY ((ARRAY['open'::character varying, 'proposed'::character varying])::text[]));
CREATE INDEX budget_of_programme ON public.disbursement_budget USING btree (programme_id, year, region, starts_on);
CREATE UNIQUE INDEX bulk_cash_in_once ON public.wallet_bulkcashin USING btree (partner_id, partner_bulk_id) WHERE (NOT ((partner_bulk_id)::text = ''::text));
CREATE INDEX bulk_cash_in_open ON public.wallet_bulkcashin USING btree (id) WHERE ((state)::text = 'accepted'::text);
CREATE INDEX bulk_line_waiting ON public.wallet_bulkcashinline USING btree (bulk_id, number) WHERE ((state)::text = 'waiting'::text);
CREATE INDEX bulk_ready ON public.disbursement_bulkrequest USING btree (provider_id, due_at) WHERE ((state)::text = 'ready'::text);
CREATE INDEX bulk_sending ON public.disbursement_bulkrequest USING btree (claimed_at) WHERE ((state)::text = 'sending'::text);
CREATE INDEX calculation_members ON public.disbursement_calculation USING gin (members jsonb_path_ops) WHERE (members <> '[]'::jsonb);
CREATE INDEX chunk_pending ON public.disbursement_chunk USING btree (due_at) WHERE ((status)::text = 'pending'::text);
CREATE INDEX clawback_in_force ON public.disbursement_clawback USING btree (programme_id) WHERE ((status)::text = 'in_force'::text);
CREATE INDEX collection_made ON public.beneficiaries_collection USING btree (created_at);
CREATE INDEX confirmation_at ON public.disbursement_confirmation USING btree (at);
CREATE INDEX confirmation_newest ON public.disbursement_confirmation USING btree (instruction_id, id DESC);
CREATE INDEX correction_latest ON public.disbursement_correction USING btree (cycle_id, enrolment_id, recalculation_id DESC);
CREATE INDEX correction_members ON public.disbursement_correction USING gin (members jsonb_path_ops) WHERE (members <> '[]'::jsonb);
CREATE UNIQUE INDEX correction_once ON public.disbursement_instruction USING btree (enrolment_id, cycle_id, part, attempt) WHERE (((kind)::text = 'correction'::text) AND live);
CREATE INDEX credential_in_force ON public.wallet_credential USING btree (partner_id, kind) WHERE (revoked_at IS NULL);
CREATE UNIQUE INDEX credential_key_once ON public.wallet_credential USING btree (partner_id, fingerprint) WHERE ((kind)::text = 'key'::text);
CREATE INDEX data_request_due ON public.beneficiaries_datarequest USING btree (due_at) WHERE ((state)::text = ANY ((ARRAY['open'::character varying, 'proposed'::character varying])::text[]));
CREATE UNIQUE INDEX data_request_once ON public.beneficiaries_datarequest USING btree (person_id, kind) WHERE ((state)::text = ANY ((ARRAY['open'::character varying, 'proposed'::character varying])::text[]));
CREATE INDEX debit_order_expiry ON public.wallet_debitorder USING btree (expires_at) WHERE ((status)::text = 'open'::text);
CREATE INDEX debit_order_external ON public.wallet_debitorder USING btree (partner_id, external_id);
CREATE INDEX delegation_held ON public.disbursement_delegation USING btree (delegate_id, ends_at);
CREATE INDEX delivery_bundle ON public.mobile_delivery USING btree (bundle) WHERE ((bundle IS NOT NULL) AND ((state)::text = 'queued'::text));
CREATE INDEX delivery_due ON public.mobile_delivery USING btree (channel, due_at) WHERE ((state)::text = 'queued'::text);
CREATE INDEX delivery_told ON public.mobile_delivery USING btree (ended_at) WHERE ((state)::text = 'told'::text);
CREATE INDEX delivery_unseen ON public.mobile_delivery USING btree (due_at) WHERE (((channel)::text = 'push'::text) AND ((state)::text = 'sent'::text));
CREATE UNIQUE INDEX depositbooking_once ON public.wallet_depositbooking USING btree (back, subject) WHERE (NOT ((status)::text = 'dropped'::text));
CREATE INDEX device_use_at ON public.wallet_deviceuse USING btree (at);
CREATE INDEX device_use_of ON public.wallet_deviceuse USING btree (device, at);
CREATE INDEX disbursement_approval_approver_id_eecee99c ON public.disbursement_approval USING btree (approver_id);
CREATE INDEX disbursement_approval_batch_id_ccd068c8 ON public.disbursement_approval USING btree (batch_id);
CREATE INDEX disbursement_approval_delegation_id_57dbf04f ON public.disbursement_approval USING btree (delegation_id);
CREATE INDEX disbursement_approval_holder_id_96b4fc9c ON public.disbursement_approval USING btree (holder_id);
CREATE INDEX disbursement_approval_maker_id_743211d2 ON public.disbursement_approval USING btree (maker_id);
CREATE INDEX disbursement_approval_submission_id_51302b9d ON public.disbursement_approval USING btree (submission_id);
CREATE INDEX disbursement_approvalscheme_made_by_id_c6981749 ON public.disbursement_approvalscheme USING btree (made_by_id);
CREATE INDEX disbursement_approvaltier_first_id_1225bb8c ON public.disbursement_approvaltier USING btree (first_id);
CREATE INDEX disbursement_approvaltier_scheme_id_ff4bc47b ON public.disbursement_approvaltier USING btree (scheme_id);
CREATE INDEX disbursement_approvaltier_second_id_8b99615d ON public.disbursement_approvaltier USING btree (second_id);
CREATE INDEX disbursement_approvaltier_third_id_316085ba ON public.disbursement_approvaltier USING btree (third_id);
CREATE INDEX disbursement_batch_cycle_id_367639ae ON public.disbursement_batch USING btree (cycle_id);
CREATE INDEX disbursement_batch_follows_id_9c6ae081 ON public.disbursement_batch USING btree (follows_id);
CREATE INDEX disbursement_batch_maker_id_7d3d44e9 ON public.disbursement_batch USING btree (maker_id);
CREATE INDEX disbursement_batch_status_397305e4 ON public.disbursement_batch USING btree (status);
CREATE INDEX disbursement_batch_status_397305e4_like ON public.disbursement_batch USING btree (status varchar_pattern_ops);
CREATE INDEX disbursement_batch_version_id_dde193d0 ON public.disbursement_batch USING btree (version_id);
CREATE INDEX disbursement_batchstep_batch_id_ef670496 ON public.disbursement_batchstep USING btree (batch_id);
CREATE INDEX disbursement_batchstep_by_id_71084f70 ON public.disbursement_batchstep USING btree (by_id);
CREATE INDEX disbursement_break_account_id_43d73c6e ON public.disbursement_break USING btree (account_id);
CREATE INDEX disbursement_break_instruction_id_5e722105 ON public.disbursement_break USING btree (instruction_id);
CREATE INDEX disbursement_break_owner_id_08b8964e ON public.disbursement_break USING btree (owner_id);
CREATE INDEX disbursement_break_proposed_by_id_de08c22c ON public.disbursement_break USING btree (proposed_by_id);
CREATE INDEX disbursement_break_resolved_by_id_10f7716e ON public.disbursement_break USING btree (resolved_by_id);
CREATE INDEX disbursement_breakstep_by_id_562d5ba4 ON public.disbursement_breakstep USING btree (by_id);
CREATE INDEX disbursement_breakstep_owner_id_6e5738a5 ON public.disbursement_breakstep USING btree (owner_id);
CREATE INDEX disbursement_breakstep_statement_id_5ec45c07 ON public.disbursement_breakstep USING btree (statement_id);
CREATE INDEX disbursement_breakstep_subject_id_1d6bc647 ON public.disbursement_breakstep USING btree (subject_id);
CREATE INDEX disbursement_budget_by_id_f342c647 ON public.disbursement_budget USING btree (by_id);
CREATE INDEX disbursement_bulknotice_provider_id_4534deda ON public.disbursement_bulknotice USING btree (provider_id);
CREATE INDEX disbursement_bulkrequest_bulk_id_0306aa9b_like ON public.disbursement_bulkrequest USING btree (bulk_id varchar_pattern_ops);
CREATE INDEX disbursement_bulkrequest_chunk_id_1213d556 ON public.disbursement_bulkrequest USING btree (chunk_id);
CREATE INDEX disbursement_calculation_enrolment_id_e810a4d9 ON public.disbursement_calculation USING btree (enrolment_id);
CREATE INDEX disbursement_chunk_terms_id_65116d7b ON public.disbursement_chunk USING btree (terms_id);
CREATE INDEX disbursement_clawback_enforced_by_id_87a5463a ON public.disbursement_clawback USING btree (enforced_by_id);
CREATE INDEX disbursement_clawback_person_id_da4dafb3 ON public.disbursement_clawback USING btree (person_id);
CREATE INDEX disbursement_clawback_programme_id_136d6412 ON public.disbursement_clawback USING btree (programme_id);
CREATE INDEX disbursement_clawback_proposed_by_id_73df71a8 ON public.disbursement_clawback USING btree (proposed_by_id);
CREATE INDEX disbursement_clawbackpayment_clawback_id_8467b426 ON public.disbursement_clawbackpayment USING btree (clawback_id);
CREATE INDEX disbursement_clawbackpayment_instruction_id_e3228a92 ON public.disbursement_clawbackpayment USING btree (instruction_id);
CREATE INDEX disbursement_clawbackstep_by_id_452f1ced ON public.disbursement_clawbackstep USING btree (by_id);
CREATE INDEX disbursement_clawbackstep_clawback_id_39419c77 ON public.disbursement_clawbackstep USING btree (clawback_id);
CREATE INDEX disbursement_component_code_e1decdd1 ON public.disbursement_component USING btree (code);
CREATE INDEX disbursement_component_code_e1decdd1_like ON public.disbursement_component USING btree (code varchar_pattern_ops);
CREATE INDEX disbursement_component_terms_id_8184c9a3 ON public.disbursement_component USING btree (terms_id);
CREATE INDEX disbursement_confirmation_by_id_9fe2f1a6 ON public.disbursement_confirmation USING btree (by_id);
CREATE INDEX disbursement_conflictnote_conflict_id_5910c5a2 ON public.disbursement_conflictnote USING btree (conflict_id);
CREATE INDEX disbursement_conflictnote_person_id_95fc8976 ON public.disbursement_conflictnote USING btree (person_id);
CREATE INDEX disbursement_correction_enrolment_id_94ef9ff2 ON public.disbursement_correction USING btree (enrolment_id);
CREATE INDEX disbursement_cycle_programme_id_523cda59 ON public.disbursement_cycle USING btree (programme_id);
CREATE INDEX disbursement_delegation_delegate_id_ade1dafd ON public.disbursement_delegation USING btree (delegate_id);
CREATE INDEX disbursement_delegation_made_by_id_74a17ade ON public.disbursement_delegation USING btree (made_by_id);
CREATE INDEX disbursement_delegation_principal_id_834df371 ON public.disbursement_delegation USING btree (principal_id);
CREATE INDEX disbursement_delegation_revoked_by_id_a7bba74c ON public.disbursement_delegation USING btree (revoked_by_id);
CREATE INDEX disbursement_enrolment_household_id_13b0514c ON public.disbursement_enrolment USING btree (household_id);
CREATE INDEX disbursement_enrolment_person_id_86463783 ON public.disbursement_enrolment USING btree (person_id);
CREATE INDEX disbursement_enrolment_programme_id_521ba1f6 ON public.disbursement_enrolment USING btree (programme_id);
CREATE INDEX disbursement_enrolmentappeal_decided_by_id_b99d6977 ON public.disbursement_enrolmentappeal USING btree (decided_by_id);
CREATE INDEX disbursement_enrolmentappeal_filed_by_id_f1a8c57a ON public.disbursement_enrolmentappeal USING btree (filed_by_id);
CREATE INDEX disbursement_enrolmentappeal_taken_by_id_2fb77ad6 ON public.disbursement_enrolmentappeal USING btree (taken_by_id);
CREATE INDEX disbursement_enrolmentstep_enrolment_id_d6934c2d ON public.disbursement_enrolmentstep USING btree (enrolment_id);
CREATE INDEX disbursement_exchange_line_id_01cd4bca ON public.disbursement_exchange USING btree (line_id);
CREATE INDEX disbursement_exchange_provider_id_5b406bff ON public.disbursement_exchange USING btree (provider_id);
CREATE INDEX disbursement_exchange_request_id_65a3af41 ON public.disbursement_exchange USING btree (request_id);
CREATE INDEX disbursement_followedmove_enrolment_id_bdb36056 ON public.disbursement_followedmove USING btree (enrolment_id);
CREATE INDEX disbursement_followedmove_household_id_3297dffe ON public.disbursement_followedmove USING btree (household_id);
CREATE INDEX disbursement_followedmove_run_id_5b696707 ON public.disbursement_followedmove USING btree (run_id);
CREATE INDEX disbursement_giveback_by_id_1ed6e6fc ON public.disbursement_giveback USING btree (by_id);
CREATE INDEX disbursement_giveback_clawback_id_02888c5d ON public.disbursement_giveback USING btree (clawback_id);
CREATE INDEX disbursement_giveback_purse_id_6e53fcbd ON public.disbursement_giveback USING btree (purse_id);
CREATE INDEX disbursement_instruction_chunk_id_8d1ab3ac ON public.disbursement_instruction USING btree (chunk_id);
CREATE INDEX disbursement_instruction_cycle_id_69d45a27 ON public.disbursement_instruction USING btree (cycle_id);
CREATE INDEX disbursement_leftout_cycle_id_d9c4741d ON public.disbursement_leftout USING btree (cycle_id);
CREATE INDEX disbursement_leftout_enrolment_id_952d9488 ON public.disbursement_leftout USING btree (enrolment_id);
CREATE INDEX disbursement_leftout_exclusion_id_64c5a682 ON public.disbursement_leftout USING btree (exclusion_id);
CREATE INDEX disbursement_owedcycle_by_id_f44ee075 ON public.disbursement_owedcycle USING btree (by_id);
CREATE INDEX disbursement_owedcycle_enrolment_id_a37a5ec3 ON public.disbursement_owedcycle USING btree (enrolment_id);
CREATE INDEX disbursement_owedcycle_withdrawn_by_id_61697a8b ON public.disbursement_owedcycle USING btree (withdrawn_by_id);
CREATE INDEX disbursement_payoutline_request_id_8a6c5367 ON public.disbursement_payoutline USING btree (request_id);
CREATE INDEX disbursement_preflightfinding_enrolment_id_1499794d ON public.disbursement_preflightfinding USING btree (enrolment_id);
CREATE INDEX disbursement_programme_code_cc415c18_like ON public.disbursement_programme USING btree (code varchar_pattern_ops);
CREATE INDEX disbursement_programmeconflict_by_id_f2154bc2 ON public.disbursement_programmeconflict USING btree (by_id);
CREATE INDEX disbursement_programmeconflict_first_id_97a37da8 ON public.disbursement_programmeconflict USING btree (first_id);
CREATE INDEX disbursement_programmeconflict_second_id_254446c4 ON public.disbursement_programmeconflict USING btree (second_id);
CREATE INDEX disbursement_programmeversion_by_id_fe42a014 ON public.disbursement_programmeversion USING btree (by_id);
CREATE INDEX disbursement_programmeversion_cash_terms_id_24e0627a ON public.disbursement_programmeversion USING btree (cash_terms_id);
CREATE INDEX disbursement_programmeversion_enforced_by_id_7dca9b37 ON public.disbursement_programmeversion USING btree (enforced_by_id);
CREATE INDEX disbursement_programmeversion_terms_id_971fc9f6 ON public.disbursement_programmeversion USING btree (terms_id);
CREATE INDEX disbursement_provideraccount_code_197e9613_like ON public.disbursement_provideraccount USING btree (code varchar_pattern_ops);
CREATE INDEX disbursement_recalculation_by_id_2a852820 ON public.disbursement_recalculation USING btree (by_id);
CREATE INDEX disbursement_recalculation_cycle_id_8631c633 ON public.disbursement_recalculation USING btree (cycle_id);
CREATE INDEX disbursement_recalculation_decided_by_id_9fe861b6 ON public.disbursement_recalculation USING btree (decided_by_id);
CREATE INDEX disbursement_recalculation_enrolment_id_faaca3c9 ON public.disbursement_recalculation USING btree (enrolment_id);
CREATE INDEX disbursement_report_by_id_0fa0c68a ON public.disbursement_report USING btree (by_id);
CREATE INDEX disbursement_resolution_decided_by_id_8ddbc8c2 ON public.disbursement_resolution USING btree (decided_by_id);
CREATE INDEX disbursement_resolution_line_id_aea1a7a7 ON public.disbursement_resolution USING btree (line_id);
CREATE INDEX disbursement_resolution_proposed_by_id_b119de0c ON public.disbursement_resolution USING btree (proposed_by_id);
CREATE INDEX disbursement_route_enrolment_id_5edcf634 ON public.disbursement_route USING btree (enrolment_id);
CREATE INDEX disbursement_route_set_by_id_52956679 ON public.disbursement_route USING btree (set_by_id);
CREATE INDEX disbursement_schedule_by_id_e8876222 ON public.disbursement_schedule USING btree (by_id);
CREATE INDEX disbursement_schedule_stopped_by_id_bf3d59a8 ON public.disbursement_schedule USING btree (stopped_by_id);
CREATE INDEX disbursement_scheduledrun_batch_id_bdbcdfc0 ON public.disbursement_scheduledrun USING btree (batch_id);
CREATE INDEX disbursement_scheduledrun_cycle_id_deb7a5ef ON public.disbursement_scheduledrun USING btree (cycle_id);
CREATE INDEX disbursement_scheduledrun_schedule_id_9369b2fb ON public.disbursement_scheduledrun USING btree (schedule_id);
CREATE INDEX disbursement_schemeagreement_by_id_a47e74b4 ON public.disbursement_schemeagreement USING btree (by_id);
CREATE INDEX disbursement_sentback_by_id_85cfaba3 ON public.disbursement_sentback USING btree (by_id);
CREATE INDEX disbursement_statement_account_id_e81bdd46 ON public.disbursement_statement USING btree (account_id);
CREATE INDEX disbursement_statement_booked_by_id_f95bb2ea ON public.disbursement_statement USING btree (booked_by_id);
CREATE INDEX disbursement_statement_by_id_0b911042 ON public.disbursement_statement USING btree (by_id);
CREATE INDEX disbursement_statement_state_04278d6b ON public.disbursement_statement USING btree (state);
CREATE INDEX disbursement_statement_state_04278d6b_like ON public.disbursement_statement USING btree (state varchar_pattern_ops);
CREATE INDEX disbursement_statementaccount_code_dd2b19b4_like ON public.disbursement_statementaccount USING btree (code varchar_pattern_ops);
CREATE INDEX disbursement_statementaccount_end_agreed_by_id_af002cb5 ON public.disbursement_statementaccount USING btree (end_agreed_by_id);
CREATE INDEX disbursement_statementaccount_end_by_id_c1d1bb8c ON public.disbursement_statementaccount USING btree (end_by_id);
CREATE INDEX disbursement_submission_batch_id_3f235044 ON public.disbursement_submission USING btree (batch_id);
CREATE INDEX disbursement_submission_maker_id_5b511b8d ON public.disbursement_submission USING btree (maker_id);
CREATE INDEX disbursement_submission_tier_id_e7b47d92 ON public.disbursement_submission USING btree (tier_id);
CREATE INDEX disbursement_takeback_instruction_id_f6160685 ON public.disbursement_takeback USING btree (instruction_id);
CREATE INDEX disbursement_trialchange_person_id_fa461965 ON public.disbursement_trialchange USING btree (person_id);
CREATE INDEX disbursement_versiontrial_by_id_6f363f4f ON public.disbursement_versiontrial USING btree (by_id);
CREATE INDEX disbursement_versiontrial_version_id_4a1d30f0 ON public.disbursement_versiontrial USING btree (version_id);
CREATE INDEX disbursement_withholding_clawback_id_d4f9ab04 ON public.disbursement_withholding USING btree (clawback_id);
CREATE INDEX django_admin_log_content_type_id_c4bce8eb ON public.django_admin_log USING btree (content_type_id);
CREATE INDEX django_admin_log_user_id_c564eba6 ON public.django_admin_log USING btree (user_id);
CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);
CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);
CREATE INDEX duplicate_pair_queue ON public.beneficiaries_duplicatepair USING btree (score DESC, id) WHERE ((status)::text = 'open'::text);
CREATE UNIQUE INDEX enrolment_one_per_household ON public.disbursement_enrolment USING btree (programme_id, household_id) WHERE (NOT ((status)::text = 'ended'::text));
CREATE INDEX enrolment_suspended ON public.disbursement_enrolment USING btree (id) WHERE ((status)::text = 'suspended'::text);
CREATE INDEX enrolment_waiting ON public.disbursement_enrolment USING btree (programme_id) WHERE ((status)::text = 'waiting'::text);
CREATE INDEX enrolmentappeal_open ON public.disbursement_enrolmentappeal USING btree (answer_by) WHERE ((status)::text = 'filed'::text);
CREATE INDEX enrolmentstep_change ON public.disbursement_enrolmentstep USING btree (at) WHERE (NOT ((from_status)::text = ''::text));
CREATE INDEX enrolmentstep_gone ON public.disbursement_enrolmentstep USING btree (enrolment_id) WHERE (((reason)::text = ANY ((ARRAY['deceased'::character varying, 'left'::character varying])::text[])) AND ((to_status)::text = 'suspended'::text));
CREATE INDEX enrolmentstep_out ON public.disbursement_enrolmentstep USING btree (at) WHERE ((to_status)::text = 'ended'::text);
CREATE INDEX evidence_by_number ON public.beneficiaries_evidence USING btree (number_index) WHERE (number_index IS NOT NULL);
CREATE UNIQUE INDEX evidence_newest_of_household ON public.beneficiaries_evidence USING btree (household_id, kind, item, number_index) NULLS NOT DISTINCT WHERE ((household_id IS NOT NULL) AND (superseded_at IS NULL));
CREATE UNIQUE INDEX evidence_newest_of_person ON public.beneficiaries_evidence USING btree (person_id, kind, item, number_index) NULLS NOT DISTINCT WHERE ((person_id IS NOT NULL) AND (superseded_at IS NULL));
CREATE UNIQUE INDEX evidence_reference_once ON public.beneficiaries_evidence USING btree (sent_by_id, reference) WHERE (sent_by_id IS NOT NULL);
CREATE UNIQUE INDEX exclusion_open_of_household ON public.beneficiaries_exclusion USING btree (code, household_id) WHERE ((ends_on IS NULL) AND (household_id IS NOT NULL));
CREATE UNIQUE INDEX exclusion_open_of_person ON public.beneficiaries_exclusion USING btree (code, person_id) WHERE ((ends_on IS NULL) AND (person_id IS NOT NULL));
CREATE UNIQUE INDEX fraud_case_device_day ON public.wallet_fraudcase USING btree (device, day) WHERE ((device IS NOT NULL) AND ((status)::text = 'open'::text));
CREATE UNIQUE INDEX fraud_case_merchant_day ON public.wallet_fraudcase USING btree (merchant_id, day) WHERE ((merchant_id IS NOT NULL) AND ((status)::text = 'open'::text));
CREATE INDEX fraud_case_queue ON public.wallet_fraudcase USING btree (score DESC, id) WHERE ((status)::text = 'open'::text);
CREATE UNIQUE INDEX fraud_case_wallet_day ON public.wallet_fraudcase USING btree (wallet_id, day) WHERE (((status)::text = 'open'::text) AND (wallet_id IS NOT NULL));
CREATE UNIQUE INDEX fraud_hold_merchant ON public.wallet_fraudhold USING btree (merchant_id, kind) WHERE ((merchant_id IS NOT NULL) AND (released_at IS NULL));
CREATE UNIQUE INDEX fraud_hold_wallet ON public.wallet_fraudhold USING btree (wallet_id, kind) WHERE ((released_at IS NULL) AND (wallet_id IS NOT NULL));
CREATE UNIQUE INDEX fraud_rule_one_in_force ON public.wallet_fraudrule USING btree (signal) WHERE (((status)::text = 'agreed'::text) AND (valid_until IS NULL));
CREATE UNIQUE INDEX grievance_escalated_once ON public.beneficiaries_grievancestep USING btree (grievance_id, round, level) WHERE ((to_status)::text = 'escalated'::text);
CREATE INDEX grievance_open ON public.beneficiaries_grievance USING btree (due_at) WHERE ((status)::text = ANY ((ARRAY['received'::character varying, 'assigned'::character varying, 'escalated'::character varying, 'reopened'::character varying])::text[]));
CREATE UNIQUE INDEX grievance_sent_once ON public.beneficiaries_grievance USING btree (reporter_id, reference) WHERE (reference IS NOT NULL);
CREATE INDEX grievance_subject_of ON public.beneficiaries_grievance USING btree (subject_kind, subject_id);
CREATE INDEX hold_expiry ON public.wallet_hold USING btree (expires_at) WHERE ((status)::text = 'held'::text);
CREATE INDEX hold_of_wallet ON public.wallet_hold USING btree (wallet_id, created_at);
CREATE UNIQUE INDEX hold_one_per_code ON public.wallet_hold USING btree (code_id) WHERE (NOT ((status)::text = 'declined'::text));
CREATE UNIQUE INDEX household_once_a_cycle ON public.disbursement_instruction USING btree (household_id, cycle_id, part) WHERE ((household_id IS NOT NULL) AND live AND (NOT ((kind)::text = 'correction'::text)));
CREATE UNIQUE INDEX instruction_once_a_cycle ON public.disbursement_instruction USING btree (enrolment_id, cycle_id, part) WHERE (live AND (NOT ((kind)::text = 'correction'::text)));
CREATE UNIQUE INDEX invitation_one_open ON public.wallet_partnerinvitation USING btree (partner_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX listing_once ON public.beneficiaries_listing USING btree (source, person_id) WHERE (until_id IS NULL);
CREATE UNIQUE INDEX merchant_nmid_once ON public.wallet_merchant USING btree (nmid) WHERE (NOT ((nmid)::text = ''::text));
CREATE UNIQUE INDEX merchantchange_waits_alone ON public.wallet_merchantchange USING btree (merchant_id) WHERE ((status)::text = 'proposed'::text);
CREATE UNIQUE INDEX merge_once ON public.beneficiaries_merge USING btree (merged_id) WHERE (undone_at IS NULL);
CREATE INDEX mobile_delivery_told_by_id_04c2c49d ON public.mobile_delivery USING btree (told_by_id);
CREATE INDEX mobile_device_person_id_4ecf24d1 ON public.mobile_device USING btree (person_id);
CREATE INDEX mpm_code_expiry ON public.wallet_mpmcode USING btree (expires_at) WHERE ((state)::text = 'open'::text);
CREATE INDEX notice_made ON public.mobile_notice USING brin (created_at);
CREATE INDEX notice_of_person ON public.mobile_notice USING btree (person_id, id);
CREATE UNIQUE INDEX objection_one_open ON public.beneficiaries_objection USING btree (exclusion_id) WHERE ((status)::text = 'filed'::text);
CREATE INDEX officers_authenticator_user_id_76bdefd5 ON public.officers_authenticator USING btree (user_id);
CREATE INDEX officers_authenticatorstep_authenticator_id_c0c809a3 ON public.officers_authenticatorstep USING btree (authenticator_id);
CREATE INDEX officers_authenticatorstep_by_id_22cda6b6 ON public.officers_authenticatorstep USING btree (by_id);
CREATE INDEX officers_proof_authenticator_id_d8b83253 ON public.officers_proof USING btree (authenticator_id);
CREATE INDEX officers_proof_user_id_cb0831c7 ON public.officers_proof USING btree (user_id);
CREATE INDEX offline_claim_of ON public.wallet_offlineclaim USING btree (allowance_id, number);
CREATE INDEX offline_claim_queue ON public.wallet_offlineclaim USING btree (received_at) WHERE ((status)::text = ANY ((ARRAY['queued'::character varying, 'proposed'::character varying])::text[]));
CREATE INDEX offline_due ON public.wallet_offlineallowance USING btree (claims_until) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX offline_one_open ON public.wallet_offlineallowance USING btree (wallet_id, kind) WHERE (ended_at IS NULL);
CREATE INDEX offline_revoked ON public.wallet_offlineallowance USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);
CREATE UNIQUE INDEX offline_voucher_paid_once ON public.wallet_offlineclaim USING btree (allowance_id, number) WHERE ((status)::text = 'paid'::text);
CREATE UNIQUE INDEX one_import_commits ON public.beneficiaries_registryimport USING btree (state) WHERE ((state)::text = 'committing'::text);
CREATE INDEX otp_of_phone ON public.mobile_otpchallenge USING btree (phone_index, id);
CREATE UNIQUE INDEX outlet_once ON public.wallet_outlet USING btree (merchant_id, code) WHERE (merchant_id IS NOT NULL);
CREATE UNIQUE INDEX outlet_once_asked ON public.wallet_outlet USING btree (application_id, code) WHERE (application_id IS NOT NULL);
CREATE UNIQUE INDEX owed_once ON public.disbursement_owedcycle USING btree (cycle_id, enrolment_id) WHERE (withdrawn_at IS NULL);
CREATE UNIQUE INDEX partnerchange_waits_alone ON public.wallet_partnerchange USING btree (partner_id, kind) WHERE ((status)::text = 'proposed'::text);
CREATE INDEX payment_of_hold ON public.wallet_payment USING btree (hold_id) WHERE (hold_id IS NOT NULL);
CREATE INDEX payment_of_wallet ON public.wallet_payment USING btree (wallet_id, created_at);
CREATE INDEX payout_again ON public.disbursement_payoutline USING btree (provider_id, chunk_id) WHERE ((sends > 0) AND ((state)::text = 'ready'::text));
CREATE INDEX payout_aged ON public.disbursement_payoutline USING btree (opened_at) WHERE ((state)::text = ANY ((ARRAY['ready'::character varying, 'sent'::character varying, 'unknown'::character varying])::text[]));
CREATE INDEX payout_contradicted ON public.disbursement_payoutline USING btree (contradicted_at) WHERE (NOT ((contradiction)::text = ''::text));
CREATE INDEX payout_due ON public.disbursement_payoutline USING btree (provider_id, due_at) WHERE ((state)::text = ANY ((ARRAY['sent'::character varying, 'unknown'::character varying])::text[]));
CREATE INDEX payout_open ON public.disbursement_payoutline USING btree (chunk_id) WHERE ((state)::text = ANY ((ARRAY['ready'::character varying, 'sent'::character varying, 'unknown'::character varying])::text[]));
CREATE INDEX person_name_trigrams ON public.beneficiaries_person USING gin (upper((name)::text) public.gin_trgm_ops);
CREATE INDEX preflight_waiting ON public.disbursement_preflight USING btree (requested_at) WHERE (done_at IS NULL);
CREATE UNIQUE INDEX price_once ON public.wallet_regulatedprice USING btree (merchant_id, item) WHERE (merchant_id IS NOT NULL);
CREATE UNIQUE INDEX price_once_asked ON public.wallet_regulatedprice USING btree (application_id, item) WHERE (application_id IS NOT NULL);
CREATE UNIQUE INDEX programmeconflict_once_open ON public.disbursement_programmeconflict USING btree (first_id, second_id, scope) WHERE (ends_on IS NULL);
CREATE UNIQUE INDEX proposal_undecided_of_household ON public.beneficiaries_proposal USING btree (code, household_id) WHERE ((household_id IS NOT NULL) AND ((status)::text = 'undecided'::text));
CREATE UNIQUE INDEX proposal_undecided_of_person ON public.beneficiaries_proposal USING btree (code, person_id) WHERE ((person_id IS NOT NULL) AND ((status)::text = 'undecided'::text));
CREATE INDEX purse_usable_until ON public.wallet_purse USING btree (usable_until) WHERE (usable_until IS NOT NULL);
CREATE INDEX recalculation_waiting ON public.disbursement_recalculation USING btree (id) WHERE ((status)::text = 'waiting'::text);
CREATE UNIQUE INDEX recoveryproposal_one_open ON public.wallet_recoveryproposal USING btree (wallet_id) WHERE ((status)::text = 'proposed'::text);
CREATE UNIQUE INDEX refund_cancels_once ON public.wallet_refund USING btree (payment_id) WHERE cancels;
CREATE INDEX refused_row_of_run ON public.beneficiaries_refusedrow USING btree (run_id, line, "position");
CREATE INDEX region_name_trigrams ON public.beneficiaries_region USING gin (upper((name)::text) public.gin_trgm_ops);
CREATE INDEX report_unfinished ON public.disbursement_report USING btree (id) WHERE ((status)::text = ANY ((ARRAY['waiting'::character varying, 'running'::character varying])::text[]));
CREATE INDEX representation_decided ON public.beneficiaries_representation USING btree (decided_at) WHERE ((status)::text = ANY ((ARRAY['approved'::character varying, 'ended'::character varying])::text[]));
CREATE UNIQUE INDEX representation_once ON public.beneficiaries_representation USING btree (for_person_id, representative_id, kind) WHERE ((representative_id IS NOT NULL) AND ((status)::text = 'proposed'::text));
CREATE UNIQUE INDEX representation_once_outsider ON public.beneficiaries_representation USING btree (for_person_id, nik_index, kind) WHERE ((representative_id IS NULL) AND ((status)::text = 'proposed'::text));
CREATE UNIQUE INDEX representation_one_guardian ON public.beneficiaries_representation USING btree (for_person_id) WHERE (((kind)::text = 'guardian'::text) AND ((status)::text = 'approved'::text));
CREATE INDEX representation_over ON public.beneficiaries_representation USING btree (ended_at) WHERE ((status)::text = 'ended'::text);
CREATE UNIQUE INDEX resolution_one_open ON public.disbursement_resolution USING btree (line_id) WHERE (decided_at IS NULL);
CREATE INDEX reveal_by_day ON public.beneficiaries_reveal USING btree (by_id, at);
CREATE INDEX route_agreed ON public.disbursement_route USING btree (agreed_at, id) WHERE (agreed_at IS NOT NULL);
CREATE INDEX route_by_number ON public.disbursement_route USING btree (number_index) WHERE (ended_at IS NULL);
CREATE INDEX route_ended ON public.disbursement_route USING btree (ended_at, id) WHERE ((agreed_at IS NOT NULL) AND (ended_at IS NOT NULL));
CREATE UNIQUE INDEX route_in_force ON public.disbursement_route USING btree (enrolment_id) WHERE ((agreed_at IS NOT NULL) AND (ended_at IS NULL));
CREATE UNIQUE INDEX route_proposed ON public.disbursement_route USING btree (enrolment_id) WHERE ((agreed_at IS NULL) AND (ended_at IS NULL));
CREATE INDEX route_waiting ON public.disbursement_route USING btree (set_at) WHERE ((agreed_at IS NULL) AND (ended_at IS NULL));
CREATE INDEX scheduled_run_prepare ON public.disbursement_scheduledrun USING btree (prepare_at);
CREATE UNIQUE INDEX settlementreturn_waits_alone ON public.wallet_settlementreturn USING btree (settlement_id) WHERE ((status)::text = 'proposed'::text);
CREATE INDEX sms_due ON public.mobile_sms USING btree (due_at) WHERE ((state)::text = 'queued'::text);
CREATE INDEX stagedhousehold_of_run ON public.beneficiaries_stagedhousehold USING btree (run_id);
CREATE INDEX stagedperson_of_run ON public.beneficiaries_stagedperson USING btree (run_id, line);
CREATE INDEX statement_entry_day ON public.disbursement_statemententry USING btree (booked_on);
CREATE INDEX statement_entry_of ON public.disbursement_statemententry USING btree (statement_id, line);
CREATE INDEX statement_entry_subject ON public.disbursement_statemententry USING btree (subject);
CREATE UNIQUE INDEX statement_file_once ON public.disbursement_statement USING btree (file_sha256) WHERE (NOT ((state)::text = ANY ((ARRAY['failed'::character varying, 'cancelled'::character varying])::text[])));
CREATE UNIQUE INDEX statement_number_once ON public.disbursement_statement USING btree (account_id, number) WHERE ((state)::text = ANY ((ARRAY['previewed'::character varying, 'booked'::character varying])::text[]));
CREATE UNIQUE INDEX successionproposal_one_open ON public.wallet_successionproposal USING btree (predecessor_id) WHERE ((status)::text = 'proposed'::text);
CREATE INDEX takeback_agreed ON public.disbursement_takeback USING btree (decided_at) WHERE agreed;
CREATE UNIQUE INDEX takeback_one_open ON public.disbursement_takeback USING btree (instruction_id) WHERE (decided_at IS NULL);
CREATE UNIQUE INDEX terms_of_own_money ON public.wallet_purseterms USING btree (own_money) WHERE own_money;
CREATE INDEX top_up_of_wallet ON public.wallet_topup USING btree (wallet_id, created_at);
CREATE INDEX transfer_credit ON public.wallet_transfer USING btree (credit_id, id);
CREATE INDEX transfer_debit ON public.wallet_transfer USING btree (debit_id, id);
CREATE INDEX transfer_payment ON public.wallet_transfer USING btree (payment_id) WHERE (payment_id IS NOT NULL);
CREATE INDEX transfer_posted_at ON public.wallet_transfer USING brin (posted_at);
CREATE UNIQUE INDEX transfer_reversed_once ON public.wallet_transfer USING btree (reverses_id) WHERE (reverses_id IS NOT NULL);
CREATE INDEX trial_unfinished ON public.disbursement_versiontrial USING btree (id) WHERE ((status)::text = ANY ((ARRAY['waiting'::character varying, 'running'::character varying])::text[]));
CREATE INDEX wallet_accesstoken_key_id_1961d3a3 ON public.wallet_accesstoken USING btree (key_id);
CREATE INDEX wallet_accesstoken_partner_id_dbaa4da0 ON public.wallet_accesstoken USING btree (partner_id);
CREATE INDEX wallet_answerreturns_decided_by_id_02aeba4e ON public.wallet_answerreturns USING btree (decided_by_id);
CREATE INDEX wallet_answerreturns_proposed_by_id_6742d91d ON public.wallet_answerreturns USING btree (proposed_by_id);
CREATE INDEX wallet_answerreview_by_id_4506c858 ON public.wallet_answerreview USING btree (by_id);
CREATE INDEX wallet_applicationdocument_application_id_9150d4c8 ON public.wallet_applicationdocument USING btree (application_id);
CREATE INDEX wallet_applicationdocument_by_id_f008555f ON public.wallet_applicationdocument USING btree (by_id);
CREATE INDEX wallet_applicationwriter_application_id_1c706d08 ON public.wallet_applicationwriter USING btree (application_id);
CREATE INDEX wallet_applicationwriter_by_id_ab83e538 ON public.wallet_applicationwriter USING btree (by_id);
CREATE INDEX wallet_bankanswer_settlement_id_8fb23d92 ON public.wallet_bankanswer USING btree (settlement_id);
CREATE INDEX wallet_bankanswerfile_by_id_82f54474 ON public.wallet_bankanswerfile USING btree (by_id);
CREATE INDEX wallet_bankanswerfile_digest_ac808d57_like ON public.wallet_bankanswerfile USING btree (digest varchar_pattern_ops);
CREATE INDEX wallet_bulkcashin_bulk_id_b9f685ce_like ON public.wallet_bulkcashin USING btree (bulk_id varchar_pattern_ops);
CREATE INDEX wallet_bulkcashin_partner_id_d4ca6916 ON public.wallet_bulkcashin USING btree (partner_id);
CREATE INDEX wallet_bulkcashinline_reference_no_123a5208_like ON public.wallet_bulkcashinline USING btree (reference_no varchar_pattern_ops);
CREATE INDEX wallet_bulkcashinline_wallet_id_fbf8f0ae ON public.wallet_bulkcashinline USING btree (wallet_id);
CREATE INDEX wallet_cpmcode_reference_no_057b2b31_like ON public.wallet_cpmcode USING btree (reference_no varchar_pattern_ops);
CREATE INDEX wallet_credential_partner_id_356fb5a3 ON public.wallet_credential USING btree (partner_id);
CREATE INDEX wallet_debitorder_merchant_id_ff44ad47 ON public.wallet_debitorder USING btree (merchant_id);
CREATE INDEX wallet_debitorder_reference_no_0efd0974_like ON public.wallet_debitorder USING btree (reference_no varchar_pattern_ops);
CREATE INDEX wallet_depositbooking_decided_by_id_a4cd12c8 ON public.wallet_depositbooking USING btree (decided_by_id);
CREATE INDEX wallet_depositbooking_partner_id_7a24baac ON public.wallet_depositbooking USING btree (partner_id);
CREATE INDEX wallet_depositbooking_proposed_by_id_15949e36 ON public.wallet_depositbooking USING btree (proposed_by_id);
CREATE INDEX wallet_digitguesses_merchant_id_1d2872fc ON public.wallet_digitguesses USING btree (merchant_id);
CREATE INDEX wallet_documentview_by_id_35c1ab35 ON public.wallet_documentview USING btree (by_id);
CREATE INDEX wallet_documentview_document_id_fdee2ed4 ON public.wallet_documentview USING btree (document_id);
CREATE INDEX wallet_fraudcase_merchant_id_19de363e ON public.wallet_fraudcase USING btree (merchant_id);
CREATE INDEX wallet_fraudcase_wallet_id_316c63c6 ON public.wallet_fraudcase USING btree (wallet_id);
CREATE INDEX wallet_fraudhold_case_id_2da2a93e ON public.wallet_fraudhold USING btree (case_id);
CREATE INDEX wallet_fraudsignal_case_id_9b453287 ON public.wallet_fraudsignal USING btree (case_id);
CREATE INDEX wallet_fraudsignal_rule_id_63fda3f0 ON public.wallet_fraudsignal USING btree (rule_id);
CREATE INDEX wallet_hold_merchant_id_50a74229 ON public.wallet_hold USING btree (merchant_id);
CREATE INDEX wallet_holdpart_purse_id_6f9105c3 ON public.wallet_holdpart USING btree (purse_id);
CREATE INDEX wallet_merchant_merchant_id_ad45da80_like ON public.wallet_merchant USING btree (merchant_id varchar_pattern_ops);
CREATE INDEX wallet_merchant_partner_id_50394444 ON public.wallet_merchant USING btree (partner_id);
CREATE INDEX wallet_merchantapplication_decided_by_id_6aaefb9a ON public.wallet_merchantapplication USING btree (decided_by_id);
CREATE INDEX wallet_merchantapplication_made_by_id_28a2a149 ON public.wallet_merchantapplication USING btree (made_by_id);
CREATE INDEX wallet_merchantapplication_partner_id_d8c8092d ON public.wallet_merchantapplication USING btree (partner_id);
CREATE INDEX wallet_merchantapplication_submitted_by_id_75f432dd ON public.wallet_merchantapplication USING btree (submitted_by_id);
CREATE INDEX wallet_merchantchange_decided_by_id_8d99bba4 ON public.wallet_merchantchange USING btree (decided_by_id);
CREATE INDEX wallet_merchantchange_merchant_id_2cdd7ee7 ON public.wallet_merchantchange USING btree (merchant_id);
CREATE INDEX wallet_merchantchange_proposed_by_id_c7946b9f ON public.wallet_merchantchange USING btree (proposed_by_id);
CREATE INDEX wallet_merchantstep_merchant_id_768dda89 ON public.wallet_merchantstep USING btree (merchant_id);
CREATE INDEX wallet_mpmcode_merchant_id_8c4bdd92 ON public.wallet_mpmcode USING btree (merchant_id);
CREATE INDEX wallet_mpmpayment_code_id_68cb239b ON public.wallet_mpmpayment USING btree (code_id);
CREATE INDEX wallet_offlineallowance_number_d17201e1_like ON public.wallet_offlineallowance USING btree (number varchar_pattern_ops);
CREATE INDEX wallet_offlineallowance_wallet_id_4de9e49a ON public.wallet_offlineallowance USING btree (wallet_id);
CREATE INDEX wallet_offlineclaim_merchant_id_b2f2df79 ON public.wallet_offlineclaim USING btree (merchant_id);
CREATE INDEX wallet_offlineclaimstep_by_id_e1ac1c9f ON public.wallet_offlineclaimstep USING btree (by_id);
CREATE INDEX wallet_offlineclaimstep_claim_id_57dcd831 ON public.wallet_offlineclaimstep USING btree (claim_id);
CREATE INDEX wallet_outlet_application_id_22f5f5e6 ON public.wallet_outlet USING btree (application_id);
CREATE INDEX wallet_outlet_merchant_id_b21f8db0 ON public.wallet_outlet USING btree (merchant_id);
CREATE INDEX wallet_pagepintries_subject_501b8ea8_like ON public.wallet_pagepintries USING btree (subject varchar_pattern_ops);
CREATE INDEX wallet_partner_client_id_b06992ec_like ON public.wallet_partner USING btree (client_id varchar_pattern_ops);
CREATE INDEX wallet_partnerchange_decided_by_id_6b49dd76 ON public.wallet_partnerchange USING btree (decided_by_id);
CREATE INDEX wallet_partnerchange_partner_id_3fea2050 ON public.wallet_partnerchange USING btree (partner_id);
CREATE INDEX wallet_partnerchange_proposed_by_id_511642d7 ON public.wallet_partnerchange USING btree (proposed_by_id);
CREATE INDEX wallet_partnerinfo_created_at_52f1be72 ON public.wallet_partnerinfo USING btree (created_at);
CREATE INDEX wallet_partnerinvitation_partner_id_b55ddf6c ON public.wallet_partnerinvitation USING btree (partner_id);
CREATE INDEX wallet_payment_merchant_id_9e7fe1c7 ON public.wallet_payment USING btree (merchant_id);
CREATE INDEX wallet_paymentcode_wallet_id_493436df ON public.wallet_paymentcode USING btree (wallet_id);
CREATE INDEX wallet_payoutfile_ended_by_id_be114f64 ON public.wallet_payoutfile USING btree (ended_by_id);
CREATE INDEX wallet_payoutfile_made_by_id_f1051ed2 ON public.wallet_payoutfile USING btree (made_by_id);
CREATE INDEX wallet_payoutfile_message_id_7a0d9865_like ON public.wallet_payoutfile USING btree (message_id varchar_pattern_ops);
CREATE INDEX wallet_purse_wallet_id_70f99beb ON public.wallet_purse USING btree (wallet_id);
CREATE INDEX wallet_purseterms_lapses_to_id_c6e54773 ON public.wallet_purseterms USING btree (lapses_to_id);
CREATE INDEX wallet_purseterms_name_d7a2dfe3_like ON public.wallet_purseterms USING btree (name varchar_pattern_ops);
CREATE INDEX wallet_recoveryproposal_decided_by_id_3824ed76 ON public.wallet_recoveryproposal USING btree (decided_by_id);
CREATE INDEX wallet_recoveryproposal_proposed_by_id_a9307b1f ON public.wallet_recoveryproposal USING btree (proposed_by_id);
CREATE INDEX wallet_recoveryproposal_wallet_id_fb319dc0 ON public.wallet_recoveryproposal USING btree (wallet_id);
CREATE INDEX wallet_refund_partner_id_4bc59b5e ON public.wallet_refund USING btree (partner_id);
CREATE INDEX wallet_refund_payment_id_d168a20d ON public.wallet_refund USING btree (payment_id);
CREATE INDEX wallet_regulatedprice_application_id_38048d82 ON public.wallet_regulatedprice USING btree (application_id);
CREATE INDEX wallet_regulatedprice_merchant_id_bfac2afd ON public.wallet_regulatedprice USING btree (merchant_id);
CREATE INDEX wallet_settlement_merchant_id_64c57fda ON public.wallet_settlement USING btree (merchant_id);
CREATE INDEX wallet_settlement_payout_file_id_e71ff503 ON public.wallet_settlement USING btree (payout_file_id);
CREATE INDEX wallet_settlementoutcome_merchant_id_7845b599 ON public.wallet_settlementoutcome USING btree (merchant_id);
CREATE INDEX wallet_settlementreturn_decided_by_id_d6305799 ON public.wallet_settlementreturn USING btree (decided_by_id);
CREATE INDEX wallet_settlementreturn_proposed_by_id_a3802d1d ON public.wallet_settlementreturn USING btree (proposed_by_id);
CREATE INDEX wallet_settlementreturn_settlement_id_06c04639 ON public.wallet_settlementreturn USING btree (settlement_id);
CREATE INDEX wallet_succession_successor_id_04bef498 ON public.wallet_succession USING btree (successor_id);
CREATE INDEX wallet_successionproposal_decided_by_id_db348d77 ON public.wallet_successionproposal USING btree (decided_by_id);
CREATE INDEX wallet_successionproposal_predecessor_id_3ff8fa2a ON public.wallet_successionproposal USING btree (predecessor_id);
CREATE INDEX wallet_successionproposal_proposed_by_id_f47a5c41 ON public.wallet_successionproposal USING btree (proposed_by_id);
CREATE INDEX wallet_successionproposal_successor_id_112ffd65 ON public.wallet_successionproposal USING btree (successor_id);
CREATE INDEX wallet_terminal_outlet_id_ac3d517c ON public.wallet_terminal USING btree (outlet_id);
CREATE INDEX wallet_topup_agent_id_a01e9dc1 ON public.wallet_topup USING btree (agent_id);
CREATE INDEX wallet_topup_purse_id_0704196c ON public.wallet_topup USING btree (purse_id);
CREATE INDEX wallet_walletstep_wallet_id_155b8275 ON public.wallet_walletstep USING btree (wallet_id);
CREATE INDEX wallet_webhookreplay_webhook_id_14680e98 ON public.wallet_webhookreplay USING btree (webhook_id);
CREATE INDEX webhook_due ON public.wallet_webhook USING btree (endpoint_id, due_at, id) WHERE ((state)::text = 'waiting'::text);
CREATE INDEX webhook_given_up ON public.wallet_webhook USING btree (ended_at) WHERE ((state)::text = 'given_up'::text);
CREATE INDEX webhook_key ON public.wallet_webhook USING btree (ordering_key);
CREATE INDEX webhook_order ON public.wallet_webhook USING btree (partner_id, ordering_key, id) WHERE ((state)::text = ANY ((ARRAY['waiting'::character varying, 'sending'::character varying])::text[]));
CREATE INDEX webhook_sending ON public.wallet_webhook USING btree (endpoint_id, claimed_at) WHERE ((state)::text = 'sending'::text);
CREATE TRIGGER account_agreed BEFORE UPDATE OF bank_code, bank_account_sealed, account_holder_sealed ON public.wallet_merchant FOR EACH ROW WHEN (((((old.bank_code)::text IS DISTINCT FROM (new.bank_code)::text) OR (old.bank_account_sealed IS DISTINCT FROM new.bank_account_sealed)) OR (old.account_holder_sealed IS DISTINCT FROM new.account_holder_sealed))) EXECUTE FUNCTION public.wallet_merchant_account_agreed();
CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON public.disbursement_clawback DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.disbursement_clawback_adds_up();
CREATE TRIGGER agreed BEFORE INSERT ON public.wallet_credential FOR EACH ROW EXECUTE FUNCTION public.wallet_credential_agreed();
CREATE TRIGGER agreed BEFORE UPDATE OF active, scopes, networks, notify_url, return_hosts, opened_at ON public.wallet_partner FOR EACH ROW WHEN (((((((old.active IS DISTINCT FROM new.active) OR (old.scopes IS DISTINCT FROM new.scopes)) OR (old.networks IS DISTINCT FROM new.networks)) OR ((old.notify_url)::text IS DISTINCT FROM (new.notify_url)::text)) OR (old.return_hosts IS DISTINCT FROM new.return_hosts)) OR (old.opened_at IS DISTINCT FROM new.opened_at))) EXECUTE FUNCTION public.wallet_partner_agreed();
CREATE TRIGGER agreed BEFORE INSERT ON public.wallet_partnerinvitation FOR EACH ROW EXECUTE FUNCTION public.wallet_invitation_agreed();
CREATE TRIGGER agreed BEFORE INSERT ON public.wallet_succession FOR EACH ROW EXECUTE FUNCTION public.wallet_succession_agreed();
CREATE TRIGGER all_pending BEFORE UPDATE OF status ON public.wallet_payoutfile FOR EACH ROW WHEN ((((new.status)::text = 'sent'::text) AND ((old.status)::text <> 'sent'::text))) EXECUTE FUNCTION public.wallet_payout_file_all_pending();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.beneficiaries_collection FOR EACH STATEMENT EXECUTE FUNCTION public.beneficiaries_written_once();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.beneficiaries_consent FOR EACH STATEMENT EXECUTE FUNCTION public.registry_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.beneficiaries_consenttext FOR EACH STATEMENT EXECUTE FUNCTION public.registry_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.beneficiaries_evidenceaccess FOR EACH STATEMENT EXECUTE FUNCTION public.registry_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.beneficiaries_grievancestep FOR EACH STATEMENT EXECUTE FUNCTION public.beneficiaries_written_once();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.beneficiaries_indexkeyturn FOR EACH STATEMENT EXECUTE FUNCTION public.registry_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON public.beneficiaries_reveal FOR EACH STATEMENT EXECUTE FUNCTION public.registry_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.beneficiaries_revealallowance FOR EACH STATEMENT EXECUTE FUNCTION public.registry_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_approval FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_approval_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_approvalscheme FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_approvaltier FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_batchstep FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_batchstep_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_breakstep FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_budget FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_bulknotice FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_clawbackpayment FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.disbursement_clawbackstep FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_comparison FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_confirmation FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.disbursement_delegation FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.disbursement_enrolmentappeal FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.disbursement_enrolmentstep FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_giveback FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.disbursement_programmeconflict FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_schemeagreement FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_sentback FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_submission FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.disbursement_withholding FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.officers_authenticatorstep FOR EACH STATEMENT EXECUTE FUNCTION public.officers_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.officers_proof FOR EACH STATEMENT EXECUTE FUNCTION public.officers_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_answerreview FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_applicationwriter FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_bankanswerfile FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_basketitem FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_deviceuse FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_documentview FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_fraudscan FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_lossfund FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_merchantstep FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_mpmpayment FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_offlineclaimstep FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_refund FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_seal FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_sealblock FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_settlementoutcome FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_succession FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_topup FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_transfer FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_transfer_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_verification FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_walletstep FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_webhookreplay FOR EACH STATEMENT EXECUTE FUNCTION public.wallet_is_append_only();
CREATE TRIGGER as_agreed BEFORE UPDATE ON public.wallet_fraudrule FOR EACH ROW WHEN (((((old.status)::text <> (new.status)::text) AND (((((((old.status)::text <> 'draft'::text) OR ((new.status)::text <> 'proposed'::text)) AND (((old.status)::text <> 'proposed'::text) OR ((new.status)::text <> 'agreed'::text))) AND (((old.status)::text <> 'proposed'::text) OR ((new.status)::text <> 'draft'::text))) AND (((old.status)::text <> 'draft'::text) OR ((new.status)::text <> 'withdrawn'::text))) AND (((old.status)::text <> 'proposed'::text) OR ((new.status)::text <> 'withdrawn'::text)))) OR (((old.status)::text <> 'draft'::text) AND ((((((((((old.signal)::text IS DISTINCT FROM (new.signal)::text) OR (old.threshold IS DISTINCT FROM new.threshold)) OR (old."window" IS DISTINCT FROM new."window")) OR (old.minimum_amount IS DISTINCT FROM new.minimum_amount)) OR (old.minimum_count IS DISTINCT FROM new.minimum_count)) OR (old.from_hour IS DISTINCT FROM new.from_hour)) OR (old.to_hour IS DISTINCT FROM new.to_hour)) OR (old.weight IS DISTINCT FROM new.weight)) OR ((old.action)::text IS DISTINCT FROM (new.action)::text))) OR (((old.status)::text = ANY ((ARRAY['agreed'::character varying, 'withdrawn'::character varying])::text[])) AND ((((((old.valid_from IS DISTINCT FROM new.valid_from) OR (old.proposed_by_id IS DISTINCT FROM new.proposed_by_id)) OR (old.decided_by_id IS DISTINCT FROM new.decided_by_id)) OR ((old.reason)::text IS DISTINCT FROM (new.reason)::text)) OR (old.tried_found IS DISTINCT FROM new.tried_found)) OR ((old.valid_until IS NOT NULL) AND (old.valid_until IS DISTINCT FROM new.valid_until)))))) EXECUTE FUNCTION public.wallet_rule_as_agreed();
CREATE TRIGGER as_placed BEFORE UPDATE ON public.wallet_fraudhold FOR EACH ROW WHEN ((((((((((old.case_id IS DISTINCT FROM new.case_id) OR (old.wallet_id IS DISTINCT FROM new.wallet_id)) OR (old.merchant_id IS DISTINCT FROM new.merchant_id)) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text)) OR ((old.reason)::text IS DISTINCT FROM (new.reason)::text)) OR (old.placed_by_id IS DISTINCT FROM new.placed_by_id)) OR (old.placed_at IS DISTINCT FROM new.placed_at)) OR (old.until IS DISTINCT FROM new.until)) OR ((old.released_at IS NOT NULL) AND (((old.released_at IS DISTINCT FROM new.released_at) OR (old.released_by_id IS DISTINCT FROM new.released_by_id)) OR ((old.release_reason)::text IS DISTINCT FROM (new.release_reason)::text))))) EXECUTE FUNCTION public.wallet_fraud_hold_as_placed();
CREATE TRIGGER as_sent BEFORE UPDATE ON public.wallet_offlineclaim FOR EACH ROW WHEN (((((((((((((((old.partner_id IS DISTINCT FROM new.partner_id) OR ((old.partner_reference_no)::text IS DISTINCT FROM (new.partner_reference_no)::text)) OR (old.request_hash IS DISTINCT FROM new.request_hash)) OR ((old.reference_no)::text IS DISTINCT FROM (new.reference_no)::text)) OR (old.merchant_id IS DISTINCT FROM new.merchant_id)) OR (old.allowance_id IS DISTINCT FROM new.allowance_id)) OR (old.number IS DISTINCT FROM new.number)) OR (old.amount IS DISTINCT FROM new.amount)) OR (old.code IS DISTINCT FROM new.code)) OR (old.taken_at IS DISTINCT FROM new.taken_at)) OR (old.received_at IS DISTINCT FROM new.received_at)) OR ((old.first_status)::text IS DISTINCT FROM (new.first_status)::text)) OR ((old.first_reason)::text IS DISTINCT FROM (new.first_reason)::text)) OR (((old.status)::text <> (new.status)::text) AND ((((((((old.status)::text <> 'queued'::text) OR ((new.status)::text <> 'paid'::text)) AND (((old.status)::text <> 'queued'::text) OR ((new.status)::text <> 'proposed'::text))) AND (((old.status)::text <> 'queued'::text) OR ((new.status)::text <> 'refused'::text))) AND (((old.status)::text <> 'proposed'::text) OR ((new.status)::text <> 'covered'::text))) AND (((old.status)::text <> 'proposed'::text) OR ((new.status)::text <> 'queued'::text))) AND (((old.status)::text <> 'proposed'::text) OR ((new.status)::text <> 'refused'::text)))))) EXECUTE FUNCTION public.wallet_claim_as_sent();
CREATE TRIGGER as_signed BEFORE UPDATE ON public.wallet_offlineallowance FOR EACH ROW WHEN ((((((((((((((((((old.number)::text IS DISTINCT FROM (new.number)::text) OR (old.hold_id IS DISTINCT FROM new.hold_id)) OR (old.wallet_id IS DISTINCT FROM new.wallet_id)) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text)) OR ((old.alias)::text IS DISTINCT FROM (new.alias)::text)) OR (old.ceiling IS DISTINCT FROM new.ceiling)) OR (old.voucher_amounts IS DISTINCT FROM new.voucher_amounts)) OR (old.device_key IS DISTINCT FROM new.device_key)) OR (old.mccs IS DISTINCT FROM new.mccs)) OR (old.regions IS DISTINCT FROM new.regions)) OR (old.cash_allowed IS DISTINCT FROM new.cash_allowed)) OR (old.key_id IS DISTINCT FROM new.key_id)) OR (old.certificate IS DISTINCT FROM new.certificate)) OR (old.valid_from IS DISTINCT FROM new.valid_from)) OR (old.valid_until IS DISTINCT FROM new.valid_until)) OR (new.claims_until > old.claims_until) OR (new.loss_paid < old.loss_paid) OR ((old.revoked_at IS NOT NULL) AND (old.revoked_at IS DISTINCT FROM new.revoked_at)) OR ((old.ended_at IS NOT NULL) AND (old.ended_at IS DISTINCT FROM new.ended_at)))) EXECUTE FUNCTION public.wallet_allowance_as_signed();
CREATE TRIGGER asked BEFORE UPDATE ON public.disbursement_report FOR EACH ROW WHEN (((((((((((old.id IS DISTINCT FROM new.id) OR ((old."grouping")::text IS DISTINCT FROM (new."grouping")::text)) OR (old.programmes IS DISTINCT FROM new.programmes)) OR (old.period_from IS DISTINCT FROM new.period_from)) OR (old.period_to IS DISTINCT FROM new.period_to)) OR ((old.region)::text IS DISTINCT FROM (new.region)::text)) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text)) OR (old.batch_id IS DISTINCT FROM new.batch_id)) OR (old.by_id IS DISTINCT FROM new.by_id)) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION public.disbursement_report_is_kept();
CREATE TRIGGER begins BEFORE INSERT ON public.disbursement_approvalscheme FOR EACH ROW EXECUTE FUNCTION public.disbursement_scheme_begins();
CREATE TRIGGER begins BEFORE INSERT ON public.disbursement_clawback FOR EACH ROW EXECUTE FUNCTION public.disbursement_clawback_begins();
CREATE TRIGGER begins BEFORE INSERT ON public.disbursement_cycle FOR EACH ROW EXECUTE FUNCTION public.disbursement_cycle_begins();
CREATE TRIGGER begins AFTER INSERT ON public.disbursement_enrolment REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_enrolment_begins();
CREATE TRIGGER begins_and_holds_its_cycle AFTER INSERT ON public.disbursement_batch FOR EACH ROW EXECUTE FUNCTION public.disbursement_batch_holds_its_cycle();
CREATE TRIGGER by_another BEFORE UPDATE OF decided_by_id, status ON public.wallet_merchantapplication FOR EACH ROW WHEN (((new.decided_by_id IS NOT NULL) AND ((old.decided_by_id IS DISTINCT FROM new.decided_by_id) OR ((old.status)::text IS DISTINCT FROM (new.status)::text)))) EXECUTE FUNCTION public.wallet_application_by_another();
CREATE TRIGGER by_steps BEFORE UPDATE OF status ON public.disbursement_enrolment FOR EACH ROW WHEN (((old.status)::text IS DISTINCT FROM (new.status)::text)) EXECUTE FUNCTION public.disbursement_enrolment_moves_by_steps();
CREATE TRIGGER comes_into_force BEFORE INSERT OR UPDATE ON public.disbursement_programmeversion FOR EACH ROW WHEN ((new.enforced_at IS NOT NULL)) EXECUTE FUNCTION public.disbursement_version_comes_into_force();
CREATE TRIGGER comes_with_it AFTER INSERT ON public.disbursement_correction REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_correction_comes_with_it();
CREATE CONSTRAINT TRIGGER covers_all AFTER INSERT ON public.disbursement_approvalscheme DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.disbursement_scheme_covers_all();
CREATE TRIGGER decided BEFORE UPDATE ON public.disbursement_recalculation FOR EACH ROW WHEN ((((old.status)::text = ANY ((ARRAY['confirmed'::character varying, 'dropped'::character varying, 'failed'::character varying])::text[])) OR ((old.cycle_id IS DISTINCT FROM new.cycle_id) OR (old.enrolment_id IS DISTINCT FROM new.enrolment_id)) OR (((old.status)::text = 'done'::text) AND (((new.status)::text <> ALL ((ARRAY['done'::character varying, 'confirmed'::character varying, 'dropped'::character varying])::text[])) OR (((((old.seen IS DISTINCT FROM new.seen) OR (old.more IS DISTINCT FROM new.more)) OR (old.more_total IS DISTINCT FROM new.more_total)) OR (old.less IS DISTINCT FROM new.less)) OR (old.less_total IS DISTINCT FROM new.less_total)))) OR (((old.status)::text = 'waiting'::text) AND ((new.status)::text = ANY ((ARRAY['confirmed'::character varying, 'dropped'::character varying])::text[]))))) EXECUTE FUNCTION public.disbursement_recalculation_is_decided();
CREATE TRIGGER decided_once BEFORE UPDATE ON public.disbursement_enrolmentappeal FOR EACH ROW EXECUTE FUNCTION public.disbursement_enrolmentappeal_is_decided_once();
CREATE TRIGGER done_once BEFORE UPDATE ON public.wallet_bulkcashin FOR EACH ROW EXECUTE FUNCTION public.wallet_bulkcashin_is_done_once();
CREATE TRIGGER ended BEFORE UPDATE ON public.disbursement_report FOR EACH ROW WHEN (((old.status)::text = ANY ((ARRAY['done'::character varying, 'failed'::character varying, 'cancelled'::character varying])::text[]))) EXECUTE FUNCTION public.disbursement_report_is_kept();
CREATE TRIGGER ended_once BEFORE UPDATE ON public.disbursement_programmeconflict FOR EACH ROW EXECUTE FUNCTION public.disbursement_programmeconflict_is_ended_once();
CREATE TRIGGER ends_once BEFORE UPDATE ON public.wallet_credential FOR EACH ROW EXECUTE FUNCTION public.wallet_credential_ends_once();
CREATE TRIGGER ends_once BEFORE UPDATE ON public.wallet_webhookattempt FOR EACH ROW WHEN (((old.outcome)::text <> ''::text)) EXECUTE FUNCTION public.wallet_webhook_try_ends_once();
CREATE TRIGGER expects_once AFTER INSERT OR UPDATE OF books, starts_on, ends_on, end_agreed_by_id ON public.disbursement_statementaccount FOR EACH ROW EXECUTE FUNCTION public.disbursement_statementaccount_expects_once();
CREATE TRIGGER filed BEFORE INSERT ON public.disbursement_enrolmentappeal FOR EACH ROW EXECUTE FUNCTION public.disbursement_enrolmentappeal_is_filed();
CREATE TRIGGER follows BEFORE INSERT ON public.disbursement_clawbackstep FOR EACH ROW EXECUTE FUNCTION public.disbursement_clawback_step_follows();
CREATE TRIGGER frozen BEFORE UPDATE ON public.disbursement_batch FOR EACH ROW WHEN ((((old.status)::text <> ALL ((ARRAY['draft'::character varying, 'prepared'::character varying])::text[])) AND ((((((old.cycle_id IS DISTINCT FROM new.cycle_id) OR (old.version_id IS DISTINCT FROM new.version_id)) OR (old.count IS DISTINCT FROM new.count)) OR (old.total IS DISTINCT FROM new.total)) OR ((old.purse_title)::text IS DISTINCT FROM (new.purse_title)::text)) OR (((((old.maker_id IS DISTINCT FROM new.maker_id) OR ((old.digest)::text IS DISTINCT FROM (new.digest)::text)) OR (old.submission_id IS DISTINCT FROM new.submission_id)) OR (old.pay_at IS DISTINCT FROM new.pay_at)) AND (NOT (((old.status)::text = 'submitted'::text) AND ((new.status)::text = 'prepared'::text) AND (new.maker_id IS NULL) AND ((new.digest)::text = ''::text) AND (new.submission_id IS NULL) AND (new.pay_at IS NULL))))))) EXECUTE FUNCTION public.disbursement_batch_is_frozen();
CREATE TRIGGER frozen BEFORE INSERT OR DELETE OR UPDATE ON public.disbursement_batchregion FOR EACH ROW EXECUTE FUNCTION public.disbursement_batch_region_is_frozen();
CREATE TRIGGER frozen BEFORE UPDATE OF batch_id, number, title, terms_id, purse_days, count, digest ON public.disbursement_chunk FOR EACH ROW WHEN ((((((((old.batch_id IS DISTINCT FROM new.batch_id) OR (old.number IS DISTINCT FROM new.number)) OR ((old.title)::text IS DISTINCT FROM (new.title)::text)) OR (old.terms_id IS DISTINCT FROM new.terms_id)) OR (old.purse_days IS DISTINCT FROM new.purse_days)) OR (old.count IS DISTINCT FROM new.count)) OR ((old.digest)::text IS DISTINCT FROM (new.digest)::text))) EXECUTE FUNCTION public.disbursement_content_changed();
CREATE TRIGGER frozen BEFORE UPDATE OF batch_id, chunk_id, cycle_id, enrolment_id, wallet_id, part, kind, amount, attempt ON public.disbursement_instruction FOR EACH ROW WHEN ((((((((((old.batch_id IS DISTINCT FROM new.batch_id) OR (old.chunk_id IS DISTINCT FROM new.chunk_id)) OR (old.cycle_id IS DISTINCT FROM new.cycle_id)) OR (old.enrolment_id IS DISTINCT FROM new.enrolment_id)) OR (old.wallet_id IS DISTINCT FROM new.wallet_id)) OR ((old.part)::text IS DISTINCT FROM (new.part)::text)) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text)) OR (old.amount IS DISTINCT FROM new.amount)) OR (old.attempt IS DISTINCT FROM new.attempt))) EXECUTE FUNCTION public.disbursement_content_changed();
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.disbursement_statement FOR EACH ROW WHEN (((old.state)::text = 'booked'::text)) EXECUTE FUNCTION public.disbursement_statement_is_frozen();
CREATE TRIGGER frozen_added AFTER INSERT ON public.disbursement_chunk REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_content_added_or_removed();
CREATE TRIGGER frozen_added AFTER INSERT ON public.disbursement_instruction REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_content_added_or_removed();
CREATE TRIGGER frozen_delete AFTER DELETE ON public.disbursement_statemententry REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_statemententry_is_frozen();
CREATE TRIGGER frozen_insert AFTER INSERT ON public.disbursement_statemententry REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_statemententry_is_frozen();
CREATE TRIGGER frozen_provider BEFORE UPDATE OF provider_id ON public.disbursement_chunk FOR EACH ROW WHEN ((old.provider_id IS DISTINCT FROM new.provider_id)) EXECUTE FUNCTION public.disbursement_content_changed();
CREATE TRIGGER frozen_removed AFTER DELETE ON public.disbursement_chunk REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_content_added_or_removed();
CREATE TRIGGER frozen_removed AFTER DELETE ON public.disbursement_instruction REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_content_added_or_removed();
CREATE TRIGGER frozen_route BEFORE UPDATE OF route_id ON public.disbursement_instruction FOR EACH ROW WHEN ((old.route_id IS DISTINCT FROM new.route_id)) EXECUTE FUNCTION public.disbursement_content_changed();
CREATE TRIGGER granted_terms_stay BEFORE UPDATE ON public.wallet_purseterms FOR EACH ROW WHEN (((old.granted_at IS NOT NULL) AND ((((((((((old.mccs IS DISTINCT FROM new.mccs) OR (old.regions IS DISTINCT FROM new.regions)) OR (old.cash_allowed IS DISTINCT FROM new.cash_allowed)) OR (old.lapses_to_id IS DISTINCT FROM new.lapses_to_id)) OR (old.own_money IS DISTINCT FROM new.own_money)) OR (old.granted_at IS DISTINCT FROM new.granted_at)) OR (old.items_required IS DISTINCT FROM new.items_required)) OR (old.banned_items IS DISTINCT FROM new.banned_items)) OR (old.allowed_items IS DISTINCT FROM new.allowed_items)) OR (old.price_ceilings IS DISTINCT FROM new.price_ceilings)))) EXECUTE FUNCTION public.wallet_granted_terms_stay();
CREATE CONSTRAINT TRIGGER has_its_step AFTER INSERT OR UPDATE OF status ON public.disbursement_clawback DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.disbursement_clawback_has_its_step();
CREATE TRIGGER hold_their_cycle AFTER INSERT ON public.disbursement_owedcycle REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_owed_hold_their_cycle();
CREATE TRIGGER holds_its_cycle AFTER UPDATE OF status, cycle_id ON public.disbursement_batch FOR EACH ROW WHEN (((((old.status)::text = 'cancelled'::text) <> ((new.status)::text = 'cancelled'::text)) OR (old.cycle_id <> new.cycle_id))) EXECUTE FUNCTION public.disbursement_batch_holds_its_cycle();
CREATE TRIGGER holds_its_months BEFORE UPDATE ON public.disbursement_cycle FOR EACH ROW EXECUTE FUNCTION public.disbursement_cycle_holds_its_months();
CREATE TRIGGER household_delete_history AFTER DELETE ON public.beneficiaries_household REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.registry_history('household');
CREATE TRIGGER household_index_key AFTER INSERT ON public.beneficiaries_household REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.registry_index_keys();
CREATE TRIGGER household_insert_history AFTER INSERT ON public.beneficiaries_household REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.registry_history('household');
CREATE TRIGGER household_resealed AFTER UPDATE ON public.beneficiaries_household REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('vault.resealing'::text, true), ''::text) = 'on'::text)) EXECUTE FUNCTION public.registry_resealed();
CREATE TRIGGER household_update_history AFTER UPDATE ON public.beneficiaries_household REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('vault.resealing'::text, true), ''::text) <> 'on'::text)) EXECUTE FUNCTION public.registry_history('household');
CREATE TRIGGER in_force BEFORE INSERT OR DELETE OR UPDATE ON public.disbursement_component FOR EACH ROW EXECUTE FUNCTION public.disbursement_component_is_in_force();
CREATE TRIGGER in_force BEFORE DELETE OR UPDATE ON public.disbursement_programmeversion FOR EACH ROW WHEN ((old.enforced_at IS NOT NULL)) EXECUTE FUNCTION public.disbursement_version_is_in_force();
CREATE TRIGGER in_one_file BEFORE UPDATE OF payout_file_id ON public.wallet_settlement FOR EACH ROW WHEN ((old.payout_file_id IS DISTINCT FROM new.payout_file_id)) EXECUTE FUNCTION public.wallet_settlement_in_one_file();
CREATE TRIGGER in_order AFTER INSERT ON public.disbursement_approval FOR EACH ROW EXECUTE FUNCTION public.disbursement_approval_in_order();
CREATE TRIGGER in_time BEFORE INSERT ON public.wallet_bankanswer FOR EACH ROW EXECUTE FUNCTION public.wallet_bank_answer_in_time();
CREATE TRIGGER is_agreed BEFORE INSERT ON public.disbursement_schemeagreement FOR EACH ROW EXECUTE FUNCTION public.disbursement_scheme_is_agreed();
CREATE TRIGGER is_anothers BEFORE INSERT ON public.beneficiaries_exclusion FOR EACH ROW EXECUTE FUNCTION public.registry_exclusion_is_anothers();
CREATE TRIGGER is_anothers BEFORE INSERT OR UPDATE OF enforced_by_id ON public.beneficiaries_exclusionrule FOR EACH ROW WHEN ((new.enforced_by_id = new.by_id)) EXECUTE FUNCTION public.registry_rule_is_anothers();
CREATE TRIGGER is_anothers AFTER INSERT ON public.disbursement_approval FOR EACH ROW EXECUTE FUNCTION public.disbursement_approval_is_anothers();
CREATE TRIGGER is_approved BEFORE UPDATE OF status ON public.disbursement_batch FOR EACH ROW WHEN ((((old.status)::text = ANY ((ARRAY['draft'::character varying, 'prepared'::character varying, 'submitted'::character varying, 'cancelled'::character varying])::text[])) AND ((new.status)::text <> ALL ((ARRAY['draft'::character varying, 'prepared'::character varying, 'submitted'::character varying, 'cancelled'::character varying])::text[])))) EXECUTE FUNCTION public.disbursement_batch_is_approved();
CREATE TRIGGER is_approved_from_the_first BEFORE INSERT ON public.disbursement_batch FOR EACH ROW WHEN (((new.status)::text <> ALL ((ARRAY['draft'::character varying, 'prepared'::character varying])::text[]))) EXECUTE FUNCTION public.disbursement_batch_is_approved();
CREATE TRIGGER is_claimed BEFORE INSERT ON public.disbursement_giveback FOR EACH ROW EXECUTE FUNCTION public.disbursement_give_back_is_claimed();
CREATE TRIGGER is_due BEFORE INSERT ON public.disbursement_withholding FOR EACH ROW EXECUTE FUNCTION public.disbursement_withholding_is_due();
CREATE TRIGGER is_made BEFORE INSERT ON public.disbursement_delegation FOR EACH ROW EXECUTE FUNCTION public.disbursement_delegation_is_made();
CREATE TRIGGER is_only_revoked BEFORE UPDATE ON public.disbursement_delegation FOR EACH ROW WHEN (((((((((old.id IS DISTINCT FROM new.id) OR (old.principal_id IS DISTINCT FROM new.principal_id)) OR (old.delegate_id IS DISTINCT FROM new.delegate_id)) OR (old.starts_at IS DISTINCT FROM new.starts_at)) OR (old.ends_at IS DISTINCT FROM new.ends_at)) OR ((old.reason)::text IS DISTINCT FROM (new.reason)::text)) OR (old.made_by_id IS DISTINCT FROM new.made_by_id)) OR (old.made_at IS DISTINCT FROM new.made_at))) EXECUTE FUNCTION public.disbursement_delegation_is_only_revoked();
CREATE TRIGGER is_set BEFORE INSERT ON public.disbursement_budget FOR EACH ROW EXECUTE FUNCTION public.disbursement_budget_is_set();
CREATE TRIGGER is_set BEFORE INSERT ON public.disbursement_submission FOR EACH ROW EXECUTE FUNCTION public.disbursement_submission_is_set();
CREATE TRIGGER is_submitted_anew BEFORE UPDATE OF status ON public.disbursement_batch FOR EACH ROW WHEN ((((old.status)::text <> 'submitted'::text) AND ((new.status)::text = 'submitted'::text))) EXECUTE FUNCTION public.disbursement_batch_is_submitted_anew();
CREATE TRIGGER keeps_its_clearing BEFORE UPDATE OF clearing_id ON public.disbursement_batch FOR EACH ROW WHEN ((old.clearing_id IS DISTINCT FROM new.clearing_id)) EXECUTE FUNCTION public.disbursement_batch_keeps_its_clearing();
CREATE TRIGGER keeps_its_clearing_from_the_first BEFORE INSERT ON public.disbursement_batch FOR EACH ROW WHEN ((new.clearing_id IS NOT NULL)) EXECUTE FUNCTION public.disbursement_batch_keeps_its_clearing();
CREATE TRIGGER keeps_its_household BEFORE UPDATE OF household_id ON public.disbursement_instruction FOR EACH ROW WHEN ((old.household_id IS DISTINCT FROM new.household_id)) EXECUTE FUNCTION public.disbursement_line_keeps_its_household();
CREATE TRIGGER kept BEFORE DELETE ON public.beneficiaries_datarequest FOR EACH ROW EXECUTE FUNCTION public.registry_requests_are_answered();
CREATE TRIGGER kept BEFORE UPDATE ON public.beneficiaries_grievancestep FOR EACH ROW EXECUTE FUNCTION public.beneficiaries_grievancestep_is_kept();
CREATE TRIGGER kept BEFORE DELETE ON public.beneficiaries_proposal FOR EACH ROW EXECUTE FUNCTION public.screening_decisions_are_kept();
CREATE TRIGGER kept BEFORE DELETE ON public.beneficiaries_proposal_evidence FOR EACH ROW EXECUTE FUNCTION public.screening_basis_is_kept();
CREATE TRIGGER kept BEFORE DELETE ON public.beneficiaries_reveal FOR EACH ROW EXECUTE FUNCTION public.registry_access_log_is_kept();
CREATE TRIGGER kept BEFORE UPDATE ON public.disbursement_bulkrequest FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"state": ["ready", "sending"], "attempts": "free", "due_at": "free", "claimed_at": "free", "answered_at": "free", "last_code": "free", "partner_bulk_id": "once"}');
CREATE TRIGGER kept BEFORE UPDATE ON public.disbursement_clawbackstep FOR EACH ROW EXECUTE FUNCTION public.disbursement_clawbackstep_is_kept();
CREATE TRIGGER kept BEFORE UPDATE ON public.disbursement_enrolment FOR EACH ROW WHEN ((((((old.programme_id IS DISTINCT FROM new.programme_id) OR (old.by_id IS DISTINCT FROM new.by_id)) OR (old.created_at IS DISTINCT FROM new.created_at)) OR (old.version_id IS DISTINCT FROM new.version_id)) OR (old.facts IS DISTINCT FROM new.facts))) EXECUTE FUNCTION public.disbursement_enrolment_is_kept();
CREATE TRIGGER kept BEFORE UPDATE ON public.disbursement_enrolmentstep FOR EACH ROW EXECUTE FUNCTION public.disbursement_enrolmentstep_is_kept();
CREATE TRIGGER kept BEFORE UPDATE ON public.disbursement_exchange FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"answered_at": "once", "http_status": "with answered_at", "code": "with answered_at", "outcome": "with answered_at"}');
CREATE TRIGGER kept BEFORE UPDATE ON public.disbursement_payoutline FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"state": ["ready", "sent", "unknown"], "request_id": "free", "sends": "free", "asks": "free", "due_at": "free", "sent_at": "free", "last_code": "free", "last_at": "free", "partner_reference": "free", "settled_at": "once", "settled_by": "with settled_at", "contradiction": "with contradicted_at", "contradicted_at": "once"}');
CREATE TRIGGER kept BEFORE DELETE ON public.disbursement_recalculation FOR EACH ROW EXECUTE FUNCTION public.disbursement_recalculation_is_decided();
CREATE TRIGGER kept BEFORE UPDATE ON public.disbursement_resolution FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"decided_at": "once", "decided_by_id": "with decided_at", "agreed": "with decided_at", "note": "with decided_at"}');
CREATE TRIGGER kept BEFORE UPDATE ON public.disbursement_route FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"number_sealed": "sealed", "number_index": "sealed", "why": "emptied", "agreed_at": "once", "agreed_by_id": "with agreed_at", "ended_at": "once", "ended_by_id": "with ended_at"}');
CREATE TRIGGER kept BEFORE UPDATE ON public.disbursement_statementaccount FOR EACH ROW WHEN (((((((old.books IS DISTINCT FROM new.books) OR (old.starts_on IS DISTINCT FROM new.starts_on)) OR (old.grace_days IS DISTINCT FROM new.grace_days)) OR (old.ends_on IS DISTINCT FROM new.ends_on)) OR (old.end_by_id IS DISTINCT FROM new.end_by_id)) OR (old.end_agreed_by_id IS DISTINCT FROM new.end_agreed_by_id))) EXECUTE FUNCTION public.disbursement_statementaccount_is_kept();
CREATE TRIGGER kept BEFORE UPDATE ON public.disbursement_statemententry FOR EACH ROW WHEN (((((((((((old.uid IS DISTINCT FROM new.uid) OR (old.statement_id IS DISTINCT FROM new.statement_id)) OR (old.line IS DISTINCT FROM new.line)) OR (old.booked_on IS DISTINCT FROM new.booked_on)) OR (old.amount_sen IS DISTINCT FROM new.amount_sen)) OR (old.settled IS DISTINCT FROM new.settled)) OR (old.reversal IS DISTINCT FROM new.reversal)) OR ((old.reference)::text IS DISTINCT FROM (new.reference)::text)) OR ((old.subject)::text IS DISTINCT FROM (new.subject)::text)) OR ((old.bank_reference)::text IS DISTINCT FROM (new.bank_reference)::text))) EXECUTE FUNCTION public.disbursement_statemententry_is_kept();
CREATE TRIGGER kept BEFORE UPDATE ON public.disbursement_takeback FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"agreed": "with decided_at", "decided_by_id": "with decided_at", "decided_at": "once", "note": "free", "reason": "free"}');
CREATE TRIGGER kept BEFORE UPDATE ON public.mobile_delivery FOR EACH ROW WHEN ((((((old.id IS DISTINCT FROM new.id) OR (old.notice_id IS DISTINCT FROM new.notice_id)) OR ((old.channel)::text IS DISTINCT FROM (new.channel)::text)) OR (old.created_at IS DISTINCT FROM new.created_at)) OR (((old.state)::text = ANY ((ARRAY['told'::character varying, 'shown'::character varying, 'passed'::character varying, 'dropped'::character varying])::text[])) AND ((((old.state)::text IS DISTINCT FROM (new.state)::text) OR (old.ended_at IS DISTINCT FROM new.ended_at)) OR (old.told_by_id IS DISTINCT FROM new.told_by_id))) OR (((old.state)::text = 'failed'::text) AND ((new.state)::text <> ALL ((ARRAY['failed'::character varying, 'queued'::character varying])::text[]))) OR (((old.state)::text = 'sent'::text) AND (NOT ((((new.state)::text = 'sent'::text) AND (NOT (old.ended_at IS DISTINCT FROM new.ended_at))) OR (((old.channel)::text = 'push'::text) AND ((new.state)::text = ANY ((ARRAY['shown'::character varying, 'passed'::character varying])::text[])))))))) EXECUTE FUNCTION public.mobile_notice_is_kept();
CREATE TRIGGER kept BEFORE UPDATE ON public.mobile_notice FOR EACH ROW WHEN ((((((((((old.id IS DISTINCT FROM new.id) OR (old.uid IS DISTINCT FROM new.uid)) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text)) OR (old.subject IS DISTINCT FROM new.subject)) OR (old.person_id IS DISTINCT FROM new.person_id)) OR (old.until IS DISTINCT FROM new.until)) OR (old.amount IS DISTINCT FROM new.amount)) OR (old.created_at IS DISTINCT FROM new.created_at)) OR ((old.shown_at IS NOT NULL) AND (old.shown_at IS DISTINCT FROM new.shown_at)))) EXECUTE FUNCTION public.mobile_notice_is_kept();
CREATE TRIGGER kept BEFORE UPDATE ON public.mobile_noticedbatch FOR EACH ROW WHEN (((old.batch_id <> new.batch_id) OR (new.reached < old.reached) OR (old.done AND (NOT new.done)))) EXECUTE FUNCTION public.mobile_notice_is_kept();
CREATE TRIGGER kept BEFORE DELETE OR UPDATE OR TRUNCATE ON public.mobile_noticedchunk FOR EACH STATEMENT EXECUTE FUNCTION public.mobile_notice_is_kept();
CREATE TRIGGER kept_a_year BEFORE DELETE ON public.mobile_delivery FOR EACH ROW WHEN ((old.created_at > (now() - '1 year'::interval))) EXECUTE FUNCTION public.mobile_notice_is_kept();
CREATE TRIGGER kept_a_year BEFORE DELETE ON public.mobile_notice FOR EACH ROW WHEN ((old.created_at > (now() - '1 year'::interval))) EXECUTE FUNCTION public.mobile_notice_is_kept();
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_breach FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"discovered_at": "free", "due_at": "free", "happened": "free", "what": "free", "how": "free", "people": "free", "remedy": "free", "told": "free", "subjects_told_at": "free", "agency_told_at": "free", "public": "free", "flagged_at": "free"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_change FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"before": "history", "after": "emptied", "reason": "emptied"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_datarequest FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"state": ["open", "proposed"], "flagged_at": "once", "proposed_by_id": "once", "decided_by_id": "with decided_at", "decided_at": "once", "reason": "with decided_at"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_evidence FOR EACH ROW WHEN (((old.superseded_at IS NOT NULL) OR (old.id IS DISTINCT FROM new.id) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text) OR ((old.item)::text IS DISTINCT FROM (new.item)::text) OR (old.value IS DISTINCT FROM new.value) OR ((old.source)::text IS DISTINCT FROM (new.source)::text) OR (old.fact_date IS DISTINCT FROM new.fact_date) OR (old.received_at IS DISTINCT FROM new.received_at) OR (old.valid_until IS DISTINCT FROM new.valid_until) OR ((old.document)::text IS DISTINCT FROM (new.document)::text) OR (old.fingerprint IS DISTINCT FROM new.fingerprint) OR (old.contested_at IS DISTINCT FROM new.contested_at) OR (old.contest_reason IS DISTINCT FROM new.contest_reason) OR ((old.reference)::text IS DISTINCT FROM (new.reference)::text) OR (old.by_id IS DISTINCT FROM new.by_id) OR (old.contested_by_id IS DISTINCT FROM new.contested_by_id) OR (old.household_id IS DISTINCT FROM new.household_id) OR (old.person_id IS DISTINCT FROM new.person_id) OR (old.supersedes_id IS DISTINCT FROM new.supersedes_id) OR (old.sent_by_id IS DISTINCT FROM new.sent_by_id) OR (old.uid IS DISTINCT FROM new.uid) OR (old.number_sealed IS DISTINCT FROM new.number_sealed) OR (old.number_index IS DISTINCT FROM new.number_index))) EXECUTE FUNCTION public.registry_kept_as_written('{"superseded_at": "once", "contested_at": "once", "contested_by_id": "with contested_at", "contest_reason": "said contested_at", "value": "forgotten", "item": "forgotten", "document": "forgotten", "number_sealed": "number", "number_index": "number", "fingerprint": "unlike"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_exclusion FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"ends_on": "ends", "lifted_by_id": "with lifted_at", "lifted_at": "once", "lift_reason": "said lifted_at"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_exclusionrule FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"valid_until": "once", "enforced_at": "once", "enforced_by_id": "with enforced_at"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_grievance FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"text_sealed": "sealed", "reporter_name_sealed": "sealed", "phone_sealed": "sealed", "category_id": "free", "priority": "free", "status": "free", "group_id": "free", "assignee_id": "free", "due_at": "free", "level": "free", "rounds": "free", "satisfied": "free", "answered_at": "free", "closed_at": "free", "person_id": "free", "household_id": "free", "payment_id": "free", "subject_kind": "free", "subject_id": "free"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_grievancemessage FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"text_sealed": "sealed"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_merge FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"undone_by_id": "with undone_at", "undone_at": "once", "undone_reason": "with undone_at"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_objection FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"status": ["filed"], "decided_by_id": "with decided_at", "decided_at": "once", "decision_reason": "said decided_at", "text": "forgotten"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_objectionfile FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"name_sealed": "sealed"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_proposal FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"status": ["undecided"], "decided_by_id": "with decided_at", "decided_at": "once", "decision_reason": "said decided_at", "facts": "forgotten"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_proposal_evidence FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_representation FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"status": ["proposed", "approved"], "decided_by_id": "with decided_at", "decided_at": "once", "decision_reason": "said decided_at", "ended_by_id": "with ended_at", "ended_at": "once", "end_reason": "said ended_at", "document_number": "forgotten", "name_sealed": "sealed", "nik_sealed": "sealed", "nik_index": "sealed", "phone_sealed": "sealed", "phone_index": "sealed"}');
CREATE TRIGGER kept_as_written BEFORE UPDATE ON public.beneficiaries_representationscan FOR EACH ROW EXECUTE FUNCTION public.registry_kept_as_written('{"content_sealed": "sealed"}');
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON public.mobile_delivery FOR EACH STATEMENT EXECUTE FUNCTION public.mobile_notice_is_kept();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON public.mobile_notice FOR EACH STATEMENT EXECUTE FUNCTION public.mobile_notice_is_kept();
CREATE TRIGGER kept_whole BEFORE DELETE OR TRUNCATE ON public.mobile_noticedbatch FOR EACH STATEMENT EXECUTE FUNCTION public.mobile_notice_is_kept();
CREATE TRIGGER known_stays BEFORE UPDATE OF known ON public.disbursement_recalculation FOR EACH ROW WHEN ((((old.status)::text <> 'waiting'::text) AND (old.known <> new.known))) EXECUTE FUNCTION public.disbursement_recalculation_is_decided();
CREATE TRIGGER legal BEFORE INSERT ON public.disbursement_enrolmentstep FOR EACH ROW EXECUTE FUNCTION public.disbursement_enrolmentstep_is_legal();
CREATE TRIGGER lengthens_cycles AFTER INSERT OR UPDATE ON public.disbursement_programmeversion FOR EACH ROW WHEN ((new.enforced_at IS NOT NULL)) EXECUTE FUNCTION public.disbursement_version_lengthens_cycles();
CREATE TRIGGER listens AFTER INSERT OR UPDATE OF notify_url ON public.wallet_partner FOR EACH ROW WHEN (((new.notify_url)::text <> ''::text)) EXECUTE FUNCTION public.wallet_partner_listens();
CREATE CONSTRAINT TRIGGER lowers_its_line AFTER INSERT ON public.disbursement_withholding DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.disbursement_withholding_lowers_its_line();
CREATE TRIGGER mpm_code_steps BEFORE UPDATE ON public.wallet_mpmcode FOR EACH ROW WHEN ((((old.state)::text <> 'open'::text) OR ((((((((((old.partner_id IS DISTINCT FROM new.partner_id) OR ((old.partner_reference_no)::text IS DISTINCT FROM (new.partner_reference_no)::text)) OR (old.request_hash IS DISTINCT FROM new.request_hash)) OR ((old.reference_no)::text IS DISTINCT FROM (new.reference_no)::text)) OR (old.merchant_id IS DISTINCT FROM new.merchant_id)) OR (old.amount IS DISTINCT FROM new.amount)) OR ((old.content)::text IS DISTINCT FROM (new.content)::text)) OR (old.items IS DISTINCT FROM new.items)) OR (old.expires_at IS DISTINCT FROM new.expires_at)) OR (old.created_at IS DISTINCT FROM new.created_at)))) EXECUTE FUNCTION public.wallet_mpm_code_steps();
CREATE TRIGGER names_its_household AFTER INSERT ON public.disbursement_instruction REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_line_names_its_household();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON public.disbursement_report FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.disbursement_batchregion FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.disbursement_calculation FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_calculation_is_never_emptied();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.disbursement_clawback FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.disbursement_correction FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_never_emptied();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.disbursement_owedcycle FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_never_emptied();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.disbursement_recalculation FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_never_emptied();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.disbursement_schedule FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_never_emptied();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.disbursement_scheduledrun FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_never_emptied();
CREATE TRIGGER no_conflict_come_to AFTER UPDATE ON public.disbursement_enrolment REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_enrolment_comes_to_no_conflict();
CREATE TRIGGER no_conflict_made AFTER INSERT ON public.disbursement_enrolment REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_enrolment_takes_no_conflict();
CREATE TRIGGER not_taken_away BEFORE DELETE OR TRUNCATE ON public.disbursement_bulkrequest FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER not_taken_away BEFORE DELETE OR TRUNCATE ON public.disbursement_exchange FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER not_taken_away BEFORE DELETE OR TRUNCATE ON public.disbursement_payoutline FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER not_taken_away BEFORE DELETE OR TRUNCATE ON public.disbursement_resolution FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER not_taken_away BEFORE DELETE OR TRUNCATE ON public.disbursement_route FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER not_taken_away BEFORE DELETE OR TRUNCATE ON public.disbursement_takeback FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_is_append_only();
CREATE TRIGGER of_its_programme AFTER INSERT ON public.disbursement_owedcycle REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_owed_of_its_programme();
CREATE TRIGGER of_its_programme BEFORE INSERT OR UPDATE OF batch_id, cycle_id ON public.disbursement_scheduledrun FOR EACH ROW EXECUTE FUNCTION public.disbursement_run_is_of_its_programme();
CREATE TRIGGER once BEFORE UPDATE ON public.wallet_bankanswer FOR EACH ROW WHEN (((old.state)::text <> 'waiting'::text)) EXECUTE FUNCTION public.wallet_bank_answer_once();
CREATE TRIGGER only_emptied BEFORE UPDATE ON public.beneficiaries_consent FOR EACH ROW EXECUTE FUNCTION public.registry_consent_emptied();
CREATE TRIGGER owed_no_more AFTER UPDATE OF withdrawn_at ON public.disbursement_owedcycle FOR EACH ROW WHEN ((new.withdrawn_at IS NOT NULL)) EXECUTE FUNCTION public.disbursement_owed_no_more();
CREATE TRIGGER pays_for_families BEFORE UPDATE OF one_per_household ON public.disbursement_programme FOR EACH ROW WHEN ((old.one_per_household AND (NOT new.one_per_household))) EXECUTE FUNCTION public.disbursement_programme_pays_for_families();
CREATE TRIGGER person_delete_history AFTER DELETE ON public.beneficiaries_person REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.registry_history('person');
CREATE TRIGGER person_index_key AFTER INSERT ON public.beneficiaries_person REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.registry_index_keys();
CREATE TRIGGER person_insert_history AFTER INSERT ON public.beneficiaries_person REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.registry_history('person');
CREATE TRIGGER person_resealed AFTER UPDATE ON public.beneficiaries_person REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('vault.resealing'::text, true), ''::text) = 'on'::text)) EXECUTE FUNCTION public.registry_resealed();
CREATE TRIGGER person_update_history AFTER UPDATE ON public.beneficiaries_person REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('vault.resealing'::text, true), ''::text) <> 'on'::text)) EXECUTE FUNCTION public.registry_history('person');
CREATE TRIGGER returned_is_not_claimed AFTER UPDATE OF status ON public.disbursement_instruction FOR EACH ROW WHEN ((((new.status)::text = 'returned'::text) AND ((old.status)::text <> 'returned'::text))) EXECUTE FUNCTION public.disbursement_returned_is_not_claimed();
CREATE TRIGGER returned_was_reversed BEFORE UPDATE OF status ON public.disbursement_instruction FOR EACH ROW WHEN ((((new.status)::text = 'returned'::text) AND ((old.status)::text = 'paid'::text))) EXECUTE FUNCTION public.disbursement_returned_was_reversed();
CREATE TRIGGER routed_as_its_payout BEFORE UPDATE OF status ON public.disbursement_instruction FOR EACH ROW WHEN (((new.route_id IS NOT NULL) AND ((old.status)::text IS DISTINCT FROM (new.status)::text))) EXECUTE FUNCTION public.disbursement_routed_as_its_payout();
CREATE TRIGGER settles_once BEFORE UPDATE ON public.wallet_bulkcashinline FOR EACH ROW EXECUTE FUNCTION public.wallet_bulkcashinline_settles_once();
CREATE TRIGGER status_in_order BEFORE UPDATE OF status ON public.disbursement_batch FOR EACH ROW WHEN ((((old.status)::text IS DISTINCT FROM (new.status)::text) AND (NOT ((((old.status)::text = 'draft'::text) AND ((new.status)::text = ANY ((ARRAY['prepared'::character varying, 'cancelled'::character varying])::text[]))) OR (((old.status)::text = 'prepared'::text) AND ((new.status)::text = ANY ((ARRAY['submitted'::character varying, 'cancelled'::character varying])::text[]))) OR (((old.status)::text = 'submitted'::text) AND ((new.status)::text = ANY ((ARRAY['approved'::character varying, 'prepared'::character varying])::text[]))) OR (((old.status)::text = 'approved'::text) AND ((new.status)::text = ANY ((ARRAY['paying'::character varying, 'paused'::character varying])::text[]))) OR (((old.status)::text = 'paying'::text) AND ((new.status)::text = ANY ((ARRAY['paused'::character varying, 'closed'::character varying])::text[]))) OR (((old.status)::text = 'paused'::text) AND ((new.status)::text = ANY ((ARRAY['paying'::character varying, 'approved'::character varying, 'closed'::character varying])::text[]))))))) EXECUTE FUNCTION public.disbursement_status_out_of_order();
CREATE TRIGGER status_in_order BEFORE UPDATE OF status ON public.disbursement_chunk FOR EACH ROW WHEN ((((old.status)::text IS DISTINCT FROM (new.status)::text) AND (NOT ((((old.status)::text = 'pending'::text) AND ((new.status)::text = ANY ((ARRAY['sent'::character varying, 'done'::character varying, 'blocked'::character varying, 'failed'::character varying])::text[]))) OR (((old.status)::text = 'sent'::text) AND ((new.status)::text = 'done'::text)) OR (((old.status)::text = 'failed'::text) AND ((new.status)::text = ANY ((ARRAY['pending'::character varying, 'blocked'::character varying])::text[]))))))) EXECUTE FUNCTION public.disbursement_status_out_of_order();
CREATE TRIGGER status_in_order BEFORE UPDATE OF status ON public.disbursement_instruction FOR EACH ROW WHEN ((((old.status)::text IS DISTINCT FROM (new.status)::text) AND (NOT ((((old.status)::text = 'pending'::text) AND ((new.status)::text = ANY ((ARRAY['sent'::character varying, 'paid'::character varying, 'failed'::character varying, 'cancelled'::character varying])::text[]))) OR (((old.status)::text = 'sent'::text) AND ((new.status)::text = ANY ((ARRAY['unknown'::character varying, 'paid'::character varying, 'failed'::character varying])::text[]))) OR (((old.status)::text = 'unknown'::text) AND ((new.status)::text = ANY ((ARRAY['sent'::character varying, 'paid'::character varying, 'failed'::character varying])::text[]))) OR (((old.status)::text = 'paid'::text) AND ((new.status)::text = 'returned'::text)))))) EXECUTE FUNCTION public.disbursement_status_out_of_order();
CREATE TRIGGER stays BEFORE DELETE OR UPDATE ON public.disbursement_clawback FOR EACH ROW EXECUTE FUNCTION public.disbursement_clawback_stays();
CREATE TRIGGER stays BEFORE UPDATE ON public.disbursement_delegation FOR EACH ROW WHEN ((old.revoked_at IS NOT NULL)) EXECUTE FUNCTION public.disbursement_delegation_stays();
CREATE TRIGGER stays BEFORE UPDATE ON public.wallet_applicationdocument FOR EACH ROW EXECUTE FUNCTION public.wallet_application_document_stays();
CREATE TRIGGER stays BEFORE UPDATE ON public.wallet_payoutcontent FOR EACH ROW EXECUTE FUNCTION public.wallet_payout_content_stays();
CREATE TRIGGER stays_ended BEFORE UPDATE ON public.officers_authenticator FOR EACH ROW WHEN (((old.ended_at IS NOT NULL) AND ((old.ended_at IS DISTINCT FROM new.ended_at) OR (old.confirmed IS DISTINCT FROM new.confirmed)))) EXECUTE FUNCTION public.officers_authenticator_stays_ended();
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON public.wallet_answerreturns FOR EACH ROW EXECUTE FUNCTION public.wallet_proposal_step();
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON public.wallet_depositbooking FOR EACH ROW EXECUTE FUNCTION public.wallet_proposal_step();
CREATE TRIGGER step BEFORE UPDATE OF status ON public.wallet_merchant FOR EACH ROW WHEN (((old.status)::text IS DISTINCT FROM (new.status)::text)) EXECUTE FUNCTION public.wallet_merchant_step();
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON public.wallet_merchantapplication FOR EACH ROW EXECUTE FUNCTION public.wallet_application_step();
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON public.wallet_merchantchange FOR EACH ROW EXECUTE FUNCTION public.wallet_proposal_step();
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON public.wallet_partnerchange FOR EACH ROW EXECUTE FUNCTION public.wallet_proposal_step();
CREATE TRIGGER step BEFORE UPDATE ON public.wallet_payoutfile FOR EACH ROW EXECUTE FUNCTION public.wallet_payout_file_step();
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON public.wallet_recoveryproposal FOR EACH ROW EXECUTE FUNCTION public.wallet_proposal_step();
CREATE TRIGGER step BEFORE UPDATE OF status ON public.wallet_settlement FOR EACH ROW WHEN (((old.status)::text IS DISTINCT FROM (new.status)::text)) EXECUTE FUNCTION public.wallet_settlement_step();
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON public.wallet_settlementreturn FOR EACH ROW EXECUTE FUNCTION public.wallet_proposal_step();
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON public.wallet_successionproposal FOR EACH ROW EXECUTE FUNCTION public.wallet_proposal_step();
CREATE TRIGGER steps BEFORE UPDATE ON public.wallet_debitorder FOR EACH ROW EXECUTE FUNCTION public.wallet_debit_order_steps();
CREATE TRIGGER steps BEFORE UPDATE ON public.wallet_webhook FOR EACH ROW EXECUTE FUNCTION public.wallet_webhook_steps();
CREATE TRIGGER taken_back_by_two BEFORE UPDATE OF status ON public.disbursement_instruction FOR EACH ROW WHEN ((((new.status)::text = 'returned'::text) AND ((old.status)::text IS DISTINCT FROM (new.status)::text))) EXECUTE FUNCTION public.disbursement_taken_back_by_two();
CREATE TRIGGER takes_two BEFORE INSERT OR UPDATE OF agreed_at ON public.disbursement_route FOR EACH ROW EXECUTE FUNCTION public.disbursement_route_takes_two();
CREATE TRIGGER the_change AFTER INSERT ON public.disbursement_enrolmentstep REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.disbursement_enrolmentstep_is_the_change();
CREATE TRIGGER waits_for_outcomes BEFORE UPDATE OF status ON public.disbursement_batch FOR EACH ROW WHEN ((((new.status)::text = 'closed'::text) AND ((old.status)::text <> 'closed'::text))) EXECUTE FUNCTION public.disbursement_batch_waits_for_outcomes();
CREATE TRIGGER was_made BEFORE DELETE OR UPDATE ON public.disbursement_scheduledrun FOR EACH ROW WHEN ((old.batch_id IS NOT NULL)) EXECUTE FUNCTION public.disbursement_run_was_made();
CREATE TRIGGER was_paid BEFORE INSERT ON public.disbursement_clawbackpayment FOR EACH ROW EXECUTE FUNCTION public.disbursement_clawback_payment_was_paid();
CREATE TRIGGER was_sent_back BEFORE UPDATE OF status ON public.disbursement_batch FOR EACH ROW WHEN ((((old.status)::text = 'submitted'::text) AND ((new.status)::text = ANY ((ARRAY['draft'::character varying, 'prepared'::character varying, 'cancelled'::character varying])::text[])))) EXECUTE FUNCTION public.disbursement_batch_was_sent_back();
CREATE TRIGGER while_submitted BEFORE INSERT ON public.disbursement_sentback FOR EACH ROW EXECUTE FUNCTION public.disbursement_sent_back_while_submitted();
CREATE TRIGGER with_its_scheme BEFORE INSERT ON public.disbursement_approvaltier FOR EACH ROW EXECUTE FUNCTION public.disbursement_tier_with_its_scheme();
CREATE TRIGGER with_reserved_money BEFORE UPDATE OF status ON public.disbursement_chunk FOR EACH ROW WHEN (((old.status)::text IS DISTINCT FROM (new.status)::text)) EXECUTE FUNCTION public.disbursement_chunk_of_reserved_batch();
CREATE TRIGGER within_budgets BEFORE UPDATE OF status ON public.disbursement_batch FOR EACH ROW WHEN (((((old.status)::text = 'prepared'::text) AND ((new.status)::text = 'submitted'::text)) OR (((old.status)::text = 'submitted'::text) AND ((new.status)::text = 'approved'::text)))) EXECUTE FUNCTION public.disbursement_batch_within_budgets();
CREATE TRIGGER words_are_kept BEFORE UPDATE OF reason, note ON public.disbursement_takeback FOR EACH ROW EXECUTE FUNCTION public.disbursement_takeback_words_are_kept();
CREATE TRIGGER written_once BEFORE DELETE OR UPDATE ON public.disbursement_calculation FOR EACH ROW EXECUTE FUNCTION public.disbursement_calculation_is_written_once();
CREATE TRIGGER written_once BEFORE DELETE OR UPDATE ON public.disbursement_correction FOR EACH ROW EXECUTE FUNCTION public.disbursement_correction_is_written_once();
CREATE TRIGGER written_once BEFORE DELETE OR UPDATE ON public.disbursement_owedcycle FOR EACH ROW EXECUTE FUNCTION public.disbursement_owed_is_written_once();
CREATE TRIGGER written_once BEFORE DELETE OR UPDATE ON public.disbursement_schedule FOR EACH ROW EXECUTE FUNCTION public.disbursement_schedule_is_written_once();
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT approval_of_the_submission FOREIGN KEY (submission_id, batch_id, maker_id, digest) REFERENCES public.disbursement_submission(id, batch_id, maker_id, digest);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_group_id_97559544_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_user_id_6a12ed8b_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permissions_user_id_a95ead1b_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_batch
    ADD CONSTRAINT batch_is_what_was_submitted FOREIGN KEY (submission_id, id, maker_id, digest, count, total) REFERENCES public.disbursement_submission(id, batch_id, maker_id, digest, count, total);
ALTER TABLE ONLY public.beneficiaries_breach
    ADD CONSTRAINT beneficiaries_breach_recorded_by_id_582fd660_fk_auth_user_id FOREIGN KEY (recorded_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_collection
    ADD CONSTRAINT beneficiaries_collec_representation_id_a5e086a1_fk_beneficia FOREIGN KEY (representation_id) REFERENCES public.beneficiaries_representation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_collection
    ADD CONSTRAINT beneficiaries_collection_by_id_7d07f080_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_confirmed
    ADD CONSTRAINT beneficiaries_confir_run_id_40dd3f05_fk_beneficia FOREIGN KEY (run_id) REFERENCES public.beneficiaries_registryimport(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_consent
    ADD CONSTRAINT beneficiaries_consen_guardian_id_df0695b2_fk_beneficia FOREIGN KEY (guardian_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_consent
    ADD CONSTRAINT beneficiaries_consen_person_id_c6f725b9_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_consent
    ADD CONSTRAINT beneficiaries_consen_text_id_2ae9c177_fk_beneficia FOREIGN KEY (text_id) REFERENCES public.beneficiaries_consenttext(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_consent
    ADD CONSTRAINT beneficiaries_consent_by_id_8b919017_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_consenttext
    ADD CONSTRAINT beneficiaries_consenttext_by_id_91794f96_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_datarequest
    ADD CONSTRAINT beneficiaries_datare_decided_by_id_af105895_fk_auth_user FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_datarequest
    ADD CONSTRAINT beneficiaries_datare_person_id_25bd3194_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_datarequest
    ADD CONSTRAINT beneficiaries_datare_proposed_by_id_d9b66141_fk_auth_user FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_datarequest
    ADD CONSTRAINT beneficiaries_datare_recorded_by_id_3fa2c219_fk_auth_user FOREIGN KEY (recorded_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_duplicatepair
    ADD CONSTRAINT beneficiaries_duplic_decided_by_id_a993ff00_fk_auth_user FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_duplicatepair
    ADD CONSTRAINT beneficiaries_duplic_high_id_2ee5693d_fk_beneficia FOREIGN KEY (high_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_duplicatepair
    ADD CONSTRAINT beneficiaries_duplic_low_id_55abe73b_fk_beneficia FOREIGN KEY (low_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_evidenceprogress
    ADD CONSTRAINT beneficiaries_eviden_cancel_by_id_1e9be070_fk_auth_user FOREIGN KEY (cancel_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_evidenceimport
    ADD CONSTRAINT beneficiaries_eviden_ended_by_id_23ab38cb_fk_auth_user FOREIGN KEY (ended_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_evidenceaccess
    ADD CONSTRAINT beneficiaries_eviden_evidence_source_id_a1e9fee9_fk_beneficia FOREIGN KEY (evidence_source_id) REFERENCES public.beneficiaries_evidencesource(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_evidence
    ADD CONSTRAINT beneficiaries_eviden_household_id_873ffb14_fk_beneficia FOREIGN KEY (household_id) REFERENCES public.beneficiaries_household(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_evidence
    ADD CONSTRAINT beneficiaries_eviden_person_id_6f129d27_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_evidenceprogress
    ADD CONSTRAINT beneficiaries_eviden_run_id_324ba4a5_fk_beneficia FOREIGN KEY (run_id) REFERENCES public.beneficiaries_evidenceimport(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_evidence
    ADD CONSTRAINT beneficiaries_eviden_sent_by_id_038882cc_fk_beneficia FOREIGN KEY (sent_by_id) REFERENCES public.beneficiaries_evidencesource(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_evidence
    ADD CONSTRAINT beneficiaries_eviden_supersedes_id_3ad51b80_fk_beneficia FOREIGN KEY (supersedes_id) REFERENCES public.beneficiaries_evidence(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_evidence
    ADD CONSTRAINT beneficiaries_evidence_by_id_119d257b_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_evidence
    ADD CONSTRAINT beneficiaries_evidence_contested_by_id_35bfe9e1_fk_auth_user_id FOREIGN KEY (contested_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_evidenceimport
    ADD CONSTRAINT beneficiaries_evidenceimport_by_id_056100a5_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_exclusionrule
    ADD CONSTRAINT beneficiaries_exclus_enforced_by_id_83df248d_fk_auth_user FOREIGN KEY (enforced_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_exclusion
    ADD CONSTRAINT beneficiaries_exclus_household_id_f2b8966d_fk_beneficia FOREIGN KEY (household_id) REFERENCES public.beneficiaries_household(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_exclusion
    ADD CONSTRAINT beneficiaries_exclus_person_id_e0bfe8d2_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_exclusion
    ADD CONSTRAINT beneficiaries_exclus_proposal_id_fe202460_fk_beneficia FOREIGN KEY (proposal_id) REFERENCES public.beneficiaries_proposal(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_exclusion
    ADD CONSTRAINT beneficiaries_exclusion_accepted_by_id_8feb0850_fk_auth_user_id FOREIGN KEY (accepted_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_exclusion
    ADD CONSTRAINT beneficiaries_exclusion_lifted_by_id_ccc4d2a6_fk_auth_user_id FOREIGN KEY (lifted_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_exclusionrule
    ADD CONSTRAINT beneficiaries_exclusionrule_by_id_f92f37f4_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievancestep
    ADD CONSTRAINT beneficiaries_grieva_assignee_id_57bdae6f_fk_auth_user FOREIGN KEY (assignee_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievance
    ADD CONSTRAINT beneficiaries_grieva_category_id_a31a834d_fk_beneficia FOREIGN KEY (category_id) REFERENCES public.beneficiaries_grievancecategory(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievancemessage
    ADD CONSTRAINT beneficiaries_grieva_grievance_id_09a27f1a_fk_beneficia FOREIGN KEY (grievance_id) REFERENCES public.beneficiaries_grievance(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievancestep
    ADD CONSTRAINT beneficiaries_grieva_grievance_id_b088069f_fk_beneficia FOREIGN KEY (grievance_id) REFERENCES public.beneficiaries_grievance(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievancecategory
    ADD CONSTRAINT beneficiaries_grieva_group_id_4ce23107_fk_auth_grou FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievance
    ADD CONSTRAINT beneficiaries_grieva_household_id_0d5bd4fc_fk_beneficia FOREIGN KEY (household_id) REFERENCES public.beneficiaries_household(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievance
    ADD CONSTRAINT beneficiaries_grieva_payment_id_9e711193_fk_wallet_pa FOREIGN KEY (payment_id) REFERENCES public.wallet_payment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievance
    ADD CONSTRAINT beneficiaries_grieva_person_id_9b5bb75c_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievance
    ADD CONSTRAINT beneficiaries_grieva_reporter_id_b93c2133_fk_beneficia FOREIGN KEY (reporter_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievancecategory
    ADD CONSTRAINT beneficiaries_grieva_supervisors_id_da27edd6_fk_auth_grou FOREIGN KEY (supervisors_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievance
    ADD CONSTRAINT beneficiaries_grievance_assignee_id_f61abbd4_fk_auth_user_id FOREIGN KEY (assignee_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievance
    ADD CONSTRAINT beneficiaries_grievance_created_by_id_fd9acb89_fk_auth_user_id FOREIGN KEY (created_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievance
    ADD CONSTRAINT beneficiaries_grievance_group_id_e1ba375b_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievancemessage
    ADD CONSTRAINT beneficiaries_grievancemessage_by_id_1b406e8a_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievancestep
    ADD CONSTRAINT beneficiaries_grievancestep_by_id_031fe621_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_grievancestep
    ADD CONSTRAINT beneficiaries_grievancestep_group_id_96cbcd7a_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_importprogress
    ADD CONSTRAINT beneficiaries_import_run_id_14e0a01b_fk_beneficia FOREIGN KEY (run_id) REFERENCES public.beneficiaries_registryimport(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_merge
    ADD CONSTRAINT beneficiaries_merge_by_id_0df3c250_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_merge
    ADD CONSTRAINT beneficiaries_merge_merged_id_9f25e369_fk_beneficia FOREIGN KEY (merged_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_merge
    ADD CONSTRAINT beneficiaries_merge_pair_id_9c5cab8f_fk_beneficia FOREIGN KEY (pair_id) REFERENCES public.beneficiaries_duplicatepair(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_merge
    ADD CONSTRAINT beneficiaries_merge_survivor_id_7753d6a4_fk_beneficia FOREIGN KEY (survivor_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_merge
    ADD CONSTRAINT beneficiaries_merge_undone_by_id_95671842_fk_auth_user_id FOREIGN KEY (undone_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_objection
    ADD CONSTRAINT beneficiaries_object_exclusion_id_a19f334f_fk_beneficia FOREIGN KEY (exclusion_id) REFERENCES public.beneficiaries_exclusion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_objectionfile
    ADD CONSTRAINT beneficiaries_object_objection_id_af4d376b_fk_beneficia FOREIGN KEY (objection_id) REFERENCES public.beneficiaries_objection(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_objection
    ADD CONSTRAINT beneficiaries_objection_accepted_by_id_317fb749_fk_auth_user_id FOREIGN KEY (accepted_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_objection
    ADD CONSTRAINT beneficiaries_objection_decided_by_id_95daa3c5_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_objection
    ADD CONSTRAINT beneficiaries_objection_filed_by_id_8d065444_fk_auth_user_id FOREIGN KEY (filed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_objectionfile
    ADD CONSTRAINT beneficiaries_objectionfile_by_id_2bdcbad1_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_person
    ADD CONSTRAINT beneficiaries_person_household_id_1c98c753_fk_beneficia FOREIGN KEY (household_id) REFERENCES public.beneficiaries_household(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_person
    ADD CONSTRAINT beneficiaries_person_merged_into_id_cab16b80_fk_beneficia FOREIGN KEY (merged_into_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_personblock
    ADD CONSTRAINT beneficiaries_person_person_id_1c8f7738_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_personkey
    ADD CONSTRAINT beneficiaries_person_person_id_f21a3efc_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_person
    ADD CONSTRAINT beneficiaries_person_wallet_id_65ccfc7a_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_proposal_evidence
    ADD CONSTRAINT beneficiaries_propos_evidence_id_5a57c2e6_fk_beneficia FOREIGN KEY (evidence_id) REFERENCES public.beneficiaries_evidence(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_proposal
    ADD CONSTRAINT beneficiaries_propos_household_id_6b6da8b9_fk_beneficia FOREIGN KEY (household_id) REFERENCES public.beneficiaries_household(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_proposal
    ADD CONSTRAINT beneficiaries_propos_person_id_b55d116a_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_proposal_evidence
    ADD CONSTRAINT beneficiaries_propos_proposal_id_675cc2ed_fk_beneficia FOREIGN KEY (proposal_id) REFERENCES public.beneficiaries_proposal(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_proposedchange
    ADD CONSTRAINT beneficiaries_propos_request_id_ee092306_fk_beneficia FOREIGN KEY (request_id) REFERENCES public.beneficiaries_datarequest(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_proposal
    ADD CONSTRAINT beneficiaries_propos_rule_id_3193d56b_fk_beneficia FOREIGN KEY (rule_id) REFERENCES public.beneficiaries_exclusionrule(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_proposal
    ADD CONSTRAINT beneficiaries_propos_screening_id_a6753578_fk_beneficia FOREIGN KEY (screening_id) REFERENCES public.beneficiaries_screening(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_proposal
    ADD CONSTRAINT beneficiaries_proposal_decided_by_id_79709fd1_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_region
    ADD CONSTRAINT beneficiaries_region_parent_id_f7756049_fk_beneficia FOREIGN KEY (parent_id) REFERENCES public.beneficiaries_region(code) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_registryimport
    ADD CONSTRAINT beneficiaries_regist_committed_by_id_cefd86ee_fk_auth_user FOREIGN KEY (committed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_registryimport
    ADD CONSTRAINT beneficiaries_regist_ended_by_id_3d2daa67_fk_auth_user FOREIGN KEY (ended_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_registryimport
    ADD CONSTRAINT beneficiaries_registryimport_by_id_70ce249a_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_representation
    ADD CONSTRAINT beneficiaries_repres_decided_by_id_0d5044de_fk_auth_user FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_representation
    ADD CONSTRAINT beneficiaries_repres_ended_by_id_f5f1f55e_fk_auth_user FOREIGN KEY (ended_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_representation
    ADD CONSTRAINT beneficiaries_repres_for_person_id_9a89fded_fk_beneficia FOREIGN KEY (for_person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_representation
    ADD CONSTRAINT beneficiaries_repres_proposed_by_id_8f761757_fk_auth_user FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_representationscan
    ADD CONSTRAINT beneficiaries_repres_representation_id_a56cf2f8_fk_beneficia FOREIGN KEY (representation_id) REFERENCES public.beneficiaries_representation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_representation
    ADD CONSTRAINT beneficiaries_repres_representative_id_303a02d1_fk_beneficia FOREIGN KEY (representative_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_representationscan
    ADD CONSTRAINT beneficiaries_representationscan_by_id_c7bf5188_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_revealallowance
    ADD CONSTRAINT beneficiaries_reveal_officer_id_4fb0b76f_fk_auth_user FOREIGN KEY (officer_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_revealallowance
    ADD CONSTRAINT beneficiaries_revealallowance_by_id_ebe37974_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_screening
    ADD CONSTRAINT beneficiaries_screen_rule_id_63a4f1b5_fk_beneficia FOREIGN KEY (rule_id) REFERENCES public.beneficiaries_exclusionrule(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_screening
    ADD CONSTRAINT beneficiaries_screening_by_id_785e40b7_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_trialhit
    ADD CONSTRAINT beneficiaries_trialh_person_id_15c0b3de_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_trialhit
    ADD CONSTRAINT beneficiaries_trialh_screening_id_6c317148_fk_beneficia FOREIGN KEY (screening_id) REFERENCES public.beneficiaries_screening(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT disbursement_approva_batch_id_ccd068c8_fk_disbursem FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT disbursement_approva_delegation_id_57dbf04f_fk_disbursem FOREIGN KEY (delegation_id) REFERENCES public.disbursement_delegation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_approvaltier
    ADD CONSTRAINT disbursement_approva_scheme_id_ff4bc47b_fk_disbursem FOREIGN KEY (scheme_id) REFERENCES public.disbursement_approvalscheme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT disbursement_approval_approver_id_eecee99c_fk_auth_user_id FOREIGN KEY (approver_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT disbursement_approval_holder_id_96b4fc9c_fk_auth_user_id FOREIGN KEY (holder_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT disbursement_approval_maker_id_743211d2_fk_auth_user_id FOREIGN KEY (maker_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_approval
    ADD CONSTRAINT disbursement_approval_proof_id_ff758eb9_fk_officers_proof_id FOREIGN KEY (proof_id) REFERENCES public.officers_proof(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_approvalscheme
    ADD CONSTRAINT disbursement_approvalscheme_made_by_id_c6981749_fk_auth_user_id FOREIGN KEY (made_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_approvaltier
    ADD CONSTRAINT disbursement_approvaltier_first_id_1225bb8c_fk_auth_group_id FOREIGN KEY (first_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_approvaltier
    ADD CONSTRAINT disbursement_approvaltier_second_id_8b99615d_fk_auth_group_id FOREIGN KEY (second_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_approvaltier
    ADD CONSTRAINT disbursement_approvaltier_third_id_316085ba_fk_auth_group_id FOREIGN KEY (third_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_batch
    ADD CONSTRAINT disbursement_batch_clearing_id_4beb0e96_fk_wallet_account_id FOREIGN KEY (clearing_id) REFERENCES public.wallet_account(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_batch
    ADD CONSTRAINT disbursement_batch_cycle_id_367639ae_fk_disbursement_cycle_id FOREIGN KEY (cycle_id) REFERENCES public.disbursement_cycle(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_batch
    ADD CONSTRAINT disbursement_batch_follows_id_9c6ae081_fk_disbursement_batch_id FOREIGN KEY (follows_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_batch
    ADD CONSTRAINT disbursement_batch_maker_id_7d3d44e9_fk_auth_user_id FOREIGN KEY (maker_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_batch
    ADD CONSTRAINT disbursement_batch_version_id_dde193d0_fk_disbursem FOREIGN KEY (version_id) REFERENCES public.disbursement_programmeversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_batchregion
    ADD CONSTRAINT disbursement_batchre_batch_id_99b63dbc_fk_disbursem FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_batchstep
    ADD CONSTRAINT disbursement_batchst_batch_id_ef670496_fk_disbursem FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_batchstep
    ADD CONSTRAINT disbursement_batchstep_by_id_71084f70_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_break
    ADD CONSTRAINT disbursement_break_account_id_43d73c6e_fk_disbursem FOREIGN KEY (account_id) REFERENCES public.disbursement_statementaccount(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_break
    ADD CONSTRAINT disbursement_break_instruction_id_5e722105_fk_disbursem FOREIGN KEY (instruction_id) REFERENCES public.disbursement_instruction(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_break
    ADD CONSTRAINT disbursement_break_owner_id_08b8964e_fk_auth_user_id FOREIGN KEY (owner_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_break
    ADD CONSTRAINT disbursement_break_proposed_by_id_de08c22c_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_break
    ADD CONSTRAINT disbursement_break_resolved_by_id_10f7716e_fk_auth_user_id FOREIGN KEY (resolved_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_breakstep
    ADD CONSTRAINT disbursement_breakst_statement_id_5ec45c07_fk_disbursem FOREIGN KEY (statement_id) REFERENCES public.disbursement_statement(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_breakstep
    ADD CONSTRAINT disbursement_breakst_subject_id_1d6bc647_fk_disbursem FOREIGN KEY (subject_id) REFERENCES public.disbursement_break(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_breakstep
    ADD CONSTRAINT disbursement_breakstep_by_id_562d5ba4_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_breakstep
    ADD CONSTRAINT disbursement_breakstep_owner_id_6e5738a5_fk_auth_user_id FOREIGN KEY (owner_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_budget
    ADD CONSTRAINT disbursement_budget_by_id_f342c647_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_budget
    ADD CONSTRAINT disbursement_budget_programme_id_36d07ea7_fk_disbursem FOREIGN KEY (programme_id) REFERENCES public.disbursement_programme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_bulknotice
    ADD CONSTRAINT disbursement_bulknot_provider_id_4534deda_fk_disbursem FOREIGN KEY (provider_id) REFERENCES public.disbursement_provideraccount(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_bulkrequest
    ADD CONSTRAINT disbursement_bulkreq_chunk_id_1213d556_fk_disbursem FOREIGN KEY (chunk_id) REFERENCES public.disbursement_chunk(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_bulkrequest
    ADD CONSTRAINT disbursement_bulkreq_provider_id_7e11cde4_fk_disbursem FOREIGN KEY (provider_id) REFERENCES public.disbursement_provideraccount(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_calculation
    ADD CONSTRAINT disbursement_calcula_batch_id_a2a48ecc_fk_disbursem FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_calculation
    ADD CONSTRAINT disbursement_calcula_cycle_id_6bddadd5_fk_disbursem FOREIGN KEY (cycle_id) REFERENCES public.disbursement_cycle(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_calculation
    ADD CONSTRAINT disbursement_calcula_enrolment_id_e810a4d9_fk_disbursem FOREIGN KEY (enrolment_id) REFERENCES public.disbursement_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_calculation
    ADD CONSTRAINT disbursement_calcula_version_id_7477cd68_fk_disbursem FOREIGN KEY (version_id) REFERENCES public.disbursement_programmeversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_chunk
    ADD CONSTRAINT disbursement_chunk_batch_id_d1e7220f_fk_disbursement_batch_id FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_chunk
    ADD CONSTRAINT disbursement_chunk_provider_id_7659ebad_fk_disbursem FOREIGN KEY (provider_id) REFERENCES public.disbursement_provideraccount(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_chunk
    ADD CONSTRAINT disbursement_chunk_terms_id_65116d7b_fk_wallet_purseterms_id FOREIGN KEY (terms_id) REFERENCES public.wallet_purseterms(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_clawbackstep
    ADD CONSTRAINT disbursement_clawbac_clawback_id_39419c77_fk_disbursem FOREIGN KEY (clawback_id) REFERENCES public.disbursement_clawback(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_clawbackpayment
    ADD CONSTRAINT disbursement_clawbac_clawback_id_8467b426_fk_disbursem FOREIGN KEY (clawback_id) REFERENCES public.disbursement_clawback(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_clawbackpayment
    ADD CONSTRAINT disbursement_clawbac_instruction_id_e3228a92_fk_disbursem FOREIGN KEY (instruction_id) REFERENCES public.disbursement_instruction(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_clawback
    ADD CONSTRAINT disbursement_clawbac_person_id_da4dafb3_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_clawback
    ADD CONSTRAINT disbursement_clawbac_programme_id_136d6412_fk_disbursem FOREIGN KEY (programme_id) REFERENCES public.disbursement_programme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_clawback
    ADD CONSTRAINT disbursement_clawback_enforced_by_id_87a5463a_fk_auth_user_id FOREIGN KEY (enforced_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_clawback
    ADD CONSTRAINT disbursement_clawback_proposed_by_id_73df71a8_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_clawbackstep
    ADD CONSTRAINT disbursement_clawbackstep_by_id_452f1ced_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_component
    ADD CONSTRAINT disbursement_compone_terms_id_8184c9a3_fk_wallet_pu FOREIGN KEY (terms_id) REFERENCES public.wallet_purseterms(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_component
    ADD CONSTRAINT disbursement_compone_version_id_41f1993e_fk_disbursem FOREIGN KEY (version_id) REFERENCES public.disbursement_programmeversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_confirmation
    ADD CONSTRAINT disbursement_confirm_instruction_id_3799716e_fk_disbursem FOREIGN KEY (instruction_id) REFERENCES public.disbursement_instruction(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_confirmation
    ADD CONSTRAINT disbursement_confirmation_by_id_9fe2f1a6_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_conflictnote
    ADD CONSTRAINT disbursement_conflic_conflict_id_5910c5a2_fk_disbursem FOREIGN KEY (conflict_id) REFERENCES public.disbursement_programmeconflict(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_conflictnote
    ADD CONSTRAINT disbursement_conflic_enrolment_id_3906ba99_fk_disbursem FOREIGN KEY (enrolment_id) REFERENCES public.disbursement_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_conflictnote
    ADD CONSTRAINT disbursement_conflic_person_id_95fc8976_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_conflictnote
    ADD CONSTRAINT disbursement_conflic_programme_id_f75e3d47_fk_disbursem FOREIGN KEY (programme_id) REFERENCES public.disbursement_programme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_correction
    ADD CONSTRAINT disbursement_correct_cycle_id_73d59133_fk_disbursem FOREIGN KEY (cycle_id) REFERENCES public.disbursement_cycle(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_correction
    ADD CONSTRAINT disbursement_correct_enrolment_id_94ef9ff2_fk_disbursem FOREIGN KEY (enrolment_id) REFERENCES public.disbursement_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_correction
    ADD CONSTRAINT disbursement_correct_recalculation_id_e579b679_fk_disbursem FOREIGN KEY (recalculation_id) REFERENCES public.disbursement_recalculation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_correction
    ADD CONSTRAINT disbursement_correct_version_id_30b7299a_fk_disbursem FOREIGN KEY (version_id) REFERENCES public.disbursement_programmeversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_cycle
    ADD CONSTRAINT disbursement_cycle_programme_id_523cda59_fk_disbursem FOREIGN KEY (programme_id) REFERENCES public.disbursement_programme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_delegation
    ADD CONSTRAINT disbursement_delegation_delegate_id_ade1dafd_fk_auth_user_id FOREIGN KEY (delegate_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_delegation
    ADD CONSTRAINT disbursement_delegation_made_by_id_74a17ade_fk_auth_user_id FOREIGN KEY (made_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_delegation
    ADD CONSTRAINT disbursement_delegation_principal_id_834df371_fk_auth_user_id FOREIGN KEY (principal_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_delegation
    ADD CONSTRAINT disbursement_delegation_revoked_by_id_a7bba74c_fk_auth_user_id FOREIGN KEY (revoked_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_enrolmentappeal
    ADD CONSTRAINT disbursement_enrolme_decided_by_id_b99d6977_fk_auth_user FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_enrolmentstep
    ADD CONSTRAINT disbursement_enrolme_enrolment_id_d6934c2d_fk_disbursem FOREIGN KEY (enrolment_id) REFERENCES public.disbursement_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_enrolmentappeal
    ADD CONSTRAINT disbursement_enrolme_filed_by_id_f1a8c57a_fk_auth_user FOREIGN KEY (filed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_enrolment
    ADD CONSTRAINT disbursement_enrolme_household_id_13b0514c_fk_beneficia FOREIGN KEY (household_id) REFERENCES public.beneficiaries_household(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_enrolment
    ADD CONSTRAINT disbursement_enrolme_person_id_86463783_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_enrolment
    ADD CONSTRAINT disbursement_enrolme_programme_id_521ba1f6_fk_disbursem FOREIGN KEY (programme_id) REFERENCES public.disbursement_programme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_enrolmentappeal
    ADD CONSTRAINT disbursement_enrolme_step_id_fb9011f9_fk_disbursem FOREIGN KEY (step_id) REFERENCES public.disbursement_enrolmentstep(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_enrolmentappeal
    ADD CONSTRAINT disbursement_enrolme_taken_by_id_2fb77ad6_fk_auth_user FOREIGN KEY (taken_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_enrolment
    ADD CONSTRAINT disbursement_enrolme_version_id_45c755d0_fk_disbursem FOREIGN KEY (version_id) REFERENCES public.disbursement_programmeversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_enrolment
    ADD CONSTRAINT disbursement_enrolment_by_id_c31cbb36_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_enrolmentstep
    ADD CONSTRAINT disbursement_enrolmentstep_by_id_c46ed49b_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_exchange
    ADD CONSTRAINT disbursement_exchang_line_id_01cd4bca_fk_disbursem FOREIGN KEY (line_id) REFERENCES public.disbursement_payoutline(instruction_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_exchange
    ADD CONSTRAINT disbursement_exchang_provider_id_5b406bff_fk_disbursem FOREIGN KEY (provider_id) REFERENCES public.disbursement_provideraccount(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_exchange
    ADD CONSTRAINT disbursement_exchang_request_id_65a3af41_fk_disbursem FOREIGN KEY (request_id) REFERENCES public.disbursement_bulkrequest(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_filling
    ADD CONSTRAINT disbursement_filling_batch_id_b352e4b7_fk_disbursement_batch_id FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_followedmove
    ADD CONSTRAINT disbursement_followe_enrolment_id_bdb36056_fk_disbursem FOREIGN KEY (enrolment_id) REFERENCES public.disbursement_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_followedmove
    ADD CONSTRAINT disbursement_followe_household_id_3297dffe_fk_beneficia FOREIGN KEY (household_id) REFERENCES public.beneficiaries_household(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_followedmove
    ADD CONSTRAINT disbursement_followe_run_id_5b696707_fk_beneficia FOREIGN KEY (run_id) REFERENCES public.beneficiaries_registryimport(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_giveback
    ADD CONSTRAINT disbursement_givebac_clawback_id_02888c5d_fk_disbursem FOREIGN KEY (clawback_id) REFERENCES public.disbursement_clawback(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_giveback
    ADD CONSTRAINT disbursement_givebac_purse_id_6e53fcbd_fk_wallet_pu FOREIGN KEY (purse_id) REFERENCES public.wallet_purse(account_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_giveback
    ADD CONSTRAINT disbursement_giveback_by_id_1ed6e6fc_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_instruction
    ADD CONSTRAINT disbursement_instruc_batch_id_c28d5d13_fk_disbursem FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_instruction
    ADD CONSTRAINT disbursement_instruc_chunk_id_8d1ab3ac_fk_disbursem FOREIGN KEY (chunk_id) REFERENCES public.disbursement_chunk(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_instruction
    ADD CONSTRAINT disbursement_instruc_cycle_id_69d45a27_fk_disbursem FOREIGN KEY (cycle_id) REFERENCES public.disbursement_cycle(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_instruction
    ADD CONSTRAINT disbursement_instruc_enrolment_id_1b05b493_fk_disbursem FOREIGN KEY (enrolment_id) REFERENCES public.disbursement_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_instruction
    ADD CONSTRAINT disbursement_instruc_route_id_eb7206f2_fk_disbursem FOREIGN KEY (route_id) REFERENCES public.disbursement_route(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_instruction
    ADD CONSTRAINT disbursement_instruction_wallet_id_7e436a3d_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_leftout
    ADD CONSTRAINT disbursement_leftout_cycle_id_d9c4741d_fk_disbursement_cycle_id FOREIGN KEY (cycle_id) REFERENCES public.disbursement_cycle(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_leftout
    ADD CONSTRAINT disbursement_leftout_enrolment_id_952d9488_fk_disbursem FOREIGN KEY (enrolment_id) REFERENCES public.disbursement_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_leftout
    ADD CONSTRAINT disbursement_leftout_exclusion_id_64c5a682_fk_beneficia FOREIGN KEY (exclusion_id) REFERENCES public.beneficiaries_exclusion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_owedcycle
    ADD CONSTRAINT disbursement_owedcyc_cycle_id_a618613d_fk_disbursem FOREIGN KEY (cycle_id) REFERENCES public.disbursement_cycle(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_owedcycle
    ADD CONSTRAINT disbursement_owedcyc_enrolment_id_a37a5ec3_fk_disbursem FOREIGN KEY (enrolment_id) REFERENCES public.disbursement_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_owedcycle
    ADD CONSTRAINT disbursement_owedcycle_by_id_f44ee075_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_owedcycle
    ADD CONSTRAINT disbursement_owedcycle_withdrawn_by_id_61697a8b_fk_auth_user_id FOREIGN KEY (withdrawn_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_payoutline
    ADD CONSTRAINT disbursement_payoutl_chunk_id_4448d63d_fk_disbursem FOREIGN KEY (chunk_id) REFERENCES public.disbursement_chunk(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_payoutline
    ADD CONSTRAINT disbursement_payoutl_instruction_id_14381e5c_fk_disbursem FOREIGN KEY (instruction_id) REFERENCES public.disbursement_instruction(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_payoutline
    ADD CONSTRAINT disbursement_payoutl_provider_id_eecf1188_fk_disbursem FOREIGN KEY (provider_id) REFERENCES public.disbursement_provideraccount(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_payoutline
    ADD CONSTRAINT disbursement_payoutl_request_id_8a6c5367_fk_disbursem FOREIGN KEY (request_id) REFERENCES public.disbursement_bulkrequest(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_placelook
    ADD CONSTRAINT disbursement_placelo_programme_id_6409eadc_fk_disbursem FOREIGN KEY (programme_id) REFERENCES public.disbursement_programme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_preflight
    ADD CONSTRAINT disbursement_preflig_batch_id_026a88d8_fk_disbursem FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_preflightfinding
    ADD CONSTRAINT disbursement_preflig_batch_id_0fe8351b_fk_disbursem FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_preflightfinding
    ADD CONSTRAINT disbursement_preflig_enrolment_id_1499794d_fk_disbursem FOREIGN KEY (enrolment_id) REFERENCES public.disbursement_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_programmeversion
    ADD CONSTRAINT disbursement_program_cash_terms_id_24e0627a_fk_wallet_pu FOREIGN KEY (cash_terms_id) REFERENCES public.wallet_purseterms(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_programmeversion
    ADD CONSTRAINT disbursement_program_enforced_by_id_7dca9b37_fk_auth_user FOREIGN KEY (enforced_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_programmeconflict
    ADD CONSTRAINT disbursement_program_first_id_97a37da8_fk_disbursem FOREIGN KEY (first_id) REFERENCES public.disbursement_programme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_programmeversion
    ADD CONSTRAINT disbursement_program_programme_id_d2d3eba3_fk_disbursem FOREIGN KEY (programme_id) REFERENCES public.disbursement_programme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_programmeconflict
    ADD CONSTRAINT disbursement_program_second_id_254446c4_fk_disbursem FOREIGN KEY (second_id) REFERENCES public.disbursement_programme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_programmeversion
    ADD CONSTRAINT disbursement_program_terms_id_971fc9f6_fk_wallet_pu FOREIGN KEY (terms_id) REFERENCES public.wallet_purseterms(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_programme
    ADD CONSTRAINT disbursement_programme_fund_id_d7f32097_fk_wallet_account_id FOREIGN KEY (fund_id) REFERENCES public.wallet_account(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_programmeconflict
    ADD CONSTRAINT disbursement_programmeconflict_by_id_f2154bc2_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_programmeversion
    ADD CONSTRAINT disbursement_programmeversion_by_id_fe42a014_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_provideraccount
    ADD CONSTRAINT disbursement_provide_account_id_41a93cb2_fk_wallet_ac FOREIGN KEY (account_id) REFERENCES public.wallet_account(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_provideraccount
    ADD CONSTRAINT disbursement_provide_partner_id_865dc72c_fk_wallet_pa FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_providertoken
    ADD CONSTRAINT disbursement_provide_provider_id_d2f614b8_fk_disbursem FOREIGN KEY (provider_id) REFERENCES public.disbursement_provideraccount(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_recalculation
    ADD CONSTRAINT disbursement_recalcu_cycle_id_8631c633_fk_disbursem FOREIGN KEY (cycle_id) REFERENCES public.disbursement_cycle(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_recalculation
    ADD CONSTRAINT disbursement_recalcu_decided_by_id_9fe861b6_fk_auth_user FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_recalculation
    ADD CONSTRAINT disbursement_recalcu_enrolment_id_faaca3c9_fk_disbursem FOREIGN KEY (enrolment_id) REFERENCES public.disbursement_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_recalculation
    ADD CONSTRAINT disbursement_recalculation_by_id_2a852820_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_report
    ADD CONSTRAINT disbursement_report_batch_id_f4e58e27_fk_disbursement_batch_id FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_report
    ADD CONSTRAINT disbursement_report_by_id_0fa0c68a_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_resolution
    ADD CONSTRAINT disbursement_resolut_line_id_aea1a7a7_fk_disbursem FOREIGN KEY (line_id) REFERENCES public.disbursement_payoutline(instruction_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_resolution
    ADD CONSTRAINT disbursement_resolution_decided_by_id_8ddbc8c2_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_resolution
    ADD CONSTRAINT disbursement_resolution_proposed_by_id_b119de0c_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_route
    ADD CONSTRAINT disbursement_route_agreed_by_id_7c5cf7b1_fk_auth_user_id FOREIGN KEY (agreed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_route
    ADD CONSTRAINT disbursement_route_ended_by_id_086ed318_fk_auth_user_id FOREIGN KEY (ended_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_route
    ADD CONSTRAINT disbursement_route_enrolment_id_5edcf634_fk_disbursem FOREIGN KEY (enrolment_id) REFERENCES public.disbursement_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_route
    ADD CONSTRAINT disbursement_route_provider_id_1c72617b_fk_disbursem FOREIGN KEY (provider_id) REFERENCES public.disbursement_provideraccount(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_route
    ADD CONSTRAINT disbursement_route_set_by_id_52956679_fk_auth_user_id FOREIGN KEY (set_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_scheduledrun
    ADD CONSTRAINT disbursement_schedul_batch_id_bdbcdfc0_fk_disbursem FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_scheduledrun
    ADD CONSTRAINT disbursement_schedul_cycle_id_deb7a5ef_fk_disbursem FOREIGN KEY (cycle_id) REFERENCES public.disbursement_cycle(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_schedule
    ADD CONSTRAINT disbursement_schedul_programme_id_32c28840_fk_disbursem FOREIGN KEY (programme_id) REFERENCES public.disbursement_programme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_scheduledrun
    ADD CONSTRAINT disbursement_schedul_programme_id_3925957e_fk_disbursem FOREIGN KEY (programme_id) REFERENCES public.disbursement_programme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_scheduledrun
    ADD CONSTRAINT disbursement_schedul_schedule_id_9369b2fb_fk_disbursem FOREIGN KEY (schedule_id) REFERENCES public.disbursement_schedule(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_schedule
    ADD CONSTRAINT disbursement_schedule_by_id_e8876222_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_schedule
    ADD CONSTRAINT disbursement_schedule_stopped_by_id_bf3d59a8_fk_auth_user_id FOREIGN KEY (stopped_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_schemeagreement
    ADD CONSTRAINT disbursement_schemea_scheme_id_3b1c7744_fk_disbursem FOREIGN KEY (scheme_id) REFERENCES public.disbursement_approvalscheme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_schemeagreement
    ADD CONSTRAINT disbursement_schemeagreement_by_id_a47e74b4_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_sentback
    ADD CONSTRAINT disbursement_sentbac_submission_id_b72f8a45_fk_disbursem FOREIGN KEY (submission_id) REFERENCES public.disbursement_submission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_sentback
    ADD CONSTRAINT disbursement_sentback_by_id_85cfaba3_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_statement
    ADD CONSTRAINT disbursement_stateme_account_id_e81bdd46_fk_disbursem FOREIGN KEY (account_id) REFERENCES public.disbursement_statementaccount(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_statementaccount
    ADD CONSTRAINT disbursement_stateme_end_agreed_by_id_af002cb5_fk_auth_user FOREIGN KEY (end_agreed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_statementaccount
    ADD CONSTRAINT disbursement_stateme_end_by_id_c1d1bb8c_fk_auth_user FOREIGN KEY (end_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_statemententry
    ADD CONSTRAINT disbursement_stateme_statement_id_ece1d83b_fk_disbursem FOREIGN KEY (statement_id) REFERENCES public.disbursement_statement(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_statement
    ADD CONSTRAINT disbursement_statement_booked_by_id_f95bb2ea_fk_auth_user_id FOREIGN KEY (booked_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_statement
    ADD CONSTRAINT disbursement_statement_by_id_0b911042_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_submission
    ADD CONSTRAINT disbursement_submiss_batch_id_3f235044_fk_disbursem FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_submission
    ADD CONSTRAINT disbursement_submiss_tier_id_e7b47d92_fk_disbursem FOREIGN KEY (tier_id) REFERENCES public.disbursement_approvaltier(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_submission
    ADD CONSTRAINT disbursement_submission_maker_id_5b511b8d_fk_auth_user_id FOREIGN KEY (maker_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_takeback
    ADD CONSTRAINT disbursement_takebac_instruction_id_f6160685_fk_disbursem FOREIGN KEY (instruction_id) REFERENCES public.disbursement_instruction(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_takeback
    ADD CONSTRAINT disbursement_takeback_decided_by_id_b0c6d63a_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_takeback
    ADD CONSTRAINT disbursement_takeback_proposed_by_id_28e2d0d4_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_trialchange
    ADD CONSTRAINT disbursement_trialch_person_id_fa461965_fk_beneficia FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_trialchange
    ADD CONSTRAINT disbursement_trialch_trial_id_629e5873_fk_disbursem FOREIGN KEY (trial_id) REFERENCES public.disbursement_versiontrial(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_trialregion
    ADD CONSTRAINT disbursement_trialre_trial_id_6d8197bb_fk_disbursem FOREIGN KEY (trial_id) REFERENCES public.disbursement_versiontrial(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_versiontrial
    ADD CONSTRAINT disbursement_version_version_id_4a1d30f0_fk_disbursem FOREIGN KEY (version_id) REFERENCES public.disbursement_programmeversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_versiontrial
    ADD CONSTRAINT disbursement_versiontrial_by_id_6f363f4f_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_withholding
    ADD CONSTRAINT disbursement_withhol_clawback_id_d4f9ab04_fk_disbursem FOREIGN KEY (clawback_id) REFERENCES public.disbursement_clawback(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.disbursement_withholding
    ADD CONSTRAINT disbursement_withhol_instruction_id_dd01860e_fk_disbursem FOREIGN KEY (instruction_id) REFERENCES public.disbursement_instruction(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_content_type_id_c4bce8eb_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_user_id_c564eba6_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.mobile_delivery
    ADD CONSTRAINT mobile_delivery_notice_id_da8c37c9_fk_mobile_notice_id FOREIGN KEY (notice_id) REFERENCES public.mobile_notice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.mobile_delivery
    ADD CONSTRAINT mobile_delivery_told_by_id_04c2c49d_fk_auth_user_id FOREIGN KEY (told_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.mobile_device
    ADD CONSTRAINT mobile_device_person_id_4ecf24d1_fk_beneficiaries_person_id FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.mobile_notice
    ADD CONSTRAINT mobile_notice_person_id_1304d6c7_fk_beneficiaries_person_id FOREIGN KEY (person_id) REFERENCES public.beneficiaries_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.mobile_noticedbatch
    ADD CONSTRAINT mobile_noticedbatch_batch_id_db137f0f_fk_disbursement_batch_id FOREIGN KEY (batch_id) REFERENCES public.disbursement_batch(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.mobile_noticedchunk
    ADD CONSTRAINT mobile_noticedchunk_chunk_id_99781572_fk_disbursement_chunk_id FOREIGN KEY (chunk_id) REFERENCES public.disbursement_chunk(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.mobile_noticedoutcomes
    ADD CONSTRAINT mobile_noticedoutcom_chunk_id_09d4ce1f_fk_disbursem FOREIGN KEY (chunk_id) REFERENCES public.disbursement_chunk(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.mobile_pushtoken
    ADD CONSTRAINT mobile_pushtoken_device_id_6c19e062_fk_mobile_device_id FOREIGN KEY (device_id) REFERENCES public.mobile_device(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.beneficiaries_objection
    ADD CONSTRAINT objection_of_the_exclusions_officer FOREIGN KEY (exclusion_id, accepted_by_id) REFERENCES public.beneficiaries_exclusion(id, accepted_by_id);
ALTER TABLE ONLY public.officers_authenticatorstep
    ADD CONSTRAINT officers_authenticat_authenticator_id_c0c809a3_fk_officers_ FOREIGN KEY (authenticator_id) REFERENCES public.officers_authenticator(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.officers_authenticator
    ADD CONSTRAINT officers_authenticator_user_id_76bdefd5_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.officers_authenticatorstep
    ADD CONSTRAINT officers_authenticatorstep_by_id_22cda6b6_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.officers_passwordguesses
    ADD CONSTRAINT officers_passwordguesses_user_id_85277f85_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.officers_proof
    ADD CONSTRAINT officers_proof_authenticator_id_d8b83253_fk_officers_ FOREIGN KEY (authenticator_id) REFERENCES public.officers_authenticator(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.officers_proof
    ADD CONSTRAINT officers_proof_user_id_cb0831c7_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.wallet_accesstoken
    ADD CONSTRAINT wallet_accesstoken_key_id_1961d3a3_fk_wallet_credential_id FOREIGN KEY (key_id) REFERENCES public.wallet_credential(id);
ALTER TABLE ONLY public.wallet_accesstoken
    ADD CONSTRAINT wallet_accesstoken_partner_id_dbaa4da0_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_answerreturns
    ADD CONSTRAINT wallet_answerreturns_decided_by_id_02aeba4e_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_answerreturns
    ADD CONSTRAINT wallet_answerreturns_file_id_34d2e6a6_fk_wallet_ba FOREIGN KEY (file_id) REFERENCES public.wallet_bankanswerfile(id);
ALTER TABLE ONLY public.wallet_answerreturns
    ADD CONSTRAINT wallet_answerreturns_proposed_by_id_6742d91d_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_answerreview
    ADD CONSTRAINT wallet_answerreview_answer_id_faa9fc0a_fk_wallet_bankanswer_id FOREIGN KEY (answer_id) REFERENCES public.wallet_bankanswer(id);
ALTER TABLE ONLY public.wallet_answerreview
    ADD CONSTRAINT wallet_answerreview_by_id_4506c858_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_applicationdocument
    ADD CONSTRAINT wallet_applicationdo_application_id_9150d4c8_fk_wallet_me FOREIGN KEY (application_id) REFERENCES public.wallet_merchantapplication(id);
ALTER TABLE ONLY public.wallet_applicationdocument
    ADD CONSTRAINT wallet_applicationdocument_by_id_f008555f_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_applicationwriter
    ADD CONSTRAINT wallet_applicationwr_application_id_1c706d08_fk_wallet_me FOREIGN KEY (application_id) REFERENCES public.wallet_merchantapplication(id);
ALTER TABLE ONLY public.wallet_applicationwriter
    ADD CONSTRAINT wallet_applicationwriter_by_id_ab83e538_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_bankanswer
    ADD CONSTRAINT wallet_bankanswer_file_id_1484fa2d_fk_wallet_bankanswerfile_id FOREIGN KEY (file_id) REFERENCES public.wallet_bankanswerfile(id);
ALTER TABLE ONLY public.wallet_bankanswer
    ADD CONSTRAINT wallet_bankanswer_settlement_id_8fb23d92_fk_wallet_se FOREIGN KEY (settlement_id) REFERENCES public.wallet_settlement(id);
ALTER TABLE ONLY public.wallet_bankanswerfile
    ADD CONSTRAINT wallet_bankanswerfile_by_id_82f54474_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_basketitem
    ADD CONSTRAINT wallet_basketitem_hold_id_3eab2b5f_fk_wallet_hold_id FOREIGN KEY (hold_id) REFERENCES public.wallet_hold(id);
ALTER TABLE ONLY public.wallet_basketitem
    ADD CONSTRAINT wallet_basketitem_payment_id_cc8bb258_fk_wallet_payment_id FOREIGN KEY (payment_id) REFERENCES public.wallet_payment(id);
ALTER TABLE ONLY public.wallet_bulkcashin
    ADD CONSTRAINT wallet_bulkcashin_partner_id_d4ca6916_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_bulkcashinline
    ADD CONSTRAINT wallet_bulkcashinline_bulk_id_f11a29a8_fk_wallet_bulkcashin_id FOREIGN KEY (bulk_id) REFERENCES public.wallet_bulkcashin(id);
ALTER TABLE ONLY public.wallet_bulkcashinline
    ADD CONSTRAINT wallet_bulkcashinline_partner_id_7c1b7db1_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_bulkcashinline
    ADD CONSTRAINT wallet_bulkcashinline_top_up_id_d0b74575_fk_wallet_topup_id FOREIGN KEY (top_up_id) REFERENCES public.wallet_topup(id);
ALTER TABLE ONLY public.wallet_bulkcashinline
    ADD CONSTRAINT wallet_bulkcashinline_wallet_id_fbf8f0ae_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_checkpoint
    ADD CONSTRAINT wallet_checkpoint_account_id_1af1c7e8_fk_wallet_account_id FOREIGN KEY (account_id) REFERENCES public.wallet_account(id);
ALTER TABLE ONLY public.wallet_cpmcode
    ADD CONSTRAINT wallet_cpmcode_code_id_dfcd0989_fk_wallet_paymentcode_id FOREIGN KEY (code_id) REFERENCES public.wallet_paymentcode(id);
ALTER TABLE ONLY public.wallet_cpmcode
    ADD CONSTRAINT wallet_cpmcode_partner_id_61efee6b_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_credential
    ADD CONSTRAINT wallet_credential_partner_id_356fb5a3_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_debitorder
    ADD CONSTRAINT wallet_debitorder_merchant_id_ff44ad47_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_debitorder
    ADD CONSTRAINT wallet_debitorder_partner_id_6d33e670_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_debitorder
    ADD CONSTRAINT wallet_debitorder_payment_id_ad7d2b66_fk_wallet_payment_id FOREIGN KEY (payment_id) REFERENCES public.wallet_payment(id);
ALTER TABLE ONLY public.wallet_depositbooking
    ADD CONSTRAINT wallet_depositbooking_decided_by_id_a4cd12c8_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_depositbooking
    ADD CONSTRAINT wallet_depositbooking_partner_id_7a24baac_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_depositbooking
    ADD CONSTRAINT wallet_depositbooking_proposed_by_id_15949e36_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_deviceuse
    ADD CONSTRAINT wallet_deviceuse_allowance_id_6d8c9fe9_fk_wallet_of FOREIGN KEY (allowance_id) REFERENCES public.wallet_offlineallowance(id);
ALTER TABLE ONLY public.wallet_deviceuse
    ADD CONSTRAINT wallet_deviceuse_code_id_d7b2cfa2_fk_wallet_paymentcode_id FOREIGN KEY (code_id) REFERENCES public.wallet_paymentcode(id);
ALTER TABLE ONLY public.wallet_deviceuse
    ADD CONSTRAINT wallet_deviceuse_wallet_id_d22b5e87_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_digitguesses
    ADD CONSTRAINT wallet_digitguesses_merchant_id_1d2872fc_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_digitguesses
    ADD CONSTRAINT wallet_digitguesses_partner_id_fbf6a5a2_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_documentview
    ADD CONSTRAINT wallet_documentview_by_id_35c1ab35_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_documentview
    ADD CONSTRAINT wallet_documentview_document_id_fdee2ed4_fk_wallet_ap FOREIGN KEY (document_id) REFERENCES public.wallet_applicationdocument(id);
ALTER TABLE ONLY public.wallet_externalid
    ADD CONSTRAINT wallet_externalid_partner_id_1045d46d_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_fraudcase
    ADD CONSTRAINT wallet_fraudcase_decided_by_id_b29543c3_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_fraudcase
    ADD CONSTRAINT wallet_fraudcase_merchant_id_19de363e_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_fraudcase
    ADD CONSTRAINT wallet_fraudcase_wallet_id_316c63c6_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_fraudhold
    ADD CONSTRAINT wallet_fraudhold_case_id_2da2a93e_fk_wallet_fraudcase_id FOREIGN KEY (case_id) REFERENCES public.wallet_fraudcase(id);
ALTER TABLE ONLY public.wallet_fraudhold
    ADD CONSTRAINT wallet_fraudhold_merchant_id_18f3abd3_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_fraudhold
    ADD CONSTRAINT wallet_fraudhold_placed_by_id_bf5b2967_fk_auth_user_id FOREIGN KEY (placed_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_fraudhold
    ADD CONSTRAINT wallet_fraudhold_released_by_id_65953d16_fk_auth_user_id FOREIGN KEY (released_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_fraudhold
    ADD CONSTRAINT wallet_fraudhold_wallet_id_254e52d0_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_fraudrule
    ADD CONSTRAINT wallet_fraudrule_decided_by_id_c1bda97e_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_fraudrule
    ADD CONSTRAINT wallet_fraudrule_end_proposed_by_id_e76b524c_fk_auth_user_id FOREIGN KEY (end_proposed_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_fraudrule
    ADD CONSTRAINT wallet_fraudrule_ended_by_id_a7e92afb_fk_auth_user_id FOREIGN KEY (ended_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_fraudrule
    ADD CONSTRAINT wallet_fraudrule_proposed_by_id_cd995a7d_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_fraudrule
    ADD CONSTRAINT wallet_fraudrule_written_by_id_f016cb2d_fk_auth_user_id FOREIGN KEY (written_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_fraudsignal
    ADD CONSTRAINT wallet_fraudsignal_case_id_9b453287_fk_wallet_fraudcase_id FOREIGN KEY (case_id) REFERENCES public.wallet_fraudcase(id);
ALTER TABLE ONLY public.wallet_fraudsignal
    ADD CONSTRAINT wallet_fraudsignal_rule_id_63fda3f0_fk_wallet_fraudrule_id FOREIGN KEY (rule_id) REFERENCES public.wallet_fraudrule(id);
ALTER TABLE ONLY public.wallet_hold
    ADD CONSTRAINT wallet_hold_code_id_ceb3f495_fk_wallet_paymentcode_id FOREIGN KEY (code_id) REFERENCES public.wallet_paymentcode(id);
ALTER TABLE ONLY public.wallet_hold
    ADD CONSTRAINT wallet_hold_merchant_id_50a74229_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_hold
    ADD CONSTRAINT wallet_hold_partner_id_8b563318_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_hold
    ADD CONSTRAINT wallet_hold_wallet_id_b20de9ff_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_holdpart
    ADD CONSTRAINT wallet_holdpart_hold_id_21951caa_fk_wallet_hold_id FOREIGN KEY (hold_id) REFERENCES public.wallet_hold(id);
ALTER TABLE ONLY public.wallet_holdpart
    ADD CONSTRAINT wallet_holdpart_purse_id_6f9105c3_fk_wallet_purse_account_id FOREIGN KEY (purse_id) REFERENCES public.wallet_purse(account_id);
ALTER TABLE ONLY public.wallet_lossfund
    ADD CONSTRAINT wallet_lossfund_account_id_274a7553_fk_wallet_account_id FOREIGN KEY (account_id) REFERENCES public.wallet_account(id);
ALTER TABLE ONLY public.wallet_merchant
    ADD CONSTRAINT wallet_merchant_account_id_6da702c2_fk_wallet_account_id FOREIGN KEY (account_id) REFERENCES public.wallet_account(id);
ALTER TABLE ONLY public.wallet_merchant
    ADD CONSTRAINT wallet_merchant_advance_id_f28382de_fk_wallet_account_id FOREIGN KEY (advance_id) REFERENCES public.wallet_account(id);
ALTER TABLE ONLY public.wallet_merchant
    ADD CONSTRAINT wallet_merchant_partner_id_50394444_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_merchantapplication
    ADD CONSTRAINT wallet_merchantappli_became_id_93b74b3b_fk_wallet_me FOREIGN KEY (became_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_merchantapplication
    ADD CONSTRAINT wallet_merchantappli_decided_by_id_6aaefb9a_fk_auth_user FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_merchantapplication
    ADD CONSTRAINT wallet_merchantappli_partner_id_d8c8092d_fk_wallet_pa FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_merchantapplication
    ADD CONSTRAINT wallet_merchantappli_submitted_by_id_75f432dd_fk_auth_user FOREIGN KEY (submitted_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_merchantapplication
    ADD CONSTRAINT wallet_merchantapplication_made_by_id_28a2a149_fk_auth_user_id FOREIGN KEY (made_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_merchantchange
    ADD CONSTRAINT wallet_merchantchang_merchant_id_2cdd7ee7_fk_wallet_me FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_merchantchange
    ADD CONSTRAINT wallet_merchantchange_decided_by_id_8d99bba4_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_merchantchange
    ADD CONSTRAINT wallet_merchantchange_proposed_by_id_c7946b9f_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_merchantstep
    ADD CONSTRAINT wallet_merchantstep_merchant_id_768dda89_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_merchantusage
    ADD CONSTRAINT wallet_merchantusage_merchant_id_2c03e768_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_mpmcode
    ADD CONSTRAINT wallet_mpmcode_merchant_id_8c4bdd92_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_mpmcode
    ADD CONSTRAINT wallet_mpmcode_partner_id_a75e356d_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_mpmcode
    ADD CONSTRAINT wallet_mpmcode_payment_id_84fc140f_fk_wallet_payment_id FOREIGN KEY (payment_id) REFERENCES public.wallet_payment(id);
ALTER TABLE ONLY public.wallet_mpmpayment
    ADD CONSTRAINT wallet_mpmpayment_code_id_68cb239b_fk_wallet_mpmcode_id FOREIGN KEY (code_id) REFERENCES public.wallet_mpmcode(id);
ALTER TABLE ONLY public.wallet_mpmpayment
    ADD CONSTRAINT wallet_mpmpayment_payment_id_ea2e9dc3_fk_wallet_payment_id FOREIGN KEY (payment_id) REFERENCES public.wallet_payment(id);
ALTER TABLE ONLY public.wallet_offlineallowance
    ADD CONSTRAINT wallet_offlineallowance_hold_id_100510ab_fk_wallet_hold_id FOREIGN KEY (hold_id) REFERENCES public.wallet_hold(id);
ALTER TABLE ONLY public.wallet_offlineallowance
    ADD CONSTRAINT wallet_offlineallowance_wallet_id_4de9e49a_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_offlineclaim
    ADD CONSTRAINT wallet_offlineclaim_allowance_id_082e2bee_fk_wallet_of FOREIGN KEY (allowance_id) REFERENCES public.wallet_offlineallowance(id);
ALTER TABLE ONLY public.wallet_offlineclaim
    ADD CONSTRAINT wallet_offlineclaim_decided_by_id_3370ee46_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_offlineclaim
    ADD CONSTRAINT wallet_offlineclaim_merchant_id_b2f2df79_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_offlineclaim
    ADD CONSTRAINT wallet_offlineclaim_partner_id_757bb4af_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_offlineclaim
    ADD CONSTRAINT wallet_offlineclaim_payment_id_8da0d2ce_fk_wallet_payment_id FOREIGN KEY (payment_id) REFERENCES public.wallet_payment(id);
ALTER TABLE ONLY public.wallet_offlineclaim
    ADD CONSTRAINT wallet_offlineclaim_proposed_by_id_18d8a50e_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_offlineclaimstep
    ADD CONSTRAINT wallet_offlineclaims_claim_id_57dcd831_fk_wallet_of FOREIGN KEY (claim_id) REFERENCES public.wallet_offlineclaim(id);
ALTER TABLE ONLY public.wallet_offlineclaimstep
    ADD CONSTRAINT wallet_offlineclaimstep_by_id_e1ac1c9f_fk_auth_user_id FOREIGN KEY (by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_outlet
    ADD CONSTRAINT wallet_outlet_application_id_22f5f5e6_fk_wallet_me FOREIGN KEY (application_id) REFERENCES public.wallet_merchantapplication(id);
ALTER TABLE ONLY public.wallet_outlet
    ADD CONSTRAINT wallet_outlet_merchant_id_b21f8db0_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_partner
    ADD CONSTRAINT wallet_partner_deposit_id_897362bc_fk_wallet_account_id FOREIGN KEY (deposit_id) REFERENCES public.wallet_account(id);
ALTER TABLE ONLY public.wallet_partnerchange
    ADD CONSTRAINT wallet_partnerchange_decided_by_id_6b49dd76_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_partnerchange
    ADD CONSTRAINT wallet_partnerchange_partner_id_3fea2050_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_partnerchange
    ADD CONSTRAINT wallet_partnerchange_proposed_by_id_511642d7_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_partnerinfo
    ADD CONSTRAINT wallet_partnerinfo_partner_id_a3c70aee_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_partnerinvitation
    ADD CONSTRAINT wallet_partnerinvita_partner_id_b55ddf6c_fk_wallet_pa FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_payment
    ADD CONSTRAINT wallet_payment_code_id_9a303164_fk_wallet_paymentcode_id FOREIGN KEY (code_id) REFERENCES public.wallet_paymentcode(id);
ALTER TABLE ONLY public.wallet_payment
    ADD CONSTRAINT wallet_payment_hold_id_ce835744_fk_wallet_hold_id FOREIGN KEY (hold_id) REFERENCES public.wallet_hold(id);
ALTER TABLE ONLY public.wallet_payment
    ADD CONSTRAINT wallet_payment_merchant_id_9e7fe1c7_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_payment
    ADD CONSTRAINT wallet_payment_partner_id_8d13e148_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_payment
    ADD CONSTRAINT wallet_payment_wallet_id_42894287_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_paymentcode
    ADD CONSTRAINT wallet_paymentcode_wallet_id_493436df_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_payoutcontent
    ADD CONSTRAINT wallet_payoutcontent_file_id_1cce1308_fk_wallet_payoutfile_id FOREIGN KEY (file_id) REFERENCES public.wallet_payoutfile(id);
ALTER TABLE ONLY public.wallet_payoutfile
    ADD CONSTRAINT wallet_payoutfile_ended_by_id_be114f64_fk_auth_user_id FOREIGN KEY (ended_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_payoutfile
    ADD CONSTRAINT wallet_payoutfile_made_by_id_f1051ed2_fk_auth_user_id FOREIGN KEY (made_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_purse
    ADD CONSTRAINT wallet_purse_account_id_75db6383_fk_wallet_account_id FOREIGN KEY (account_id) REFERENCES public.wallet_account(id);
ALTER TABLE ONLY public.wallet_purse
    ADD CONSTRAINT wallet_purse_terms_id_4bbd1620_fk_wallet_purseterms_id FOREIGN KEY (terms_id) REFERENCES public.wallet_purseterms(id);
ALTER TABLE ONLY public.wallet_purse
    ADD CONSTRAINT wallet_purse_wallet_id_70f99beb_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_purseterms
    ADD CONSTRAINT wallet_purseterms_lapses_to_id_c6e54773_fk_wallet_account_id FOREIGN KEY (lapses_to_id) REFERENCES public.wallet_account(id);
ALTER TABLE ONLY public.wallet_recoveryproposal
    ADD CONSTRAINT wallet_recoveryproposal_decided_by_id_3824ed76_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.wallet_recoveryproposal
    ADD CONSTRAINT wallet_recoveryproposal_proposed_by_id_a9307b1f_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.wallet_recoveryproposal
    ADD CONSTRAINT wallet_recoveryproposal_wallet_id_fb319dc0_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.wallet_refund
    ADD CONSTRAINT wallet_refund_partner_id_4bc59b5e_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_refund
    ADD CONSTRAINT wallet_refund_payment_id_d168a20d_fk_wallet_payment_id FOREIGN KEY (payment_id) REFERENCES public.wallet_payment(id);
ALTER TABLE ONLY public.wallet_regulatedprice
    ADD CONSTRAINT wallet_regulatedpric_application_id_38048d82_fk_wallet_me FOREIGN KEY (application_id) REFERENCES public.wallet_merchantapplication(id);
ALTER TABLE ONLY public.wallet_regulatedprice
    ADD CONSTRAINT wallet_regulatedpric_merchant_id_bfac2afd_fk_wallet_me FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_sealblock
    ADD CONSTRAINT wallet_sealblock_seal_id_5aacf1bb_fk_wallet_seal_id FOREIGN KEY (seal_id) REFERENCES public.wallet_seal(id);
ALTER TABLE ONLY public.wallet_settlement
    ADD CONSTRAINT wallet_settlement_merchant_id_64c57fda_fk_wallet_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_settlement
    ADD CONSTRAINT wallet_settlement_payout_file_id_e71ff503_fk_wallet_pa FOREIGN KEY (payout_file_id) REFERENCES public.wallet_payoutfile(id);
ALTER TABLE ONLY public.wallet_settlementoutcome
    ADD CONSTRAINT wallet_settlementout_merchant_id_7845b599_fk_wallet_me FOREIGN KEY (merchant_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_settlementoutcome
    ADD CONSTRAINT wallet_settlementout_run_id_e10ce5c2_fk_wallet_se FOREIGN KEY (run_id) REFERENCES public.wallet_settlementrun(id);
ALTER TABLE ONLY public.wallet_settlementoutcome
    ADD CONSTRAINT wallet_settlementout_settlement_id_fadea650_fk_wallet_se FOREIGN KEY (settlement_id) REFERENCES public.wallet_settlement(id);
ALTER TABLE ONLY public.wallet_settlementreturn
    ADD CONSTRAINT wallet_settlementret_settlement_id_06c04639_fk_wallet_se FOREIGN KEY (settlement_id) REFERENCES public.wallet_settlement(id);
ALTER TABLE ONLY public.wallet_settlementreturn
    ADD CONSTRAINT wallet_settlementreturn_decided_by_id_d6305799_fk_auth_user_id FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_settlementreturn
    ADD CONSTRAINT wallet_settlementreturn_proposed_by_id_a3802d1d_fk_auth_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_sixdigits
    ADD CONSTRAINT wallet_sixdigits_code_id_0892909c_fk_wallet_paymentcode_id FOREIGN KEY (code_id) REFERENCES public.wallet_paymentcode(id);
ALTER TABLE ONLY public.wallet_succession
    ADD CONSTRAINT wallet_succession_predecessor_id_cbc05898_fk_wallet_wallet_id FOREIGN KEY (predecessor_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_succession
    ADD CONSTRAINT wallet_succession_proposal_id_eb8eb753_fk_wallet_su FOREIGN KEY (proposal_id) REFERENCES public.wallet_successionproposal(id);
ALTER TABLE ONLY public.wallet_succession
    ADD CONSTRAINT wallet_succession_successor_id_04bef498_fk_wallet_wallet_id FOREIGN KEY (successor_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_successionproposal
    ADD CONSTRAINT wallet_successionpro_decided_by_id_db348d77_fk_auth_user FOREIGN KEY (decided_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_successionproposal
    ADD CONSTRAINT wallet_successionpro_predecessor_id_3ff8fa2a_fk_wallet_wa FOREIGN KEY (predecessor_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_successionproposal
    ADD CONSTRAINT wallet_successionpro_proposed_by_id_f47a5c41_fk_auth_user FOREIGN KEY (proposed_by_id) REFERENCES public.auth_user(id);
ALTER TABLE ONLY public.wallet_successionproposal
    ADD CONSTRAINT wallet_successionpro_successor_id_112ffd65_fk_wallet_wa FOREIGN KEY (successor_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_terminal
    ADD CONSTRAINT wallet_terminal_outlet_id_ac3d517c_fk_wallet_outlet_id FOREIGN KEY (outlet_id) REFERENCES public.wallet_outlet(id);
ALTER TABLE ONLY public.wallet_topup
    ADD CONSTRAINT wallet_topup_agent_id_a01e9dc1_fk_wallet_merchant_id FOREIGN KEY (agent_id) REFERENCES public.wallet_merchant(id);
ALTER TABLE ONLY public.wallet_topup
    ADD CONSTRAINT wallet_topup_partner_id_59abf1b1_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_topup
    ADD CONSTRAINT wallet_topup_purse_id_0704196c_fk_wallet_purse_account_id FOREIGN KEY (purse_id) REFERENCES public.wallet_purse(account_id);
ALTER TABLE ONLY public.wallet_topup
    ADD CONSTRAINT wallet_topup_wallet_id_bfabf8b9_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_transfer
    ADD CONSTRAINT wallet_transfer_credit_id_e2cc495e_fk_wallet_account_id FOREIGN KEY (credit_id) REFERENCES public.wallet_account(id);
ALTER TABLE ONLY public.wallet_transfer
    ADD CONSTRAINT wallet_transfer_debit_id_9408ed1f_fk_wallet_account_id FOREIGN KEY (debit_id) REFERENCES public.wallet_account(id);
ALTER TABLE ONLY public.wallet_transfer
    ADD CONSTRAINT wallet_transfer_payment_id_09b18c5a_fk_wallet_payment_id FOREIGN KEY (payment_id) REFERENCES public.wallet_payment(id);
ALTER TABLE ONLY public.wallet_transfer
    ADD CONSTRAINT wallet_transfer_reverses_id_6a15a1b1_fk_wallet_transfer_id FOREIGN KEY (reverses_id) REFERENCES public.wallet_transfer(id);
ALTER TABLE ONLY public.wallet_walletstep
    ADD CONSTRAINT wallet_walletstep_wallet_id_155b8275_fk_wallet_wallet_id FOREIGN KEY (wallet_id) REFERENCES public.wallet_wallet(id);
ALTER TABLE ONLY public.wallet_webhook
    ADD CONSTRAINT wallet_webhook_endpoint_id_f2b1063b_fk_wallet_we FOREIGN KEY (endpoint_id) REFERENCES public.wallet_webhookendpoint(id);
ALTER TABLE ONLY public.wallet_webhook
    ADD CONSTRAINT wallet_webhook_partner_id_e3979b5f_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_webhookattempt
    ADD CONSTRAINT wallet_webhookattempt_webhook_id_836b136d_fk_wallet_webhook_id FOREIGN KEY (webhook_id) REFERENCES public.wallet_webhook(id);
ALTER TABLE ONLY public.wallet_webhookendpoint
    ADD CONSTRAINT wallet_webhookendpoint_partner_id_bace4265_fk_wallet_partner_id FOREIGN KEY (partner_id) REFERENCES public.wallet_partner(id);
ALTER TABLE ONLY public.wallet_webhookreplay
    ADD CONSTRAINT wallet_webhookreplay_webhook_id_14680e98_fk_wallet_webhook_id FOREIGN KEY (webhook_id) REFERENCES public.wallet_webhook(id);
