from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

import vae_core
from vae_core.cli import main
from vae_core.datasets import ImageDataset
from vae_core.latent import prior_grid, tile

Complaint = Callable[[list[str]], str]


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_encode_writes_the_posteriors_and_labels_of_a_split(
    model: Path, tmp_path: Path, digits: ImageDataset
) -> None:
    out = tmp_path / "codes.npz"
    assert main(["encode", "--model", str(model), "--split", "validation", "--out", str(out)]) == 0
    mu, sigma = vae_core.load(model).encode(digits.validation.images)
    with np.load(out, allow_pickle=False) as codes:
        assert_array_equal(codes["mu"], mu)
        assert_array_equal(codes["sigma"], sigma)
        assert_array_equal(codes["labels"], digits.validation.labels)


def test_encode_reads_image_files_of_both_kinds(model: Path, tmp_path: Path, digits: ImageDataset) -> None:
    images = digits.test.images[:3]
    Image.fromarray(images[0, 0]).save(tmp_path / "one.png")
    np.savez(tmp_path / "two.npz", images=images[1:])
    files = [str(tmp_path / "one.png"), str(tmp_path / "two.npz")]
    assert (
        main(["encode", "--model", str(model), "--images", *files, "--out", str(tmp_path / "codes.npz")]) == 0
    )
    with np.load(tmp_path / "codes.npz", allow_pickle=False) as codes:
        assert_allclose(codes["mu"], vae_core.load(model).encode(images)[0], atol=1e-5)
        assert "labels" not in codes


