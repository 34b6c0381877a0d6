"""
The database keeps the ledger (S1): every entry sums to zero per currency when its transaction ends, the legs of an
entry come in one statement of its own transaction, nothing is ever changed, and a shop reads only its own money and
writes none.
"""

from django.db import migrations

from mall.tenancy import APP_ROLE, SHOP_ROLE, AppendOnly, NotForShops, RowsOfOneShop

# `made_in` is the transaction that wrote the entry; nobody may name another. That the legs come in one statement is
# what makes the balance final: after SET CONSTRAINTS ... IMMEDIATE has checked it, nothing can be added any more. It also
# stands in for foreign keys: entries and accounts are never deleted, so what is there at the insert stays there.
TRIGGERS = """
ALTER TABLE settlement_entry ADD COLUMN made_in xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE FUNCTION settlement_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    legs int;
    uneven int;
BEGIN
    SELECT coalesce(sum(n), 0), count(*) FILTER (WHERE s <> 0) INTO legs, uneven
    FROM (SELECT count(*) AS n, sum(amount) AS s FROM settlement_posting WHERE entry_id = NEW.id GROUP BY currency) x;
    IF legs < 2 OR uneven > 0 THEN
        RAISE EXCEPTION 'entry % does not balance', NEW.id USING ERRCODE = '23514';
    END IF;
    IF NEW.made_in <> pg_current_xact_id() THEN
        RAISE EXCEPTION 'entry % claims another transaction', NEW.id USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON settlement_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement_entry_balances();

CREATE FUNCTION settlement_posting_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added p LEFT JOIN settlement_entry e ON e.id = p.entry_id
        WHERE e.made_in IS DISTINCT FROM pg_current_xact_id()
    ) THEN
        RAISE EXCEPTION 'a posting may only be added together with its entry' USING ERRCODE = '23514';
    END IF;
    IF (SELECT count(*) FROM added)
        <> (SELECT count(*) FROM settlement_posting WHERE entry_id IN (SELECT entry_id FROM added)) THEN
        RAISE EXCEPTION 'the postings of an entry come in one statement' USING ERRCODE = '23514';
    END IF;
    IF EXISTS (
        SELECT FROM added p LEFT JOIN settlement_account a ON a.id = p.account_id
        WHERE a.currency IS DISTINCT FROM p.currency OR a.shop_id IS DISTINCT FROM p.shop_id
    ) THEN
        RAISE EXCEPTION 'a posting does not fit its account' USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER posting_fits AFTER INSERT ON settlement_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION settlement_posting_fits();
"""
DROP_TRIGGERS = """
DROP TRIGGER posting_fits ON settlement_posting;
DROP FUNCTION settlement_posting_fits();
DROP TRIGGER entry_balances ON settlement_entry;
DROP FUNCTION settlement_entry_balances();
ALTER TABLE settlement_entry DROP COLUMN made_in;
"""

# A shop sees the entries that touched its accounts. An entry has no shop of its own: it is seen through its postings.
ENTRIES_OF_ONE_SHOP = f"""
ALTER TABLE settlement_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY rows_of_one_shop ON settlement_entry TO {SHOP_ROLE} USING (
    EXISTS (
        SELECT FROM settlement_posting p WHERE p.entry_id = settlement_entry.id
        AND p.shop_id = (SELECT nullif(current_setting('mall.shop', true), '')::bigint)
    )
);
CREATE POLICY the_house ON settlement_entry TO {APP_ROLE}, CURRENT_USER USING (true) WITH CHECK (true);
"""
ENTRIES_OF_EVERYBODY = """
DROP POLICY the_house ON settlement_entry;
DROP POLICY rows_of_one_shop ON settlement_entry;
ALTER TABLE settlement_entry NO FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement_entry DISABLE ROW LEVEL SECURITY;
"""

