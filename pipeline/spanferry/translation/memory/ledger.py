"""The ledger: what services have billed, and what is under way. Part of the translation memory.

    memory/usage.jsonl    translator, languages, purpose, amounts, cost with currency

It survives kills. What a request is expected to cost is booked before the request is sent, if there is a limit
(`translate.max_cost`), and taken back when its answer is booked; what a killed run had under way stays. A batch job is
booked when it is prepared, and its real cost replaces that.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from spanferry.printing import show_amount
from spanferry.translation.memory.journal import Log
from spanferry.translation.money import Price, Spent
from spanferry.translation.usage import Usage, total_usage


class UsageEntry(Usage, frozen=True, omit_defaults=True, kw_only=True):
    """What a service has billed for some requests, or is expected to bill.

    purpose: what the requests were for, such as 'translate squad2'. job: the batch job that they were, or ''.
    estimated: True for what is expected. cost, currency: at the price of that time; None and '' if it was not known.
    expected: what answered requests were expected to cost, None if this was not booked. It shows how good estimates
    are.
    """

    translator: str
    source: str
    target: str
    purpose: str
    job: str = ""
    estimated: bool = False
    cost: float | None = None
    currency: str = ""
    expected: float | None = None


def usage_log(folder: Path) -> Log[UsageEntry]:
    """Return the log of a memory's ledger."""
    return Log(folder / "usage.jsonl", UsageEntry)


def read_usage(folder: Path) -> list[UsageEntry]:
    """Return the entries of a ledger, each batch job once."""
    return settle_jobs(usage_log(folder).records())


def settle_jobs(entries: Iterable[UsageEntry]) -> list[UsageEntry]:
    """Return entries with one for each batch job: what it cost, or else the estimate.

    The results of a job may have been read, and booked, again after a crash.
    """
    ordinary: list[UsageEntry] = []
    jobs: dict[str, UsageEntry] = {}
    for entry in entries:
        if not entry.job:
            ordinary.append(entry)
        elif entry.job not in jobs or jobs[entry.job].estimated:
            jobs[entry.job] = entry
    return [*ordinary, *jobs.values()]


class Ledger:
    """The ledger of a memory, with sums over all translators, corpora and runs. `open` opens it for writing.

    translator, source, target: those of the entries that are booked. price: of this translator, None if not known;
    earlier entries of this translator without a cost count at this price.
    """

    def __init__(self, folder: Path, translator: str, source: str, target: str, price: Price | None = None) -> None:
        self.log = usage_log(folder)
        self.translator, self.source, self.target = translator, source, target
        self.price = price
        self._jobs: dict[str, UsageEntry] = {}
        # What answered requests of this engine and model were expected to cost, and what they did cost.
        self.expected = self.billed = 0.0
        # (purpose, currency or '', whether it is estimated) -> amounts and their cost
        self._sums: dict[tuple[str, str, bool], tuple[Usage, float]] = {}
        for entry in settle_jobs(self.log.records()):
            self._add(self._priced(entry))

    def _priced(self, entry: UsageEntry) -> UsageEntry:
        """Return an entry with its cost at the price of this translator, if it is of this translator and has none."""
        is_own = (entry.translator, entry.source, entry.target) == (self.translator, self.source, self.target)
        if entry.cost is not None or self.price is None or not is_own:
            return entry
        return replace(entry, cost=self.price.cost(entry), currency=self.price.currency)

    def _add(self, entry: UsageEntry, sign: int = 1) -> None:
        key = entry.purpose, entry.currency, entry.estimated
        usage, cost = self._sums.get(key, (Usage(), 0.0))
        self._sums[key] = usage + entry.times(sign), cost + sign * (entry.cost or 0.0)
        if entry.job:
            self._jobs[entry.job] = entry
        if entry.expected is not None and model_of(entry.translator) == model_of(self.translator):
            self.expected += entry.expected
            self.billed += 0.0 if entry.estimated else entry.cost or 0.0

    def book(
        self,
        purpose: str,
        usage: Usage,
        job: str = "",
        *,
        estimated: bool = False,
        expected: Usage | None = None,
    ) -> None:
        """Append an entry. The first cost of a job that is not estimated counts, and replaces its estimate.

        expected: what answered requests were expected to use.
        """
        earlier = self._jobs.get(job) if job else None
        if earlier and not earlier.estimated:
            return
        cost = self.price.cost(expected) if self.price and expected is not None else None
        if earlier:
            self._add(earlier, -1)
            # Only the answered requests say something about estimates: a job may be refused, or expire half done.
            answered = usage.requests / earlier.requests if earlier.requests else 0.0
            cost = earlier.cost * answered if earlier.cost is not None and answered else None
        entry = UsageEntry(
            usage.requests,
            usage.characters,
            usage.input_tokens,
            usage.output_tokens,
            translator=self.translator,
            source=self.source,
            target=self.target,
            purpose=purpose,
            job=job,
            estimated=estimated,
            expected=cost,
        )
        entry = self._priced(entry)
        self._add(entry)
        self.log.append([entry])

    def cost(self, currency: str) -> float:
        """Return what was spent in a currency, with what is under way as estimated."""
        return sum(cost for (_, unit, _), (_, cost) in self._sums.items() if unit == currency)

    def cost_under_way(self, currency: str) -> float:
        """Return the part of `cost` that is estimated."""
        return sum(cost for (_, unit, estimated), (_, cost) in self._sums.items() if unit == currency and estimated)

    def not_in(self, currency: str) -> list[str]:
        """Return in words what was spent that has no cost in a currency."""
        others: defaultdict[str, float] = defaultdict(float)
        unpriced = Usage()
        for (_, unit, _), (usage, cost) in self._sums.items():
            if not unit:
                unpriced += usage
            elif unit != currency:
                others[unit] += cost
        costs = [f"{show_amount(cost)} {unit}" for unit, cost in sorted(others.items()) if cost > 0]
        return costs + ([f"{unpriced.requests:,} requests without a known price"] if unpriced.requests else [])

    def spent_for(self, purpose: str) -> Spent | None:
        """Return what was spent for a purpose, by all translators; None if nothing was booked."""
        sums = [(unit, *amounts) for (booked, unit, _), amounts in self._sums.items() if booked == purpose]
        if not sums:
            return None
        usage = total_usage(usage for _, usage, _ in sums)
        units = {unit for unit, usage, cost in sums if usage != Usage() or cost}
        if len(units) != 1 or "" in units:
            return Spent(usage)
        return Spent(usage, sum(cost for *_, cost in sums), units.pop())


def model_of(translator: str) -> list[str]:
    """Return the part of an engine's identity that its tokens depend on most: engine and model."""
    return translator.split()[:2]
