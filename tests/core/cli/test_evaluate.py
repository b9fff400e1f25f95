from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vae_core
from vae_core.cli import main

Document = Callable[[list[str]], Any]
Complaint = Callable[[list[str]], str]


def test_the_document_repeats_what_training_measured(model: Path, document: Document) -> None:
    made = document(["evaluate", "--model", str(model), "--json"])
    assert made["metrics"] == vae_core.load(model).metrics
    assert made["name"] == "small"
    assert made["family"] == "vae"
    assert made["data"]["name"] == "digits"
    assert made["effective_beta"] == 1
    assert (made["split"], made["images"]) == ("test", 400)
    assert made["seconds"] > 0
    assert made["images_per_second"] > 0


def test_the_importance_weighted_bound_lies_above_the_elbo(model: Path, document: Document) -> None:
    made = document(["evaluate", "--model", str(model), "--json", "--importance-samples", "50"])["metrics"]
    assert made["iwae"]["value"] > made["elbo"]["value"]
    assert made["iwae_standard_error"]["value"] > 0


def test_split_limit_and_seed_have_an_effect(model: Path, document: Document) -> None:
    command = ["evaluate", "--model", str(model), "--json"]
    made = document([*command, "--split", "validation", "--limit", "50"])
    assert made["images"] == 50
    assert {(entry["split"], entry["count"]) for entry in made["metrics"].values()} == {("validation", 50)}
    other = document([*command, "--split", "validation", "--limit", "50", "--seed", "1"])
    assert other["metrics"]["elbo"] != made["metrics"]["elbo"]
    assert other["metrics"]["mse"] == made["metrics"]["mse"]


def test_a_table_is_printed_for_people(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--model", str(model)]) == 0
    output = capsys.readouterr().out
    assert "nats per image" in output
    assert "knn_accuracy" in output


def test_a_model_is_found_by_its_name_in_the_runs_before_the_checkpoints(
    model: Path, runs: Path, tmp_path: Path, document: Document
) -> None:
    shutil.copytree(model, tmp_path / "checkpoints" / "known")
    command = ["evaluate", "--model", "known", "--limit", "20", "--json"]
    assert document(command)["path"] == str(tmp_path / "checkpoints" / "known")
    shutil.copytree(model, runs / "known")
    assert document(command)["path"] == str(runs / "known")


def test_bad_input_is_refused_with_one_line(model: Path, complaint: Complaint, tmp_path: Path) -> None:
    assert "The following arguments are required: --model." in complaint(["evaluate"])
    assert "There is no such model. Got: 'nobody'." in complaint(["evaluate", "--model", "nobody"])
    assert "no such model" in complaint(["evaluate", "--model", ""])
    assert "no such model" in complaint(["evaluate", "--model", "/"])
    assert "Allowed: train, validation, test" in complaint(
        ["evaluate", "--model", str(model), "--split", "all"]
    )
    assert "wrong shape" in complaint(["evaluate", "--model", str(model), "--data", "shapes"])
    damaged = tmp_path / "damaged"
    shutil.copytree(model, damaged)
    (damaged / "weights.safetensors").write_bytes(b"nothing")
    assert "file weights.safetensors was changed" in complaint(["evaluate", "--model", str(damaged)])
