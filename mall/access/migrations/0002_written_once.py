"""Looks are written once; the role of the back office has no business with who of the staff looked."""

from django.db import migrations

from mall.tenancy import AppendOnly, NotForShops


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        NotForShops("access_accessrequest", "access_accesslook"),
        AppendOnly("access_accesslook"),
    ]
