from __future__ import annotations

import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

from explorer import forms
from vae_core.config import settings_of, to_json
from vae_core.errors import ConfigError
from vae_core.models import MODELS, VAEConfig
from vae_core.run_config import TrainingConfig


def test_a_form_left_alone_gives_back_the_configuration_it_was_given() -> None:
    def script() -> None:
        import streamlit as st

        from explorer import forms
        from vae_core.models import VAEConfig
        from vae_core.networks import NetworkConfig
        from vae_core.run_config import TrainingConfig

        given = VAEConfig(latent_dim=5, beta=4.0, network=NetworkConfig(hidden=(64, 32), activation="relu"))
        st.session_state["same"] = [
            forms.edit(given, "model") == given,
            forms.edit(TrainingConfig(), "training") == TrainingConfig(),
        ]

    page = AppTest.from_function(script).run()
    assert not page.exception
    assert page.session_state["same"] == [True, True]


@pytest.mark.parametrize(
    "config", [*(model.Config() for model in MODELS.values()), TrainingConfig()], ids=repr
)
def test_every_declared_setting_has_a_widget_with_its_help(config: object) -> None:
    def script(config: object) -> None:
        from explorer import forms

        forms.edit(config, "form")

    page = AppTest.from_function(script, args=(config,)).run()
    assert not page.exception
    widgets = [*page.number_input, *page.selectbox, *page.toggle, *page.text_input]
    drawn = {widget.key: widget for widget in widgets}
    for known in settings_of(config):
        assert known.help in drawn[f"form.{known.name}"].help


def test_a_nested_setting_and_a_tuple_in_words_are_taken_over() -> None:
    made = forms.apply(VAEConfig(), {"hidden": "128, 64, 32", "latent_dim": 3})
    assert made.network.hidden == (128, 64, 32)
    assert made.latent_dim == 3
    assert dataclasses.replace(made, latent_dim=2, network=VAEConfig().network) == VAEConfig()


@pytest.mark.parametrize("text", ["", "a", "1;2", "1.5", "0", "99999", "1,,2"])
def test_a_tuple_that_does_not_fit_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ConfigError, match="hidden"):
        forms.apply(VAEConfig(), {"hidden": text})


def test_an_optional_number_can_be_left_empty() -> None:
    made = forms.apply(TrainingConfig(), {"epochs": None, "gradient_clip": None})
    assert to_json(made)["epochs"] is None


def test_a_unit_is_said_once() -> None:
    labels = {known.name: forms.label_of(known) for known in settings_of(TrainingConfig())}
    assert labels["seconds"] == "Time in seconds"
    assert labels["epochs"] == "Epochs"
    assert labels["batch_size"] == "Batch size (images)"
