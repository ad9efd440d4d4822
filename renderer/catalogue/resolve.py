"""What of a request is sent, what of that is keyed, and what follows: length, size and price.

A neutral field that the model lacks is neither sent nor keyed. One equal to the catalogue's default is
sent but not keyed, so a default is frozen per key version: changing one in a model file needs a new version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from renderer.catalogue.entry import Field, Model, Price, parse_ratio
from renderer.catalogue.neutral import asked
from renderer.model import Json, Size
from renderer.storyboard import Request

SHORT_SIDE_PX = 720
SHORT_SIDES_PX = {"hd": 720, "fhd": 1080, "2k": 1440, "4k": 2160}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A request as one model takes it, for one take.

    `sent` and `params_sent` are JSON values with all defaults, `media` the images and clips to send beside
    them, all by neutral name (`params_sent` by the model's own). `keyed` and `params_keyed` are the same
    without what equals a default; a number in `keyed` is an exact string. `seed` is this take's own, None
    for a model that has none or ignores it: then the take's number tells takes apart.
    """

    model: str
    sent: Mapping[str, Json]
    media: Mapping[str, Json]
    keyed: Mapping[str, Json]
    params_sent: Mapping[str, Json]
    params_keyed: Mapping[str, Json]
    seed: int | None
    take: int


def resolve(request: Request, *, model: Model, take: int = 1) -> Resolved:
    """The fields that `model` is sent for take `take` ≥ 1, and those that make the key.

    >>> from renderer.catalogue.library import load
    >>> shot = Request("aimlapi", "gen3a_turbo", prompt="a launch", duration_s=Fraction(5), seed=7)
    >>> resolved = resolve(shot, model=load("aimlapi", "gen3a_turbo"), take=2)
    >>> dict(resolved.sent), dict(resolved.keyed), resolved.seed
    ({'prompt': 'a launch', 'ratio': '16:9', 'duration': 5, 'seed': 8}, {'prompt': 'a launch'}, 8)
    """
    values = asked(request)
    taken = [field for field in model.fields.values() if field.honoured and field.name != "seed"]
    media = {field.name: values[field.name] for field in taken if field.is_media and field.name in values}
    plain = {field.name: _resolved(field, values) for field in taken if not field.is_media}
    plain = {name: value for name, value in plain.items() if value is not None}
    seed = request.seed + take - 1 if model.seed_honoured else None
    params_default = {name: schema["default"] for name, schema in model.params.items() if "default" in schema}
    return Resolved(
        model=model.id,
        sent={name: _json(value) for name, value in plain.items()} | ({} if seed is None else {"seed": seed}),
        media=media,
        keyed={
            name: _exact(value)
            for name, value in plain.items()
            if not _same(value, model.fields[name].default)
        },
        params_sent={**params_default, **request.params},
        params_keyed={
            name: value
            for name, value in request.params.items()
            if name not in params_default or not _same(value, params_default[name])
        },
        seed=seed,
        take=take,
    )


def clip_duration(request: Request, *, model: Model) -> Fraction | None:
    """How long the clip is that the model makes of a request, in seconds; None where nobody says."""
    if not model.takes("duration"):
        return model.clip_s
    duration = _resolved(model.fields["duration"], asked(request))
    return None if duration is None else Fraction(duration)


def clip_size(request: Request, *, model: Model) -> Size:
    """The size of the clip that the model makes of a request.

    The model's own where its file says so; else the ratio at the resolution's shorter side, 720 px where
    there is none, rounded to even. A ratio in words (`auto`) counts as 16:9.
    """
    sent = resolve(request, model=model).sent
    ratio, resolution = str(sent.get("ratio", "")), str(sent.get("resolution", ""))
    known = model.sizes.get(f"{ratio}@{resolution}") or model.sizes.get(ratio)
    return known or _size(parse_ratio(ratio) or Fraction(16, 9), short_side_px=_short_side_px(resolution))


def estimate_usd(request: Request, *, model: Model) -> Decimal | None:
    """What one take costs in US dollars by the catalogue's newest knowledge; None where it knows no price.

    The first price whose conditions all hold of what is sent counts.
    """
    resolved = resolve(request, model=model)
    fields = {**resolved.params_sent, **resolved.sent}
    price = next((price for price in model.prices if _holds(price, fields)), None)
    if price is None or price.per == "generation":
        return price.usd if price else None
    duration_s = clip_duration(request, model=model)
    return None if duration_s is None else _times(price.usd, duration_s)


def _resolved(field: Field, values: Mapping[str, Json]) -> Json:
    return values.get(field.name, field.default)


def _same(value: Json, default: Json) -> bool:
    # JSON tells true from 1, Python does not.
    return bool(value == default) and isinstance(value, bool) == isinstance(default, bool)


def _json(value: Json) -> Json:
    """A fraction as the JSON number it is; every other value is JSON already."""
    if not isinstance(value, Fraction):
        return value
    return value.numerator if value.denominator == 1 else float(value)


def _exact(value: Json) -> Json:
    return str(value) if isinstance(value, Fraction | int) and not isinstance(value, bool) else value


def _holds(price: Price, fields: Mapping[str, Json]) -> bool:
    return all(name in fields and _same(fields[name], value) for name, value in price.when.items())


def _times(usd: Decimal, duration_s: Fraction) -> Decimal:
    return usd * duration_s.numerator / duration_s.denominator


def _short_side_px(resolution: str) -> int:
    lines = resolution.lower().removesuffix("p")
    return int(lines) if lines.isdecimal() else SHORT_SIDES_PX.get(resolution.lower(), SHORT_SIDE_PX)


def _size(ratio: Fraction, *, short_side_px: int) -> Size:
    width, height = (ratio, Fraction(1)) if ratio >= 1 else (Fraction(1), 1 / ratio)
    return Size(2 * round(width * short_side_px / 2), 2 * round(height * short_side_px / 2))
