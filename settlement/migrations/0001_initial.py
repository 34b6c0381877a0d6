# The ledger and the shares.

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import mall.ids
import mall.money


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("merchants", "0002_rows_of_one_shop"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("custodian", "Money held by the payment provider"),
                            ("escrow", "Paid, not yet completed"),
                            ("unclaimed", "Came too late, goes back"),
                            ("shop_pending", "Shop: pending"),
                            ("shop_available", "Shop: available"),
                            ("commission", "Platform commission"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                (
                    "shop",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="merchants.shop",
                        verbose_name="shop",
                    ),
                ),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="ent", unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("paid", "Order paid"),
                            ("completed", "Order completed, split"),
                            ("released", "T+7: share available"),
                            ("refunded", "Order refunded"),
                            ("late", "Late payment received"),
                            ("late_returned", "Late payment returned"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("ref", models.CharField(max_length=40, verbose_name="of")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "entry",
                "verbose_name_plural": "entries",
                "constraints": [models.UniqueConstraint(fields=("kind", "ref"), name="entry_once_per_reason")],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="settlement.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="settlement.entry",
                        verbose_name="entry",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.shop",
                        verbose_name="shop",
                    ),
                ),
            ],
            options={
                "verbose_name": "posting",
                "verbose_name_plural": "postings",
            },
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order_public_id", models.CharField(max_length=24, unique=True, verbose_name="order")),
                (
                    "status",
                    models.CharField(
                        choices=[("pending", "Pending"), ("released", "Available")],
                        default="pending",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("gross", mall.money.MoneyField(verbose_name="paid by the shopper")),
                ("commission", mall.money.MoneyField(verbose_name="commission")),
                ("net", mall.money.MoneyField(verbose_name="the shop's share")),
                ("completed_at", models.DateTimeField(verbose_name="completed at")),
                ("due_on", models.DateField(verbose_name="available on")),
                ("released_at", models.DateTimeField(null=True, verbose_name="available since")),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.shop",
                        verbose_name="shop",
                    ),
                ),
            ],
            options={
                "verbose_name": "share",
                "verbose_name_plural": "shares",
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("kind", "shop", "currency"), name="account_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__startswith", "shop_"), ("shop__isnull", False)),
                    models.Q(models.Q(("kind__startswith", "shop_"), _negated=True), ("shop", None)),
                    _connector="OR",
                ),
                name="account_of_a_shop_has_one",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["account", "-id"], include=("amount",), name="posting_of_account"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="posting_not_zero"
            ),
        ),
        migrations.AddIndex(
            model_name="share",
            index=models.Index(condition=models.Q(("status", "pending")), fields=["due_on", "id"], name="share_due"),
        ),
        migrations.AddIndex(
            model_name="share",
            index=models.Index(fields=["shop", "status", "completed_at", "id"], name="share_of_shop"),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("commission__gte", 0),
                    ("gross__gte", 0),
                    ("net__gte", 0),
                    (
                        "net",
                        django.db.models.expressions.CombinedExpression(models.F("gross"), "-", models.F("commission")),
                    ),
                ),
                name="share_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("released_at", None), ("status", "pending")),
                    models.Q(("released_at__isnull", False), ("status", "released")),
                    _connector="OR",
                ),
                name="share_released_has_a_moment",
            ),
        ),
    ]
