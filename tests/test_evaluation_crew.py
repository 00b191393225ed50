from functools import partial

import pytest
import ranked_members
from ranked_members import trio
from scripted_members import example
from test_evaluation_journal import without_times
from test_evaluation_run import random_examples

from jupyter_cellorder.errors import BundleError
from jupyter_cellorder.evaluation.crew import WAITING, WorkerError, crew
from jupyter_cellorder.evaluation.question import Question, ask
from jupyter_cellorder.evaluation.run import evaluate

EXAMPLES = random_examples(14, clusters=4)
ASKED = Question("all", False, 0)


def test_several_processes_find_the_same(tmp_path):
    heard = []
    alone = evaluate(EXAMPLES, trio())
    together = evaluate(
        EXAMPLES, trio, jobs=2, listeners=[lambda shown, row: heard.append(shown.id)]
    )
    assert without_times(together) == without_times(alone)
    assert together.rows.inversions.tolist() == alone.rows.inversions.tolist()
    assert together.setting.bundle == "trio"
    assert heard == [shown.id for shown in EXAMPLES]


def test_no_more_than_a_few_notebooks_are_in_memory():
    drawn = []

    def source():
        for number in range(60):
            drawn.append(number)
            yield example(f"n{number}", "mcc")

    with crew(ranked_members.by_number, partial(ask, question=ASKED), 2) as asking:
        for done, _ in enumerate(asking.answers(source()), start=1):
            assert len(drawn) - done < 2 * WAITING
    assert done == 60


def test_an_ensemble_that_cannot_be_loaded_says_why():
    with pytest.raises(BundleError, match="is damaged"):
        evaluate(EXAMPLES, ranked_members.broken, jobs=2)


def test_a_worker_that_is_ended_from_outside_is_a_sentence():
    with pytest.raises(WorkerError, match="fewer --jobs") as caught:
        evaluate(EXAMPLES, ranked_members.ending, jobs=2)
    assert caught.value.code == "worker-ended"


def test_several_processes_need_the_function_that_loads():
    with pytest.raises(ValueError, match="loads"):
        evaluate(EXAMPLES, trio(), jobs=2)
