"""A cluster of two machines, one of which is killed: the same bytes as one process makes."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow as pa
import pytest
from spanferry.errors import TranslationError
from spanferry.executors import Executor, LocalExecutor, RaySettings, open_executor, ray_cluster
from spanferry.projection import grouping
from spanferry.projection.locate_tables import locate_batches
from spanferry.projection.lookup import TranslationLookup
from spanferry.projection.rescue_tables import rescue_batches
from spanferry.projection.settings import RescueSettings
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.base import Request
from spanferry.translation.engines.marian import Marian
from spanferry.translation.engines.ray_actors import ActorPool
from spanferry.translation.settings import MarianSettings, TranslateSettings

from tests.support.corpora import DUTCH as LOCATOR
from tests.support.corpora import memory, sample_layout, sample_translations

cluster_utils = pytest.importorskip("ray.cluster_utils", reason="the extra 'ray' is not installed")

MACHINE = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "include_dashboard": False}
# A dead machine is noticed after three seconds, and not after fifteen.
SOON = {"health_check_period_ms": 1000, "health_check_timeout_ms": 2000, "health_check_failure_threshold": 3}
LANGUAGES = ("en", "nl")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """One machine, to which `second` adds another."""
    made = cluster_utils.Cluster(initialize_head=True, head_node_args={**MACHINE, "_system_config": SOON})
    yield made
    made.shutdown()


class Second:
    """Another machine in the cluster."""

    def __init__(self, cluster: Any) -> None:
        self.cluster, self.node = cluster, cluster.add_node(**MACHINE)
        cluster.wait_for_nodes()

    def kill(self) -> None:
        if self.node in self.cluster.list_all_nodes():
            self.cluster.remove_node(self.node, allow_graceful=False)

    def kill_at_work(self, diary: Path) -> None:
        """Kills it, soon, while it works on what it has noted in a file of the folder."""

        def watch() -> None:
            until = time.monotonic() + 60
            while time.monotonic() < until and not any(
                self.node.node_id in file.read_text() for file in diary.iterdir()
            ):
                time.sleep(0.02)
            self.kill()

        Thread(target=watch, daemon=True).start()


@pytest.fixture
def second(cluster: Any) -> Iterator[Second]:
    machine = Second(cluster)
    yield machine
    machine.kill()


@pytest.fixture
def ray(cluster: Any, second: Second) -> Iterator[Executor]:
    with open_executor("ray", RaySettings(cluster.address), 1) as executor:
        yield executor


def projected(executor: Executor, meanwhile: Callable[[], None] = lambda: None) -> list[Any]:
    """The sample's paragraphs, its spans, these after rescue, and what that cost. meanwhile: called on the way."""
    parts = []
    for part in locate_batches(sample_layout(), TranslationLookup(sample_translations()), LOCATOR, executor):
        parts.append(part)
        meanwhile()
    paragraphs, spans = (pa.concat_tables(tables) for tables in zip(*parts, strict=True))
    settled, cost = rescue_batches(
        *(sample_layout(), paragraphs, spans),
        lambda texts: {text: memory().get(text) for text in texts},
        *(LOCATOR, RescueSettings(), executor),
    )
    after = pa.concat_tables(list(settled))
    return [*(table.combine_chunks() for table in (paragraphs, spans, after)), cost]


@pytest.fixture(scope="module")
def here() -> list[Any]:
    return projected(LocalExecutor(1))


def test_a_cluster_finds_what_one_process_finds(ray, here, monkeypatch):
    monkeypatch.setattr(grouping, "BATCH", 5)
    assert projected(ray) == here


def test_a_killed_machine_changes_nothing(ray, second, here, monkeypatch):
    monkeypatch.setattr(grouping, "BATCH", 1)
    monkeypatch.setattr(ray_cluster, "BATCHES_PER_CORE", 4)  # so that some begin after its death
    assert projected(ray, second.kill) == here


def test_what_a_killed_machine_had_is_done_again(ray, second, tmp_path):
    def work(batch: pa.Table, diary: Path = tmp_path) -> pa.Table:
        from ray import get_runtime_context

        with (diary / str(batch["number"][0])).open("a") as file:
            print(get_runtime_context().get_node_id(), file=file)
        time.sleep(0.5)
        return batch

    second.kill_at_work(tmp_path)
    done = ray.map(work, (pa.table({"number": [number]}) for number in range(8)))
    assert pa.concat_tables(done)["number"].to_pylist() == list(range(8))
    begun = [file.read_text().split() for file in tmp_path.iterdir()]
    assert any(second.node.node_id in nodes for nodes in begun)
    assert not any(second.node.node_id == nodes[-1] for nodes in begun)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sentencepiece", reason="the extra 'marian' is not installed")
    from tests.support import tiny_checkpoints

    return tiny_checkpoints.marian(tmp_path_factory.mktemp("models") / "opus-mt-en-nl")


def translated(
    folder: Path, model: Path, executor: Executor | None, meanwhile: Callable[[], object] = lambda: None
) -> list[str | None]:
    """Forty texts through a session and its memory, in batches of two. meanwhile: called when some are answered."""
    from tests.support.tiny_checkpoints import DUTCH, ENGLISH

    segments = [Segment(f"{text} ({number})", "sentence") for number in range(8) for text in ENGLISH]
    with open_session(
        "opus",
        ("en", "nl"),
        folder=folder,
        translators={"opus": MarianSettings(model=str(model))},
        settings=TranslateSettings(attempts=1),
        executor=executor,
        progress=lambda counts: counts.answered and meanwhile(),
    ) as session:
        session.translator.batch = 2
        results = [result.text for result in session.translate(segments)]
        assert session.translator.concurrency == (2 if executor else 1)
        assert session.counts.answered == sum(text is not None for text in results)
        assert results[: len(DUTCH)] == DUTCH
    return results


@pytest.fixture(scope="module")
def answered(model: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str | None]:
    return translated(tmp_path_factory.mktemp("memory"), model, None)


def test_two_actors_translate_as_one_model_does(ray, model, answered, tmp_path):
    assert translated(tmp_path, model, ray) == answered


def test_the_batch_of_an_actor_that_dies_goes_to_another(ray, second, model, answered, tmp_path):
    assert translated(tmp_path, model, ray, second.kill) == answered


def test_actors_that_die_are_started_again(ray, model):
    import ray as library

    from tests.support.tiny_checkpoints import DUTCH, ENGLISH

    with ActorPool(Marian(MarianSettings(model=str(model)), ("en", "nl"))) as engine:
        for actor in engine.actors:
            library.kill(actor, no_restart=False)
        for _ in range(4):
            assert engine.translate([Request(text) for text in ENGLISH]) == DUTCH


def test_what_an_actor_raises_is_raised_here(ray, model, tmp_path):
    from shutil import copytree

    given = Marian(MarianSettings(model=str(copytree(model, tmp_path / "opus-mt-en-nl"))), ("en", "nl"))
    (tmp_path / "opus-mt-en-nl" / "config.json").write_text("{}")
    with pytest.raises(
        TranslationError, match=r"^\S+: has another model: marian opus-mt-en-nl#\w+ auto .*, not marian"
    ):
        ActorPool(given).__enter__()
