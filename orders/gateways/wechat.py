"""
WeChat Pay v3, the merchant's side: the payer scans a code (native), everything else is asked as signed JSON.

Requests are signed with our RSA key, answers and notices with a key of the platform: one of its certificates, which are
fetched sealed under our APIv3 key, or the public key that newer merchants are given. Amounts are fen.
"""

import base64
import binascii
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall import clock
from mall.money import Money
from orders.gateways import pages, wechat_bill
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
from orders.gateways.wire import Reply, Wire, unavailable

CHINA = ZoneInfo("Asia/Shanghai")
CURRENCY = "CNY"
SCHEME = "WECHATPAY2-SHA256-RSA2048"
LONGEST_SUBJECT = 42  # of at most three bytes each
KEYS_KEPT_SECONDS = 12 * 3600
KEYS_PAUSE_SECONDS = 10
_STANDINGS = {
    "SUCCESS": Standing.SUCCEEDED,
    "REFUND": Standing.SUCCEEDED,  # it had been paid
    "NOTPAY": Standing.WAITING,
    "USERPAYING": Standing.WAITING,
    "CLOSED": Standing.CLOSED,
    "REVOKED": Standing.CLOSED,
    "PAYERROR": Standing.FAILED,
}
_KEPT = ("appid", "mchid", "out_trade_no", "transaction_id", "trade_type", "trade_state", "success_time", "amount")


