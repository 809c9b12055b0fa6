"""One browser and one running product for all tests of this folder; they end with its last test.

Package scope, not session: Playwright keeps an event loop running, which later tests of other folders could not bear.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.support.embedded import Instance, an_instance
from tests.support.portal_browser import a_browser


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with a_browser(playwright) as started:
        yield started


@pytest.fixture(scope="package")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The product, started by `cchc up` on a folder of its own. Each test takes a counter of its own."""
    with an_instance(tmp_path_factory.mktemp("instance")) as started:
        yield started
