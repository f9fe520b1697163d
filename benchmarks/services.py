"""Time the engines that send several texts per request, against one text per request, at the same latency.

    python benchmarks/services.py [--texts 12800] [--latency 0.1] [--workers 16] [--engines google deepl ...]

The services are local servers with the published interfaces (`tests/support/interfaces.py`), each in a process of its
own; no figure says how fast a service is. An engine translates as the stage does, with checks and memory. "One by one"
is the same engine with one text per request: one request after the other, and with all workers.

Prints a Markdown table: texts a second, and how many times those of one text per request.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).resolve().parents[1]))

import msgspec
from measuring import print_header, print_row
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment
from spanferry.translation.settings import TranslateSettings, TranslatorSettings

from tests.support.interfaces import KEY, SERVICES, serve

LANGUAGES = ("en", "nl")
ONE_BY_ONE = 60  # texts, one request after the other
AT_ONCE = 50  # texts per worker, one text per request
# Settings with which an engine sends many texts. Batch jobs are left out, because they take hours.
MANY = {
    "google": {},
    "deepl": {"context": False},
    "libretranslate": {"batch": 32},
    "openai, chat": {"batch": 16, "context": False},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=12_800)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--engines", nargs="+", choices=MANY, default=list(MANY))
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve_forever(args.serve, args.latency)
        return
    print(f"{args.texts:,} texts, latency {args.latency:g} s, {args.workers} workers\n")
    print_header(("engine", "texts per request", "texts a second", "times one by one", "times one by one, all workers"))
    for name in args.engines:
        with subprocess.Popen(
            [sys.executable, __file__, "--serve", name, "--latency", str(args.latency)],
            stdout=subprocess.PIPE,
            text=True,
        ) as server:
            try:
                assert server.stdout
                measure(name, msgspec.json.decode(server.stdout.readline()), args)
            finally:
                server.kill()


def serve_forever(name: str, latency: float) -> None:
    """Serve an interface, and print its settings."""
    with serve(SERVICES[name](lambda text, n: f"nl {text}", latency=latency)) as interface:
        print(msgspec.json.encode(interface.settings()).decode(), flush=True)
        time.sleep(24 * 3600)


def measure(name: str, settings: dict[str, object], args: argparse.Namespace) -> None:
    """Print the row of an engine."""
    os.environ[SERVICES[name].key_variable] = KEY
    many, batch = texts_per_second({**settings, **MANY[name]}, args.texts, args.workers)
    alone, _ = texts_per_second({**settings, **MANY[name]}, ONE_BY_ONE, 1, one_text=True)
    at_once, _ = texts_per_second({**settings, **MANY[name]}, AT_ONCE * args.workers, args.workers, one_text=True)
    print_row(name, batch, f"{many:,.0f}", f"{many / alone:,.0f}", f"{many / at_once:,.1f}")


def texts_per_second(
    settings: dict[str, object], count: int, workers: int, one_text: bool = False
) -> tuple[float, int]:
    """Return the texts that an engine translates per second, and how many it sends per request."""
    entry = msgspec.convert(settings, TranslatorSettings)  # pyright: ignore[reportArgumentType]
    texts = [f"The {n}th boat came through the lock on day {n * 7919 % count} of it." for n in range(count)]
    with (
        TemporaryDirectory() as folder,
        open_session(
            "engine",
            LANGUAGES,
            folder=Path(folder),
            translators={"engine": entry},
            settings=TranslateSettings(workers=workers),
        ) as session,
    ):
        if one_text:
            session.translator.batch = 1
        start = time.perf_counter()
        results = session.translate([Segment(text, "sentence") for text in texts])
        seconds = time.perf_counter() - start
        assert all(result.text for result in results)
        return count / seconds, session.translator.batch


if __name__ == "__main__":
    main()
