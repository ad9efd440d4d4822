"""Profiles: named fields that win over defaults and shots, for another film of the same storyboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from renderer.errors import UsageError, did_you_mean
from renderer.row import Row
from renderer.spec.document import Document
from renderer.spec.merge import Merged, merge
from renderer.spec.nodes import Entry, Fields, Items, Node, Scalar
from renderer.spec.problems import Problems
from renderer.spec.takes import without_rivals
from renderer.spec.text import Path
from renderer.spec.variables import Reference, pieces
from renderer.spec.wording import listed

PROFILES = "profiles"
RESERVED = "preview"


class Profile(Row):
    """The fields of one profile, as written at `path`."""

    entries: Mapping[str, Entry]
    path: Path

    def over(self, fields: Merged) -> Merged:
        """A shot's fields, defaults merged already, with the profile's on top."""
        return merge(self.entries, without_rivals(fields, self.entries), self.path)


def read_profiles(document: Document, problems: Problems) -> dict[str, Profile]:
    """All profiles by name. Tells one whose films would be taken for previews (S232)."""
    node = document.node((PROFILES,))
    entries = node.entries if isinstance(node, Fields) else {}
    if RESERVED in entries:
        message = f"a profile cannot be called `{RESERVED}`"
        hint = "the films of `renderer preview` are called so; choose another name"
        problems.add("S232", message, document.place_of_key((PROFILES, RESERVED)), hint=hint)
    return {
        name: Profile(entry.node.entries if isinstance(entry.node, Fields) else {}, (PROFILES, name))
        for name, entry in entries.items()
    }


def choose(profiles: Mapping[str, Profile], name: str | None, *, faults: tuple[Path, ...]) -> Profile | None:
    """The profile that the command line names, None where it names none.

    Raises `UsageError` U010 for one that is not there, and not even at fault.
    """
    if name is None or name in profiles:
        return profiles.get(name or "")
    if any(fault in ((PROFILES,), (PROFILES, name)) for fault in faults):
        return None
    close = did_you_mean(name, profiles)
    known = f"profiles here: {listed([*profiles])}" if profiles else "the storyboard has no `profiles`"
    hint = f"did you mean `{close}`?" if close else known
    raise UsageError(f"no profile is called `{name}`", code="U010", hint=hint)


def variables_of(profiles: Mapping[str, Profile]) -> Iterator[str]:
    """The names of all variables in texts of profiles, also of those that are not chosen."""
    for profile in profiles.values():
        for entry in profile.entries.values():
            for text in _texts(entry.node):
                yield from (piece.name or "" for piece in pieces(text) if isinstance(piece, Reference))


def _texts(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield str(node.value)
    elif isinstance(node, Items):
        yield from (str(item.value) for item in node.nodes)
    else:
        for entry in node.entries.values():
            yield from _texts(entry.node)
