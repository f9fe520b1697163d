"""The behaviours that every engine must have, each as a function of an engine's stand-in. It fails by AssertionError.

    python -m tests.support.behaviours     # writes the table into docs/engines.md: behaviour by engine

The services are those of `interfaces.SERVICES`. A text "fails once" if the first answer to it is the fault.
"""

import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import msgspec
from spanferry.errors import TranslationError
from spanferry.projection.marked import MarkerRequest, parse_translation
from spanferry.records import CheckFailure
from spanferry.translation.checks import MARKED
from spanferry.translation.client import rate_limiter, scheduler
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment, TranslationResult
from spanferry.translation.settings import TranslateSettings, TranslatorSettings

from tests.support.interfaces import KEY, SERVICES, Answer, BatchInterface, Fault, Interface, Reply, serve
from tests.support.standin import dutch

LANGUAGES = ("en", "nl")
TEXTS = [
    "The ferry crosses the river in 9 minutes.",
    "Its first captain was a fisherman's widow.",
    "In 1931 the steam engine made way for a diesel.",
    "A bell on the far bank calls the ferry.",
    "Since 2004 it takes bicycles, but no cars.",
]
UNICODE = [
    'AT&T said "5 < 6 > 4" &amp; left 😀 for 東京 in 1999.',
    "The word שלום means peace, and Ελλάδα means Greece.",
    "Crème brûlée costs €5, or ₹400; x² + y² = z².",
    "O\u2019Neill\u2014the captain\u2014said: \u00abno\u00bb\u2026 {braces} \\ and /slashes/.",
]
TIMEOUT_S = 0.5
MANY = 60  # texts of the tests that kill the client, and that mix faults


@contextmanager
def environment(interface: Interface) -> Iterator[None]:
    """Set the environment with which an engine reaches its stand-in, and shorten pauses to milliseconds."""
    variables = {interface.key_variable: KEY} if interface.key_variable else {}
    proxies = {"http_proxy": interface.url, "no_proxy": ""} if interface.engine == "mtranslate" else {}
    with (
        mock.patch.dict(os.environ, variables | proxies),
        mock.patch.object(urllib.request, "_opener", None),  # urllib reads the environment only once per process
        mock.patch.object(rate_limiter, "FIRST_PAUSE_S", 0.002),
        mock.patch.object(scheduler, "FIRST_DELAY_S", 0.002),
        mock.patch.object(scheduler, "LONGEST_DELAY_S", 0.01),
    ):
        yield


def entry_of(interface: Interface) -> TranslatorSettings:
    """Return the settings of an engine that calls its stand-in."""
    return msgspec.convert(interface.settings(), TranslatorSettings)  # pyright: ignore[reportArgumentType]


@contextmanager
def opened(interface: Interface, folder: Path, **settings: object) -> Iterator[TranslationSession]:
    """Yield a session with an engine that calls its stand-in."""
    made = TranslateSettings(**{"timeout_s": TIMEOUT_S, **settings})
    with (
        environment(interface),
        open_session(
            "engine",
            LANGUAGES,
            folder=folder,
            translators={"engine": entry_of(interface)},
            settings=made,
            purpose="translate test",
        ) as session,
    ):
        yield session


def translate(interface: Interface, folder: Path, texts: Sequence[str], **settings: object) -> list[TranslationResult]:
    """Translate texts as sentences."""
    with opened(interface, folder, **settings) as session:
        return session.translate(Segment(text, "sentence") for text in texts)


def good(texts: Sequence[str]) -> list[TranslationResult]:
    return [TranslationResult(dutch(text)) for text in texts]


def fails_once(fault: str | Fault, affected: str | None = None) -> Answer:
    """Return an answer that is a fault the first time: for one text, or for all."""

    def answer(text: str, n: int) -> str | Fault:
        return fault if n == 1 and affected in (None, text) else dutch(text)

    return answer


def recovers(service: type[Interface], folder: Path, fault: str | Fault, affected: str | None = None) -> Interface:
    """Check that all texts are translated although a fault happens once, and that no good answer was asked twice."""
    with serve(service(fails_once(fault, affected))) as interface:
        assert translate(interface, folder, TEXTS) == good(TEXTS)
    assert interface.violations == []
    assert max(interface.answered.values()) <= 2
    return interface


def throttled(service: type[Interface], folder: Path) -> None:
    """Refusals because of too many requests cost nothing: each text is translated, and billed, once."""
    interface = recovers(service, folder, Fault.THROTTLED)
    assert interface.answered == dict.fromkeys(TEXTS, 1)


