"""The work of each of two training processes, for `python -m torch.distributed.run`. test_training.py checks its files.

As on two machines, each has the base model in a cache of its own:

    FOLDER/cache0/COMMIT, FOLDER/cache1/COMMIT    the base model
    FOLDER/whole                                  an uninterrupted training
    FOLDER/cut                                    the same, stopped in its second epoch and resumed
    FOLDER/error0, FOLDER/error1                  the error when process 1 resumed it with other data
"""

import os
import sys
from pathlib import Path

from msgspec.structs import replace
from spanferry.errors import InputError
from spanferry.pretrained import ModelSource, silence_transformers
from spanferry.reader.settings import BaseModel

from tests.support.tiny import RUN, learn
from tests.support.towns import corpus

COMMIT = "0123456789abcdef0123456789abcdef01234567"
BASED = replace(RUN, base=BaseModel(model="someone/reader", revision="v1"))


def main(folder: Path) -> None:
    silence_transformers()
    rank = int(os.environ["RANK"])
    source = ModelSource(folder / f"cache{rank}" / COMMIT, COMMIT)
    learn(BASED, folder / "whole", source=source)
    assert learn(BASED, folder / "cut", source=source, stop=8) is None
    try:
        learn(BASED, folder / "cut", [corpus(10 - rank)], source=source)
    except InputError as error:
        (folder / f"error{rank}").write_text(str(error))
    assert learn(BASED, folder / "cut", source=source).resumed == 6


if __name__ == "__main__":
    main(Path(sys.argv[1]))
