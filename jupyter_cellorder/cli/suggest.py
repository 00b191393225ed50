"""``jupyter cellorder suggest``."""

from __future__ import annotations

import json
from pathlib import Path

from traitlets import Bool, Unicode

from jupyter_cellorder.budget import parse_budget
from jupyter_cellorder.cli.command import ModelCommand
from jupyter_cellorder.cli.outline import NOTICES, move_lines, outline_diff
from jupyter_cellorder.errors import NotebookError
from jupyter_cellorder.notebook import Notebook, read_content
from jupyter_cellorder.notebook_file import write_order
from jupyter_cellorder.review.settings import Eagerness
from jupyter_cellorder.suggest import Mode, Suggestion, suggest


class SuggestApp(ModelCommand):
    """Suggest an order for one notebook; list it, show it as a diff, or write it."""

    usage = "jupyter cellorder suggest NOTEBOOK [options]; --help lists them"
    description = """Suggest where the markdown of a notebook belongs.

    jupyter cellorder suggest NOTEBOOK [options]

    Without --in-place or --output nothing is written.
    """
    examples = """
    jupyter cellorder suggest notebook.ipynb
    jupyter cellorder suggest notebook.ipynb --mode all --diff
    jupyter cellorder suggest notebook.ipynb --mode selected --cells 3f2a,9c01 --in-place
    jupyter cellorder suggest notebook.ipynb --keep-markdown-order --mode all --output new.ipynb
    """

    mode = Unicode(
        Mode.REVIEW.value,
        help="""'review' moves only what clearly stands in the wrong place, 'selected' places the
        markdown cells named by --cells, 'all' places every markdown cell anew.""",
    ).tag(config=True)
    cells = Unicode("", help="Ids of the cells to place, with commas; for --mode selected.").tag(
        config=True
    )
    keep_markdown_order = Bool(
        False, help="Keep the order of the markdown among itself ('selected' and 'all')."
    ).tag(config=True)
    budget = Unicode(
        "",
        help="""Time that the model may take, such as 2s or 800ms; none if left out. The cheapest
        member is always asked; the dear ones only about cells that are in doubt.""",
    ).tag(config=True)
    eagerness = Unicode(
        Eagerness.BALANCED.value,
        help="""How sure mode 'review' must be of a move: 'cautious', 'balanced' or 'eager', which
        lists more moves and more wrong ones.""",
    ).tag(config=True)
    as_json = Bool(False, help="Print the suggestion as one JSON object.").tag(config=True)
    diff = Bool(False, help="Print a unified diff of the notebook's outline.").tag(config=True)
    in_place = Bool(False, help="Write the suggested order into the notebook.").tag(config=True)
    output = Unicode("", help="Write the notebook in the suggested order to this file.").tag(
        config=True
    )

    aliases = {  # noqa: RUF012
        **ModelCommand.model_aliases,
        "mode": "SuggestApp.mode",
        "eagerness": "SuggestApp.eagerness",
        "cells": "SuggestApp.cells",
        "output": "SuggestApp.output",
        "budget": "SuggestApp.budget",
    }
    flags = {  # noqa: RUF012
        **ModelCommand.model_flags,
        "keep-markdown-order": (
            {"SuggestApp": {"keep_markdown_order": True}},
            "Keep the order of the markdown among itself.",
        ),
        "json": ({"SuggestApp": {"as_json": True}}, "Print the suggestion as one JSON object."),
        "diff": ({"SuggestApp": {"diff": True}}, "Print a unified diff of the outline."),
        "in-place": ({"SuggestApp": {"in_place": True}}, "Write the order into the notebook."),
    }

    def run(self) -> None:
        """Read the notebook, suggest, and print or write as asked."""
        path = self._path()
        selected = [name.strip() for name in self.cells.split(",") if name.strip()]
        self._check_options(selected)
        budget = parse_budget(self.budget) if self.budget else None
        try:
            content = read_content(path)
            notebook = Notebook.from_json(content)
        except NotebookError as error:
            # Only where the file could not be read is its name in the sentence already.
            self.fail(str(error) if error.code == "cannot-read" else f"{path}: {error}")
        ensemble = self.load()
        suggestion = suggest(
            notebook,
            ensemble,
            self.mode,
            selected=selected,
            keep_markdown_order=self.keep_markdown_order,
            eagerness=self.eagerness,
            budget=budget,
        )
        if budget is not None:
            self.remark(_voices_sentence(suggestion))
        if self.as_json:
            found = {"bundle": ensemble.name, **suggestion.as_dict()}
            print(json.dumps(found, indent=2))
        elif self.diff:
            self._print_diff(notebook, suggestion, path)
        elif self.in_place or self.output:
            self._write(suggestion, path, content)
        else:
            self._print_moves(notebook, suggestion)

    def _path(self) -> Path:
        if len(self.extra_args) != 1:
            self.fail(
                f"Give one notebook, not {len(self.extra_args)}: "
                "jupyter cellorder suggest NOTEBOOK [options]."
            )
        return Path(self.extra_args[0])

    def _check_options(self, selected: list[str]) -> None:
        """Refuse what contradicts itself, before the model is loaded."""
        chosen = {
            "--json": self.as_json,
            "--diff": self.diff,
            "--in-place": self.in_place,
            "--output": bool(self.output),
        }
        named = [option for option, given in chosen.items() if given]
        if len(named) > 1:
            self.fail(f"{' and '.join(named)} exclude each other; give one of them.")
        modes = [mode.value for mode in Mode]
        if self.mode not in modes:
            self.fail(f"There is no mode '{self.mode}'; use one of: {', '.join(modes)}.")
        known = [each.value for each in Eagerness]
        if self.eagerness not in known:
            self.fail(f"There is no eagerness '{self.eagerness}'; use one of: {', '.join(known)}.")
        if self.eagerness != Eagerness.BALANCED.value and self.mode != Mode.REVIEW.value:
            self.fail("--eagerness goes with --mode review; leave one of them out.")
        if selected and self.mode != Mode.SELECTED.value:
            self.fail("--cells goes with --mode selected; add that, or leave --cells out.")
        if self.mode == Mode.SELECTED.value and not selected:
            self.fail("--mode selected needs --cells ID,... to say which cells to place.")
        if self.keep_markdown_order and self.mode == Mode.REVIEW.value:
            self.fail("--keep-markdown-order goes with --mode all or --mode selected; add one.")

    def _print_moves(self, notebook: Notebook, suggestion: Suggestion) -> None:
        if suggestion.notice is not None:
            print(NOTICES[suggestion.notice])
            return
        print(_moves_sentence(suggestion, "to move"))
        print("\n".join(move_lines(notebook, suggestion.moves)))

    def _print_diff(self, notebook: Notebook, suggestion: Suggestion, path: Path) -> None:
        # As with diff itself, nothing on stdout means no difference; the reason goes beside it.
        if suggestion.notice is not None:
            self.remark(NOTICES[suggestion.notice])
        else:
            print(outline_diff(notebook, suggestion, str(path)))

    def _write(self, suggestion: Suggestion, path: Path, content: bytes) -> None:
        target = Path(self.output) if self.output else path
        if suggestion.notice is not None:
            print(NOTICES[suggestion.notice])
            if not self.output:
                print(f"{path} stays as it is.")
                return
        write_order(path, suggestion.order, target, seen=content)
        moved = _moves_sentence(suggestion, "moved")
        print(f"Wrote {target}. {moved}" if suggestion.moves else f"Wrote {target}, unchanged.")


def _voices_sentence(suggestion: Suggestion) -> str:
    told = [
        f"{voice.name} about {voice.cells} cell{'' if voice.cells == 1 else 's'} "
        f"in {voice.seconds:.2f} s"
        for voice in suggestion.members
    ]
    return f"Asked: {', '.join(told)}." if told else "Nobody had to be asked."


def _moves_sentence(suggestion: Suggestion, verb: str) -> str:
    count = len(suggestion.moves)
    return f"{count} markdown cell{'' if count == 1 else 's'} {verb}."