def overloaded(service: type[Interface], folder: Path) -> None:
    """A service that is down for a moment is asked again."""
    recovers(service, folder, Fault.OVERLOADED)


def refused(service: type[Interface], folder: Path) -> None:
    """A text that the service refuses is given up. The others, which were in the same request, are translated."""

    def answer(text: str, n: int) -> str | Fault:
        return Fault.REFUSED if text == TEXTS[2] else dutch(text)

    with serve(service(answer)) as interface:
        assert translate(interface, folder, TEXTS[:2]) == good(TEXTS[:2])
        results = translate(interface, folder, TEXTS)
        assert results == [*good(TEXTS[:2]), TranslationResult(None, CheckFailure.REFUSED), *good(TEXTS[3:])]
        asked = interface.asked.total()
        assert translate(interface, folder, TEXTS) == results
        assert interface.asked.total() == asked
    assert interface.violations == []


def timeouts(service: type[Interface], folder: Path) -> None:
    """A request without an answer in time is sent again."""
    recovers(service, folder, Fault.HANG, TEXTS[0])


def resets(service: type[Interface], folder: Path) -> None:
    """A request whose connection breaks is sent again."""
    recovers(service, folder, Fault.RESET, TEXTS[0])


def pages(service: type[Interface], folder: Path) -> None:
    """A web page of another server instead of an answer is not taken for a translation."""
    recovers(service, folder, Fault.PAGE, TEXTS[0])


def wrong_count(service: type[Interface], folder: Path) -> None:
    """A response with too few translations shifts none of them."""
    recovers(service, folder, Fault.WRONG_COUNT, TEXTS[0])


def empty(service: type[Interface], folder: Path) -> None:
    """A text with an empty answer is asked again."""
    interface = recovers(service, folder, "", TEXTS[1])
    assert interface.asked[TEXTS[1]] >= 2


def echo(service: type[Interface], folder: Path) -> None:
    """A text that comes back untranslated is asked again."""
    recovers(service, folder, TEXTS[1], TEXTS[1])


def markers_lost(service: type[Interface], folder: Path) -> None:
    """Markers come back around the same words, or are lost; a marked sentence without them gives no span."""
    left, right = engine_markers(service)[0]
    words = "far bank"
    text = f"A bell on the {left}{words}{right} calls the ferry."
    request = MarkerRequest(text, (left, right), 14, words)
    replies = {
        "kept": f"Een bel op de {left}verre oever{right} roept de veerpont.",
        "lost": "Een bel op de verre oever roept de veerpont.",
        "half": f"Een bel op de {left}verre oever roept de veerpont.",
    }
    for case, reply in replies.items():
        with (
            serve(service(lambda text, n, reply=reply: reply)) as interface,
            opened(interface, folder / case) as session,
        ):
            (result,) = session.translate([Segment(text, MARKED)])
        assert interface.asked.keys() == {text}
        assert interface.violations == []
        if case == "kept":
            assert result.text == reply
            marked = parse_translation(reply, request)
            assert marked is not None
            assert (marked.piece, marked.text) == ("verre oever", replies["lost"])
        elif result.text is not None:
            assert parse_translation(result.text, request) is None


def engine_markers(service: type[Interface]) -> Sequence[tuple[str, str]]:
    """Return the markers of the engine that calls a service."""
    with (
        TemporaryDirectory() as folder,
        serve(service(lambda text, n: text)) as interface,
        opened(interface, Path(folder)) as session,
    ):
        return session.translator.markers


def unicode_texts(service: type[Interface], folder: Path) -> None:
    """Every character arrives at the service, and comes back, as it is."""
    with serve(service(lambda text, n: f"nl {text}")) as interface:
        assert translate(interface, folder, UNICODE) == [TranslationResult(f"nl {text}") for text in UNICODE]
    assert interface.answered == dict.fromkeys(UNICODE, 1)
    assert interface.violations == []


def long_texts(service: type[Interface], folder: Path) -> None:
    """A text of 5,000 characters is translated whole or in pieces that the service accepts."""
    latin = "".join(f"The {n}th boat came through the lock. " for n in range(200))[:4999].strip() + "."
    japanese = "".join(f"渡し船は{n}番の川を渡る。" for n in range(500))[:5000]
    with serve(service(lambda text, n: "nl " + text)) as interface:
        results = translate(interface, folder, [latin, japanese])
        assert [(result.text or "").replace("nl ", "") for result in results] == [latin, japanese]
    assert set(interface.asked.values()) == {1}
    assert interface.violations == []


