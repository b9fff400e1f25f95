"""The model card: what a model is, what it was trained on and how well it does, written from its own records."""

from __future__ import annotations

from vae_core.checkpoint import ModelFolder
from vae_core.config import to_json
from vae_core.datasets import DATASETS, title_of
from vae_core.models import KNOWN, VAEConfig, family_of, latent_words


def model_card(name: str, folder: ModelFolder) -> str:
    """Return the Markdown text of ``CARD.md`` for the model called `name`."""
    config = folder.config
    info = DATASETS.get(config.data.name)
    shape = " × ".join(map(str, folder.image_shape))
    lines = [
        f"# {name}",
        "",
        f"{KNOWN[family_of(config.model)].title} with {latent_words(config.model, folder.image_shape)}, trained on "
        f"{title_of(config.data.name)} ({shape}), seed {config.seed}.",
        "",
    ]
    if isinstance(config.model, VAEConfig):
        beta = config.model.effective_beta(folder.image_shape)
        lines += [f"Effective β: {beta:g}, against sums in nats per image.", ""]
    if folder.metrics:
        lines += ["| measure | value | unit | split | images | how |", "|---|---|---|---|---|---|"]
        for measure, entry in folder.metrics.items():
            value = f"{entry['value']:.4g}" if abs(entry["value"]) < 10 else f"{entry['value']:.2f}"
            lines.append(
                f"| {measure} | {value} | {entry['unit']} | {entry['split']} | {entry['count']} "
                f"| {entry['estimator']} |"
            )
        lines.append("")
    if info:
        lines += [f"Data: {info.source} Licence: {info.licence}", ""]
    lines += ["Settings:", "", "```"]
    for group in (config.model, config.training):
        lines += [f"{key} = {value}" for key, value in to_json(group).items()]
    return "\n".join([*lines, "```", ""])
