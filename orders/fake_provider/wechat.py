"""WeChat Pay v3, the provider's side: signed JSON, certificates sealed under the merchant's key, bills in gzip."""

import base64
import csv
import gzip
import hashlib
import io
import json
import re
import secrets
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from orders.fake_provider.books import CHINA, Books, Message, Refund, Refused, Trade
from orders.fake_provider.dialects import Dropped, Request, Response, new_key, private_pem, stumble
from orders.gateways.wechat_bill import COLUMNS, SUMS

ROOT = "/wechat"
STATES = {"waiting": "NOTPAY", "paid": "SUCCESS", "closed": "CLOSED", "failed": "PAYERROR"}
REFUND_STATES = {"done": "SUCCESS", "pending": "PROCESSING", "failed": "ABNORMAL"}
BILL_REFUND_STATES = {"done": "SUCCESS", "pending": "PROCESSING", "failed": "FAIL"}
STATUS = {"NOT_FOUND": 404, "ORDER_NOT_EXIST": 404, "RESOURCE_NOT_EXISTS": 404, "NOT_ENOUGH": 403, "SIGN_ERROR": 401}


class Wechat:
    name = "wechat"

    def __init__(self, books: Books, base_url: str, patience: float):
        self.books, self.base_url, self.patience = books, base_url, patience
        self.key, self.merchant_key, self.strangers_key = new_key(), new_key(), new_key()
        self.app_id, self.merchant_id = f"wx{secrets.token_hex(8)}", f"16{secrets.randbelow(10**8):08}"
        self.merchant_serial, self.api_key = secrets.token_hex(20).upper(), secrets.token_hex(16)
        self.certificate = self._new_certificate()
        self.serial = f"{self.certificate.serial_number:X}"
        self._bills: dict[str, bytes] = {}

    def _new_certificate(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sandbox")])
        built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        built = built.serial_number(x509.random_serial_number())
        built = built.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        return built.not_valid_after(datetime(2099, 1, 1, tzinfo=UTC)).sign(self.key, SHA256())

    def account(self) -> dict[str, str]:
        return {
            "url": self.base_url + ROOT,
            "app_id": self.app_id,
            "merchant_id": self.merchant_id,
            "serial": self.merchant_serial,
            "private_key": private_pem(self.merchant_key),
            "api_key": self.api_key,
            "public_key_id": "",
            "public_key": "",
        }

    def answer(self, request: Request) -> Response | None:
        if not request.path.startswith(ROOT + "/"):
            return None
        if not self._is_merchant(request):
            return self._says(401, {"code": "SIGN_ERROR", "message": "wrong signature"})
        path, asked = request.path.removeprefix(ROOT), json.loads(request.body or b"{}")
        for method, pattern, call, act in self._addresses():
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                return self._act(call, act, found, asked, request)
        return self._says(404, {"code": "NOT_FOUND", "message": path})

    def _addresses(self):
        order = r"/v3/pay/transactions/out-trade-no/([\w-]+)"
        yield "GET", "/v3/certificates", "", self._certificates
        yield "POST", "/v3/pay/transactions/native", "prepare", self._native
        yield "GET", order, "query", self._query
        yield "POST", order + "/close", "close", self._close
        yield "POST", "/v3/refund/domestic/refunds", "refund", self._refund
        yield "GET", r"/v3/refund/domestic/refunds/([\w-]+)", "refund_query", self._refund_query
        yield "GET", "/v3/bill/tradebill", "bill", self._bill
        yield "GET", r"/v3/billdownload/file/([\w-]+)", "", self._file

    def _act(self, call: str, act, found, asked: dict, request: Request) -> Response:
        fault = stumble(self.books, self.name, call, self.patience) if call else ""
        if fault == "error":
            return Response(500, b'{"code":"SYSTEM_ERROR"}')
        try:
            if fault == "refused":
                raise Refused("NOT_ENOUGH")
            status, said = act(found, asked, request, fault)
        except Refused as refused:
            words = {
                "paid": "ORDERPAID",
                "closed": "ORDER_CLOSED",
                "differs": "INVALID_REQUEST",
                "unpaid": "INVALID_REQUEST",
            }
            why = words.get(refused.why, refused.why.replace(" ", "_").upper())
            status, said = STATUS.get(why, 400), {"code": why, "message": why}
        if fault == "lost":
            raise Dropped
        return self._says(status, said, forged=fault == "forged")

    def _is_merchant(self, request: Request) -> bool:
        scheme, _space, words = request.headers.get("authorization", "").partition(" ")
        said = dict(re.findall(r'(\w+)="([^"]*)"', words))
        path = request.path.removeprefix(ROOT) + (f"?{request.query}" if request.query else "")
        stamp, nonce = said.get("timestamp", ""), said.get("nonce_str", "")
        signed = f"{request.method}\n{path}\n{stamp}\n{nonce}\n".encode() + request.body + b"\n"
        try:
            self.merchant_key.public_key().verify(
                base64.b64decode(said.get("signature", "")), signed, PKCS1v15(), SHA256()
            )
        except (InvalidSignature, ValueError):
            return False
        fresh = stamp.isdecimal() and abs(int(stamp) - self.books.clock().timestamp()) < 300
        own = (said.get("mchid"), said.get("serial_no")) == (self.merchant_id, self.merchant_serial)
        return fresh and own and scheme == "WECHATPAY2-SHA256-RSA2048"

    def _says(self, status: int, said: dict | bytes | None, forged: bool = False) -> Response:
        body = (
            said if isinstance(said, bytes) else b"" if said is None else json.dumps(said, ensure_ascii=False).encode()
        )
        return Response(status, body, {"content-type": "application/json", **self._signature(body, forged)})

    def _signature(self, body: bytes, forged: bool = False) -> dict[str, str]:
        stamp, nonce = str(int(self.books.clock().timestamp())), secrets.token_hex(16)
        key = self.strangers_key if forged else self.key
        words = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        return {
            "wechatpay-timestamp": stamp,
            "wechatpay-nonce": nonce,
            "wechatpay-serial": self.serial,
            "wechatpay-signature": base64.b64encode(key.sign(words, PKCS1v15(), SHA256())).decode(),
            "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048",
        }

    def _sealed(self, words: bytes, about: str) -> dict:
        nonce = secrets.token_hex(6)
        sealed = AESGCM(self.api_key.encode()).encrypt(nonce.encode(), words, about.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(sealed).decode(),
            "nonce": nonce,
            "associated_data": about,
        }

    def _certificates(self, found, asked: dict, request: Request, fault: str):
        pem = self.certificate.public_bytes(Encoding.PEM)
        line = {
            "serial_no": self.serial,
            "effective_time": self.certificate.not_valid_before_utc.isoformat(),
            "expire_time": self.certificate.not_valid_after_utc.isoformat(),
            "encrypt_certificate": self._sealed(pem, "certificate"),
        }
        return 200, {"data": [line]}

    def _native(self, found, asked: dict, request: Request, fault: str):
        if (asked["appid"], asked["mchid"]) != (self.app_id, self.merchant_id):
            raise Refused("APPID_MCHID_NOT_MATCH")
        trade = self.books.open(
            self.name,
            asked["out_trade_no"],
            amount=asked["amount"]["total"],
            currency=asked["amount"]["currency"],
            subject=asked["description"],
            notify_url=asked["notify_url"],
            return_url="",
            expires_at=datetime.fromisoformat(asked["time_expire"]),
        )
        return 200, {"code_url": f"{self.base_url}/cashier/{trade.token}"}

    def _trade(self, reference: str) -> Trade:
        trade = self.books.find(self.name, reference)
        if trade is None:
            raise Refused("ORDER_NOT_EXIST")
        return trade

    def _told(self, trade: Trade, state: str, fault: str) -> dict:
        told = {
            "appid": self.app_id,
            "mchid": "1600000000" if fault == "payee" else self.merchant_id,
            "out_trade_no": trade.reference,
            "trade_state": STATES[state],
            "trade_state_desc": STATES[state],
            "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        }
        if state == "paid":
            told |= {
                "transaction_id": trade.id,
                "trade_type": "NATIVE",
                "success_time": (trade.paid_at or self.books.clock()).astimezone(CHINA).isoformat("T", "seconds"),
            }
        amount = trade.amount + (1 if fault == "amount" else 0)
        return told | {"amount": {"total": amount, "payer_total": amount, "currency": trade.currency}}

    def _query(self, found, asked: dict, request: Request, fault: str):
        trade = self._trade(found[1])
        return 200, self._told(trade, trade.state, fault)

    def _close(self, found, asked: dict, request: Request, fault: str):
        self.books.close(self._trade(found[1]))
        return 204, None

    def _refund(self, found, asked: dict, request: Request, fault: str):
        trade = self._trade(asked["out_trade_no"])
        if asked["amount"]["total"] != trade.amount:
            raise Refused("differs")
        state = "pending" if fault == "pending" else "done"
        refund, _news = self.books.refund(trade, asked["out_refund_no"], asked["amount"]["refund"], state)
        return 200, self._refund_told(trade, refund, fault)

    def _refund_query(self, found, asked: dict, request: Request, fault: str):
        with self.books.lock:
            of = [
                trade
                for trade in self.books.trades.values()
                if trade.dialect == self.name and found[1] in trade.refunds
            ]
        if not of:
            raise Refused("RESOURCE_NOT_EXISTS")
        return 200, self._refund_told(of[0], of[0].refunds[found[1]], fault)

    def _refund_told(self, trade: Trade, refund: Refund, fault: str) -> dict:
        amount = refund.amount + (1 if fault == "amount" else 0)
        return {
            "refund_id": refund.id,
            "out_refund_no": refund.reference,
            "transaction_id": trade.id,
            "out_trade_no": trade.reference,
            "channel": "ORIGINAL",
            "status": REFUND_STATES[refund.state],
            "create_time": refund.made_at.astimezone(CHINA).isoformat("T", "seconds"),
            "amount": {"total": trade.amount, "refund": amount, "currency": trade.currency},
        }

    def notice(self, message: Message) -> tuple[str, dict[str, str], bytes]:
        fault, trade = self.books.fault(self.name, "notice"), message.trade
        told = json.dumps(self._told(trade, message.state, fault)).encode()
        body = json.dumps({
            "id": message.id,
            "create_time": self.books.clock().astimezone(CHINA).isoformat("T", "seconds"),
            "event_type": f"TRANSACTION.{STATES[message.state]}",
            "resource_type": "encrypt-resource",
            "resource": self._sealed(told, "transaction") | {"original_type": "transaction"},
        }).encode()  # fmt: skip
        headers = {"content-type": "application/json", **self._signature(body, fault == "forged")}
        return trade.notify_url, headers, body

    def is_heard(self, status: int, body: bytes) -> bool:
        return status in {200, 204}

    def _bill(self, found, asked: dict, request: Request, fault: str):
        asked = dict(parse_qsl(request.query))
        day = date.fromisoformat(asked["bill_date"])
        movements = self.books.bill(self.name, day)
        if not movements:
            raise Refused("NO_STATEMENT_EXIST")
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(COLUMNS)
        for line in movements:
            is_refund = line.kind == "refund"
            cells = dict.fromkeys(COLUMNS, "")
            values = [_moment(line.at), self.app_id, self.merchant_id, "0", "", line.trade.id, line.trade.reference]
            cells |= dict(zip(COLUMNS, values, strict=False))
            if not is_refund:
                cells[COLUMNS[6]] = line.reference
            cells[COLUMNS[8]], cells[COLUMNS[9]] = "NATIVE", "REFUND" if is_refund else "SUCCESS"
            cells[COLUMNS[11]] = line.currency
            cells[COLUMNS[14]], cells[COLUMNS[15]] = (line.id, line.reference) if is_refund else ("0", "0")
            cells[COLUMNS[16]] = _yuan(line.amount) if is_refund else "0.00"
            cells[COLUMNS[19]] = BILL_REFUND_STATES[line.state] if is_refund else ""
            cells[COLUMNS[20]] = line.trade.subject
            cells[COLUMNS[22]], cells[COLUMNS[23]] = _yuan(line.fee), "0.60%"
            cells[COLUMNS[24]] = "0.00" if is_refund else _yuan(line.amount)
            cells[COLUMNS[25]] = _yuan(line.amount) if is_refund else "0.00"
            rows.writerow([f"`{cell}" for cell in cells.values()])
        text.write(f"{SUMS}\r\n`{len(movements)}\r\n")
        plain = text.getvalue().encode("utf-8-sig")
        name = secrets.token_hex(12)
        self._bills[name] = gzip.compress(plain)
        return 200, {
            "hash_type": "SHA1",
            "hash_value": hashlib.sha1(plain, usedforsecurity=False).hexdigest(),
            "download_url": f"{self.base_url}{ROOT}/v3/billdownload/file/{name}",
        }

    def _file(self, found, asked: dict, request: Request, fault: str):
        bill = self._bills.pop(found[1], None)
        if bill is None:
            raise Refused("RESOURCE_NOT_EXISTS")
        return 200, bill


def _yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:.2f}"


def _moment(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
