"""The provider's server: three dialects, a cashier page, a way to ask for faults, and a messenger."""

import json
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import requests
from django.template.loader import render_to_string
from django.utils import translation

from mall.money import Money
from orders.fake_provider.alipay import Alipay
from orders.fake_provider.books import CALLS, FAULTS, Books, Message, Refused, Trade
from orders.fake_provider.dialects import Dialect, Dropped, Request, Response
from orders.fake_provider.stripe import Stripe
from orders.fake_provider.wechat import Wechat

LARGEST_BODY = 256 * 1024
OUTCOMES = ("pay", "pay-thrice", "pay-closed", "refuse", "close")
STYLES = Path(__file__).with_name("cashier.css")
Post = Callable[[str, dict[str, str], bytes], tuple[int, bytes]]


class FakeProvider:
    """
    One provider on a port of this machine; to be used in a ``with`` block, or started and stopped.

    :param port: 0 for any that is free
    :param clock: what time it is there
    :param patience: how many seconds a call hangs that times out
    """

    def __init__(
        self, port: int = 0, clock: Callable[[], datetime] = lambda: datetime.now(UTC), patience: float = 15.0
    ):
        self.books = Books(clock)
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.provider = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        kinds = (Alipay, Wechat, Stripe)
        self.dialects: dict[str, Dialect] = {kind.name: kind(self.books, self.url, patience) for kind in kinds}
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> "FakeProvider":
        self._thread.start()
        return self

    def __exit__(self, *problem) -> None:
        self._server.shutdown()
        self._server.server_close()

    def accounts(self) -> dict[str, dict[str, str]]:
        """The merchant's account in each dialect."""
        return {name: dialect.account() for name, dialect in self.dialects.items()}

    # What is told

    def deliver(
        self, *, post: Post | None = None, shuffle: random.Random | None = None, copies: int = 1, at_once: int = 1
    ):
        """
        Tell what is due, once; returns how many messages were heard.

        :param post: sends one message (address, headers, body) and returns status and body; over HTTP unless given
        :param shuffle: in any order instead of the right one
        :param copies: each message goes so often, whether it was heard or not
        :param at_once: by how many threads
        """
        messages = [message for message in self.books.due() for _copy in range(copies)]
        if shuffle:
            shuffle.shuffle(messages)

        def tell(message: Message) -> bool:
            return self._tell(message, post or _post_over_http)

        if at_once == 1:
            heard = [tell(message) for message in messages]
        else:
            with ThreadPoolExecutor(at_once) as pool:
                heard = list(pool.map(tell, messages))
        for message, was_heard in {id(m): (m, h) for m, h in zip(messages, heard, strict=True)}.values():
            self.books.note_sent(message, was_heard)
        return sum(heard)

    def _tell(self, message: Message, post: Post) -> bool:
        dialect = self.dialects[message.trade.dialect]
        return dialect.is_heard(*post(*dialect.notice(message)))

    # What is asked

    def answer(self, request: Request) -> Response:
        for dialect in self.dialects.values():
            if response := dialect.answer(request):
                return response
        parts = request.path.strip("/").split("/")
        if request.path == "/cashier.css":
            return Response(200, STYLES.read_bytes(), {"content-type": "text/css"})
        if parts[0] == "cashier" and len(parts) == 2 and (trade := self.books.by_token.get(parts[1])):
            return self._cashier(trade, request)
        if request.path == "/faults" and request.method == "POST":
            return self._ask_for_faults(request)
        return Response(404, b"no such page\n")

    def _cashier(self, trade: Trade, request: Request) -> Response:
        told = ""
        if request.method == "POST":
            outcome = dict(parse_qsl(request.body.decode())).get("outcome", "")
            if outcome not in OUTCOMES:
                return Response(400, b"no such outcome\n")
            try:
                self.decide(trade, outcome)
            except Refused as refused:
                told = refused.why
            else:
                if trade.return_url:
                    return Response(303, b"", {"location": trade.return_url})
        trade = self.books.find(trade.dialect, trade.reference)
        language = translation.get_supported_language_variant("zh-hans")
        if request.headers.get("accept-language", "").lower().startswith("en"):
            language = "en"
        with translation.override(language):
            context = {"trade": trade, "amount": Money(trade.amount, trade.currency), "refused": told}
            page = render_to_string("fake_provider/cashier.html", context)
        policy = (
            "default-src 'none'; style-src 'self'; form-action 'self' http:; base-uri 'none'; frame-ancestors 'none'"
        )
        headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": policy}
        return Response(200, page.encode(), headers)

    def decide(self, trade: Trade, outcome: str) -> None:
        """:raises Refused: it ended before"""
        if outcome == "refuse":
            self.books.give_up(trade)
        elif outcome == "close":
            self.books.close(trade)
        else:
            copies = 3 if outcome == "pay-thrice" else 1
            self.books.pay(trade, copies=copies, even_closed=outcome == "pay-closed")

    def _ask_for_faults(self, request: Request) -> Response:
        """``{"dialect": "wechat", "call": "query", "what": "timeout", "times": 2}``"""
        try:
            asked = json.loads(request.body)
            if asked["dialect"] not in self.dialects:
                raise ValueError("no such dialect")
            self.books.fail(asked["dialect"], asked["call"], asked["what"], int(asked.get("times", 1)))
        except (ValueError, KeyError, TypeError):
            known = {"dialect": list(self.dialects), "call": CALLS, "what": FAULTS}
            return Response(400, json.dumps(known, indent=2).encode() + b"\n", {"content-type": "application/json"})
        return Response(204)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    provider: FakeProvider


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            return
        place = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(length))
        try:
            answer = self.server.provider.answer(Request(self.command, place.path, place.query, headers, body))
        except Dropped:
            self.close_connection = True
            return
        except (KeyError, ValueError, TypeError):  # not understood
            answer = Response(400, b"not understood\n")
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_POST = do_HEAD = _serve

    def log_message(self, format: str, *arguments) -> None:
        """Addresses hold signatures: nothing is written."""


def _post_over_http(url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    try:
        answer = requests.post(url, data=body, headers=headers, timeout=(3, 10), allow_redirects=False)
    except requests.RequestException:
        return 0, b""
    return answer.status_code, answer.content
