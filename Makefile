# make lab   try it: JupyterLab on a notebook whose markdown is out of order
# make test  everything that must hold before a change lands
# make bench DATA=NOTEBOOKS  what a suggestion costs: seconds, memory, a pointwise member beside it
# make soak  the long browser tests, on notebooks of 1,000 cells
# make bench-data  the corpus cache at the size of Kaggle's data set (an hour, 12 GB of disk)
# make bench-training DATA=CORPUS  tokens a second of a training step, against a plain loop
# make bundle DATA=CORPUS RUN=FOLDER  the bundle that ships, trained again: FOLDER/bundle
# make clean remove what the two have built (not .lab, your copy of the example)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LAB_ARGS ?=
BENCH_ARGS ?=

TRAINED_ON := 22,022 Python notebooks of 268 public repositories under permissive licences (the \
train split of 25,028)
SCORE = $(BIN)/jupyter-cellorder evaluate --json --jobs 2 --bundle "$(RUN)/bundle" "$(DATA)

EXAMPLE := jupyter_cellorder/examples/out-of-order/sorting-support-tickets.ipynb
FRONT := package.json yarn.lock tsconfig.json install.json \
	$(shell find labextension/src labextension/style labextension/schema -type f)
SOURCES := pyproject.toml README.md $(FRONT) \
	$(shell find jupyter_cellorder training jupyter-config -type f \
		-not -path '*/__pycache__/*' -not -path 'jupyter_cellorder/labextension/*')

# The package build keeps a front end that is already there: drop it when its sources are newer.
drop-stale-front = $(if $(filter $(FRONT),$?),rm -rf jupyter_cellorder/labextension)

.PHONY: lab test soak bench bench-data bench-training bundle clean

lab: $(VENV)/.installed
	@mkdir -p .lab
	@if [ -e .lab/$(notdir $(EXAMPLE)) ]; then \
		echo "Opening your copy in .lab from last time; remove that folder to start afresh."; \
	else cp $(EXAMPLE) .lab/; fi
	@root=; [ "$$(id -u)" != 0 ] || root=--allow-root; \
	cd .lab && exec ../$(BIN)/jupyter-lab $$root --LabApp.default_url=/lab/tree/$(notdir $(EXAMPLE)) $(LAB_ARGS)

test: $(VENV)/.tested-with
	$(BIN)/python scripts/run_checks.py

bench: $(VENV)/.tested-with
	$(BIN)/python scripts/bench_serving.py --data $(DATA) $(BENCH_ARGS)

soak: export PATH := $(CURDIR)/$(BIN):$(PATH)
soak: $(VENV)/.tested-with
	cd labextension/ui-tests && jlpm install --immutable && jlpm soak

bench-training: $(VENV)/.tested-with
	$(BIN)/python scripts/bench_training.py --data $(DATA) $(BENCH_ARGS)

# What was trained is found again; what is made of it is made anew.
# Another corpus wants TRAINED_ON="what it is": the model card says it.
bundle: $(VENV)/.tested-with
	@test -n "$(DATA)" -a -n "$(RUN)" || { echo "Say where the corpus is and where the run goes: \
	make bundle DATA=CORPUS RUN=FOLDER" >&2; exit 2; }
	@test -f "$(DATA)/SOURCES.csv" || { echo "The model card names the repositories of the corpus: \
	put their list into $(DATA)/SOURCES.csv" >&2; exit 2; }
	$(BIN)/python -m training.run minilm-context --data "$(DATA)" --output "$(RUN)"
	rm -rf "$(RUN)/bundle"
	$(BIN)/python -m training.export "$(RUN)" --output "$(RUN)/bundle" --corpus "$(TRAINED_ON)"
	$(BIN)/python -m training.priors --data "$(DATA)" --bundle "$(RUN)/bundle"
	$(BIN)/python -m training.calibrate "$(RUN)/bundle" --data "$(DATA)/valid.jsonl.zst" \
		--limit 2000 --least-doubt 2 --trained-on "$(DATA)" --jobs 2
	$(SCORE)/valid.jsonl.zst" --limit 500 > "$(RUN)/valid.json"
	$(SCORE)/valid.jsonl.zst" --limit 500 --keep-markdown-order > "$(RUN)/valid-keep.json"
	$(SCORE)/valid.jsonl.zst" --limit 500 --task selected > "$(RUN)/selected.json"
	$(SCORE)/test.jsonl.zst" > "$(RUN)/test.json"
	$(BIN)/python -m training.card "$(RUN)/bundle" --sources "$(DATA)/SOURCES.csv" \
		--scores "$(RUN)/valid.json" "$(RUN)/valid-keep.json" "$(RUN)/test.json" \
		--selected "$(RUN)/selected.json" --command "make bundle DATA=CORPUS RUN=RUN"

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