def killed_and_resumed(service: type[Interface], folder: Path) -> None:
    """After SIGKILL, only what was under way is asked again; for batch jobs, nothing is."""
    texts = [f"The {n}th boat came through the lock." for n in range(MANY)]
    with serve(service(lambda text, n: dutch(text), latency=0.03)) as interface:
        with environment(interface):
            kill_client(interface.settings(), folder, texts, lambda: interface.answered)
        at_kill = dict(interface.answered)
        assert translate(interface, folder, texts) == good(texts)
        with opened(interface, folder) as session:
            at_most = 0 if interface.settings().get("mode") == "batch" else session.translator.batch * 16
    repeated = sum(interface.answered[text] - 1 for text in at_kill)
    assert repeated <= at_most
    assert interface.violations == []


def kill_client(
    settings: dict[str, Any], folder: Path, texts: Sequence[str], is_time: Callable[[], object], batch: int = 0
) -> None:
    """Start a client that translates, and kill it when it is time. batch: texts per call, if not the engine's own."""
    job = {"settings": settings, "folder": str(folder), "texts": list(texts), "batch": batch}
    command = [sys.executable, "-m", "tests.support.behaviours", "--client", msgspec.json.encode(job).decode()]
    with subprocess.Popen(command) as process:
        while process.poll() is None and not is_time():
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)


def run_client(job: str) -> None:
    """Translate what `kill_client` asks for."""
    made = msgspec.json.decode(job)
    entry = msgspec.convert(made["settings"], TranslatorSettings)  # pyright: ignore[reportArgumentType]
    translators = {"engine": entry}
    settings = TranslateSettings(timeout_s=TIMEOUT_S)
    with open_session(
        "engine", LANGUAGES, folder=Path(made["folder"]), translators=translators, settings=settings
    ) as session:
        session.translator.batch = made["batch"] or session.translator.batch
        session.translate(Segment(text, "sentence") for text in made["texts"])


def fault_mix(service: type[Interface], folder: Path) -> None:
    """All faults at random change no translation, and no text that was translated is asked again."""
    texts = [f"The {n}th boat came through the lock." for n in range(MANY)]
    with serve(service(lambda text, n: dutch(text), dice=random.Random(1))) as interface:
        assert translate(interface, folder, texts, attempts=30) == good(texts)
    assert interface.answered == dict.fromkeys(texts, 1)
    assert interface.violations == []


def nothing_twice(service: type[Interface], folder: Path) -> None:
    """Equal texts are asked once, and a second run asks nothing."""
    with serve(service(lambda text, n: dutch(text))) as interface:
        for _ in range(2):
            assert translate(interface, folder, [*TEXTS, *TEXTS]) == good([*TEXTS, *TEXTS])
    assert interface.asked == dict.fromkeys(TEXTS, 1)
    assert interface.violations == []


def message_of(work: Callable[[], object]) -> str:
    """Return the message of the error with which some work ends, or else its result in words."""
    try:
        return str(work())
    except TranslationError as error:
        return str(error)


def echoed_key(service: type[Interface], folder: Path) -> None:
    """A key that the service repeats, in its responses, its errors or a translation, is in no file and no message."""

    def answer(text: str, n: int) -> str | Fault:
        faults = {TEXTS[0]: f"{dutch(text)} {KEY}", TEXTS[1]: Fault.REFUSED, TEXTS[2]: f"{KEY.swapcase()} {text}"}
        return faults[text] if text in faults and n == 1 else dutch(text)

    with serve(service(answer)) as interface:
        interface.echoes_key = True
        assert translate(interface, folder, TEXTS[3:]) == good(TEXTS[3:])
        assert translate(interface, folder, TEXTS) == good(TEXTS)
        for fault in (Fault.UNAUTHORIZED, Fault.REFUSED):
            interface.answer = lambda text, n, fault=fault: fault
            said = message_of(lambda fault=fault: translate(interface, folder, [f"New: {fault.value}."], attempts=2))
            assert KEY.lower() not in said.lower()
    for path in folder.rglob("*"):
        assert path.is_dir() or KEY.lower().encode() not in path.read_bytes().lower()
    assert interface.violations == []


def killed_at_every_step(service: type[BatchInterface], folder: Path) -> None:
    """A batch job goes on after SIGKILL when its file is uploaded, when it is created, polled, and collected."""
    texts = [f"The {n}th boat came through the lock." for n in range(20)]
    for step in BATCH_STEPS:
        with serve(service(lambda text, n: dutch(text), latency=0.02)) as interface:
            with environment(interface):
                kill_client(interface.settings(), folder / step[1], texts, lambda s=step, i=interface: i.seen[s])
            assert translate(interface, folder / step[1], texts) == good(texts)
        assert interface.answered == dict.fromkeys(texts, 1)
        assert len(interface.batches) == 1
        assert interface.violations == []


