"""The page of all model families, ``docs/models.md``: ``python -m benchmarks.models_page``.

Titles, equations and sources are read from the modules, numbers from the shipped models and from the last run of
``python -m benchmarks families``; a test compares the page with what this module returns.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Any

from benchmarks.report import stored
from vae_core.listing import catalogue
from vae_core.models import MODELS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "models.md"

PURPOSE = {
    "vae": (
        "To draw new images and to read a map: the bound that all others change.",
        "Map, Generate, Measure",
    ),
    "cvae": (
        "To draw a class that is asked for, and to leave z the style alone.",
        "Generate: one style, every class",
    ),
    "capacity": ("To say how many nats the code may carry.", "Train: the KL's curve follows C"),
    "tcvae": (
        "To make dimensions independent without paying for the rest of the KL.",
        "Measure: total correlation",
    ),
    "factor": (
        "To make dimensions independent, with a discriminator to tell how dependent they are.",
        "Train: the discriminator's curve",
    ),
    "infovae": (
        "To keep the code informative and match the prior as a whole.",
        "Measure: MMD, mutual information",
    ),
    "iwae": ("To ask how tight the bound is.", "Measure: ELBO against the IWAE bound"),
    "vqvae": (
        "To copy closely with a map of discrete codes, and to draw new maps from a learned prior.",
        "Map: swap a code, Generate",
    ),
    "gan": (
        "To draw sharp images without any likelihood.",
        "Generate: draws; Train: the discriminator's curve",
    ),
    "vaegan": (
        "To copy images sharply: what counts is that a discriminator takes the copy for the image.",
        "Measure: sharpness, beside a VAE's",
    ),
    "ae": ("To see what is missing without a prior: holes.", "Compare: holes, the map's scale"),
}
HEAD = """\
# The model families

<!-- Made by `python -m benchmarks.models_page`; change the modules, not this page. -->

All losses are in nats per image: a sum over pixels and channels, a sum over latent dimensions, a mean over images.
`python -m vae_core train --family NAME` trains one, and the Train page offers them all.
"""


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([HEAD, _families(), _measured(), _shipped()])


def main() -> int:
    """Write the page; return the exit code."""
    PAGE.write_text(page(), "utf-8")
    print(f"Wrote {PAGE.name}.")
    return 0


def _families() -> str:
    lines = [
        "| family | loss | what it is for | what to look at | source |",
        "|---|---|---|---|---|",
    ]
    for name, model in MODELS.items():
        use, look = PURPOSE[name]
        text = inspect.getdoc(sys.modules[model.__module__]) or ""
        loss = _loss(text).replace("|", "\\|")
        lines.append(f"| `{name}`: {model.title} | `{loss}` | {use} | {look} | {', '.join(_sources(text))} |")
    return "\n".join(lines) + "\n"


def _loss(text: str) -> str:
    """Return what a module's docstring says the loss is.

    >>> _loss("A model.\\n\\n    loss = a +  b,    c = d\\n")
    'a + b'
    """
    found = re.search(r"^    loss = (.+?)(?:,    |$)", text, re.MULTILINE)
    return re.sub(r" +", " ", found[1]) if found else ""


def _sources(text: str) -> list[str]:
    """Return the papers that a docstring cites, in their order.

    >>> _sources('See Kingma & Welling (2014), "Auto", and Zhao, Song &\\nErmon (2019).')
    ['Kingma & Welling (2014)', 'Zhao, Song & Ermon (2019)']
    """
    author = r"(?:van den )?[A-Z][a-zöø]+"
    names = rf"{author}(?:, {author})*(?: & {author}| et al\.)?"
    return list(dict.fromkeys(re.findall(rf"{names} \(\d{{4}}\)", re.sub(r"\s+", " ", text))))


def _measured() -> str:
    result = stored().get("families")
    if result is None:
        return ""
    machine = result["machine"]
    rows: list[dict[str, Any]] = result["rows"]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [
        "## The same brief training",
        "",
        f"`python -m benchmarks families`, {machine['date']}, {machine['processor']}, {machine['cores']} cores; test "
        "images, nats per image. One network, seed and recipe; settings of each family as they begin. A capacity VAE "
        "makes the steps of a VAE: how far its pace is from 1 is how far that of the others may be off.",
        "",
        "| " + " | ".join(column.replace("_", " ") for column in columns) + " |",
        "|" + "---|" * len(columns),
    ]
    lines += ["| " + " | ".join(str(row.get(column, "")) for column in columns) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _shipped() -> str:
    titles = {
        "elbo": "ELBO", "iwae": "IWAE bound", "reconstruction": "reconstruction", "kl": "KL",
        "knn_accuracy": "15-NN accuracy", "mse": "MSE", "prior_completeness": "accepted draws",
        "classifier_frechet_distance": "Fréchet distance of draws", "draws_sharpness": "sharpness of draws",
        "class_agreement": "class agreement",
    }  # fmt: skip
    lines = [
        "## The shipped models",
        "",
        "Test images, nats per image; `make checkpoints` trains and measures them again. Draws are from the prior,",
        "judged by a classifier trained on the same data, hence a Fréchet distance that is not FID; sharpness is a",
        "share of the data's.",
        "",
        "| model | family | " + " | ".join(titles.values()) + " |",
        "|" + "---|" * (2 + len(titles)),
    ]
    for entry in catalogue(ROOT / "checkpoints"):
        values = [entry.metrics.get(name, {}).get("value") for name in titles]
        cells = ["" if value is None else f"{value:.4g}" for value in values]
        lines.append(f"| {entry.name} | {entry.family} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
