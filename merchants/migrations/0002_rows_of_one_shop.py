"""The role of the back office sees and writes the rows of one shop only (R6); what was decided is written once."""

from django.db import migrations

from mall.tenancy import APP_ROLE, SHOP_ROLE, AppendOnly, NotForShops, RowsOfOneShop

# A trade is admitted for a merchant: all her shops see it, and none changes it.
TRADES_OF_ONE_MERCHANT = f"""
REVOKE INSERT, UPDATE, DELETE, TRUNCATE
    ON merchants_admittedtrade, merchants_trade, merchants_requirement, merchants_agreement FROM {SHOP_ROLE};
ALTER TABLE merchants_admittedtrade ENABLE ROW LEVEL SECURITY;
ALTER TABLE merchants_admittedtrade FORCE ROW LEVEL SECURITY;
CREATE POLICY rows_of_one_shop ON merchants_admittedtrade TO {SHOP_ROLE} USING (
    merchant_id = (
        SELECT merchant_id FROM merchants_shop
        WHERE id = (SELECT nullif(current_setting('mall.shop', true), '')::bigint)
    )
);
CREATE POLICY the_house ON merchants_admittedtrade TO {APP_ROLE}, CURRENT_USER USING (true) WITH CHECK (true);
"""  # noqa: S608
# So is an agreement asked for: an owner accepts it in any of them.
RENEWALS_OF_ONE_MERCHANT = f"""
REVOKE INSERT, DELETE, TRUNCATE ON merchants_agreementrenewal FROM {SHOP_ROLE};
ALTER TABLE merchants_agreementrenewal ENABLE ROW LEVEL SECURITY;
ALTER TABLE merchants_agreementrenewal FORCE ROW LEVEL SECURITY;
CREATE POLICY rows_of_one_shop ON merchants_agreementrenewal TO {SHOP_ROLE} USING (
    merchant_id = (
        SELECT merchant_id FROM merchants_shop
        WHERE id = (SELECT nullif(current_setting('mall.shop', true), '')::bigint)
    )
);
CREATE POLICY the_house ON merchants_agreementrenewal TO {APP_ROLE}, CURRENT_USER USING (true) WITH CHECK (true);
"""  # noqa: S608
RENEWALS_OF_EVERYBODY = f"""
DROP POLICY the_house ON merchants_agreementrenewal;
DROP POLICY rows_of_one_shop ON merchants_agreementrenewal;
ALTER TABLE merchants_agreementrenewal NO FORCE ROW LEVEL SECURITY;
ALTER TABLE merchants_agreementrenewal DISABLE ROW LEVEL SECURITY;
GRANT INSERT, DELETE ON merchants_agreementrenewal TO {SHOP_ROLE};
"""
TRADES_OF_EVERYBODY = f"""
DROP POLICY the_house ON merchants_admittedtrade;
DROP POLICY rows_of_one_shop ON merchants_admittedtrade;
ALTER TABLE merchants_admittedtrade NO FORCE ROW LEVEL SECURITY;
ALTER TABLE merchants_admittedtrade DISABLE ROW LEVEL SECURITY;
GRANT INSERT, UPDATE, DELETE
    ON merchants_admittedtrade, merchants_trade, merchants_requirement, merchants_agreement TO {SHOP_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("merchants", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        RowsOfOneShop("merchants_shop", "id"),
        RowsOfOneShop("merchants_seat"),
        RowsOfOneShop("merchants_dailyfacts"),
        RowsOfOneShop("merchants_shopactivity"),
        RowsOfOneShop("merchants_healthscore"),
        RowsOfOneShop("merchants_exit"),
        RowsOfOneShop("merchants_growthentry"),
        RowsOfOneShop("merchants_holiday"),
        RowsOfOneShop("merchants_invitation"),
        RowsOfOneShop("merchants_petition"),
        RowsOfOneShop("merchants_sanction"),
        RowsOfOneShop("merchants_tierrecord"),
        NotForShops("merchants_application"),
        NotForShops(
            "merchants_applicationdecision",
            "merchants_agreementacceptance",
            "merchants_blacklisted",
            "merchants_document",
            "merchants_documentwarning",
            "merchants_registryanswer",
        ),
        migrations.RunSQL(TRADES_OF_ONE_MERCHANT, TRADES_OF_EVERYBODY),
        migrations.RunSQL(RENEWALS_OF_ONE_MERCHANT, RENEWALS_OF_EVERYBODY),
        AppendOnly("merchants_agreement"),
        AppendOnly("merchants_agreementacceptance"),
        AppendOnly("merchants_applicationdecision"),
        AppendOnly("merchants_registryanswer"),
    ]
