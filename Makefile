# `make run` and `make test` do all set-up by themselves; see README.md.

PYTHON ?= python3
VENV ?= .venv
CAMERA ?=

# Many tests wait more than they compute, so there are more of them at once than cores.
AT_ONCE := --numprocesses $$(( 2 * $$(nproc) )) --dist loadfile

# The tools that look at what the product is made of, apart from it.
SUPPLY ?= .venv-supply

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
INPUTS := pyproject.toml constraints.txt wheels.txt

.PHONY: run setup test slow lint format accuracy deb sbom audit licences clean

run: setup ## Watch a door with the camera there is, else the demonstration
	$(BIN)/ostiary run $(if $(CAMERA),--camera "$(CAMERA)")

setup: $(VENV)/.ready ## The virtual environment, with everything to run
	@$(BIN)/ostiary models prepare >/dev/null

test: setup $(VENV)/.ready-to-test ## Lint, types and the fast tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest $(AT_ONCE)

slow: setup $(VENV)/.ready-to-test ## The tests that take minutes, or need OSTIARY_TEST_DATA
	$(BIN)/pytest -m 'slow or shared_data' --timeout 3600

lint: $(VENV)/.ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.ready-to-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# CACHE=folder keeps the embeddings, which are biometric data, for the next time.
accuracy: setup ## docs/accuracy.md; LFW=folder with images/ and pairs.txt
	$(BIN)/python bench/accuracy.py "$(LFW)" $(if $(CACHE),--cache "$(CACHE)")

# Of another installation: make sbom OF=/opt/ostiary/current/bin/python
sbom: OF ?= $(BIN)/python
sbom: setup $(SUPPLY)/.ready ## A bill of all that is installed (CycloneDX), weights included
	@mkdir -p build
	$(SUPPLY)/bin/python firmware_config/supply/bill.py --of "$(OF)" --output build/ostiary.cdx.json

# Make itself ends with 2 then; whoever needs the status runs the second line.
audit: $(SUPPLY)/.ready ## Known vulnerabilities of what is pinned; "Error 75": nobody could tell
	$(SUPPLY)/bin/python firmware_config/supply/vulnerabilities.py $(if $(OSV),--osv-url "$(OSV)")

licences: setup ## Write docs/licences.md; fails where one is unknown or does not go with ours
	$(BIN)/python firmware_config/supply/licences.py

deb: ## A Debian package for systems like this one, in dist/
	sh firmware_config/debian/build.sh dist

clean:
	rm -rf $(VENV) $(SUPPLY) build dist *.egg-info

# On a Raspberry Pi picamera2 comes with the system, so the environment must see system packages.
$(VENV)/.ready: $(INPUTS)
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh firmware_config/make_venv.sh
	$(PIP) --editable '.[report]'
	$(PIP) --no-deps --requirement wheels.txt
	@touch $@

$(VENV)/.ready-to-test: $(VENV)/.ready
	$(PIP) --editable '.[report,test]'
	@touch $@

$(VENV)/.ready-to-bench: $(VENV)/.ready
	$(PIP) --editable '.[bench]'
	@touch $@

$(SUPPLY)/.ready: firmware_config/supply/tools.txt
	"$(PYTHON)" -m venv $(SUPPLY)
	$(SUPPLY)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement $<
	@touch $@
