"""What each of two processes does together, which test_training.py then looks at: python -m torch.distributed.run ...

As on two machines, each has the base model in a cache of its own:

    FOLDER/cache0/COMMIT, FOLDER/cache1/COMMIT    the base model
    FOLDER/whole                                  a training that nothing disturbed
    FOLDER/cut                                    the same, stopped in its second epoch and taken up again
    FOLDER/told0, FOLDER/told1                    what was told when process 1 took it up with other data
"""

import os
import sys
from pathlib import Path

from msgspec.structs import replace
from spanferry.cli.runs import quiet
from spanferry.errors import InputError
from spanferry.pretrained import Source
from spanferry.reader.runs import Base

from tests.support.tiny import RUN, learn
from tests.support.towns import corpus

COMMIT = "0123456789abcdef0123456789abcdef01234567"
BASED = replace(RUN, base=Base(model="someone/reader", revision="v1"))


def main(folder: Path) -> None:
    quiet()
    rank = int(os.environ["RANK"])
    source = Source(folder / f"cache{rank}" / COMMIT, COMMIT)
    learn(BASED, folder / "whole", source=source)
    assert learn(BASED, folder / "cut", source=source, stop=8) is None
    try:
        learn(BASED, folder / "cut", [corpus(10 - rank)], source=source)
    except InputError as error:
        (folder / f"told{rank}").write_text(str(error))
    assert learn(BASED, folder / "cut", source=source).resumed == 6


if __name__ == "__main__":
    main(Path(sys.argv[1]))
