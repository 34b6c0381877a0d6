"""Orders as the API shows them to their shopper. Amounts are fen."""

from rest_framework import serializers

from orders.models import Order, OrderLine, OrderStep, Parcel, ParcelLine, ParcelScan


class Fen(serializers.Field):
    def to_representation(self, value) -> int:
        return value.minor


class LineSerializer(serializers.ModelSerializer):
    title = serializers.CharField()
    choice_text = serializers.CharField()
    unit_price, discount, total, duty = Fen(), Fen(), Fen(), Fen()

    class Meta:
        model = OrderLine
        fields = [
            "id", "product_public_id", "title", "choice_text", "quantity", "shipped_quantity", "unit_price", "discount",
            "total", "duty",
        ]  # fmt: skip


class StepSerializer(serializers.ModelSerializer):
    class Meta:
        model = OrderStep
        fields = ["kind", "at", "note"]


class ParcelLineSerializer(serializers.ModelSerializer):
    line = serializers.IntegerField(source="line_id")

    class Meta:
        model = ParcelLine
        fields = ["line", "quantity"]


class ScanSerializer(serializers.ModelSerializer):
    class Meta:
        model = ParcelScan
        fields = ["kind", "reason", "place", "at"]


class ParcelSerializer(serializers.ModelSerializer):
    lines = ParcelLineSerializer(many=True)
    scans = ScanSerializer(many=True)

    class Meta:
        model = Parcel
        fields = [
            "public_id",
            "carrier",
            "tracking_number",
            "shipped_at",
            "expected_on",
            "delivered_at",
            "returned_at",
            "lines",
            "scans",
        ]


class OrderSerializer(serializers.ModelSerializer):
    group = serializers.CharField(source="group.public_id")
    shop = serializers.CharField(source="shop.slug")
    goods_total, shipping_fee, discount, duty, total, by_cards = Fen(), Fen(), Fen(), Fen(), Fen(), Fen()
    deposit = Fen()
    lines = LineSerializer(many=True)
    store = serializers.CharField(source="store.public_id", default=None)

    class Meta:
        model = Order
        fields = [
            "public_id", "group", "shop", "store", "status", "kind", "currency", "goods_total", "shipping_fee",
            "discount", "duty", "total", "by_cards", "deposit", "balance_from", "balance_until", "placed_at",
            "deposit_paid_at", "paid_at", "ready_at", "partly_shipped_at", "shipped_at", "delivered_at", "completed_at",
            "canceled_at", "deposit_kept_at", "cancel_reason", "lines",
        ]  # fmt: skip


class OrderDetailSerializer(OrderSerializer):
    steps = StepSerializer(many=True)
    parcels = ParcelSerializer(many=True)

    class Meta(OrderSerializer.Meta):
        fields = [*OrderSerializer.Meta.fields, "steps", "parcels"]


class CancelSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    leaves_deposit = serializers.BooleanField(required=False, default=False)
