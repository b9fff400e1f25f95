from __future__ import annotations

from xml.etree import ElementTree

from explorer.classroom import invitation


def test_a_link_is_an_svg_of_its_own_that_scales() -> None:
    picture = ElementTree.fromstring(invitation.qr_svg('https://example.org/room?code=BCDF2G&x="<b>'))
    assert picture.tag.endswith("svg")
    assert picture.get("viewBox", "").startswith("0 0 ")
    assert picture.get("width") is None


def test_another_link_is_another_picture_and_the_same_one_the_same() -> None:
    one = invitation.qr_svg("https://example.org/room?code=BCDF2G")
    assert one == invitation.qr_svg("https://example.org/room?code=BCDF2G")
    assert one != invitation.qr_svg("https://example.org/room?code=BCDF2H")
