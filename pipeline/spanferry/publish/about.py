"""Facts about a corpus that its dataset card states: those of params.yaml, and those of its build."""

from typing import Annotated, Any

from msgspec import Meta, Struct

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

    @property
    def hub_licence(self) -> str:
        """The licence as the Hub's metadata spell it."""
        return self.licence.lower() if self.licence else "unknown"

    @property
    def licence_url(self) -> str | None:
        """The page of the licence at spdx.org."""
        return f"https://spdx.org/licenses/{self.licence}" if self.licence else None


class BuildDetails(Struct, frozen=True):
    """The settings and sources of a build that the card states."""

    corpus: str
    source: str
    """Language code."""

    target: str
    """Language code."""

    translator: str | None
    """The engine; None for a corpus that was in the target language already."""

    locations: dict[str, str]
    """Split -> path or URL of the source."""

    checksums: dict[str, str]
    """Split -> expected SHA-256 of the source, where one is given."""

    settings: dict[str, dict[str, Any]]
    """The sections of params.yaml that change the result, as plain values."""
