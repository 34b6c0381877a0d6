import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

import mall.crypto
import mall.ids
import mall.money
import mall.texts
from mall.migrating import FirstMigration


class Migration(FirstMigration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("catalog", "0001_initial"),
        ("merchants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shopper",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cart",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="shopper",
                    ),
                ),
                ("token", models.UUIDField(null=True, unique=True)),
                ("changed_at", models.DateTimeField(verbose_name="changed at")),
            ],
            options={
                "verbose_name": "cart",
                "verbose_name_plural": "carts",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("shopper__isnull", False), ("token", None)),
                            models.Q(("shopper", None), ("token__isnull", False)),
                            _connector="OR",
                        ),
                        name="cart_of_a_member_or_a_guest",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CartLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cart",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="orders.cart"
                    ),
                ),
                (
                    "sku",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.sku"),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("seen_price", mall.money.MoneyField(verbose_name="price seen")),
                ("added_at", models.DateTimeField(verbose_name="added at")),
                (
                    "slot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.timeslot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("cart", "sku"), name="cart_line_once_per_sku"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1), ("quantity__lte", 999)), name="cart_line_quantity_sane"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="grp", unique=True)),
                (
                    "shopper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="order_groups",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="shopper",
                    ),
                ),
                ("checkout_key", models.UUIDField()),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("total", mall.money.MoneyField(verbose_name="total")),
                ("by_cards", mall.money.MoneyField(db_default=0, default=0, verbose_name="paid with gift cards")),
                ("placed_at", models.DateTimeField(verbose_name="placed at")),
                ("pay_by", models.DateTimeField(verbose_name="to be paid by")),
                ("device_mark", models.CharField(blank=True, db_default="", default="", max_length=32)),
                ("network_mark", models.CharField(blank=True, db_default="", default="", max_length=32)),
            ],
            options={
                "verbose_name": "order group",
                "verbose_name_plural": "order groups",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shopper", "checkout_key"), name="order_group_one_per_checkout_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("total__gte", 0)), name="order_group_total_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_cards__gte", 0), ("by_cards__lte", models.F("total"))),
                        name="order_group_cards_pay_at_most_all",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
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
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="ord", unique=True)),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="orders.ordergroup",
                        verbose_name="order group",
                    ),
                ),
                (
                    "shopper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="shopper",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("unpaid", "Awaiting payment"),
                            ("deposit_paid", "Deposit paid"),
                            ("paid", "Awaiting shipment"),
                            ("booked", "Awaiting use or pick-up"),
                            ("shipped", "On its way"),
                            ("delivered", "Delivered"),
                            ("completed", "Completed"),
                            ("canceled", "Canceled"),
                        ],
                        default="unpaid",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("physical", "Goods that are shipped"),
                            ("virtual", "Codes"),
                            ("service", "Service by appointment"),
                            ("presale", "Pre-sale"),
                            ("cross_border", "From abroad, with duty"),
                            ("gift_card", "Gift card"),
                        ],
                        db_default="physical",
                        default="physical",
                        max_length=12,
                        verbose_name="kind of goods",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("goods_total", mall.money.MoneyField(verbose_name="goods")),
                ("shipping_fee", mall.money.MoneyField(verbose_name="shipping fee")),
                ("discount", mall.money.MoneyField(default=0, verbose_name="discount")),
                ("duty", mall.money.MoneyField(db_default=0, default=0, verbose_name="duty")),
                ("total", mall.money.MoneyField(verbose_name="total")),
                ("by_cards", mall.money.MoneyField(db_default=0, default=0, verbose_name="paid with gift cards")),
                ("deposit", mall.money.MoneyField(db_default=0, default=0, verbose_name="of this the deposit")),
                ("deposit_paid_at", models.DateTimeField(null=True, verbose_name="deposit paid at")),
                ("balance_from", models.DateTimeField(null=True, verbose_name="the rest is paid from")),
                ("balance_until", models.DateTimeField(null=True, verbose_name="the rest is paid until")),
                ("deposit_kept_at", models.DateTimeField(null=True, verbose_name="the deposit fell to the shop at")),
                ("refunded", mall.money.MoneyField(db_default=0, default=0, verbose_name="returned by after-sales")),
                (
                    "refunded_shipping",
                    mall.money.MoneyField(db_default=0, default=0, verbose_name="of this the shipping fee"),
                ),
                ("price_trace", models.JSONField(default=list, verbose_name="how the price came about")),
                ("consignee", mall.crypto.EncryptedTextField(verbose_name="consignee")),
                ("phone", mall.crypto.EncryptedTextField(verbose_name="phone")),
                ("phone_index", mall.crypto.BlindIndexField(db_default="", db_index=False, source="phone")),
                ("province", models.CharField(max_length=40, verbose_name="province")),
                ("city", models.CharField(max_length=40, verbose_name="city")),
                ("district", models.CharField(blank=True, default="", max_length=40, verbose_name="district")),
                ("address_line", mall.crypto.EncryptedTextField(verbose_name="street and number")),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.warehouse",
                        verbose_name="picked up in",
                    ),
                ),
                ("ready_at", models.DateTimeField(null=True, verbose_name="ready to be picked up since")),
                ("promised_on", models.DateField(null=True, verbose_name="ships from")),
                ("deal", models.CharField(blank=True, db_default="", default="", max_length=24, verbose_name="deal")),
                (
                    "awaits_deal",
                    models.BooleanField(
                        db_default=False, default=False, verbose_name="waits for the outcome of its deal"
                    ),
                ),
                ("deal_came_at", models.DateTimeField(null=True, verbose_name="what it waited for came at")),
                (
                    "message",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="message to the shop"),
                ),
                ("placed_at", models.DateTimeField(verbose_name="placed at")),
                ("paid_at", models.DateTimeField(null=True, verbose_name="paid at")),
                ("shipped_at", models.DateTimeField(null=True, verbose_name="shipped at")),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="delivered at")),
                ("completed_at", models.DateTimeField(null=True, verbose_name="completed at")),
                ("canceled_at", models.DateTimeField(null=True, verbose_name="canceled at")),
                (
                    "cancel_reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="canceled because"),
                ),
                ("due_at", models.DateTimeField(null=True, verbose_name="the clock acts at")),
                ("extended_at", models.DateTimeField(null=True, verbose_name="its completion was put off at")),
                ("paused_at", models.DateTimeField(null=True, verbose_name="an after-sale is open since")),
                ("set_aside_at", models.DateTimeField(null=True, verbose_name="counts in no figure since")),
                ("partly_shipped_at", models.DateTimeField(null=True, verbose_name="a part of it was shipped at")),
                ("late_at", models.DateTimeField(null=True, verbose_name="its time to ship was over at")),
                ("packed_at", models.DateTimeField(null=True, verbose_name="its packing list was printed at")),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
                "permissions": [("cancel_order", "Can cancel orders")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["status", "due_at"], name="order_due"
                    ),
                    models.Index(
                        condition=models.Q(("paused_at__isnull", False)), fields=["public_id"], name="order_paused"
                    ),
                    models.Index(fields=["shop", "placed_at", "id"], name="order_of_shop"),
                    models.Index(fields=["shop", "status", "placed_at", "id"], name="order_of_shop_by_status"),
                    models.Index(fields=["shop", "paid_at", "id"], name="order_of_shop_by_payment"),
                    models.Index(fields=["shop", "total", "id"], name="order_of_shop_by_total"),
                    models.Index(fields=["shop", "phone_index"], name="order_of_shop_by_phone"),
                    models.Index(fields=["shop", "province", "placed_at", "id"], name="order_of_shop_by_province"),
                    models.Index(fields=["shopper", "-id"], name="order_of_shopper"),
                    models.Index(
                        condition=models.Q(("late_at", None), ("status", "paid")),
                        fields=["paid_at"],
                        name="order_not_known_late",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("discount__gte", 0),
                            ("duty__gte", 0),
                            ("goods_total__gte", 0),
                            ("shipping_fee__gte", 0),
                            ("total__gte", 0),
                        ),
                        name="order_amounts_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("goods_total"), "+", models.F("shipping_fee")
                                        ),
                                        "-",
                                        models.F("discount"),
                                    ),
                                    "+",
                                    models.F("duty"),
                                ),
                            )
                        ),
                        name="order_total_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refunded__gte", models.F("refunded_shipping")),
                            ("refunded__lte", models.F("total")),
                            ("refunded_shipping__gte", 0),
                            ("refunded_shipping__lte", models.F("shipping_fee")),
                        ),
                        name="order_refunded_at_most_what_was_paid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by_cards", 0),
                            models.Q(
                                ("by_cards__gt", 0),
                                (
                                    "by_cards__lte",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("total"), "-", models.F("duty")
                                    ),
                                ),
                                models.Q(("kind", "gift_card"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="order_cards_pay_neither_duty_nor_cards",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid_at__isnull", False),
                            ("status__in", ["unpaid", "deposit_paid", "canceled"]),
                            _connector="OR",
                        ),
                        name="order_paid_before_it_moves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("balance_from", None),
                                ("balance_until", None),
                                ("deposit", 0),
                                ("deposit_paid_at", None),
                            ),
                            models.Q(
                                ("balance_until__gt", models.F("balance_from")),
                                ("by_cards", 0),
                                ("deposit__gt", 0),
                                ("deposit__lt", models.F("total")),
                                ("duty", 0),
                            ),
                            _connector="OR",
                        ),
                        name="order_deposit_is_part_of_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deposit_paid_at__isnull", False),
                            models.Q(
                                models.Q(("status", "deposit_paid"), _negated=True),
                                models.Q(("deposit", 0), ("status__in", ["unpaid", "canceled"]), _connector="OR"),
                            ),
                            _connector="OR",
                        ),
                        name="order_deposit_paid_before_the_rest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deposit_kept_at", None),
                            models.Q(("deposit_paid_at__isnull", False), ("paid_at", None), ("status", "canceled")),
                            _connector="OR",
                        ),
                        name="order_deposit_kept_of_what_was_missed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("shipped_at__isnull", False),
                            ("status__in", ["unpaid", "deposit_paid", "paid", "booked", "canceled"]),
                            ("kind__in", ["virtual", "service", "gift_card"]),
                            ("store__isnull", False),
                            _connector="OR",
                        ),
                        name="order_shipped_has_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ready_at", None), ("store", None)),
                            models.Q(
                                ("awaits_deal", False),
                                ("kind", "physical"),
                                ("shipped_at", None),
                                ("shipping_fee", 0),
                                ("store__isnull", False),
                                models.Q(("status__in", ["paid", "shipped"]), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="order_picked_up_is_not_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delivered_at__isnull", False),
                            models.Q(("status__in", ["delivered", "completed"]), _negated=True),
                            _connector="OR",
                        ),
                        name="order_delivered_has_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("completed_at__isnull", False),
                            models.Q(("status", "completed"), _negated=True),
                            _connector="OR",
                        ),
                        name="order_completed_has_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("extended_at", None), ("status__in", ["delivered", "completed"]), _connector="OR"
                        ),
                        name="order_extended_after_delivery",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("deal", ""), _negated=True), ("awaits_deal", False), _connector="OR"
                        ),
                        name="order_waits_for_a_deal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("awaits_deal", False),
                            ("status__in", ["unpaid", "paid", "booked", "canceled"]),
                            _connector="OR",
                        ),
                        name="order_that_waits_is_not_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("canceled_at__isnull", False),
                            models.Q(("status", "canceled"), _negated=True),
                            _connector="OR",
                        ),
                        name="order_canceled_has_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("partly_shipped_at", None),
                            ("status__in", ["paid", "shipped", "delivered", "completed"]),
                            _connector="OR",
                        ),
                        name="order_partly_shipped_is_not_canceled",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
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
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="orders.order"
                    ),
                ),
                (
                    "sku",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.sku"),
                ),
                ("product_public_id", models.CharField(max_length=24)),
                ("title", mall.texts.TextField(default=mall.texts.Text, verbose_name="title")),
                ("choice_text", mall.texts.TextField(blank=True, default=mall.texts.Text, verbose_name="bought as")),
                ("picture", models.CharField(blank=True, default="", max_length=200, verbose_name="picture")),
                (
                    "slot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.timeslot",
                        verbose_name="time",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("unit_price", mall.money.MoneyField(verbose_name="unit price")),
                ("discount", mall.money.MoneyField(default=0, verbose_name="discount")),
                ("total", mall.money.MoneyField(verbose_name="total")),
                ("discount_parts", models.JSONField(null=True, verbose_name="how the discount came about")),
                ("subsidy", mall.money.MoneyField(db_default=0, default=0, verbose_name="borne by the mall")),
                ("issuers", models.JSONField(null=True, verbose_name="borne by other shops, by shop")),
                ("from_issuers", mall.money.MoneyField(db_default=0, default=0, verbose_name="borne by other shops")),
                ("gift_count", models.PositiveIntegerField(db_default=0, default=0, verbose_name="given")),
                ("duty", mall.money.MoneyField(db_default=0, default=0, verbose_name="duty")),
                ("duty_parts", models.JSONField(null=True, verbose_name="how the duty came about")),
                ("commission_bps", models.PositiveIntegerField(verbose_name="commission in basis points")),
                (
                    "commission_on_subsidy",
                    models.BooleanField(db_default=True, default=True, verbose_name="commission also of the subsidy"),
                ),
                ("commission", mall.money.MoneyField(null=True, verbose_name="commission by a rule")),
                ("commission_rule", models.JSONField(null=True, verbose_name="how that commission came about")),
                (
                    "claimed_quantity",
                    models.PositiveIntegerField(db_default=0, default=0, verbose_name="pieces in after-sales"),
                ),
                ("claimed", mall.money.MoneyField(db_default=0, default=0, verbose_name="their part of what was paid")),
                (
                    "refunded_quantity",
                    models.PositiveIntegerField(db_default=0, default=0, verbose_name="pieces refunded"),
                ),
                ("refunded", mall.money.MoneyField(db_default=0, default=0, verbose_name="returned by after-sales")),
                (
                    "refunded_duty",
                    mall.money.MoneyField(db_default=0, default=0, verbose_name="duty returned by after-sales"),
                ),
                (
                    "kept_for_gifts",
                    mall.money.MoneyField(db_default=0, default=0, verbose_name="kept of its refunds for gifts"),
                ),
                (
                    "gifts_back",
                    models.PositiveIntegerField(db_default=0, default=0, verbose_name="of what was given, came back"),
                ),
                (
                    "dropped_quantity",
                    models.PositiveIntegerField(
                        db_default=0, default=0, verbose_name="pieces refunded before shipping"
                    ),
                ),
                (
                    "shipped_quantity",
                    models.PositiveIntegerField(db_default=0, default=0, verbose_name="pieces shipped"),
                ),
            ],
            options={
                "verbose_name": "order line",
                "verbose_name_plural": "order lines",
                "constraints": [
                    models.UniqueConstraint(fields=("order", "sku"), name="order_line_once_per_sku"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="order_line_quantity_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("discount__gte", 0),
                            ("total__gte", 0),
                            (
                                "total",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("unit_price"), "*", models.F("quantity")
                                    ),
                                    "-",
                                    models.F("discount"),
                                ),
                            ),
                        ),
                        name="order_line_total_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_issuers__gte", 0),
                            ("gift_count__lte", models.F("quantity")),
                            ("subsidy__gte", 0),
                            (
                                "discount__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("subsidy"), "+", models.F("from_issuers")
                                ),
                            ),
                        ),
                        name="order_line_subsidy_within_discount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("claimed_quantity__lte", models.F("quantity")),
                            ("refunded_quantity__lte", models.F("claimed_quantity")),
                        ),
                        name="order_line_claimed_at_most_what_was_bought",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("claimed__lte", models.F("total")),
                            ("kept_for_gifts__gte", 0),
                            ("refunded__gte", 0),
                            (
                                "claimed__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("refunded"), "+", models.F("kept_for_gifts")
                                ),
                            ),
                        ),
                        name="order_line_refunded_at_most_what_was_paid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("gifts_back__lte", models.F("gift_count")),
                            ("gifts_back__lte", models.F("refunded_quantity")),
                        ),
                        name="order_line_gifts_back_at_most_what_was_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("commission", None), ("commission_rule__isnull", True)),
                            models.Q(
                                ("commission__gte", 0),
                                ("commission__lte", models.F("total")),
                                ("commission_rule__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="order_line_commission_at_most_what_was_paid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("duty__gte", 0), ("refunded_duty__gte", 0), ("refunded_duty__lte", models.F("duty"))
                        ),
                        name="order_line_duty_returned_at_most_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "quantity__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("shipped_quantity"), "+", models.F("dropped_quantity")
                                ),
                            ),
                            ("dropped_quantity__lte", models.F("refunded_quantity")),
                        ),
                        name="order_line_shipped_at_most_what_is_owed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Importer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shopper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="importer",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", mall.crypto.EncryptedTextField(verbose_name="real name")),
                ("id_number", mall.crypto.EncryptedTextField(verbose_name="ID number")),
                ("said_at", models.DateTimeField(verbose_name="said at")),
            ],
            options={
                "verbose_name": "importer",
                "verbose_name_plural": "importers",
            },
        ),
        migrations.CreateModel(
            name="Declaration",
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
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declaration",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                ("name", mall.crypto.EncryptedTextField(verbose_name="real name")),
                ("id_number", mall.crypto.EncryptedTextField(verbose_name="ID number")),
                ("id_index", mall.crypto.BlindIndexField(source="id_number")),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("value", mall.money.MoneyField(verbose_name="value for customs")),
                ("year", models.PositiveSmallIntegerField(verbose_name="counted in the year")),
            ],
            options={
                "verbose_name": "customs declaration",
                "verbose_name_plural": "customs declarations",
                "indexes": [models.Index(fields=["id_index", "year"], name="declaration_of_person")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="declaration_value_not_negative")
                ],
            },
        ),
        migrations.CreateModel(
            name="Voucher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="vou", unique=True)),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.shop",
                        verbose_name="shop",
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="voucher",
                        to="orders.orderline",
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pickup_code",
                        to="orders.order",
                    ),
                ),
                ("code", mall.crypto.EncryptedTextField(verbose_name="code")),
                ("code_index", mall.crypto.BlindIndexField(source="code")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="expires at")),
                ("used_at", models.DateTimeField(null=True, verbose_name="used at")),
                (
                    "used_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="checked by",
                    ),
                ),
            ],
            options={
                "verbose_name": "voucher",
                "verbose_name_plural": "vouchers",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "code_index"), name="voucher_code_once_per_shop"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expires_at", None), ("line__isnull", False), ("order", None)),
                            models.Q(("expires_at__isnull", False), ("line", None), ("order__isnull", False)),
                            _connector="OR",
                        ),
                        name="voucher_of_a_line_or_of_an_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("used_at", None), ("used_by", None)),
                            models.Q(("used_at__isnull", False), ("used_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="voucher_used_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Routing",
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
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="routings", to="orders.order"
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.warehouse",
                        verbose_name="warehouse",
                    ),
                ),
                ("choice", models.JSONField(verbose_name="why this one")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={"verbose_name": "routing", "verbose_name_plural": "routings"},
        ),
        migrations.CreateModel(
            name="WrongCode",
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
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                ("tried_at", models.DateTimeField(verbose_name="tried at")),
            ],
            options={
                "verbose_name": "wrong code",
                "verbose_name_plural": "wrong codes",
                "indexes": [models.Index(fields=["by", "tried_at"], name="wrong_code_of_person")],
            },
        ),
        migrations.CreateModel(
            name="OfflineList",
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
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="ofl", unique=True)),
                ("device", models.CharField(max_length=60, verbose_name="device")),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.warehouse",
                        verbose_name="store",
                    ),
                ),
                ("digests", models.JSONField(verbose_name="digests")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken by",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="taken at")),
                ("expires_at", models.DateTimeField(verbose_name="good until")),
            ],
            options={
                "verbose_name": "offline list",
                "verbose_name_plural": "offline lists",
                "indexes": [models.Index(fields=["shop", "-id"], name="offline_list_of_shop")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="offline_list_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OfflineUse",
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
                (
                    "taken",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="orders.offlinelist",
                        verbose_name="offline list",
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offline_uses",
                        to="orders.voucher",
                    ),
                ),
                ("code_index", models.CharField(max_length=32)),
                ("code_end", models.CharField(blank=True, default="", max_length=4, verbose_name="code ends in")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("used", "Used"),
                            ("conflict", "Used twice"),
                            ("invalid", "Not valid"),
                            ("unknown", "Unknown code"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("why", models.CharField(blank=True, default="", max_length=300, verbose_name="why")),
                ("noted_at", models.DateTimeField(verbose_name="noted at")),
                ("handed_in_at", models.DateTimeField(verbose_name="handed in at")),
                (
                    "handed_in_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="handed in by",
                    ),
                ),
                ("first_at", models.DateTimeField(null=True, verbose_name="used before at")),
                (
                    "first_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="used before by",
                    ),
                ),
                (
                    "first_on",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.offlinelist",
                        verbose_name="used before on",
                    ),
                ),
            ],
            options={
                "verbose_name": "offline use",
                "verbose_name_plural": "offline uses",
                "indexes": [models.Index(fields=["shop", "-id"], name="offline_use_of_shop")],
                "constraints": [
                    models.UniqueConstraint(fields=("taken", "code_index"), name="offline_use_once_per_list"),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "used")),
                        fields=("voucher",),
                        name="offline_use_counts_once_per_voucher",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome__in", ["used", "conflict"]), _negated=True),
                            ("voucher__isnull", False),
                            _connector="OR",
                        ),
                        name="offline_use_of_a_known_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_at__isnull", False), ("first_by__isnull", False), ("outcome", "conflict")),
                            models.Q(
                                models.Q(("outcome", "conflict"), _negated=True),
                                ("first_at", None),
                                ("first_by", None),
                                ("first_on", None),
                            ),
                            _connector="OR",
                        ),
                        name="offline_conflict_says_who_was_first",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderStep",
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
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="orders.order"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("placed", "Order placed"),
                            ("deposit_paid", "Deposit received"),
                            ("paid", "Payment received"),
                            ("deal_came", "What it waited for has come"),
                            ("part_shipped", "Shipped in part"),
                            ("shipped", "Shipped"),
                            ("ready", "Ready to be picked up"),
                            ("address", "Address changed"),
                            ("returned", "A parcel came back"),
                            ("delivered", "Delivered"),
                            ("extended", "Completion put off"),
                            ("completed", "Completed"),
                            ("canceled", "Canceled"),
                            ("deposit_kept", "The shop keeps the deposit"),
                            ("refunded", "Money returned"),
                        ],
                        max_length=12,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200, verbose_name="note")),
            ],
            options={
                "verbose_name": "step",
                "verbose_name_plural": "steps",
                "indexes": [models.Index(fields=["order", "id"], name="order_step_in_order")],
            },
        ),
        migrations.CreateModel(
            name="AfterSale",
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
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="afs", unique=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="after_sales",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="after_sales",
                        to="orders.orderline",
                        verbose_name="order line",
                    ),
                ),
                (
                    "shopper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="after_sales",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="shopper",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("refund", "Refund only"),
                            ("return", "Return and refund"),
                            ("exchange", "Exchange"),
                            ("repair", "Repair"),
                            ("complaint", "Complaint"),
                            ("protect", "Price protection"),
                            ("compensate", "Compensation"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("changed_mind", "I no longer want it"),
                            ("wrong_choice", "I chose the wrong kind or size"),
                            ("not_arrived", "It did not arrive, or not all of it"),
                            ("late", "It is sent too late"),
                            ("damaged", "It arrived damaged"),
                            ("defective", "It does not work"),
                            ("not_as_described", "It is not as described"),
                            ("wrong_goods", "The wrong goods arrived"),
                            ("fake", "I doubt that it is genuine"),
                            ("service", "I was treated badly"),
                            ("other", "Another reason"),
                            ("price_fell", "The price has fallen"),
                        ],
                        max_length=20,
                        verbose_name="reason",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for the shop"),
                            ("refused", "Refused by the shop"),
                            ("answered", "Answered by the shop"),
                            ("awaiting_return", "To be sent back"),
                            ("returning", "On its way back"),
                            ("inspecting", "Being inspected"),
                            ("resending", "The shop sends goods"),
                            ("resent", "Goods on their way"),
                            ("arbitration", "The mall decides"),
                            ("decided", "Decided, may be appealed"),
                            ("refunding", "Money on its way back"),
                            ("done", "Settled"),
                            ("closed", "Closed"),
                        ],
                        default="asked",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(default=0, verbose_name="quantity")),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("worth", mall.money.MoneyField(default=0, verbose_name="paid for these pieces")),
                ("asked", mall.money.MoneyField(default=0, verbose_name="refund asked for")),
                ("refund_goods", mall.money.MoneyField(default=0, verbose_name="returned for the goods")),
                ("refund_shipping", mall.money.MoneyField(default=0, verbose_name="returned of the shipping fee")),
                ("refund_duty", mall.money.MoneyField(db_default=0, default=0, verbose_name="returned of the duty")),
                ("gift_charge", mall.money.MoneyField(db_default=0, default=0, verbose_name="kept for gifts")),
                (
                    "gift_credit",
                    mall.money.MoneyField(db_default=0, default=0, verbose_name="returned of what was kept for gifts"),
                ),
                ("paid_then", mall.money.MoneyField(null=True, verbose_name="paid for them")),
                ("price_now", mall.money.MoneyField(null=True, verbose_name="what they cost now")),
                ("is_unshipped", models.BooleanField(default=False, verbose_name="before shipping")),
                (
                    "is_after_completion",
                    models.BooleanField(default=False, verbose_name="after the order was completed"),
                ),
                (
                    "replacement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.sku",
                        verbose_name="replacement",
                    ),
                ),
                ("revision_count", models.PositiveSmallIntegerField(default=0, verbose_name="revisions")),
                (
                    "return_carrier",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("sf", "SF Express"),
                            ("yto", "YTO Express"),
                            ("zto", "ZTO Express"),
                            ("sto", "STO Express"),
                            ("yunda", "Yunda Express"),
                            ("jd", "JD Logistics"),
                            ("ems", "EMS"),
                            ("dhl", "DHL Express"),
                            ("ups", "UPS"),
                            ("fedex", "FedEx"),
                            ("sandbox", "Sandbox Express"),
                            ("self", "Own delivery"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="sent back with",
                    ),
                ),
                (
                    "return_number",
                    models.CharField(
                        blank=True, default="", max_length=40, verbose_name="tracking number of the return"
                    ),
                ),
                ("sellable_count", models.PositiveIntegerField(default=0, verbose_name="inspected: sellable")),
                ("damaged_count", models.PositiveIntegerField(default=0, verbose_name="inspected: damaged")),
                (
                    "fault",
                    models.CharField(
                        blank=True,
                        choices=[("shopper", "The shopper"), ("shop", "The shop"), ("nobody", "Nobody")],
                        default="",
                        max_length=8,
                        verbose_name="whose fault",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="first answered at")),
                ("came_back_at", models.DateTimeField(null=True, verbose_name="came back at")),
                ("inspected_at", models.DateTimeField(null=True, verbose_name="inspected at")),
                ("escalated_at", models.DateTimeField(null=True, verbose_name="brought before the mall at")),
                ("evidence_until", models.DateTimeField(null=True, verbose_name="evidence until")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="money owed since")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                ("due_at", models.DateTimeField(null=True, verbose_name="the clock acts at")),
            ],
            options={
                "verbose_name": "after-sale",
                "verbose_name_plural": "after-sales",
                "permissions": [("decide_aftersale", "Can decide after-sales")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at", "id"], name="after_sale_due"
                    ),
                    models.Index(fields=["shop", "opened_at", "id"], name="after_sale_of_shop"),
                    models.Index(fields=["shop", "status", "opened_at", "id"], name="after_sale_of_shop_by_status"),
                    models.Index(fields=["shop", "due_at", "id"], name="after_sale_of_shop_by_clock"),
                    models.Index(fields=["shopper", "-id"], name="after_sale_of_shopper"),
                    models.Index(
                        condition=models.Q(("status", "arbitration")),
                        fields=["escalated_at"],
                        name="after_sale_to_decide",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "complaint"), ("line", None), ("quantity", 0)),
                            models.Q(
                                models.Q(("kind", "complaint"), _negated=True),
                                ("line__isnull", False),
                                ("quantity__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="after_sale_of_a_line_or_a_complaint",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked__gte", 0),
                            ("refund_duty__gte", 0),
                            ("refund_goods__gte", 0),
                            ("refund_shipping__gte", 0),
                            ("gift_charge__gte", 0),
                            ("gift_credit__gte", 0),
                            ("asked__lte", models.F("worth")),
                            (
                                "worth__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("refund_goods"), "+", models.F("gift_charge")
                                ),
                            ),
                        ),
                        name="after_sale_refunds_at_most_what_was_paid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("gift_charge", 0),
                                ("gift_credit", 0),
                                ("refund_duty", 0),
                                ("refund_goods", 0),
                                ("refund_shipping", 0),
                            ),
                            models.Q(("kind", "complaint"), _negated=True),
                            _connector="OR",
                        ),
                        name="after_sale_complaint_moves_no_money",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "asked",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("paid_then"), "-", models.F("price_now")
                                    ),
                                ),
                                ("kind", "protect"),
                            ),
                            models.Q(
                                models.Q(("kind", "protect"), _negated=True), ("paid_then", None), ("price_now", None)
                            ),
                            _connector="OR",
                        ),
                        name="after_sale_price_difference_adds_up",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "protect")),
                        fields=("line", "quantity", "price_now"),
                        name="after_sale_price_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("revision_count__lte", 3)), name="after_sale_revised_at_most_three_times"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "quantity__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("sellable_count"), "+", models.F("damaged_count")
                                ),
                            )
                        ),
                        name="after_sale_inspected_what_came",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_at", None), ("ended_at__isnull", False), ("status__in", ["done", "closed"])),
                            models.Q(models.Q(("status__in", ["done", "closed"]), _negated=True), ("ended_at", None)),
                            _connector="OR",
                        ),
                        name="after_sale_ended_has_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_at__isnull", False),
                            models.Q(
                                models.Q(("status", "refunding"), _negated=True),
                                ("gift_charge", 0),
                                ("gift_credit", 0),
                                ("refund_duty", 0),
                                ("refund_goods", 0),
                                ("refund_shipping", 0),
                            ),
                            _connector="OR",
                        ),
                        name="after_sale_money_has_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseGift",
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
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gifts",
                        to="orders.aftersale",
                        verbose_name="after-sale",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.orderline",
                        verbose_name="order line",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("sellable_count", models.PositiveIntegerField(default=0, verbose_name="inspected: sellable")),
                ("damaged_count", models.PositiveIntegerField(default=0, verbose_name="inspected: damaged")),
            ],
            options={
                "verbose_name": "gift of an after-sale",
                "verbose_name_plural": "gifts of after-sales",
                "constraints": [
                    models.UniqueConstraint(fields=("case", "line"), name="case_gift_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gt", 0),
                            (
                                "quantity__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("sellable_count"), "+", models.F("damaged_count")
                                ),
                            ),
                        ),
                        name="case_gift_inspected_what_came",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditedLine",
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
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="orders.aftersale",
                        verbose_name="after-sale",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.orderline",
                        verbose_name="order line",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "credited line",
                "verbose_name_plural": "credited lines",
                "constraints": [
                    models.UniqueConstraint(fields=("case", "line"), name="credited_line_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="credited_line_amount_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AfterSaleNote",
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
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="orders.aftersale",
                        verbose_name="after-sale",
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("shopper", "Shopper"), ("shop", "Shop"), ("mall", "Mall"), ("clock", "By itself")],
                        max_length=8,
                        verbose_name="side",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "did",
                    models.CharField(
                        choices=[
                            ("opened", "Asked"),
                            ("revised", "Changed the request"),
                            ("said", "Wrote"),
                            ("evidence", "Showed evidence"),
                            ("agreed", "Agreed"),
                            ("refused", "Refused"),
                            ("answered", "Answered the complaint"),
                            ("sent_back", "Sent the goods back"),
                            ("came_back", "The goods came back"),
                            ("inspected", "Inspected the goods"),
                            ("rejected", "Did not accept what came back"),
                            ("counted", "Counted what came back"),
                            ("resent", "Sent goods"),
                            ("undelivered", "What was sent came back"),
                            ("gave_money", "Returns the money instead"),
                            ("received", "Received the goods"),
                            ("escalated", "Asked the mall to decide"),
                            ("decided", "Decided"),
                            ("appealed", "Appealed"),
                            ("executed", "The decision is carried out"),
                            ("refunded", "The money went back"),
                            ("solved", "Is content"),
                            ("closed", "Closed the case"),
                            ("protected", "The difference goes back"),
                            ("compensated", "Pays a compensation"),
                            ("restocked", "Counted the replacement that came back"),
                        ],
                        max_length=12,
                        verbose_name="what",
                    ),
                ),
                ("text", models.CharField(blank=True, default="", max_length=1000, verbose_name="words")),
                ("files", models.JSONField(default=list, verbose_name="files")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "entry of an after-sale",
                "verbose_name_plural": "entries of after-sales",
                "indexes": [models.Index(fields=["case", "id"], name="after_sale_note_in_case")],
            },
        ),
        migrations.CreateModel(
            name="Verdict",
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
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verdicts",
                        to="orders.aftersale",
                        verbose_name="after-sale",
                    ),
                ),
                (
                    "round",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "First decision"), (2, "Decision of the appeal")], verbose_name="round"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "earlier_officer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="first decided by",
                    ),
                ),
                (
                    "liability_percent",
                    models.PositiveSmallIntegerField(verbose_name="the shop's part of the fault, in percent"),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("refund", mall.money.MoneyField(default=0, verbose_name="returned for the goods")),
                ("needs_return", models.BooleanField(default=False, verbose_name="the goods go back")),
                (
                    "shipping_payer",
                    models.CharField(
                        choices=[("shopper", "The shopper"), ("shop", "The shop")],
                        max_length=8,
                        verbose_name="who pays the shipping",
                    ),
                ),
                ("reason", models.CharField(max_length=1000, verbose_name="reason")),
                ("decided_at", models.DateTimeField(verbose_name="decided at")),
                ("appealed_at", models.DateTimeField(null=True, verbose_name="appealed at")),
                (
                    "appealed_side",
                    models.CharField(
                        blank=True,
                        choices=[("shopper", "Shopper"), ("shop", "Shop"), ("mall", "Mall"), ("clock", "By itself")],
                        default="",
                        max_length=8,
                        verbose_name="appealed by",
                    ),
                ),
                ("executed_at", models.DateTimeField(null=True, verbose_name="carried out at")),
            ],
            options={
                "verbose_name": "verdict",
                "verbose_name_plural": "verdicts",
                "constraints": [
                    models.UniqueConstraint(fields=("case", "round"), name="verdict_once_per_round"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("earlier_officer", None), ("round", 1)),
                            models.Q(
                                ("appealed_at", None),
                                ("earlier_officer__isnull", False),
                                ("round", 2),
                                models.Q(("officer", models.F("earlier_officer")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="verdict_appeal_by_another_officer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("liability_percent__lte", 100), ("refund__gte", 0)),
                        name="verdict_amounts_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("appealed_at", None), ("executed_at", None), _connector="OR"),
                        name="verdict_appealed_is_not_executed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Parcel",
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
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="pcl", unique=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parcels",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "after_sale",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parcels",
                        to="orders.aftersale",
                        verbose_name="after-sale",
                    ),
                ),
                (
                    "carrier",
                    models.CharField(
                        choices=[
                            ("sf", "SF Express"),
                            ("yto", "YTO Express"),
                            ("zto", "ZTO Express"),
                            ("sto", "STO Express"),
                            ("yunda", "Yunda Express"),
                            ("jd", "JD Logistics"),
                            ("ems", "EMS"),
                            ("dhl", "DHL Express"),
                            ("ups", "UPS"),
                            ("fedex", "FedEx"),
                            ("sandbox", "Sandbox Express"),
                            ("self", "Own delivery"),
                        ],
                        max_length=8,
                        verbose_name="carrier",
                    ),
                ),
                ("tracking_number", models.CharField(max_length=40, verbose_name="tracking number")),
                ("shipped_at", models.DateTimeField(verbose_name="shipped at")),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="delivered at")),
                ("expected_on", models.DateField(null=True, verbose_name="expected on")),
                (
                    "from_city",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=40, verbose_name="sent from (city)"
                    ),
                ),
                (
                    "from_province",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=40, verbose_name="sent from (province)"
                    ),
                ),
                ("look_at", models.DateTimeField(null=True, verbose_name="the carrier is asked again at")),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="orders.parcel",
                        verbose_name="sent again instead of",
                    ),
                ),
                ("returned_at", models.DateTimeField(null=True, verbose_name="came back at")),
            ],
            options={
                "verbose_name": "parcel",
                "verbose_name_plural": "parcels",
                "constraints": [
                    models.UniqueConstraint(fields=("carrier", "tracking_number"), name="parcel_tracking_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("delivered_at", None), ("returned_at", None), _connector="OR"),
                        name="parcel_arrives_or_comes_back",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("replaces", models.F("id")), _negated=True), name="parcel_replaces_another"
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("look_at__isnull", False)), fields=["look_at"], name="parcel_to_look_at"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Purse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="pur", unique=True)),
                (
                    "shopper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purse",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="shopper",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("balance", mall.money.MoneyField(db_default=0, default=0, verbose_name="balance")),
                ("takes_refunds", models.BooleanField(db_default=False, default=False, verbose_name="takes refunds")),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
            ],
            options={
                "verbose_name": "shopper's balance",
                "verbose_name_plural": "shoppers' balances",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("balance__gte", 0)), name="purse_never_below_zero")
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="pay", unique=True)),
                (
                    "group",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="orders.ordergroup",
                        verbose_name="order group",
                    ),
                ),
                (
                    "purse",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="orders.purse",
                        verbose_name="shopper's balance",
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("whole", "All of it"),
                            ("deposit", "The deposit"),
                            ("balance", "The rest"),
                            ("top_up", "Top-up of a balance"),
                        ],
                        db_default="whole",
                        default="whole",
                        max_length=8,
                        verbose_name="part",
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
                    models.CharField(blank=True, default="", max_length=128, verbose_name="channel's reference"),
                ),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("succeeded_at", models.DateTimeField(null=True, verbose_name="succeeded at")),
                ("asked_at", models.DateTimeField(null=True, verbose_name="last asked about at")),
                ("is_late", models.BooleanField(default=False, verbose_name="came too late")),
                ("payer_mark", models.CharField(blank=True, db_default="", default="", max_length=32)),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "permissions": [("ask_payment", "Can ask the channel about payments")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "pending")), fields=["started_at"], name="payment_waiting"
                    ),
                    BrinIndex(autosummarize=True, fields=["started_at"], name="payment_started"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "succeeded"), ("succeeded_at__isnull", False)),
                            models.Q(("status", "succeeded"), _negated=True),
                            _connector="OR",
                        ),
                        name="payment_succeeded_has_a_moment",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_late", False), ("status", "succeeded")),
                        fields=("group", "part"),
                        name="payment_one_success_per_part",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("group", None), ("is_late", False), ("part", "top_up"), ("purse__isnull", False)),
                            models.Q(
                                models.Q(("part", "top_up"), _negated=True), ("group__isnull", False), ("purse", None)
                            ),
                            _connector="OR",
                        ),
                        name="payment_of_a_group_or_a_top_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=20, verbose_name="channel")),
                ("notice_id", models.CharField(max_length=64, verbose_name="channel's message id")),
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="orders.payment",
                        verbose_name="payment",
                    ),
                ),
                ("body", models.JSONField(verbose_name="content")),
                ("outcome", models.CharField(max_length=40, verbose_name="outcome")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
            ],
            options={
                "verbose_name": "payment notice",
                "verbose_name_plural": "payment notices",
                "constraints": [models.UniqueConstraint(fields=("channel", "notice_id"), name="payment_notice_once")],
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="ref", unique=True)),
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="orders.payment",
                        verbose_name="payment",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "after_sale",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="orders.aftersale",
                        verbose_name="after-sale",
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
                ("duty", mall.money.MoneyField(db_default=0, default=0, verbose_name="of this duty")),
                ("to_cards", mall.money.MoneyField(db_default=0, default=0, verbose_name="of this on gift cards")),
                (
                    "from_deposit",
                    mall.money.MoneyField(
                        db_default=0, default=0, verbose_name="of this through the payment of the deposit"
                    ),
                ),
                (
                    "to_balance",
                    mall.money.MoneyField(db_default=0, default=0, verbose_name="of this on the balance"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("tried_at", models.DateTimeField(null=True, verbose_name="last tried at")),
                ("refunded_at", models.DateTimeField(null=True, verbose_name="returned at")),
            ],
            options={
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
                "permissions": [
                    ("retry_refund", "Can send refunds again"),
                    ("refund_to_balance", "Can put refunds on balances"),
                ],
                "indexes": [
                    models.Index(condition=models.Q(("status", "asked")), fields=["asked_at"], name="refund_asked")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("order__isnull", False)),
                        fields=("order", "after_sale"),
                        name="refund_once_per_case",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("order", None)), fields=("payment",), name="refund_of_a_late_payment_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payment__isnull", False), ("to_cards", 0)),
                            models.Q(
                                ("order__isnull", False),
                                ("to_cards__gt", 0),
                                ("to_cards__lte", models.F("amount")),
                                models.Q(("payment__isnull", False), ("to_cards", models.F("amount")), _connector="OR"),
                            ),
                            _connector="OR",
                        ),
                        name="refund_to_cards_is_part_of_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_deposit", 0),
                            models.Q(
                                ("from_deposit__gt", 0),
                                ("from_deposit__lt", models.F("amount")),
                                ("order__isnull", False),
                                ("to_cards", 0),
                            ),
                            _connector="OR",
                        ),
                        name="refund_from_deposit_is_part_of_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_balance__gte", 0),
                            (
                                "to_balance__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("amount"), "-", models.F("to_cards")
                                ),
                            ),
                        ),
                        name="refund_to_balance_is_part_of_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("after_sale", None), ("order__isnull", False), _connector="OR"),
                        name="refund_of_a_case_names_its_order",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="refund_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("duty__gte", 0), ("duty__lte", models.F("amount"))),
                        name="refund_duty_is_part_of_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "asked"), ("refunded_at__isnull", False), _connector="OR"),
                        name="refund_returned_has_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurseMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purse",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="orders.purse",
                        verbose_name="shopper's balance",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("topped_up", "Topped up"), ("spent", "Spent"), ("refunded", "Refund")],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purse_moves",
                        to="orders.payment",
                        verbose_name="payment",
                    ),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purse_moves",
                        to="orders.refund",
                        verbose_name="refund",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
                ("left", mall.money.MoneyField(verbose_name="balance after it")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "move of a balance",
                "verbose_name_plural": "moves of balances",
                "indexes": [models.Index(fields=["purse", "-id"], include=("amount",), name="purse_move_of_purse")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("refund", None)), fields=("payment",), name="purse_move_once_per_payment"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("refund__isnull", False)),
                        fields=("refund",),
                        name="purse_move_once_per_refund",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount__gt", 0), ("kind", "topped_up"), ("payment__isnull", False), ("refund", None)
                            ),
                            models.Q(
                                ("amount__lt", 0), ("kind", "spent"), ("payment__isnull", False), ("refund", None)
                            ),
                            models.Q(
                                ("amount__gt", 0), ("kind", "refunded"), ("payment", None), ("refund__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="purse_move_goes_its_way",
                    ),
                    models.CheckConstraint(condition=models.Q(("left__gte", 0)), name="purse_move_never_below_zero"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfer",
                        to="orders.payment",
                        verbose_name="payment",
                    ),
                ),
                ("reference", models.CharField(max_length=12, unique=True, verbose_name="reference to quote")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
            ],
            options={
                "verbose_name": "bank transfer",
                "verbose_name_plural": "bank transfers",
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="bst", unique=True)),
                ("name", models.CharField(max_length=100, verbose_name="file name")),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uploaded by",
                    ),
                ),
                ("read_at", models.DateTimeField(verbose_name="read at")),
                ("lines_count", models.PositiveIntegerField(verbose_name="lines")),
                ("fresh_count", models.PositiveIntegerField(verbose_name="of these new")),
                ("paid_count", models.PositiveIntegerField(verbose_name="of these paid at once")),
            ],
            options={
                "verbose_name": "statement of the custodian",
                "verbose_name_plural": "statements of the custodian",
            },
        ),
        migrations.CreateModel(
            name="BankLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="bln", unique=True)),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="orders.bankstatement",
                        verbose_name="statement of the custodian",
                    ),
                ),
                ("bank_reference", models.CharField(max_length=64, unique=True, verbose_name="bank's number")),
                ("booked_at", models.DateTimeField(verbose_name="booked by the bank at")),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
                ("payer_name", mall.crypto.EncryptedTextField(blank=True, default="", verbose_name="payer")),
                (
                    "payer_account",
                    mall.crypto.EncryptedTextField(blank=True, default="", verbose_name="payer's account"),
                ),
                ("remark", models.CharField(blank=True, default="", max_length=300, verbose_name="remark")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("exact", "The amount that was owed"),
                            ("under", "Too little"),
                            ("over", "Too much"),
                            ("unknown", "Quotes no payment"),
                            ("late", "Nothing is owed any more"),
                        ],
                        max_length=8,
                        verbose_name="how it fits",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("proposed", "Waiting for the second person"), ("done", "Done")],
                        default="open",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_lines",
                        to="orders.payment",
                        verbose_name="payment",
                    ),
                ),
                ("was_open", models.BooleanField(default=True, verbose_name="was not counted at once")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("match", "Pays the payment"), ("return", "Goes back to the sender")],
                        default="",
                        max_length=6,
                        verbose_name="what becomes of it",
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200, verbose_name="reason")),
                ("used", mall.money.MoneyField(default=0, verbose_name="paid with it")),
                ("back", mall.money.MoneyField(default=0, verbose_name="sent back of it")),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                ("read_at", models.DateTimeField(verbose_name="read at")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done at")),
            ],
            options={
                "verbose_name": "transfer that came",
                "verbose_name_plural": "transfers that came",
                "permissions": [
                    ("read_statement", "Can upload statements of the custodian"),
                    ("decide_bankline", "Can decide about transfers that came"),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "done"), _negated=True), fields=["read_at"], name="bank_line_open"
                    ),
                    models.Index(condition=models.Q(("status", "done")), fields=["done_at"], name="bank_line_done"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="bank_line_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("back__gte", 0),
                                ("done_at__isnull", False),
                                ("status", "done"),
                                ("used__gte", 0),
                                (
                                    "amount",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("used"), "+", models.F("back")
                                    ),
                                ),
                                models.Q(("used", 0), ("payment__isnull", False), _connector="OR"),
                            ),
                            models.Q(
                                models.Q(("status", "done"), _negated=True), ("back", 0), ("done_at", None), ("used", 0)
                            ),
                            _connector="OR",
                        ),
                        name="bank_line_done_is_paid_or_sent_back",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("back", 0), ("was_open", False), ("why", "exact")),
                            models.Q(("status", "done"), _negated=True),
                            models.Q(("back", 0), ("decided_by", None), ("why", "under")),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("proposed_by__isnull", False),
                                models.Q(("proposed_by", models.F("decided_by")), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="bank_line_decided_by_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SentBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=40, unique=True, verbose_name="for")),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_back",
                        to="orders.bankline",
                        verbose_name="transfer that came",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sent by",
                    ),
                ),
                (
                    "bank_reference",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="bank's number"),
                ),
            ],
            options={
                "verbose_name": "transfer back",
                "verbose_name_plural": "transfers back",
                "permissions": [("send_back", "Can note transfers back")],
                "indexes": [
                    models.Index(condition=models.Q(("sent_at", None)), fields=["asked_at"], name="sent_back_waits")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="sent_back_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bank_reference", ""), ("sent_at", None)),
                            models.Q(("sent_at__isnull", False), models.Q(("bank_reference", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="sent_back_with_the_banks_number",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SandboxTransfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bank_reference", models.CharField(max_length=64, unique=True)),
                ("is_out", models.BooleanField(default=False)),
                ("amount_minor", models.BigIntegerField()),
                ("payer_name", models.CharField(blank=True, default="", max_length=200)),
                ("payer_account", models.CharField(blank=True, default="", max_length=40)),
                ("remark", models.CharField(blank=True, default="", max_length=300)),
                ("merchant_reference", models.CharField(max_length=40, null=True, unique=True)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CardTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tried_at", models.DateTimeField(verbose_name="tried at")),
                ("was_right", models.BooleanField(default=False, verbose_name="was right")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "code that was typed",
                "verbose_name_plural": "codes that were typed",
                "indexes": [
                    models.Index(
                        condition=models.Q(("was_right", False)), fields=["person", "tried_at"], name="card_try_lately"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GiftCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="gft", unique=True)),
                ("number", models.CharField(max_length=16, unique=True, verbose_name="card number")),
                ("code", mall.crypto.EncryptedTextField(verbose_name="card code")),
                ("code_index", mall.crypto.BlindIndexField(db_index=False, source="code", unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Can be spent"), ("void", "Given back")],
                        default="active",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("face", mall.money.MoneyField(verbose_name="face value")),
                ("balance", mall.money.MoneyField(verbose_name="balance")),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                ("bound_at", models.DateTimeField(null=True, verbose_name="bound at")),
                ("voided_at", models.DateTimeField(null=True, verbose_name="given back at")),
                (
                    "held_for",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gift_cards",
                        to="orders.aftersale",
                        verbose_name="given back with",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gift_cards",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cardholder",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gift_cards",
                        to="orders.orderline",
                        verbose_name="order line",
                    ),
                ),
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
                "verbose_name": "gift card",
                "verbose_name_plural": "gift cards",
                "indexes": [
                    models.Index(fields=["shop", "issued_at", "id"], name="gift_card_of_shop"),
                    models.Index(fields=["shop", "balance", "id"], name="gift_card_of_shop_by_money"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("face__gte", 100), ("face__lte", 100000)),
                        name="gift_card_face_within_the_rules",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("balance__gte", 0), ("balance__lte", models.F("face"))),
                        name="gift_card_balance_within_face",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bound_at", None), ("holder", None)),
                            models.Q(("bound_at__isnull", False), ("holder__isnull", False)),
                            _connector="OR",
                        ),
                        name="gift_card_bound_to_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("balance", models.F("face")), ("holder", None)),
                            ("holder__isnull", False),
                            ("status", "void"),
                            _connector="OR",
                        ),
                        name="gift_card_spent_by_its_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "active"), ("voided_at", None)),
                            models.Q(
                                ("balance", 0),
                                ("held_for__isnull", False),
                                ("holder", None),
                                ("status", "void"),
                                ("voided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="gift_card_void_holds_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("held_for", None), ("holder", None), _connector="OR"),
                        name="gift_card_given_back_is_nobodys",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GiftCardMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("issued", "Issued"),
                            ("spent", "Spent"),
                            ("given_back", "Came back"),
                            ("voided", "Given back to the shop"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="orders.giftcard",
                        verbose_name="gift card",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="card_moves",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
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
                "verbose_name": "move of a gift card",
                "verbose_name_plural": "moves of gift cards",
                "indexes": [models.Index(fields=["card", "id"], name="gift_card_move_of_card")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "given_back"), _negated=True),
                        fields=("card", "kind", "order"),
                        name="gift_card_moved_once_per_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("kind__in", ["issued", "given_back"])),
                            models.Q(("amount__lt", 0), ("kind__in", ["spent", "voided"])),
                            _connector="OR",
                        ),
                        name="gift_card_move_goes_its_way",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SandboxTrade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.UUIDField(unique=True)),
                ("merchant_reference", models.CharField(max_length=40, unique=True)),
                ("subject", models.CharField(max_length=120)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("paid", "Paid"), ("failed", "Failed"), ("closed", "Closed")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("notify_url", models.URLField()),
                ("return_url", models.URLField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("settles_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("payer", models.CharField(blank=True, db_default="", default="", max_length=40)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("settles_at__isnull", False), ("status", "waiting")),
                        fields=["settles_at"],
                        name="sandbox_trade_on_its_way",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="sandbox_trade_positive")
                ],
            },
        ),
        migrations.CreateModel(
            name="SandboxRefund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "trade",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="orders.sandboxtrade"
                    ),
                ),
                ("merchant_reference", models.CharField(max_length=40, unique=True)),
                ("amount_minor", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="GoodsStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "why",
                    models.CharField(
                        choices=[("complaints", "Complaints"), ("returns", "Returns")],
                        max_length=10,
                        verbose_name="because of",
                    ),
                ),
                ("orders", models.PositiveIntegerField(verbose_name="orders")),
                ("cases", models.PositiveIntegerField(verbose_name="of them with a case")),
                ("most_bps", models.PositiveIntegerField(verbose_name="limit (0.01 %)")),
                ("days", models.PositiveSmallIntegerField(verbose_name="days looked at")),
                ("stopped_at", models.DateTimeField(verbose_name="stopped at")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
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
                "verbose_name": "product stopped by its figures",
                "verbose_name_plural": "products stopped by their figures",
                "indexes": [models.Index(fields=["product", "-stopped_at"], name="goods_stop_of_product")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cases__lte", models.F("orders")), ("cases__gt", 0)),
                        name="goods_stop_cases_are_of_orders",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SandboxNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "trade",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="orders.sandboxtrade"
                    ),
                ),
                ("notice_id", models.CharField(max_length=40, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("paid", "Paid"), ("failed", "Failed"), ("closed", "Closed")],
                        max_length=10,
                    ),
                ),
                ("copies", models.PositiveSmallIntegerField(default=1)),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("sent_at", None)), fields=["due_at"], name="sandbox_notice_due")
                ],
            },
        ),
        migrations.CreateModel(
            name="Bill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="bil", unique=True)),
                ("channel", models.CharField(max_length=20, verbose_name="channel")),
                ("day", models.DateField(verbose_name="day")),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "Not there yet"), ("compared", "Compared")],
                        default="waiting",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("lines", models.PositiveIntegerField(default=0, verbose_name="lines")),
                ("differing", models.PositiveIntegerField(default=0, verbose_name="differences found")),
                ("tried_at", models.DateTimeField(null=True, verbose_name="last tried at")),
                (
                    "trouble",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="why it is not there"),
                ),
                ("compared_at", models.DateTimeField(null=True, verbose_name="compared at")),
            ],
            options={
                "verbose_name": "channel's bill",
                "verbose_name_plural": "channels' bills",
                "permissions": [("fetch_bill", "Can fetch channels' bills")],
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "day"), name="bill_once_per_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("compared_at", None), ("status", "waiting")),
                            models.Q(("compared_at__isnull", False), ("status", "compared")),
                            _connector="OR",
                        ),
                        name="bill_compared_has_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="dif", unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("missing_here", "On the bill, unknown here"),
                            ("missing_there", "In our books, not on the bill"),
                            ("duplicate", "Twice on bills"),
                            ("currency", "Another currency"),
                            ("amount", "Another amount"),
                            ("status", "Ended otherwise"),
                            ("late", "On the bill of another day"),
                            ("fee", "Another fee than agreed"),
                        ],
                        max_length=13,
                        verbose_name="kind",
                    ),
                ),
                ("movement", models.CharField(max_length=7, verbose_name="movement")),
                ("reference", models.CharField(blank=True, default="", max_length=64, verbose_name="our number")),
                (
                    "provider_reference",
                    models.CharField(blank=True, default="", max_length=128, verbose_name="channel's reference"),
                ),
                (
                    "currency",
                    mall.money.CurrencyField(blank=True, default="CNY", max_length=3, verbose_name="our currency"),
                ),
                ("amount_here", mall.money.MoneyField(null=True, verbose_name="in our books")),
                ("status_here", models.CharField(blank=True, default="", max_length=8, verbose_name="status here")),
                (
                    "currency_there",
                    models.CharField(blank=True, default="", max_length=3, verbose_name="the bill's currency"),
                ),
                ("amount_there", models.BigIntegerField(null=True, verbose_name="on the bill, in its smallest unit")),
                ("fee_there", models.BigIntegerField(null=True, verbose_name="fee on the bill, in its smallest unit")),
                ("status_there", models.CharField(blank=True, default="", max_length=8, verbose_name="status there")),
                ("happened_at", models.DateTimeField(null=True, verbose_name="happened at")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("proposed", "Waiting for the second person"),
                            ("resolved", "Resolved"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "resolution",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("explained", "Explained: nothing is owed"),
                            ("corrected_here", "Corrected in our books"),
                            ("corrected_there", "Corrected by the channel"),
                            ("written_off", "Written off"),
                            ("by_itself", "Came right by itself"),
                        ],
                        default="",
                        max_length=15,
                        verbose_name="what came of it",
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=500, verbose_name="reason")),
                ("found_at", models.DateTimeField(verbose_name="found at")),
                ("resolved_at", models.DateTimeField(null=True, verbose_name="resolved at")),
                (
                    "assigned_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="looked into by",
                    ),
                ),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="orders.bill",
                        verbose_name="bill",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="resolved by",
                    ),
                ),
            ],
            options={
                "verbose_name": "difference to a bill",
                "verbose_name_plural": "differences to bills",
                "permissions": [("resolve_difference", "Can resolve differences to bills")],
            },
        ),
        migrations.CreateModel(
            name="DifferenceNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("text", models.CharField(max_length=1000, verbose_name="note")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "difference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="orders.difference",
                        verbose_name="difference",
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
            },
        ),
        migrations.CreateModel(
            name="BilledMovement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=20)),
                ("reference", models.CharField(max_length=64)),
                (
                    "bill",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="orders.bill",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("channel", "reference"), name="billed_movement_once")],
            },
        ),
        migrations.CreateModel(
            name="ParcelLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="in_parcels",
                        to="orders.orderline",
                        verbose_name="order line",
                    ),
                ),
                (
                    "parcel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="orders.parcel",
                        verbose_name="parcel",
                    ),
                ),
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
                "verbose_name": "line of a parcel",
                "verbose_name_plural": "lines of parcels",
                "constraints": [
                    models.UniqueConstraint(fields=("parcel", "line"), name="parcel_line_once"),
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="parcel_line_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ParcelScan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, verbose_name="the carrier's key")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("collected", "Collected"),
                            ("on_the_way", "On its way"),
                            ("out", "Out for delivery"),
                            ("signed", "Signed for"),
                            ("trouble", "Held up"),
                            ("going_back", "On its way back"),
                            ("back", "Back with the sender"),
                        ],
                        max_length=12,
                        verbose_name="what",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", ""),
                            ("nobody_home", "Nobody was there to take it"),
                            ("weather", "The weather holds it up"),
                            ("address", "The address could not be found"),
                            ("refused", "It was not accepted"),
                        ],
                        db_default="",
                        default="",
                        max_length=12,
                        verbose_name="why",
                    ),
                ),
                ("place", models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="where")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("noted_at", models.DateTimeField(verbose_name="noted at")),
                (
                    "parcel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scans",
                        to="orders.parcel",
                        verbose_name="parcel",
                    ),
                ),
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
                "verbose_name": "scan of a parcel",
                "verbose_name_plural": "scans of parcels",
                "constraints": [models.UniqueConstraint(fields=("parcel", "key"), name="parcel_scan_once")],
            },
        ),
        migrations.CreateModel(
            name="AddressChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="adc", unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("done", "Changed"),
                            ("refused", "Refused"),
                            ("lapsed", "Came too late"),
                        ],
                        default="asked",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("consignee", mall.crypto.EncryptedTextField(verbose_name="consignee")),
                ("phone", mall.crypto.EncryptedTextField(verbose_name="phone")),
                ("city", models.CharField(max_length=40, verbose_name="city")),
                ("district", models.CharField(blank=True, default="", max_length=40, verbose_name="district")),
                ("address_line", mall.crypto.EncryptedTextField(verbose_name="street and number")),
                ("former_consignee", mall.crypto.EncryptedTextField(verbose_name="consignee before")),
                ("former_phone", mall.crypto.EncryptedTextField(verbose_name="phone before")),
                ("former_city", models.CharField(max_length=40, verbose_name="city before")),
                (
                    "former_district",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="district before"),
                ),
                ("former_address_line", mall.crypto.EncryptedTextField(verbose_name="street and number before")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered at")),
                ("answer", models.CharField(blank=True, default="", max_length=200, verbose_name="what the shop says")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="address_changes",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
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
                "verbose_name": "change of an address",
                "verbose_name_plural": "changes of addresses",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("order",),
                        name="address_change_one_open_per_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("status", "asked")),
                            models.Q(models.Q(("status", "asked"), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="address_change_answered_has_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="pty", unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("brand", "Brand"),
                            ("supplier", "Supplier"),
                            ("carrier", "Carrier"),
                            ("promoter", "Promoter"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As it is registered: its bank account is held under this name.",
                        max_length=120,
                        verbose_name="name",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parties",
                        to="merchants.shop",
                        verbose_name="party of",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("ended", "Ended")],
                        default="active",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="entered at")),
            ],
            options={
                "verbose_name": "party",
                "verbose_name_plural": "parties",
                "permissions": [
                    ("propose_party", "Can enter parties and propose their rules"),
                    ("confirm_party", "Can confirm rules of parties"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "kind", "name"), name="party_once", nulls_distinct=False),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="party_has_a_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartyRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="ptr", unique=True)),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="orders.party",
                        verbose_name="party",
                    ),
                ),
                ("name", mall.texts.TextField(default=mall.texts.Text, verbose_name="name")),
            ],
            options={
                "verbose_name": "rule of a party",
                "verbose_name_plural": "rules of parties",
            },
        ),
        migrations.CreateModel(
            name="PartyRuleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="ptv", unique=True)),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="orders.partyrule",
                        verbose_name="rule",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for the second person"),
                            ("confirmed", "Confirmed"),
                            ("discarded", "Discarded"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("is_end", models.BooleanField(default=False, verbose_name="ends the rule")),
                ("position", models.PositiveIntegerField(default=100, verbose_name="place")),
                (
                    "base",
                    models.CharField(
                        choices=[
                            ("paid", "what was paid for the goods"),
                            ("rest", "what the commission leaves of it"),
                            ("freight", "what was paid for delivery"),
                            ("commission", "the commission"),
                        ],
                        default="paid",
                        max_length=10,
                        verbose_name="taken of",
                    ),
                ),
                (
                    "bearer",
                    models.CharField(
                        choices=[("shop", "the shop, out of its share"), ("mall", "the mall, out of its commission")],
                        default="shop",
                        max_length=4,
                        verbose_name="paid by",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "sku",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.sku",
                        verbose_name="SKU",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        blank=True,
                        help_text="Of a party of the mall's; all shops when left empty.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.shop",
                        verbose_name="offered to",
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[("head", "Head"), ("waist", "Waist"), ("tail", "Tail")],
                        default="",
                        max_length=5,
                        verbose_name="tier of the shop",
                    ),
                ),
                ("campaign", models.CharField(blank=True, default="", max_length=24, verbose_name="campaign")),
                (
                    "campaign_name",
                    mall.texts.TextField(blank=True, default=mall.texts.Text, verbose_name="name of the campaign"),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("bps", models.PositiveIntegerField(blank=True, null=True, verbose_name="rate in basis points")),
                ("ladder", models.JSONField(blank=True, null=True, verbose_name="ladder")),
                ("fixed", mall.money.MoneyField(blank=True, null=True, verbose_name="for each piece")),
                ("floor", mall.money.MoneyField(blank=True, null=True, verbose_name="at least, for a line")),
                ("cap", mall.money.MoneyField(blank=True, null=True, verbose_name="at most, for a line")),
                ("effective_at", models.DateTimeField(verbose_name="from")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                ("is_of_shop", models.BooleanField(default=False, verbose_name="of a shop's own party")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
            ],
            options={
                "verbose_name": "version of a party's rule",
                "verbose_name_plural": "versions of parties' rules",
                "constraints": [
                    models.UniqueConstraint(fields=("rule", "number"), name="party_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "proposed")),
                        fields=("rule",),
                        name="party_version_proposed_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("bps", None),
                                ("cap", None),
                                ("fixed", None),
                                ("floor", None),
                                ("is_end", True),
                                ("ladder__isnull", True),
                            ),
                            models.Q(
                                ("is_end", False),
                                models.Q(
                                    ("bps__isnull", False),
                                    ("ladder__isnull", False),
                                    ("fixed__isnull", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="party_version_says_how_much",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bps", None), ("ladder__isnull", True), _connector="OR"),
                            models.Q(("bps", None), ("bps__lte", 10000), _connector="OR"),
                        ),
                        name="party_version_one_rate_at_most_all",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fixed", None), ("fixed__gte", 0), _connector="OR"),
                            models.Q(("floor", None), ("floor__gte", 0), _connector="OR"),
                            models.Q(("cap", None), ("cap__gte", 0), _connector="OR"),
                            models.Q(("floor", None), ("cap", None), ("floor__lte", models.F("cap")), _connector="OR"),
                        ),
                        name="party_version_bounds_fit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("base", "freight"), _negated=True),
                            models.Q(
                                ("brand", None), ("campaign", ""), ("category", None), ("product", None), ("sku", None)
                            ),
                            _connector="OR",
                        ),
                        name="party_version_freight_is_of_no_goods",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bearer", "shop"), models.Q(("base", "commission"), _negated=True)),
                            models.Q(
                                ("bearer", "mall"),
                                ("is_of_shop", False),
                                models.Q(("base", "freight"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="party_version_paid_out_of_what_there_is",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("status", "proposed")),
                            models.Q(
                                models.Q(("status", "proposed"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="party_version_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "confirmed"), _negated=True),
                            ("is_of_shop", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="party_version_confirmed_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartyAgreement",
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
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="orders.partyruleversion",
                        verbose_name="version of the rule",
                    ),
                ),
                (
                    "agreed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="agreed by",
                    ),
                ),
                ("agreed_at", models.DateTimeField(verbose_name="agreed at")),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ended by",
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
            ],
            options={
                "verbose_name": "agreement of a shop",
                "verbose_name_plural": "agreements of shops",
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["shop"], name="party_agreement_of_shop"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("version", "shop"), name="party_agreement_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="party_agreement_ended_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartyPart",
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
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="party_parts", to="orders.order"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="party_parts",
                        to="orders.orderline",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="orders.party",
                        verbose_name="party",
                    ),
                ),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
                ("whole", mall.money.MoneyField(verbose_name="of what was paid")),
                (
                    "bearer",
                    models.CharField(
                        choices=[("shop", "the shop, out of its share"), ("mall", "the mall, out of its commission")],
                        default="shop",
                        max_length=4,
                        verbose_name="paid by",
                    ),
                ),
                ("rule", models.JSONField(verbose_name="how it came about")),
            ],
            options={
                "verbose_name": "part of a party",
                "verbose_name_plural": "parts of parties",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "line", "party"), name="party_part_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("amount__lte", models.F("whole"))),
                        name="party_part_at_most_what_was_paid",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", mall.ids.PublicIdField(editable=False, max_length=24, prefix="ivc", unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("issued", "Issued"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("due", "Correction due"),
                            ("reversed", "Reversed"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("personal", "Personal"), ("company", "Company")], max_length=8, verbose_name="kind"
                    ),
                ),
                ("title", mall.crypto.EncryptedTextField(verbose_name="title")),
                ("tax_number", mall.crypto.EncryptedTextField(verbose_name="tax number")),
                ("email", mall.crypto.EncryptedTextField(verbose_name="e-mail address")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered at")),
                ("due_at", models.DateTimeField(null=True, verbose_name="correction due since")),
                ("reason", models.CharField(blank=True, default="", max_length=200, verbose_name="why not")),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoice",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
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
                "verbose_name": "invoice",
                "verbose_name_plural": "invoices",
            },
        ),
        migrations.CreateModel(
            name="InvoicePaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, verbose_name="invoice number")),
                ("is_red", models.BooleanField(default=False, verbose_name="red-letter")),
                ("currency", mall.money.CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
                ("amount", mall.money.MoneyField(verbose_name="amount")),
                ("file", models.CharField(max_length=120, verbose_name="file")),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="orders.invoice",
                        verbose_name="invoice",
                    ),
                ),
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
                "verbose_name": "invoice paper",
                "verbose_name_plural": "invoice papers",
            },
        ),
        migrations.CreateModel(
            name="InvoiceProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("personal", "Personal"), ("company", "Company")], max_length=8, verbose_name="kind"
                    ),
                ),
                ("title", mall.crypto.EncryptedTextField(verbose_name="title")),
                ("tax_number", mall.crypto.EncryptedTextField(verbose_name="tax number")),
                ("email", mall.crypto.EncryptedTextField(verbose_name="e-mail address")),
                ("said_at", models.DateTimeField(verbose_name="said at")),
                (
                    "shopper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invoice_profile",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "invoice profile",
                "verbose_name_plural": "invoice profiles",
            },
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["shop", "status", "id"], name="invoice_of_shop"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["asked", "withdrawn"]), ("answered_at__isnull", False), _connector="OR"
                ),
                name="invoice_answered_has_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "refused"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="invoice_refused_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "due"), _negated=True), ("due_at__isnull", False), _connector="OR"
                ),
                name="invoice_due_has_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicepaper",
            constraint=models.UniqueConstraint(fields=("shop", "number"), name="invoice_number_once_per_shop"),
        ),
        migrations.AddConstraint(
            model_name="invoicepaper",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_red", False)), fields=("invoice",), name="invoice_issued_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicepaper",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="invoice_amount_positive"),
        ),
        migrations.AddIndex(
            model_name="difference",
            index=models.Index(
                condition=models.Q(("status", "resolved"), _negated=True), fields=["found_at"], name="difference_open"
            ),
        ),
        migrations.AddIndex(
            model_name="difference",
            index=models.Index(fields=["reference"], name="difference_of_movement"),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("resolved_at__isnull", False),
                        ("status", "resolved"),
                        models.Q(("resolution", ""), _negated=True),
                    ),
                    models.Q(models.Q(("status", "resolved"), _negated=True), ("resolved_at", None)),
                    _connector="OR",
                ),
                name="difference_resolved_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "resolved"), _negated=True),
                    ("resolution", "by_itself"),
                    models.Q(("resolved_by__isnull", False), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="difference_resolved_by_somebody_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "resolved"), _negated=True),
                    ("resolution", "by_itself"),
                    ("kind__in", ["late", "fee"]),
                    models.Q(
                        ("proposed_by__isnull", False),
                        models.Q(("proposed_by", models.F("resolved_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="difference_of_money_is_seen_by_two",
            ),
        ),
        migrations.CreateModel(
            name="SealedAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("consignee", mall.crypto.EncryptedTextField(verbose_name="consignee")),
                ("phone", mall.crypto.EncryptedTextField(verbose_name="phone")),
                ("address_line", mall.crypto.EncryptedTextField(verbose_name="street and number")),
                ("keep_until", models.DateField(db_index=True, verbose_name="kept until")),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sealed_address",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
            ],
            options={
                "verbose_name": "sealed address",
                "verbose_name_plural": "sealed addresses",
            },
        ),
    ]
