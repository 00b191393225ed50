# make lab   try it: JupyterLab on a notebook whose markdown is out of order
# make test  everything that must hold before a change lands
# make soak  the long browser tests, on notebooks of 1,000 cells
# make bench-data  the corpus cache at the size of Kaggle's data set (an hour, 12 GB of disk)
# make bench-training DATA=CORPUS  tokens a second of a training step, against a plain loop
# make clean remove what the two have built (not .lab, your copy of the example)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LAB_ARGS ?=
BENCH_ARGS ?=

EXAMPLE := jupyter_cellorder/examples/out-of-order/sorting-support-tickets.ipynb
FRONT := package.json yarn.lock tsconfig.json install.json \
	$(shell find labextension/src labextension/style labextension/schema -type f)
SOURCES := pyproject.toml README.md $(FRONT) \
	$(shell find jupyter_cellorder training jupyter-config -type f \
		-not -path '*/__pycache__/*' -not -path 'jupyter_cellorder/labextension/*')

# The package build keeps a front end that is already there: drop it when its sources are newer.
drop-stale-front = $(if $(filter $(FRONT),$?),rm -rf jupyter_cellorder/labextension)

.PHONY: lab test soak bench-data bench-training clean

lab: $(VENV)/.installed
	@mkdir -p .lab
	@if [ -e .lab/$(notdir $(EXAMPLE)) ]; then \
		echo "Opening your copy in .lab from last time; remove that folder to start afresh."; \
	else cp $(EXAMPLE) .lab/; fi
	@root=; [ "$$(id -u)" != 0 ] || root=--allow-root; \
	cd .lab && exec ../$(BIN)/jupyter-lab $$root --LabApp.default_url=/lab/tree/$(notdir $(EXAMPLE)) $(LAB_ARGS)

test: $(VENV)/.tested-with
	$(BIN)/python scripts/run_checks.py

soak: export PATH := $(CURDIR)/$(BIN):$(PATH)
soak: $(VENV)/.tested-with
	cd labextension/ui-tests && jlpm install --immutable && jlpm soak

bench-training: $(VENV)/.tested-with
	$(BIN)/python scripts/bench_training.py --data $(DATA) $(BENCH_ARGS)

bench-data: $(VENV)/.tested-with
	$(BIN)/python scripts/bench_data.py $(BENCH_ARGS)

$(VENV)/.installed: $(SOURCES) | $(BIN)/pip
	@$(drop-stale-front)
	$(BIN)/pip install .
	@touch $@

$(VENV)/.tested-with: $(SOURCES) constraints.txt | $(BIN)/pip
	@$(drop-stale-front)
	$(BIN)/pip install --no-compile --constraint constraints.txt '.[training,test]'
	@touch $@ $(VENV)/.installed

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
		echo "Python 3.10 or newer is needed, but '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | tail -n 1)." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "No virtual environment could be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(BIN)/pip install --upgrade 'pip>=24'

clean:
	rm -rf $(VENV) .reports jupyter_cellorder/labextension labextension/lib node_modules \
		labextension/ui-tests/node_modules
