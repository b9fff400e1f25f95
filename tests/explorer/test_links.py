from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer import links
from explorer.links import Link

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", fullmatch=True).filter(str.isascii)
thousandths = st.integers(-1_000_000, 1_000_000).map(lambda n: n / 1000)
maybe = st.none
hostile = st.one_of(
    st.text(),
    st.sampled_from(
        ["nan", "1e308", "-inf", "0x10", "1,,2", ",", "-1,0", "٣,٤", "1_0,2", "9" * 5000, "../../etc"]
    ),
    st.lists(st.floats(), max_size=80).map(lambda values: ",".join(map(str, values))),
)
known_groups = st.integers(0, 999).map(str) | st.sampled_from(["rows_1_22", "1.2_4_0_0_1.5_0_0_-1.25"])
known_links = st.builds(
    Link,
    model=maybe() | names,
    z=maybe() | st.lists(thousandths, min_size=1, max_size=64).map(tuple),
    temperature=maybe() | st.integers(0, 2000).map(lambda n: n / 1000),
    pair=maybe() | st.tuples(st.integers(0, 10**8), st.integers(0, 10**8)),
    t=maybe() | st.integers(0, 1000).map(lambda n: n / 1000),
    steps=maybe() | st.integers(*links.STEPS),
    path=maybe()
    | st.sets(st.sampled_from(links.PATHS), min_size=1).map(
        lambda chosen: tuple(word for word in links.PATHS if word in chosen)
    ),
    via=maybe() | st.lists(st.integers(0, 10**8), min_size=1, max_size=links.MOST_STOPS).map(tuple),
    unsure=maybe() | st.just(links.UNSURE),
    lower=maybe() | st.tuples(st.integers(0, 10**8), st.integers(0, 10**8)),
    plane=maybe() | st.sampled_from(links.PLANES),
    models=maybe()
    | st.lists(st.sampled_from(["a", "b-1", "C_2", "d"]), min_size=2, max_size=4, unique=True).map(tuple),
    label=maybe() | st.integers(0, 999),
    heat=maybe() | st.sampled_from(links.HEATS),
    groups=maybe() | st.tuples(known_groups, known_groups),
    across=maybe() | st.just(links.KEPT),
    units=maybe() | st.sampled_from(links.UNITS),
    unchanged=maybe() | st.lists(st.integers(0, 35), min_size=1, max_size=9).map(tuple),
    sliders=maybe() | st.lists(st.text("amz~1_.%", min_size=1), min_size=1, max_size=9).map(tuple),
    axes=maybe() | st.permutations(range(64)).map(lambda order: (order[0], order[1])),
)


@given(known_links)
def test_a_written_link_reads_back_as_it_was(link: Link) -> None:
    assert links.parse(links.write(link)) == link


@given(st.dictionaries(st.sampled_from([*Link.__dataclass_fields__, "junk"]), hostile))
def test_no_address_raises_or_leaves_the_bounds(parameters: dict[str, str]) -> None:
    link = links.parse(parameters)
    assert link.model is None or links.is_name(link.model)
    assert link.z is None or (len(link.z) <= 64 and all(abs(value) <= links.Z_LIMIT for value in link.z))
    assert link.temperature is None or 0 <= link.temperature <= 2
    assert link.t is None or 0 <= link.t <= 1
    assert link.steps is None or links.STEPS[0] <= link.steps <= links.STEPS[1]
    assert link.path is None or (link.path and set(link.path) <= set(links.PATHS))
    assert link.via is None or (1 <= len(link.via) <= links.MOST_STOPS and min(link.via) >= 0)
    assert link.unsure in (None, links.UNSURE)
    assert link.plane in (None, *links.PLANES)
    assert link.heat in (None, *links.HEATS)
    assert link.pair is None or min(link.pair) >= 0
    assert link.label is None or 0 <= link.label <= 999
    assert link.axes is None or (link.axes[0] != link.axes[1] and 0 <= min(link.axes) <= max(link.axes) < 64)


@given(hostile)
def test_what_is_read_is_finite(text: str) -> None:
    link = links.parse({"z": text, "t": text, "temperature": text})
    assert all(math.isfinite(value) for value in (*(link.z or ()), link.t or 0.0, link.temperature or 0.0))


@pytest.mark.parametrize(
    "text", ["..", "../x", "a/b", "a.b", "", "-a", "ä", "a b", "a\n", "x" * 61, "%2e%2e"]
)
def test_a_path_never_passes_for_a_models_name(text: str) -> None:
    assert links.is_name(text) is None


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"z": "nan,1"}, Link()),
        ({"z": "1e308"}, Link(z=(1000.0,))),
        ({"steps": "1e9"}, Link(steps=16)),
        ({"t": "-3"}, Link(t=0.0)),
        ({"axes": "1,1"}, Link()),
        ({"pair": "1,-1"}, Link()),
        ({"path": "LERP"}, Link()),
        ({"path": "lerp,<b>"}, Link()),
        ({"path": "geodesic,lerp"}, Link(path=("lerp", "geodesic"))),
        ({"path": "slerp"}, Link(path=("slerp",))),
        ({"via": "1,2,3,4,5,6,7,8"}, Link(via=(1, 2, 3, 4, 5, 6))),
        ({"via": "1,x"}, Link()),
        ({"lower": "1"}, Link()),
        ({"unsure": "no"}, Link()),
        ({"z": ["1", "2"]}, Link()),
        ({"groups": "1"}, Link()),
        ({"groups": "1,2,3"}, Link()),
        ({"groups": "1,../x"}, Link()),
        ({"units": "metres"}, Link()),
        ({"unchanged": "-1"}, Link()),
        ({"sliders": "a" * 9000}, Link()),
    ],
)
def test_what_does_not_fit_is_dropped_or_clamped(parameters: dict[str, object], expected: Link) -> None:
    assert links.parse(parameters) == expected
