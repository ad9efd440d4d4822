"""One value against one field's limits: words, lengths, numbers, counts and shapes of pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from renderer.catalogue.entry import Field, Shape, parse_ratio
from renderer.catalogue.wording import bounds, did_you_mean, either, either_number, number
from renderer.diagnostic import Finding
from renderer.model import Json, Size


def check_value(field: Field, value: Json, *, model: str) -> Iterator[Finding]:
    """S303, S304 or S305 for a value outside the field's limits; `model` is the id to name."""
    if isinstance(value, str):
        yield from _check_word(field, value, model=model)
        yield from _check_length(field, value, model=model)
    elif isinstance(value, list | tuple):
        yield from _check_count(field, len(value), model=model)
    elif isinstance(value, int | Fraction) and not isinstance(value, bool):
        yield from _check_number(field, Fraction(value), model=model)


def check_shape(shape: Shape, size: Size, *, name: str, model: str) -> Iterator[Finding]:
    """S309 for a picture that is too wide, too tall or too small."""
    ratio = Fraction(size.width_px, size.height_px)
    low, high, side_px = shape.ratio_min, shape.ratio_max, shape.short_side_min_px
    if (low is not None and ratio < low) or (high is not None and ratio > high):
        unless = f" where no `{shape.unless}` is asked for" if shape.unless else ""
        yield Finding(
            code="S309",
            message=f"`{name}` is {size}, width/height {float(ratio):.3g}: `{model}` takes "
            f"{bounds(low, high)}{unless}",
            field=(name,),
            hint=f"set `{shape.unless}`, or crop the picture" if shape.unless else "crop the picture",
        )
    if side_px is not None and min(size.width_px, size.height_px) < side_px:
        yield Finding(
            code="S309",
            message=f"`{name}` is {size}: `{model}` takes {side_px} px or more on the shorter side",
            field=(name,),
            hint="use a larger picture",
        )


def _check_word(field: Field, value: str, *, model: str) -> Iterator[Finding]:
    allowed: Sequence[str] = field.limits.get("enum", [value])
    if value not in allowed:
        choice = either([f"`{word}`" for word in allowed])
        yield Finding(
            code="S303",
            message=f"`{field.name}` of `{model}` is {choice}, not `{value}`",
            field=(field.name,),
            hint=_nearest_ratio(value, allowed) or did_you_mean(value, allowed),
        )


def _check_length(field: Field, text: str, *, model: str) -> Iterator[Finding]:
    length_max = field.limits.get("maxLength")
    utf16 = field.length_unit == "utf-16"
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2 if utf16 else len(text)
    if length_max is None or length <= length_max:
        return
    unit, over = "UTF-16 code units" if utf16 else "characters", length - length_max
    yield Finding(
        code="S305",
        message=f"`{field.name}` is {length:,} {unit} long: `{model}` takes {length_max:,}",
        field=(field.name,),
        notes=("this is the whole text, with its template and variables filled in",),
        hint=f"shorten it by {over:,}",
    )


def _check_count(field: Field, count: int, *, model: str) -> Iterator[Finding]:
    least, most = field.limits.get("minItems", 0), field.limits.get("maxItems")
    if count < least or (most is not None and count > most):
        yield Finding(
            code="S304",
            message=f"`{field.name}` has {count} entries: `{model}` takes {bounds(least, most)}",
            field=(field.name,),
        )


def _check_number(field: Field, value: Fraction, *, model: str) -> Iterator[Finding]:
    allowed = [Fraction(item) for item in field.limits.get("enum", [])]
    low, high = field.limits.get("minimum"), field.limits.get("maximum")
    below, above = low is not None and value < low, high is not None and value > high
    if allowed and value not in allowed:
        yield _off(field, either_number(allowed), value, model=model, hint=_nearest(field, value, allowed))
    elif below or above:
        hint = f"the nearest is {low if below else high}"
        yield _off(field, bounds(low, high), value, model=model, hint=hint, code="S304")
    elif field.type == "integer" and value.denominator > 1:
        yield _off(field, "a whole number", value, model=model, hint=f"the nearest is {round(value)}")


def _off(field: Field, made: str, value: Fraction, *, model: str, hint: str, code: str = "S303") -> Finding:
    seconds = " s" if field.name == "duration" and made[0].isdigit() else ""
    what = f"`{model}` makes clips of" if seconds else f"`{field.name}` of `{model}` is"
    message = f"{what} {made}{seconds}, not {number(value)}{seconds}"
    return Finding(code=code, message=message, field=(field.name,), hint=hint)


def _nearest(field: Field, value: Fraction, allowed: Sequence[Fraction]) -> str:
    nearest = min(allowed, key=lambda item: abs(item - value))
    longer = min((item for item in allowed if item > value), default=None)
    if field.name != "duration" or longer is None:
        return f"the nearest is {number(nearest)}"
    trim = f"{number(longer)} with `use: {number(value)}` on screen"
    return f"buy {trim}" if nearest == longer else f"the nearest is {number(nearest)}; or buy {trim}"


def _nearest_ratio(value: str, allowed: Sequence[str]) -> str | None:
    wanted, ratios = parse_ratio(value), {word: parse_ratio(word) for word in allowed}
    # The distance of two shapes is how much of one must be cropped to give the other.
    cropped = {
        word: max(wanted / ratio, ratio / wanted) for word, ratio in ratios.items() if wanted and ratio
    }
    return f"the nearest is `{min(cropped, key=lambda word: cropped[word])}`" if cropped else None
