from __future__ import annotations

import csv
import dataclasses
import io
import json
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vae_core import load, load_dataset, runs
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset
from vae_core.errors import CheckpointError, ConfigError, VaeCoreError
from vae_core.evaluation import evaluate
from vae_core.measures import measure
from vae_core.models import CVAEConfig, TCVAEConfig, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import TrainingConfig
from vae_core.sweep import Plan, Row, Table, make_plan, rows_of, write_plots, write_table
from vae_core.sweep.plan import COMPLETE, INTERRUPTED, NEW, standing
from vae_core.sweep.plots import disentanglement, rate_distortion
from vae_core.sweep.worker import STOPPED, train_one
from vae_core.training import TrainingRun

NETWORK = NetworkConfig(hidden=(16,), sine_features=0)
TRAINING = TrainingConfig(epochs=1.0, seconds=None, batch_size=64, late_batch_size=64, precision="fp32")
SHAPES = DataConfig("shapes", size=32, count=300)


def quiet(what: str, fraction: float, message: str) -> None:
    """Listen to nothing."""


def never() -> bool:
    """Do not stop."""
    return False


def plan_of(data: DataConfig, **options: Any) -> Plan:
    wanted: dict[str, Any] = {"values": [1, 4], "seeds": [0, 1], "training": TRAINING} | options
    return make_plan([VAEConfig(network=NETWORK), TCVAEConfig(network=NETWORK)], data=data, **wanted)


def complete(plan: Plan, folder: Path, dataset: ImageDataset) -> None:
    for name, config in plan.runs.items():
        assert train_one(folder / name, config, dataset, quiet, never) == COMPLETE


@pytest.fixture(scope="module")
def shapes() -> ImageDataset:
    """A few hundred small shapes, whose factors are known."""
    return load_dataset("shapes", size=32, count=300)


@pytest.fixture(scope="module")
def swept(shapes: ImageDataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Path]:
    """A complete sweep of shapes; read it, never change it."""
    plan, folder = plan_of(SHAPES), tmp_path_factory.mktemp("swept")
    complete(plan, folder, shapes)
    return plan, folder


def test_a_plan_has_every_family_at_every_value_with_every_seed_under_a_name_of_its_own() -> None:
    plan = plan_of(SHAPES, values=[0.5, 4, 1e-5])
    assert len(plan.runs) == 2 * 3 * 2
    assert {"vae-beta0_5-seed0", "tcvae-beta4-seed1", "vae-beta1e-05-seed1"} <= plan.runs.keys()
    for name, config in plan.runs.items():
        assert plan.belongs(name, config)
    assert {config.seed for config in plan.runs.values()} == {0, 1}


def test_any_number_among_the_settings_can_be_swept_and_no_other() -> None:
    plan = plan_of(SHAPES, values=[2, 3], vary="latent_dim")
    assert [config.model.latent_dim for config in plan.runs.values()] == [2, 2, 3, 3] * 2
    for vary, values in (("hidden", [1]), ("gamma", [1]), ("beta", [-1]), ("latent_dim", [2.5])):
        with pytest.raises(ConfigError):
            plan_of(SHAPES, vary=vary, values=values)


def test_a_sweep_by_the_clock_is_refused() -> None:
    with pytest.raises(ConfigError, match="can't end by the clock"):
        plan_of(SHAPES, training=TrainingConfig(seconds=5.0))


def test_the_table_holds_what_evaluating_the_kept_model_gives(
    swept: tuple[Plan, Path], shapes: ImageDataset
) -> None:
    plan, folder = swept
    table = rows_of(folder, plan)
    assert [row.run for row in table.rows] == list(plan.runs)
    for row in table.rows:
        model = load(folder / row.run)
        own = evaluate(model, shapes) | measure(model, shapes, ["factors"])
        assert row.measures == {name: own[name]["value"] for name in row.measures}
        assert row.measures["elbo"] == pytest.approx(-row.measures["kl"] - row.measures["reconstruction"])
        assert row.effective_beta == model.beta
    assert {"reconstruction", "kl", "elbo", "active_units", "mse"} < table.about.keys()
    assert {"mig", "dci_disentanglement", "factor_vae_score"} < table.about.keys()
    assert {entry["count"] for entry in table.about.values()} == {30}
    assert {entry["split"] for entry in table.about.values()} == {"test"}


def test_the_same_plan_gives_the_same_table_twice(
    swept: tuple[Plan, Path], shapes: ImageDataset, tmp_path: Path
) -> None:
    plan, folder = swept
    complete(plan, tmp_path, shapes)
    assert rows_of(tmp_path, plan).csv() == rows_of(folder, plan).csv()


