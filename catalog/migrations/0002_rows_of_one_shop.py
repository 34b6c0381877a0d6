"""The role of the back office sees and writes the rows of one shop only (R6)."""

from django.db import migrations

from mall.tenancy import AppendOnly, NotForShops, RowsOfOneShop


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        RowsOfOneShop("catalog_freighttemplate"),
        RowsOfOneShop("catalog_product"),
        RowsOfOneShop("catalog_productpicture"),
        RowsOfOneShop("catalog_productchange"),
        RowsOfOneShop("catalog_unfinishedproduct"),
        RowsOfOneShop("catalog_productvalue"),
        RowsOfOneShop("catalog_brandauthorization"),
        RowsOfOneShop("catalog_shopcategory"),
        RowsOfOneShop("catalog_shelvedproduct"),
        RowsOfOneShop("catalog_sku"),
        RowsOfOneShop("catalog_formerprice"),
        RowsOfOneShop("catalog_pricelock"),
        RowsOfOneShop("catalog_goodscode"),
        RowsOfOneShop("catalog_timeslot"),
        RowsOfOneShop("catalog_warehouse"),
        RowsOfOneShop("catalog_stock"),
        RowsOfOneShop("catalog_stockmovement"),
        RowsOfOneShop("catalog_reservation"),
        RowsOfOneShop("catalog_stocktransfer"),
        RowsOfOneShop("catalog_stocktransferline"),
        RowsOfOneShop("catalog_stockcount"),
        RowsOfOneShop("catalog_stockcountline"),
        RowsOfOneShop("catalog_stockterms"),
        RowsOfOneShop("catalog_stockalarm"),
        RowsOfOneShop("catalog_review"),
        RowsOfOneShop("catalog_reviewappeal"),
        RowsOfOneShop("catalog_question"),
        RowsOfOneShop("catalog_answer"),
        NotForShops(
            "catalog_authorizationwarning",
            "catalog_commissionchange",
            "catalog_commissionrule",
            "catalog_commissionversion",
            "catalog_vote",
            "catalog_report",
            "catalog_favorite",
            "catalog_followedshop",
            "catalog_viewed",
            "catalog_watch",
            "catalog_productsample",
        ),
        RowsOfOneShop("catalog_productimport"),
        RowsOfOneShop("catalog_importproblem"),
        RowsOfOneShop("catalog_importedpicture"),
        AppendOnly("catalog_stockmovement"),
        AppendOnly("catalog_formerprice"),
        migrations.RunSQL(
            """
            REVOKE DELETE, TRUNCATE ON catalog_productchange FROM mall_app, mall_shop;
            CREATE TRIGGER decided_once BEFORE UPDATE ON catalog_productchange
                FOR EACH ROW WHEN (OLD.status <> 'pending') EXECUTE FUNCTION mall_written_once();
            """,
            """
            DROP TRIGGER decided_once ON catalog_productchange;
            GRANT DELETE ON catalog_productchange TO mall_app, mall_shop;
            """,
        ),
        migrations.RunSQL(  # what a version says is never rewritten, and once decided it stays so
            """
            REVOKE UPDATE, DELETE, TRUNCATE ON catalog_commissionversion FROM mall_app;
            GRANT UPDATE (status, decided_by_id, decided_at) ON catalog_commissionversion TO mall_app;
            CREATE TRIGGER decided_once BEFORE UPDATE ON catalog_commissionversion
                FOR EACH ROW WHEN (OLD.status <> 'proposed') EXECUTE FUNCTION mall_written_once();
            """,
            """
            DROP TRIGGER decided_once ON catalog_commissionversion;
            GRANT UPDATE, DELETE ON catalog_commissionversion TO mall_app;
            """,
        ),
    ]
