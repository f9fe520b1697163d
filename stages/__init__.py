"""One module per DVC stage, with its options, one call into `spanferry`, and one summary line."""

import os
import sys
from types import TracebackType


def _report(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """Report an exception that nothing has caught: a person's Ctrl-C as one line, any other with its traceback."""
    if issubclass(kind, KeyboardInterrupt):
        print("stopped", file=sys.stderr, flush=True)
        os._exit(130)  # as after an interruption later; Python would end by the signal
    else:
        sys.__excepthook__(kind, error, traceback)


# `python -m stages.NAME` imports this package first. An interruption may come while it imports the other modules, which
# takes seconds.
if sys.argv[0] == "-m":
    sys.excepthook = _report
