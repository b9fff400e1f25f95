from __future__ import annotations

import ast
import hashlib
import json
import os
import pickle  # noqa: TID251 - only to show that it is never read
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vae_core import catalogue, checkpoint, load, whole_folder
from vae_core.errors import CheckpointError

FILES = [*whole_folder.REQUIRED, "moments.safetensors", "resume.safetensors", "CARD.md", whole_folder.SUMS]
Harm = Callable[[Any], Any]


def sign(folder: Path) -> None:
    """Write the sums anew, as somebody who means harm would."""
    names = sorted(path.name for path in folder.iterdir() if path.name != whole_folder.SUMS)
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / whole_folder.SUMS).write_text("".join(lines))


def change_json(folder: Path, name: str, harm: Harm) -> None:
    values = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps(harm(values)))
    sign(folder)


def change_arrays(folder: Path, name: str, harm: Harm) -> None:
    arrays = harm(safetensors.numpy.load_file(folder / name))
    (folder / name).write_bytes(safetensors.numpy.save(arrays))
    sign(folder)


def assert_refused(folder: Path, *words: str) -> None:
    with pytest.raises(CheckpointError) as caught:
        load(folder)
    message = str(caught.value)
    assert folder.name in message
    assert str(folder.parent) not in message
    for word in words:
        assert word in message


# ----------------------------------------------------------------------------------------------- damage by accident


def test_what_was_written_is_what_is_read(trained_folder: Path, tmp_path: Path) -> None:
    folder = checkpoint.read(trained_folder)
    again = checkpoint.read(checkpoint.write(folder, tmp_path / "again"))
    assert again.config == folder.config
    assert (again.image_shape, again.class_names) == (folder.image_shape, folder.class_names)
    assert (again.metrics, again.history, again.counters) == (folder.metrics, folder.history, folder.counters)
    for part in ("weights", "latent_map", "optimiser"):
        before, after = getattr(folder, part), getattr(again, part)
        assert before.keys() == after.keys()
        assert all(np.array_equal(before[name], after[name]) for name in before)
    one, two = folder.replay, again.replay
    assert one is not None
    assert two is not None
    assert (one.tile, one.copied.tolist()) == (two.tile, two.copied.tolist())
    np.testing.assert_array_equal(one.labels, two.labels)
    for before, after in zip(one.moments, two.moments, strict=True):
        assert (before.step, before.tiles) == (after.step, after.tiles)
        np.testing.assert_array_equal(before.mu, after.mu)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("where", [0.0, 0.3, 0.6, 0.999])
def test_a_changed_byte_in_any_file_is_refused_and_the_file_is_named(
    folder: Path, name: str, where: float
) -> None:
    data = bytearray((folder / name).read_bytes())
    data[int(where * (len(data) - 1))] ^= 1
    (folder / name).write_bytes(data)
    assert_refused(folder, "damaged", *([] if name == whole_folder.SUMS else [name]))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_and_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert_refused(folder, "damaged", name)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_truncated_file_is_refused(folder: Path, name: str, share: float) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: int(share * len(data))])
    assert_refused(folder, "damaged")


def test_every_changed_byte_of_the_sums_is_refused(folder: Path) -> None:
    original = (folder / whole_folder.SUMS).read_bytes()
    for position in range(0, len(original) - 1, 3):
        (folder / whole_folder.SUMS).write_bytes(
            original[:position] + bytes([original[position] ^ 0x02]) + original[position + 1 :]
        )
        with pytest.raises(CheckpointError):
            whole_folder.read_files(folder)


@pytest.mark.parametrize("place", ["nowhere", "nowhere/deeper"])
def test_a_place_without_a_model_is_told_as_such(tmp_path: Path, place: str) -> None:
    with pytest.raises(CheckpointError, match="There is no model here"):
        load(tmp_path / place)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("no folder")
    with pytest.raises(CheckpointError, match="There is no model here"):
        load(tmp_path / "model")


# ------------------------------------------------------------------------------------------- contents that don't fit


@pytest.mark.parametrize("version", [2, 0, "1", None, [1], 1.5])
def test_another_version_is_refused_with_the_one_that_is_read(folder: Path, version: Any) -> None:
    change_json(folder, "config.json", lambda c: c | {"format_version": version})
    assert_refused(folder, f"version {version}", "Allowed: version 1")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_no_number_is_refused_by_name(folder: Path, value: float) -> None:
    def harm(weights: dict[str, Any]) -> dict[str, Any]:
        weights["decoder.1.bias"] = weights["decoder.1.bias"].copy()
        weights["decoder.1.bias"][0] = value
        return weights

    change_arrays(folder, "weights.safetensors", harm)
    assert_refused(folder, "not finite", "decoder.1.bias")


