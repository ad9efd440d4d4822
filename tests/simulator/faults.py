"""What goes wrong, by script and by chance, in words that tests can read.

A fault is a word with a number or text behind a colon: `500`, `429:2` (Retry-After), `reset`, `cut:1000`. On its own
it comes instead of what was asked for: nothing is accepted, bought or told. After `accept-then-` it spoils the
answer of a request that was served. The words that shape a true answer (`cut`, `slow`, …) always do so.
`ok` is no fault: it holds a place in a script.

A fate says how a job goes, in words joined by `+`: `error:detail` (named, detail, text, null, empty; a failure code for
Runway), `takes:3`, `never`, `unseen:2` (polls answer 404 that long), `dead-link`, `short-link:5`, `stale-links:1` (so
many links have expired when they are given), `late-row:60`, `null-id` (the row without the client's id), `unlogged`.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from .draw import dice
from .message import Answer, Ending, json_answer

AFTER = "accept-then-"
UNREAD = "reset-unread"
HTML = b"<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Oops</h1></body></html>"
FATES = frozenset(
    {
        "error",
        "takes",
        "never",
        "unseen",
        "dead-link",
        "short-link",
        "stale-links",
        "late-row",
        "null-id",
        "unlogged",
    }
)
KINDS = frozenset({"submit", "poll", "download", "logs", "billing", "models", "task", "job"})


class Fault(NamedTuple):
    """A fault as it was named, its word and what stands behind the colon."""

    name: str
    word: str
    more: str
    is_after: bool

    @classmethod
    def read(cls, name: str) -> Fault:
        """Raises `ValueError` for a word that there is not."""
        is_after = name.startswith(AFTER)
        word, _, more = name.removeprefix(AFTER).partition(":")
        if word not in {*INSTEAD, *SHAPING, UNREAD} and not _is_status(word):
            raise ValueError(f"there is no fault `{name}`")
        return cls(name, word, more, is_after or word in SHAPING)

    def number(self, default: float) -> float:
        return float(self.more) if self.more else default


def _is_status(word: str) -> bool:
    return word.isdecimal() and 100 <= int(word) <= 599


def _status(fault: Fault, _: Answer) -> Answer:
    headers = {"retry-after": fault.more} if fault.more else {}
    return Answer(int(fault.word), headers=headers, note="error")


def _page(fault: Fault, _: Answer) -> Answer:
    return Answer(int(fault.number(200)), HTML, {"content-type": "text/html; charset=utf-8"})


def _empty(fault: Fault, _: Answer) -> Answer:
    return Answer(int(fault.number(200)), b"", {"content-type": "application/json"})


def _garbage(fault: Fault, _: Answer) -> Answer:
    return Answer(int(fault.number(200)), b'{"id": "d0cd', {"content-type": "application/json"})


def _odd(fault: Fault, _: Answer) -> Answer:
    """JSON, but of another form than was promised."""
    return json_answer([None, {"ok": True}], status=int(fault.number(200)))


def _reset(_: Fault, __: Answer) -> Answer:
    return Answer(silent=True, ending=Ending.RESET)


def _close(_: Fault, __: Answer) -> Answer:
    return Answer(silent=True, ending=Ending.CLOSE)


def _stall(fault: Fault, _: Answer) -> Answer:
    return Answer(silent=True, pause_s=fault.number(600), ending=Ending.CLOSE)


def _cut(fault: Fault, answer: Answer) -> Answer:
    return replace(answer, sent_max=int(fault.number(answer.size // 2)), ending=Ending.CLOSE)


def _cut_by_reset(fault: Fault, answer: Answer) -> Answer:
    return replace(answer, sent_max=int(fault.number(answer.size // 2)), ending=Ending.RESET)


def _hang(fault: Fault, answer: Answer) -> Answer:
    """Half of the body, and then nothing more while the client waits."""
    return replace(_cut(fault, answer), lingering_s=600)


def _slow(fault: Fault, answer: Answer) -> Answer:
    return replace(answer, rate_bytes_per_s=fault.number(10_000))


def _late(fault: Fault, answer: Answer) -> Answer:
    return replace(answer, pause_s=fault.number(1))


def _unsized(_: Fault, answer: Answer) -> Answer:
    return replace(answer, announced="none", ending=Ending.CLOSE)


def _missized(fault: Fault, answer: Answer) -> Answer:
    return replace(answer, announced=answer.size + int(fault.number(1)), ending=Ending.CLOSE)


def _truncated(fault: Fault, answer: Answer) -> Answer:
    """A file that ends too soon, at a length that is announced truthfully."""
    return replace(answer, body=answer.body[: int(fault.number(answer.size // 2))])


def _zero(_: Fault, answer: Answer) -> Answer:
    return replace(answer, body=b"")


def _oversized(fault: Fault, answer: Answer) -> Answer:
    return replace(answer, filler=int(fault.number(1 << 31)))


def _oversized_unsized(fault: Fault, answer: Answer) -> Answer:
    return replace(_oversized(fault, answer), announced="none", ending=Ending.CLOSE)


def _flipped(fault: Fault, answer: Answer) -> Answer:
    """One byte is another one, and no length tells."""
    at = int(fault.number(answer.size // 2))
    other = bytes(byte ^ 255 for byte in answer.body[at : at + 1])
    return replace(answer, body=answer.body[:at] + other + answer.body[at + 1 :])


def _redirect(fault: Fault, _: Answer) -> Answer:
    return Answer(302, headers={"location": fault.more})


Shape = Callable[[Fault, Answer], Answer]
INSTEAD: Mapping[str, Shape] = {
    "ok": lambda _, answer: answer,
    "html": _page,
    "empty": _empty,
    "garbage": _garbage,
    "odd": _odd,
    "reset": _reset,
    "close": _close,
    "stall": _stall,
    "redirect": _redirect,
}
SHAPING: Mapping[str, Shape] = {
    "cut": _cut,
    "cut-by-reset": _cut_by_reset,
    "hang": _hang,
    "slow": _slow,
    "late": _late,
    "unsized": _unsized,
    "missized": _missized,
    "truncated": _truncated,
    "zero": _zero,
    "oversized": _oversized,
    "oversized-unsized": _oversized_unsized,
    "flipped": _flipped,
}


def spoil(answer: Answer, fault: Fault) -> Answer:
    """What is said in place of an answer; what was done, and for which job, stays on record."""
    shape = {**INSTEAD, **SHAPING}.get(fault.word, _status)
    spoiled = shape(fault, answer)
    return replace(spoiled, job=answer.job, accepted=answer.accepted)


def check_name(kind: str, name: str) -> None:
    """Raise `ValueError` for a kind of request, a fault or a fate that there is not."""
    if kind not in KINDS:
        raise ValueError(f"there is no kind of request `{kind}`")
    if kind != "job":
        Fault.read(name)
    elif name != "ok" and not {word.partition(":")[0] for word in name.split("+")} <= FATES:
        raise ValueError(f"there is no fate `{name}`")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a script: a name of a fault or fate, and a text that the request's prompt must hold."""

    name: str
    about: str | None = None


