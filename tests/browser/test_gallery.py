"""A first look at each picture of the gallery: it can be read, and one sees whether that is all of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import ARTIFACTS, Server
from playwright.sync_api import BrowserContext

from tests.browser.first_look import FirstLook
from tests.gallery import PROGRAMS, record_all

#: Seen narrow, too; the others differ in nothing that narrowness shows.
NARROW = ["quickstart_all", "patching_all", "lens", "failure", "traces_apart", "one_save"]
SEEN = [("lab", picture) for picture in PROGRAMS] + [(window, picture) for window in ("page", "phone") for picture in NARROW]


@pytest.fixture(scope="module")
def first(browser: BrowserContext, lab: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstLook]:
    folder = tmp_path_factory.mktemp("gallery")
    assert browser.browser is not None
    look = FirstLook(browser.browser, lab, record_all(folder), folder)
    yield look
    look.close()


@pytest.mark.parametrize(("window", "picture"), SEEN)
def test_a_first_look(first: FirstLook, window: str, picture: str) -> None:
    look = first.at(picture, window, ARTIFACTS / "gallery" / f"{picture}-{window}.png")
    print(look.row())
    assert look.whole or look.continued
    if look.boxes <= 40:
        assert look.smallest > 8.95
    assert look.side < 0.334
    if window == "lab" and look.boxes > 2:  # two boxes do not fill a wide cell
        assert look.empty <= 0.15
        assert look.cell[1] >= 280
