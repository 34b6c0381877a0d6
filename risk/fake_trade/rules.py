"""Staff turn the rules against fake trade; every turn is on the record (R3)."""

from datetime import datetime

from django.db import transaction

from mall.audit.trail import record
from risk.models import TradeRule, TradeWatch

TURNED = ("mode", "weight", "share_bps", "limit")


@transaction.atomic
def turn_rule(*, rule: TradeRule, by, now: datetime, **turned) -> TradeRule:
    """
    Give a rule another mode, weight, part or limit; every shop is looked at anew by it.

    :param turned: any of ``TURNED``
    """
    if unknown := set(turned) - set(TURNED):
        raise TypeError(f"of a rule nobody turns {', '.join(sorted(unknown))}")
    rule = TradeRule.objects.select_for_update().get(pk=rule.pk)
    before = {name: getattr(rule, name) for name in turned}
    if before == turned:
        return rule
    for name, value in turned.items():
        setattr(rule, name, value)
    rule.full_clean()
    rule.save(update_fields=list(turned))
    record("risk.turn_trade_rule", rule.public_id, by=by, now=now, before={"code": rule.code, **before}, after=turned)
    TradeWatch.objects.filter(due_since=None).update(due_since=now)
    return rule
