"""Picks: which clips a person decided for, a line a shot, as values and as text that keeps its comments.

A person may write the file too, in any form that YAML has; whatever is changed here is put on one line and leaves all else
as it stands. Every value is read as the text that it is, so that no digest is taken for a number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

import yaml

from renderer.diagnostic import Diagnostic, Place
from renderer.errors import SpecError
from renderer.row import Row

ABOUT = (
    "# Decisions about takes, a line a shot: `renderer pick`, `retake`, `keep` and `approve` write them.\n"
)
SIZE_MAX = 4_000_000
"""More than that is no list of decisions: a line for each of 10,000 shots is 2 MB."""
_HEX = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_SEED = re.compile(r"[0-9]{1,10}")
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_MARK = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")


class Decision(Row):
    """What was decided for one shot.

    `pick` is the number of the take that the film shows, `clip` the very clip, `request` the key of that take when it was picked: where
    that key is today's, the film shows the clip. `keep` is the clip that is shown whatever the request, and `reason` why. `approved`
    is the clip that somebody approved; `retakes` are the seeds of further takes. `line` is where it stands.
    """

    pick: int | None = None
    clip: str = ""
    request: str = ""
    keep: str = ""
    reason: str = ""
    approved: str = ""
    retakes: tuple[int, ...] = ()
    line: int = 0

    @property
    def is_empty(self) -> bool:
        return self._replace(line=0) == Decision()


Picks = Mapping[str, Decision]


class _Fault(Exception):  # noqa: N818 - told as a diagnostic
    """A node that is not understood."""

    def __init__(self, node: yaml.Node, code: str, message: str) -> None:
        super().__init__(message)
        self.node, self.code, self.message = node, code, message


def parse_picks(text: str, *, file: str) -> dict[str, Decision]:
    """The decisions of a text by shot; `file` is how messages name it.

    Raises `SpecError`: D101 for what is no YAML or no mapping, D102 for a field or value that is not known, D103 for a shot that
    stands there twice.
    """
    if mark := _MARK.search(text):
        line = text.count("\n", 0, mark.start()) + 1
        place = Place(file, line, 1, 8)
        hint = "keep one line for each shot, and delete the marks"
        raise SpecError([Diagnostic("D101", "a merge left its marks in the picks", place, hint=hint)])
    try:
        return _read(text)
    except _Fault as fault:
        start, end = fault.node.start_mark, fault.node.end_mark
        last = end.column if end.line == start.line else start.column
        place = Place(file, start.line + 1, start.column + 1, last + 1)
        raise SpecError([Diagnostic(fault.code, fault.message, place, hint=_hint(fault.code))]) from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(file, mark.line + 1, mark.column + 1, mark.column + 1) if mark else Place(file, 1, 1, 1)
        message = f"the picks cannot be read: {getattr(error, 'problem', None) or 'not YAML'}"
        raise SpecError([Diagnostic("D101", message, place, hint=_hint("D101"))]) from None


def edit_picks(text: str, decisions: Picks) -> str:
    """The text with some decisions put in place of what stood there for their shots; an empty one takes its line away.

    Comments and all other shots stay as they are. Raises as `parse_picks` for a text that is not understood.
    """
    for shot in sorted(decisions):
        text = _edited(text or ABOUT, shot, decisions[shot])
    return text


def format_decision(shot: str, decision: Decision) -> str:
    """The line of a shot, without its end."""
    fields = {
        "pick": decision.pick,
        "clip": decision.clip,
        "request": decision.request,
        "keep": decision.keep,
        "reason": decision.reason and _text_of(decision.reason),
        "approved": decision.approved,
        "retakes": decision.retakes and f"[{', '.join(map(str, decision.retakes))}]",
    }
    told = ", ".join(f"{name}: {value}" for name, value in fields.items() if value)
    return f"{_quoted(shot)}: {{{told}}}"


def _read(text: str) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    for key, value in _entries(text):
        if key.value in found:
            raise _Fault(key, "D103", f"`{key.value}` stands here twice")
        found[key.value] = _decision(key, value)
    return found


def _edited(text: str, shot: str, decision: Decision) -> str:
    entries = list(_entries(text))
    line = "" if decision.is_empty else format_decision(shot, decision)
    for key, value in entries:
        if key.value == shot:
            start, end = key.start_mark.index, _end(value)
            rest = text[end:]
            return text[:start] + line + rest if line else text[:start] + rest.partition("\n")[2]
    if not line:
        return text
    after = next((key.start_mark.index for key, _ in entries if key.value > shot), None)
    if after is None:
        before = text if text.endswith("\n") else f"{text}\n"
        return f"{before}{line}\n"
    return f"{text[:after]}{line}\n{text[after:]}"


def _entries(text: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """The shots of a text with what stands there for each."""
    if len(text) > SIZE_MAX:
        raise yaml.YAMLError
    root = yaml.compose(text, Loader=yaml.BaseLoader)
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise _Fault(root, "D101", "the picks are a shot a line, as in `crew: {pick: 2}`")
    for key, value in root.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _Fault(key, "D102", "this is not the id of a shot")
        yield key, value


def _end(node: yaml.Node) -> int:
    """Where a node ends; one in block form ends with its last word, not with the comments after it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _decision(key: yaml.ScalarNode, value: yaml.Node) -> Decision:
    line = key.start_mark.line + 1
    if isinstance(value, yaml.ScalarNode):
        return Decision(pick=_number(value), line=line)
    if not isinstance(value, yaml.MappingNode):
        raise _Fault(value, "D102", "a shot has the number of a take, or fields, as in `{pick: 2}`")
    found: dict[str, object] = {}
    for name, node in value.value:
        if name.value not in _FIELDS:
            raise _Fault(name, "D102", f"unknown field `{name.value}`")
        found[name.value] = _FIELDS[name.value](node)
    return Decision(**found, line=line)  # type: ignore[arg-type]


def _number(node: yaml.Node) -> int:
    return int(_matched(node, _NUMBER, "the number of a take"))


def _clip(node: yaml.Node) -> str:
    return _matched(node, _HEX, "a whole sha256")


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _Fault(node, "D102", "this is not a text")
    return str(node.value)


def _seeds(node: yaml.Node) -> tuple[int, ...]:
    if not isinstance(node, yaml.SequenceNode):
        raise _Fault(node, "D102", "`retakes` is a list of seeds")
    return tuple(dict.fromkeys(int(_matched(item, _SEED, "a seed")) for item in node.value))


def _matched(node: yaml.Node, form: re.Pattern[str], what: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or not form.fullmatch(node.value):
        raise _Fault(node, "D102", f"this is not {what}")
    return str(node.value)


_FIELDS: Mapping[str, Callable[[yaml.Node], object]] = {
    "pick": _number,
    "clip": _clip,
    "request": _clip,
    "keep": _clip,
    "reason": _text,
    "approved": _clip,
    "retakes": _seeds,
}


def _hint(code: str) -> str:
    if code == "D102":
        return f"a shot has {', '.join(f'`{name}`' for name in _FIELDS)}; `renderer pick` and its like write them"
    return "mend the file, or bring it back from git"


def _text_of(text: str) -> str:
    """A text in double quotes; what YAML takes for the end of a line, or for nothing, is written out."""
    return _UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(text, ensure_ascii=False))


def _quoted(shot: str) -> str:
    """A shot's id as YAML; one that could be taken for something else stands in quotes."""
    return shot if _PLAIN.fullmatch(shot) and not shot.isdecimal() else json.dumps(shot)
