"""The engine `memory`: replays a corpus's own translation memory, offline."""

from collections.abc import Mapping, Sequence

from spanferry.translation.engines.base import NotInMemory, Request, Translator


class Replay(Translator):
    """Translates the texts that `pairs` holds, letter for letter, and nothing else."""

    identity = "memory"
    trusted = True

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self.pairs = pairs

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        """Look up a batch. Raises NotInMemory, with the text, for the first one that `pairs` lacks."""
        try:
            return [self.pairs[request.text] for request in batch]
        except KeyError as error:
            raise NotInMemory(str(error.args[0])) from error
