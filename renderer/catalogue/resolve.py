"""What of a request is sent, what of that is keyed, and what follows: length, size and price.

A neutral field that the model lacks is neither sent nor keyed. One equal to the catalogue's default is
sent but not keyed, so a default is frozen per key version: changing one in a model file needs a new version.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from renderer.catalogue.entry import Field, Model, Price, parse_ratio
from renderer.catalogue.media import Role, split_params
from renderer.catalogue.neutral import NEUTRAL, asked
from renderer.digest import Digest, inexact
from renderer.model import Json, Size
from renderer.row import Row
from renderer.storyboard import Request

SHORT_SIDE_PX = 720
SHORT_SIDES_PX = {"hd": 720, "fhd": 1080, "2k": 1440, "4k": 2160}


class Resolved(Row):
    """A request as one model takes it, for one take.

    `sent` and `params_sent` are JSON values with all defaults, by neutral name and by the model's own; `media`
    the images, clips and sounds to send beside them, by role: a neutral name, or a place in `params`. `keyed` and `params_keyed` are the same
    without what equals a default; a number in `keyed` is an exact string. `seed` is this take's own, None
    for a model that has none or ignores it: then the take's number tells takes apart.
    """

    model: str
    sent: Mapping[str, Json]
    media: Mapping[Role, Json]
    keyed: Mapping[str, Json]
    params_sent: Mapping[str, Json]
    params_keyed: Mapping[str, Json]
    seed: int | None
    take: int


def resolve(request: Request, *, model: Model, take: int = 1, seed: int | None = None) -> Resolved:
    """The fields that `model` is sent for its take `take` ≥ 1, and those that make the key.

    `seed` is this take's own; without it takes count on from the request's.

    >>> from renderer.catalogue.library import load
    >>> shot = Request("aimlapi", "gen3a_turbo", prompt="a launch", duration_s=Fraction(5), seed=7)
    >>> resolved = resolve(shot, model=load("aimlapi", "gen3a_turbo"), take=2)
    >>> dict(resolved.sent), dict(resolved.keyed), resolved.seed
    ({'prompt': 'a launch', 'ratio': '16:9', 'duration': 5, 'seed': 8}, {'prompt': 'a launch'}, 8)
    """
    params, media = split_params(request.params, model=model)
    values = asked(request)
    media = {
        name: values[name] for name in NEUTRAL if name in values and _is_taken_medium(model, name)
    } | media
    own = request.seed + take - 1 if seed is None else seed
    seed = own if model.seed_honoured else None
    return _resolved(values, media=media, params=params, seed=seed, take=take, model=model)


def sent_of(manifest: Mapping[str, Json], *, model: Model) -> Resolved:
    """The inverse of what is keyed: what a *generate* manifest says, as it goes on the wire, defaults written out.

    `manifest` is a paid one, made of what `resolve` gave; so what was keyed is what is sent. `media` has the
    `Digest` of each medium, or a tuple of them, in place of its source; None for a frame of a clip, which is not there yet.
    """
    keyed = manifest.get("fields", {})
    return _resolved(
        {name: _asked(model.fields[name], value) for name, value in keyed.items()},
        media={role: _digests(given) for role, given in manifest.get("inputs", {}).items()},
        params=inexact(manifest.get("params", {})),
        seed=int(manifest["seed"]) if "seed" in manifest else None,
        take=manifest.get("take", 1),
        model=model,
    )


def clip_duration(request: Request, *, model: Model) -> Fraction | None:
    """How long the clip is that the model makes of a request, in seconds; None where nobody says."""
    if not model.takes("duration"):
        return model.clip_s
    duration = asked(request).get("duration", model.fields["duration"].default)
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


def _resolved(
    values: Mapping[str, Json],
    *,
    media: Mapping[Role, Json],
    params: Mapping[str, Json],
    seed: int | None,
    take: int,
    model: Model,
) -> Resolved:
    """The one walk from values to what is sent and what is keyed. `params` are without media."""
    taken = [field for field in model.fields.values() if _is_plain(field)]
    plain = {field.name: values.get(field.name, field.default) for field in taken}
    plain = {name: value for name, value in plain.items() if value is not None}
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
        params_sent={**params_default, **params},
        params_keyed={
            name: value
            for name, value in params.items()
            if name not in params_default or not _same(value, params_default[name])
        },
        seed=seed,
        take=take,
    )


def _is_plain(field: Field) -> bool:
    return field.honoured and not field.is_media and field.name != "seed"


def _is_taken_medium(model: Model, name: str) -> bool:
    return model.takes(name) and model.fields[name].is_media


def _asked(field: Field, value: Json) -> Json:
    """A keyed value as `asked` gives it: numbers were keyed as exact strings."""
    return Fraction(value) if field.type in {"number", "integer"} else value


def _digests(given: Json) -> Digest | tuple[Digest, ...] | None:
    if "frame" in given:
        return None
    if isinstance(given, list):
        return tuple(Digest(item["sha256"], item["size_bytes"]) for item in given)
    return Digest(given["sha256"], given["size_bytes"])


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
