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
                            ("deposit", "Deposits on their way"),
                            ("shop_deposit", "Shop: deposit"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
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
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "shop", "currency"), name="account_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__startswith", "shop_"), ("shop__isnull", False)),
                            models.Q(models.Q(("kind__startswith", "shop_"), _negated=True), ("shop", None)),
                            _connector="OR",
                        ),
                        name="account_of_a_shop_has_one",
                    ),
                ],
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
                            ("reversed", "Refund after completion"),
                            ("late", "Late payment received"),
                            ("late_returned", "Late payment returned"),
                            ("deposit", "Deposit paid"),
                            ("deposit_held", "Deposit held for a shop"),
                            ("deposit_freed", "Deposit to be returned"),
                            ("deposit_back", "Deposit returned"),
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
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "posting",
                "verbose_name_plural": "postings",
                "indexes": [models.Index(fields=["account", "-id"], include=("amount",), name="posting_of_account")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount", 0), _negated=True), name="posting_not_zero")
                ],
            },
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.shop",
                        verbose_name="shop",
                    ),
                ),
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
                ("reversed", mall.money.MoneyField(db_default=0, default=0, verbose_name="taken back while pending")),
                ("completed_at", models.DateTimeField(verbose_name="completed at")),
                ("due_on", models.DateField(verbose_name="available on")),
                ("released_at", models.DateTimeField(null=True, verbose_name="available since")),
            ],
            options={
                "verbose_name": "share",
                "verbose_name_plural": "shares",
                "indexes": [
                    models.Index(condition=models.Q(("status", "pending")), fields=["due_on", "id"], name="share_due"),
                    models.Index(fields=["shop", "status", "completed_at", "id"], name="share_of_shop"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("commission__gte", 0),
                            ("gross__gte", 0),
                            ("net__gte", 0),
                            (
                                "net",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("gross"), "-", models.F("commission")
                                ),
                            ),
                        ),
                        name="share_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reversed__gte", 0), ("reversed__lte", models.F("net"))),
                        name="share_reversed_at_most_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at", None), ("status", "pending")),
                            models.Q(("released_at__isnull", False), ("status", "released")),
                            _connector="OR",
                        ),
                        name="share_released_has_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="dep", unique=True)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paid_deposit",
                        to="merchants.application",
                        verbose_name="application",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paid_deposits",
                        to="merchants.shop",
                        verbose_name="shop",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "To be paid"),
                            ("paid", "Paid"),
                            ("held", "Held for the shop"),
                            ("returning", "Going back"),
                            ("returned", "Returned"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
                ("asked_at", models.DateTimeField(verbose_name="asked for at")),
                ("paid_at", models.DateTimeField(null=True, verbose_name="paid at")),
                ("returned_at", models.DateTimeField(null=True, verbose_name="returned at")),
            ],
            options={
                "verbose_name": "deposit",
                "verbose_name_plural": "deposits",
                "permissions": [("return_deposit", "Can return deposits")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="deposit_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_at", None), ("status", "waiting")),
                            models.Q(("paid_at__isnull", False), models.Q(("status", "waiting"), _negated=True)),
                            _connector="OR",
                        ),
                        name="deposit_paid_has_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("shop", None), ("status__in", ["waiting", "paid"])),
                            ("status__in", ["returning", "returned"]),
                            models.Q(("shop__isnull", False), ("status", "held")),
                            _connector="OR",
                        ),
                        name="deposit_held_for_a_shop",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "returned"), _negated=True),
                            ("returned_at__isnull", False),
                            _connector="OR",
                        ),
                        name="deposit_returned_has_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DepositPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="dpy", unique=True)),
                (
                    "deposit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="settlement.deposit",
                        verbose_name="deposit",
                    ),
                ),
                ("channel", models.CharField(max_length=20, verbose_name="channel")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("closed", "Closed"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
                (
                    "provider_reference",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="channel's reference"),
                ),
                ("pay_by", models.DateTimeField(verbose_name="to be paid by")),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("asked_at", models.DateTimeField(null=True, verbose_name="last asked about at")),
                ("succeeded_at", models.DateTimeField(null=True, verbose_name="succeeded at")),
            ],
            options={
                "verbose_name": "payment of a deposit",
                "verbose_name_plural": "payments of deposits",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "pending")), fields=["started_at"], name="deposit_payment_waiting"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="deposit_payment_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "succeeded"), _negated=True),
                            ("succeeded_at__isnull", False),
                            _connector="OR",
                        ),
                        name="deposit_payment_succeeded_has_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DepositNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=20, verbose_name="channel")),
                ("notice_id", models.CharField(max_length=64, verbose_name="channel's message id")),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="settlement.depositpayment",
                        verbose_name="payment",
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="received at")),
            ],
            options={
                "verbose_name": "notice about a deposit",
                "verbose_name_plural": "notices about deposits",
                "constraints": [models.UniqueConstraint(fields=("channel", "notice_id"), name="deposit_notice_once")],
            },
        ),
        migrations.CreateModel(
            name="DepositRefund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="drf", unique=True)),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refund",
                        to="settlement.depositpayment",
                        verbose_name="payment",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("asked", "Asked"), ("succeeded", "Returned")],
                        default="asked",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("tried_at", models.DateTimeField(null=True, verbose_name="last tried at")),
                ("refunded_at", models.DateTimeField(null=True, verbose_name="returned at")),
            ],
            options={
                "verbose_name": "return of a deposit",
                "verbose_name_plural": "returns of deposits",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "asked")), fields=["asked_at"], name="deposit_refund_asked"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="deposit_refund_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("status", "asked"), ("refunded_at__isnull", False), _connector="OR"),
                        name="deposit_refund_has_a_moment",
                    ),
                ],
            },
        ),
    ]
