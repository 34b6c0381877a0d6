"""The settings of production, as they are read from an environment of production (H13)."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
answers = {}
for name, secure in (("plain", False), ("secure", True)):
    answer = Client().get("/robots.txt", secure=secure, headers={"host": "mall.example.com"})
    answers[name] = {"status": answer.status_code, **dict(answer.headers)}
names = [name for name in dir(settings) if "COOKIE" in name or name in ("DEBUG", "ALLOWED_HOSTS")]
print(json.dumps({"answers": answers, "settings": {name: getattr(settings, name) for name in names}}, default=str))
"""


def key(number: int) -> str:
    return base64.b64encode(bytes([number]) * 32).decode()


def environment(**changes) -> dict:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "mall.settings",
        "MALL_PRODUCTION": "1",
        "MALL_SECRET_KEY": "a sentence that is long enough, and used by this test alone: 7fd1b2c3-99aa",
        "MALL_FIELD_KEYS": f"1:{key(7)}",
        "MALL_BLIND_INDEX_KEY": key(9),
        "MALL_HOSTS": "mall.example.com",
        "MALL_BASE_URL": "https://mall.example.com",
        "DATABASE_URL": "postgres://mall_app@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1",
        **changes,
    }


def run(*command: str, **changes) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment(**changes), capture_output=True, text=True, timeout=180
    )  # fmt: skip


@pytest.fixture(scope="module")
def told() -> dict:
    done = run("-W", "ignore", "-c", ASK)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_djangos_own_checks_find_nothing():  # H13
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert done.returncode == 0, done.stderr


def test_they_would_find_what_is_missing():
    """The negative control."""
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", MALL_SSL_REDIRECT="0")

    assert done.returncode != 0
    assert "security.W008" in done.stderr


@pytest.mark.parametrize("name", ["MALL_SECRET_KEY", "MALL_FIELD_KEYS", "MALL_BLIND_INDEX_KEY"])
def test_nothing_starts_on_a_default_secret(name):
    done = run("manage.py", "check", **{name: ""})

    assert done.returncode != 0
    assert f"{name} must be set in production" in done.stderr


def test_cookies_are_secure_and_the_sessions_is_hidden_and_bound_to_its_host(told):
    found = told["settings"]

    assert {name: value for name, value in found.items() if name.endswith("COOKIE_SECURE") and not value} == {}
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert (found["SESSION_COOKIE_HTTPONLY"], found["SESSION_COOKIE_PATH"], found["SESSION_COOKIE_DOMAIN"]) == (
        True, "/", None
    )  # fmt: skip
    assert {found["SESSION_COOKIE_SAMESITE"], found["CSRF_COOKIE_SAMESITE"]} <= {"Lax", "Strict"}


def test_debugging_is_off_and_only_our_host_is_answered(told):
    assert (told["settings"]["DEBUG"], told["settings"]["ALLOWED_HOSTS"]) == (False, ["mall.example.com"])


def test_pages_are_answered_over_https_alone_for_a_year_and_by_subdomains_too(told):
    plain, secure = told["answers"]["plain"], told["answers"]["secure"]

    assert (plain["status"], plain["Location"]) == (301, "https://mall.example.com/robots.txt")
    assert secure["status"] == 200
    assert int(secure["Strict-Transport-Security"].partition(";")[0].removeprefix("max-age=")) >= 31_536_000
    assert "includeSubDomains" in secure["Strict-Transport-Security"]


def test_answers_tell_browsers_what_not_to_do(told):
    secure = told["answers"]["secure"]
    policy = secure["Content-Security-Policy"]

    assert (secure["X-Content-Type-Options"], secure["Referrer-Policy"]) == ("nosniff", "same-origin")
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe" not in policy
    assert "Access-Control-Allow-Origin" not in secure
