"""The deployment keeps step with the code: compose file, image and locked requirements are read, not believed."""

import importlib
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service.get("image") == "mall"}
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:?[-?][^}]*)?\}")
SECRET = re.compile(r"PASSWORD|SECRET|KEY")
READ_BY_IMAGES = {
    "postgres": {"POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS"},
    "redis": {"REDISCLI_AUTH"},
}
DIRECT_DEPENDENCIES_AT_MOST = 35


def test_every_part_of_the_mall_is_a_service():
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat", "nginx"}
    assert {"migrate", "web", "worker", "beat"} == OURS


def test_every_lasting_service_tells_its_health_and_comes_back():
    for name, service in SERVICES.items():
        if name == "migrate":
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"], name


def test_nothing_starts_before_what_it_needs():
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in SERVICES
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[needed], f"{name} waits for the health of {needed}"
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


@pytest.mark.django_db  # the web server looks at the policies of the database as it starts
def test_every_command_names_something_that_is_there():
    assert SERVICES["migrate"]["command"] == ["migrate"]
    for name in OURS - {"migrate"}:
        program, *arguments = SERVICES[name]["command"]
        if program == "celery":
            application = importlib.import_module(arguments[arguments.index("-A") + 1])
            assert application.celery_app.main == "mall"
            assert arguments[2] == name
        else:
            assert program == "gunicorn"
            assert (ROOT / arguments[arguments.index("-c") + 1]).exists()
            assert callable(importlib.import_module(arguments[-1]).application)


def test_the_entry_point_runs_commands_that_exist():
    from django.core.management import get_commands

    entry = (ROOT / "deploy" / "entrypoint").read_text()
    commands = re.findall(r"manage\.py (\w+)", entry)

    assert commands == ["prepare_database", "migrate", "collectstatic"]
    assert set(commands) <= set(get_commands())
    assert subprocess.run(["sh", "-n", str(ROOT / "deploy" / "entrypoint")], check=False).returncode == 0


def test_the_worker_knows_every_task_that_beat_sends():
    from mall.celery import app
    from mall.schedule import SCHEDULE

    app.loader.import_default_modules()

    assert SCHEDULE
    assert {line.task for line in SCHEDULE} <= set(app.tasks)


def test_every_setting_that_is_handed_in_is_read():
    read = (ROOT / "mall" / "settings.py").read_text()
    read += (ROOT / "mall" / "management" / "commands" / "prepare_database.py").read_text()
    for name, service in SERVICES.items():
        for variable in service.get("environment", {}):
            assert variable in READ_BY_IMAGES.get(name, set()) or f'"{variable}"' in read, f"{name}: {variable}"


def test_every_variable_is_explained_and_no_secret_has_a_default():
    example = (ROOT / "deploy" / ".env.example").read_text()
    explained = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))
    used = {name: how or "" for name, how in VARIABLE.findall(COMPOSE_TEXT)}

    assert set(used) == set(explained)
    for name, how in used.items():
        if SECRET.search(name):
            assert how.startswith(":?"), name
            assert explained[name] == "", name


def test_what_may_be_chosen_reaches_the_mall_and_is_read():
    example = (ROOT / "deploy" / "mall.env.example").read_text()
    chosen = re.findall(r"^#?(MALL_\w+)=", example, re.MULTILINE)
    read = (ROOT / "mall" / "settings.py").read_text()

    def is_read(name: str) -> bool:
        prefix, _line, rest = name.removeprefix("MALL_").partition("_")
        of_account = f'"MALL_{prefix}"' in read and re.search(rf'"{rest.lower()}"|\b{rest.lower()}="', read)
        return f'"{name}"' in read or bool(of_account)

    assert len(chosen) > 20
    assert [name for name in chosen if not is_read(name)] == []
    assert all(SERVICES[name]["env_file"] == [{"path": "mall.env", "required": False}] for name in OURS)
    for ignored in (".gitignore", ".dockerignore"):
        assert {".env", "mall.env"} <= set((ROOT / ignored).read_text().split())


def test_mail_goes_to_the_server_that_is_named_and_into_files_without_one(monkeypatch):
    monkeypatch.delenv("MALL_EMAIL_BACKEND", raising=False)
    assert runpy.run_path(str(ROOT / "mall" / "settings.py"))["EMAIL_BACKEND"].endswith("filebased.EmailBackend")

    monkeypatch.setenv("MALL_SMTP_HOST", "smtp.example.com")
    monkeypatch.setenv("MALL_SMTP_SECURITY", "ssl")
    read = runpy.run_path(str(ROOT / "mall" / "settings.py"))
    assert read["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_USE_SSL"], read["EMAIL_USE_TLS"]) == (
        "smtp.example.com", 587, True, False,
    )  # fmt: skip

    monkeypatch.setenv("MALL_SMTP_SECURITY", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="MALL_SMTP_SECURITY"):
        runpy.run_path(str(ROOT / "mall" / "settings.py"))


def test_every_volume_is_declared():
    mounted = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if not volume.startswith((".", "/", "$"))
    }

    assert mounted == set(COMPOSE["volumes"])


def test_nginx_serves_where_the_mall_keeps_its_files():
    nginx = (ROOT / "deploy" / "nginx.conf").read_text()
    environment = SERVICES["web"]["environment"]

    assert f"alias {environment['MALL_STATIC_ROOT']}/;" in nginx
    assert f"alias {environment['MALL_MEDIA_ROOT']}/;" in nginx
    assert "server web:8000" in nginx
    assert 'bind = "0.0.0.0:8000"' in (ROOT / "deploy" / "gunicorn.conf.py").read_text()


def test_the_image_runs_locked_packages_as_an_ordinary_user():
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()

    assert "--require-hashes" in dockerfile
    assert dockerfile.count("FROM python:") == 2
    assert re.search(r"^USER mall$", dockerfile, re.MULTILINE)


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_requirements_are_locked_by_hash(name):
    direct, locked = direct_requirements(name), locked_requirements(name)

    assert direct
    assert set(direct) <= set(locked)
    for package, block in locked.items():
        assert re.match(r"[\w.\[\]-]+==[\w.]+", block), package
        assert "--hash=sha256:" in block, package
    assert "://" not in (ROOT / f"{name}.txt").read_text()


def test_both_locks_agree():
    runtime, development = locked_requirements("requirements"), locked_requirements("requirements-dev")

    for package in set(runtime) & set(development):
        assert runtime[package].split()[0] == development[package].split()[0]


def test_direct_dependencies_are_few_and_each_has_its_reason():
    lines = [line for line in (ROOT / "requirements.in").read_text().splitlines() if line and line[0].isalpha()]

    assert len(lines) <= DIRECT_DEPENDENCIES_AT_MOST
    for line in lines:
        assert re.search(r"\s#\s\w.{15,}", line), line


def test_every_direct_dependency_is_installed_as_locked():
    told = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stdout


def direct_requirements(name: str) -> list[str]:
    lines = (ROOT / f"{name}.in").read_text().splitlines()
    return [normal(re.match(r"[\w.-]+", line)[0]) for line in lines if line and line[0].isalpha()]


def locked_requirements(name: str) -> dict[str, str]:
    blocks = re.split(r"\n(?=[a-zA-Z])", (ROOT / f"{name}.txt").read_text().strip())
    return {normal(re.match(r"[\w.-]+", block)[0]): block for block in blocks}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
