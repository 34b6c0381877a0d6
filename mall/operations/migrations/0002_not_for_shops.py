"""The role of the back office has no business with how the mall does."""

from django.db import migrations

from mall.tenancy import NotForShops


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        NotForShops(
            "operations_trafficminute",
            "operations_reading",
            "operations_alert",
            "operations_alertreceiver",
            "operations_alertdelivery",
            "operations_securityreport",
        )
    ]
