from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vae_core
from vae_core.checkpoint import read
from vae_core.claims import claimed
from vae_core.cli import main
from vae_core.datasets import ImageDataset
from vae_core.runs import resume

SMALL = (
    "--hidden=32", "--sine-features=0", "--precision=fp32", "--batch-size=128",
    "--late-batch-size=128", "--quiet",
)  # fmt: skip
Document = Callable[[list[str]], Any]
Complaint = Callable[[list[str]], str]


def test_a_run_without_a_name_is_kept_in_the_runs_and_a_second_one_beside_it(runs: Path) -> None:
    for _ in range(2):
        assert main(["train", "--epochs", "1", *SMALL]) == 0
    assert [entry.name for entry in vae_core.catalogue(runs)] == ["digits-vae-2d", "digits-vae-2d-2"]


def test_the_document_holds_the_measures_with_their_units_and_the_settings(
    document: Document, runs: Path
) -> None:
    made = document(
        [
            "train",
            "--epochs",
            "4",
            "--seed",
            "3",
            "--json",
            "--importance-samples",
            "5",
            "--out",
            str(runs / "a"),
            *SMALL,
        ]
    )
    assert made["name"] == "a"
    assert made["finished"] == "complete"
    assert made["warnings"] == []
    assert made["epochs"] == 4
    assert made["steps"] > 0
    assert made["seconds"] > 0
    assert made["images_per_second"] > 0
    assert made["effective_beta"] == 1
    assert made["config"]["seed"] == 3
    assert made["config"]["model"]["network"]["hidden"] == [32]
    assert made["config"]["training"]["seconds"] is None
    measures = {"elbo", "reconstruction", "kl", "iwae", "knn_accuracy", "active_units", "mse"}
    assert measures <= set(made["metrics"])
    for entry in made["metrics"].values():
        assert {"value", "unit", "split", "count", "estimator"} == set(entry)
        assert entry["split"] == "test"
        assert entry["count"] == 400
    assert vae_core.load(runs / "a").metrics == made["metrics"]


def test_the_same_seed_gives_the_same_model_and_another_seed_another(document: Document, runs: Path) -> None:
    elbos = [
        document(["train", "--epochs", "1", "--json", "--seed", seed, *SMALL])["metrics"]["elbo"]["value"]
        for seed in ("1", "1", "2")
    ]
    assert elbos[0] == elbos[1] != elbos[2]


def test_an_autoencoder_takes_what_families_share_and_refuses_the_rest(
    document: Document, complaint: Complaint
) -> None:
    made = document(["train", "--family", "ae", "--latent-dim", "3", "--epochs", "1", "--json", *SMALL])
    assert made["config"]["model"]["family"] == "ae"
    assert made["config"]["model"]["latent_dim"] == 3
    assert made["effective_beta"] is None
    assert "elbo" not in made["metrics"]
    assert "--beta does not go with family ae" in complaint(["train", "--family", "ae", "--beta", "2"])
    assert "pixel_reduction" in complaint(["train", "--family", "ae", "--preset", "article"])


def test_another_family_begins_with_defaults_of_its_own_and_takes_its_own_settings(
    document: Document, complaint: Complaint
) -> None:
    made = document(["train", "--family", "tcvae", "--epochs", "1", "--json", *SMALL])
    assert made["config"]["model"]["beta"] == 4
    assert made["effective_beta"] is None
    assert made["metrics"]["elbo"]["unit"] == "nats per image"
    made = document(["train", "--family", "infovae", "--alpha", "1", "--epochs", "1", "--json", *SMALL])
    assert (made["config"]["model"]["alpha"], made["config"]["model"]["lambda_mmd"]) == (1, 10)
    made = document(["train", "--family", "iwae", "--samples", "2", "--epochs", "1", "--json", *SMALL])
    assert made["config"]["model"]["samples"] == 2
    assert "--capacity does not go with family vae" in complaint(["train", "--capacity", "3"])
    assert "--free-bits does not go with family iwae" in complaint(
        ["train", "--family", "iwae", "--free-bits", "1"]
    )


def test_a_preset_is_overridden_by_single_settings(document: Document) -> None:
    made = document(
        ["train", "--preset", "plain", "--epochs", "1", "--learning-rate", "0.002", "--json", *SMALL]
    )
    training = made["config"]["training"]
    assert (training["learning_rate"], training["schedule"], training["epochs"]) == (0.002, "constant", 1)
    assert made["config"]["model"]["network"]["layer_norm"] is False


def test_the_effective_beta_is_told_when_it_is_not_the_stated_one(
    capsys: pytest.CaptureFixture[str], document: Document
) -> None:
    made = document(["train", "--preset", "article", "--epochs", "1", "--json", "--quiet"])
    assert made["effective_beta"] == pytest.approx(0.5 * 64 / 2)
    assert main(["train", "--preset", "article", "--epochs", "0.1", "--quiet"]) == 0
    assert "The effective beta is 16, not 1" in capsys.readouterr().err


