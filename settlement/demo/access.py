"""Staff who ask to see personal data: one request waits, one is in force and was used, one was refused."""

from datetime import datetime, timedelta

from mall.access.granting import ask_for_access, grant_access, look, refuse_access
from mall.accounts.models import User
from orders.models import Order


def show_access(*, staff, now: datetime) -> None:
    """Support asks, ``staff`` decides; the newest request waits for the administrator's first page."""
    helper = User.objects.get(groups__name="support")
    helped, paid, called = Order.objects.exclude(phone_index="").order_by("-pk")[:3]
    phone, name, street = (f"orders.order.{field}" for field in ("phone", "consignee", "address_line"))

    earlier = ask_for_access(
        subject=called.public_id, fields=[phone], purpose="help", ticket="工单 2041", hours=1, by=helper,
        reason="想知道买家是否满意。", now=now - timedelta(days=2),
    )  # fmt: skip
    refuse_access(request=earlier, reason="请由店铺联系买家。", by=staff, now=now - timedelta(days=2, hours=-1))
    used = ask_for_access(
        subject=helped.public_id, fields=[phone, name], purpose="help", ticket="工单 2107", hours=4, by=helper,
        reason="买家来电说包裹送错了地址，需要核对电话。", now=now - timedelta(hours=1),
    )  # fmt: skip
    grant_access(request=used, by=staff, now=now - timedelta(minutes=50))
    look(row=helped, field="phone", by=helper, now=now - timedelta(minutes=45))
    ask_for_access(
        subject=paid.public_id, fields=[name, phone, street], purpose="dispute", ticket="Case 88", hours=2, by=helper,
        reason="The carrier says that nobody lives there.", now=now - timedelta(minutes=20),
    )  # fmt: skip
