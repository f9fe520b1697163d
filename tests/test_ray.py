"""Tests of Ray: a cluster of two machines, one of which is killed, gives the same results as one process."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow as pa
import pytest
from spanferry.errors import TranslationError
from spanferry.executors import Executor, LocalExecutor, RaySettings, open_executor, ray_cluster
from spanferry.projection import grouping, link_tables
from spanferry.projection.link_tables import judge_batches
from spanferry.projection.locate_tables import locate_batches, locate_table
from spanferry.projection.lookup import TranslationLookup
from spanferry.projection.rescue_tables import rescue_batches
from spanferry.projection.settings import EncoderSettings, RescueSettings
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.base import Request
from spanferry.translation.engines.marian import Marian
from spanferry.translation.engines.ray_actors import ActorPool
from spanferry.translation.settings import MarianSettings, TranslateSettings

from tests.support.corpora import DUTCH as LOCATOR
from tests.support.corpora import memory, sample_layout, sample_translations
from tests.support.tiny_encoder import save_encoder
from tests.support.tokenizers import word_piece

cluster_utils = pytest.importorskip("ray.cluster_utils", reason="the extra 'ray' is not installed")

MACHINE = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "include_dashboard": False}
# Ray notices a dead machine after three seconds instead of fifteen.
HEALTH_CHECKS = {"health_check_period_ms": 1000, "health_check_timeout_ms": 2000, "health_check_failure_threshold": 3}
LANGUAGES = ("en", "nl")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Start a cluster of one machine. `second` adds another."""
    made = cluster_utils.Cluster(initialize_head=True, head_node_args={**MACHINE, "_system_config": HEALTH_CHECKS})
    yield made
    made.shutdown()


class SecondMachine:
    """Another machine in the cluster."""

    def __init__(self, cluster: Any) -> None:
        self.cluster, self.node = cluster, cluster.add_node(**MACHINE)
        cluster.wait_for_nodes()

    def kill(self) -> None:
        if self.node in self.cluster.list_all_nodes():
            self.cluster.remove_node(self.node, allow_graceful=False)

    def kill_while_working(self, folder: Path) -> None:
        """Kill it as soon as a file of the folder shows that it works on a batch."""

        def watch() -> None:
            until = time.monotonic() + 60
            while time.monotonic() < until and not any(
                self.node.node_id in file.read_text() for file in folder.iterdir()
            ):
                time.sleep(0.02)
            self.kill()

        Thread(target=watch, daemon=True).start()


@pytest.fixture
def second(cluster: Any) -> Iterator[SecondMachine]:
    machine = SecondMachine(cluster)
    yield machine
    machine.kill()


@pytest.fixture
def ray(cluster: Any, second: SecondMachine) -> Iterator[Executor]:
    with open_executor("ray", RaySettings(cluster.address), 1) as executor:
        yield executor


def locate_and_rescue(executor: Executor, between: Callable[[], None] = lambda: None) -> list[Any]:
    """Return the sample's paragraphs, spans, spans after rescue, and the cost. between: called after each batch."""
    parts = []
    for part in locate_batches(sample_layout(), TranslationLookup(sample_translations()), LOCATOR, executor):
        parts.append(part)
        between()
    paragraphs, spans = (pa.concat_tables(tables) for tables in zip(*parts, strict=True))
    settled, cost = rescue_batches(
        *(sample_layout(), paragraphs, spans),
        lambda texts: {text: memory().get(text) for text in texts},
        *(LOCATOR, RescueSettings(), executor),
    )
    after = pa.concat_tables(list(settled))
    return [*(table.combine_chunks() for table in (paragraphs, spans, after)), cost]


@pytest.fixture(scope="module")
def expected() -> list[Any]:
    """Return the results of one process."""
    return locate_and_rescue(LocalExecutor(1))


def test_a_cluster_gives_the_results_of_one_process(ray, expected, monkeypatch):
    monkeypatch.setattr(grouping, "BATCH", 5)
    assert locate_and_rescue(ray) == expected


def test_a_killed_machine_does_not_change_the_results(ray, second, expected, monkeypatch):
    monkeypatch.setattr(grouping, "BATCH", 1)
    monkeypatch.setattr(ray_cluster, "BATCHES_PER_CORE", 4)  # so that some start after its death
    assert locate_and_rescue(ray, second.kill) == expected


