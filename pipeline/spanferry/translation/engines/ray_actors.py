"""Models on a Ray cluster: one in each actor, with a GPU of its own where there are any.

    texts ──> idle actor ──> translations
                 └─ dies ──> another actor; its own replacement joins when it has loaded its model

Everything around the model (memory, checks, order) stays in the calling process. It sends as many batches at once as
there are actors, of the same size as for one model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Self

from spanferry.errors import TranslationError
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.engines.checkpoint import CheckpointTranslator
from spanferry.translation.engines.support import shorten

MAX_DEATHS = 4  # actors that may die of one batch
# Seconds to wait for an idle actor after some have died: longer than a cluster waits for machines, or a batch takes.
IDLE_TIMEOUT_S = 7200.0


def distribute(engine: Translator, notify: Callable[[str], object]) -> Translator:
    """Return an engine in the form in which it works on the cluster that this process is connected to.

    A model gets an ActorPool. A service stays in this process, and `notify` receives a notice of it.
    """
    if isinstance(engine, CheckpointTranslator):
        return ActorPool(engine)
    if engine.remote:
        notify(f"{engine.identity} is called from this machine only: more machines do not raise a rate limit")
    return engine


@dataclass(frozen=True)
class ActorPlacement:
    """The place of an actor: options for Ray, and the threads it may use (None: the machine's default)."""

    options: dict[str, Any]
    threads: int | None = None


def find_placements() -> list[ActorPlacement]:
    """Return one placement a GPU, or one a machine when there is no GPU.

    They reserve no cores, because nothing else runs at the same time.
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
    """The class of the actors: the same engine as in the calling process, with its model loaded."""

    def __init__(self, engine: CheckpointTranslator[Any], threads: int | None) -> None:
        self.template, self.threads = engine, threads
        self.engine: CheckpointTranslator[Any] | None = None

    def load(self) -> None:
        """Load the model. Raises TranslationError when this machine does not have it, or has different files."""
        self._load()

    def _load(self) -> CheckpointTranslator[Any]:
        import os

        if self.threads:
            os.environ["OMP_NUM_THREADS"] = str(self.threads)  # before torch and CTranslate2 are imported
        engine = type(self.template)(self.template.settings, self.template.languages)
        if engine.identity != self.template.identity:
            raise TranslationError(
                f"{os.uname().nodename}: has another model: {engine.identity}, not {self.template.identity}"
            )
        self.engine = engine.__enter__()
        return self.engine

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        """Translate a batch; an actor that was restarted loads its model first."""
        engine = self._load() if self.engine is None else self.engine
        return engine.translate(batch)


class ActorPool(Translator):
    """A model that runs on every GPU, or every machine, of a cluster."""

    def __init__(self, engine: CheckpointTranslator[Any]) -> None:
        self.engine = engine
        self.identity, self.batch, self.limit = engine.identity, engine.batch, engine.limit
        self.actors: list[Any] = []
        self.idle: SimpleQueue[Any] = SimpleQueue()

    def __enter__(self) -> Self:
        """Start the actors and wait until each has loaded its model; one that dies meanwhile may join later.

        Raises TranslationError when no actor could load the model.
        """
        import ray
        from ray.exceptions import RayError

        actor_class: Any = ray.remote(ModelActor)
        for placement in find_placements():
            actor = actor_class.options(max_restarts=-1, **placement.options).remote(self.engine, placement.threads)
            self.actors.append(actor)
        self.concurrency = len(self.actors)
        problem = "it has neither a GPU nor a core"
        for actor, loading in [(actor, actor.load.remote()) for actor in self.actors]:
            try:
                get_result(loading)
                self.idle.put(actor)
            except RayError as error:
                problem = shorten(error)
                self._rejoin(actor)
        if self.idle.empty():
            raise TranslationError(f"{self.identity}: no actor of the cluster could load the model: {problem}")
        return self

    def __exit__(self, *_: object) -> None:
        import ray

        for actor in self.actors:
            ray.kill(actor)
        self.actors = []

    def size(self, text: str) -> int:
        return self.engine.size(text)

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        """Translate a batch on an idle actor; when the actor dies, the batch goes to another one.

        Raises what the actor raised, and TranslationError when no actor is left or MAX_DEATHS actors died of the batch.
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
        raise TranslationError(f"{self.identity}: {MAX_DEATHS} actors died of one batch ({problem})")

    def _rejoin(self, actor: Any) -> None:
        """Add an actor to the idle ones when Ray has restarted it and its model is loaded, if that ever happens."""
        loading = actor.load.options(max_task_retries=-1).remote().future()
        loading.add_done_callback(lambda done: done.exception() or self.idle.put(actor))


def get_result(reference: Any) -> Any:
    """Wait for an actor's result. Raises what the actor raised, without Ray's wrapper, or RayError when it died."""
    import ray
    from ray.exceptions import RayTaskError

    try:
        return ray.get(reference)
    except RayTaskError as error:
        raise error.cause from None
