"""The shopper's machine door to her own orders."""

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall import clock
from mall.idempotency import once
from orders.api.serializers import CancelSerializer, OrderDetailSerializer, OrderSerializer
from orders.cancellation import cancel_order
from orders.models import Order, OrderLine, OrderStep
from orders.queries import with_parcels

LONGEST_KEY = 255


class OrderFilter(filters.FilterSet):
    status = filters.ChoiceFilter(choices=Order.Status.choices)


class OrderList(ListAPIView):
    """Her orders, newest first; ``?status=paid`` narrows."""

    permission_classes = [IsAuthenticated]
    serializer_class = OrderSerializer
    filterset_class = OrderFilter

    def get_queryset(self):
        return (
            self.request.user.orders.select_related("group", "shop", "store").prefetch_related("lines").order_by("-pk")
        )


class OrderDetail(RetrieveAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = OrderDetailSerializer
    lookup_field = "public_id"

    def get_queryset(self):
        steps = Prefetch("steps", OrderStep.objects.order_by("pk"))
        lines = Prefetch("lines", OrderLine.objects.order_by("pk"))
        return self.request.user.orders.select_related("group", "shop", "store").prefetch_related(
            lines, steps, with_parcels()
        )


class CancelOrder(APIView):
    """Cancel one of her orders; the header ``Idempotency-Key`` makes a repeated call the same call."""

    permission_classes = [IsAuthenticated]

    def post(self, request: Request, public_id: str) -> Response:
        order = get_object_or_404(request.user.orders, public_id=public_id)
        key = request.headers.get("idempotency-key", "")
        if not 0 < len(key) <= LONGEST_KEY:
            raise ValidationError({"Idempotency-Key": [_("Send a key of your own, at most 255 characters.")]})
        asked = CancelSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"] or _("The shopper changed her mind")

        def cancel() -> dict:
            canceled = cancel_order(
                order=order,
                reason=reason,
                by=request.user,
                leaves_deposit=asked.validated_data["leaves_deposit"],
                now=clock.now(),
            )
            return {"public_id": canceled.public_id, "status": str(canceled.status)}

        outcome = once(
            scope=f"user:{request.user.pk}:orders.cancel",
            key=key,
            request={"order": public_id, **asked.validated_data},
            call=cancel,
        )
        return Response(outcome)
