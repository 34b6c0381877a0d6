"""The role of the back office sees and writes the rows of one shop only (R6)."""

from django.db import migrations

from mall.tenancy import NotForShops, RowsOfOneShop


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        RowsOfOneShop("orders_order"),
        RowsOfOneShop("orders_orderline"),
        RowsOfOneShop("orders_orderstep"),
        RowsOfOneShop("orders_parcel"),
        RowsOfOneShop("orders_voucher"),
        NotForShops(
            "orders_cart",
            "orders_cartline",
            "orders_ordergroup",
            "orders_payment",
            "orders_paymentnotice",
            "orders_refund",
            "orders_sandboxtrade",
            "orders_sandboxrefund",
            "orders_sandboxnotice",
        ),
    ]
