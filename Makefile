# The mall's commands. `make run` and `make test` need nothing but make and Python 3.11 or newer.

# The one that is named, or the first that is new enough
PYTHON_CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
LOCKS := requirements.txt requirements-dev.txt
DEV_STAMP := $(VENV)/installed-dev

# pip, without what is nobody's business here
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes

.PHONY: help run test prove prove-nightly bench screenshots reset lint clean messages lock venv venv-dev chromium

help:
	@echo "make run       open the mall on http://127.0.0.1:8000/ (Ctrl-C closes it, the data stays)"
	@echo "make test      run all tests against servers of their own"
	@echo "make prove     measure the long figures into var/proof.json"
	@echo "make prove-nightly  the longest of them, hours: for a night"
	@echo "make bench     run every benchmark in its small size"
	@echo "make screenshots  every kind of page as pictures into var/screenshots"
	@echo "make reset     delete all data of the embedded mall"
	@echo "make lint      style, import staircase, missing migrations"
	@echo "make messages  collect and compile translations (needs gettext)"
	@echo "make lock      resolve requirements*.in anew (needs uv)"
	@echo "make clean     delete what can be made again, but no data"

run: venv
	@exec $(BIN)/python -m mall.embedded up

reset: venv
	@$(BIN)/python -m mall.embedded reset

test: venv-dev chromium
	$(BIN)/python -m pytest -n 2 $(ARGS)

prove: venv-dev
	@mkdir -p var && rm -f var/proof.json
	$(BIN)/python -m pytest -m proof --timeout=7200 $(ARGS)

prove-nightly: venv-dev
	@mkdir -p var
	$(BIN)/python -m pytest -m nightly $(ARGS)

bench: venv-dev chromium
	$(BIN)/python -m benchmarks all --json

screenshots: venv-dev chromium
	$(BIN)/python -m tests.screenshots $(ARGS)

lint: venv-dev
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	DATABASE_URL=postgres://nobody@127.0.0.1:1/none $(BIN)/python -W ignore manage.py makemigrations --check --dry-run

messages: venv
	@command -v msgfmt >/dev/null || { echo "Translations need gettext: apt-get install gettext"; exit 1; }
	$(BIN)/python manage.py makemessages --all --no-location --no-obsolete --ignore='.venv/*' --ignore='var/*'
	$(BIN)/python manage.py compilemessages --ignore='.venv/*'

lock:
	@command -v uv >/dev/null || { echo "Locking needs uv: pip install uv"; exit 1; }
	for name in requirements requirements-dev; do \
	  uv pip compile $$name.in -o $$name.txt --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --quiet $(ARGS) || exit 1; \
	done

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment of the mall: made once, completed whenever a lock file changes.

venv:
	@python=""; \
	for candidate in $(PYTHON_CANDIDATES); do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    python="$$candidate"; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "The mall needs Python 3.11 or newer, and there is none among: $(PYTHON_CANDIDATES). Name yours: make run PYTHON=/path/to/python3" >&2; \
	  exit 1; \
	fi; \
	now=$$(cat requirements.txt | "$$python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'); \
	if [ -x $(BIN)/python ] && $(BIN)/python -c '' 2>/dev/null && [ "$$now" = "$$(cat $(STAMP) 2>/dev/null)" ]; then exit 0; fi; \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  echo "Making $(VENV) with $$("$$python" --version) …"; \
	  rm -rf $(VENV); \
	  "$$python" -m venv $(VENV) || { echo "Python could not make $(VENV); on Debian: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }; \
	fi; \
	echo "Installing what the mall needs …"; \
	$(PIP_INSTALL) -r requirements.txt || { echo "The installation failed; pip's words above say why." >&2; exit 1; }; \
	echo "$$now" > $(STAMP)

venv-dev: venv
	@now=$$(cat $(LOCKS) | $(BIN)/python -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'); \
	if [ "$$now" = "$$(cat $(DEV_STAMP) 2>/dev/null)" ]; then exit 0; fi; \
	echo "Installing what the tests need …"; \
	$(PIP_INSTALL) -r requirements.txt -r requirements-dev.txt || { echo "The installation failed; pip's words above say why." >&2; exit 1; }; \
	echo "$$now" > $(DEV_STAMP)

# Browser tests need a Chromium: fetched where we may, else those tests are skipped and say so.
chromium:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if [ -e /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then \
	  echo "Installing Chromium for the browser tests …"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk; } >/dev/null \
	    || echo "Chromium could not be installed; browser tests will be skipped." >&2; \
	else \
	  echo "No Chromium found: browser tests will be skipped (apt-get install chromium fonts-noto-cjk)."; \
	fi
