"""What each model takes, makes and costs, as data: adding a model is adding a file, never code.

Owns the neutral fields and the model files under `schemas/models/`; reads packaged files and nothing else.
Refuses to know the wire's addresses, states and keys (the providers' matter) and how a storyboard is written.
"""

from renderer.catalogue.body import body
from renderer.catalogue.check import check
from renderer.catalogue.entry import Field, Model, Price, Shape
from renderer.catalogue.library import PROVIDERS, CatalogueError, load, models
from renderer.catalogue.locate import read_schema, schemas_digest
from renderer.catalogue.neutral import NEUTRAL, Neutral
from renderer.catalogue.resolve import Resolved, clip_duration, clip_size, estimate_usd, resolve

__all__ = [
    "NEUTRAL",
    "PROVIDERS",
    "CatalogueError",
    "Field",
    "Model",
    "Neutral",
    "Price",
    "Resolved",
    "Shape",
    "body",
    "check",
    "clip_duration",
    "clip_size",
    "estimate_usd",
    "load",
    "models",
    "read_schema",
    "resolve",
    "schemas_digest",
]
