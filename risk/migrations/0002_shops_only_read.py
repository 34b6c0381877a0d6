"""The role of the back office may ask about words and holds, and change neither."""

from django.db import migrations

from mall.tenancy import SHOP_ROLE

TABLES = "risk_bannedword, risk_hold"


class Migration(migrations.Migration):
    dependencies = [("risk", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        migrations.RunSQL(
            f"REVOKE INSERT, UPDATE, DELETE ON {TABLES} FROM {SHOP_ROLE};",
            f"GRANT INSERT, UPDATE, DELETE ON {TABLES} TO {SHOP_ROLE};",
        ),
    ]