@pytest.mark.parametrize(
    ("harm", "word"),
    [
        (lambda w: w | {"decoder.1.bias": np.zeros(3, np.float32)}, "decoder.1.bias"),
        (lambda w: {k: v for k, v in w.items() if k != "decoder.1.bias"}, "decoder.1.bias"),
        (lambda w: w | {"extra": np.zeros(3, np.float32)}, "extra"),
        (lambda w: w | {"decoder.1.weight": w["decoder.1.weight"].T.copy()}, "decoder.1.weight"),
    ],
)
def test_weights_of_another_shape_are_refused_by_name(folder: Path, harm: Harm, word: str) -> None:
    change_arrays(folder, "weights.safetensors", harm)
    assert_refused(folder, "wrong shape", word)


@pytest.mark.parametrize(
    "harm",
    [
        lambda c: [],
        lambda c: None,
        lambda c: {},
        lambda c: c | {"image_shape": [1, 8]},
        lambda c: c | {"image_shape": ["a", 8, 8]},
        lambda c: c | {"image_shape": [1, 8.0, 8]},
        lambda c: c | {"image_shape": [1, -8, 8]},
        lambda c: c | {"image_shape": [1, 10**9, 10**9]},
        lambda c: c | {"image_shape": None},
        lambda c: c | {"image_shape": [1, 9, 9]},
        lambda c: c | {"seed": "x"},
        lambda c: c | {"seed": float("inf")},
        lambda c: c | {"class_names": 3},
        lambda c: c | {"data": {}},
        lambda c: c | {"data": {"name": ["digits"]}},
        lambda c: c | {"model": {"family": "gan"}},
        lambda c: c | {"model": {"family": ["vae"]}},
        lambda c: c | {"model": c["model"] | {"latent_dim": 10**9}},
        lambda c: c | {"model": c["model"] | {"latent_dim": 3}},
        lambda c: c | {"model": c["model"] | {"network": {"hidden": 3}}},
        lambda c: c | {"model": c["model"] | {"network": {"hidden": []}}},
        lambda c: c | {"training": {"epochs": "many"}},
        lambda c: c | {"training": None},
        lambda c: {k: v for k, v in c.items() if k != "model"},
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(folder: Path, harm: Harm) -> None:
    change_json(folder, "config.json", harm)
    assert_refused(folder)


@pytest.mark.parametrize("name", ["config.json", "metrics.json", "history.jsonl"])
@pytest.mark.parametrize("text", ["", "{", "3", "[1]", "NaN", "\xff\xfe", "[" * 100_000, '"\\ud800"', "nul"])
def test_junk_in_place_of_json_is_refused(folder: Path, name: str, text: str) -> None:
    (folder / name).write_bytes(text.encode("latin-1"))
    sign(folder)
    if (name, text) == ("history.jsonl", ""):
        assert load(folder).history == []
    else:
        assert_refused(folder)


@pytest.mark.parametrize(
    "harm", [lambda m: {"elbo": 3}, lambda m: {"elbo": {"value": "high"}}, lambda m: {"elbo": {}}]
)
def test_metrics_without_what_they_mean_are_refused(folder: Path, harm: Harm) -> None:
    change_json(folder, "metrics.json", harm)
    assert_refused(folder, "elbo")


@pytest.mark.parametrize(
    "harm",
    [
        lambda m: m | {"mu": m["mu"][:, :1].copy()},
        lambda m: m | {"mu": m["mu"][:5].copy()},
        lambda m: m | {"labels": m["labels"][:5].copy()},
        lambda m: m | {"mu": np.full_like(m["mu"], np.nan)},
        lambda m: m | {"other": m["mu"]},
    ],
)
def test_a_map_that_does_not_fit_the_model_is_refused(folder: Path, harm: Harm) -> None:
    change_arrays(folder, "map.safetensors", harm)
    assert_refused(folder, "map")


@pytest.mark.parametrize(
    "harm",
    [
        lambda m: {name: value[:-1] if name.endswith(".mu") else value for name, value in m.items()},
        lambda m: {name: value * np.inf if name.endswith(".mu") else value for name, value in m.items()},
        lambda m: {name: value for name, value in m.items() if not name.endswith(".tiles")},
        lambda m: {name: value[::-1] if name.endswith(".tiles") else value for name, value in m.items()},
        lambda m: m | {name: bomb() for name in m if name.endswith(".tiles")},
        lambda m: m | {"tile": np.array([1, 4, 4], np.int32)},
        lambda m: m | {"tile": np.array([1, 10**6, 10**6], np.int32)},
        lambda m: m | {"copied": np.arange(10**6, dtype=np.int32)},
        lambda m: m | {"labels": m["labels"][:-1]},
        lambda m: m | {"labels": m["labels"][None]},
        lambda m: m | {"one.mu": next(iter(m.values()))},
    ],
)
def test_moments_that_do_not_fit_the_model_are_refused(folder: Path, harm: Harm) -> None:
    change_arrays(folder, "moments.safetensors", harm)
    assert_refused(folder)


def bomb() -> NDArray[np.uint8]:
    """Return some kilobytes that inflate to a hundred megabytes."""
    return np.frombuffer(zlib.compress(bytes(100_000_000), 9), np.uint8)


@pytest.mark.parametrize(
    "name", ["weights.safetensors", "map.safetensors", "moments.safetensors", "resume.safetensors"]
)
def test_a_pickle_is_never_opened(folder: Path, name: str, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "exploded"),)

    (folder / name).write_bytes(pickle.dumps(Bomb()))
    sign(folder)
    assert_refused(folder)
    assert not (tmp_path / "exploded").exists()


def test_no_module_of_the_core_reads_pickles(root: Path) -> None:
    for path in (root / "vae_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None) or ""}
                assert not names & {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal"}, path
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in {"torch.load", "eval", "exec"}, path
                allowed = [word.value for word in node.keywords if word.arg == "allow_pickle"]
                assert all(ast.unparse(value) == "False" for value in allowed), path


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "..", ".", "a/../../secret", "", "x\0y", "a" * 5000, "~/secret", "sub\\secret"]
)  # fmt: skip
def test_a_listed_name_never_leads_out_of_the_folder(folder: Path, name: str) -> None:
    secret = folder.parent / "secret"
    secret.write_text("secret")
    digest = hashlib.sha256(b"secret").hexdigest()
    with open(folder / whole_folder.SUMS, "a") as sums:
        sums.write(f"{digest}  {name}\n")
    assert_refused(folder, "damaged")


@given(
    name=st.sampled_from(FILES),
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3)), min_size=1, max_size=4),
    signed=st.booleans(),
)
def test_mutated_bytes_are_refused_by_name_or_still_a_whole_model(
    trained_folder: Path, name: str, edits: list[tuple[float, bytes]], signed: bool
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(trained_folder, Path(temporary) / "small"))
        original = data = (folder / name).read_bytes()
        for where, bytes_ in edits:
            position = int(where * len(data))
            data = data[:position] + bytes_ + data[position + len(bytes_) :]
        (folder / name).write_bytes(data)
        if signed:
            sign(folder)
        try:
            model = load(folder)
        except CheckpointError:
            return
        if not signed:
            assert data.rstrip(b"\n") == original.rstrip(b"\n")
        assert model.decode(np.zeros((1, model.latent_dim))).shape == (1, *model.image_shape)
        assert len(model.latent_map.mu) >= 0
        assert str(model.title)


