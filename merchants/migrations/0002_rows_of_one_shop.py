"""The role of the back office sees and writes the rows of one shop only (R6)."""

from django.db import migrations

from mall.tenancy import NotForShops, RowsOfOneShop


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
    ]
