"""Measure the translation layer, also against the naive loop `for text in texts: mtranslate.translate(text)`.

    python benchmarks/translation.py [--cases throughput full faults kill memory checks]
        [--server "python tests/support/mobile_page.py --memory data/sample/memory.tmx"] [--squad FILE ...]
        [--pairs FILE.tmx]

    throughput  requests a second and CPU a request, with 16 workers and a service that takes 0.1 s
    full        100,000 segments, all in the memory: seconds of the whole process, requests
    faults      429, 503, empty pages, captchas, resets and a rate limit at once: same bytes, nothing requested twice
    kill        SIGKILL at 20 random moments: same bytes, requests repeated
    memory      peak memory with 350,000 segments, none or all of them in the memory
    checks      good translations that the checks refuse, and bad ones that they find

Prints a Markdown table for each case. --server is a command that takes --port, --latency, --rate and the fault options
of mobile_page.py and answers /__stats as it does. --squad names the files whose segments are translated, --pairs the
good translations of `checks`. Each client runs in a process of its own; CPU is its user and system time, from its first
request to its last.
"""

import argparse
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).resolve().parents[1]))

from measuring import measure_block, print_header, print_row
from spanferry import tables
from spanferry.arrow import to_table
from spanferry.records import SPLITS, Kind, SegmentRow
from spanferry.segmentation import collect_segments, make_layout
from spanferry.squad import read_squad
from spanferry.translation.checks import find_failure
from spanferry.translation.client.segment_tables import read_segments, translation_table
from spanferry.translation.client.setup import open_session
from spanferry.translation.memory.store import Scope, open_memory
from spanferry.translation.memory.tmx import read_tmx
from spanferry.translation.settings import TranslateSettings

from tests.support.mobile_page import read_counts, run_server, server_command

LANGUAGES = ("en", "nl")
SAMPLE = Path("data/sample")
WORKERS = 16
NAIVE_TEXTS = 200
FULL_MEMORY, LARGE_CORPUS = 100_000, 350_000
KILLS = 20
FAULTS = "--p429 .1 --p503 .05 --pempty .05 --pcaptcha .02 --preset .05 --rate 60"

