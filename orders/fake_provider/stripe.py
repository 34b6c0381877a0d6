"""Stripe, the provider's side: Checkout Sessions, refunds, signed webhooks, idempotency keys, and reports as CSV."""

import csv
import hashlib
import hmac
import io
import json
import re
import secrets
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

from orders.fake_provider.books import CHINA, Books, Message, Refund, Refused, Trade
from orders.fake_provider.dialects import Dropped, Request, Response, stumble

ROOT = "/stripe"
ZERO_DECIMAL = {"JPY"}
REFUND_STATES = {"done": "succeeded", "pending": "pending", "failed": "failed"}
EVENTS = {
    "paid": "checkout.session.completed",
    "closed": "checkout.session.expired",
    "failed": "checkout.session.async_payment_failed",
    "waiting": "payment_intent.created",
}


class Stripe:
    name = "stripe"

    def __init__(self, books: Books, base_url: str, patience: float):
        self.books, self.base_url, self.patience = books, base_url, patience
        self.secret_key, self.webhook_secret = f"sk_test_{secrets.token_hex(24)}", f"whsec_{secrets.token_hex(24)}"
        self.webhook_path = "/payments/notify/stripe/"  # where the merchant has its endpoint
        self._first_answers: dict[str, tuple[bytes, Response]] = {}
        self._bills: dict[str, bytes] = {}
        self._named: dict[str, Trade] = {}  # by the ids of sessions and of intents

    def account(self) -> dict[str, str]:
        return {
            "url": self.base_url + ROOT,
            "secret_key": self.secret_key,
            "webhook_secret": self.webhook_secret,
        }

    def answer(self, request: Request) -> Response | None:
        if not request.path.startswith(ROOT + "/"):
            return None
        if not hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {self.secret_key}"):
            return _error(401, "invalid_request_error")
        path, asked = request.path.removeprefix(ROOT), dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        for method, pattern, call, act in self._addresses():
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                return self._once(request, lambda: self._act(call, act, found, asked, request))  # noqa: B023 - at once
        return _error(404, "resource_missing")

    def _addresses(self):
        session = r"/v1/checkout/sessions/([\w-]+)"
        yield "POST", "/v1/checkout/sessions", "prepare", self._open
        yield "GET", session, "query", self._query
        yield "POST", session + "/expire", "close", self._expire
        yield "POST", "/v1/refunds", "refund", self._refund
        yield "GET", "/v1/refunds", "refund_query", self._refunds
        yield "POST", "/v1/reporting/report_runs", "bill", self._report
        yield "GET", r"/v1/reporting/report_runs/([\w-]+)", "", self._report_run
        yield "GET", r"/v1/files/([\w-]+)/contents", "", self._file

    def _once(self, request: Request, act) -> Response:
        """The first answer to an idempotency key is the answer; with other words it is an error."""
        key = request.headers.get("idempotency-key", "")
        if not key:
            return act()
        with self.books.lock:
            if key in self._first_answers:
                words, answer = self._first_answers[key]
                if words != request.body:
                    return _error(400, "idempotency_error")
                return Response(answer.status, answer.body, answer.headers | {"idempotent-replayed": "true"})
        try:
            answer = act()
        except _Lost as lost:
            with self.books.lock:
                self._first_answers[key] = (request.body, lost.answer)
            raise Dropped from None
        if answer.status == 200:
            with self.books.lock:
                self._first_answers[key] = (request.body, answer)
        return answer

    def _act(self, call: str, act, found, asked: dict, request: Request) -> Response:
        fault = stumble(self.books, self.name, call, self.patience) if call else ""
        if fault == "error":
            return _error(500, "api_error")
        try:
            if fault == "refused":
                raise Refused("charge_disputed")
            said = act(found, asked, request, fault)
        except Refused as refused:
            return _error(400, refused.why.replace(" ", "_"))
        answer = Response(200, said if isinstance(said, bytes) else json.dumps(said).encode())
        answer.headers["content-type"] = "text/csv" if isinstance(said, bytes) else "application/json"
        if fault == "lost":
            raise _Lost(answer)
        return answer

    def _open(self, found, asked: dict, request: Request, fault: str) -> dict:
        expires_at = datetime.fromtimestamp(int(asked["expires_at"]), UTC)
        if (expires_at - self.books.clock()).total_seconds() < 1800:
            raise Refused("expires_at")
        back = urlsplit(asked["success_url"])
        trade = self.books.open(
            self.name,
            asked["client_reference_id"],
            amount=int(asked["line_items[0][price_data][unit_amount]"]),
            currency=asked["line_items[0][price_data][currency]"].upper(),
            subject=asked["line_items[0][price_data][product_data][name]"],
            notify_url=f"{back.scheme}://{back.netloc}{self.webhook_path}",
            return_url=asked["success_url"],
            expires_at=expires_at,
        )
        self._named[_session_id(trade)] = self._named[f"pi_{trade.id}"] = trade
        return self._told(trade, trade.state, fault)

    def _told(self, trade: Trade, state: str, fault: str = "") -> dict:
        paid = state == "paid"
        return {
            "id": _session_id(trade),
            "object": "checkout.session",
            "client_reference_id": trade.reference,
            "amount_total": trade.amount + (1 if fault == "amount" else 0),
            "currency": trade.currency.lower(),
            "livemode": fault == "payee",
            "status": "complete" if paid else "expired" if state == "closed" else "open",
            "payment_status": "paid" if paid else "unpaid",
            "payment_intent": f"pi_{trade.id}" if paid else None,
            "customer_details": {"email": "someone@example.com"},
            "metadata": {"payment": trade.reference},
            "url": None if paid else f"{self.base_url}/cashier/{trade.token}",
        }

    def _known(self, name: str) -> Trade:
        if name not in self._named:
            raise Refused("resource_missing")
        return self.books.find(self.name, self._named[name].reference)

    def _query(self, found, asked: dict, request: Request, fault: str) -> dict:
        trade = self._known(found[1])
        return self._told(trade, trade.state, fault)

    def _expire(self, found, asked: dict, request: Request, fault: str) -> dict:
        trade = self._known(found[1])
        if trade.state != "waiting":
            raise Refused("not open")
        self.books.close(trade)
        self.books.tell(trade, "closed")
        return self._told(trade, "closed")

    def _refund(self, found, asked: dict, request: Request, fault: str) -> dict:
        trade = self._known(asked["payment_intent"])
        state = "pending" if fault == "pending" else "done"
        refund, _news = self.books.refund(trade, asked["metadata[refund]"], int(asked["amount"]), state)
        return _refund_told(trade, refund, fault)

    def _refunds(self, found, asked: dict, request: Request, fault: str) -> dict:
        trade = self._known(dict(parse_qsl(request.query))["payment_intent"])
        rows = [_refund_told(trade, refund, fault) for refund in trade.refunds.values()]
        return {"object": "list", "data": rows, "has_more": False}

    def notice(self, message: Message) -> tuple[str, dict[str, str], bytes]:
        fault, trade = self.books.fault(self.name, "notice"), message.trade
        stamp = str(int(self.books.clock().timestamp()))
        body = json.dumps({
            "id": message.id,
            "object": "event",
            "type": EVENTS[message.state],
            "livemode": fault == "payee",
            "data": {"object": self._told(trade, message.state, fault)},
        }).encode()  # fmt: skip
        secret = "whsec_strange" if fault == "forged" else self.webhook_secret
        signature = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "stripe-signature": f"t={stamp},v1={signature}"}
        return trade.notify_url, headers, body

    def is_heard(self, status: int, body: bytes) -> bool:
        return 200 <= status < 300

    def _report(self, found, asked: dict, request: Request, fault: str) -> dict:
        columns = [value for name, value in asked.items() if name.startswith("parameters[columns]")]
        day = datetime.fromtimestamp(int(asked["parameters[interval_start]"]), CHINA).date()
        text = io.StringIO()
        rows = csv.DictWriter(text, columns)
        rows.writeheader()
        for line in self.books.bill(self.name, day):
            is_refund = line.kind == "refund"
            gross = -line.amount if is_refund else line.amount
            known = {
                "balance_transaction_id": f"txn_{line.id}",
                "created": line.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
                "currency": line.currency.lower(),
                "gross": _major(gross, line.currency),
                "fee": _major(line.fee, line.currency),
                "reporting_category": "refund" if is_refund else "charge",
                "payment_metadata[payment]": line.trade.reference if is_refund else line.reference,
                "refund_metadata[refund]": line.reference if is_refund else "",
            }
            rows.writerow({name: known.get(name, "") for name in columns})
        name = secrets.token_hex(12)
        self._bills[name] = text.getvalue().encode()
        return {"id": f"frr_{name}", "object": "reporting.report_run", "status": "pending", "result": None}

    def _report_run(self, found, asked: dict, request: Request, fault: str) -> dict:
        name = found[1].removeprefix("frr_")
        if name not in self._bills:
            raise Refused("resource_missing")
        url = f"{self.base_url}{ROOT}/v1/files/{name}/contents"
        return {"id": found[1], "object": "reporting.report_run", "status": "succeeded", "result": {"url": url}}

    def _file(self, found, asked: dict, request: Request, fault: str) -> bytes:
        if found[1] not in self._bills:
            raise Refused("resource_missing")
        return self._bills[found[1]]


class _Lost(Exception):
    def __init__(self, answer: Response):
        super().__init__()
        self.answer = answer


def _session_id(trade: Trade) -> str:
    return f"cs_test_{hashlib.sha256(trade.id.encode()).hexdigest()[:58]}"


def _refund_told(trade: Trade, refund: Refund, fault: str) -> dict:
    return {
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount + (1 if fault == "amount" else 0),
        "currency": trade.currency.lower(),
        "payment_intent": f"pi_{trade.id}",
        "status": REFUND_STATES[refund.state],
        "metadata": {"refund": refund.reference},
    }


def _major(minor: int, currency: str) -> str:
    return str(minor) if currency in ZERO_DECIMAL else f"{Decimal(minor) / 100:.2f}"


def _error(status: int, code: str) -> Response:
    body = json.dumps({"error": {"type": "invalid_request_error", "code": code, "message": code}}).encode()
    return Response(status, body, {"content-type": "application/json"})
