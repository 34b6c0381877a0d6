"""Alipay, the provider's side: one gateway for forms signed with RSA2, and bills in a ZIP."""

import base64
import csv
import io
import json
import secrets
import zipfile
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from orders.fake_provider.books import CHINA, Books, Message, Refused, Trade
from orders.fake_provider.dialects import Dropped, Request, Response, new_key, private_pem, public_pem, stumble
from orders.gateways.alipay_bill import COLUMNS, ENCODING, REFUND, TRADE

PATH = "/alipay/gateway.do"
BILLS = "/alipay/bills/"
STATES = {"waiting": "WAIT_BUYER_PAY", "paid": "TRADE_SUCCESS", "closed": "TRADE_CLOSED", "failed": "TRADE_CLOSED"}
CALLS = {
    "alipay.trade.query": "query",
    "alipay.trade.close": "close",
    "alipay.trade.refund": "refund",
    "alipay.trade.fastpay.refund.query": "refund_query",
    "alipay.data.dataservice.bill.downloadurl.query": "bill",
}


class Alipay:
    name = "alipay"

    def __init__(self, books: Books, base_url: str, patience: float):
        self.books, self.base_url, self.patience = books, base_url, patience
        self.key, self.merchant_key, self.strangers_key = new_key(), new_key(), new_key()
        self.app_id, self.seller_id = f"20{secrets.randbelow(10**14):014}", f"2088{secrets.randbelow(10**12):012}"
        self._bills: dict[str, bytes] = {}

    def account(self) -> dict[str, str]:
        return {
            "url": self.base_url + PATH,
            "app_id": self.app_id,
            "seller_id": self.seller_id,
            "private_key": private_pem(self.merchant_key),
            "public_key": public_pem(self.key),
        }

    def answer(self, request: Request) -> Response | None:
        if request.path.startswith(BILLS):
            bill = self._bills.pop(request.path.removeprefix(BILLS), None)
            return Response(404) if bill is None else Response(200, bill, {"content-type": "application/zip"})
        if request.path != PATH:
            return None
        asked = dict(parse_qsl((request.body.decode() if request.body else request.query), keep_blank_values=True))
        if not self._is_merchant(asked):
            return self._says(
                "error", {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
            )
        content = json.loads(asked["biz_content"])
        if asked["method"] == "alipay.trade.page.pay":
            return self._cashier(asked, content)
        call = CALLS[asked["method"]]
        fault = stumble(self.books, self.name, call, self.patience)
        if fault == "error":
            return self._says(asked["method"], {"code": "20000", "msg": "Service Currently Unavailable"})
        try:
            if fault == "refused":
                raise Refused("ACQ.SELLER_BALANCE_NOT_ENOUGH")
            said = {"code": "10000", "msg": "Success", **getattr(self, f"_{call}")(content, fault)}
        except Refused as refused:
            words = {
                "paid": "ACQ.TRADE_STATUS_ERROR",
                "closed": "ACQ.TRADE_HAS_CLOSE",
                "unpaid": "ACQ.TRADE_STATUS_ERROR",
            }
            why = words.get(refused.why, refused.why)
            said = {"code": "40004", "msg": "Business Failed", "sub_code": why, "sub_msg": why}
        if fault == "lost":
            raise Dropped
        return self._says(asked["method"], said, forged=fault == "forged")

    def _is_merchant(self, asked: dict[str, str]) -> bool:
        signed = {name: value for name, value in asked.items() if name != "sign" and value}
        try:
            self.merchant_key.public_key().verify(
                base64.b64decode(asked.get("sign", "")), _words(signed), PKCS1v15(), SHA256()
            )
        except (InvalidSignature, ValueError):
            return False
        return asked.get("app_id") == self.app_id and asked.get("sign_type") == "RSA2"

    def _says(self, method: str, said: dict, forged: bool = False) -> Response:
        text = json.dumps(said, ensure_ascii=False)
        sign = self._sign(text.encode(), forged)
        body = f'{{"{method.replace(".", "_")}_response":{text},"sign":"{sign}"}}'
        return Response(200, body.encode(), {"content-type": "application/json;charset=utf-8"})

    def _sign(self, words: bytes, forged: bool = False) -> str:
        key = self.strangers_key if forged else self.key
        return base64.b64encode(key.sign(words, PKCS1v15(), SHA256())).decode()

    def _cashier(self, asked: dict, content: dict) -> Response:
        """The payer's browser: the trade is opened when she comes."""
        trade = self.books.find(self.name, content["out_trade_no"])
        if trade is None:
            trade = self.books.open(
                self.name,
                content["out_trade_no"],
                amount=_fen(content["total_amount"]),
                currency="CNY",
                subject=content["subject"],
                notify_url=asked.get("notify_url", ""),
                return_url=asked.get("return_url", ""),
                expires_at=datetime.strptime(content["time_expire"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA),
            )
        return Response(302, b"", {"location": f"{self.base_url}/cashier/{trade.token}"})

    def _trade(self, content: dict) -> Trade:
        trade = self.books.find(self.name, content["out_trade_no"])
        if trade is None:
            raise Refused("ACQ.TRADE_NOT_EXIST")
        return trade

    def _query(self, content: dict, fault: str) -> dict:
        trade = self._trade(content)
        return {
            "out_trade_no": trade.reference,
            "trade_no": trade.id,
            "trade_status": STATES[trade.state],
            "total_amount": _yuan(trade.amount + (1 if fault == "amount" else 0)),
            "buyer_logon_id": "som***@example.com",
        }

    def _close(self, content: dict, fault: str) -> dict:
        trade = self._trade(content)
        if trade.state == "closed":
            raise Refused("closed")
        self.books.close(trade)
        return {"out_trade_no": trade.reference, "trade_no": trade.id}

    def _refund(self, content: dict, fault: str) -> dict:
        trade = self._trade(content)
        state = "pending" if fault == "pending" else "done"
        refund, is_news = self.books.refund(trade, content["out_request_no"], _fen(content["refund_amount"]), state)
        return {
            "out_trade_no": trade.reference,
            "trade_no": trade.id,
            "fund_change": "Y" if is_news and refund.state == "done" else "N",
            "refund_fee": _yuan(trade.refunded),
        }

    def _refund_query(self, content: dict, fault: str) -> dict:
        trade = self._trade(content)
        refund = trade.refunds.get(content["out_request_no"])
        if refund is None:
            return {}
        said = {
            "out_trade_no": trade.reference,
            "trade_no": trade.id,
            "out_request_no": refund.reference,
            "total_amount": _yuan(trade.amount),
            "refund_amount": _yuan(refund.amount + (1 if fault == "amount" else 0)),
        }
        return said | ({"refund_status": "REFUND_SUCCESS"} if refund.state == "done" else {})

    def notice(self, message: Message) -> tuple[str, dict[str, str], bytes]:
        fault, trade = self.books.fault(self.name, "notice"), message.trade
        told = {
            "notify_time": _moment(self.books.clock()),
            "notify_type": "trade_status_sync",
            "notify_id": message.id,
            "charset": "utf-8",
            "version": "1.0",
            "app_id": "2099000000000000" if fault == "payee" else self.app_id,
            "seller_id": self.seller_id,
            "out_trade_no": trade.reference,
            "trade_no": trade.id,
            "trade_status": STATES[message.state],
            "total_amount": _yuan(trade.amount + (1 if fault == "amount" else 0)),
            "subject": trade.subject,
            "buyer_logon_id": "som***@example.com",
            "gmt_create": _moment(trade.opened_at),
        }
        signed = {**told, "sign": self._sign(_words(told), fault == "forged"), "sign_type": "RSA2"}
        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        return trade.notify_url, headers, urlencode(signed).encode()

    def is_heard(self, status: int, body: bytes) -> bool:
        return status == 200 and body.strip().lower() == b"success"

    def _bill(self, content: dict, fault: str) -> dict:
        day = date.fromisoformat(content["bill_date"])
        movements = self.books.bill(self.name, day)
        if not movements:
            raise Refused("isp.bill_not_exist")
        text = io.StringIO()
        rows = csv.writer(text)
        text.write(f"#{self.seller_id}\r\n#{day}\r\n#-----\r\n")
        rows.writerow(COLUMNS)
        for line in movements:
            is_refund = line.kind == "refund"
            amount = _yuan(-line.amount if is_refund else line.amount)
            cells = dict.fromkeys(COLUMNS, "")
            at = _moment(line.at)
            values = [line.trade.id, "", REFUND if is_refund else TRADE, line.trade.subject, at, at]
            cells |= dict(zip(COLUMNS, values, strict=False))
            cells[COLUMNS[1]] = line.trade.reference if is_refund else line.reference
            cells[COLUMNS[11]] = cells[COLUMNS[12]] = amount
            cells[COLUMNS[21]] = line.reference if is_refund else ""
            cells[COLUMNS[22]] = _yuan(-line.fee)
            rows.writerow([f"{cell}\t" if number < 2 else cell for number, cell in enumerate(cells.values())])
        text.write("#-----\r\n")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
            folder.writestr("sums.csv", f"#{day}\r\nsum\r\n".encode(ENCODING))
            folder.writestr("details.csv", text.getvalue().encode(ENCODING))
        name = secrets.token_urlsafe(12)
        self._bills[name] = packed.getvalue()
        return {"bill_download_url": self.base_url + BILLS + quote(name)}


def page_reference(url: str) -> str:
    """Of which trade an address of the cashier is."""
    asked = dict(parse_qsl(urlsplit(url).query))
    return json.loads(asked["biz_content"])["out_trade_no"]


def _words(told: dict[str, str]) -> bytes:
    return "&".join(f"{name}={told[name]}" for name in sorted(told) if told[name] != "").encode()


def _fen(text: str) -> int:
    return int(Decimal(text) * 100)


def _yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:.2f}"


def _moment(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
