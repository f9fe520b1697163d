"""The engine `apertium`: rule-based, offline translation with Debian's packages, at 1,000 sentences per second.

    apt-get install apertium apertium-eng-spa      # mode eng-spa: English to Spanish
    apt-get install apertium apertium-eng-cat      # mode eng-cat: English to Catalan
    apt-get install apertium apertium-en-gl        # mode en-gl: English to Galician

It analyses words, selects translations by rules, and reorders neighbouring words. Unknown words are not translated.
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
from spanferry.translation.engines.support import shorten
from spanferry.translation.settings import ApertiumSettings

DATA = Path(os.environ.get("APERTIUM_DATADIR", "/usr/share/apertium"))
# In Apertium's stream format these characters are escaped with a backslash, and brackets contain text that is not
# translated. END is added to each text. Its full stop ends the sentence, so that no rule applies beyond it. A text such
# as "U.S.A" absorbs the full stop, so the end of an answer may lack it.
RESERVED = regex.compile(r"[\\\[\]{}^$/@<>]")
ESCAPED = regex.compile(r"\\(.)", regex.DOTALL)
END = ".[]"
END_OF_ANSWER = regex.compile(r"\.?\[\]\Z")
DATA_FILE = regex.compile(r"'(/[^']+)'")


class Apertium(Translator):
    """An engine that runs one process per batch. With -z, Apertium clears its state after each text."""

    batch = 500
    # Of 187 marked sentences of the sample, 99.5 to 100 % keep the first style, 99 % the second, 98 to 99 % the third.
    markers = (("«", "»"), ("[", "]"), ('"', '"'))

    def __init__(self, settings: ApertiumSettings) -> None:
        self.mode = settings.mode
        self.identity = f"apertium {self.mode} {data_digest(self.mode)}"

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        """Translate a batch. Raises Refused when Apertium fails on one of the texts."""
        stream = "".join(f"{escape(request.text)}{END}\0" for request in batch)
        process = subprocess.run(
            ["apertium", "-u", "-z", "-f", "none", self.mode],
            input=stream.encode("utf-8", "replace"),
            capture_output=True,
            check=False,
        )
        answers = process.stdout.decode("utf-8", "replace").split("\0")
        if process.returncode or len(answers) <= len(batch):
            raise Refused(f"apertium failed: {shorten(process.stderr.decode(errors='replace'))}")
        return [unescape(answer) for answer in answers[: len(batch)]]


def escape(text: str) -> str:
    """Return a text in Apertium's stream format."""
    return RESERVED.sub(r"\\\g<0>", text.replace("\0", " "))


def unescape(stream: str) -> str:
    """Return the text of an answer in Apertium's stream format, without END."""
    return ESCAPED.sub(r"\1", END_OF_ANSWER.sub("", stream)).strip()


def data_digest(mode: str) -> str:
    """Return a digest of all rules and dictionaries of a mode, in 16 hexadecimal digits. Translations depend on them.

    Raises TranslationError when Apertium is not installed, ParamsError when the mode is not.
    """
    modes = DATA / "modes"
    if not shutil.which("apertium") or not modes.is_dir():
        raise TranslationError(
            "apertium is not installed: apt-get install apertium and a language pair, such as apertium-eng-spa"
        )
    recipe = modes / f"{mode}.mode"
    if not recipe.is_file():
        installed = ", ".join(sorted(path.stem for path in modes.glob("*.mode"))) or "none"
        raise ParamsError(f"params.yaml: translators: apertium has no mode {mode!r} (installed: {installed})")
    digest = blake2b(digest_size=8)
    for name in [str(recipe), *DATA_FILE.findall(recipe.read_text())]:
        digest.update(Path(name).read_bytes())
    return digest.hexdigest()
