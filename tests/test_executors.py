"""Tests of executors without a cluster (test_ray.py has one): order, laziness, and errors when Ray is unavailable."""

import os
import signal
import socket
import sys
from collections.abc import Iterator

import pyarrow as pa
import pytest
from spanferry.errors import ParamsError, WorkerError
from spanferry.executors import LocalExecutor, RaySettings, open_executor
from spanferry.executors.local import MIN_POOL_BATCHES, from_buffer, to_buffer


def numbers(count: int, taken: list[int] | None = None) -> Iterator[pa.Table]:
    for number in range(count):
        if taken is not None:
            taken.append(number)
        yield pa.table({"number": [number]})


def halve(batch: pa.Table) -> pa.Table:
    return pa.table({"number": [batch["number"][0].as_py() // 2]})


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("count", [0, MIN_POOL_BATCHES - 1, 40])
def test_results_come_in_order(workers, count):
    with open_executor("local", RaySettings(), workers) as executor:
        done = list(executor.map(halve, numbers(count)))
    assert [table["number"][0].as_py() for table in done] == [number // 2 for number in range(count)]


def test_only_a_few_batches_are_read_ahead():
    taken: list[int] = []
    with LocalExecutor(2) as executor:
        next(executor.map(halve, numbers(1000, taken)))
        assert len(taken) <= 2 * 2 + 1


def test_one_pool_is_used_for_several_maps():
    with LocalExecutor(2) as executor:
        workers = {
            row["process"]
            for _ in range(3)
            for table in executor.map(process_id, numbers(20))
            for row in table.to_pylist()
        }
    assert len(workers) <= 2
    assert os.getpid() not in workers


def test_a_loaded_function_is_loaded_once_and_only_when_there_is_work():
    loads: list[int] = []

    def load():
        loads.append(1)
        return halve

    with LocalExecutor(3) as executor:
        assert list(executor.map_loaded(load, numbers(0))) == []
        assert loads == []
        done = list(executor.map_loaded(load, numbers(40)))
    assert [table["number"][0].as_py() for table in done] == [number // 2 for number in range(40)]
    assert loads == [1]


def process_id(_: pa.Table) -> pa.Table:
    return pa.table({"process": [os.getpid()]})


def test_a_slice_is_serialized_without_the_rest_of_its_table():
    table = pa.table({"text": ["x" * 100] * 10_000, "list": [[{"text": "y" * 100}]] * 10_000})
    assert to_buffer(table.slice(5, 2)).size < 5_000
    assert from_buffer(to_buffer(table.slice(5, 2))) == table.slice(5, 2)


def test_a_killed_worker_is_reported():
    with (
        LocalExecutor(2) as executor,
        pytest.raises(WorkerError, match=r"^a worker process was killed \(out of memory\?\)"),
    ):
        list(executor.map(kill_worker, numbers(20)))


def kill_worker(_: pa.Table) -> pa.Table:
    os.kill(os.getpid(), signal.SIGKILL)


def test_ctrl_c_reaches_only_the_process_that_owns_the_pool():
    with LocalExecutor(2) as executor:
        assert all(len(blocked) for blocked in executor.map(blocked_signals, numbers(MIN_POOL_BATCHES)))
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def blocked_signals(_: pa.Table) -> pa.Table:
    return pa.table({"n": [n for n in signal.pthread_sigmask(signal.SIG_BLOCK, ()) if n == signal.SIGINT]})


def test_a_missing_package_is_reported_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    message = r"^params\.yaml: executor: the package ray is missing or broken: pip install 'spanferry\[ray\]' \(.*\)$"
    with pytest.raises(ParamsError, match=message), open_executor("ray", RaySettings(), 1):
        pass


def test_an_address_that_does_not_respond_is_reported():
    pytest.importorskip("ray", reason="the extra 'ray' is not installed")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    message = rf"^params\.yaml: ray\.address: {address}: cannot connect to a cluster \(.*Connection refused\)$"
    with pytest.raises(ParamsError, match=message), open_executor("ray", RaySettings(address), 1):
        pass
