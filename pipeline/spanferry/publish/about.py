"""Facts about a corpus that its dataset card states: those of params.yaml, and those of its build."""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import replace

from spanferry.language.codes import fits
from spanferry.records import Split

Text = Annotated[str, Meta(min_length=1)]
BibtexKey = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_:-]+$")]


class Work(Struct, frozen=True, forbid_unknown_fields=True):
    """A work that the corpus is made from. The card attributes it and CITATION.cff cites it."""

    key: BibtexKey
    title: Text
    authors: Annotated[tuple[Text, ...], Meta(min_length=1)]
    """Each as "Family, Given"."""

    year: int
    published: str | None = None
    """The journal or proceedings."""

    url: str | None = None
    licence: str | None = None
    """SPDX identifier."""


class About(Struct, frozen=True, forbid_unknown_fields=True):
    """Name, licence and origin of a published corpus: section `about.<corpus>` of params.yaml."""

    title: str | None = None
    """The title for readers; by default the name of the corpus."""

    licence: str | None = None
    """SPDX identifier, such as CC-BY-SA-4.0. A corpus without a licence is not uploaded."""

    language: str | None = None
    """The target language that `title`, `description`, `version`, the dates and `translated_by` belong to."""

    version: Text | None = None
    """The version of the dataset, such as 1.0.0; by default the tag under which it is uploaded."""

    published: date | None = None
    """The date of publication, in quotes; by default the date of the commit that is uploaded."""

    translated: date | None = None
    """The date on which the translation was complete, in quotes (DVC refuses a date without)."""

    description: str | None = None
    """One or two sentences about the source."""

    attribution: tuple[Text, ...] = ()
    """Sentences that the licence requires, in addition to those about `sources`."""

    sources: tuple[Work, ...] = ()
    extends: str | None = None
    """The name of the source on the Hugging Face Hub."""

    translated_by: str | None = None
    """The translator in words; by default the name of the engine."""

    authors: Annotated[tuple[Text, ...], Meta(min_length=1)] = ("The Spanferry project",)
    repository: str | None = None
    """The address from which the code that builds the corpus can be cloned."""

    def for_target(self, target: str) -> "About":
        """Return what holds for a build in a target language: nothing is said of one language in a build of another."""
        if self.language is None or fits(target, self.language):
            return self
        return replace(
            self, title=None, description=None, version=None, published=None, translated=None, translated_by=None
        )

    @property
    def hub_licence(self) -> str | None:
        """The licence as the Hub's metadata spell it."""
        return self.licence.lower() if self.licence else None

    @property
    def licence_url(self) -> str | None:
        """The page of the licence at spdx.org."""
        return f"https://spdx.org/licenses/{self.licence}" if self.licence else None


def request_facts(about: About, corpus: str, target: str, *, native: bool) -> str:
    """Ask for what must be stated of a corpus before it is uploaded: its licence, and when it was translated.

    "" when nothing is missing. about: that of the build in the target language. native: it is not translated.
    """
    missing: dict[str, str] = {}  # what -> an example
    if not about.licence:
        missing["its licence"] = "licence: CC-BY-SA-4.0, title: ..., attribution: [...]"
    if not (native or about.translated):
        language = "" if about.language is None or fits(target, about.language) else f"language: {target}, "
        missing["the day of its translation"] = f'{language}translated: "2026-11-29"'
    if not missing:
        return ""
    facts = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not known"
    return f"{facts}; add about.{corpus} to params.yaml, such as {{{', '.join(missing.values())}}}"


class SourceFile(Struct, frozen=True):
    """A file that the corpus is made from. location: its path, URL or Hub id. sha256: of the file that was fetched."""

    location: str
    sha256: str
    revision: str | None = None
    """The commit or tag of a data set on the Hub."""


class BuildDetails(Struct, frozen=True):
    """The settings and sources of a build that the card states."""

    corpus: str
    source: str
    """Language code."""

    target: str
    """Language code."""

    translator: str | None
    """The engine; None for a corpus that was in the target language already."""

    sources: dict[Split, SourceFile]

    settings: dict[str, dict[str, Any]]
    """The sections of params.yaml that change the result, as plain values."""

    made_ids: int = 0
    """The number of questions that had no id in the source; theirs are made from their texts."""


TRANSLATOR_DESCRIPTIONS = {
    "identity": "not translated at all, every text was returned unchanged (a test build)",
    "memory": "taken from a translation memory that came with the corpus",
    "mtranslate": "machine-translated by Google Translate, through the web page that the package `mtranslate` uses",
}
"""How the card describes an engine when `about.<corpus>.translated_by` is not set."""


def describe_translator(engine: str | None) -> str:
    """Describe an engine in words."""
    return TRANSLATOR_DESCRIPTIONS.get(engine or "", f"machine-translated by `{engine}`")
