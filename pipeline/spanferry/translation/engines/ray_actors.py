"""Models on a Ray cluster: one an actor, which has a GPU of its own where there are some.

    texts ──> idle actor ──> translations
                 └─ dies ──> another one; its own successor joins when it has loaded its model

Everything around the model (memory, validation, order) stays in the process that asks: as many batches are under
way as there are actors, cut as for one model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Self

from spanferry.errors import TranslationError
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.engines.checkpoint import CheckpointTranslator
from spanferry.translation.engines.support import told

TRIES = 4  # actors that may die of one batch
PATIENCE_S = 7200.0  # without an idle actor, since some died: longer than machines are waited for, or a batch takes


def spread(engine: Translator, tell: Callable[[str], object]) -> Translator:
    """An engine as it works on the cluster that this process is connected to.

    Models get an actor each; tells of a service that it is asked from here alone.
    """
    if isinstance(engine, CheckpointTranslator):
        return Actors(engine)
    if engine.remote:
        tell(f"{engine.identity} is asked from here alone: more machines do not make a rate limit larger")
    return engine


@dataclass(frozen=True)
class Place:
    """Where an actor goes: options for Ray, and the threads it may use (None: as the machine has it)."""

    options: dict[str, Any]
    threads: int | None = None


def places() -> list[Place]:
    """One a GPU; without any, one a machine. They claim no cores: nothing else works while they do."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as At

    if gpus := int(ray.cluster_resources().get("GPU", 0)):
        return [Place({"num_gpus": 1, "num_cpus": 0})] * gpus
    machines = [
        (node["NodeID"], int(cores))
        for node in ray.nodes()
        if node["Alive"] and (cores := node["Resources"].get("CPU", 0)) >= 1
    ]
    return [
        Place({"num_cpus": 0, "scheduling_strategy": At(machine, soft=False)}, cores) for machine, cores in machines
    ]


class Model:
    """What an actor holds: the same engine as here, with its model loaded."""

    def __init__(self, engine: CheckpointTranslator, threads: int | None) -> None:
        self.given, self.threads = engine, threads
        self.engine: CheckpointTranslator | None = None

    def load(self) -> None:
        """Raises TranslationError when this machine cannot have the model, or has another one of that name."""
        import os

        if self.threads:
            os.environ["OMP_NUM_THREADS"] = str(self.threads)  # before torch and CTranslate2 are imported
        engine = type(self.given)(self.given.settings, self.given.languages)
        if engine.identity != self.given.identity:
            raise TranslationError(
                f"{os.uname().nodename}: has another model: {engine.identity}, not {self.given.identity}"
            )
        self.engine = engine.__enter__()

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        if self.engine is None:  # in an actor that was started again
            self.load()
        return self.engine.translate(batch)


class Actors(Translator):
    """A model that runs on every GPU, or machine, of a cluster."""

    def __init__(self, engine: CheckpointTranslator) -> None:
        self.engine = engine
        self.identity, self.batch, self.limit = engine.identity, engine.batch, engine.limit
        self.actors: list[Any] = []
        self.idle: SimpleQueue[Any] = SimpleQueue()

    def __enter__(self) -> Self:
        """Waits until every actor has loaded its model; one that is lost meanwhile may join later."""
        import ray
        from ray.exceptions import RayError

        kind = ray.remote(Model)
        for place in places():
            made = kind.options(max_restarts=-1, **place.options).remote(self.engine, place.threads)
            self.actors.append(made)
        self.concurrency = len(self.actors)
        trouble = "it has neither a GPU nor a core"
        for actor, loading in [(actor, actor.load.remote()) for actor in self.actors]:
            try:
                asked(ray.get, loading)
                self.idle.put(actor)
            except RayError as error:
                trouble = told(error)
                self._await(actor)
        if self.idle.empty():
            raise TranslationError(f"{self.identity}: no actor of the cluster could load the model: {trouble}")
        return self

    def __exit__(self, *_: object) -> None:
        import ray

        for actor in self.actors:
            ray.kill(actor)
        self.actors = []

    def size(self, text: str) -> int:
        return self.engine.size(text)

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        """A batch whose actor dies goes to another one."""
        import ray
        from ray.exceptions import RayError

        trouble = ""
        for _ in range(TRIES):
            try:
                actor = self.idle.get(timeout=PATIENCE_S)
            except Empty as error:
                raise TranslationError(f"{self.identity}: no actor is left ({trouble or 'all are at work'})") from error
            try:
                answers = asked(ray.get, actor.translate.remote(list(batch)))
            except RayError as error:
                trouble = told(error)
                self._await(actor)
                continue
            except BaseException:
                self.idle.put(actor)
                raise
            self.idle.put(actor)
            return answers
        raise TranslationError(f"{self.identity}: {TRIES} actors died of one batch ({trouble})")

    def _await(self, actor: Any) -> None:
        """Counts an actor as idle when it has been started again and loaded its model, if ever."""
        loaded = actor.load.options(max_task_retries=-1).remote().future()
        loaded.add_done_callback(lambda done: done.exception() or self.idle.put(actor))


def asked(get: Callable[[Any], Any], waited_for: Any) -> Any:
    """What actors answer. Raises what they raised, without Ray's wrapping, or RayError for their own end."""
    from ray.exceptions import RayTaskError

    try:
        return get(waited_for)
    except RayTaskError as error:
        raise error.cause from None
