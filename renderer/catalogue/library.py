"""The models by provider and id. A model lives in the file named for the first part of its id.

`runway/gen4_turbo` is in `runway.json`, `gen3a_turbo` in `gen3a_turbo.json`: so one model costs one file
to read. `animatic` takes any model's requests, under that model's own defaults and sizes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from renderer.catalogue.entry import Model, parse_model
from renderer.catalogue.lenient import lenient
from renderer.catalogue.locate import MODELS, json_files, schemas_folder
from renderer.catalogue.providers import providers
from renderer.catalogue.wording import did_you_mean, listed
from renderer.diagnostic import Finding
from renderer.errors import UsageError

ANIMATIC = "animatic"
FAMILY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}", re.ASCII)
SCHEMA_SUFFIX = ".schema.json"


class CatalogueError(UsageError):
    """The catalogue does not have what was asked for; `finding` says the same of a field of a shot."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message, code=finding.code, hint=finding.hint)
        self.finding = finding


@lru_cache(maxsize=256)
def load(provider: str, model_id: str | None, *, folder: Path | None = None) -> Model:
    """The model of one provider by its id or an alias.

    `folder` has the model files, the packaged ones where it is None; each is read once. Raises
    `CatalogueError` S300 for an unknown provider, S301 for an unknown or missing model, S320 for a model
    file of another form. `animatic` takes every model, also one that nobody has heard of.
    """
    folder = folder or _packaged()
    if provider not in providers():
        raise CatalogueError(_unknown_provider(provider))
    if provider == ANIMATIC:
        known = _find(model_id, provider=None, folder=folder) if model_id else None
        return lenient(known, provider=ANIMATIC, model_id=model_id)
    found = _find(model_id, provider=provider, folder=folder) if model_id else None
    if found is None:
        raise CatalogueError(_unknown_model(model_id, provider=provider, folder=folder))
    return found


def find(name: str, *, provider: str | None = None, folder: Path | None = None) -> tuple[Model, ...]:
    """Every model of this id or alias that is sold, by provider, ≥ 1; of one provider where it is named.

    Raises `CatalogueError` S301 with the nearest name where there is none, S300 for an unknown provider.
    """
    if provider is not None and provider not in providers():
        raise CatalogueError(_unknown_provider(provider))
    found = tuple(
        model for model in models(folder=folder) if name in model.names and provider in (None, model.provider)
    )
    if not found:
        raise CatalogueError(_unknown_model(name, provider=provider, folder=folder or _packaged()))
    return found


def models(*, folder: Path | None = None) -> tuple[Model, ...]:
    """All models in the files, by provider and id: those that a provider sells."""
    return tuple(sorted(_every(folder or _packaged()), key=lambda model: (model.provider, model.id)))


def _find(name: str, *, provider: str | None, folder: Path) -> Model | None:
    """By id in the file that the id names; else by alias in any file."""
    family = _family(folder, f"{name.partition('/')[0]}.json")
    own = (model for model in family if model.id == name and provider in (None, model.provider))
    others = (
        model for model in _every(folder) if name in model.aliases and provider in (None, model.provider)
    )
    return next(own, None) or next(others, None)


def _every(folder: Path) -> Iterator[Model]:
    for file in json_files(folder):
        yield from _family(folder, file.name)


def _packaged() -> Path:
    return schemas_folder() / MODELS


@lru_cache(maxsize=256)
def _family(folder: Path, file_name: str) -> tuple[Model, ...]:
    """The models of one file; none where there is no such file or the name would lead out of the folder."""
    if file_name.endswith(SCHEMA_SUFFIX) or not FAMILY.fullmatch(file_name):
        return ()
    try:
        content = (folder / file_name).read_bytes()
    except (OSError, KeyError):
        return ()
    try:
        return tuple(parse_model(value) for value in json.loads(content)["models"])
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise CatalogueError(_bad_file(file_name, error)) from error


def _unknown_provider(provider: str) -> Finding:
    return Finding(
        code="S300",
        message=f"unknown provider `{provider}`",
        field=("provider",),
        notes=(f"providers: {listed(providers())}",),
        hint=did_you_mean(provider, providers()),
    )


def _unknown_model(model_id: str | None, *, provider: str | None, folder: Path) -> Finding:
    known = _names(provider, folder)
    seller = f"`{provider}`" if provider else "any provider"
    missing = f"{seller} has no model `{model_id}`" if provider else f"no provider has a model `{model_id}`"
    return Finding(
        code="S301",
        message=missing if model_id else f"{seller} needs a `model`",
        field=("model",),
        notes=(f"models of {seller}: {listed(known)}",),
        hint=did_you_mean(model_id or "", known) or "`renderer models list` has them all",
    )


def _names(provider: str | None, folder: Path) -> list[str]:
    return [name for model in _every(folder) if provider in (None, model.provider) for name in model.names]


def _bad_file(file_name: str, error: Exception) -> Finding:
    return Finding(
        code="S320",
        message=f"the model file `{file_name}` is not of the form that `model.schema.json` describes",
        field=("model",),
        notes=(f"{type(error).__name__}: {error}",),
        hint="check it against `model.schema.json`; `docs/models.md` explains every field",
    )
