"""Runs a model on a Ray cluster, in one actor per GPU, or per machine if there are no GPUs.

    texts ──> idle actor ──> translations
                 └─ dies ──> another actor; Ray restarts the dead one, which loads the model and rejoins

Everything else (memory, checks, order) stays in the calling process. It sends as many batches at once as there are
actors, with the same batch size as for one model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Self

from spanferry.errors import TranslationError
from spanferry.translation.engines.base import Refused, Request, Translator
from spanferry.translation.engines.checkpoint import CheckpointTranslator
from spanferry.translation.engines.support import shorten

MAX_DEATHS = 4  # the number of actors that may die while they translate the same batch
# Seconds to wait for an idle actor. It is longer than a cluster waits for new machines, and than a batch takes.
IDLE_TIMEOUT_S = 7200.0


def distribute(engine: Translator, notify: Callable[[str], object]) -> Translator:
    """Return an engine that uses the Ray cluster that this process is connected to.

    A model runs in an ActorPool. A service is called from this process, and `notify` gets a message about it.
    """
    if isinstance(engine, CheckpointTranslator):
        return ActorPool(engine)
    if engine.remote:
        notify(f"{engine.identity} is called from this machine only, because more machines do not raise a rate limit")
    return engine


@dataclass(frozen=True)
class ActorPlacement:
    """The placement of an actor: options for Ray, and its number of threads (None: the default of the machine)."""

    options: dict[str, Any]
    threads: int | None = None


def find_placements() -> list[ActorPlacement]:
    """Return one placement per GPU, or one per machine when there is no GPU.

    Placements reserve no cores, because nothing else runs at the same time.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    if gpus := int(ray.cluster_resources().get("GPU", 0)):
        return [ActorPlacement({"num_gpus": 1, "num_cpus": 0})] * gpus
    machines = [
        (node["NodeID"], int(cores))
        for node in ray.nodes()
        if node["Alive"] and (cores := node["Resources"].get("CPU", 0)) >= 1
    ]
    return [
        ActorPlacement(
            {"num_cpus": 0, "scheduling_strategy": NodeAffinitySchedulingStrategy(machine, soft=False)}, cores
        )
        for machine, cores in machines
    ]


class ModelActor:
    """The class of the actors: a copy of the engine in the calling process, with the model loaded."""

    def __init__(self, engine: CheckpointTranslator[Any], threads: int | None) -> None:
        self.template, self.threads = engine, threads
        self.engine: CheckpointTranslator[Any] | None = None

    def load(self) -> None:
        """Load the model. Raises TranslationError if this machine lacks it or has different files."""
        self._load()

    def _load(self) -> CheckpointTranslator[Any]:
        import os

        if self.threads:
            os.environ["OMP_NUM_THREADS"] = str(self.threads)  # before torch and CTranslate2 are imported
        engine = type(self.template)(self.template.settings, self.template.languages)
        if engine.identity != self.template.identity:
            raise TranslationError(
                f"{os.uname().nodename}: has a different model: {engine.identity}, not {self.template.identity}"
            )
        self.engine = engine.__enter__()
        return self.engine

    def translate(self, batch: Sequence[Request]) -> Sequence[str | Refused]:
        """Translate a batch. An actor that was restarted loads the model first."""
        engine = self._load() if self.engine is None else self.engine
        return engine.translate(batch)


class ActorPool(Translator):
    """An engine that runs a model on all GPUs, or all machines, of a cluster."""

    def __init__(self, engine: CheckpointTranslator[Any]) -> None:
        self.engine = engine
        self.identity, self.batch, self.limit = engine.identity, engine.batch, engine.limit
        self.markers = engine.markers
        self.actors: list[Any] = []
        self.idle: SimpleQueue[Any] = SimpleQueue()

    def __enter__(self) -> Self:
        """Start the actors, and wait until they have loaded the model. An actor that dies meanwhile may join later.

        Raises TranslationError when no actor could load the model.
        """
        import ray
        from ray.exceptions import RayError

        actor_class: Any = ray.remote(ModelActor)
        for placement in find_placements():
            actor = actor_class.options(max_restarts=-1, **placement.options).remote(self.engine, placement.threads)
            self.actors.append(actor)
        self.concurrency = len(self.actors)
        problem = "the cluster has neither a GPU nor a core"
        for actor, loading in [(actor, actor.load.remote()) for actor in self.actors]:
            try:
                get_result(loading)
                self.idle.put(actor)
            except RayError as error:
                problem = shorten(error)
                self._rejoin(actor)
        if self.idle.empty():
            raise TranslationError(f"{self.identity}: no actor on the cluster could load the model: {problem}")
        return self

    def __exit__(self, *_: object) -> None:
        import ray

        for actor in self.actors:
            ray.kill(actor)
        self.actors = []

    def size(self, text: str) -> int:
        return self.engine.size(text)

    def translate(self, batch: Sequence[Request]) -> Sequence[str | Refused]:
        """Translate a batch on an idle actor. If the actor dies, another one translates the batch.

        Re-raises exceptions of the actor. Raises TranslationError when no actor is left, or when MAX_DEATHS actors died
        while they translated the batch.
        """
        from ray.exceptions import RayError

        problem = ""
        for _ in range(MAX_DEATHS):
            try:
                actor = self.idle.get(timeout=IDLE_TIMEOUT_S)
            except Empty as error:
                raise TranslationError(f"{self.identity}: no actor is left ({problem or 'all are busy'})") from error
            try:
                answers = get_result(actor.translate.remote(list(batch)))
            except RayError as error:
                problem = shorten(error)
                self._rejoin(actor)
                continue
            except BaseException:
                self.idle.put(actor)
                raise
            self.idle.put(actor)
            return answers
        raise TranslationError(
            f"{self.identity}: {MAX_DEATHS} actors died while translating the same batch ({problem})"
        )

    def _rejoin(self, actor: Any) -> None:
        """Add an actor to the idle ones if Ray restarts it, when it has loaded the model."""
        loading = actor.load.options(max_task_retries=-1).remote().future()
        loading.add_done_callback(lambda done: done.exception() or self.idle.put(actor))


def get_result(reference: Any) -> Any:
    """Wait for the result of an actor. Re-raises its exception without Ray's wrapper. Raises RayError when it died."""
    import ray
    from ray.exceptions import RayTaskError

    try:
        return ray.get(reference)
    except RayTaskError as error:
        raise error.cause from None
