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

# What will be cut and who will be drawn nobody knows beforehand, least of all the shop: it reads all but the seeds.
SEEDS = f"""
REVOKE ALL ON marketing_bargain FROM {SHOP_ROLE};
GRANT SELECT (
    id, public_id, shop_id, units_id, promotion_id, sku_id, shopper_id, slot, status, currency, price, floor, "off",
    needed, cut_count, is_early, seed_hash, opened_at, ends_at, reached_at, warned_at, order_public_id, bought_at,
    paid_at, expired_at
) ON marketing_bargain TO {SHOP_ROLE};
REVOKE SELECT, UPDATE, DELETE, TRUNCATE ON marketing_trial FROM {SHOP_ROLE};
GRANT SELECT (id, shop_id, promotion_id, seed_hash, drawn_at, called_off_at) ON marketing_trial TO {SHOP_ROLE};
"""  # noqa: S608 - words of ours
NO_SEEDS = f"""
GRANT SELECT, INSERT, UPDATE, DELETE ON marketing_bargain, marketing_trial TO {SHOP_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("marketing", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        RowsOfOneShop("marketing_promotion"),
        RowsOfOneShop("marketing_promotionshare"),
        RowsOfOneShop("marketing_promotionuse"),
        RowsOfOneShop("marketing_flashunits"),
        RowsOfOneShop("marketing_depositunits"),
        RowsOfOneShop("marketing_bargainunits"),
        RowsOfOneShop("marketing_bargain"),
        RowsOfOneShop("marketing_trial"),
        RowsOfOneShop("marketing_trialunits"),
        RowsOfOneShop("marketing_trialapplication"),
        RowsOfOneShop("marketing_dealunits"),
        RowsOfOneShop("marketing_buyinggroup"),
        RowsOfOneShop("marketing_funding"),
        RowsOfOneShop("marketing_couponsending"),
        migrations.RunSQL(
            sql=f"CREATE POLICY of_the_mall ON marketing_promotion FOR SELECT TO {SHOP_ROLE} USING (shop_id IS NULL)",
            reverse_sql="DROP POLICY of_the_mall ON marketing_promotion",
        ),
        NotForShops("marketing_coupon", "marketing_couponclaims", "marketing_flashcount", "marketing_deposittaking"),
        migrations.RunSQL(sql=SEEDS, reverse_sql=NO_SEEDS),
        NotForShops("marketing_bargaincut", "marketing_bargainhelps"),
        RowsOfOneShop("marketing_jointterms"),
        migrations.RunSQL(TERMS_OF_BOTH, TERMS_OF_ONE),
        NotForShops("marketing_seat", "marketing_backing"),
    ]
