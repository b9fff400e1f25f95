"""Families whose parameters minimise different terms of the loss, trained by the same engine."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from vae_core.errors import ConfigError
from vae_core.events import Evaluated, Finished, Step
from vae_core.models import MODELS
from vae_core.training import TrainingRun

MakeRun = Callable[..., TrainingRun]
FAMILIES = [family for family in MODELS if family != "vqvae"]  # its networks have other settings


def _adversarial(make_run: MakeRun) -> list[str]:
    return [family for family in FAMILIES if len(make_run(family=family).model.players()) > 1]


def test_every_parameter_of_every_family_has_one_player_whose_term_is_in_the_loss(make_run: MakeRun) -> None:
    for family in FAMILIES:
        run = make_run(family=family)
        players = run.model.players()
        batch = run.peek()
        terms = run.model.loss(batch.x, batch.generator, labels=batch.labels)
        assert players.keys() <= terms.keys()
        assert next(iter(players)) == "loss"
        named = [id(parameter) for parameters in players.values() for parameter in parameters]
        assert sorted(named) == sorted(map(id, run.model.parameters())), family


def test_each_player_gets_the_gradient_of_its_own_term_before_any_of_them_moves(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    for family in _adversarial(make_run):
        run, reference = make_run(family=family), make_run(family=family)
        batch = reference.peek()
        terms = reference.model.loss(batch.x, batch.generator, 1.0, batch.seen, batch.labels)
        own = {
            name: torch.autograd.grad(terms[name], parameters, retain_graph=True, allow_unused=True)
            for name, parameters in reference.model.players().items()
        }
        found: dict[str, list[Any]] = {}

        def watched(run: TrainingRun = run, found: dict[str, list[Any]] = found) -> None:
            for name, parameters in run.model.players().items():
                found[name] = [parameter.grad for parameter in parameters]

        monkeypatch.setattr(run.optimiser, "step", watched)
        next(run.events())
        for name, gradients in own.items():
            for gradient, given in zip(gradients, found[name], strict=True):
                torch.testing.assert_close(given, gradient)


def test_each_players_gradient_is_clipped_by_itself(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(family="factor", gradient_clip=1e-3)
    norms: list[float] = []

    def watched() -> None:
        for parameters in run.model.players().values():
            grads = [parameter.grad.flatten() for parameter in parameters if parameter.grad is not None]
            norms.append(float(torch.linalg.vector_norm(torch.cat(grads))))

    monkeypatch.setattr(run.optimiser, "step", watched)
    next(run.events())
    assert norms == pytest.approx([1e-3, 1e-3], rel=1e-2)


def _with_terms(run: TrainingRun, monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    """Have some terms of the loss look as given from the fourth step on, their gradients as they are."""
    loss, steps = run.model.loss, itertools.count()

    def changed(*args: Any, **options: Any) -> Any:
        terms = loss(*args, **options)
        late = next(steps) >= 3
        return {n: t - t.detach() + values[n] if late and n in values else t for n, t in terms.items()}

    monkeypatch.setattr(run.model, "loss", changed)


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e9])
def test_a_player_whose_term_is_no_usable_number_ends_the_run_as_diverged(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    run = make_run(family="factor")
    _with_terms(run, monkeypatch, discriminator=value)
    finished = list(run.events())[-1]
    assert isinstance(finished, Finished)
    assert finished.reason == "diverged"
    assert all(weight.isfinite().all() for weight in run.model.state_dict().values())


@pytest.mark.parametrize("value", [-1e9, -1.0, 0.0, 1e-9])
def test_small_and_negative_losses_are_no_divergence(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    run = make_run(family="factor")
    _with_terms(run, monkeypatch, discriminator=value, loss=value)
    finished = list(run.events())[-1]
    assert isinstance(finished, Finished)
    assert finished.reason == "complete"


def test_all_players_terms_are_told_and_evaluated(make_run: MakeRun) -> None:
    for family in _adversarial(make_run):
        run = make_run(family=family)
        players = run.model.players().keys()
        events = list(run.events())
        for event in events:
            if isinstance(event, (Step, Evaluated)):
                assert event.terms.keys() >= players, family


def test_a_family_of_several_players_has_no_beta_to_change(make_run: MakeRun) -> None:
    for family in _adversarial(make_run):
        with pytest.raises(ConfigError, match="have no beta"):
            make_run(family=family).adjust(beta=2.0)
