from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from explorer.training.breakages import BREAKAGES


def _texts(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def test_nothing_is_told_and_nothing_trains_before_the_prediction(open_page: Callable[..., AppTest]) -> None:
    for breakage in BREAKAGES:
        page = open_page("lab", breakage=breakage.name)
        assert not page.exception
        assert breakage.question.asked in _texts(page) + "".join(radio.label for radio in page.radio)
        assert breakage.why not in _texts(page)
        assert "lab.start" not in [button.key for button in page.button]


def test_after_the_prediction_the_line_is_shown_and_both_can_be_trained(
    open_page: Callable[..., AppTest],
) -> None:
    page = open_page("lab", breakage="sign")
    page.radio(key="lab.predict.sign").set_value(0).run()
    page.button(key="reveal").click().run()
    assert BREAKAGES[0].why in _texts(page)
    assert "You predicted *posteriors close to the prior*" in _texts(page)
    assert any("reconstruction - kl_weight * kl  # ← here" in code.value for code in page.code)
    assert not page.button(key="lab.start").disabled


def test_an_unknown_mistake_opens_the_first(open_page: Callable[..., AppTest]) -> None:
    page = open_page("lab", breakage="nothing")
    assert not page.exception
    assert BREAKAGES[0].question.asked in "".join(radio.label for radio in page.radio)
