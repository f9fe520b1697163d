"""The real mtranslate against a local page, with waits of milliseconds."""

import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from pipeline.translation import asking, pace

from .standin import Page, Reply, page


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[str, int], Reply | str]], Page]]:
    """google(answer): from now on, translate.google.com answers so."""
    with ExitStack() as stack:

        def start(answer: Callable[[str, int], Reply | str]) -> Page:
            served = stack.enter_context(page(answer))
            monkeypatch.setenv("http_proxy", served.url)
            monkeypatch.setenv("no_proxy", "")
            # urllib reads the environment once a process.
            monkeypatch.setattr(urllib.request, "_opener", None)
            return served

        yield start


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses and delays of milliseconds."""
    monkeypatch.setattr(pace, "FIRST_PAUSE_S", 0.002)
    monkeypatch.setattr(asking, "FIRST_DELAY_S", 0.002)
    monkeypatch.setattr(asking, "LONGEST_DELAY_S", 0.01)
