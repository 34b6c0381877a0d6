"""
The role of the back office sees and writes the promotions of one shop only (R6); the mall's own it may read, because a
shop decides whether to bear a part of them. Coupons in shoppers' hands are no business of shops. Terms between two
shops are read by both, written by the house, and what they say is written once.
"""

from django.db import migrations

from mall.tenancy import APP_ROLE, SHOP_ROLE, NotForShops, RowsOfOneShop

# Policies add up: a shop sees the terms that it has proposed, and those that were proposed to it.
TERMS_OF_BOTH = f"""
CREATE POLICY proposed_to_it ON marketing_jointterms FOR SELECT TO {SHOP_ROLE}
    USING (host_id = (SELECT nullif(current_setting('mall.shop', true), '')::bigint));
REVOKE INSERT, UPDATE, DELETE ON marketing_jointterms FROM {SHOP_ROLE};
REVOKE UPDATE, DELETE, TRUNCATE ON marketing_jointterms FROM {APP_ROLE};
GRANT UPDATE (status, spent, ends_at, answered_by_id, answered_at, answer, ended_by_id, ended_at, end_reason)
    ON marketing_jointterms TO {APP_ROLE};
"""  # noqa: S608 - names of ours
TERMS_OF_ONE = f"""
GRANT UPDATE, DELETE ON marketing_jointterms TO {APP_ROLE};
GRANT INSERT, UPDATE, DELETE ON marketing_jointterms TO {SHOP_ROLE};
DROP POLICY proposed_to_it ON marketing_jointterms;
"""


class Migration(migrations.Migration):
    dependencies = [("marketing", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        RowsOfOneShop("marketing_promotion"),
        RowsOfOneShop("marketing_promotionshare"),
        RowsOfOneShop("marketing_promotionuse"),
        RowsOfOneShop("marketing_flashunits"),
        RowsOfOneShop("marketing_couponsending"),
        migrations.RunSQL(
            sql=f"CREATE POLICY of_the_mall ON marketing_promotion FOR SELECT TO {SHOP_ROLE} USING (shop_id IS NULL)",
            reverse_sql="DROP POLICY of_the_mall ON marketing_promotion",
        ),
        RowsOfOneShop("marketing_jointterms"),
        migrations.RunSQL(TERMS_OF_BOTH, TERMS_OF_ONE),
        NotForShops("marketing_coupon", "marketing_couponclaims", "marketing_flashcount"),
    ]
