"""
The database keeps the ledger (S1): every entry sums to zero per currency when its transaction ends, postings are added
only in the transaction of their entry, nothing is ever changed, and a shop sees only its own accounts.
"""

from django.db import migrations

from mall.tenancy import AppendOnly, RowsOfOneShop

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
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON settlement_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement_entry_balances();

CREATE FUNCTION settlement_posting_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added p JOIN settlement_entry e ON e.id = p.entry_id
        WHERE e.made_in <> pg_current_xact_id()
    ) THEN
        RAISE EXCEPTION 'a posting may only be added together with its entry' USING ERRCODE = '23514';
    END IF;
    IF EXISTS (
        SELECT FROM added p JOIN settlement_account a ON a.id = p.account_id
        WHERE a.currency <> p.currency OR a.shop_id IS DISTINCT FROM p.shop_id
    ) THEN
        RAISE EXCEPTION 'a posting does not fit its account' USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER posting_fits AFTER INSERT ON settlement_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION settlement_posting_fits();
"""
DROP = """
DROP TRIGGER posting_fits ON settlement_posting;
DROP FUNCTION settlement_posting_fits();
DROP TRIGGER entry_balances ON settlement_entry;
DROP FUNCTION settlement_entry_balances();
ALTER TABLE settlement_entry DROP COLUMN made_in;
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        migrations.RunSQL(TRIGGERS, DROP),
        AppendOnly("settlement_entry"),
        AppendOnly("settlement_posting"),
        RowsOfOneShop("settlement_account"),
        RowsOfOneShop("settlement_posting"),
        RowsOfOneShop("settlement_share"),
    ]
