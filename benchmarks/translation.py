"""The translation layer beside the naive loop `for text in texts: mtranslate.translate(text)`.

    python benchmarks/translation.py [--cases throughput full faults kill memory validation]
        [--server "python tests/support/mobile_page.py --memory data/sample/memory.tmx"] [--squad FILE ...]

throughput  texts a second and CPU a request, against a page that takes 0.1 s, with 16 workers
full        100,000 segments, all in the memory: seconds of the whole process, requests
faults      429, 503, empty pages, captchas, resets and a rate limit at once: same bytes, nothing asked twice
kill        SIGKILL at 20 random moments: same bytes, requests repeated
memory      peak of a process with 350,000 segments, all misses, and all hits
validation  good translations that are refused, and injected faults that are caught

--server is a command that takes --port, --latency, --rate and the fault options of mobile_page.py, and
answers /__stats as it does; --squad names the files whose segments are asked for. Every client runs in a
process of its own; CPU is user and system time of the client, from its first request to its last.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from spanferry.arrow import schema_of
from spanferry.records import SPLITS, SegmentRow

sys.path.append(str(Path(__file__).resolve().parents[1]))

from spanferry import squad, tables
from spanferry.records import Kind
from spanferry.segmentation import layout, segments
from spanferry.translation.checks import find_failure
from spanferry.translation.client.setup import open_session, read_segments, to_table
from spanferry.translation.client.tasks import Segment
from spanferry.translation.memory.store import Scope, opened
from spanferry.translation.memory.tmx import read_tmx
from spanferry.translation.settings import TranslateSettings

from tests.support.mobile_page import running as page
from tests.support.mobile_page import server_command, stats

LANGUAGES = ("en", "nl")
SAMPLE = Path("data/sample")
WORKERS = 16
NAIVE_TEXTS = 200
FULL, LARGE = 100_000, 350_000
KILLS = 20
PAIRS = SAMPLE / "memory.tmx"
FAULTS = "--p429 .1 --p503 .05 --pempty .05 --pcaptcha .02 --preset .05 --rate 60"

Spoil = Callable[[str, str, random.Random], str | None]


def main() -> None:
    cases = {
        "throughput": throughput,
        "full": full,
        "faults": faults,
        "kill": kill,
        "memory": memory,
        "validation": validation,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", choices=cases, default=list(cases))
    parser.add_argument("--server", default=server_command(SAMPLE / "memory.tmx"))
    parser.add_argument("--squad", type=Path, nargs="+", default=[SAMPLE / f"{split}-v2.0.json" for split in SPLITS])
    parser.add_argument("--pairs", type=Path, default=PAIRS, help="TMX of good translations, for validation")
    parser.add_argument("--client", nargs=3, metavar=("NAME", "SEGMENTS", "FOLDER"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.client:
        name, path, folder = args.client
        print(json.dumps({"naive": naive, "ours": ours, "instant": instant}[name](Path(path), Path(folder))))
        return
    with TemporaryDirectory() as home:
        texts = Path(home) / "segments.parquet"
        documents = {str(place): squad.read(path) for place, path in enumerate(args.squad)}
        tables.write(segments(layout(documents, LANGUAGES[0])), texts)
        for case in args.cases:
            folder = Path(home) / case
            folder.mkdir()
            print(f"\n### {case}\n", flush=True)
            cases[case](args, texts, folder)


# --- the clients, each in a process of its own


def naive(path: Path, folder: Path) -> dict[str, float]:
    """The loop that everybody writes, over some of the segments."""
    import mtranslate

    texts = [segment.text for segment in read_segments(path)]
    chosen = random.Random(1).sample(texts, min(NAIVE_TEXTS, len(texts)))
    with measured() as figures:
        for text in chosen:
            mtranslate.translate(text, LANGUAGES[1], LANGUAGES[0])
    return {**figures, "requests": len(chosen)}


def ours(path: Path, folder: Path) -> dict[str, float]:
    """What the stage does."""
    return translated(path, folder, TranslateSettings(workers=WORKERS))


def instant(path: Path, folder: Path) -> dict[str, float]:
    """What the stage does, with a service that answers at once and without a connection."""
    import mtranslate

    mtranslate.translate = lambda text, target, source: f"{text[:-1]}, vertaald."
    return translated(path, folder, TranslateSettings(workers=1))


def translated(path: Path, folder: Path, settings: TranslateSettings) -> dict[str, float]:
    wanted = read_segments(path)
    with (
        measured() as figures,
        open_session("mtranslate", LANGUAGES, folder=folder / "memory", settings=settings) as desk,
    ):
        results = desk.translate(wanted)
    tables.write(to_table(wanted, results, desk), folder / "translations.parquet")
    lost = sum(result.text is None for result in results)
    return {**figures, "requests": desk.counts.requests, "untranslated": lost, "peak_mib": peak_mib()}


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    figures: dict[str, float] = {}
    start, cpu = time.perf_counter(), time.process_time()
    yield figures
    figures |= {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def client(name: str, texts: Path, folder: Path, proxy: str = "http://127.0.0.1:9") -> dict[str, float]:
    """Runs a client to its end; seconds_all: of the whole process."""
    start = time.perf_counter()
    done = subprocess.run(command(name, texts, folder), env=environment(proxy), stdout=subprocess.PIPE, check=True)
    return {**json.loads(done.stdout), "seconds_all": time.perf_counter() - start}


def command(name: str, texts: Path, folder: Path) -> list[str]:
    return [sys.executable, __file__, "--client", name, str(texts), str(folder)]


def environment(proxy: str) -> dict[str, str]:
    return {**os.environ, "http_proxy": proxy, "no_proxy": ""}


# --- what goes wrong with answers: (text, good answer, dice) -> a bad one, or None where this cannot be


def word_wrapped(text: str, answer: str, dice: random.Random) -> str:
    words = answer.split()
    at = dice.randrange(len(words))
    words[at] = f"<b>{words[at]}</b>"
    return " ".join(words)


def first_share(part: float) -> Spoil:
    def cut(text: str, answer: str, dice: random.Random) -> str | None:
        words = answer.split()
        return " ".join(words[: max(1, round(len(words) * part))]) if len(words) > 2 else None

    return cut


def other_digit(text: str, answer: str, dice: random.Random) -> str | None:
    places = [at for at, ch in enumerate(answer) if ch.isdigit()]
    if not places or not any(ch.isdigit() for ch in text):
        return None
    at = dice.choice(places)
    return answer[:at] + str((int(answer[at]) + dice.randint(1, 9)) % 10) + answer[at + 1 :]


def without_numbers(text: str, answer: str, dice: random.Random) -> str | None:
    return re.sub(r"\d+(?:[.,]\d+)*", "", answer) if re.search(r"\d{3}", text) else None


SPOILT: dict[str, Spoil] = {
    "nothing": lambda text, answer, dice: "",
    "captcha page": lambda text, answer, dice: "Our systems have detected unusual traffic from your computer network.",
    "error page": lambda text, answer, dice: "Error 500 (Server Error)!!1500.That's an error.",
    "the text itself": lambda text, answer, dice: None if text.casefold() == answer.casefold() else text,
    "a tag": word_wrapped,
    "an entity": lambda text, answer, dice: answer.replace(" ", " &#39;", 1) if " " in answer else None,
    "a leftover marker": lambda text, answer, dice: f"{answer[:-1]} [0]{answer[-1]}",
    "the first half": first_share(0.5),
    "the first nine tenths": first_share(0.9),
    "another digit": other_digit,
    "no numbers": without_numbers,
    "Cyrillic": lambda text, answer, dice: f"{answer} шлюз",
    "the end ten times": lambda text, answer, dice: answer + (" " + " ".join(answer.split()[-2:])) * 10,
}


# --- the cases


def throughput(args: argparse.Namespace, texts: Path, folder: Path) -> None:
    with page(args.server, "--latency 0.1") as url:
        loop = client("naive", texts, folder, url)
        desk = client("ours", texts, folder, url)
    print("| | requests | seconds | requests a second | CPU ms a request |\n|--|--:|--:|--:|--:|")
    for name, run in (("naive loop", loop), (f"Spanferry, {WORKERS} workers", desk)):
        rate, cpu = run["requests"] / run["seconds"], run["cpu"] / run["requests"] * 1000
        print(f"| {name} | {run['requests']:,} | {run['seconds']:.1f} | {rate:.1f} | {cpu:.2f} |")
    faster = desk["requests"] / desk["seconds"] * loop["seconds"] / loop["requests"]
    dearer = desk["cpu"] / desk["requests"] * loop["requests"] / loop["cpu"]
    print(f"\nthroughput {faster:.1f} times, CPU a request {dearer:.2f} times the naive loop's")


def many(count: int) -> list[Segment]:
    """Sentences about as long as SQuAD's segments are on average (60 characters)."""
    return [
        Segment(f"The {n}th boat came through the lock on day {n * 7919 % count} of it.", Kind.SENTENCE)
        for n in range(count)
    ]


