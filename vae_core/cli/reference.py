"""The reference page of the command line, made from the options themselves: ``python -m vae_core.cli.reference``.

A test compares the page in ``docs/`` with what this module returns, so that it can't go stale.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vae_core.cli import own_data
from vae_core.cli.arguments import Parser
from vae_core.cli.entrance import COMMANDS
from vae_core.config import settings_of
from vae_core.models import MODELS
from vae_core.presets import PRESETS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference.md"

_HEAD = """\
# Reference of the command line

<!-- Made by `python -m vae_core.cli.reference`; change the options, not this page. -->

`python -m vae_core COMMAND …`, or `vae-core COMMAND …` once the package is installed. Results go to stdout, progress
and warnings to stderr.

| Exit code | Meaning |
|---|---|
| 0 | Done. |
| 1 | A run diverged; its last good state was saved and measured. In a sweep: a run failed, the others are kept. |
| 2 | Bad input; one line on stderr says what is wrong, what is allowed and what to do. |
| 130, 143 | Stopped by Ctrl-C or by SIGTERM. A run under way is saved first, and a line says how to go on. |

| Environment variable | Meaning |
|---|---|
| `VAE_RUNS_DIR` | Folder of the runs; otherwise `runs/` in the checkout. |
| `VAE_MODELS_DIR` | Folder of the shipped models; otherwise `checkpoints/` in the checkout. |
| `VAE_DATA_DIR` | Folder that holds data files already downloaded; it is only read. |
| `VAE_CACHE_DIR` | Folder for downloads, and in `own/` for data sets of your own; otherwise the user's cache. |

A model is named by its folder, or by its name in the runs or else the checkpoints. A run under way saves itself every
ten seconds or so: after a crash, `train --resume NAME` goes on from there.

`train --json` prints one document: `name`, `path`, `config` (data, model, training, seed), `effective_beta`,
`finished` (`complete` or `diverged`), `message`, `warnings`, `steps`, `epochs`, `images_seen`, `seconds`,
`images_per_second` and `metrics`.

`evaluate --json` prints `name`, `path`, `family`, `latent_dim`, `likelihood`, `effective_beta`, `data`, `split`,
`images`, `seconds`, `images_per_second` (both of the evaluation) and `metrics`.

Each of the `metrics` — `elbo`, `reconstruction`, `kl`, `mse`, `knn_accuracy`, `active_units` and, where asked for,
`iwae` and `iwae_standard_error` — has `value`, `unit`, `split`, `count` and `estimator`. A plain autoencoder has no
`elbo`, `kl`, `iwae` or `active_units`. A number that is not finite is `null`. `effective_beta` is a VAE's;
it is `null` for all other families.
"""


def reference() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for name, (help, add, _) in COMMANDS.items():
        parser = Parser(prog=f"python -m vae_core {name}")
        add(parser)
        parts.append(f"## {name}\n\n{help}\n\n{_options(parser)}")
    for name, (help, add, _) in own_data.COMMANDS.items():
        parser = Parser(prog=f"python -m vae_core datasets {name}")
        add(parser)
        parts.append(f"## datasets {name}\n\n{help}\n\n{_options(parser)}")
    return "\n".join([*parts, _families(), _presets()])


def main() -> int:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(reference(), encoding="utf-8")
    print(f"Wrote {PAGE.name}.")
    return 0


def _options(parser: Parser) -> str:
    lines = ["| Option | Meaning |", "|---|---|"]
    for action in parser.actions():
        if isinstance(action, argparse._HelpAction):
            continue
        help = (action.help or "").replace("%%", "%").replace("|", "\\|")
        required = " Required." if action.required else ""
        lines.append(f"| `{_spelled(action)}` | {help}{required} |")
    return "\n".join(lines) + "\n"


def _spelled(action: argparse.Action) -> str:
    if isinstance(action, argparse.BooleanOptionalAction) or action.nargs == 0:
        return ", ".join(action.option_strings)
    names = action.metavar if isinstance(action.metavar, tuple) else (action.metavar or "",)
    if not action.option_strings:
        return names[0]
    values = " ".join(names * (action.nargs if isinstance(action.nargs, int) and len(names) == 1 else 1))
    return f"{action.option_strings[0]} {values}{' …' if action.nargs == '+' else ''}"


def _families() -> str:
    lines = [
        "## Model families",
        "",
        "| `--family` | Name | It minimises | Its own settings |",
        "|---|---|---|---|",
    ]
    for family, model in MODELS.items():
        names = [known.name for known in settings_of(model.Config)]
        own = [
            f"`{name}`"
            for name in names
            if 2 * sum(_has(other.Config, name) for other in MODELS.values()) <= len(MODELS)
        ]
        # In a table a bar would end the cell.
        objective = model.objective.replace("|", "\\|")
        lines.append(f"| `{family}` | {model.title} | {objective} | {', '.join(own) or 'none'} |")
    return "\n".join(lines) + "\n"


def _has(config: type, name: str) -> bool:
    return any(known.name == name for known in settings_of(config))


def _presets() -> str:
    lines = [
        "## Presets",
        "",
        "| Preset | Meaning | Settings that differ from the defaults |",
        "|---|---|---|",
    ]
    for preset in PRESETS.values():
        differing = []
        for config in (preset.model, preset.training):
            values = _flat(config)
            defaults = {known.name: known.default for known in settings_of(config)}
            differing += [
                f"`{name} = {_text(values[name])}`" for name in values if values[name] != defaults[name]
            ]
        lines.append(f"| `{preset.name}` | {preset.help} | {', '.join(differing) or 'none'} |")
    return "\n".join(lines) + "\n"


def _flat(config: object) -> dict[str, object]:
    """Return all settings' values, nested ones included."""
    values: dict[str, object] = {}
    for name, value in vars(config).items():
        values.update(_flat(value) if hasattr(value, "__dataclass_fields__") else {name: value})
    return values


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
