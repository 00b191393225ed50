"""Recipes: those that ship, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.context.recipe import ContextRecipe, ContextStage, Mixture
from training.ensemble.recipe import EnsembleRecipe
from training.pairwise.recipe import PairwiseRecipe
from training.pointwise.recipe import PointwiseRecipe
from training.recipe import EncoderRecipe, RecipeError, TokenLimits, names
from training.tasks import TASKS, load

MINIMAL = 'summary = "s"\ntask = "context"\nencoder = "e"\n'


def written(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def refusal(name: str) -> str:
    with pytest.raises(RecipeError) as caught:
        load(name)
    message = str(caught.value)
    assert message.endswith(".")
    return message


OF_2022 = {
    "codebert-5",
    "codebert-20",
    "codebert-25",
    "codebert-mlm-10",
    "graphcodebert",
    "pairwise-bertsmall",
    "context-codebert",
    "atlantis-public",
    "atlantis",
    "atlantis-graph",
}
SMALL = {
    "minilm-pointwise",
    "minilm-pairwise",
    "minilm-context",
    "minilm-context-gpu",
    "minilm-context-small",
    "minilm-adapt",
    "minilm-atlantis",
}


def test_the_recipes_that_ship() -> None:
    assert set(names()) == OF_2022 | SMALL


@pytest.mark.parametrize("name", names())
def test_every_shipped_recipe_loads(name: str) -> None:
    found = load(name)
    assert found.summary
    assert found.task in TASKS
    if isinstance(found, EnsembleRecipe):
        assert all(isinstance(load(member.recipe), EncoderRecipe) for member in found.members)


@pytest.mark.parametrize(
    ("name", "encoder", "epochs"),
    [
        ("codebert-5", "microsoft/codebert-base", 5),
        ("codebert-20", "microsoft/codebert-base", 20),
        ("codebert-25", "microsoft/codebert-base", 25),
        ("codebert-mlm-10", "microsoft/codebert-base-mlm", 10),
        ("graphcodebert", "microsoft/graphcodebert-base", 20),
    ],
)
def test_the_pointwise_settings_of_2022(name: str, encoder: str, epochs: int) -> None:
    found = load(name)
    assert isinstance(found, PointwiseRecipe)
    assert (found.encoder, found.stage.epochs) == (encoder, epochs)
    assert (found.tokens.markdown, found.layout.code_cells, found.layout.code_tokens) == (
        64,
        20,
        23,
    )
    assert found.layout.length == 512
    assert found.stage.batch * found.stage.accumulate == 32
    assert found.stage.rate == found.stage.encoder_rate == 3e-5
    assert (found.stage.warm_up, found.stage.schedule, found.stage.weight_decay) == (
        0.05,
        "linear",
        0.01,
    )


def test_the_pairwise_settings_of_2022() -> None:
    found = load("pairwise-bertsmall")
    assert isinstance(found, PairwiseRecipe)
    assert (found.layout.length, found.negatives.sampler, found.negatives.share) == (
        128,
        "uniform",
        0.1,
    )
    assert (found.stage.batch, found.stage.epochs, found.stage.rate) == (256, 1, 5e-5)


@pytest.mark.parametrize("name", ["atlantis-public", "atlantis", "atlantis-graph"])
def test_the_weights_of_2022(name: str) -> None:
    found = load(name)
    assert isinstance(found, EnsembleRecipe)
    assert [member.weight for member in found.members] == [6, 5, 2, 3]
    assert [load(member.recipe).task for member in found.members] == [
        "pointwise",
        "pointwise",
        "pointwise",
        "pairwise",
    ]


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    assert load(written(tmp_path, MINIMAL)) == ContextRecipe(
        summary="s", task="context", encoder="e"
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    text = MINIMAL + (
        "seed = 7\n[tokens]\nmarkdown = 5\n[mixture]\nall = 0\nfew = 0.5\n"
        '[frozen]\nepochs = 2\nprecision = "fp32"\n[unfrozen]\nsteps = 9\n'
    )
    found = load(written(tmp_path, text))
    assert isinstance(found, ContextRecipe)
    assert found.seed == 7
    assert found.tokens == TokenLimits(markdown=5)
    assert found.mixture == Mixture(all=0.0, few=0.5)
    assert isinstance(found.mixture.all, float)
    assert found.frozen == ContextStage(epochs=2.0, precision="fp32")
    assert found.unfrozen == ContextStage(steps=9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            MINIMAL.replace('"context"', '"rank"'),
            "there is no task 'rank'; choose one of adapt, context",
        ),
        (
            MINIMAL + "sed = 1\n",
            "unknown key 'sed'; known are summary, task, encoder, seed, notebooks",
        ),
        (MINIMAL + "[frozen]\nsteep = 1\n", "frozen: unknown key 'steep'"),
        (MINIMAL + "[unfrozen]\nsteep = 1\n", "unfrozen: unknown key 'steep'"),
        (MINIMAL + "[[further]]\nnotebooks = -1\n", "notebooks is -1 and must be at least 0"),
        (MINIMAL + "[[further]]\nkept = 1.5\n", "kept is 1.5 and must be at most 1"),
        (MINIMAL + 'seed = "one"\n', "seed is 'one'; int is wanted"),
        (MINIMAL + "seed = true\n", "seed is True; int is wanted"),
        (MINIMAL + "[frozen]\nrate = true\n", "rate is True; float is wanted"),
        (MINIMAL + "[frozen]\nsteps = 1.5\n", "steps is 1.5; int is wanted"),
        (MINIMAL + "[seed]\na = 1\n", "seed is a table; int is wanted"),
        (MINIMAL + "frozen = 3\n", "frozen is 3; a table is wanted"),
        ('summary = "s"\ntask = "context"\n', "the key 'encoder' is missing"),
        ("summary = \n", "is not TOML"),
        (MINIMAL.replace('"context"', '["context"]'), "there is no task ['context']"),
        (MINIMAL + "seed = -1\n", "seed is -1 and must be at least 0"),
        (MINIMAL + "notebooks = -1\n", "notebooks is -1 and must be at least 0"),
        (MINIMAL + "scored = 0\n", "scored is 0 and must be at least 1"),
        (MINIMAL + "dropout = 1.0\n", "dropout is 1.0 and must be at least 0 and below 1"),
        (MINIMAL + "[tokens]\ncode = 2\n", "tokens: code is 2 and must be at least 3"),
        (MINIMAL + "[tokens]\ntail = 1.5\n", "tokens: tail is 1.5 and must be between 0 and 1"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(written(tmp_path, text))


def test_a_recipe_that_is_not_there(tmp_path: Path) -> None:
    assert "choose one of" in refusal("no-such-recipe")
    assert "minilm-context" in refusal(str(tmp_path / "none.toml"))


def test_a_recipe_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    assert "cannot be read" in refusal(str(tmp_path / "folder.toml"))
    (tmp_path / "latin.toml").write_bytes(b'summary = "\xe9"\n')
    assert "is not TOML" in refusal(str(tmp_path / "latin.toml"))


def test_values_can_be_changed(tmp_path: Path) -> None:
    changes = ["seed=7", "frozen.rate = 0.5", "encoder=some/folder", "tokens.code = 9"]
    found = load(written(tmp_path, MINIMAL), changes)
    assert isinstance(found, ContextRecipe)
    assert (found.seed, found.frozen.rate, found.encoder) == (7, 0.5, "some/folder")
    assert found.tokens == TokenLimits(code=9)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("seed", "'seed' changes nothing; write key=value"),
        ("=3", "changes nothing"),
        ("seed.deep=3", "seed is a table; int is wanted"),
        ("task.deep=3", "'task' is no table"),
        ("task=pointwise", "its task is 'context' and cannot be changed"),
        ("frozen.steep=3", "frozen: unknown key 'steep'"),
        ("further.steps=3", "there are 1 of these; say which, as in further.0.steps"),
        ("further.1.steps=3", "'1' is no table"),
        ("further.0.unfrozen_layers=-1", "unfrozen_layers is -1 and must be at least 0"),
        ("seed=one", "seed is 'one'; int is wanted"),
    ],
)
def test_a_change_that_cannot_be_made_is_named(tmp_path: Path, change: str, said: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load(written(tmp_path, MINIMAL + "[[further]]\nunfrozen_layers = 1\n"), [change])
    assert said in str(caught.value)


def test_changes_of_an_ensemble_reach_its_members() -> None:
    found = load("atlantis", ["stage.minutes=5", "summary=mine"])
    assert isinstance(found, EnsembleRecipe)
    assert found.summary == "mine"
    member = load(found.members[0].recipe, found.changes)
    assert isinstance(member, PointwiseRecipe)
    assert member.stage.minutes == 5


ENSEMBLE = 'summary = "s"\ntask = "ensemble"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENSEMBLE, "the key 'members' is missing"),
        (ENSEMBLE + "members = []\n", "members need names of their own"),
        (ENSEMBLE + "members = 3\n", "members is 3; a list is wanted"),
        (ENSEMBLE + '[[members]]\nname = "a"\n', "members[0]: the key 'recipe' is missing"),
        (ENSEMBLE + '[[members]]\nname = "../a"\nrecipe = "b"\n', "letters, digits"),
        (ENSEMBLE + '[[members]]\nname = "a"\nrecipe = "b"\nweight = 0\n', "above 0"),
    ],
)
def test_a_wrong_ensemble_is_named(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(written(tmp_path, text))


@pytest.mark.parametrize(
    ("task", "text", "said"),
    [
        ("pairwise", '[negatives]\nsampler = "far"\n', "choose uniform or near"),
        ("pairwise", "[negatives]\nshare = 0.0\n", "share is 0.0"),
        ("adapt", '[corruption]\nobjective = "nsp"\n', "choose one of mlm, rtd, mlm+rtd"),
        ("pairwise", "[stage]\nbatch = 0\n", "stage: batch is 0 and must be at least 1"),
        ("pointwise", "[stage]\naccumulate = 0\n", "stage: accumulate is 0"),
        ("pointwise", "[stage]\nrate = -1.0\n", "stage: rate is -1.0"),
        ("pointwise", "[stage]\nrate = nan\n", "stage: rate is nan"),
        ("pointwise", "[stage]\nepochs = 0\n", "stage: epochs is 0.0"),
        ("pointwise", '[stage]\nschedule = "step"\n', "choose cosine or linear"),
        ("adapt", "[stage]\nlength = 2\n", "stage: length is 2 and must be at least 3"),
        ("context", "[frozen]\ncells = 0\n", "frozen: cells is 0 and must be at least 1"),
        ("context", "[frozen]\nquestions = 0\n", "frozen: questions is 0 and must be at least 1"),
        ("context", "[frozen]\ndropout = 1.0\n", "frozen: dropout is 1.0 and must be at least 0"),
        ("context", "[frozen]\nblurred = 1.0\n", "frozen: blurred is 1.0 and must be at least 0"),
        ("context", "[frozen]\nblurred = -0.1\n", "frozen: blurred is -0.1"),
        ("context", "[mixture]\nfew = -0.1\n", "mixture: few is -0.1"),
        ("context", "[mixture]\nall = 0.9\n", "mixture: the shares add up to 1.2"),
        ("context", "[loss]\ngap = -1\n", "loss: gap is -1.0"),
        ("context", "[network]\nheads = 3\n", "3 heads do not share a width of 256 evenly"),
        ("context", "[network]\ndropout = 1.0\n", "network: dropout is 1.0"),
        ("context", "[network]\nwidth = 0\n", "network: width is 0"),
        ("context", "[network]\nfirst_layers = -1\n", "network: first_layers is -1"),
        ("adapt", "[corruption]\nshare = 1.0\n", "share is 1.0"),
        ("adapt", "[corruption]\nrtd_weight = -1\n", "rtd_weight is -1.0"),
        ("adapt", "[corruption]\ngenerator_layers = 0\n", "generator_layers is 0"),
    ],
)
def test_values_that_make_no_sense_are_named(
    tmp_path: Path, task: str, text: str, said: str
) -> None:
    assert said in refusal(written(tmp_path, MINIMAL.replace("context", task) + text))


def test_a_second_answer_has_a_share_of_the_first(tmp_path: Path) -> None:
    assert load("minilm-context", ["again=0.3"]).again == 0.3  # type: ignore[attr-defined]
    assert "must be between 0 and 1" in refusal(written(tmp_path, MINIMAL + "again = 1.5\n"))