def test_a_collapse_is_told_in_plain_words(capsys: pytest.CaptureFixture[str], document: Document) -> None:
    command = ["train", "--beta", "1000", "--epochs", "30", "--json", *SMALL]
    assert main(command) == 0
    output = capsys.readouterr()
    assert "the posterior has collapsed" in output.err
    assert "the posterior has collapsed" in output.out


# The engine keeps the exploded codes as float16.
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_a_run_that_diverges_keeps_its_last_good_state_and_exits_with_1(
    capsys: pytest.CaptureFixture[str], runs: Path
) -> None:
    command = ["train", "--epochs", "5", "--learning-rate", "10", "--schedule", "constant", "--no-layer-norm"]
    assert main([*command, "--out", str(runs / "wild"), *SMALL, "--hidden=256,256,256"]) == 1
    assert "the loss stopped being a usable number" in capsys.readouterr().err.lower()
    assert vae_core.load(runs / "wild").latent_dim == 2


def test_an_existing_model_is_replaced_only_when_asked(complaint: Complaint, runs: Path) -> None:
    place = str(runs / "mine")
    assert main(["train", "--epochs", "1", "--out", place, *SMALL]) == 0
    refusal = complaint(["train", "--epochs", "1", "--out", place, *SMALL])
    assert "--overwrite" in refusal
    assert "--resume mine" in refusal
    assert main(["train", "--epochs", "1", "--latent-dim", "4", "--out", place, "--overwrite", *SMALL]) == 0
    assert vae_core.load(place).latent_dim == 4


def test_a_folder_that_is_no_model_is_never_replaced(complaint: Complaint, tmp_path: Path) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "dear.txt").write_text("hello")
    assert "other than a model" in complaint(["train", "--out", str(letters), "--overwrite", *SMALL])
    assert (letters / "dear.txt").read_text() == "hello"


def test_a_run_that_goes_on_reaches_the_same_weights_as_one_that_never_stopped(
    runs: Path, digits: ImageDataset
) -> None:
    settings = ["train", "--schedule", "constant", *SMALL]
    assert main([*settings, "--epochs", "4", "--out", str(runs / "whole")]) == 0
    assert main([*settings, "--epochs", "2", "--out", str(runs / "parts")]) == 0
    assert main(["train", "--resume", "parts", "--epochs", "4", "--quiet"]) == 0
    whole, parts = read(runs / "whole"), read(runs / "parts")
    assert parts.config == whole.config
    for name, value in whole.weights.items():
        assert (parts.weights[name] == value).all()
    assert resume(runs / "parts", digits).step == resume(runs / "whole", digits).step


def test_a_complete_run_and_changed_settings_are_refused_on_resuming(
    complaint: Complaint, model: Path
) -> None:
    assert "is complete" in complaint(["train", "--resume", str(model)])
    assert "--beta, --seed do not go with --resume" in complaint(
        ["train", "--resume", str(model), "--beta", "2", "--seed", "1"]
    )
    assert "no such model" in complaint(["train", "--resume", "nobody"])


def test_a_run_that_trains_elsewhere_is_refused_and_left_alone(complaint: Complaint, model: Path) -> None:
    before = read(model).counters
    with claimed(model):
        refusal = complaint(["train", "--resume", str(model), "--epochs", "6"])
    assert "is being trained somewhere else" in refusal
    assert read(model).counters == before


def test_progress_shows_the_loss_terms_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--epochs", "4", *SMALL[:-1]]) == 0
    output = capsys.readouterr()
    assert "reconstruction" in output.err
    assert "kl" in output.err
    assert "images/s" in output.out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--beta", "-1"], "Option --beta does not fit. Got: '-1'. Allowed: a number from 0 to 10000."),
        (["--beta", "nan"], "Option --beta does not fit. Got: 'nan'."),
        (["--latent-dim", "65"], "Allowed: a whole number from 1 to 64."),
        (["--latent-dim", "2.5"], "Option --latent-dim does not fit."),
        (["--hidden", "64,x"], "Option --hidden does not fit."),
        (["--likelihood", "poisson"], "Allowed: bernoulli,"),
        (["--data", "cifar"], "Allowed: digits,"),
        (["--betta", "2"], "Did you mean --beta?"),
        (["--epochs", "none"], "A run needs an end."),
        (["--size", "32"], "Data set digits has no setting size."),
        (["--data-dir", "no/such/folder"], "The data folder does not exist."),
        (["--out", "a/b c"], "The model's name does not fit."),
        (["--out", "/dev/null/model"], "can't be written"),
        (["--validation", "5000"], "validation split"),
        (["--seed"], "Option --seed: expected one argument."),
        (["surplus"], "Unrecognized arguments: surplus."),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_one_line(argv: list[str], words: str, complaint: Complaint) -> None:
    assert words in complaint(["train", *argv])
