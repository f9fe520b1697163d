"""The engine `identity`: returns each text unchanged, to test a build, in which every span must then be found."""

from collections.abc import Sequence

from spanferry.translation.engines.base import Request, Translator


class Identity(Translator):
    """Translates a language into itself."""

    identity = "identity"
    trusted = True
    batch = 1000

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        return [request.text for request in batch]
