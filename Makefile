# make demo          a first container through the API, from nothing but python3
# make test          everything: lint, offline, every Python found, and against a real engine (root, Linux)
# make test-offline  what needs neither root, nor an engine, nor a network once the tools are installed
# make test-browser  the page of a recording, looked at with headless Chromium
# make bench         rawdocker beside docker, docker-py, aiodocker and curl: docs/performance.md (QUICK=1, ROWS="logs run")
# make lint          style and types
# make audit         known vulnerabilities of the packages in use, where their database can be reached
# make clean         stop the tests' engine, delete what was built
.SILENT:
.PHONY: demo test test-offline test-pythons test-browser test-engine bench lint audit clean
# A container's bytes are exactly what was asked for: no line of make's own among them.
MAKEFLAGS += --no-print-directory
# An engine races with itself, and so does docker before it: what fails is tried once more, and counted as that.
WITH_ENGINE = scripts/engine exec .venv/bin/pytest --reruns 1

demo: .venv/installed
	scripts/demo

test: lint audit test-offline test-pythons test-browser test-engine

test-offline: .venv/installed-dev
	.venv/bin/pytest -n 2

test-pythons: .venv/installed-dev
	scripts/pythons

test-browser: .venv/installed-dev
	bash -c '. scripts/common.sh && need chromium:chromium'
	.venv/bin/pytest -m browser

test-engine: .venv/installed-dev
	scripts/engine up
	scripts/engine oracle >/dev/null
	$(WITH_ENGINE) -n 2 -m live
	$(WITH_ENGINE) -n 2 -m parity
	$(WITH_ENGINE) -n 2 -m terminal
ifdef RAWDOCKER_TEST_ENGINE
	echo "RAWDOCKER_TEST_ENGINE is set: nothing breaks that engine, so the tests of faults do not run" >&2
else
	$(WITH_ENGINE) -m faults
endif

lint: .venv/installed-dev
	.venv/bin/ruff check .
	.venv/bin/mypy

audit: .venv/installed-dev
	scripts/audit

bench: .venv/installed
	.venv/bin/python -m benchmarks $(if $(QUICK),--quick) $(ROWS)

.venv/installed: pyproject.toml
	scripts/venv .

.venv/installed-dev: pyproject.toml
	scripts/venv '.[dev]' && touch .venv/installed

clean:
	[ "$$(id -u)" -ne 0 ] || scripts/engine clean
	rm -rf .venv benchmarks/.rivals build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
