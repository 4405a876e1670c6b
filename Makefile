# Works with GNU make 3.81 (macOS) and any sh. `make` alone lists the targets.

VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
QBWC_TEST_WORKERS ?= 2
SEEDS ?= 1000
FROM ?= 0
BENCH_SCALE ?= 1

.DEFAULT_GOAL := help
.PHONY: help demo test check format faults bench screenshots serve clean FORCE
.DELETE_ON_ERROR:

help: ## list the targets
	@echo "make targets:"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.run ## sample jobs from the queue into a simulated QuickBooks, over real HTTP
	@$(BIN)/qbwc demo

test: $(VENV)/.dev ## all tests; the last line says what could not be run here (PYTEST_ARGS="-k word")
	@$(BIN)/python -m pytest --numprocesses $(QBWC_TEST_WORKERS) --dist loadfile $(PYTEST_ARGS)

check: $(VENV)/.dev ## lint, format and types, as the build checks them
	@echo "ruff check";  $(BIN)/ruff check --quiet
	@echo "ruff format"; $(BIN)/ruff format --check --quiet || { echo "Not formatted; 'make format' does it."; exit 1; }
	@echo "mypy";        $(BIN)/mypy

format: $(VENV)/.dev ## put the source into its usual form
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format

faults: $(VENV)/.dev ## random schedules of faults against queue and books (SEEDS=100000 FROM=0)
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) --from $(FROM)

bench: $(VENV)/.dev ## what a job costs, into docs/performance.md; about 7 minutes (BENCH_SCALE=0.1)
	@$(BIN)/python -m benchmarks --scale $(BENCH_SCALE)

screenshots: $(VENV)/.dev ## pictures of the page, light and dark, at three widths, into the folder screenshots
	@$(BIN)/python -m tests.browser.pictures screenshots

serve: $(VENV)/.run ## start the server with the settings of the environment and .env
	@$(BIN)/qbwc serve

clean: ## remove what make made: .venv, demo, screenshots, caches (never your data)
	rm -rf $(VENV) demo screenshots build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find qbwc_server qbxml_templates benchmarks tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The virtual environment is made anew when pyproject.toml changed, when the folder was moved (its scripts hold full
# paths), and when its Python was upgraded away. A stamp holds the folder; .dev is .run with the tools of developers.
HERE := $(CURDIR) ready
STATE := $(shell cat $(VENV)/.run 2>/dev/null) $(shell $(BIN)/python -c 'print("ready")' 2>/dev/null)
ifneq ($(STATE),$(HERE))
$(VENV)/.run: FORCE
endif

$(VENV)/.run: pyproject.toml
	@python=$$(sh tools/find-python) || exit 1; \
	echo "Making a virtual environment in $(VENV) with $$python ..."; \
	rm -rf $(VENV) && "$$python" -m venv $(VENV)
	@echo "Installing qbwc-server ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --editable .
	@printf '%s\n' '$(CURDIR)' > $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Installing the tools for tests and checks ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
