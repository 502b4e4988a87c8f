# make demo    see it work: a bridge, a real OpenLDAP, a REST app and a CSV file
# make test    every check CI makes
# make help    the rest

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
KEEP   ?=
JOBS   ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test static tests servers soak bench pin clean

help:
	@echo "make demo          install into $(VENV), then play an identity provider's morning (KEEP=1 leaves it running)"
	@echo "make test          install what the tests need, then run every check"
	@echo "make static        format, lint, types and import floors alone"
	@echo "make soak          the long tests, one by one: PART=requests and others (without PART: what there is)"
	@echo "make bench         measure; figures and how to read them: bench/RESULTS.md"
	@echo "make pin           write requirements/*.txt anew from pyproject.toml (needs uv)"
	@echo "make clean         remove $(VENV) and caches"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "scim-bridge needs Python 3.11 or later; '$(PYTHON)' is $$($(PYTHON) -V). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "python's venv is missing; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "installing scim-bridge into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "installing what the tests need into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# python-ldap is built here, so it may fail where a compiler or libldap's headers are missing: its tests are left out then.
$(VENV)/.libldap: requirements/libldap.txt $(VENV)/.dev | servers
	@echo "installing python-ldap into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation -r requirements/libldap.txt || \
	  echo "NOTE: python-ldap could not be built here: what needs it is left out."
	@touch $@

demo: $(VENV)/.run
	@.ci/servers slapd ldap-utils
	@$(BIN)/python -m demo $(if $(KEEP),--keep)

test: static tests

static: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

tests: $(VENV)/.dev servers $(VENV)/.libldap
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

servers:
	@.ci/servers slapd slapd-contrib ldap-utils 389-ds-base python3-lib389 \
	  samba samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules python3-samba libsasl2-modules-gssapi-mit gcc python3-dev libldap2-dev libsasl2-dev strace systemd

soak: $(VENV)/.dev servers
	$(BIN)/python -m tests.soak $(PART) $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT)) $(if $(RESUME),--resume)

bench: $(VENV)/.dev servers $(VENV)/.libldap
	$(BIN)/python -m bench

pin:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --output-file requirements/run.txt pyproject.toml requirements/build.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --extra dev --output-file requirements/dev.txt pyproject.toml requirements/build.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --extra libldap --output-file requirements/libldap.txt pyproject.toml requirements/build.in

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
