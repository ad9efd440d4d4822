"""Reads the text of a lock: strictly, with every fault at its line; or what can be had of one that a merge left in pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Sequence
from decimal import Decimal

from renderer.decisions.lock import TITLE, VERSION, Lock, LockedFrame, LockedOutput, LockedTake, lock_of
from renderer.diagnostic import Diagnostic, Place
from renderer.digest import Digest
from renderer.errors import SpecError
from renderer.row import Row

MARKS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
REPAIR = "`renderer lock repair` makes it anew from the store, and buys nothing"
FAULTS_MAX = 20
_HEX = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[^\s#][^\s]*")
_NUMBER = re.compile(r"[0-9]{1,18}")
_FRAME = re.compile(r"frame")
_RULE = re.compile(r"last|(before|at) [0-9]{1,18}(/[0-9]{1,18})?")
_SEED = re.compile(r"-?[0-9]{1,40}")
_PRICE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,18})?")


class _Line(Row):
    """One line that says something: its number, its words, its text."""

    number: int
    words: Sequence[str]
    text: str

    def at(self, file: str) -> Place:
        return Place(file, self.number, 1, len(self.text) + 1)


class _Fault(Exception):  # noqa: N818 - told as a diagnostic
    """A block or line that is not understood."""

    def __init__(self, line: _Line, code: str, message: str) -> None:
        super().__init__(message)
        self.line, self.code, self.message = line, code, message


def parse_lock(text: str, *, file: str) -> Lock:
    """The lock that a text is; `file` is how messages name it.

    Raises `SpecError` with all faults: L101 marks of a merge conflict, L102 another version, L103 a line that is not
    understood, L104 two blocks for one thing.
    """
    marked = [line for line in _lines(text) if line.text.startswith(MARKS)]
    if marked:
        fault = _Fault(marked[0], "L101", "a merge left its marks in the lock")
        raise SpecError([_diagnostic(fault, file, REPAIR)])
    lock, faults = _read(text)
    if faults:
        raise SpecError([_diagnostic(fault, file, _hint(fault)) for fault in faults[:FAULTS_MAX]])
    return lock


def salvage_locks(text: str) -> list[Lock]:
    """The locks that a text is or was made of, ours before theirs; blocks that are not understood are left out."""
    return [_read(side)[0] for side in _sides(text)]


def _sides(text: str) -> list[str]:
    """Both sides of a merge as they were; the text itself where there are no marks."""
    lines = text.splitlines()
    if not any(line.startswith(MARKS) for line in lines):
        return [text]
    ours: list[str] = []
    theirs: list[str] = []
    both = current = (ours, theirs)
    heads: dict[str, tuple[list[str], ...]] = {"<": (ours,), "|": (), "=": (theirs,), ">": both}
    for line in lines:
        if line.startswith(MARKS):
            current = heads[line[0]]  # type: ignore[assignment]
            continue
        for side in current:
            side.append(line)
    return ["\n".join(ours), "\n".join(theirs)]


def _lines(text: str) -> Iterator[_Line]:
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if words and not words[0].startswith("#"):
            yield _Line(number, words, line)


def _read(text: str) -> tuple[Lock, list[_Fault]]:
    """All blocks that are understood, and what is wrong with the others."""
    first, *rest = [*_lines(text), _Line(1, (), "")]
    if " ".join(first.words) != f"{TITLE} {VERSION}":
        return Lock(), [_Fault(first, "L102", f"this is not `{TITLE} {VERSION}`")]
    found: dict[tuple[str, ...], LockedTake | LockedOutput | Digest] = {}
    faults = []
    for head, *facts in _blocks(rest[:-1]):
        try:
            name = _new(head, found)
            found[name] = _KINDS[name[0]](head, facts)
        except _Fault as fault:
            faults.append(fault)
    takes = [block for block in found.values() if isinstance(block, LockedTake)]
    outputs = [block for block in found.values() if isinstance(block, LockedOutput)]
    fetched = {words[1]: block for words, block in found.items() if isinstance(block, Digest)}
    return lock_of(takes, fetched, outputs), faults


def _new(head: _Line, found: Container[tuple[str, ...]]) -> tuple[str, ...]:
    """The name of a block that is of a known kind and the first of its name."""
    kind, name = head.words[0], tuple(head.words)
    if head.text[:1].isspace() or kind not in _KINDS:
        raise _Fault(head, "L103", f"`{kind}` is not known here")
    if name in found:
        raise _Fault(head, "L104", f"there are two blocks `{' '.join(name)}`")
    return name


def _blocks(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Each head with the indented lines below it."""
    block: list[_Line] = []
    for line in lines:
        if block and not line.text[0].isspace():
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _read_take(head: _Line, facts: Sequence[_Line]) -> LockedTake:
    shot, number = _words(head, _NAME, _NUMBER)
    inputs: dict[str, list[Digest | LockedFrame]] = {}
    for fact in facts:
        if fact.words[0] == "input":
            role, given = _read_input(fact)
            inputs.setdefault(role, []).append(given)
    known = _facts(head, [fact for fact in facts if fact.words[0] != "input"], may=("seed",))
    return LockedTake(
        shot=shot,
        take=int(number),
        key=_words(known("key"), _HEX)[0],
        clip=_digest(known("clip")),
        inputs={role: tuple(digests) for role, digests in inputs.items()},
        seed=_words(line, _SEED)[0] if (line := known("seed")).words else None,
        price_usd=Decimal(_words(known("price"), _PRICE)[0]),
    )


