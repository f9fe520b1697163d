"""What each of two processes does together, which test_training.py then looks at: python -m torch.distributed.run ...

FOLDER/whole    a training that nothing disturbed
FOLDER/cut      the same, stopped in its second epoch and taken up again
"""

import sys
from pathlib import Path

from stages.runs import quiet
from tests.reader.tiny import RUN, learn


def main(folder: Path) -> None:
    quiet()
    learn(RUN, folder / "whole")
    assert learn(RUN, folder / "cut", stop=8) is None
    assert learn(RUN, folder / "cut").resumed == 6


if __name__ == "__main__":
    main(Path(sys.argv[1]))
