import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from ranked_members import trio
from scripted_members import ByNumber, ensemble, numbered, write_ipynb
from test_evaluation_run import random_examples

from jupyter_cellorder.evaluation.contender import Contender
from jupyter_cellorder.evaluation.journal import Journal, JournalError, fingerprint
from jupyter_cellorder.evaluation.question import Question
from jupyter_cellorder.evaluation.run import evaluate
from jupyter_cellorder.evaluation.sources import read_examples

EXAMPLES = random_examples(12, clusters=4)
ASKED = Question("all", False, 0)


def opened(path, bundle="sha"):
    return lambda question: Journal(path, question, bundle)


def without_times(result):
    """What must be the same from run to run."""

    def cleaned(record):
        if isinstance(record, dict):
            return {
                name: cleaned(value)
                for name, value in record.items()
                if name not in ("seconds", "seconds_per_notebook", "kaggle_hours", "jobs")
            }
        return [cleaned(value) for value in record] if isinstance(record, list) else record

    record = result if isinstance(result, dict) else result.as_dict()
    return cleaned(json.loads(json.dumps(record)))


def test_what_was_found_is_not_asked_again(tmp_path):
    path = tmp_path / "rows.jsonl"
    whole = evaluate(EXAMPLES, trio())
    evaluate(EXAMPLES[:7], trio(), journal=opened(path))
    asked = trio()
    result = evaluate(EXAMPLES, asked, journal=opened(path))
    assert asked.members[0].asked == 5
    assert without_times(result) == without_times(whole)
    asked = trio()
    again = evaluate(EXAMPLES[::-1], asked, journal=opened(path))
    assert asked.members[0].asked == 0
    assert again.kendall_tau == whole.kendall_tau


def test_seconds_are_those_of_the_asking(tmp_path):
    path = tmp_path / "rows.jsonl"
    first = evaluate(EXAMPLES, trio(), journal=opened(path))
    again = evaluate(EXAMPLES, trio(), journal=opened(path))
    assert again.as_dict() == first.as_dict()


def test_a_larger_sample_goes_on_from_a_smaller_one(tmp_path):
    path = tmp_path / "rows.jsonl"
    evaluate(EXAMPLES, trio(), limit=4, journal=opened(path))
    asked = trio()
    evaluate(EXAMPLES, asked, limit=9, journal=opened(path))
    assert asked.members[0].asked == 5


def test_a_notebook_that_has_changed_is_asked_again(tmp_path):
    path = tmp_path / "rows.jsonl"
    evaluate(EXAMPLES[:1], trio(), journal=opened(path))
    cells = EXAMPLES[0].notebook.cells
    changed = replace(cells[0], source=f"{cells[0].source} #0")
    notebook = replace(EXAMPLES[0].notebook, cells=(changed, *cells[1:]))
    asked = trio()
    evaluate([replace(EXAMPLES[0], notebook=notebook)], asked, journal=opened(path))
    assert asked.members[0].asked == 1
    names = {fingerprint(EXAMPLES[0]), fingerprint(replace(EXAMPLES[0], id="other"))}
    assert len({*names, fingerprint(replace(EXAMPLES[0], labelled=False))}) == 3


def test_a_last_line_that_breaks_off_is_asked_again(tmp_path):
    path = tmp_path / "rows.jsonl"
    evaluate(EXAMPLES, trio(), journal=opened(path))
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:5]) + lines[5][:40])
    with Journal(path, ASKED, "sha") as journal:
        assert len(journal) == 4
    result = evaluate(EXAMPLES, trio(), journal=opened(path))
    assert result.notebooks == 12
    assert len(path.read_bytes().splitlines()) == len(lines)


@pytest.mark.parametrize("kept", [0, 1, 20])
def test_a_head_that_breaks_off_is_written_again(tmp_path, kept):
    path = tmp_path / "rows.jsonl"
    evaluate(EXAMPLES[:2], trio(), journal=opened(path))
    path.write_bytes(path.read_bytes()[:kept])
    assert evaluate(EXAMPLES[:2], trio(), journal=opened(path)).notebooks == 2


@pytest.mark.parametrize(
    ("question", "bundle", "said"),
    [
        (Question("all", False, 1), "sha", r"another seed \(0, not 1\)"),
        (Question("all", True, 0), "sha", "another keep markdown order"),
        (Question("all", False, 0), "other", r"another bundle \(sha, not other\)"),
        (Question("all", False, 0, Contender("strategy", "x")), "sha", "another strategy"),
    ],
)
def test_another_evaluation_is_refused_and_the_file_left_alone(tmp_path, question, bundle, said):
    path = tmp_path / "rows.jsonl"
    evaluate(EXAMPLES[:2], trio(), journal=opened(path))
    before = path.read_bytes()
    with pytest.raises(JournalError, match=said) as caught:
        Journal(path, question, bundle)
    assert caught.value.code == "journal-other"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"notes of mine", b"notes\nof mine\n", b'{"a": 1}\n', b'["x"]\n{"y": 2}\n']
)
def test_another_file_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(JournalError) as caught:
        Journal(path, ASKED, "sha")
    assert caught.value.code == "journal-corrupt"
    assert path.read_bytes() == content


def test_a_file_in_use_is_refused(tmp_path):
    path = tmp_path / "rows.jsonl"
    with (
        Journal(path, ASKED, "sha"),
        pytest.raises(JournalError, match="by another evaluation"),
    ):
        Journal(path, ASKED, "sha")
    with Journal(path, ASKED, "sha") as journal:
        assert len(journal) == 0


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(JournalError, match="cannot be written") as caught:
        Journal(tmp_path / "no" / "rows.jsonl", ASKED, "sha")
    assert caught.value.code == "journal-write"


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_in_the_middle_and_run_again_it_goes_on(tmp_path, jobs):
    folder, path = tmp_path / "notebooks", tmp_path / "rows.jsonl"
    for number in range(40):
        write_ipynb(folder / f"n{number}.ipynb", numbered("mcmccm"[number % 3 :]))
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import ranked_members\n"
        "from pathlib import Path\n"
        "from jupyter_cellorder.evaluation.journal import Journal\n"
        "from jupyter_cellorder.evaluation.run import evaluate\n"
        "from jupyter_cellorder.evaluation.sources import read_examples\n"
        "if __name__ == '__main__':\n"
        f"    examples = read_examples(Path({str(folder)!r}))\n"
        f"    evaluate(examples, ranked_members.slow, jobs={jobs},\n"
        f"        journal=lambda question: Journal(Path({str(path)!r}), question, 'sha'))\n"
    )
    running = subprocess.Popen([sys.executable, "-B", str(program)])
    try:
        deadline = time.monotonic() + 120
        while not path.exists() or len(path.read_bytes().splitlines()) < 4:
            assert running.poll() is None, "ended before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        workers = psutil.Process(running.pid).children(recursive=True)
    finally:
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    assert not psutil.wait_procs(workers, timeout=60)[1], "workers outlive their parent"
    with Journal(path, ASKED, "sha") as journal:
        found = len(journal)
    assert 3 <= found < 40
    asked = ensemble(ByNumber())
    result = evaluate(read_examples(folder), asked, journal=opened(path))
    whole = evaluate(read_examples(folder), ensemble(ByNumber()))
    assert result.notebooks == 40
    assert result.kendall_tau == whole.kendall_tau
    with Journal(path, ASKED, "sha") as journal:
        assert len(journal) == 40
