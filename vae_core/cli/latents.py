"""``encode``, ``generate`` and ``interpolate``: images to codes, codes to images, in NPZ and PNG files."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae_core.cli import opening
from vae_core.cli.arguments import Parser, option, refuse
from vae_core.errors import ConfigError, InputError
from vae_core.export import write_animation
from vae_core.export.animation import KINDS
from vae_core.export.mp4 import require_encoder
from vae_core.image_files import read_array, read_images, write_npz, write_png
from vae_core.latent import (
    axes_plane,
    even,
    geodesic,
    lerp,
    prior_grid,
    slerp,
    start_graph,
    tile,
)
from vae_core.trained import TrainedModel

PATHS = {"lerp": lerp, "slerp": slerp}
GEODESIC = "geodesic"
ANIMATIONS = tuple(KINDS)
FloatArray = NDArray[np.float32]

_RESIZE = option("resize", bool, False, "Stretch PNG and JPEG files to the model's image size.")
_ZOOM = option("zoom", int, 1, "Width and height of each pixel in a PNG.", low=1, high=32)
_COUNT = option("count", int, 64, "Prior samples to draw.", low=1, high=10_000)
_TEMPERATURE = option(
    "temperature",
    float,
    1.0,
    "Standard deviation of the prior samples; a VQ-VAE's logits are divided by it.",
    low=0.0,
    high=100.0,
)
_GRID = option("grid", int, None, "Decode an N x N grid over the prior's quantiles, z2 up.", low=1, high=100)
_COLUMNS = option(
    "columns", int, None, "Images in a row; by default as many as there are rows.", low=1, high=10_000
)
_STEPS = option(
    "steps", int, None, "Images on the path, both ends included; 9, or 33 of an animation.", low=2, high=1000
)
_PATH = option(
    "path",
    str,
    "lerp",
    "A straight line, an arc that turns evenly, or the geodesic, along which the image changes least.",
    choices=(*PATHS, GEODESIC),
)
STEPS, ANIMATION_STEPS = 9, 33


def add_encode(parser: Parser) -> None:
    """Add the options of ``encode``."""
    opening.add_model(parser)
    opening.add_data_dir(parser)
    parser.add(opening.DATA)
    parser.add(opening.SPLIT)
    parser.add(opening.CLASS)
    _add_images(parser, "Image files to encode, instead of a data set: PNG, JPEG, NPZ.", "+")
    _add_out(parser, "NPZ file to write: mu and sigma [N, d], or codes [N, h, w] of a VQ-VAE, and labels [N] where "
             "there are any.")  # fmt: skip


def encode(args: argparse.Namespace) -> int:
    """Write the posteriors of images; return the exit code."""
    _check_suffix(args.out, (".npz",))
    model = opening.open_model(args)
    arrays: dict[str, NDArray[Any]] = {}
    if args.images:
        refuse(args, {"data", "data_dir", "split"}, "--images", "Leave it out.")
        model = opening.of_class(model, args)
        images: NDArray[Any] = _images_of(args, model)
    else:
        refuse(args, {"class"}, "a data set: each image is encoded with its own", "Leave it out.")
        split = opening.data_of(model, args).split(args.split)
        images = split.images
        if split.labels is not None:
            arrays["labels"] = split.labels
    if model.is_discrete:
        arrays["codes"] = model.codes(images)
    else:
        arrays["mu"], arrays["sigma"] = model.encode(images, arrays.get("labels"))
    place = write_npz(args.out, arrays)
    print(f"Wrote the codes of {len(images):,} images to {place}")
    return 0


def add_generate(parser: Parser) -> None:
    """Add the options of ``generate``."""
    opening.add_model(parser)
    parser.add(_GRID)
    dims = option("dims", int, None, "The grid's two dimensions, right and up, counted from 1; the others stay at 0. "
                  "By default the first two.", low=1, high=64)  # fmt: skip
    parser.add(dims, nargs=2, metavar=("I", "J"))
    parser.add(option("z", float, None, "A code to decode, one number a dimension; may be repeated."),
               nargs="+", action="append", metavar="X")  # fmt: skip
    parser.add(
        option(
            "codes", str, None, "NPZ file of codes to decode: z or mu [N, d], or a VQ-VAE's codes [N, h, w]."
        ),
        metavar="FILE",
    )
    for known in (opening.CLASS, _COUNT, _TEMPERATURE, opening.SEED, _COLUMNS, _ZOOM):
        parser.add(known)
    _add_out(parser, "PNG file to write, or NPZ file: z [N, d] and images [N, C, H, W].")


def generate(args: argparse.Namespace) -> int:
    """Decode codes and write the images; return the exit code."""
    _check_suffix(args.out, (".png", ".npz"))
    sources = sorted(args.given & {"grid", "z", "codes"})
    if len(sources) > 1:
        raise ConfigError(
            "The codes can come from one source only.", got=", ".join("--" + name for name in sources)
        )
    if sources:
        refuse(args, {"count", "temperature", "seed"}, f"--{sources[0]}", "Leave it out.")
    if args.grid is None:
        refuse(args, {"dims"}, "anything but --grid", "Leave it out.")
    else:
        refuse(args, {"columns"}, "--grid", "Leave it out.")
    model = opening.of_class(opening.open_model(args), args)
    z = _codes(args, model)
    columns = args.grid or args.columns or math.ceil(math.sqrt(len(z)))
    return _write_decoded(args, z, model.decode(z), columns)


def add_interpolate(parser: Parser) -> None:
    """Add the options of ``interpolate``."""
    opening.add_model(parser)
    opening.add_data_dir(parser)
    parser.add(opening.DATA)
    parser.add(opening.SPLIT)
    for name, what in (("from", "first"), ("to", "last")):
        parser.add(option(name, int, None, f"Index of the {what} image in the split, from 0.", low=0))
    _add_images(parser, "Two image files instead: PNG, JPEG, NPZ.", 2)
    for known in (opening.CLASS, _STEPS, _PATH, _ZOOM):
        parser.add(known)
    _add_out(
        parser,
        "PNG strip to write, animated GIF or WebP, MP4 with the extra mp4, or NPZ file: z [N, d] and images "
        "[N, C, H, W].",
    )


def interpolate(args: argparse.Namespace) -> int:
    """Decode the path between two images' mu and write it; return the exit code.

    A conditional model encodes each image of a data set with its own class, and decodes the path as the class given.
    """
    _check_suffix(args.out, (".png", ".npz", *ANIMATIONS))
    if Path(args.out).suffix.lower() == ".mp4":
        require_encoder()
    first, last = getattr(args, "from"), args.to
    if args.images:
        refuse(args, {"data", "data_dir", "split", "from", "to"}, "--images", "Leave it out.")
    elif first is None or last is None:
        raise ConfigError(
            "A path needs two images.", next_step="Give --from and --to, or --images with two files."
        )
    model = opening.open_model(args)
    drawn = opening.of_class(model, args)
    if args.images:
        ends = _images_of(args, model)
        if len(ends) != 2:
            raise InputError("A path needs two images.", got=f"{len(ends)} in these files")
        mu, _ = drawn.encode(ends)
    else:
        split = opening.data_of(model, args).split(args.split)
        for index in (first, last):
            if index >= len(split):
                raise InputError("There is no such image.", got=index, allowed=f"0 to {len(split) - 1}")
        rows = [first, last]
        mu, _ = model.encode(split.images[rows], None if split.labels is None else split.labels[rows])
    moves = Path(args.out).suffix.lower() in ANIMATIONS
    z = _between(args, drawn, mu, args.steps or (ANIMATION_STEPS if moves else STEPS))
    if moves:
        place = write_animation(args.out, drawn.decode(z), zoom=args.zoom)
        print(f"Wrote an animation of {len(z):,} decoded images to {place}")
        return 0
    return _write_decoded(args, z, drawn.decode(z), len(z))


def _between(args: argparse.Namespace, model: TrainedModel, ends: FloatArray, steps: int) -> FloatArray:
    if args.path != GEODESIC:
        return PATHS[args.path](ends[0], ends[1], steps)
    if model.is_discrete:
        raise InputError(
            f"Model {model.name} has codes out of a book, between which there is no shortest way.",
            got="--path geodesic",
            allowed="--path " + " or ".join(PATHS),
        )
    surface = model.surface()
    found = geodesic(surface, ends[0], ends[1], graph=start_graph(surface, model.latent_map.mu))
    straight = f"the straight line's is {found.straight_length:.2f}"
    rest = "" if found.converged else "; the search was not finished"
    print(f"Its images are {found.length:.2f} long in the L2 distance of pixels, {straight}{rest}")
    return even(surface, found.path, steps)


def _codes(args: argparse.Namespace, model: TrainedModel) -> FloatArray:
    d = model.latent_dim
    if model.is_discrete and (args.grid is not None or args.z is not None):
        raise InputError(
            f"Model {model.name} has a map of codes, no plane or place in it that options could name.",
            got="--grid" if args.z is None else "--z",
            next_step="Give codes [N, h, w] with --codes, or leave it out for draws from its prior.",
        )
    if args.grid is not None:
        return _grid_codes(args.grid, args.dims, d)
    if args.z is not None:
        wrong = [row for row in args.z if len(row) != d]
        if wrong:
            raise InputError(
                "--z does not fit the model.", got=f"{len(wrong[0])} numbers", allowed=f"{d} numbers"
            )
        return np.array(args.z, np.float32)
    if args.codes is not None and model.is_discrete:
        return model.code_vectors(read_array(args.codes, ("codes",)))
    if args.codes is not None:
        codes = read_array(args.codes, ("z", "mu"))
        if codes.ndim != 2 or codes.shape[1] != d or not 1 <= len(codes) <= 10_000:
            allowed = f"[N, {d}], N from 1 to 10000"
            raise InputError(
                f"{Path(args.codes).name} does not fit the model.", got=list(codes.shape), allowed=allowed
            )
        return np.asarray(codes, np.float32)
    rng = np.random.default_rng(args.seed)
    if model.is_discrete:
        return model.sample(args.count, rng, args.temperature)[0]
    return np.asarray(args.temperature * rng.standard_normal((args.count, d)), np.float32)


def _grid_codes(n: int, dims: list[int] | None, d: int) -> FloatArray:
    if d < 2:
        raise InputError(
            "A grid needs two latent dimensions.", got=d, next_step="Give codes with --z or --codes."
        )
    right, up = dims or (1, 2)
    if max(right, up) > d or right == up:
        raise InputError(
            "--dims does not fit the model.", got=f"{right} {up}", allowed=f"two different ones, 1 to {d}"
        )
    return axes_plane(d, right - 1, up - 1).lift(prior_grid(n).reshape(-1, 2))


def _write_decoded(args: argparse.Namespace, z: FloatArray, images: FloatArray, columns: int) -> int:
    if Path(args.out).suffix.lower() == ".npz":
        place = write_npz(args.out, {"z": z, "images": images})
    else:
        rows = -(-len(images) // columns)
        cells = np.zeros((rows * columns, *images.shape[1:]), np.float32)
        cells[: len(images)] = images
        place = write_png(args.out, tile(cells.reshape(rows, columns, *images.shape[1:])), zoom=args.zoom)
    print(f"Wrote {len(images):,} decoded images to {place}")
    return 0


def _images_of(args: argparse.Namespace, model: TrainedModel) -> FloatArray:
    return np.concatenate([read_images(path, model.image_shape, resize=args.resize) for path in args.images])


def _add_images(parser: Parser, help: str, count: int | str) -> None:
    parser.add(option("images", str, None, help), nargs=count, metavar="FILE")
    parser.add(_RESIZE)


def _add_out(parser: Parser, help: str) -> None:
    parser.add(option("out", str, None, help), required=True, metavar="FILE")


def _check_suffix(text: str, allowed: tuple[str, ...]) -> None:
    if Path(text).suffix.lower() not in allowed:
        raise ConfigError(
            "--out does not name a file of the right kind.", got=repr(text), allowed=" or ".join(allowed)
        )
