"""
The role of the back office sees and writes the promotions of one shop only (R6); the mall's own it may read, because a
shop decides whether to bear a part of them, and its campaigns, to which it is invited. Coupons in shoppers' hands are no business of shops.
"""

from django.db import migrations

from mall.tenancy import SHOP_ROLE, NotForShops, RowsOfOneShop


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
        RowsOfOneShop("marketing_campaigninvitation"),
        RowsOfOneShop("marketing_campaignenrolment"),
        RowsOfOneShop("marketing_campaignresult"),
        migrations.RunSQL(
            sql=f"""
            REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON marketing_campaign, marketing_campaignresult FROM {SHOP_ROLE};
            REVOKE INSERT, DELETE, TRUNCATE ON marketing_campaigninvitation FROM {SHOP_ROLE};
            """,
            reverse_sql=f"""
            GRANT INSERT, UPDATE, DELETE ON marketing_campaign, marketing_campaignresult TO {SHOP_ROLE};
            GRANT INSERT, DELETE ON marketing_campaigninvitation TO {SHOP_ROLE};
            """,
        ),
        NotForShops("marketing_coupon", "marketing_couponclaims", "marketing_flashcount"),
    ]
