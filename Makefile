# Every target makes what it needs from nothing but Python 3.11 or newer.

PYTHON ?= python3
WORKERS ?= auto
VENV ?= .venv
VENV_MIN ?= .venv-min
PYTEST_ARGS ?=

PIP_INSTALL = -m pip install --quiet --disable-pip-version-check

# The lower bounds of the extra torch.
TORCH = torch==2.13.0 skorch==1.4.0

# The workers of pytest fill the cores; threads under them would only queue. A worker
# keeps tests that stand together, and what they share, until another has none left.
RUN_TESTS = OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
	$(1)/bin/python -m pytest -q -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PRECIOUS: %/.created
.PHONY: help demo test test-min docs lint format bench clean

help:
	@echo "make demo      learn from wrong labels on a bundled data set, in one run"
	@echo "make test      pass the tests"
	@echo "make test-min  pass the tests with the oldest supported versions"
	@echo "make lint      check style and spelling"
	@echo "make format    apply what 'make lint' can mend by itself"
	@echo "make docs      build the site into docs/_build/html"
	@echo "make bench     measure speed and memory beside cleanlab, and what an epoch of a"
	@echo "               network costs; with DATA=folder also what is learned from its"
	@echo "               data sets"
	@echo "make clean     remove the environments and everything built"
	@echo "PYTHON=python3.12 picks another Python; PYTEST_ARGS='-k pipeline' picks tests"

demo: $(VENV)/.with-cli
	$(VENV)/bin/sknoisy demo

test: $(VENV)/.with-test
	$(call RUN_TESTS,$(VENV))

# For the latest versions alone are the long products of parts, what is learned from real
# data, and what is not the library: its pages and its benchmarks. Few examples of
# hypothesis show as well as many whether an old version can do it.
test-min: $(VENV_MIN)/.with-test-min
	$(call RUN_TESTS,$(VENV_MIN)) -m "not slow" --hypothesis-profile=few \
		--ignore=docs --ignore=tests/test_docs.py --ignore=tests/test_shared_data.py \
		--ignore-glob="tests/test_benchmark_*.py"

# A page of a name that is gone would fail the build.
docs: $(VENV)/.with-docs
	rm -rf docs/api/generated
	$(VENV)/bin/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

lint: $(VENV)/.with-lint
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/codespell

format: $(VENV)/.with-lint
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(VENV)/.with-bench
	$(VENV)/bin/python benchmarks/confident_learning.py
	$(VENV)/bin/python benchmarks/neural_throughput.py
ifdef DATA
	$(VENV)/bin/python benchmarks/plain_vs_robust.py --data $(DATA)
	$(VENV)/bin/python benchmarks/robustness.py --data $(DATA) --max-rows 1000
	$(VENV)/bin/python benchmarks/neural.py --data $(DATA) --max-rows 1000 \
		--seeds 1 --epochs 10 --noises "real, worst" real "symmetric 0.4"
endif

clean:
	rm -rf $(VENV) $(VENV_MIN) build dist .pytest_cache .ruff_cache .hypothesis
	rm -rf docs/_build docs/auto_examples docs/api/generated docs/sg_execution_times.rst

%/.created:
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("sknoisy needs Python 3.11 or newer: try make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $*
	touch $@

# The oldest versions go into an environment of their own, so this rule stands
# before the general one below.
$(VENV_MIN)/.with-%: pyproject.toml tests/constraints-min.txt $(VENV_MIN)/.created
	$(VENV_MIN)/bin/python $(PIP_INSTALL) -c tests/constraints-min.txt -e ".[$*]"
	touch $@

# Before whatever else depends on torch, and would take the newest one: that may bring
# gigabytes for GPUs, and a CPU is enough for the tests.
$(VENV)/.torch: $(VENV)/.created
	$(VENV)/bin/python $(PIP_INSTALL) $(TORCH)
	touch $@

$(VENV)/.with-test $(VENV)/.with-docs $(VENV)/.with-bench: $(VENV)/.torch

$(VENV)/.with-%: pyproject.toml $(VENV)/.created
	$(VENV)/bin/python $(PIP_INSTALL) -e ".[$*]"
	touch $@
