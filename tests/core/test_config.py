from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.config import DataConfig, Setting, from_json, setting, settings_of, to_json, validate
from vae_core.errors import ConfigError
from vae_core.models import MODELS, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.presets import PRESETS
from vae_core.run_config import RunConfig, TrainingConfig

CONFIGURATIONS: list[type[Any]] = [
    *(model.Config for model in MODELS.values()),
    NetworkConfig,
    TrainingConfig,
]


@dataclasses.dataclass(frozen=True)
class Inner:
    depth: int = setting(2, "How deep.", low=1, high=9)


@dataclasses.dataclass(frozen=True)
class Outer:
    width: float = setting(0.5, "How wide.", low=0.0, unit="m")
    colour: str = setting("red", "Which colour.", choices=("red", "blue"))
    flag: bool = setting(True, "Whether.")
    sizes: tuple[int, ...] = setting((3, 4), "Which sizes.", low=1, high=9)
    limit: int | None = setting(None, "How many.", low=1)
    inner: Inner = dataclasses.field(default_factory=Inner)
    silent: int = 3

    def __post_init__(self) -> None:
        validate(self)


def values_of(known: Setting) -> st.SearchStrategy[Any]:
    """Return a strategy for the values that a setting allows."""
    low, high = known.low, known.high
    if known.choices is not None:
        values: st.SearchStrategy[Any] = st.sampled_from(known.choices)
    elif known.type is bool:
        values = st.booleans()
    elif known.type is float:
        values = st.floats(low, high, allow_nan=False, allow_infinity=False)
    else:
        whole = st.integers(
            None if low is None else math.ceil(low), None if high is None else math.floor(high)
        )
        values = st.lists(whole, min_size=1, max_size=4).map(tuple) if known.type is tuple else whole
    return st.none() | values if known.optional else values


@st.composite
def configurations(draw: st.DrawFn, cls: type[Any]) -> Any:
    own = {field.name for field in dataclasses.fields(cls)}
    chosen = {known.name: draw(values_of(known)) for known in settings_of(cls) if known.name in own}
    if cls is TrainingConfig and chosen["epochs"] is None and chosen["seconds"] is None:
        chosen["epochs"] = 1.0
    if "network" in own:
        chosen["network"] = draw(configurations(NetworkConfig))
    return cls(**chosen)


@pytest.mark.parametrize("cls", CONFIGURATIONS)
@given(data=st.data())
def test_every_valid_configuration_survives_json(cls: type[Any], data: st.DataObject) -> None:
    config = data.draw(configurations(cls))
    assert from_json(cls, json.loads(json.dumps(to_json(config), allow_nan=False))) == config


@pytest.mark.parametrize("cls", CONFIGURATIONS)
@given(
    junk=st.dictionaries(
        st.sampled_from(["beta", "hidden", "network", "epochs", "kind", "latent_dim", "no_such"]),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
            lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=3), some, max_size=2),
            max_leaves=4,
        ),
        max_size=4,
    )
)
def test_junk_is_either_a_valid_configuration_or_a_named_error(cls: type[Any], junk: dict[str, Any]) -> None:
    try:
        config = from_json(cls, junk)
    except ConfigError:
        return
    assert isinstance(config, cls)
    validate(config)


@pytest.mark.parametrize("values", [None, 3, "text", [1, 2], []])
def test_only_a_table_is_read_as_a_configuration(values: Any) -> None:
    with pytest.raises(ConfigError, match="VAEConfig is read from a table of settings"):
        from_json(VAEConfig, values)


def test_an_unknown_setting_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no such setting.*latent_dims.*Allowed: latent_dim, likelihood"):
        from_json(VAEConfig, {"latent_dims": 2})


def test_a_missing_setting_takes_its_default() -> None:
    assert from_json(VAEConfig, {}) == VAEConfig()
    assert from_json(VAEConfig, {"network": {"channels": 3}}).network == NetworkConfig(channels=3)


