"""
Alipay, the merchant's side (RSA2): the payer is sent to ``alipay.trade.page.pay``, everything else is asked in forms.

Every answer and every notice is signed; one that is not is no answer. Amounts are yuan with two decimals.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.money import Money
from orders.gateways import alipay_bill
from orders.gateways.base import (
    LARGEST_NOTICE,
    NOTICE_WINDOW,
    Answer,
    BadNotice,
    BillLine,
    BillNotReady,
    NoBill,
    Notice,
    NotTaken,
    Payable,
    RefundRefused,
    Returnable,
    Standing,
)
from orders.gateways.keys import is_signed, sign
from orders.gateways.pages import subject_of
from orders.gateways.wire import Reply, Wire, unavailable

CHINA = ZoneInfo("Asia/Shanghai")
CURRENCY = "CNY"
DONE = "10000"
LONGEST_SUBJECT = 128
_STANDINGS = {
    "WAIT_BUYER_PAY": Standing.WAITING,
    "TRADE_SUCCESS": Standing.SUCCEEDED,
    "TRADE_FINISHED": Standing.SUCCEEDED,
    "TRADE_CLOSED": Standing.CLOSED,
}
_KEPT = (
    "notify_id", "notify_time", "notify_type", "out_trade_no", "trade_no", "trade_status", "total_amount", "app_id",
    "seller_id", "gmt_payment", "gmt_refund", "refund_fee", "gmt_close",
)  # fmt: skip # nothing about the payer


class AlipayGateway:
    code = "alipay"
    label = gettext_lazy("Alipay")
    pays_orders_only, has_bill = False, True

    def __init__(self):
        self.wire = Wire(self.code)

    def is_configured(self) -> bool:
        return bool(settings.ALIPAY)

    def prepare(self, *, payment: Payable, now: datetime) -> Answer:
        """Nothing is opened before the payer comes; it may only have ended already."""
        if payment.amount.currency != CURRENCY:
            raise NotTaken(_("This channel takes Chinese yuan only."))
        return self.query(payment=payment, now=now)

    def page_url(self, *, payment: Payable) -> str:
        # the moment is the attempt's own, so that the same page has the same address
        content = {
            "out_trade_no": payment.public_id,
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "total_amount": _yuan(payment.amount),
            "subject": subject_of(payment)[:LONGEST_SUBJECT],
            "time_expire": _moment(payment.pay_by),
        }
        asked = self._signed(
            "alipay.trade.page.pay",
            content,
            payment.started_at,
            notify_url=settings.MALL_BASE_URL + payment.notify_path(),
            return_url=settings.MALL_BASE_URL + payment.return_path(),
        )
        return f"{settings.ALIPAY['url']}?{urlencode(asked)}"

    def query(self, *, payment: Payable, now: datetime) -> Answer:
        said = self._ask("alipay.trade.query", {"out_trade_no": payment.public_id}, now)
        if said.get("sub_code") == "ACQ.TRADE_NOT_EXIST":
            return Answer(Standing.WAITING, payment.amount, payment.provider_reference)
        return _answer(_fine(said, payment))

    def close(self, *, payment: Payable, now: datetime) -> Answer:
        said = self._ask("alipay.trade.close", {"out_trade_no": payment.public_id}, now)
        if said["code"] == DONE or said.get("sub_code") == "ACQ.TRADE_NOT_EXIST":  # its page's time is over as well
            return Answer(Standing.CLOSED, payment.amount, said.get("trade_no") or payment.provider_reference)
        return self.query(payment=payment, now=now)  # paid meanwhile, or closed before

    def refund(self, *, refund: Returnable, now: datetime) -> bool:
        content = {
            "out_trade_no": refund.payment.public_id,
            "out_request_no": refund.public_id,
            "refund_amount": _yuan(refund.in_cash),
        }
        said = self._ask("alipay.trade.refund", content, now)
        if said["code"] != DONE:
            if said.get("sub_code") in {"ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR"}:
                raise unavailable()
            raise _refused(said.get("sub_code", ""))
        if said.get("out_trade_no") != refund.payment.public_id:
            raise unavailable()
        return said.get("fund_change") == "Y" or bool(self.query_refund(refund=refund, now=now))

    def query_refund(self, *, refund: Returnable, now: datetime) -> bool | None:
        content = {"out_trade_no": refund.payment.public_id, "out_request_no": refund.public_id}
        said = self._ask("alipay.trade.fastpay.refund.query", content, now)
        if said.get("sub_code") == "ACQ.TRADE_NOT_EXIST" or (said["code"] == DONE and not said.get("out_request_no")):
            return None  # an empty answer says that there is no such refund
        if said["code"] != DONE or said["out_request_no"] != refund.public_id:
            raise unavailable()
        if said.get("refund_status") != "REFUND_SUCCESS":
            return None  # asked for, and nothing moved: the same number is sent again
        if _money(said["refund_amount"]) != refund.in_cash:
            raise _refused("amount")
        return True

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice | None:
        if len(body) > LARGEST_NOTICE:
            raise BadNotice("no id, or too long")
        try:
            told = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
        except ValueError as error:
            raise BadNotice("not understood") from error
        signed = _words({name: value for name, value in told.items() if name not in {"sign", "sign_type"}})
        if told.get("sign_type") != "RSA2" or not is_signed(
            settings.ALIPAY["public_key"], signed, told.get("sign", "")
        ):
            raise BadNotice("wrong signature")
        if told.get("app_id") != settings.ALIPAY["app_id"] or told.get("seller_id") != settings.ALIPAY["seller_id"]:
            raise BadNotice("another payee")
        notice_id = told.get("notify_id", "")
        if not notice_id:
            raise BadNotice("no id, or too long")
        if len(notice_id) > 64:
            notice_id = sha256(notice_id.encode()).hexdigest()
        try:
            sent_at = _read_moment(told["notify_time"])
            if abs(sent_at - now) > NOTICE_WINDOW:
                raise BadNotice("outside the window of time")
            if told.get("gmt_refund"):
                return None  # money of ours that went back: the refund itself is asked about
            answer = _answer(told)
            content = {name: told[name] for name in _KEPT if name in told}
            return Notice(notice_id, told["out_trade_no"], answer, content)
        except (KeyError, ValueError) as error:
            raise BadNotice("not understood") from error

    def bill(self, *, day: date, now: datetime) -> Iterator[BillLine]:
        content = {"bill_type": "trade", "bill_date": day.isoformat()}
        said = self._ask("alipay.data.dataservice.bill.downloadurl.query", content, now)
        if said["code"] != DONE:
            if "bill_not_exist" in said.get("sub_code", "").lower():
                raise NoBill(_("The channel has no bill of this day."))
            raise BillNotReady(_("The channel has not made the bill of this day yet."))
        with self.wire.download(said["bill_download_url"]) as file:
            yield from alipay_bill.lines(file)

    # The protocol

    def _signed(self, method: str, content: dict, now: datetime, **more: str) -> dict[str, str]:
        asked = {
            "app_id": settings.ALIPAY["app_id"],
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": _moment(now),
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
            **more,
        }
        return {**asked, "sign": sign(settings.ALIPAY["private_key"], _words(asked))}

    def _ask(self, method: str, content: dict, now: datetime) -> dict:
        """What Alipay answers, signed by it; what is not is no answer."""
        asked = urlencode(self._signed(method, content, now)).encode()
        headers = {"content-type": "application/x-www-form-urlencoded;charset=utf-8"}
        reply = self.wire.send("POST", settings.ALIPAY["url"], headers=headers, body=asked, is_trouble=_is_trouble)
        try:
            text = reply.body.decode()
            signature = json.loads(text)["sign"]
            name = f'"{method.replace(".", "_")}_response":'
            start = text.index(name) + len(name)
            start += len(text[start:]) - len(text[start:].lstrip())
            said, end = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, KeyError, TypeError):
            raise unavailable() from None
        if not is_signed(settings.ALIPAY["public_key"], text[start:end].encode(), signature):
            raise unavailable()
        if said.get("code") not in {DONE, "40004"}:  # 20000: their trouble; 20001, 4000x: ours, for the log
            raise unavailable()
        return said


def _is_trouble(reply: Reply) -> bool:
    """Code 20000: the service is not available now; said with a status of 200."""
    return re.search(rb'"code"\s*:\s*"20000"', reply.body) is not None


def _words(asked: Mapping[str, str]) -> bytes:
    """What is signed: all that is not empty, by name."""
    return "&".join(f"{name}={asked[name]}" for name in sorted(asked) if asked[name] != "").encode()


def _fine(said: dict, payment: Payable) -> dict:
    if said["code"] != DONE or said.get("out_trade_no") != payment.public_id:
        raise unavailable()
    return said


def _answer(said: Mapping) -> Answer:
    return Answer(_STANDINGS[said["trade_status"]], _money(said["total_amount"]), said["trade_no"])


def _refused(why: str) -> RefundRefused:
    return RefundRefused(_("The channel does not send this money back: %(why)s") % {"why": why})


def _yuan(amount: Money) -> str:
    return f"{amount.decimal:.2f}"


def _money(text: str) -> Money:
    return Money.parse(text, CURRENCY)


def _moment(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _read_moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