def _read_input(fact: _Line) -> tuple[str, Digest | LockedFrame]:
    """The role of an input, and the digest or frame that stands in it."""
    if "frame" not in fact.words:
        role, sha256, size = _words(fact, _NAME, _HEX, _NUMBER)
        return role, Digest(sha256, int(size))
    head = fact._replace(words=fact.words[:5])
    role, sha256, _, number = _words(head, _NAME, _HEX, _FRAME, _NUMBER)
    rule = " ".join(fact.words[5:])
    if not _RULE.fullmatch(rule):
        raise _Fault(fact, "L103", "`input` is followed by something else than it should be")
    return role, LockedFrame(sha256, int(number), rule)


def _read_fetched(head: _Line, facts: Sequence[_Line]) -> Digest:
    _words(head, _HEX)
    return _digest(_facts(head, facts)("holds"))


def _read_output(head: _Line, facts: Sequence[_Line]) -> LockedOutput:
    known = _facts(head, facts)
    made_of, film = _words(known("made-of"), _HEX)[0], _digest(known("film"))
    return LockedOutput(_words(head, _NAME)[0], made_of, film, " ".join(known("ffmpeg").words[1:]))


_KINDS: dict[str, Callable[[_Line, Sequence[_Line]], LockedTake | LockedOutput | Digest]] = {
    "take": _read_take,
    "fetched": _read_fetched,
    "output": _read_output,
}
_FACTS = {
    "take": ("key", "clip", "seed", "price"),
    "fetched": ("holds",),
    "output": ("made-of", "film", "ffmpeg"),
}


def _facts(head: _Line, facts: Sequence[_Line], *, may: Sequence[str] = ()) -> Callable[[str], _Line]:
    """The line of each fact of a block, by name; each stands there once, and only those in `may` may be missing."""
    wanted = _FACTS[head.words[0]]
    found: dict[str, _Line] = {}
    for fact in facts:
        name = fact.words[0]
        if name not in wanted:
            raise _Fault(fact, "L103", f"`{name}` is not known here")
        if name in found:
            raise _Fault(fact, "L104", f"`{name}` stands here twice")
        found[name] = fact
    missing = [name for name in wanted if name not in found and name not in may]
    if missing:
        raise _Fault(head, "L103", f"this block has no `{missing[0]}`")
    return lambda name: found.get(name, head._replace(words=()))


def _digest(line: _Line) -> Digest:
    sha256, size = _words(line, _HEX, _NUMBER)
    return Digest(sha256, int(size))


def _words(line: _Line, *forms: re.Pattern[str]) -> list[str]:
    """The words of a line after its first, each of its form."""
    words = list(line.words[1:])
    if len(words) != len(forms) or not all(map(_fits, forms, words)):
        raise _Fault(line, "L103", f"`{line.words[0]}` is followed by something else than it should be")
    return words


def _fits(form: re.Pattern[str], word: str) -> bool:
    return form.fullmatch(word) is not None


def _hint(fault: _Fault) -> str:
    return "upgrade `renderer`, or bring the file back from git" if fault.code == "L102" else REPAIR


def _diagnostic(fault: _Fault, file: str, hint: str) -> Diagnostic:
    return Diagnostic(fault.code, fault.message, fault.line.at(file), hint=hint)