def test_value_and_seed_have_an_effect_and_beta_1_is_the_same_in_both_families(
    swept: tuple[Plan, Path],
) -> None:
    rate = {row.run: row.measures["kl"] for row in rows_of(swept[1], swept[0]).rows}
    assert rate["vae-beta4-seed0"] < rate["vae-beta1-seed0"] != rate["vae-beta1-seed1"]
    assert rate["tcvae-beta1-seed0"] == pytest.approx(rate["vae-beta1-seed0"], rel=1e-3)


def test_the_files_say_median_range_units_estimators_and_counts(
    swept: tuple[Plan, Path], tmp_path: Path
) -> None:
    plan, folder = swept
    table = rows_of(folder, plan)
    written = write_table(table, plan, tmp_path)
    assert [path.name for path in written] == ["sweep.csv", "sweep.json"]
    lines = list(csv.DictReader(io.StringIO(written[0].read_text())))
    assert [float(line["kl"]) for line in lines] == [row.measures["kl"] for row in table.rows]
    document = json.loads(written[1].read_text())
    assert document["measures"]["kl"]["unit"] == "nats per image"
    assert "20 bins" in document["measures"]["mig"]["estimator"]
    assert document["varied"] == "beta"
    first = document["over_seeds"][0]
    rates = sorted(row.measures["kl"] for row in table.rows[:2])
    assert (first["seeds"], first["kl"]["low"], first["kl"]["high"]) == (2, *rates)
    assert first["kl"]["median"] == pytest.approx(sum(rates) / 2)
    assert table.markdown().count("\n") == 1 + 4
    assert "kl (nats per image)" in table.markdown()


def test_runs_of_an_earlier_call_are_in_the_table_and_other_models_are_not(
    swept: tuple[Plan, Path], shapes: ImageDataset, tmp_path: Path
) -> None:
    plan, folder = swept
    fewer = plan_of(SHAPES, values=[4], seeds=[1])
    assert rows_of(folder, fewer).rows == rows_of(folder, plan).rows
    longer = plan_of(SHAPES, training=dataclasses.replace(TRAINING, epochs=2.0))
    assert rows_of(folder, longer).rows == []
    shutil.copytree(folder / "vae-beta4-seed0", tmp_path / "vae-beta1-seed0")
    assert rows_of(tmp_path, plan).rows == []


def test_a_run_is_new_then_interrupted_then_complete_and_ends_as_one_that_never_stopped(
    digits: ImageDataset, tmp_path: Path
) -> None:
    plan = plan_of(DataConfig("digits"), seeds=[0], values=[2])
    (name, config), *_ = plan.runs.items()
    place = tmp_path / "parts" / name
    asked = iter([False] * 5 + [True] * 1000)
    assert standing(place, config) == NEW
    assert train_one(place, config, digits, quiet, lambda: next(asked)) == STOPPED
    assert standing(place, config) == INTERRUPTED
    assert rows_of(place.parent, plan).rows == []
    heard: list[tuple[str, float]] = []
    outcome = train_one(
        place, config, digits, lambda what, share, _: heard.append((what, round(share, 2))), never
    )
    assert outcome == standing(place, config) == COMPLETE
    assert heard[0][0] == "started"
    assert 0 < heard[0][1] < 1
    assert train_one(tmp_path / "whole" / name, config, digits, quiet, never) == COMPLETE
    assert rows_of(place.parent, plan).csv() == rows_of(tmp_path / "whole", plan).csv()
    before = (place / "SHA256SUMS").read_text()
    assert train_one(place, config, digits, quiet, never) == COMPLETE
    assert (place / "SHA256SUMS").read_text() == before


def test_a_run_that_was_trained_but_not_measured_is_measured(digits: ImageDataset, tmp_path: Path) -> None:
    plan = plan_of(DataConfig("digits"), seeds=[0], values=[1])
    (name, config), *_ = plan.runs.items()
    run = TrainingRun(config, digits)
    for _ in run.events():
        pass
    runs.save(run, tmp_path / name)
    assert standing(tmp_path / name, config) == INTERRUPTED
    assert train_one(tmp_path / name, config, digits, quiet, never) == COMPLETE
    assert len(load(tmp_path / name).metrics) > 3


def damaged(place: Path) -> None:
    weights = bytearray((place / "weights.safetensors").read_bytes())
    weights[-1] ^= 1
    (place / "weights.safetensors").write_bytes(weights)


def foreign(place: Path) -> None:
    shutil.rmtree(place)
    place.mkdir()
    (place / "dear.txt").write_text("hello")