def test_batches_of_a_killed_machine_are_redone(ray, second, tmp_path):
    def work(batch: pa.Table, folder: Path = tmp_path) -> pa.Table:
        from ray import get_runtime_context

        with (folder / str(batch["number"][0])).open("a") as file:
            print(get_runtime_context().get_node_id(), file=file)
        time.sleep(0.5)
        return batch

    second.kill_while_working(tmp_path)
    done = ray.map(work, (pa.table({"number": [number]}) for number in range(8)))
    assert pa.concat_tables(done)["number"].to_pylist() == list(range(8))
    nodes_by_batch = [file.read_text().split() for file in tmp_path.iterdir()]
    assert any(second.node.node_id in nodes for nodes in nodes_by_batch)
    assert not any(second.node.node_id == nodes[-1] for nodes in nodes_by_batch)


def test_an_encoder_on_two_machines_gives_the_results_of_one_process(ray, tmp_path, monkeypatch):
    monkeypatch.setattr(link_tables, "GROUP", 5)
    settings = EncoderSettings(str(save_encoder(tmp_path, word_piece(), 512)))
    tables = sample_layout(), *locate_table(sample_layout(), sample_translations(), LOCATOR, 1)
    alone, together = (
        pa.concat_tables(list(judge_batches(*tables, LOCATOR, settings, executor)))
        for executor in (LocalExecutor(1), ray)
    )
    assert together.combine_chunks().equals(alone.combine_chunks())
    assert not together.equals(tables[2])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sentencepiece", reason="the extra 'marian' is not installed")
    from tests.support import tiny_checkpoints

    return tiny_checkpoints.marian(tmp_path_factory.mktemp("models") / "opus-mt-en-nl")


def translate(
    folder: Path, model: Path, executor: Executor | None, between: Callable[[], object] = lambda: None
) -> list[str | None]:
    """Translate forty texts in batches of two. between: called when some have been translated."""
    from tests.support.tiny_checkpoints import DUTCH, ENGLISH

    segments = [Segment(f"{text} ({number})", "sentence") for number in range(8) for text in ENGLISH]
    with open_session(
        "opus",
        ("en", "nl"),
        folder=folder,
        translators={"opus": MarianSettings(model=str(model))},
        settings=TranslateSettings(attempts=1),
        executor=executor,
        progress=lambda counts: counts.answered and between(),
    ) as session:
        session.translator.batch = 2
        results = [result.text for result in session.translate(segments)]
        assert session.translator.concurrency == (2 if executor else 1)
        assert session.counts.answered == sum(text is not None for text in results)
        assert results[: len(DUTCH)] == DUTCH
    return results


@pytest.fixture(scope="module")
def answered(model: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str | None]:
    return translate(tmp_path_factory.mktemp("memory"), model, None)


def test_two_actors_give_the_translations_of_one_model(ray, model, answered, tmp_path):
    assert translate(tmp_path, model, ray) == answered


def test_another_actor_redoes_the_batch_of_a_dead_one(ray, second, model, answered, tmp_path):
    assert translate(tmp_path, model, ray, second.kill) == answered


def test_dead_actors_are_restarted(ray, model):
    import ray as library

    from tests.support.tiny_checkpoints import DUTCH, ENGLISH

    with ActorPool(Marian(MarianSettings(model=str(model)), ("en", "nl"))) as engine:
        for actor in engine.actors:
            library.kill(actor, no_restart=False)
        for _ in range(4):
            assert engine.translate([Request(text) for text in ENGLISH]) == DUTCH


def test_errors_of_an_actor_are_raised_locally(ray, model, tmp_path):
    from shutil import copytree

    given = Marian(MarianSettings(model=str(copytree(model, tmp_path / "opus-mt-en-nl"))), ("en", "nl"))
    (tmp_path / "opus-mt-en-nl" / "config.json").write_text("{}")
    with pytest.raises(
        TranslationError, match=r"^\S+: has a different model: marian opus-mt-en-nl#\w+ auto .*, not marian"
    ):
        ActorPool(given).__enter__()