Corrupt = Callable[[str, str, random.Random], str | None]
"""(text, good translation, random numbers) -> a bad translation, or None if this is impossible."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--server", default=server_command(SAMPLE / "memory.tmx"))
    parser.add_argument("--squad", type=Path, nargs="+", default=[SAMPLE / f"{split}-v2.0.json" for split in SPLITS])
    parser.add_argument("--pairs", type=Path, default=SAMPLE / "memory.tmx")
    parser.add_argument("--client", nargs=3, metavar=("NAME", "SEGMENTS", "FOLDER"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.client:
        name, path, folder = args.client
        print(json.dumps(CLIENTS[name](Path(path), Path(folder))))
        return
    with TemporaryDirectory() as home:
        segments = Path(home) / "segments.parquet"
        # Only the texts count, so that the files may be of any split.
        parts = [make_layout({"train": read_squad(path)}, LANGUAGES[0]) for path in args.squad]
        tables.write(collect_segments(tables.pa.concat_tables(parts)), segments)
        for case in args.cases:
            folder = Path(home) / case
            folder.mkdir()
            print(f"\n### {case}\n", flush=True)
            CASES[case](args, segments, folder)


# Clients: (table of segments, folder for its outputs) -> figures. Each runs in a process of its own.


def run_naive_loop(path: Path, folder: Path) -> dict[str, float]:
    """Translate some of the segments one after the other."""
    import mtranslate

    texts = [segment.text for segment in read_segments(path)]
    chosen = random.Random(1).sample(texts, min(NAIVE_TEXTS, len(texts)))
    with measure_block() as figures:
        for text in chosen:
            mtranslate.translate(text, LANGUAGES[1], LANGUAGES[0])
    return {**figures, "requests": len(chosen)}


def run_session(path: Path, folder: Path) -> dict[str, float]:
    """Translate as the stage does."""
    return translate_segments(path, folder, TranslateSettings(workers=WORKERS))


def run_instant_session(path: Path, folder: Path) -> dict[str, float]:
    """Translate as the stage does, with a service that responds at once and without a connection."""
    import mtranslate

    mtranslate.translate = lambda text, target, source: f"{text[:-1]}, vertaald."
    return translate_segments(path, folder, TranslateSettings(workers=1))


def translate_segments(path: Path, folder: Path, settings: TranslateSettings) -> dict[str, float]:
    segments = read_segments(path)
    with (
        measure_block() as figures,
        open_session("mtranslate", LANGUAGES, folder=folder / "memory", settings=settings) as session,
    ):
        results = session.translate(segments)
    tables.write(translation_table(segments, results, session), folder / "translations.parquet")
    return {
        **figures,
        "requests": session.counts.requests,
        "untranslated": sum(result.text is None for result in results),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


CLIENTS = {"naive": run_naive_loop, "session": run_session, "instant": run_instant_session}


def run_client(name: str, segments: Path, folder: Path, proxy: str = "http://127.0.0.1:9") -> dict[str, float]:
    """Run a client to its end; `seconds_in_all` are those of the whole process."""
    start = time.perf_counter()
    process = subprocess.run(
        client_command(name, segments, folder), env=client_environment(proxy), stdout=subprocess.PIPE, check=True
    )
    return {**json.loads(process.stdout), "seconds_in_all": time.perf_counter() - start}


def client_command(name: str, segments: Path, folder: Path) -> list[str]:
    return [sys.executable, __file__, "--client", name, str(segments), str(folder)]


def client_environment(proxy: str) -> dict[str, str]:
    return {**os.environ, "http_proxy": proxy, "no_proxy": ""}


# Ways to corrupt a good translation.


def put_word_in_tags(text: str, translation: str, chance: random.Random) -> str:
    words = translation.split()
    index = chance.randrange(len(words))
    words[index] = f"<b>{words[index]}</b>"
    return " ".join(words)


def keep_first(share: float) -> Corrupt:
    def truncate(text: str, translation: str, chance: random.Random) -> str | None:
        words = translation.split()
        return " ".join(words[: max(1, round(len(words) * share))]) if len(words) > 2 else None

    return truncate


def change_digit(text: str, translation: str, chance: random.Random) -> str | None:
    digits = [index for index, character in enumerate(translation) if character.isdigit()]
    if not digits or not any(character.isdigit() for character in text):
        return None
    index = chance.choice(digits)
    other = (int(translation[index]) + chance.randint(1, 9)) % 10
    return f"{translation[:index]}{other}{translation[index + 1 :]}"


def remove_numbers(text: str, translation: str, chance: random.Random) -> str | None:
    return re.sub(r"\d+(?:[.,]\d+)*", "", translation) if re.search(r"\d{3}", text) else None


CORRUPTIONS: dict[str, Corrupt] = {
    "nothing": lambda text, good, chance: "",
    "captcha page": lambda text, good, chance: "Our systems have detected unusual traffic from your computer network.",
    "error page": lambda text, good, chance: "Error 500 (Server Error)!!1500.That's an error.",
    "the text itself": lambda text, good, chance: None if text.casefold() == good.casefold() else text,
    "a tag": put_word_in_tags,
    "an entity": lambda text, good, chance: good.replace(" ", " &#39;", 1) if " " in good else None,
    "a leftover marker": lambda text, good, chance: f"{good[:-1]} [0]{good[-1]}",
    "the first half": keep_first(0.5),
    "the first nine tenths": keep_first(0.9),
    "another digit": change_digit,
    "no numbers": remove_numbers,
    "Cyrillic": lambda text, good, chance: f"{good} шлюз",
    "the end ten times": lambda text, good, chance: good + (" " + " ".join(good.split()[-2:])) * 10,
}


# Cases: (options, table of segments, folder for outputs); each prints a table.


def measure_throughput(args: argparse.Namespace, segments: Path, folder: Path) -> None:
    with run_server(args.server, "--latency 0.1") as url:
        naive = run_client("naive", segments, folder, url)
        session = run_client("session", segments, folder, url)
    print_header(("", "requests", "seconds", "requests a second", "CPU ms a request"))
    for name, run in (("naive loop", naive), (f"Spanferry, {WORKERS} workers", session)):
        rate, cpu = run["requests"] / run["seconds"], run["cpu"] / run["requests"] * 1000
        print_row(name, f"{run['requests']:,}", f"{run['seconds']:.1f}", f"{rate:.1f}", f"{cpu:.2f}")
    faster = session["requests"] / session["seconds"] * naive["seconds"] / naive["requests"]
    dearer = session["cpu"] / session["requests"] * naive["requests"] / naive["cpu"]
    print(f"\nthroughput {faster:.1f} times, CPU a request {dearer:.2f} times that of the naive loop")


def write_large_corpus(count: int, folder: Path, in_memory: bool) -> Path:
    """Write a table of this many segments, and a memory that holds all or none of them; return the table's path.

    Texts are about as long as SQuAD's segments are on average (60 characters).
    """
    texts = [f"The {n}th boat came through the lock on day {n * 7919 % count} of it." for n in range(count)]
    if in_memory:
        with open_memory(folder / "memory", Scope("mtranslate", *LANGUAGES)) as memory:
            memory.add((text, "", f"{text} (nl)") for text in texts)
    path = folder / "segments.parquet"
    tables.write(to_table([SegmentRow(text, Kind.SENTENCE, 1, 0) for text in texts], SegmentRow), path)
    return path


def measure_full_memory(args: argparse.Namespace, segments: Path, folder: Path) -> None:
    run = run_client("session", write_large_corpus(FULL_MEMORY, folder, in_memory=True), folder)
    print_header(("segments", "requests", "seconds, whole process", "peak MiB"), texts=0)
    print_row(f"{FULL_MEMORY:,}", run["requests"], f"{run['seconds_in_all']:.1f}", f"{run['peak_mib']:.0f}")


def measure_faults(args: argparse.Namespace, segments: Path, folder: Path) -> None:
    without, with_faults = folder / "without", folder / "with"
    with run_server(args.server) as url:
        run_client("session", segments, without, url)
    with run_server(args.server, FAULTS) as url:
        run = run_client("session", segments, with_faults, url)
        counts = read_counts(url)
    print(f"`{FAULTS}`\n")
    print_header(("texts answered", "requests", "repeated", "untranslated", "seconds", "same bytes"), texts=0)
    print_row(
        f"{counts['answered']:,}",
        f"{counts['requests']:,}",
        counts["repeated"],
        run["untranslated"],
        f"{run['seconds']:.0f}",
        compare_outputs(without, with_faults),
    )


def measure_kills(args: argparse.Namespace, segments: Path, folder: Path) -> None:
    undisturbed, killed = folder / "undisturbed", folder / "killed"
    chance = random.Random(1)
    with run_server(args.server, "--latency 0.1") as url:
        seconds = run_client("session", segments, undisturbed, url)["seconds"]
    with run_server(args.server, "--latency 0.1") as url:
        longest = 1.5 * seconds / KILLS
        kills = sum(kill_client(segments, killed, url, chance.uniform(0, longest)) for _ in range(KILLS))
        run_client("session", segments, killed, url)
        repeated = read_counts(url)["repeated"]
    print_header(("kills", "repeated", "allowed (workers times kills)", "same bytes"), texts=0)
    print_row(kills, repeated, WORKERS * kills, compare_outputs(undisturbed, killed))


def compare_outputs(one: Path, other: Path) -> str:
    """Return yes if two clients wrote the same bytes."""
    same = (one / "translations.parquet").read_bytes() == (other / "translations.parquet").read_bytes()
    return "yes" if same else "NO"


def kill_client(segments: Path, folder: Path, url: str, after: float) -> bool:
    """Kill a client this many seconds after its first translations; return False if it finished before."""
    log = folder / "memory" / "translations.jsonl"
    size = log.stat().st_size if log.exists() else 0
    process = subprocess.Popen(
        client_command("session", segments, folder), env=client_environment(url), stdout=subprocess.DEVNULL
    )
    while process.poll() is None and not (log.exists() and log.stat().st_size > size):
        time.sleep(0.005)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def measure_memory(args: argparse.Namespace, segments: Path, folder: Path) -> None:
    path = write_large_corpus(LARGE_CORPUS, folder, in_memory=False)
    print_header(("", "segments", "requests", "peak MiB", "seconds"))
    # The second run has in its memory what the first one translated.
    for name in ("none in the memory", "all in the memory"):
        run = run_client("instant", path, folder)
        figures = f"{run['requests']:,}", f"{run['peak_mib']:.0f}", f"{run['seconds_in_all']:.0f}"
        print_row(name, f"{LARGE_CORPUS:,}", *figures)


def measure_checks(args: argparse.Namespace, segments: Path, folder: Path) -> None:
    """Count the good translations that are refused, and the corrupted ones that are detected."""
    translations = {text.strip(): translation.strip() for text, translation in read_tmx(args.pairs, *LANGUAGES)}
    pairs = [(s.text, translations[s.text], s.kind) for s in read_segments(segments) if s.text in translations]
    refused = [(text, good, failure) for text, good, kind in pairs if (failure := check(text, good, kind))]
    print(f"{len(pairs):,} good translations, {len(refused)} refused")
    for text, good, failure in refused:
        print(f"- {failure}: {text!r} -> {good!r}")
    print()
    kinds = list(Kind)
    print_header(("corrupted", *(f"{kind}s found" for kind in kinds)))
    for name, corrupt in CORRUPTIONS.items():
        chance = random.Random(1)
        counts: Counter[tuple[str, bool]] = Counter()
        for text, good, kind in pairs:
            bad = corrupt(text, good, chance)
            if bad is not None and bad != good:
                counts[kind, check(text, bad, kind) is not None] += 1
        print_row(name, *(format_share(counts[kind, True], counts[kind, False]) for kind in kinds))


def check(text: str, translation: str, kind: str) -> str | None:
    return find_failure(text, translation, kind, *LANGUAGES)


def format_share(detected: int, passed: int) -> str:
    return f"{detected / (detected + passed):.1%} of {detected + passed:,}" if detected + passed else "-"


CASES = {
    "throughput": measure_throughput,
    "full": measure_full_memory,
    "faults": measure_faults,
    "kill": measure_kills,
    "memory": measure_memory,
    "checks": measure_checks,
}


if __name__ == "__main__":
    main()
