"""``evaluate``: measure a model on a split of its data set."""

from __future__ import annotations

import argparse
import time

from vae_core.classifier import Classifier, train_classifier
from vae_core.cli import opening
from vae_core.cli.arguments import Parser, option
from vae_core.config import to_json
from vae_core.datasets import ImageDataset
from vae_core.evaluation import evaluate
from vae_core.measures import GROUPS, measure

_OWN = (
    opening.DATA,
    opening.SPLIT,
    option("limit", int, None, "Use the first images of the split only.", low=1, optional=True),
    option(
        "importance_samples", int, 0, "K of the importance-weighted bound; 0 leaves it out.", low=0, high=5000
    ),
    option(
        "measures",
        str,
        "basic",
        "Measure more than the bounds: codes, map, images, draws or factors, or all of them.",
        choices=("basic", *GROUPS, "all"),
    ),
    opening.SEED,
    opening.JSON,
)

NO_ENCODER = (
    "A model without an encoder gives an image no place, so there are no bounds and no copies to measure."
)


def add(parser: Parser) -> None:
    """Add the command's options."""
    opening.add_model(parser)
    opening.add_data_dir(parser)
    for known in _OWN:
        parser.add(known)


def run(args: argparse.Namespace) -> int:
    """Measure and print; return the exit code."""
    model = opening.open_model(args)
    dataset = opening.data_of(model, args)
    begun = time.perf_counter()
    metrics = evaluate(
        model,
        dataset,
        args.split,
        importance_samples=args.importance_samples,
        limit=args.limit,
        seed=args.seed,
    )
    if args.measures != "basic":
        groups = None if args.measures == "all" else [args.measures]
        judge = _judge(dataset) if args.measures in ("all", "draws") else None
        metrics |= measure(model, dataset, groups, args.split, limit=args.limit, seed=args.seed, judge=judge)
    seconds = time.perf_counter() - begun
    if not args.json:
        print(f"{model.name}: {model.title}, {model.latent_words}, on {dataset.title}")
        if not metrics:
            print(f"{NO_ENCODER} Its draws have some: --measures draws.")
            return 0
        opening.print_metrics(metrics)
        return 0
    images = min(len(dataset.split(args.split)), args.limit or len(dataset.split(args.split)))
    opening.print_json(
        {
            "name": model.name,
            "path": str(model.path),
            "family": model.family,
            "latent_dim": model.latent_dim,
            "likelihood": model.likelihood,
            "effective_beta": model.beta,
            "data": to_json(model.config.data) if args.data is None else {"name": args.data},
            "split": args.split,
            "images": images,
            "seconds": seconds,
            "images_per_second": images / max(seconds, 1e-9),
            "metrics": metrics,
        }
    )
    return 0


def _judge(dataset: ImageDataset) -> Classifier | None:
    return None if dataset.train.labels is None else train_classifier(dataset)
