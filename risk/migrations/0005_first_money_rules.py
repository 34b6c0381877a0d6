"""
The rules for money with which a mall begins (R4). No single one makes a case: what is large must also be unusual, what
is new must also be much.
"""

from django.db import migrations

from mall.ids import new_id

RULES = (  # sign, mode, points, limit
    ("large", "live", 40, 9_900),
    ("turnover", "live", 30, 5_000),
    ("often", "live", 25, 3),
    ("new_account", "live", 30, 72),
    ("new_device", "live", 25, 72),
    ("night", "shadow", 15, 6),
    ("payees", "live", 25, 3),
    ("refunds", "live", 40, 300),
    ("coupons", "live", 40, 4),
)


def write_rules(apps, schema_editor) -> None:
    MoneyRule = apps.get_model("risk", "MoneyRule")
    MoneyRule.objects.bulk_create(
        MoneyRule(public_id=new_id("mnr"), code=code, mode=mode, weight=weight, limit=limit)
        for code, mode, weight, limit in RULES
    )


def drop_rules(apps, schema_editor) -> None:
    apps.get_model("risk", "MoneyRule").objects.filter(code__in=[code for code, *_rest in RULES]).delete()


class Migration(migrations.Migration):
    dependencies = [("risk", "0004_first_trade_rules")]
    operations = [migrations.RunPython(write_rules, drop_rules)]
