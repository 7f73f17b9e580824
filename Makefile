# The system's own where it is whole: built with profile-guided optimisation, as few others are, it
# takes a fifth less time.
PYTHON ?= $(shell /usr/bin/python3.11 -c "import ensurepip, ssl, venv" 2>/dev/null && echo /usr/bin/python3.11 || echo python3)
PORT ?= 8000
VAR ?= var
WORKERS ?= 2
ARGS ?=
EXAMPLES ?= 100

BIN := .venv/bin
LOCK := -q --upgrade --generate-hashes --custom-compile-command "make lock"
SHELL_WITH_DATABASE := $(BIN)/python -m deploy.embedded.shell --var "$(VAR)" --throwaway --

.PHONY: help setup run test check accuracy search-report mutants faults soak soak-import sameness tamper fuzz corpus formats bench neighbour screens sbom lock test-tools

help:
	@echo "make setup   the environment only (the others call it)"
	@echo "make run     the demo on http://127.0.0.1:$(PORT); Ctrl-C stops it, its data stay in $(VAR)/"
	@echo "make test    the whole test suite (ARGS='-k name' for some of it)"
	@echo "make check   format, lint, types, import layers, secrets in the source, Django's checks, missing migrations"
	@echo "make mutants every border between organizations removed in turn: each must be noticed"
	@echo "make faults  every fault of the matrix many times: kills, restarts, outages (ARGS='--times N --rows 1-4 --record')"
	@echo "make soak    10,000 files offered under kills and outages: every one is accounted for (ARGS='--files N --kills N')"
	@echo "make sameness one ECG by three real doors in every order, at once, repeated, under kills (EXAMPLES=N)"
	@echo "make tamper  audit chains changed in every way, thousands of trials: each must be found"
	@echo "make fuzz    10,000 damaged files of every format: refused, or the same signal (ARGS=--count=N)"
	@echo "make corpus  what becomes of every file of the corpus, into docs/corpus.tsv"
	@echo "make formats the formats that are read, with their largest errors, into docs/formats.md"
	@echo "make accuracy measurements and statements against every labelled ECG of the corpus, into docs/accuracy.md"
	@echo "make search-report labelled queries of search, into docs/search.md"
	@echo "make bench   the benchmarks, each beside a peer or a limit"
	@echo "make neighbour 10,000 files of one organization: does another wait longer (ARGS=--burst=N)"
	@echo "make soak-import 2,000 files imported in bulk with three kills: nothing lost, nothing twice (ARGS=--files=N)"
	@echo "make screens screenshots of the running demo, into docs/screens; every page also by axe and for sideways scrolling"
	@echo "make sbom    the software bill of materials, into sbom.cdx.json"
	@echo "make lock    requirements/*.txt anew from requirements/*.in"
	@echo "PORT, VAR (state folder), EINTHOVEN_CORPUS (folder of ECG files) and PYTHON may be set."

setup:
	@command -v "$(PYTHON)" >/dev/null || { echo "Python 3.11 is needed: install it, or name it with PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" deploy/setup.py

run: setup
	@exec $(BIN)/python -m deploy.embedded.run --port "$(PORT)" --var "$(VAR)"

test: setup test-tools
	@$(SHELL_WITH_DATABASE) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python -m deploy.secret_scan
	$(SHELL_WITH_DATABASE) sh -ec '$(BIN)/mypy apps config deploy simulators; \
		$(BIN)/python manage.py check; $(BIN)/python manage.py makemigrations --check --dry-run'

mutants: setup
	@$(SHELL_WITH_DATABASE) $(BIN)/python -m tests.mutants $(ARGS)

faults: setup test-tools
	@$(BIN)/python -m tests.faults $(ARGS)

soak: setup
	@$(BIN)/python -m tests.soak $(ARGS)

sameness: setup test-tools
	@SAMENESS_EXAMPLES="$(EXAMPLES)" $(SHELL_WITH_DATABASE) $(BIN)/python -m pytest -q tests/sameness tests/storage/test_browser_uploads.py $(ARGS)

tamper: setup
	@$(SHELL_WITH_DATABASE) $(BIN)/python -m tests.tamper $(ARGS)

fuzz: setup
	@$(BIN)/python -m tests.fuzz $(ARGS)

corpus: setup
	@$(BIN)/python -m tests.corpus_table $(ARGS)

formats: setup
	@$(BIN)/python -m tests.formats_table $(ARGS)

accuracy: setup
	@nice $(BIN)/python -m tests.accuracy

search-report: setup
	@$(BIN)/python -m tests.search

bench: setup test-tools
	@$(BIN)/python -m tests.bench $(ARGS)

neighbour: setup
	@$(BIN)/python -m tests.bench neighbour $(ARGS)

soak-import: setup
	@$(SHELL_WITH_DATABASE) $(BIN)/python -m tests.imports $(ARGS)

screens: setup test-tools
	@$(BIN)/python -m tests.screens --url "http://127.0.0.1:$(PORT)"

sbom: setup
	@$(BIN)/python -m deploy.sbom

lock: setup
	$(BIN)/uv pip compile $(LOCK) requirements/uv.in -o requirements/uv.txt
	$(BIN)/uv pip compile $(LOCK) requirements/base.in -o requirements/base.txt
	$(BIN)/uv pip compile $(LOCK) -c requirements/base.txt requirements/prod.in -o requirements/prod.txt
	$(BIN)/uv pip compile $(LOCK) -c requirements/base.txt requirements/dev.in -o requirements/dev.txt

test-tools:
	@sh deploy/test-tools.sh