# ---------------------------------------------------------------------------------------------------------- writing


def test_float16_weights_load_as_float32_and_decode_almost_the_same(
    trained_folder: Path, tmp_path: Path
) -> None:
    folder = checkpoint.read(trained_folder)
    half = load(checkpoint.write(folder, tmp_path / "half", half=True))
    stored = safetensors.numpy.load_file(tmp_path / "half" / "weights.safetensors")
    assert {value.dtype for value in stored.values()} == {np.dtype(np.float16)}
    z = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)
    whole = load(trained_folder).decode(z)
    assert half.decode(z).dtype == np.float32
    np.testing.assert_allclose(half.decode(z), whole, atol=0.01)


@pytest.mark.parametrize(("value", "half"), [(np.nan, False), (np.inf, False), (1e6, True)])
def test_a_weight_that_cannot_be_stored_is_not_saved_and_the_old_model_stays(
    folder: Path, value: float, half: bool
) -> None:
    before = (folder / whole_folder.SUMS).read_bytes()
    harmed = checkpoint.read(folder)
    harmed.weights["decoder.1.bias"][0] = value
    with pytest.raises(CheckpointError, match="was not saved"):
        checkpoint.write(harmed, folder, half=half)
    assert (folder / whole_folder.SUMS).read_bytes() == before
    load(folder)