def test_settings_tell_everything_a_form_needs() -> None:
    known = {one.name: one for one in settings_of(Outer)}
    assert list(known) == ["width", "colour", "flag", "sizes", "limit", "depth"]
    assert known["width"] == Setting("width", float, 0.5, "How wide.", 0.0, None, None, "m", False)
    assert known["limit"] == Setting("limit", int, None, "How many.", 1, None, None, "", True)
    assert known["sizes"].type is tuple
    assert known["colour"].choices == ("red", "blue")
    assert [one.name for one in settings_of(Outer())] == list(known)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": -0.1}, r"Setting width does not fit. Got: -0.1. Allowed: a number of at least 0\."),
        ({"width": math.nan}, "Setting width does not fit. Got: nan"),
        ({"width": math.inf}, "Setting width does not fit. Got: inf"),
        ({"width": "1"}, "Setting width does not fit. Got: '1'"),
        ({"width": True}, "Setting width does not fit. Got: True"),
        ({"width": None}, "Setting width does not fit. Got: None"),
        ({"colour": "green"}, "Got: 'green'. Allowed: red, blue"),
        ({"colour": ["red"]}, "Setting colour does not fit"),
        ({"flag": 1}, "Allowed: true or false"),
        ({"sizes": ()}, "Allowed: whole numbers from 1 to 9"),
        ({"sizes": (1, 10)}, "Setting sizes does not fit"),
        ({"sizes": (1.0,)}, "Setting sizes does not fit"),
        ({"sizes": 3}, "Setting sizes does not fit"),
        ({"limit": 0}, "Allowed: a whole number of at least 1, or none"),
        ({"limit": 1.5}, "Setting limit does not fit"),
    ],
)
def test_a_setting_that_does_not_fit_is_named_with_what_it_got_and_allows(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        Outer(**changes)


def test_both_bounds_are_allowed_and_nothing_beyond() -> None:
    assert Inner(1).depth == 1
    assert VAEConfig(latent_dim=64).latent_dim == 64
    for cls in CONFIGURATIONS:
        for known in settings_of(cls):
            for edge, beyond in ((known.low, -1), (known.high, 1)):
                if edge is None or known.name not in {field.name for field in dataclasses.fields(cls)}:
                    continue
                kind = int if known.type in (int, tuple) else float
                wrap = (lambda v: (v,)) if known.type is tuple else (lambda v: v)
                cls(**{known.name: wrap(kind(edge))})
                step = kind(1) if kind is int else abs(edge) * 1e-6 + 1e-9
                with pytest.raises(ConfigError, match=known.name):
                    cls(**{known.name: wrap(kind(edge) + beyond * step)})


def test_a_whole_number_from_json_is_read_where_a_number_is_wanted() -> None:
    assert from_json(VAEConfig, {"beta": 4}).beta == 4.0


def test_every_setting_of_every_configuration_has_help_that_is_a_sentence() -> None:
    for cls in CONFIGURATIONS:
        for known in settings_of(cls):
            assert known.help[0].isupper(), known.name
            assert known.help.endswith("."), known.name
            assert known.allowed


def test_a_run_needs_an_end() -> None:
    with pytest.raises(ConfigError, match="A run needs an end"):
        TrainingConfig(epochs=None, seconds=None)


@pytest.mark.parametrize("seed", [-1, 1.5, "0", None, True, 2**64])
def test_a_seed_that_is_no_seed_is_refused(seed: Any) -> None:
    with pytest.raises(ConfigError, match="seed"):
        RunConfig(DataConfig("digits"), VAEConfig(), TrainingConfig(), seed)


@pytest.mark.parametrize(
    "changes",
    [{"name": 3}, {"name": ["digits"]}, {"seed": "0"}, {"seed": -1}, {"validation": 1.5}, {"size": "32"}],
)
def test_a_data_set_is_described_by_values_of_the_right_type(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(changes))):
        from_json(DataConfig, {"name": "digits"} | changes)


def test_a_data_set_without_a_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="name"):
        from_json(DataConfig, {})


def test_presets_are_registered_under_their_names_and_explain_themselves() -> None:
    assert "quick" in PRESETS
    for name, preset in PRESETS.items():
        assert preset.name == name
        assert preset.title
        assert preset.help.endswith(".")
        assert from_json(type(preset.model), json.loads(json.dumps(to_json(preset.model)))) == preset.model