@pytest.mark.parametrize(
    ("harm", "words"), [(damaged, "is damaged"), (foreign, "other than a model"), (None, "other settings")]
)
def test_a_folder_that_is_damaged_or_somebody_else_s_is_refused_and_left_as_it_is(
    swept: tuple[Plan, Path],
    shapes: ImageDataset,
    tmp_path: Path,
    harm: Callable[[Path], None] | None,
    words: str,
) -> None:
    plan, folder = swept
    name = "vae-beta1-seed0"
    place, config = tmp_path / name, plan.runs[name]
    shutil.copytree(folder / name, place)
    if harm is None:
        config = dataclasses.replace(config, training=dataclasses.replace(TRAINING, epochs=3.0))
    else:
        harm(place)
        assert rows_of(tmp_path, plan).rows == []
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    with pytest.raises(CheckpointError, match=words):
        train_one(place, config, shapes, quiet, never)
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def test_a_run_that_diverges_is_an_error_and_no_row(digits: ImageDataset, tmp_path: Path) -> None:
    wild = dataclasses.replace(TRAINING, learning_rate=10.0, schedule="constant", epochs=5.0)
    network = NetworkConfig(hidden=(256, 256), sine_features=0, layer_norm=False)
    plan = make_plan([VAEConfig(network=network)], [1], [0], DataConfig("digits"), wild)
    (name, config), *_ = plan.runs.items()
    with pytest.raises(VaeCoreError, match="usable number"):
        train_one(tmp_path / name, config, digits, quiet, never)
    assert rows_of(tmp_path, plan).rows == []


def test_a_conditional_model_is_complete_whatever_the_number_of_classes(
    shapes: ImageDataset, tmp_path: Path
) -> None:
    plan = make_plan([CVAEConfig(network=NETWORK)], [1], [0], SHAPES, TRAINING)
    complete(plan, tmp_path, shapes)
    (name, config), *_ = plan.runs.items()
    assert standing(tmp_path / name, config) == COMPLETE
    assert [row.family for row in rows_of(tmp_path, plan).rows] == ["cvae"]


def made_up(values: tuple[float, ...] = (1.0, 4.0), **left_out: bool) -> Table:
    """Return a table of two families and two seeds, without some measures."""
    rows = []
    for k, family in enumerate(("vae", "tcvae")):
        for value in values:
            for seed in (0, 1):
                measures = {
                    "kl": 10 / (1 + value) + seed, "reconstruction": 20 + value + k, "elbo": -30.0, "mig": 0.1 * value
                }  # fmt: skip
                kept = {name: number for name, number in measures.items() if not left_out.get(name)}
                rows.append(Row(f"{family}-{value}-{seed}", family, value, seed, value, kept))
    return Table("beta", rows, {})


def drawn(picture: str | None) -> list[str]:
    """Return the titles of a plot's dots; the plot must be well-formed."""
    assert picture is not None
    svg = "{http://www.w3.org/2000/svg}"
    root = ET.fromstring(picture)
    dots = [path for path in root.iter(f"{svg}path") if path.get("class") == "dot"]
    titles = [dot.findtext(f"{svg}title") for dot in dots]
    return [title for title in titles if title is not None]


def test_every_run_is_a_dot_with_units_on_the_axes_and_lines_of_equal_elbo(tmp_path: Path) -> None:
    table = made_up()
    plane, gap = rate_distortion(table, "Made up"), disentanglement(table, "Made up")
    assert plane is not None
    assert gap is not None
    assert len(drawn(plane)) == 8
    assert len(drawn(gap)) == 2 * 8
    for words in (
        "Rate: KL, nats per image",
        "Distortion: reconstruction, nats per image",
        "ELBO −",
        "β = 4",
    ):
        assert words in plane
    for words in ("Mutual information gap (MIG), 0 to 1", "β (beta)", "nats per image", "β-TCVAE"):
        assert words in gap
    assert [path.name for path in write_plots(table, tmp_path, "Made up")] == [
        "rate_distortion.svg", "disentanglement.svg"
    ]  # fmt: skip
    assert (tmp_path / "rate_distortion.svg").read_text(encoding="utf-8") == plane


def test_a_plot_whose_measures_nobody_has_is_left_out(tmp_path: Path) -> None:
    assert disentanglement(made_up(mig=True), "Made up") is None
    assert rate_distortion(made_up(kl=True), "Made up") is None
    assert write_plots(Table("beta", [], {}), tmp_path, "Made up") == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("values", [(0.0, 1.0), (3.0,), (1.0, 2.0, 100.0), (0.001, 10_000.0)])
def test_plots_are_drawn_for_values_of_all_kinds(values: tuple[float, ...]) -> None:
    assert len(drawn(disentanglement(made_up(values), "Made up"))) == 2 * 2 * 2 * len(values)
    assert len(drawn(rate_distortion(made_up(values), "<Made & up>"))) == 2 * 2 * len(values)


def test_seeds_that_agree_to_the_bit_are_drawn_too() -> None:
    rows = [
        Row(f"r{seed}", "vae", 1.0, seed, 1.0, {"kl": 0.0, "reconstruction": 5.0, "mig": 0.0})
        for seed in (0, 1)
    ]
    table = Table("beta", rows, {})
    assert len(drawn(rate_distortion(table, "Flat"))) == 2
    assert len(drawn(disentanglement(table, "Flat"))) == 4
