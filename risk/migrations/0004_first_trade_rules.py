"""
The rules against fake trade with which a mall begins (R3). What speaks against few but rings is live; what innocent
groups show as well (a common network, accounts made for one purchase, low prices) begins in shadow.
"""

from django.db import migrations

from mall.ids import new_id

RULES = (  # sign, mode, points, from which part on (0.01 %), its own limit
    ("device", "live", 30, 5_000, 0),
    ("payer", "live", 30, 5_000, 0),
    ("phone", "live", 20, 5_000, 0),
    ("address", "live", 15, 5_000, 0),
    ("network", "shadow", 10, 6_000, 0),
    ("own_people", "live", 30, 500, 0),
    ("only_here", "live", 20, 8_000, 0),
    ("burst", "live", 15, 5_000, 6),
    ("price", "shadow", 15, 5_000, 4_000),
    ("fast_receipt", "live", 25, 5_000, 12),
    ("alike_reviews", "live", 25, 5_000, 0),
    ("rushed_reviews", "live", 15, 5_000, 12),
    ("refund_after_review", "live", 25, 3_000, 0),
    ("young_accounts", "shadow", 15, 6_000, 72),
)


def write_rules(apps, schema_editor) -> None:
    TradeRule = apps.get_model("risk", "TradeRule")
    TradeRule.objects.bulk_create(
        TradeRule(public_id=new_id("trl"), code=code, mode=mode, weight=weight, share_bps=share, limit=limit)
        for code, mode, weight, share, limit in RULES
    )


def drop_rules(apps, schema_editor) -> None:
    apps.get_model("risk", "TradeRule").objects.filter(code__in=[code for code, *_rest in RULES]).delete()


class Migration(migrations.Migration):
    dependencies = [("risk", "0003_first_banned_words")]
    operations = [migrations.RunPython(write_rules, drop_rules)]