# Shops read; the mall may move a share on, not rewrite what it says.
GRANTS = f"""
REVOKE INSERT, UPDATE, DELETE, TRUNCATE
    ON settlement_account, settlement_entry, settlement_posting, settlement_share, settlement_deposit FROM {SHOP_ROLE};
REVOKE UPDATE, DELETE, TRUNCATE ON settlement_share FROM {APP_ROLE};
GRANT UPDATE (status, released_at, reversed, advanced, advanced_at) ON settlement_share TO {APP_ROLE};
REVOKE INSERT, UPDATE, DELETE, TRUNCATE
    ON settlement_bankaccount, settlement_withdrawal, settlement_statement, settlement_statementbalance,
    settlement_statementline, settlement_dispute, settlement_commissioninvoice FROM {SHOP_ROLE};
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON settlement_correction, settlement_partyshare FROM {SHOP_ROLE};
REVOKE UPDATE, DELETE, TRUNCATE ON settlement_partyshare, settlement_partybankaccount FROM {APP_ROLE};
GRANT UPDATE (status, released_at, reversed) ON settlement_partyshare TO {APP_ROLE};
GRANT UPDATE (status, refusal, asked_at, verified_at, removed_at, holder, number) ON settlement_partybankaccount
    TO {APP_ROLE};
REVOKE UPDATE, DELETE, TRUNCATE ON settlement_correction FROM {APP_ROLE};
GRANT UPDATE (status, ended_by_id, ended_at) ON settlement_correction TO {APP_ROLE};
REVOKE UPDATE, DELETE, TRUNCATE ON settlement_seizureorder FROM {APP_ROLE};
GRANT UPDATE (
    status, number, approved_by_id, approved_at, channel, paying_at, bank_asked_at, reference, ended_by_id, ended_at, reason
) ON settlement_seizureorder TO {APP_ROLE};
REVOKE UPDATE, DELETE, TRUNCATE ON settlement_statement, settlement_bankaccount FROM {APP_ROLE};
GRANT UPDATE (status, accepted_at, accepted_by_id, invoice_issued_at) ON settlement_statement TO {APP_ROLE};
GRANT UPDATE (status, refusal, asked_at, verified_at, removed_at, holder, number) ON settlement_bankaccount TO {APP_ROLE};
"""
FORMER_GRANTS = f"""
GRANT INSERT, UPDATE, DELETE
    ON settlement_bankaccount, settlement_withdrawal, settlement_statement, settlement_statementbalance,
    settlement_statementline, settlement_dispute, settlement_commissioninvoice TO {SHOP_ROLE};
GRANT UPDATE, DELETE ON settlement_statement, settlement_bankaccount, settlement_correction, settlement_partyshare,
    settlement_partybankaccount, settlement_seizureorder TO {APP_ROLE};
GRANT INSERT, UPDATE, DELETE ON settlement_correction, settlement_partyshare TO {SHOP_ROLE};
GRANT UPDATE, DELETE ON settlement_share TO {APP_ROLE};
GRANT INSERT ON settlement_account, settlement_entry, settlement_posting TO {SHOP_ROLE};
GRANT INSERT, UPDATE, DELETE ON settlement_share, settlement_deposit TO {SHOP_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
        AppendOnly("settlement_account"),
        AppendOnly("settlement_entry"),
        AppendOnly("settlement_posting"),
        RowsOfOneShop("settlement_account"),
        RowsOfOneShop("settlement_posting"),
        RowsOfOneShop("settlement_share"),
        RowsOfOneShop("settlement_deposit"),
        RowsOfOneShop("settlement_correction"),
        RowsOfOneShop("settlement_partyshare"),
        RowsOfOneShop("settlement_bankaccount"),
        RowsOfOneShop("settlement_withdrawal"),
        RowsOfOneShop("settlement_statement"),
        RowsOfOneShop("settlement_statementbalance"),
        RowsOfOneShop("settlement_statementline"),
        RowsOfOneShop("settlement_dispute"),
        RowsOfOneShop("settlement_commissioninvoice"),
        AppendOnly("settlement_statementbalance"),
        AppendOnly("settlement_statementline"),
        AppendOnly("settlement_commissioninvoice"),
        NotForShops("settlement_depositpayment", "settlement_depositnotice", "settlement_depositrefund"),
        NotForShops("settlement_payoutfile", "settlement_sandboxpayout"),
        NotForShops("settlement_partybankaccount", "settlement_partypayout"),
        NotForShops("settlement_seizureorder"),
        NotForShops("settlement_dutyremittance", "settlement_remittedduty"),
        migrations.RunSQL(ENTRIES_OF_ONE_SHOP, ENTRIES_OF_EVERYBODY),
        migrations.RunSQL(GRANTS, FORMER_GRANTS),
    ]
