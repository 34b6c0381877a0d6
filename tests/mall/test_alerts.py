"""Alerts reach whom they are for (R8): by mail, and signed to programs, never to an address inside (H5)."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from mall import fetching
from mall.audit.models import AuditRecord
from mall.fetching import CannotFetch, post
from mall.operations import telling
from mall.operations.models import Alert, AlertDelivery, AlertReceiver
from mall.operations.signing import headers_of, is_ours, new_secret
from mall.operations.telling import WrongReceiver, renew_secret, save_receiver, send_due, send_test
from tests.conftest import NOON
from tests.factories.accounts import staff

MINUTE = timedelta(minutes=1)


class Program(BaseHTTPRequestHandler):
    """A receiver on this machine that answers with the next status it is given."""

    heard: list = []
    statuses: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).heard.append((self.path, dict(self.headers), body))
        status = self.statuses.pop(0) if self.statuses else 204
        self.send_response(status)
        if status in (301, 307):
            self.send_header("Location", f"http://{self.headers['Host']}/elsewhere")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_told):
        pass


@pytest.fixture
def program():
    """Its address, which by default nobody may ask."""
    Program.heard, Program.statuses = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Program)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def opened(program, settings):
    settings.MALL_FETCH_ALSO_FROM = [program]
    return f"http://{program}/alerts"


def mailbox(**facts):
    given = {"name": "On call", "way": "mail", "address": "oncall@example.com", "language": "en"}
    receiver = AlertReceiver(**given | facts)
    save_receiver(receiver=receiver, by=staff(), now=NOON)
    return receiver


def told_of_an_alert(receiver, what="opened", **facts):
    alert = Alert.objects.create(
        measure="errors", opened_at=NOON, value=300, worst=300, limit=50, **{"closed_at": None, **facts}
    )
    return AlertDelivery.objects.create(alert=alert, receiver=receiver, what=what, made_at=NOON, due_at=NOON)


# Signatures


def test_signatures_are_those_of_the_specification():
    """The example that implementations in other languages test against."""
    known = {"number": "msg_p5jXN8AQM9LWM0D4loKWxJek", "seconds": 1614265330, "body": b'{"test": 2432232314}'}
    headers = headers_of(**known, secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_whatever_is_altered_is_not_ours():
    secret, known = new_secret(), {"number": "ald_1", "seconds": 1_700_000_000, "body": b'{"a":1}'}
    signature = headers_of(**known, secret=secret)["webhook-signature"]

    assert is_ours(**known, secret=secret, signature=f"v1,AAAA {signature}")
    for change in ({"number": "ald_2"}, {"seconds": 1_700_000_001}, {"body": b'{"a":2}'}, {"secret": new_secret()}):
        assert not is_ours(**{**known, "secret": secret, "signature": signature, **change})


# Sending


@pytest.mark.django_db
def test_a_mailbox_hears_of_it_in_its_language_and_hears_when_it_is_over():
    receiver = mailbox()
    told_of_an_alert(receiver)
    told_of_an_alert(receiver, "recovered", closed_at=NOON + MINUTE)

    assert send_due(now=NOON) == {"sent": 2}
    assert send_due(now=NOON + timedelta(days=9)) == {}

    assert [message.subject for message in mail.outbox] == [
        "Alert: Requests that end in an error", "Over: Requests that end in an error"
    ]  # fmt: skip
    assert "Now 3 %; the limit is 0.5 %." in mail.outbox[0].body
    assert reverse("admin:operations_overview") in mail.outbox[0].body


@pytest.mark.django_db
def test_a_program_hears_a_signed_message_that_it_can_check(opened):
    receiver = AlertReceiver(name="Pager", way="webhook", address=opened)
    secret = save_receiver(receiver=receiver, by=staff(), now=NOON)
    delivery = told_of_an_alert(receiver)

    assert send_due(now=NOON) == {"sent": 1}

    ((path, headers, body),) = Program.heard
    assert is_ours(
        number=headers["webhook-id"], seconds=int(headers["webhook-timestamp"]), body=body, secret=secret,
        signature=headers["webhook-signature"],
    )  # fmt: skip
    said = json.loads(body)
    assert (path, headers["webhook-id"], headers["Content-Type"]) == ("/alerts", delivery.public_id, "application/json")
    assert (said["type"], said["data"]["measure"], said["data"]["value"], said["data"]["limit"]) == (
        "alert.opened", "errors", 300, 50
    )  # fmt: skip


@pytest.mark.django_db
def test_what_does_not_arrive_is_tried_again_under_the_same_number_with_growing_pauses(opened):
    receiver = AlertReceiver(name="Pager", way="webhook", address=opened)
    save_receiver(receiver=receiver, by=staff(), now=NOON)
    delivery = told_of_an_alert(receiver)
    Program.statuses = [500, 307, 429, 200]
    moments, now = [], NOON

    while True:
        send_due(now=now)
        delivery.refresh_from_db()
        moments.append(now - NOON)
        if delivery.due_at is None:
            break
        assert send_due(now=delivery.due_at - timedelta(seconds=1)) == {}
        now = delivery.due_at

    assert [moment.total_seconds() for moment in moments] == [0, 5, 305, 2105]
    assert {headers["webhook-id"] for _path, headers, _body in Program.heard} == {delivery.public_id}
    assert {path for path, _headers, _body in Program.heard} == {"/alerts"}  # a redirect is not followed
    assert (delivery.attempts, delivery.delivered_at, delivery.last_error) == (4, now, "")


@pytest.mark.django_db
def test_after_three_days_it_is_given_up_and_nobody_else_waits_for_it(opened):
    broken = AlertReceiver(name="Pager", way="webhook", address=opened)
    save_receiver(receiver=broken, by=staff(), now=NOON)
    delivery = told_of_an_alert(broken)
    AlertDelivery.objects.create(receiver=mailbox(), what="test", made_at=NOON, due_at=NOON)
    Program.statuses = [500] * 50
    now, rounds = NOON, 0

    assert send_due(now=now) == {"failed": 1, "sent": 1}
    while (row := AlertDelivery.objects.get(pk=delivery.pk)).due_at:
        now, rounds = row.due_at, rounds + 1
        send_due(now=now)

    assert (rounds, row.attempts, row.delivered_at) == (9, 10, None)
    assert timedelta(days=2) < now - NOON < timedelta(days=4)
    assert "500" in row.last_error


@pytest.mark.django_db
def test_who_answers_gone_is_told_no_more(opened):
    receiver = AlertReceiver(name="Pager", way="webhook", address=opened)
    save_receiver(receiver=receiver, by=staff(), now=NOON)
    delivery = told_of_an_alert(receiver)
    Program.statuses = [410]

    send_due(now=NOON)

    receiver.refresh_from_db(), delivery.refresh_from_db()
    assert (receiver.is_active, receiver.ended_at, delivery.due_at) == (False, NOON, None)


def test_eight_workers_send_each_message_once(committed_db, program, settings):
    settings.MALL_FETCH_ALSO_FROM = [program]
    receiver = AlertReceiver(name="Pager", way="webhook", address=f"http://{program}/alerts")
    save_receiver(receiver=receiver, by=staff(), now=NOON)
    for _each in range(20):
        send_test(receiver=receiver, by=None, now=NOON)

    def send(_number):
        try:
            return send_due(now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(send, range(16)))

    assert sum(one.get("sent", 0) for one in told) == 20
    assert len({headers["webhook-id"] for _path, headers, _body in Program.heard}) == len(Program.heard) == 20


@pytest.mark.django_db
def test_a_worker_that_dies_while_sending_costs_a_delay_and_nothing_else(monkeypatch):
    delivery = told_of_an_alert(mailbox())

    def die(_delivery):
        raise KeyboardInterrupt

    monkeypatch.setattr(telling, "_send", die)
    with pytest.raises(KeyboardInterrupt):
        send_due(now=NOON)
    monkeypatch.undo()

    assert send_due(now=NOON + MINUTE) == {}
    assert send_due(now=NOON + 2 * MINUTE) == {"sent": 1}
    delivery.refresh_from_db()
    assert delivery.attempts == 2


# Never inside (H5)

INSIDE = [
    "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://0.0.0.0/", "https://10.0.0.1/",
    "https://172.16.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/", "https://100.64.0.1/",
    "https://[fd00::1]/", "https://[fe80::1]/", "https://[::ffff:127.0.0.1]/", "https://2130706433/",
    "https://0x7f000001/", "https://127.1/", "https://[64:ff9b::7f00:1]/", "https://224.0.0.1/", "https://0177.0.0.1/",
    "https://017700000001/", "https://127.0.0.1:8443/", "https://[::]/",
]  # fmt: skip
NO_RECEIVERS = [
    "http://example.com/", "https://example.com:22/", "https://example.com:6379/", "https://u:p@example.com/",
    "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "https://",
    "javascript:alert(1)", "https://example.com:99999/", "https://" + "a" * 2_001,
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_no_message_goes_to_an_address_inside(address):  # H5
    with pytest.raises(CannotFetch):
        post(address, body=b"{}", headers={})


def test_the_corpus_of_addresses_has_more_than_twenty_five():  # H5
    assert len({*INSIDE, *NO_RECEIVERS}) >= 25


@pytest.mark.parametrize("address", NO_RECEIVERS)
def test_what_is_no_receivers_address_is_refused_before_it_is_kept(address):  # H5
    with pytest.raises(WrongReceiver):
        telling.check_address(address)


def test_a_name_that_leads_inside_or_changes_its_mind_reaches_nobody(program, monkeypatch):  # H5
    told, real = [], socket.getaddrinfo
    port = int(program.rpartition(":")[2])

    def changing(host, *rest, **more):
        if not host.endswith(".example"):
            return real(host, *rest, **more)
        told.append(host)
        is_public = host == "rebinds.example" and told.count(host) == 1
        family, address = (socket.AF_INET6, "::1") if host == "six.example" else (socket.AF_INET, "127.0.0.1")
        place = (address, port, 0, 0) if family == socket.AF_INET6 else (address, port)
        return [(family, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port) if is_public else place)]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    monkeypatch.setattr(fetching, "_RECEIVERS_PORTS", {port})

    for host in ("inside.example", "six.example", "rebinds.example"):
        with pytest.raises((CannotFetch, RuntimeError)):  # tests reach nobody outside
            post(f"https://{host}:{port}/", body=b"{}", headers={})

    assert (set(told), told.count("rebinds.example"), Program.heard) == (
        {"inside.example", "six.example", "rebinds.example"}, 1, []
    )  # fmt: skip


def test_only_a_setting_of_a_test_machine_opens_it(program, settings):
    """The negative control: the server is there, and hears when the guard lets it be asked."""
    with pytest.raises(CannotFetch):
        post(f"http://{program}/", body=b"{}", headers={})
    assert Program.heard == []
    settings.MALL_FETCH_ALSO_FROM = [program]

    assert post(f"http://{program}/", body=b"{}", headers={}) == 204
    assert len(Program.heard) == 1


# Staff


@pytest.mark.django_db
def test_staff_add_a_program_and_see_its_secret_once(client, opened):
    client.force_login(staff())
    form = {"name": "Pager", "way": "webhook", "address": opened, "language": "en", "is_active": "on"}

    answer = client.post(reverse("admin:operations_alertreceiver_add"), form, follow=True)

    receiver = AlertReceiver.objects.get()
    secret = receiver.secret.reveal()
    page = reverse("admin:operations_alertreceiver_change", args=[receiver.pk])
    again = client.get(page)
    assert secret in answer.content.decode()
    assert secret not in again.content.decode()
    client.post(page, {**form, "renew": "on"})
    receiver.refresh_from_db()
    assert receiver.secret.reveal() != secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM operations_alertreceiver")
        assert "whsec_" not in cursor.fetchone()[0]
    records = AuditRecord.objects.filter(subject=receiver.public_id).order_by("pk")
    assert [row.action for row in records] == [
        "operations.save_receiver", "operations.save_receiver", "operations.renew_secret"
    ]  # fmt: skip
    assert "whsec_" not in str([(row.before, row.after) for row in records])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("way", "address"), [("webhook", "http://example.com/"), ("webhook", "oncall@example.com"), ("mail", "nobody")]
)
def test_an_address_that_cannot_be_is_said_beside_its_field_and_nothing_is_lost(client, way, address):
    client.force_login(staff())
    form = {"name": "Pager", "way": way, "address": address, "language": "en", "is_active": "on"}

    answer = client.post(reverse("admin:operations_alertreceiver_add"), form)

    assert list(answer.context["adminform"].form.errors) == ["address"]
    assert address in answer.content.decode()
    assert AlertReceiver.objects.count() == 0


@pytest.mark.django_db
def test_a_mailbox_has_no_secret_and_a_test_is_a_press_of_a_button(client):
    receiver = mailbox()
    client.force_login(staff())
    with pytest.raises(WrongReceiver):
        renew_secret(receiver=receiver, by=None, now=NOON)

    form = {"action": "test", "_selected_action": [receiver.pk], "confirmed": "yes"}
    client.post(reverse("admin:operations_alertreceiver_changelist"), form)
    AlertDelivery.objects.update(due_at=NOON)
    send_due(now=NOON)

    assert [message.subject for message in mail.outbox] == ["A test of the alerts"]
