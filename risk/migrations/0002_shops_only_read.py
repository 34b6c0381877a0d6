"""
The role of the back office may ask about words and holds, and change neither; and the edition of the words.

Whatever changes a word or a pack raises the number of the edition in the same transaction, so that every process sees
with one short question that it must read them anew.
"""

from django.db import migrations

from mall.tenancy import SHOP_ROLE, NotForShops

TABLES = "risk_bannedword, risk_wordpack, risk_wordedition, risk_hold, risk_removedpicture"

RAISE_EDITION = """
CREATE SEQUENCE risk_wordedition_raised;
CREATE FUNCTION risk_raise_word_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO risk_wordedition (id, number) VALUES (1, nextval('risk_wordedition_raised'))
    ON CONFLICT (id) DO UPDATE SET number = excluded.number;
    RETURN NULL;
END $$;
CREATE TRIGGER raise_word_edition AFTER INSERT OR UPDATE OR DELETE ON risk_bannedword
    FOR EACH STATEMENT EXECUTE FUNCTION risk_raise_word_edition();
CREATE TRIGGER raise_word_edition AFTER INSERT OR UPDATE OR DELETE ON risk_wordpack
    FOR EACH STATEMENT EXECUTE FUNCTION risk_raise_word_edition();
"""
DROP = """
DROP TRIGGER raise_word_edition ON risk_wordpack;
DROP TRIGGER raise_word_edition ON risk_bannedword;
DROP FUNCTION risk_raise_word_edition();
DROP SEQUENCE risk_wordedition_raised;
"""


class Migration(migrations.Migration):
    dependencies = [("risk", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        migrations.RunSQL(
            f"REVOKE INSERT, UPDATE, DELETE ON {TABLES} FROM {SHOP_ROLE};",
            f"GRANT INSERT, UPDATE, DELETE ON {TABLES} TO {SHOP_ROLE};",
        ),
        NotForShops(
            "risk_complaint",
            "risk_moneycase",
            "risk_moneycheck",
            "risk_moneylook",
            "risk_moneyrule",
            "risk_moneyruleturn",
            "risk_moneysign",
            "risk_tradecase",
            "risk_tradecaseorder",
            "risk_tradefact",
            "risk_traderule",
            "risk_tradewatch",
        ),
        migrations.RunSQL(RAISE_EDITION, DROP),
    ]