class Script:
    """Lines waiting to be met, by kind of request; where none fits, chance decides by shares."""

    def __init__(self, *, seed: int) -> None:
        self.seed = seed
        self._lines: defaultdict[str, deque[Line]] = defaultdict(deque)
        self._met: Counter[str] = Counter()

    def add(self, kind: str, line: Line) -> None:
        check_name(kind, line.name)
        self._lines[kind].append(line)

    def clear(self) -> None:
        self._lines.clear()

    def left(self) -> dict[str, list[str]]:
        """The lines that nothing has met yet."""
        return {kind: [line.name for line in lines] for kind, lines in self._lines.items() if lines}

    def meets_unread(self, kind: str, *, shares: Mapping[str, float]) -> bool:
        """Take `reset-unread` where it comes next: it is met before there is a prompt."""
        lines = self._lines[kind]
        if lines and lines[0].name == UNREAD:
            lines.popleft()
            return True
        return UNREAD in shares and self._point(f"{kind}-unread") < shares[UNREAD]

    def next(self, kind: str, *, about: str, shares: Mapping[str, float]) -> str | None:
        """The next fitting line's name, else one by chance, else None."""
        lines = self._lines[kind]
        for line in lines:
            if line.about is None or line.about in about:
                lines.remove(line)
                return line.name
        return self._by_chance(kind, shares)

    def _by_chance(self, kind: str, shares: Mapping[str, float]) -> str | None:
        if not shares:
            return None
        point = self._point(kind)
        for name, share in shares.items():
            if name == UNREAD:
                continue
            point -= share
            if point < 0:
                return name
        return None

    def _point(self, purpose: str) -> float:
        self._met[purpose] += 1
        return dice(self.seed, "fault", purpose, self._met[purpose]).random()
