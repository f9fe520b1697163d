"""The engine `apertium`: rule-based translation by Debian's packages, offline, 1,000 sentences a second.

    apt-get install apertium apertium-eng-spa      # mode eng-spa: English to Spanish
    apt-get install apertium apertium-eng-cat      # mode eng-cat: English to Catalan
    apt-get install apertium apertium-en-gl        # mode en-gl: English to Galician

It analyses words, chooses by rules, and reorders what stands together; words that it does not know stay.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import regex

from spanferry.errors import ParamsError, TranslationError
from spanferry.translation.engines.base import Refused, Request, Translator
from spanferry.translation.engines.support import told
from spanferry.translation.settings import ApertiumSettings

DATA = Path(os.environ.get("APERTIUM_DATADIR", "/usr/share/apertium"))
# Apertium's stream format: these characters are written with a backslash, and white space that is no
# blank between words in brackets. The added full stop ends a text's sentence, so that no rule reaches
# beyond it; "U.S.A" takes it for its own.
RESERVED = regex.compile(r"[\\\[\]{}^$/@<>]")
ESCAPED = regex.compile(r"\\(.)", regex.DOTALL)
END = ".[]"
ENDED = regex.compile(r"\.?\[\]\Z")
FILE = regex.compile(r"'(/[^']+)'")


class Apertium(Translator):
    """One process for each batch; after every text it forgets what it has read."""

    batch = 500
    # Of 187 marked sentences of the sample, 99.5 to 100 % keep the first, 99 % the second, 98 to 99 % the third.
    markers = (("«", "»"), ("[", "]"), ('"', '"'))

    def __init__(self, settings: ApertiumSettings) -> None:
        self.mode = settings.mode
        self.identity = f"apertium {self.mode} {data_digest(self.mode)}"

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        """Raises Refused when Apertium fails on one of the texts."""
        sent = "".join(f"{escaped(request.text)}{END}\0" for request in batch)
        done = subprocess.run(
            ["apertium", "-u", "-z", "-f", "none", self.mode],
            input=sent.encode("utf-8", "replace"),
            capture_output=True,
            check=False,
        )
        answers = done.stdout.decode("utf-8", "replace").split("\0")
        if done.returncode or len(answers) <= len(batch):
            raise Refused(f"apertium failed: {told(done.stderr.decode(errors='replace'))}")
        return [plain(answer) for answer in answers[: len(batch)]]


def escaped(text: str) -> str:
    """A text in Apertium's stream format."""
    return RESERVED.sub(r"\\\g<0>", text.replace("\0", " "))


def plain(stream: str) -> str:
    """Apertium's stream format as a text, without the end that was added."""
    return ESCAPED.sub(r"\1", ENDED.sub("", stream)).strip()


def data_digest(mode: str) -> str:
    """A digest of all the rules and dictionaries behind a mode: what its translations depend on.

    Raises TranslationError when Apertium is not installed, ParamsError when the mode is not.
    """
    modes = DATA / "modes"
    if not shutil.which("apertium") or not modes.is_dir():
        raise TranslationError(
            "apertium is missing: apt-get install apertium and a language pair's package, such as apertium-eng-spa"
        )
    recipe = modes / f"{mode}.mode"
    if not recipe.is_file():
        installed = ", ".join(sorted(path.stem for path in modes.glob("*.mode"))) or "none"
        raise ParamsError(f"params.yaml: translators: apertium has no mode {mode!r} (installed: {installed})")
    found = blake2b(digest_size=8)
    for name in [str(recipe), *FILE.findall(recipe.read_text())]:
        found.update(Path(name).read_bytes())
    return found.hexdigest()
