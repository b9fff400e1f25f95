from __future__ import annotations

import dataclasses

import pytest

from vae_core.models import MODELS
from vae_core.presets import PRESETS, training_of


@pytest.mark.parametrize("preset", PRESETS)
def test_a_presets_training_is_its_own_but_for_what_a_family_needs(preset: str) -> None:
    chosen = PRESETS[preset]
    assert training_of(chosen, "vae") == chosen.training
    for family in ("gan", "vaegan"):
        adapted = training_of(chosen, family)
        assert (adapted.learning_rate, adapted.beta1) == (1e-3, 0.5)
        assert dataclasses.replace(adapted, learning_rate=0.1).epochs == chosen.training.epochs


def test_only_families_that_there_are_need_anything() -> None:
    changed = {
        family for family in MODELS if training_of(PRESETS["quick"], family) != PRESETS["quick"].training
    }
    assert changed == {"gan", "vaegan"}
