"""Tests of arithmetic that gives the same bytes on every x86-64 processor."""

import os
import subprocess
import sys

import pytest
from spanferry.reader.portable import use_portable_arithmetic

TRAINING = """
import hashlib, sys
from spanferry.reader.portable import use_portable_arithmetic
use_portable_arithmetic()
import torch
torch.manual_seed(1)
layers = [torch.nn.Linear(64, 96), torch.nn.GELU(), torch.nn.LayerNorm(96), torch.nn.Linear(96, 20)]
model = torch.nn.Sequential(*layers)
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2, fused=True)
for _ in range(20):
    loss = torch.nn.functional.cross_entropy(model(torch.randn(32, 64)), torch.randint(20, (32,)))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
checksum = hashlib.sha256()
for weights in model.state_dict().values():
    checksum.update(weights.numpy().tobytes())
print(torch.backends.cpu.get_cpu_capability(), torch.get_num_threads(), checksum.hexdigest())
"""


def test_training_has_the_same_bytes_whatever_instructions_and_threads_are_asked_for() -> None:
    printed = set()
    for capability, threads in (("default", 1), ("avx2", 2), ("avx512", 4)):
        environment = os.environ | {"ATEN_CPU_CAPABILITY": capability, "OMP_NUM_THREADS": str(threads)}
        done = subprocess.run([sys.executable, "-c", TRAINING], env=environment, capture_output=True, check=True)
        printed.add(done.stdout.decode())
    assert len(printed) == 1, printed
    assert printed.pop().startswith("DEFAULT 1 ")


def test_it_must_come_before_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", object())
    monkeypatch.setenv("MKL_CBWR", "AUTO")
    with pytest.raises(RuntimeError, match="before torch is imported"):
        use_portable_arithmetic()
