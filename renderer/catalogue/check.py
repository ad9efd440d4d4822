"""Whether a model can make a request: every finding at once, pure, before anything is spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from renderer.catalogue.entry import Field, Model
from renderer.catalogue.limits import check_shape, check_value
from renderer.catalogue.neutral import NEUTRAL, asked
from renderer.catalogue.params import check_params, check_slate
from renderer.catalogue.wording import bounds
from renderer.diagnostic import Finding
from renderer.model import Json, Size
from renderer.storyboard import Request

SEED_UNASKED = 1


def check(
    request: Request, *, model: Model, stills: Mapping[str, Size], seeds: Sequence[int] = ()
) -> list[Finding]:
    """All that stands between a request and its model, in the order of `NEUTRAL`, then of `params`.

    `stills` has the size of each image that could be read, by neutral field; `seeds` are those of
    its takes, the request's own alone where there are none. Errors: S302 missing, S303 not a value that the model makes, S304 out of range, S305 too
    long, S306 unknown and S307 bad entry of params, S309 shape. Warning: S308 not sent. A lenient model takes
    anything, but for a `slate` that is neither true nor false.
    """
    if model.lenient:
        return list(check_slate(request.params))
    values = asked(request)
    findings = [
        finding for name in NEUTRAL for finding in _check_field(name, values, model=model, stills=stills)
    ]
    return [
        *findings,
        *_check_seeds(seeds or [request.seed], model=model),
        *check_params(request.params, model=model),
    ]


def _check_field(
    name: str, values: Mapping[str, Json], *, model: Model, stills: Mapping[str, Size]
) -> Iterator[Finding]:
    field = model.fields.get(name)
    if name not in values:
        if field and field.required:
            yield _missing(field, model=model)
    elif field is None or not field.honoured:
        yield _not_sent(name, model=model, ignored=field is not None)
    else:
        yield from check_value(field, values[name], model=model.id)
        if field.shape and name in stills and field.shape.unless not in values:
            yield from check_shape(field.shape, stills[name], name=name, model=model.id)


def _missing(field: Field, *, model: Model) -> Finding:
    return Finding(
        code="S302",
        message=f"`{model.id}` needs `{field.name}`, and none is given",
        field=(field.name,),
        hint=f"add `{field.name}`: {NEUTRAL[field.name].meaning}",
    )


def _not_sent(name: str, *, model: Model, ignored: bool) -> Finding:
    why = "ignores" if ignored else "has no"
    return Finding(
        code="S308",
        message=f"`{model.id}` {why} `{name}`: it is not sent and not part of the key",
        field=(name,),
        severity="warning",
        notes=("the images of a shot's cast are references, too",) if name == "references" else (),
        hint=f"take `{name}` out, or choose a model that has it",
    )


def _check_seeds(seeds: Sequence[int], *, model: Model) -> Iterator[Finding]:
    if not model.seed_honoured:
        if seeds[0] != SEED_UNASKED or not _is_row(seeds):
            yield _seed_not_sent(model)
        return
    limits = model.fields["seed"].limits
    low, high = limits.get("minimum"), limits.get("maximum")
    too_low = next((turn for turn, seed in enumerate(seeds, 1) if low is not None and seed < low), None)
    too_high = max((seed, turn) for turn, seed in enumerate(seeds, 1))
    if too_low:
        told = f"{bounds(low, high)}, not {seeds[too_low - 1]}"
        yield _bad_seed(told, seeds=seeds, turn=too_low, model=model, hint=f"the least is {low}")
    elif high is not None and too_high[0] > high:
        seed, turn = too_high
        of_take = f", which take {turn} uses" if len(seeds) > 1 else ""
        in_a_row = len(seeds) > 1 and _is_row(seeds)
        hint = (
            f"the most is {high - len(seeds) + 1} with {len(seeds)} takes"
            if in_a_row
            else f"the most is {high}"
        )
        told = f"{bounds(low, high)}, not {seed}{of_take}"
        yield _bad_seed(told, seeds=seeds, turn=turn, model=model, hint=hint)


def _is_row(seeds: Sequence[int]) -> bool:
    return list(seeds) == [seeds[0] + turn for turn in range(len(seeds))]


def _bad_seed(told: str, *, seeds: Sequence[int], turn: int, model: Model, hint: str) -> Finding:
    field = ("seed",) if _is_row(seeds) else ("seeds", turn - 1)
    return Finding(code="S304", message=f"`seed` of `{model.id}` is {told}", field=field, hint=hint)


def _seed_not_sent(model: Model) -> Finding:
    why = "ignores" if "seed" in model.fields else "has no"
    return Finding(
        code="S308",
        message=f"`{model.id}` {why} `seed`: it is not sent, and takes are told apart by their number",
        field=("seed",),
        severity="warning",
        hint="take `seed` out, or choose a model that has it",
    )
