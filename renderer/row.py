"""Rows: frozen values with named fields, as `typing.NamedTuple` makes them, for a tenth of what its classes cost to make.

Every command meets a hundred of them as its modules are imported. `typing.NamedTuple` compiles a function for each and a
reference for each field, 0.2 ms a class; here a function is compiled for each number of fields, and takes on the names.
Checkers of types see `typing.NamedTuple` itself. A module that has rows begins with `from __future__ import annotations`.
"""

from __future__ import annotations

from collections import _tuplegetter  # type: ignore[attr-defined] # what `namedtuple` itself makes fields of
from collections.abc import Iterable, Mapping
from functools import cache
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Self

__all__ = ["NOTHING", "Row"]

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""What a field that holds a mapping has where there is nothing: empty, and so for good."""

OURS = frozenset({"__new__", "__slots__", "_asdict", "_field_defaults", "_fields", "_make", "_replace"})


class _Values(tuple[Any, ...]):
    """What all rows can do; the methods and the form of `repr` are those of `collections.namedtuple`."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    @classmethod
    def _make(cls, values: Iterable[Any]) -> Self:
        made = tuple.__new__(cls, values)
        if len(made) != len(cls._fields):
            raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
        return made

    def _replace(self, /, **changes: Any) -> Self:
        made = self._make(map(changes.pop, self._fields, self))
        if changes:
            raise ValueError(f"Got unexpected field names: {list(changes)!r}")
        return made

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def __repr__(self) -> str:
        told = (f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
        return f"{type(self).__name__}({', '.join(told)})"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)


class _RowType(type):
    """Makes a class of rows from a body of annotated fields; nothing of it is in the class that comes out."""

    def __new__(cls, name: str, _bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        fields = tuple(body.get("__annotations__", ()))
        defaults = {field: body[field] for field in fields if field in body}
        if tuple(defaults) != fields[len(fields) - len(defaults) :]:
            raise TypeError(f"`{name}`: a field without a default follows one that has a default")
        if taken := OURS & body.keys() | {field for field in fields if field.startswith("_")}:
            raise TypeError(f"`{name}`: rows have no place for {', '.join(sorted(taken))}")
        made = body | {field: _tuplegetter(place, None) for place, field in enumerate(fields)}
        made |= {"__slots__": (), "__match_args__": fields, "_fields": fields, "_field_defaults": defaults}
        made["__new__"] = _constructor(f"{name}.__new__", fields, defaults)
        return type(name, (_Values,), made)


def _constructor(name: str, fields: tuple[str, ...], defaults: Mapping[str, Any]) -> FunctionType:
    """A `__new__` that takes these fields, and complains of wrong ones by their names."""
    template = _template(len(fields))
    code = template.__code__.replace(
        co_name="__new__", co_qualname=name, co_varnames=("_cls", *fields), co_filename=__file__
    )
    return FunctionType(code, template.__globals__, "__new__", tuple(defaults.values()))


@cache
def _template(count: int) -> FunctionType:
    """A constructor of rows of so many fields, which have no names yet; as quick to call as that of a named tuple."""
    names = "".join(f"_{place}, " for place in range(count))
    surroundings = {"_new": tuple.__new__, "__builtins__": {}, "__name__": __name__}
    made = eval(f"lambda _cls, {names}: _new(_cls, ({names}))", surroundings)  # noqa: S307 - text of our own
    assert isinstance(made, FunctionType)
    return made


if TYPE_CHECKING:
    from typing import NamedTuple as Row  # noqa: TID251 - what checkers of types see
else:
    Row = type.__new__(_RowType, "Row", (), {})