def large(count: int, folder: Path, held: bool) -> Path:
    """A table of so many segments, and a memory that holds them or is empty; gives the table's path."""
    wanted = many(count)
    if held:
        with opened(folder / "memory", Scope("mtranslate", *LANGUAGES)) as live:
            live.put((segment.text, "", f"{segment.text} (nl)") for segment in wanted)
    rows = {
        "text": [s.text for s in wanted],
        "kind": [s.kind for s in wanted],
        "count": [1] * count,
        "layout_row": [0] * count,
    }
    path = folder / "segments.parquet"
    tables.write(tables.pa.Table.from_pydict(rows, schema_of(SegmentRow)), path)
    return path


def full(args: argparse.Namespace, texts: Path, folder: Path) -> None:
    run = client("ours", large(FULL, folder, held=True), folder)
    print("| segments | requests | seconds, whole process | peak MiB |\n|--:|--:|--:|--:|")
    print(f"| {FULL:,} | {run['requests']} | {run['seconds_all']:.1f} | {run['peak_mib']:.0f} |")


def faults(args: argparse.Namespace, texts: Path, folder: Path) -> None:
    clean, faulty = folder / "clean", folder / "faulty"
    with page(args.server) as url:
        client("ours", texts, clean, url)
    with page(args.server, FAULTS) as url:
        run = client("ours", texts, faulty, url)
        counted = stats(url)
    same = (clean / "translations.parquet").read_bytes() == (faulty / "translations.parquet").read_bytes()
    print(f"`{FAULTS}`\n")
    print("| texts answered | requests | repeated | untranslated | seconds | same bytes |\n|--:|--:|--:|--:|--:|--|")
    print(
        f"| {counted['answered']:,} | {counted['requests']:,} | {counted['repeated']} | {run['untranslated']} "
        f"| {run['seconds']:.0f} | {'yes' if same else 'NO'} |"
    )


