"""The role of the back office has no business in what people were told (R6)."""

from django.db import migrations

from mall.tenancy import NotForShops


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("mall", "0002_written_once")]

    operations = [NotForShops("notifications_notice")]
