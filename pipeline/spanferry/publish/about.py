"""What a person must be told of a corpus besides its figures: section `about.<corpus>` of params.yaml."""

from typing import Annotated

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1)]
Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_:-]+$")]


class Work(Struct, frozen=True, forbid_unknown_fields=True):
    """A work that the corpus is made from: attributed in the card, cited in CITATION.cff."""

    key: Key
    """Of its BibTeX entry."""

    title: Text
    authors: Annotated[tuple[Text, ...], Meta(min_length=1)]
    """As "Family, Given"."""

    year: int
    published: str | None = None
    """Journal or proceedings."""

    url: str | None = None
    licence: str | None = None
    """SPDX identifier."""


class About(Struct, frozen=True, forbid_unknown_fields=True):
    """Name, licence and origin of what is published."""

    title: str | None = None
    """As people call it; the corpus's name where there is none."""

    licence: str | None = None
    """SPDX identifier, such as CC-BY-SA-4.0; without one, nothing is uploaded."""

    description: str | None = None
    """A sentence or two on what the source is."""

    attribution: tuple[Text, ...] = ()
    """Sentences that its licence asks for, besides those about `sources`."""

    sources: tuple[Work, ...] = ()
    extends: str | None = None
    """The source's name on the Hugging Face hub."""

    translated_by: str | None = None
    """By what or whom, in words; the translator's name where there is none."""

    authors: Annotated[tuple[Text, ...], Meta(min_length=1)] = ("The Spanferry project",)
    repository: str | None = None
    """Where the code that builds it can be cloned."""

    @property
    def hub_licence(self) -> str:
        """The licence as the hub's metadata spell it."""
        return self.licence.lower() if self.licence else "unknown"

    @property
    def licence_url(self) -> str | None:
        return f"https://spdx.org/licenses/{self.licence}" if self.licence else None


class Made(Struct, frozen=True):
    """How a build came about: what the card says of it, from params.yaml."""

    corpus: str
    source: str
    """Language code."""

    target: str
    translator: str | None
    """Engine; None for a corpus that was in its language already."""

    places: dict[str, str]
    """Split -> path or URL of the source."""

    digests: dict[str, str]
    """Split -> sha256 of the source, where it is promised."""

    settings: dict[str, dict]
    """Sections of params.yaml that shape the result."""
