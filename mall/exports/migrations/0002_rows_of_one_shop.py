"""The role of the back office sees and writes the rows of one shop only (R6)."""

from django.db import migrations

from mall.tenancy import RowsOfOneShop


class Migration(migrations.Migration):
    dependencies = [("exports", "0001_initial"), ("mall", "0002_written_once")]

    operations = [RowsOfOneShop("exports_export")]
