"""Data sets of the user's own: read in from every kind of source, kept whole, and then like any other."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from vae_core.datasets import DATASETS, SPLITS, full_name, is_available, limits, load_dataset, own, title_of
from vae_core.datasets.intake import Intake, preview
from vae_core.datasets.own_files import IMAGES, RECORD, Record, read_record
from vae_core.datasets.picture import ImageOptions
from vae_core.errors import DatasetError

SMALL = ImageOptions(size=8)
CLASSES = ("cats", "dogs", "owls")


def drawings(count: int, seed: int = 0, channels: int = 1) -> np.ndarray:
    """Return different pictures [N, 8, 8, C]."""
    return np.random.default_rng(seed).integers(0, 256, (count, 8, 8, channels), dtype=np.uint8)


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(file, "PNG")
    return file.getvalue()


def files(count: int = 20, root: str = "", channels: int = 1) -> dict[str, bytes]:
    """Return three class folders of so many pictures each."""
    return {
        f"{root}{name}/{number}.png": png(pixels)
        for seed, name in enumerate(CLASSES)
        for number, pixels in enumerate(drawings(count, seed, channels))
    }


def zipped(path: Path, held: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return path


def foldered(path: Path, held: dict[str, bytes]) -> Path:
    for name, data in held.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return path


def brought(place: Path, name: str = "mine", options: ImageOptions = SMALL) -> Record:
    with Intake(place, options, own.new_folder()) as intake:
        shares = list(intake.steps())
        assert shares == sorted(shares)
        assert shares[-1] == pytest.approx(1)
        record = intake.record
        assert record is not None
        intake.keep(name)
    return record


@pytest.fixture(autouse=True)
def _folder(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VAE_DATA_DIR", raising=False)


@pytest.mark.parametrize("root", ["", "my pictures/", "set/train/"])
@pytest.mark.parametrize("pack", [zipped, foldered])
def test_class_folders_become_a_labelled_data_set(
    tmp_path: Path, pack: Callable[[Path, dict[str, bytes]], Path], root: str
) -> None:
    record = brought(pack(tmp_path / "a.zip", files(root=root)))
    assert (record.count, record.shape, record.classes) == (60, (1, 8, 8), CLASSES)
    assert record.class_counts == (20, 20, 20)
    assert record.sizes == ((8, 8, 60),)
    assert (record.skips, record.duplicates) == (0, 0)
    dataset = load_dataset("mine")
    assert dataset.class_names == CLASSES
    assert [len(dataset.split(name)) for name in SPLITS] == [48, 6, 6]
    for name in SPLITS:
        split = dataset.split(name)
        assert split.labels is not None
        assert set(split.labels) == {0, 1, 2}
        for image, label in zip(split.images, split.labels, strict=True):
            assert (drawings(20, int(label))[..., 0] == image[0]).all((1, 2)).any()


def test_pictures_without_folders_have_no_classes(tmp_path: Path) -> None:
    held = {f"all/{i}.png": png(pixels) for i, pixels in enumerate(drawings(40))}
    record = brought(zipped(tmp_path / "a.zip", held))
    assert record.classes is None
    dataset = load_dataset("mine")
    assert dataset.class_names is None
    assert dataset.train.labels is None


def test_numbers_in_names_count_as_numbers(tmp_path: Path) -> None:
    held = {f"{i}.png": png(pixels) for i, pixels in enumerate(drawings(40))}
    brought(zipped(tmp_path / "a.zip", held))
    kept = np.load(own.new_folder() / "mine" / IMAGES)
    assert_array_equal(kept[:, 0], drawings(40)[..., 0])


@pytest.mark.parametrize("name", ["images", "x"])
@pytest.mark.parametrize("scale", ["uint8", "unit", "levels", "int64"])
@pytest.mark.parametrize("layout", ["NHW", "NCHW", "NHWC", "RGB first", "RGB last"])
def test_an_npz_file_is_read_in_every_layout_and_scale(
    tmp_path: Path, name: str, scale: str, layout: str
) -> None:
    pixels = drawings(40, channels=3 if "RGB" in layout else 1)
    array = {"NHW": pixels[..., 0], "NHWC": pixels, "RGB last": pixels}.get(
        layout, np.moveaxis(pixels, -1, 1)
    )
    if scale != "uint8":
        array = {"unit": array / 255, "levels": array.astype(np.float32), "int64": array.astype(int)}[scale]
    labels = np.arange(40) % 3
    path = tmp_path / "a.npz"
    np.savez_compressed(path, **{name: np.ascontiguousarray(array), "y" if name == "x" else "labels": labels})
    record = brought(path)
    assert record.classes == ("0", "1", "2")
    kept = np.load(own.new_folder() / "mine" / IMAGES)
    assert_array_equal(kept, np.moveaxis(pixels, -1, 1))


@pytest.mark.parametrize("labels", [None, np.array(["b", "a"] * 20), np.array([1.0, 10.0] * 20)])
def test_labels_of_an_npz_file_may_be_words_or_numbers_or_absent(
    tmp_path: Path, labels: np.ndarray | None
) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, images=drawings(40)[..., 0], **({} if labels is None else {"labels": labels}))
    expected = None if labels is None else ("a", "b") if labels.dtype.kind == "U" else ("1", "10")
    assert brought(path).classes == expected


def table(
    pixels: np.ndarray, labels: list[str] | None, *, first: bool = True, header: str = "", sep: str = ","
) -> str:
    lines = [header] if header else []
    for row, values in enumerate(pixels.reshape(len(pixels), -1)):
        numbers = [str(value) for value in values]
        label = [] if labels is None else [labels[row]]
        lines.append(sep.join([*label, *numbers] if first else [*numbers, *label]))
    return "\n".join(lines) + "\n"


HEADER = "label," + ",".join(f"pixel{i}" for i in range(64))


@pytest.mark.parametrize(
    "text",
    [
        table(drawings(40), ["3", "7"] * 20, header=HEADER),
        table(drawings(40), ["3", "7"] * 20, header='"' + HEADER.replace(",", '","') + '"'),
        table(drawings(40), ["3", "7"] * 20),
        table(drawings(40), ["3", "7"] * 20, first=False),
        table(drawings(40), ["3", "7"] * 20, first=False, header=",".join(["p"] * 64) + ",class"),
        table(drawings(40), ["3", "7"] * 20, sep=";"),
        table(drawings(40), ["3.0", "7"] * 20).replace("\n", "\r\n"),
        "\ufeff" + table(drawings(40), ["3", "7"] * 20, header=HEADER),
    ],
    ids=["kaggle", "quoted", "no header", "label last", "class last", "semicolons", "windows", "byte mark"],
)
def test_a_csv_file_is_read_with_its_label_wherever_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    record = brought(tmp_path / "a.csv")
    assert record.classes == ("3", "7")
    assert_array_equal(np.load(own.new_folder() / "mine" / IMAGES), np.moveaxis(drawings(40), -1, 1))


def test_a_csv_file_may_have_words_for_labels_fractions_for_pixels_or_no_labels(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(table(drawings(40) / 255, ["cat", "dog"] * 20))
    assert brought(tmp_path / "a.csv", "a").classes == ("cat", "dog")
    (tmp_path / "b.csv").write_text(table(drawings(40), None))
    assert brought(tmp_path / "b.csv", "b").classes is None
    (tmp_path / "c.csv").write_text(table(drawings(40, channels=3), ["cat", "dog"] * 20, first=False))
    assert brought(tmp_path / "c.csv", "c").shape == (3, 8, 8)


def test_one_coloured_picture_makes_a_set_rgb_and_the_grey_ones_keep_their_levels(tmp_path: Path) -> None:
    grey = drawings(400)
    held = {f"{i}.png": png(pixels) for i, pixels in enumerate(grey)}
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 200
    held["400.png"] = png(red)
    held["401.png"] = png(drawings(1, seed=5)[0])
    assert brought(zipped(tmp_path / "a.zip", held)).shape == (3, 8, 8)
    kept = np.load(own.new_folder() / "mine" / IMAGES)
    for channel in range(3):
        assert_array_equal(kept[:400, channel], grey[..., 0])
        assert_array_equal(kept[401, channel], drawings(1, seed=5)[0, ..., 0])
    assert_array_equal(kept[400], np.moveaxis(red, -1, 0))
    assert brought(tmp_path / "a.zip", "grey", ImageOptions(size=8, colour="grey")).shape == (1, 8, 8)


def test_duplicates_are_counted_and_share_a_split_whatever_the_seed(tmp_path: Path) -> None:
    held = {f"{i}.png": png(pixels) for i, pixels in enumerate(drawings(60))}
    held |= {f"again-{i}.png": held[f"{i}.png"] for i in range(40)}
    record = brought(zipped(tmp_path / "a.zip", held))
    assert record.duplicates == 40
    assert 0 < record.crossing < 40
    for seed in range(5):
        dataset = load_dataset("mine", seed=seed)
        seen = [{image.tobytes() for image in dataset.split(name).images} for name in SPLITS]
        assert sum(map(len, seen)) == 60
        assert sum(len(dataset.split(name)) for name in SPLITS) == 100
        assert all(len(dataset.split(name)) for name in SPLITS)


def test_the_split_is_decided_by_the_seed_alone(tmp_path: Path) -> None:
    brought(zipped(tmp_path / "a.zip", files()))
    first, again, other = (load_dataset("mine", seed=seed) for seed in (0, 0, 1))
    assert_array_equal(first.test.images, again.test.images)
    assert not np.array_equal(first.test.images, other.test.images)
    assert len(load_dataset("mine", validation=10).validation) == 10
    with pytest.raises(DatasetError, match="1 to 53"):
        load_dataset("mine", validation=54)


def test_what_cannot_be_read_is_listed_with_its_reason_and_the_rest_is_kept(tmp_path: Path) -> None:
    held = files() | {
        "cats/notes.txt": b"nothing",
        "dogs/broken.png": png(drawings(1)[0])[:40],
        "loose.png": png(drawings(1)[0]),
        "__MACOSX/cats/._0.png": b"x",
        "cats/.DS_Store": b"x",
        "cats/inner.zip": b"PK\x03\x04",
    }
    record = brought(zipped(tmp_path / "a.zip", held))
    assert record.count == 60
    assert {one.name: one.reason for one in record.skipped} == {
        "cats/notes.txt": "It is not a PNG or JPEG image.",
        "dogs/broken.png": "The image is cut short.",
        "loose.png": "It lies beside the class folders.",
        "cats/inner.zip": "It is not a PNG or JPEG image.",
    }


def test_a_preview_shows_a_few_of_all_parts_and_writes_nothing(tmp_path: Path, cache: Path) -> None:
    shown = preview(zipped(tmp_path / "a.zip", files()), SMALL)
    assert len(shown) == 12
    assert {found.label for found in shown} == set(CLASSES)
    assert not (cache / "own").exists()


def test_reading_can_be_given_up_and_leaves_nothing(tmp_path: Path, cache: Path) -> None:
    with Intake(zipped(tmp_path / "a.zip", files()), SMALL, own.new_folder()) as intake:
        steps = intake.steps()
        next(steps)
        assert intake.count == 1
        steps.close()
        with pytest.raises(DatasetError, match="not read yet"):
            intake.keep("mine")
    assert list((cache / "own").iterdir()) == []


def test_a_draft_that_a_killed_program_left_goes_after_a_day(tmp_path: Path, cache: Path) -> None:
    for name, age in ((".draft-old", 100_000), (".draft-new", 1_000)):
        (cache / "own" / name).mkdir(parents=True)
        os.utime(cache / "own" / name, (time.time() - age,) * 2)
    brought(zipped(tmp_path / "a.zip", files()))
    assert {path.name for path in (cache / "own").iterdir()} == {"mine", ".draft-new"}


def test_a_set_is_listed_and_told_by_its_name_and_by_its_content(tmp_path: Path) -> None:
    assert own.full_names() == []
    brought(zipped(tmp_path / "a.zip", files()))
    (name,) = own.full_names()
    assert name == full_name("mine") == full_name(name)
    assert title_of(name) == title_of("mine") == "mine"
    assert is_available(name)
    assert is_available("mine")
    assert load_dataset(name).name == name
    assert load_dataset("mine").title == "mine"
    own.remove("mine")
    assert not is_available(name)
    assert own.full_names() == []
    with pytest.raises(DatasetError, match="mine is not on this machine"):
        load_dataset(name)
    brought(zipped(tmp_path / "b.zip", files(count=21)))
    assert not is_available(name)
    assert is_available("mine")
    with pytest.raises(DatasetError, match="removed or replaced"):
        load_dataset(name)


def test_the_same_source_makes_the_same_content(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", files())
    assert brought(path, "one").version == brought(path, "two").version
    other = brought(path, "three", ImageOptions(size=9))
    assert other.version != brought(path, "four").version


@pytest.mark.parametrize(
    "taken", [*DATASETS, "MNIST", "fashion-mnist", "mine", "", "a b", "../up", "a@b", "x" * 41]
)
def test_a_name_that_is_taken_or_none_is_refused(tmp_path: Path, taken: str) -> None:
    brought(zipped(tmp_path / "a.zip", files()))
    with pytest.raises(DatasetError, match=r"has this name|of this name|no name"):
        own.check_name(taken, None, tuple(DATASETS))


def test_two_who_keep_one_name_at_once_do_not_overwrite_each_other(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", files())
    first = brought(path)
    with pytest.raises(DatasetError, match="There is a data set of this name"):
        brought(path)
    assert full_name("mine").endswith(first.version)


@pytest.mark.parametrize("name", [IMAGES, RECORD, "labels.npy", "groups.npy"])
def test_a_changed_byte_is_noticed(tmp_path: Path, name: str) -> None:
    brought(zipped(tmp_path / "a.zip", files()))
    place = own.new_folder() / "mine" / name
    data = bytearray(place.read_bytes())
    data[-20] ^= 1
    place.write_bytes(bytes(data))
    with pytest.raises(DatasetError, match="damaged"):
        load_dataset("mine")


def test_a_record_of_a_later_version_is_refused(tmp_path: Path) -> None:
    brought(zipped(tmp_path / "a.zip", files()))
    place = own.new_folder() / "mine" / RECORD
    place.write_text(json.dumps(json.loads(place.read_text()) | {"format": 2}))
    with pytest.raises(DatasetError, match="another version of this program"):
        read_record(place.parent)


def test_a_named_folder_and_the_environments_are_searched_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Intake(zipped(tmp_path / "a.zip", files()), SMALL, own.new_folder(tmp_path / "data")) as intake:
        list(intake.steps())
        intake.keep("mine")
    assert own.full_names() == []
    assert len(load_dataset("mine", data_dir=tmp_path / "data").train) == 48
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path / "data"))
    assert own.full_names() == [full_name("mine")]


def test_the_documentation_tells_the_true_limits(root: Path) -> None:
    page = (root / "docs" / "own_data.md").read_text("utf-8")
    for told in (
        f"{limits.LEAST_IMAGES} different ones at least, {limits.MOST_IMAGES:,} at most",
        f"| classes | {limits.MOST_CLASSES} |",
        f"{limits.MOST_PIXELS // 10**6} megapixels, {limits.MOST_FILE_BYTES >> 20} MB",
        f"| the data set | {limits.MOST_SET_BYTES >> 20} MB |",
        f"{limits.MOST_ENTRIES:,} files, {limits.MOST_UNPACKED_BYTES >> 30} GB unpacked, {limits.MOST_RATIO} times",
        f"{limits.SIZES[0]} to {limits.SIZES[1]}",
    ):
        assert told in page


def test_sets_of_one_owner_are_not_listed_for_another(tmp_path: Path) -> None:
    mine, yours = "0" * 16, "1" * 16
    with Intake(zipped(tmp_path / "a.zip", files()), SMALL, own.new_folder()) as intake:
        list(intake.steps())
        intake.keep(own.check_name("mine", None, tuple(DATASETS), mine).folder)
    (name,) = own.full_names(owner=mine)
    assert name.startswith(f"{mine}.mine@")
    assert title_of(name) == "mine"
    assert own.full_names(owner=yours) == own.full_names() == []
    assert own.check_name("mine", None, tuple(DATASETS), yours).folder == f"{yours}.mine"