def lost_creation(service: type[BatchInterface], folder: Path) -> None:
    """A batch whose creation was not confirmed is found again, by its metadata or its file, and not created twice."""
    for keeps_metadata in (True, False):
        with serve(service(lambda text, n: dutch(text))) as interface:
            interface.keeps_metadata, interface.lose = keeps_metadata, [BATCH_STEPS[1]]
            assert translate(interface, folder / str(keeps_metadata), TEXTS) == good(TEXTS)
        assert len(interface.batches) == 1
        assert interface.violations == []


def refused_creation(service: type[BatchInterface], folder: Path) -> None:
    """A batch that is refused for good ends the run after one request; one that is refused for now is tried again."""
    limit = Reply({"error": {"code": "billing_hard_limit_reached", "message": "Limit"}}, 400)
    later = Reply({"error": {"code": "token_limit_exceeded", "message": "Enqueued tokens"}}, 429)
    with serve(service(lambda text, n: dutch(text))) as interface:
        interface.instead = {BATCH_STEPS[1]: [limit, later, later]}
        assert "credit is spent" in message_of(lambda: translate(interface, folder, TEXTS))
        assert interface.seen[BATCH_STEPS[1]] == 1
        assert translate(interface, folder, TEXTS) == good(TEXTS)
    assert (interface.seen[BATCH_STEPS[1]], len(interface.batches)) == (4, 1)
    assert interface.violations == []


BATCH_STEPS = [
    ("POST", "/v1/files"),
    ("POST", "/v1/batches"),
    ("GET", "/v1/batches/batch_0"),
    ("GET", "/v1/files/file-1/content"),
]
BEHAVIOURS: dict[str, Callable[[Any, Path], None]] = {
    "throttled": throttled,
    "overloaded": overloaded,
    "refused": refused,
    "timeouts": timeouts,
    "connection reset": resets,
    "foreign page": pages,
    "wrong count": wrong_count,
    "empty": empty,
    "echo": echo,
    "markers lost": markers_lost,
    "unicode": unicode_texts,
    "5,000 characters": long_texts,
    "killed and resumed": killed_and_resumed,
    "all faults at random": fault_mix,
    "nothing asked twice": nothing_twice,
    "key repeated by the service": echoed_key,
    "job killed at every step": killed_at_every_step,
    "lost creation of a job": lost_creation,
    "refused creation of a job": refused_creation,
}
ONLY_FOR: dict[str, Callable[[type[Interface]], bool]] = {
    "key repeated by the service": lambda service: bool(service.key_variable),
    "job killed at every step": lambda service: issubclass(service, BatchInterface),
    "lost creation of a job": lambda service: issubclass(service, BatchInterface),
    "refused creation of a job": lambda service: issubclass(service, BatchInterface),
}
"""The behaviours that not every engine can have: which have it."""


def applies(behaviour: str, service: type[Interface]) -> bool:
    """Return whether a behaviour concerns a service."""
    return ONLY_FOR.get(behaviour, lambda _: True)(service)


def make_table() -> str:
    """Run all behaviours, and return a Markdown table."""
    lines = ["| behaviour |" + "".join(f" {name} |" for name in SERVICES), "|---|" + ":-:|" * len(SERVICES)]
    for behaviour in BEHAVIOURS:
        cells = [try_behaviour(behaviour, service) for service in SERVICES.values()]
        lines.append(f"| {behaviour} |" + "".join(f" {cell} |" for cell in cells))
        print(lines[-1], flush=True)
    return "\n".join(lines)


def try_behaviour(behaviour: str, service: type[Interface]) -> str:
    """Return the cell of a behaviour: yes, NO, or a dash when it does not concern the service."""
    if not applies(behaviour, service):
        return "–"
    with TemporaryDirectory() as folder:
        try:
            BEHAVIOURS[behaviour](service, Path(folder))
        except AssertionError:
            return "NO"
    return "yes"


def write_table(page: Path) -> None:
    """Replace the table of a page, which stands between two comments."""
    before, start, rest = page.read_text(encoding="utf-8").partition(START)
    _, end, after = rest.partition(END)
    page.write_text(f"{before}{start}\n{make_table()}\n{end}{after}", encoding="utf-8")


START, END = "<!-- behaviours: begin -->", "<!-- behaviours: end -->"
PAGE = Path(__file__).parents[2] / "docs" / "engines.md"

if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        run_client(sys.argv[2])
    else:
        write_table(PAGE)