def test_a_grid_has_z2_up_and_z1_to_the_right(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "grid.png"
    assert main(["generate", "--model", str(model), "--grid", "4", "--out", str(out)]) == 0
    decoded = vae_core.load(model).decode(prior_grid(4).reshape(-1, 2)).reshape(4, 4, 1, 8, 8)
    assert_array_equal(pixels(out), np.rint(tile(decoded)[0] * 255).astype(np.uint8))


def test_samples_follow_seed_count_and_temperature(model: Path, tmp_path: Path) -> None:
    def sample(*argv: str) -> np.ndarray:
        out = tmp_path / "samples.npz"
        assert main(["generate", "--model", str(model), "--out", str(out), *argv]) == 0
        with np.load(out, allow_pickle=False) as made:
            assert_array_equal(made["images"], vae_core.load(model).decode(made["z"]))
            return made["z"]

    plain = sample("--count", "5", "--seed", "1")
    assert plain.shape == (5, 2)
    assert_array_equal(plain, sample("--count", "5", "--seed", "1"))
    assert_allclose(sample("--count", "5", "--seed", "1", "--temperature", "0.5"), plain / 2)
    assert (sample("--count", "5", "--seed", "2") != plain).all()


def test_given_codes_are_decoded_from_the_line_or_from_a_file(model: Path, tmp_path: Path) -> None:
    codes = np.array([[-1, 0.5], [2, -0.25]], np.float32)
    np.savez(tmp_path / "codes.npz", mu=codes, sigma=codes)
    line = ["--z", "-1", "0.5", "--z", "2", "-0.25"]
    for name, argv in {"line": line, "file": ["--codes", str(tmp_path / "codes.npz")]}.items():
        assert main(["generate", "--model", str(model), *argv, "--out", str(tmp_path / f"{name}.npz")]) == 0
        with np.load(tmp_path / f"{name}.npz", allow_pickle=False) as made:
            assert_array_equal(made["z"], codes)


def test_pictures_are_laid_out_in_columns_and_zoomed(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "samples.png"
    command = ["generate", "--model", str(model), "--count", "5", "--columns", "3", "--out", str(out)]
    assert main([*command, "--zoom", "4"]) == 0
    picture = pixels(out)
    assert picture.shape == (2 * 8 * 4, 3 * 8 * 4)
    assert (picture[32:, 64:] == 0).all()
    assert (picture[::4, ::4].repeat(4, axis=0).repeat(4, axis=1) == picture).all()


@pytest.mark.parametrize("path", ["lerp", "slerp"])
def test_a_path_leads_from_one_image_to_the_other(
    path: str, model: Path, tmp_path: Path, digits: ImageDataset
) -> None:
    out = tmp_path / "strip.png"
    command = [
        "interpolate",
        "--model",
        str(model),
        "--from",
        "3",
        "--to",
        "8",
        "--steps",
        "5",
        "--path",
        path,
    ]
    assert main([*command, "--out", str(out)]) == 0
    strip = pixels(out)
    assert strip.shape == (8, 40)
    ends = np.rint(vae_core.load(model).reconstruct(digits.test.images[[3, 8]]) * 255)
    assert_allclose(strip[:, :8], ends[0, 0], atol=1)
    assert_allclose(strip[:, -8:], ends[1, 0], atol=1)


def test_the_two_paths_differ_between_their_ends(model: Path, tmp_path: Path) -> None:
    middles = []
    for path in ("lerp", "slerp"):
        out = tmp_path / f"{path}.npz"
        command = [
            "interpolate",
            "--model",
            str(model),
            "--from",
            "3",
            "--to",
            "8",
            "--steps",
            "3",
            "--path",
            path,
        ]
        assert main([*command, "--out", str(out)]) == 0
        with np.load(out, allow_pickle=False) as made:
            middles.append(made["z"][1])
    assert (middles[0] != middles[1]).any()


@pytest.mark.parametrize(("suffix", "count"), [(".gif", 64), (".webp", 64)])
def test_a_path_is_an_animation_if_the_file_is_to_be_one(
    model: Path, tmp_path: Path, suffix: str, count: int
) -> None:
    out = tmp_path / f"way{suffix}"
    command = ["interpolate", "--model", str(model), "--from", "3", "--to", "8", "--zoom", "4"]
    assert main([*command, "--out", str(out)]) == 0
    with Image.open(out) as opened:
        assert (opened.size, getattr(opened, "n_frames", 1)) == ((32, 32), count)


def test_a_path_is_a_film_where_there_is_an_encoder(
    model: Path, tmp_path: Path, complaint: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    import av

    out = tmp_path / "way.mp4"
    command = ["interpolate", "--model", str(model), "--from", "3", "--to", "8", "--out", str(out)]
    assert main([*command, "--zoom", "4"]) == 0
    with av.open(out) as film:
        assert sum(frame.width * frame.height == 32 * 32 for frame in film.decode(video=0)) == 64
    out.unlink()
    monkeypatch.setitem(sys.modules, "av", None)
    assert "pip install av" in complaint(command)
    assert not out.exists()


def test_a_geodesic_has_its_ends_and_tells_its_length(
    model: Path, tmp_path: Path, digits: ImageDataset, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "way.npz"
    command = ["interpolate", "--model", str(model), "--from", "3", "--to", "8", "--path", "geodesic"]
    assert main([*command, "--out", str(out), "--steps", "7"]) == 0
    told = capsys.readouterr().out
    own, straight = (float(number) for number in re.findall(r"[\d]+\.\d\d", told)[:2])
    assert own <= straight
    with np.load(out, allow_pickle=False) as made:
        z, images = made["z"], made["images"]
    mu, _ = vae_core.load(model).encode(digits.test.images[[3, 8]])
    assert_allclose(z[[0, -1]], mu, atol=1e-6)
    apart = np.linalg.norm(np.diff(images.reshape(7, -1), axis=0), axis=1)
    assert apart.max() < 1.6 * apart.min()


def test_two_image_files_are_interpolated(model: Path, tmp_path: Path, digits: ImageDataset) -> None:
    for index in (0, 1):
        Image.fromarray(digits.test.images[index, 0]).save(tmp_path / f"{index}.png")
    files = [str(tmp_path / "0.png"), str(tmp_path / "1.png")]
    command = ["interpolate", "--model", str(model), "--images", *files, "--steps", "3"]
    assert main([*command, "--out", str(tmp_path / "strip.png")]) == 0
    assert pixels(tmp_path / "strip.png").shape == (8, 24)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["encode", "--out", "a.png"], "Allowed: .npz."),
        (["encode", "--out", "a.npz", "--images", "nothing.png"], "nothing.png can't be read."),
        (["encode", "--out", "a.npz", "--images", "notes.txt"], "Allowed: PNG, JPEG, NPZ."),
        (["encode", "--out", "a.npz", "--images", "a.png", "--split", "train"], "--split does not go with --images"),
        (["encode", "--out", "a.npz", "--data", "shapes"], "The images have the wrong shape."),
        (["generate", "--out", "a.gif"], "Allowed: .png or .npz."),
        (["generate", "--out", "a.png", "--grid", "3", "--z", "1", "2"], "one source only"),
        (["generate", "--out", "a.png", "--grid", "3", "--seed", "1"], "--seed does not go with --grid"),
        (["generate", "--out", "a.png", "--grid", "3", "--dims", "1", "3"], "--dims does not fit the model."),
        (["generate", "--out", "a.png", "--dims", "1", "2"], "--dims does not go with anything but --grid"),
        (["generate", "--out", "a.png", "--z", "1"], "Got: 1 numbers. Allowed: 2 numbers."),
        (["generate", "--out", "a.png", "--z", "1", "inf"], "Option --z does not fit."),
        (["generate", "--out", "a.png", "--codes", "no.npz"], "no.npz can't be read."),
        (["generate", "--out", "a.png", "--count", "10000", "--zoom", "32"], "The picture would be too large."),
        (["generate", "--out", "/dev/null/a.png"], "The file could not be written."),
        (["interpolate", "--out", "a.avi", "--from", "1", "--to", "2"], ".gif or .webp or .mp4."),
        (["interpolate", "--out", "a.png", "--from", "1"], "A path needs two images."),
        (["interpolate", "--out", "a.png", "--from", "1", "--to", "400"], "Allowed: 0 to 399."),
        (["interpolate", "--out", "a.png", "--from", "1", "--to", "2", "--steps", "1"], "Option --steps does not fit."),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_one_line(
    argv: list[str],
    words: str,
    model: Path,
    complaint: Complaint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert words in complaint([*argv, "--model", str(model)])
    assert not list(tmp_path.glob("a.*"))
