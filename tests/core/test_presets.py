from __future__ import annotations

import dataclasses

import pytest

from vae_core.models import MODELS
from vae_core.presets import PRESETS, training_for


@pytest.mark.parametrize("preset", PRESETS)
def test_a_presets_training_is_its_own_but_for_what_a_family_needs(preset: str) -> None:
    chosen = PRESETS[preset]
    assert training_for(chosen.training, "vae") == chosen.training
    for family in ("gan", "vaegan"):
        adapted = training_for(chosen.training, family)
        assert (adapted.learning_rate, adapted.beta1) == (2e-3, 0.5)
        assert dataclasses.replace(adapted, learning_rate=0.1).epochs == chosen.training.epochs


def test_only_families_that_there_are_need_anything() -> None:
    usual = PRESETS["quick"].training
    assert {family for family in MODELS if training_for(usual, family) != usual} == {"gan", "vaegan", "vqvae"}
