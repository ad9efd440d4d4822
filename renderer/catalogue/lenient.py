"""A model without limits: what a free provider makes of any model's request, to preview it.

It takes every neutral field and every entry of `params`. Defaults, sizes and rate stay those of the model
that is previewed, so that the preview is as long and as wide as the footage will be.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from renderer.catalogue.entry import Field, Model, Price
from renderer.catalogue.neutral import NEUTRAL, Neutral

DEFAULTS = {"ratio": "16:9", "duration": 5}
FPS = Fraction(24)
FREE = Price(usd=Decimal(0), per="generation", date="", source="made on this machine")


def lenient(model: Model | None, *, provider: str, model_id: str | None) -> Model:
    """The model without limits that stands for `model`, or for one that is not known."""
    own = model or Model(
        id=model_id or provider, provider=provider, title="", vendor="", kind="any", fields={}
    )
    return own._replace(
        provider=provider,
        fields={
            name: _free(entry, own.fields.get(name), clip_s=own.clip_s) for name, entry in NEUTRAL.items()
        },
        params={},
        params_required=(),
        fps=own.fps or FPS,
        clip_s=None,
        prices=(FREE,),
        latency_s=None,
        jobs_max=None,
        uri_max_bytes=None,
        lenient=True,
    )


def _free(entry: Neutral, own: Field | None, *, clip_s: Fraction | None) -> Field:
    default = own.default if own else None
    if default is None:
        default = clip_s if entry.name == "duration" and clip_s else DEFAULTS.get(entry.name)
    return Field(name=entry.name, wire={}, type=entry.type, default=default)