class WechatGateway:
    code = "wechat"
    label = gettext_lazy("WeChat Pay")
    pays_orders_only, has_bill = False, True

    def __init__(self):
        self.wire = Wire(self.code)
        self._keys: dict[str, RSAPublicKey] = {}
        self._keys_from, self._keys_at = "", 0.0

    def is_configured(self) -> bool:
        return bool(settings.WECHAT_PAY)

    def prepare(self, *, payment: Payable, now: datetime) -> Answer:
        if payment.amount.currency != CURRENCY:
            raise NotTaken(_("This channel takes Chinese yuan only."))
        reply = self._ask("POST", "/v3/pay/transactions/native", now, _order_of(payment))
        if reply.status == 200:
            pages.keep(payment, _read(reply)["code_url"])
            return Answer(Standing.WAITING, payment.amount, payment.provider_reference)
        return self.query(payment=payment, now=now)  # paid or closed before, and nobody told us

    def page_url(self, *, payment: Payable) -> str:
        code = pages.kept(payment)
        if not code:
            reply = self._ask("POST", "/v3/pay/transactions/native", clock.now(), _order_of(payment))
            if reply.status != 200:
                raise unavailable()
            code = pages.keep(payment, _read(reply)["code_url"])
        return pages.scan_url(payment, code)

    def query(self, *, payment: Payable, now: datetime) -> Answer:
        asked = urlencode({"mchid": settings.WECHAT_PAY["merchant_id"]})
        reply = self._ask("GET", f"/v3/pay/transactions/out-trade-no/{payment.public_id}?{asked}", now)
        said = _read(reply)
        if reply.status == 404 and said.get("code") in {"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"}:
            return Answer(Standing.WAITING, payment.amount, payment.provider_reference)
        if reply.status != 200:
            raise unavailable()
        try:
            if not _is_ours(said) or said["out_trade_no"] != payment.public_id:
                raise unavailable()
            return _answer(said, payment.amount)
        except (KeyError, TypeError):
            raise unavailable() from None

    def close(self, *, payment: Payable, now: datetime) -> Answer:
        asked = {"mchid": settings.WECHAT_PAY["merchant_id"]}
        reply = self._ask("POST", f"/v3/pay/transactions/out-trade-no/{payment.public_id}/close", now, asked)
        if reply.status == 204:
            return Answer(Standing.CLOSED, payment.amount, payment.provider_reference)
        answer = self.query(payment=payment, now=now)
        if answer.standing == Standing.WAITING and reply.status == 404:
            return Answer(Standing.CLOSED, payment.amount, "")  # never opened there
        return answer

    def refund(self, *, refund: Returnable, now: datetime) -> bool:
        asked = {
            "out_trade_no": refund.payment.public_id,
            "out_refund_no": refund.public_id,
            "amount": {
                "refund": refund.in_cash.minor,
                "total": refund.payment.amount.minor,
                "currency": refund.in_cash.currency,
            },
        }
        reply = self._ask("POST", "/v3/refund/domestic/refunds", now, asked)
        if reply.status != 200:
            why = _read(reply).get("code", "")
            raise unavailable() if why in {"FREQUENCY_LIMITED", "SYSTEM_ERROR"} else _refused(why)
        return _refund_standing(_read(reply), refund)

    def query_refund(self, *, refund: Returnable, now: datetime) -> bool | None:
        reply = self._ask("GET", f"/v3/refund/domestic/refunds/{refund.public_id}", now)
        if reply.status == 404:
            return None
        if reply.status != 200:
            raise unavailable()
        return _refund_standing(_read(reply), refund)

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice | None:
        if len(body) > LARGEST_NOTICE:
            raise BadNotice("no id, or too long")
        if not self._is_from_platform(headers, body, now):
            raise BadNotice("wrong signature")
        if not _is_fresh(headers, now):
            raise BadNotice("outside the window of time")
        try:
            told = json.loads(body)
            notice_id = str(told["id"])
            if not notice_id or len(notice_id) > 64:
                raise BadNotice("no id, or too long")
            if not str(told["event_type"]).startswith("TRANSACTION."):
                return None
            said = json.loads(_unseal(told["resource"]))
            if not _is_ours(said):
                raise BadNotice("another payee")
            answer = _answer(said, None)
            content = {name: said[name] for name in _KEPT if name in said}
            return Notice(notice_id, str(said["out_trade_no"]), answer, content)
        except (KeyError, ValueError, TypeError, InvalidTag) as error:
            raise BadNotice("not understood") from error

    def bill(self, *, day: date, now: datetime) -> Iterator[BillLine]:
        asked = urlencode({"bill_date": day.isoformat(), "bill_type": "ALL", "tar_type": "GZIP"})
        reply = self._ask("GET", f"/v3/bill/tradebill?{asked}", now)
        said = _read(reply)
        if reply.status != 200:
            if said.get("code") == "NO_STATEMENT_EXIST":
                raise NoBill(_("The channel has no bill of this day."))
            raise BillNotReady(_("The channel has not made the bill of this day yet."))
        place = urlsplit(said["download_url"].removeprefix(settings.WECHAT_PAY["url"]))
        headers = self._headers("GET", f"{place.path}?{place.query}" if place.query else place.path, b"", now)
        with self.wire.download(said["download_url"], headers=headers) as file:
            yield from wechat_bill.lines(file, sha1=said["hash_value"], merchant=settings.WECHAT_PAY["merchant_id"])

    # The protocol

    def _ask(self, method: str, path: str, now: datetime, content: dict | None = None) -> Reply:
        """What the platform answers, signed by it: what is not is no answer."""
        reply = self._send(method, path, now, content)
        if not self._is_from_platform(reply.headers, reply.body, now) or not _is_fresh(reply.headers, now):
            raise unavailable()
        return reply

    def _send(self, method: str, path: str, now: datetime, content: dict | None = None) -> Reply:
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        headers = self._headers(method, path, body, now)
        return self.wire.send(method, settings.WECHAT_PAY["url"] + path, headers=headers, body=body or None)

    def _headers(self, method: str, path: str, body: bytes, now: datetime) -> dict[str, str]:
        own, stamp, nonce = settings.WECHAT_PAY, str(int(now.timestamp())), secrets.token_hex(16)
        signature = sign(own["private_key"], f"{method}\n{path}\n{stamp}\n{nonce}\n".encode() + body + b"\n")
        said = {
            "mchid": own["merchant_id"],
            "nonce_str": nonce,
            "signature": signature,
            "timestamp": stamp,
            "serial_no": own["serial"],
        }
        return {
            "authorization": f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in said.items()),
            "accept": "application/json",
            "content-type": "application/json",
            "user-agent": "mall",
        }

    def _is_from_platform(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
        key = self._platform_key(headers.get("wechatpay-serial", ""), now)
        return key is not None and _is_signed_by(key, headers, body)

    def _platform_key(self, serial: str, now: datetime) -> str | RSAPublicKey | None:
        own = settings.WECHAT_PAY
        if own["public_key_id"]:
            return own["public_key"] if serial == own["public_key_id"] else None
        account = f"{own['url']} {own['merchant_id']} {own['serial']}"
        age = time.monotonic() - self._keys_at
        if (
            self._keys_from != account
            or age > KEYS_KEPT_SECONDS
            or (serial not in self._keys and age > KEYS_PAUSE_SECONDS)
        ):
            self._keys, self._keys_from, self._keys_at = self._fetched_keys(now), account, time.monotonic()
        return self._keys.get(serial)

    def _fetched_keys(self, now: datetime) -> dict[str, RSAPublicKey]:
        """The platform's certificates, sealed under our APIv3 key; the answer is signed by one of them."""
        reply = self._send("GET", "/v3/certificates", now)
        if reply.status != 200:
            raise unavailable()
        try:
            keys = {}
            for line in json.loads(reply.body)["data"]:
                certificate = load_pem_x509_certificate(_unseal(line["encrypt_certificate"]))
                if certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
                    keys[line["serial_no"]] = certificate.public_key()
        except (KeyError, ValueError, TypeError, InvalidTag):
            raise unavailable() from None
        key = keys.get(reply.headers.get("wechatpay-serial", ""))
        if key is None or not _is_signed_by(key, reply.headers, reply.body):
            raise unavailable()
        return keys


def _is_signed_by(key: str | RSAPublicKey, headers: Mapping[str, str], body: bytes) -> bool:
    signed = f"{headers.get('wechatpay-timestamp', '')}\n{headers.get('wechatpay-nonce', '')}\n".encode() + body + b"\n"
    return is_signed(key, signed, headers.get("wechatpay-signature", ""))


def _is_fresh(headers: Mapping[str, str], now: datetime) -> bool:
    stamp = headers.get("wechatpay-timestamp", "")
    return stamp.isdecimal() and abs(int(stamp) - now.timestamp()) <= NOTICE_WINDOW.total_seconds()


def _unseal(sealed: dict) -> bytes:
    """:raises InvalidTag: not sealed under our APIv3 key"""
    key = AESGCM(settings.WECHAT_PAY["api_key"].encode())
    try:
        words = base64.b64decode(sealed["ciphertext"], validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    return key.decrypt(sealed["nonce"].encode(), words, sealed.get("associated_data", "").encode())


def _order_of(payment: Payable) -> dict:
    return {
        "appid": settings.WECHAT_PAY["app_id"],
        "mchid": settings.WECHAT_PAY["merchant_id"],
        "description": pages.subject_of(payment)[:LONGEST_SUBJECT],
        "out_trade_no": payment.public_id,
        "time_expire": payment.pay_by.astimezone(CHINA).isoformat("T", "seconds"),
        "notify_url": settings.MALL_BASE_URL + payment.notify_path(),
        "amount": {"total": payment.amount.minor, "currency": payment.amount.currency},
    }


def _read(reply: Reply) -> dict:
    try:
        said = json.loads(reply.body or b"{}")
    except ValueError:
        raise unavailable() from None
    if not isinstance(said, dict):
        raise unavailable()
    return said


def _is_ours(said: dict) -> bool:
    own = settings.WECHAT_PAY
    return said.get("appid") == own["app_id"] and said.get("mchid") == own["merchant_id"]


def _answer(said: dict, asked: Money | None) -> Answer:
    """The amount stands there for certain once it is paid; before, ``asked`` does."""
    standing, amount = _STANDINGS[said["trade_state"]], said.get("amount") or {}
    if "total" in amount or standing == Standing.SUCCEEDED or asked is None:
        asked = Money(amount["total"], amount.get("currency", CURRENCY))
    return Answer(standing, asked, said.get("transaction_id", ""))


def _refund_standing(said: dict, refund: Returnable) -> bool:
    if said.get("out_refund_no") != refund.public_id:
        raise unavailable()
    if said["amount"]["refund"] != refund.in_cash.minor:
        raise _refused("amount")
    if said["status"] in {"ABNORMAL", "CLOSED"}:
        raise _refused(said["status"])
    return said["status"] == "SUCCESS"


def _refused(why: str) -> RefundRefused:
    return RefundRefused(_("The channel does not send this money back: %(why)s") % {"why": why})