def kill(args: argparse.Namespace, texts: Path, folder: Path) -> None:
    whole, killed = folder / "whole", folder / "killed"
    dice = random.Random(1)
    with page(args.server, "--latency 0.1") as url:
        seconds = client("ours", texts, whole, url)["seconds"]
    with page(args.server, "--latency 0.1") as url:
        kills = sum(killed_once(texts, killed, url, dice.uniform(0, 1.5 * seconds / KILLS)) for _ in range(KILLS))
        client("ours", texts, killed, url)
        counted = stats(url)
    same = (whole / "translations.parquet").read_bytes() == (killed / "translations.parquet").read_bytes()
    print("| kills | repeated | allowed (workers times kills) | same bytes |\n|--:|--:|--:|--|")
    print(f"| {kills} | {counted['repeated']} | {WORKERS * kills} | {'yes' if same else 'NO'} |")


def killed_once(texts: Path, folder: Path, url: str, after: float) -> bool:
    """Starts a client and kills it so many seconds after its first answers; False when it was done before."""
    log = folder / "memory" / "translations.jsonl"
    size = log.stat().st_size if log.exists() else 0
    process = subprocess.Popen(command("ours", texts, folder), env=environment(url), stdout=subprocess.DEVNULL)
    while process.poll() is None and not (log.exists() and log.stat().st_size > size):
        time.sleep(0.005)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def memory(args: argparse.Namespace, texts: Path, folder: Path) -> None:
    path = large(LARGE, folder, held=False)
    print("| segments | | peak MiB | seconds |\n|--:|--|--:|--:|")
    for name in ("all asked for", "all held"):
        run = client("instant", path, folder)
        print(
            f"| {LARGE:,} | {name}, {run['requests']:,} requests | {run['peak_mib']:.0f} | {run['seconds_all']:.0f} |"
        )


def validation(args: argparse.Namespace, texts: Path, folder: Path) -> None:
    """Of good translations, how many are refused; of spoilt ones, how many are caught."""
    known = {text.strip(): translation.strip() for text, translation in read_tmx(args.pairs, *LANGUAGES)}
    good = [(s.text, known[s.text], s.kind) for s in read_segments(texts) if s.text in known]
    refused = [(text, answer, found) for text, answer, kind in good if (found := checked(text, answer, kind))]
    print(f"{len(good):,} good translations, {len(refused)} refused")
    for text, answer, found in refused:
        print(f"- {found}: {text!r} -> {answer!r}")
    kinds = list(Kind)
    print("\n| injected | " + " | ".join(f"{kind}s caught" for kind in kinds) + " |\n|--|" + "--:|" * len(kinds))
    for name, spoil in SPOILT.items():
        dice = random.Random(1)
        counts: Counter[tuple[str, bool]] = Counter()
        for text, answer, kind in good:
            spoilt = spoil(text, answer, dice)
            if spoilt is not None and spoilt != answer:
                counts[kind, checked(text, spoilt, kind) is not None] += 1
        print(f"| {name} | " + " | ".join(share(counts[kind, True], counts[kind, False]) for kind in kinds) + " |")


def checked(text: str, answer: str, kind: str) -> str | None:
    return find_failure(text, answer, kind, *LANGUAGES)


def share(caught: int, passed: int) -> str:
    return f"{caught / (caught + passed):.1%} of {caught + passed:,}" if caught + passed else "-"


if __name__ == "__main__":
    main()
