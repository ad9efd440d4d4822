"""What a build would buy, and whether it may: gathers purchases and limits, and puts them before the gate."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from renderer.errors import GateError, shortened
from renderer.pipeline.clips.verdict import Verdict
from renderer.pipeline.run import Run

if TYPE_CHECKING:
    from renderer.execute.consent import Budget, Consent
    from renderer.pipeline.buying.gate import Ask, Limits, Purchase
    from renderer.report.budget import Allowance

AMOUNTS_MAX = 1_000
"""How many amounts are kept to be shared."""
AT_SELLERS = frozenset({Verdict.RUN, Verdict.IN_FLIGHT})


def admit_purchases(run: Run, dirty: Sequence[int], *, ask: Ask) -> Consent | None:
    """The consent for all that a build would buy; None where nothing that costs money is missing.

    Raises `GateError` where a limit, a missing yes, `--frozen` (G910) or `--offline` (G911) stands in the way, and
    `ProviderUnauthorised` P704 where a key is missing. Sends nothing.
    """
    paid = [number for number in dirty if run.compiled.takes[number].paid]
    if not paid:
        return None
    _check_network(run, paid)
    if run.wishes.frozen or not run.wishes.reach.fetch:
        return None
    for provider in sellers_needed(run, paid):
        assert run.workshop.seller(provider).account, "BUG: an account without a fingerprint"
    from renderer.pipeline.buying.gate import admit  # noqa: PLC0415 - only where something is bought

    return admit(_purchases(run, paid), _limits(run), ask=ask)


def sellers_needed(run: Run, numbers: Sequence[int]) -> list[str]:
    """The providers that some takes cannot do without, in order of the file."""
    takes = run.compiled.takes
    wanted = (n for n in numbers if run.verdict(n) in AT_SELLERS or run.is_bought(n))
    return list(dict.fromkeys(takes[n].provider for n in wanted))


def _purchases(run: Run, paid: Sequence[int]) -> list[Purchase]:
    from renderer.pipeline.buying.gate import Purchase  # noqa: PLC0415
    from renderer.pipeline.reasons.lines import cause_lines  # noqa: PLC0415
    from renderer.pipeline.reasons.why import explain_takes  # noqa: PLC0415
    from renderer.report.run import why_words  # noqa: PLC0415

    takes = run.compiled.takes
    wanted = {takes[number].key: number for number in reversed(paid) if run.is_bought(number)}
    whys = explain_takes(run) if wanted else {}
    return [
        Purchase(
            name=takes[number].name,
            key=key,
            estimate_usd=_amount(takes[number].estimate_usd),
            reason=why_words(whys[number].reason, cause_lines(whys[number])),
            cause=", ".join(cause.in_words for cause in cause_lines(whys[number])),
            aside=run.standing(key).aside,
        )
        for key, number in sorted(wanted.items(), key=lambda item: item[1])
    ]


def _limits(run: Run) -> Limits:
    """What the command line and the storyboard allow, less what this very command has spent already."""
    from renderer.pipeline.buying.gate import Limits  # noqa: PLC0415

    wishes, (per_run, total) = run.wishes, run.compiled.budget

    def left(limit: Decimal | None) -> Decimal | None:
        return None if limit is None else max(Decimal(0), limit - run.spent_usd)

    return Limits(
        max_cost_usd=left(wishes.max_cost_usd),
        yes=wishes.yes,
        unpriced=wishes.unpriced,
        per_run_usd=left(_amount(per_run)),
        total_usd=_amount(total),
        spent_usd=_spent_before(run) if total else Decimal(0),
    )


def allowance(run: Run) -> Allowance | None:
    """What the storyboard's `budget` allows and what was spent of it, None where there is none. Only for telling."""
    per_run, total = map(_amount, run.compiled.budget)
    if per_run is None and total is None:
        return None
    from renderer.report.budget import Allowance  # noqa: PLC0415 - only where there is a budget

    return Allowance(per_run, total, _spent_before(run))


def budget_of(run: Run) -> Budget | None:
    """What all builds of the storyboard may spend together, as the journal tells it at each request."""
    from renderer.execute.consent import Budget  # noqa: PLC0415 - only where money may be spent

    total = _amount(run.compiled.budget[1])
    if total is None:
        return None
    name = f"budget/{run.project.identity}/{run.project.spec_name}"
    store = run.workshop.store
    return Budget(total, spent_usd=lambda: _spent_before(run), hold=lambda: store.hold(name))


def _spent_before(run: Run) -> Decimal:
    """What the storyboard has cost until now, by the journal."""
    from renderer.money import spent_usd  # noqa: PLC0415 - only where there is a budget

    project = run.project
    jobs = run.workshop.store.journal.jobs()
    return spent_usd(jobs, project=project.identity, spec=project.spec_name)


@lru_cache(maxsize=AMOUNTS_MAX)
def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _check_network(run: Run, paid: Sequence[int]) -> None:
    # What depends on clips that are made for nothing may turn out to be there: each is judged when its key is known.
    paid = [number for number in paid if run.verdict(number) is not Verdict.DEPENDS]
    if not paid or (not run.wishes.frozen and run.wishes.reach.fetch):
        return
    names = [f"`{run.compiled.takes[number].name}`" for number in paid]
    subject = f"{len(paid)} paid {'take is' if len(paid) == 1 else 'takes are'} missing"
    facts = [("missing", shortened(names))]
    lost = sum(run.verdict(number) is Verdict.LOST for number in paid)
    if lost:
        facts += [("of these lost", f"{lost}: the lock names their clips, and the store does not have them")]
    option, code, gate = (
        ("--frozen", "G910", "the build is frozen")
        if run.wishes.frozen
        else ("--offline", "G911", "the network is not to be used")
    )
    raise GateError(
        f"{subject} and {gate}", code=code, facts=facts, hint=_way_out(option, lost=lost, missing=len(paid))
    )


def _way_out(option: str, *, lost: int, missing: int) -> str:
    """What to do about missing takes; those that are lost are never bought in their place without a word."""
    buy = f"build without `{option}` to buy"
    if not lost:
        return f"{buy} them"
    bring = "`renderer cache import` brings what is lost from a store that has it"
    return bring if lost == missing else f"{bring}; {buy} the rest"
