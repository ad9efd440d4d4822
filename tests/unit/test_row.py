"""What a row does, held against the `typing.NamedTuple` that it stands for."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from renderer.row import Row

NO_MARKS: Mapping[str, int] = MappingProxyType({})


class Slot(Row):
    """One entry of a cut."""

    shot: str
    frames: int
    size: tuple[int, int] | None = None
    marks: Mapping[str, int] = NO_MARKS

    @property
    def is_long(self) -> bool:
        return self.frames > 100

    @classmethod
    def of(cls, text: str) -> Slot:
        return cls(text, len(text))


class Bare(Row):
    pass


class Lone(Row):
    shot: str


def named() -> type[Any]:
    """The same fields, as `typing` makes them, under the same name."""

    class Slot(NamedTuple):
        shot: str
        frames: int
        size: tuple[int, int] | None = None
        marks: Mapping[str, int] = NO_MARKS

    Slot.__new__.__qualname__ = "Slot.__new__"
    return Slot


ASKED: Mapping[str, Callable[[Any], Any]] = {
    "by place": lambda kind: kind("pad", 24, (64, 36), {"a": 1}),
    "by name": lambda kind: kind(frames=24, shot="pad"),
    "by both": lambda kind: kind("pad", frames=24, size=(1, 2)),
    "made": lambda kind: kind._make(["pad", 24, None, NO_MARKS]),
    "made of a generator": lambda kind: kind._make(value for value in ("pad", 24, None, 0)),
    "replaced": lambda kind: kind("pad", 24)._replace(size=(1, 2), shot="crew"),
    "nothing replaced": lambda kind: kind("pad", 24)._replace(),
    "as a mapping": lambda kind: kind("pad", 24)._asdict(),
    "repr": lambda kind: repr(kind("pad", 24)),
    "its fields": lambda kind: (kind._fields, kind.__match_args__, kind._field_defaults, kind.__slots__),
    "its name": lambda kind: (kind.__name__, kind.__module__),
    "copied": lambda kind: copy.deepcopy(kind("pad", 24, (1, 2), {"a": 1})),
    "read": lambda kind: (kind("pad", 24).shot, kind("pad", 24).frames, kind("pad", 24).marks),
    "taken apart": lambda kind: [*kind("pad", 24)],
    "hashed": lambda kind: hash(kind("pad", 24, None, None)),
    "compared": lambda kind: kind("crew", 30) < kind("pad", 24),
    "cut": lambda kind: kind("pad", 24)[1:3],
    "too few": lambda kind: kind("pad"),
    "none": lambda kind: kind(),
    "too many": lambda kind: kind("pad", 24, None, {}, 5),
    "an unknown name": lambda kind: kind("pad", 24, shots=3),
    "one twice": lambda kind: kind("pad", 24, shot="pad"),
    "made of too few": lambda kind: kind._make(["pad"]),
    "replaced what is not there": lambda kind: kind("pad", 24)._replace(shots=3),
    "assigned": lambda kind: setattr(kind("pad", 24), "shot", "crew"),
    "assigned what is not there": lambda kind: setattr(kind("pad", 24), "length", 3),
    "deleted": lambda kind: delattr(kind("pad", 24), "shot"),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_row_answers_as_a_named_tuple_does(name: str) -> None:
    """The same value, or the same complaint in the same words."""
    assert outcome(named(), ASKED[name]) == outcome(Slot, ASKED[name])


def outcome(kind: type[Any], ask: Callable[[Any], Any]) -> tuple[type, Any]:
    try:
        found = ask(kind)
    except (AttributeError, TypeError, ValueError) as error:
        return type(error), str(error)
    return tuple if isinstance(found, tuple) else type(found), found


def test_a_row_keeps_what_its_body_says_beside_its_fields() -> None:
    """Docstring, properties and class methods; a row is a tuple of its own kind."""
    assert "One entry of a cut." == Slot.__doc__
    assert Slot("crew", 4) == Slot.of("crew")
    assert type(Slot.of("crew")) is Slot
    assert not Slot.of("crew").is_long
    assert isinstance(Slot.of("crew"), tuple)


def test_a_row_may_have_one_field_or_none() -> None:
    """A tuple as long as its fields."""
    assert () == Bare()
    assert ("pad",) == Lone("pad") == Lone(shot="pad")
    assert "Lone(shot='pad')" == repr(Lone("pad"))
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        Bare("pad")  # type: ignore[call-arg]


def test_a_row_is_matched_by_its_fields() -> None:
    """In order, and by name."""
    match Slot("pad", 24):
        case Slot(shot, frames, size=None):
            assert ("pad", 24) == (shot, frames)
        case _:
            raise AssertionError


def test_rows_of_two_kinds_do_not_share_what_they_take() -> None:
    """Each kind of as many fields has names and defaults of its own."""

    class Frame(Row):
        at: int
        of: str = "pad"

    class Piece(Row):
        clip: str
        gain: int = -6

    assert (3, "pad") == Frame(at=3)
    assert ("song", -6) == Piece(clip="song")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"__annotations__": {"size": "int", "shot": "str"}, "size": 1}, "a field without a default"),
        ({"__annotations__": {"_shot": "str"}}, "_shot"),
        ({"__annotations__": {"shot": "str"}, "__new__": operator.index}, "__new__"),
        ({"__annotations__": {"shot": "str"}, "_replace": 1}, "_replace"),
    ],
)
def test_a_body_that_makes_no_row_is_refused(body: dict[str, Any], told: str) -> None:
    """When its class is made, by name."""
    maker: Any = type(Row)
    with pytest.raises(TypeError, match=f"`Shot`.*{told}"):
        maker("Shot", (Row,), body)
