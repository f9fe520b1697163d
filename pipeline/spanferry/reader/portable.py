"""Arithmetic that gives the same bytes on every x86-64 processor, for models whose checksums are committed.

PyTorch and MKL choose their code by the processor's instruction set, and the order of additions by the number of
threads. The last digits differ, and training makes the differences grow.
"""

import os
import sys

SETTINGS = {
    "ATEN_CPU_CAPABILITY": "default",  # PyTorch: no AVX2 or AVX512
    "MKL_CBWR": "COMPATIBLE",  # MKL: the same code on all processors
    "CUDA_VISIBLE_DEVICES": "",
}


def use_portable_arithmetic() -> None:
    """Compute in this process, from now on, with one thread of the CPU and its basic instructions alone.

    Raises RuntimeError when torch was imported before, because it reads these settings on import.
    """
    if "torch" in sys.modules and any(os.environ.get(name) != value for name, value in SETTINGS.items()):
        raise RuntimeError("use_portable_arithmetic must be called before torch is imported")
    os.environ.update(SETTINGS)
    import torch

    torch.set_num_threads(1)
    torch.backends.mkldnn.set_flags(_enabled=False)  # oneDNN has no setting like MKL_CBWR