def test_saving_again_replaces_the_model_and_leaves_nothing_behind(folder: Path) -> None:
    changed = checkpoint.read(folder)
    changed.counters = None
    checkpoint.write(changed, folder)
    assert not (folder / "resume.safetensors").exists()
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_saving_never_replaces_what_is_not_a_model(trained_folder: Path, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "photos"
    precious = target / "precious.txt" if kind == "folder" else target
    precious.parent.mkdir(exist_ok=True)
    precious.write_text("keep me")
    with pytest.raises(CheckpointError, match=r"not a model|else than a model.*photos"):
        checkpoint.write(checkpoint.read(trained_folder), target)
    assert precious.read_text() == "keep me"
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_saving_into_an_empty_folder_is_allowed(trained_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    load(checkpoint.write(checkpoint.read(trained_folder), tmp_path / "empty"))


def test_a_place_that_is_a_file_or_full_is_told_plainly(trained_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match=r"could not be saved.*model.*Check place and space"):
        checkpoint.write(checkpoint.read(trained_folder), tmp_path / "file" / "model")


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on the size of files")
def test_a_disk_that_fills_up_leaves_the_old_model(folder: Path, root: Path) -> None:
    script = """
        import resource, signal, sys
        from vae_core import checkpoint
        from vae_core.errors import CheckpointError
        folder = checkpoint.read(sys.argv[1])
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
        try:
            checkpoint.write(folder, sys.argv[1])
        except CheckpointError as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(folder)],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "could not be saved" in done.stdout
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    load(folder)


SAVE_FOREVER = """
import os, sys
from vae_core import checkpoint
folder = checkpoint.read(sys.argv[1])
number = 0
for _ in sys.stdin:
    number += 100
    child = os.fork()
    while child == 0:
        number = number % 1000 + 1
        for value in folder.weights.values():
            value[...] = number
        folder.history = [{"number": number}]
        checkpoint.write(folder, sys.argv[2])
    print(child, flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked")
def test_a_killed_writer_never_leaves_half_a_model_and_a_reader_always_sees_a_whole_one(
    trained_folder: Path, tmp_path: Path, root: Path
) -> None:
    folder = checkpoint.read(trained_folder)
    folder.history = [{"number": 0}]
    for value in folder.weights.values():
        value[...] = 0
    target = checkpoint.write(folder, tmp_path / "models" / "victim")
    rng = np.random.default_rng(0)
    seen = set()
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SAVE_FOREVER, str(trained_folder), str(target)],
        cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as parent:  # fmt: skip
        assert parent.stdin is not None
        assert parent.stdout is not None
        for _ in range(8):
            print("go", file=parent.stdin, flush=True)
            writer = int(parent.stdout.readline())
            end = time.monotonic() + rng.uniform(0.05, 0.3)
            while time.monotonic() < end:
                seen.add(_whole(target))
                assert [entry.problem for entry in catalogue(target.parent)] in ([None], [])
            os.kill(writer, signal.SIGKILL)
            seen.add(_whole(target))
    assert len(seen) > 8
    checkpoint.write(folder, target)
    assert _whole(target) == 0


def _whole(target: Path) -> int:
    folder = checkpoint.read(target)
    (record,) = folder.history
    numbers = {float(value) for weight in folder.weights.values() for value in np.unique(weight)}
    assert numbers == {float(record["number"])}
    return int(record["number"])


def test_a_writer_killed_between_its_two_renames_has_lost_nothing(folder: Path) -> None:
    before = load(folder).decode(np.zeros((1, 2)))
    waiting = folder.with_name(f".{folder.name}.previous")
    folder.rename(waiting)
    np.testing.assert_array_equal(load(folder).decode(np.zeros((1, 2))), before)
    assert [(entry.name, entry.problem) for entry in catalogue(folder.parent)] == [("small", None)]
    checkpoint.write(checkpoint.read(folder), folder)
    assert not waiting.exists()
    assert folder.is_dir()


# ---------------------------------------------------------------------------------------------------------- listing


def test_the_header_tells_configuration_and_metrics_without_the_weights(folder: Path) -> None:
    whole = checkpoint.read(folder)
    (folder / "weights.safetensors").unlink()
    config, metrics = checkpoint.read_header(folder)
    assert config == whole.config
    assert metrics == whole.metrics


@pytest.mark.parametrize("name", ["config.json", "metrics.json"])
@pytest.mark.parametrize("text", [None, "{", "[]", "[" * 100_000, "3"])
def test_a_broken_header_is_listed_with_its_problem(folder: Path, name: str, text: str | None) -> None:
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    (entry,) = catalogue(folder.parent)
    assert entry.name == "small"
    assert entry.problem
    assert str(folder.parent) not in entry.problem
    assert (entry.family, entry.dataset, entry.latent_dim, entry.metrics) == (None, None, None, {})


def test_the_catalogue_lists_models_by_name_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "another")
    (tmp_path / "unrelated").mkdir()
    (tmp_path / ".small.draft").mkdir()
    (tmp_path / "notes.txt").write_text("")
    entries = catalogue(tmp_path)
    assert [entry.name for entry in entries] == ["another", "small"]
    assert {(entry.family, entry.dataset, entry.latent_dim) for entry in entries} == {("vae", "digits", 2)}
    assert catalogue(tmp_path / "nowhere") == []
