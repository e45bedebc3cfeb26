# Every target makes the environment that it needs. `make PYTHON=python3.12 test` picks an interpreter.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JOBS ?= 2
FUZZ ?= 100000
NETS ?= 10000
CONFIGURATIONS ?= 50
SOURCES := nnspec tests demo benchmarks

.PHONY: help env demo test lint generated stale reference update fuzz conformance bench clean

help:
	@echo "make demo       compile a spec, load it, train it on handwritten digits"
	@echo "make test       the whole test suite, on $(JOBS) processes (JOBS=$(JOBS))"
	@echo "make lint       ruff, black, mypy --strict"
	@echo "make generated  write generated/ anew from specs/"
	@echo "make stale      fail where generated/ is not what specs/ gives"
	@echo "make reference  write docs/library anew from the library and torch's own names"
	@echo "make update     write the expected outputs of the tests anew; look at the diff"
	@echo "make fuzz       random texts, nets and questions: FUZZ=$(FUZZ) texts, NETS=$(NETS) nets"
	@echo "make conformance every layer and function against torch: CONFIGURATIONS=$(CONFIGURATIONS) of each"
	@echo "make bench      start-up and run-time ratios"
	@echo "make clean      remove the environment and all caches"

env: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "nnspec needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[torch,demo,dev]'
	@touch $@

demo: $(READY)
	$(BIN)/python demo/digits.py

test: $(READY)
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -q $(ARGS)

lint: $(READY)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/black --check --quiet $(SOURCES) || { $(BIN)/black --check $(SOURCES); exit 1; }
	$(BIN)/mypy --strict nnspec

generated: $(READY)
	$(BIN)/nnspec build specs -o generated

stale: $(READY)
	$(BIN)/nnspec build specs -o generated --check

reference: $(READY)
	$(BIN)/nnspec docs -o docs/library
	$(BIN)/python -m tests.conformance.left_out

update: $(READY)
	$(BIN)/python -m pytest -q --update tests/test_cases.py tests/docs/test_readme.py

fuzz: $(READY)
	NNSPEC_FUZZ=$(FUZZ) NNSPEC_NETS=$(NETS) $(BIN)/python -m pytest -n $(JOBS) -q --hypothesis-profile=fuzz tests/fuzz tests/differential

conformance: $(READY)
	NNSPEC_CONFORMANCE=$(CONFIGURATIONS) $(BIN)/python -m pytest -n $(JOBS) -q tests/conformance

bench: $(READY)
	$(BIN)/python -m benchmarks.run

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
