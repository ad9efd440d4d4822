"""The journal's laws, whatever is written, wherever the log is cut, and whatever the disk does."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from renderer.errors import StoreError
from renderer.job import Job, Price
from renderer.store import Store
from renderer.store.appending import RESERVE_BYTES, Appender
from renderer.store.index import Index
from renderer.store.journal import Journal
from renderer.store.lines import SEGMENT_BYTES_MAX, Lines, Position, line_of
from tests.builders import NOON, intent
from tests.disks import disk, fill

NAMES = ("one", "two", "three")
EVENTS = (
    "intend", "accept", "decline", "refuse", "lose", "ready", "fail", "store", "price", "forget", "mend",
)  # fmt: skip
QUEUED_TIMEOUT_S = 10.0


def act(journal: Journal, event: str, name: str, *, number: int) -> None:
    """Write one record; the number tells records of one kind apart."""
    price = Price(Decimal(number) / 16, "poll")
    acts: dict[str, Callable[[], object]] = {
        "intend": lambda: journal.intend(intent(name)),
        "accept": lambda: journal.accept(name, job=f"{number}:gen", price=price, how="answer", at=NOON),
        "decline": lambda: journal.decline(name, why="BUSY", code="P706", reason=f"{number}", at=NOON),
        "refuse": lambda: journal.decline(name, why="REFUSED", code="P702", reason=f"{number}", at=NOON),
        "lose": lambda: journal.lose(name, reason=f"reset {number}", at=NOON),
        "ready": lambda: journal.ready(name, price=None, generated_s=None, at=NOON),
        "fail": lambda: journal.fail(name, code="P703", reason=f"{number}", at=NOON),
        "store": lambda: journal.store(name, sha256=f"{number:064x}", at=NOON),
        "price": lambda: journal.price(name, price=price, at=NOON),
        "forget": lambda: journal.forget(name, reason=f"{number}", at=NOON),
        "mend": lambda: journal.mend(at=NOON),
    }
    acts[event]()


def journal_at(folder: Path, *, segment_bytes_max: int = 8 << 20) -> Journal:
    """A journal of its own, as another program would open it."""
    lines = Lines(folder / "journal", hold=contextlib.nullcontext, segment_bytes_max=segment_bytes_max)
    return Journal(lines, Index(folder / "index", damaged=folder / "damaged"))


@dataclass
class History:
    """A journal that was written, and what was true after each of its lines, the first of which is none."""

    folder: Path
    truths: list[list[Job]] = field(default_factory=list)

    @classmethod
    def of(cls, acts: list[tuple[str, str]], *, folder: Path, segment_bytes_max: int) -> "History":
        history, writer = cls(folder), journal_at(folder, segment_bytes_max=segment_bytes_max)
        reader = journal_at(folder)
        history.truths.append(reader.jobs())
        for number, (event, name) in enumerate(acts):
            act(writer, event, name, number=number)
            if event != "mend":
                history.truths.append(reader.jobs())
        return history

    @property
    def segments(self) -> list[Path]:
        return sorted(self.folder.glob("journal/*.jsonl"))

    def cut(self, length: int) -> int:
        """Cut the log to its first bytes; how many whole lines are left."""
        lines = 0
        for path in self.segments:
            content = path.read_bytes()[:length]
            length -= len(content)
            lines += content.count(b"\n")
            path.write_bytes(content) if content else path.unlink()
        return lines


@settings(deadline=None, max_examples=60)
@given(
    acts=st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from(NAMES)), max_size=12),
    share=st.floats(0, 1),
    segment_bytes_max=st.sampled_from([1, 700, 8 << 20]),
)
def test_a_log_that_is_cut_anywhere_says_what_was_true_at_some_moment(
    acts: list[tuple[str, str]], share: float, segment_bytes_max: int
) -> None:
    """Of any records in any order, in one segment or many; it is not damaged by that, and goes on."""
    with tempfile.TemporaryDirectory() as name:
        history = History.of(acts, folder=Path(name), segment_bytes_max=segment_bytes_max)
        lines = history.cut(round(share * sum(path.stat().st_size for path in history.segments)))
        assert history.truths[lines] == journal_at(history.folder).jobs()
        journal_at(history.folder).intend(intent("after"))
        again = journal_at(history.folder)
        assert [] == again.damaged()
        assert history.truths[lines] == [job for job in again.jobs() if job.intent != "after"]
        assert again.of_intent("after")


@settings(deadline=None, max_examples=40)
@given(place=st.floats(0, 0.999), flip=st.integers(1, 255))
@example(place=0.52414, flip=1).via("the space behind a checksum")
def test_a_changed_byte_anywhere_stops_all_buying(place: float, flip: int) -> None:
    """In the first line or the last, in a checksum or a newline: no record is believed that was not written."""
    with tempfile.TemporaryDirectory() as name:
        acts = [("intend", "one"), ("accept", "one"), ("intend", "two"), ("refuse", "two")]
        history = History.of(acts, folder=Path(name), segment_bytes_max=700)
        paths = history.segments
        size = [path.stat().st_size for path in paths]
        path, at = paths[int(place * len(paths))], int(place * 1000)
        content = bytearray(path.read_bytes())
        at %= size[paths.index(path)]
        if path == paths[-1] and at == len(content) - 1:
            return  # without its newline the very last line is one that was never finished
        content[at] ^= flip
        path.write_bytes(content)
        journal = journal_at(history.folder)
        with pytest.raises(StoreError) as caught:
            journal.intend(intent("three"))
        assert "E619" == caught.value.code
        assert {job.intent for job in journal.jobs()} <= {"one", "two"}
        journal.mend(at=NOON)
        journal.intend(intent("three"))
        assert () == journal_at(history.folder).damaged_names()


def test_a_segment_that_is_gone_is_damage(tmp_path: Path) -> None:
    """The first or one between: what they said is not known any more."""
    for gone, place in ((0, "000001.jsonl:0"), (1, "000002.jsonl:0")):
        folder = tmp_path / str(gone)
        acts = [("intend", "one"), ("intend", "two"), ("intend", "three")]
        history = History.of(acts, folder=folder, segment_bytes_max=1)
        history.segments[gone].unlink()
        journal = journal_at(folder)
        assert (place,) == journal.damaged_names()
        assert [NAMES[number] for number in range(3) if number != gone] == [
            job.intent for job in journal.jobs()
        ]


def test_a_full_segment_is_followed_by_the_next_one(tmp_path: Path) -> None:
    """Never rewritten; a torn last line is ended in its own segment; a request is found in whichever it stands."""
    journal = journal_at(tmp_path, segment_bytes_max=1)
    journal.intend(intent("one"))
    first = tmp_path / "journal" / "000001.jsonl"
    with first.open("ab") as stream:
        stream.write(b"0123abcd {torn")
    journal.intend(intent("two"))
    journal.intend(intent("three"))
    assert ["000001.jsonl", "000002.jsonl"] == [path.name for path in History(tmp_path).segments]
    again = journal_at(tmp_path)
    assert ([], ["one", "two", "three"]) == (again.damaged(), [job.intent for job in again.jobs()])
    assert intent("three").frozen == again.request_of("three")[0]


def test_an_append_that_is_torn_while_it_ends_a_torn_line_is_no_damage(tmp_path: Path) -> None:
    """Two power cuts in a row, the second at any byte: all that was written before holds, and the log goes on."""
    journal_at(tmp_path).intend(intent("one"))
    path = tmp_path / "journal" / "000001.jsonl"
    torn = path.read_bytes() + b'0123abcd {"event": "acc'
    path.write_bytes(torn)
    journal_at(tmp_path).lose("one", reason="reset", at=NOON)
    mended = path.read_bytes()
    assert mended.startswith(torn)
    for length in range(len(torn), len(mended)):
        path.write_bytes(mended[:length])
        journal_at(tmp_path).intend(intent("two"))
        again = journal_at(tmp_path)
        assert ([], ["one", "two"]) == (again.damaged(), [job.intent for job in again.jobs()])


def test_a_line_that_was_taken_back_is_not_believed_for_ever(tmp_path: Path) -> None:
    """One that another program read before its flush failed: the log is read again from the start."""
    reader, writer = journal_at(tmp_path), journal_at(tmp_path)
    writer.intend(intent("one"))
    path = tmp_path / "journal" / "000001.jsonl"
    whole = path.stat().st_size
    writer.intend(intent("two"))
    assert ["one", "two"] == [job.intent for job in reader.jobs()]
    os.truncate(path, whole)
    journal_at(tmp_path).lose("one", reason="reset", at=NOON)
    journal_at(tmp_path).intend(intent("three"))
    assert ([], ["one", "three"]) == (reader.damaged(), [job.intent for job in reader.jobs()])


def test_whoever_waits_for_another_append_hears_how_it_ended(tmp_path: Path) -> None:
    """The lock cannot be had: no append returns as if its line were written."""
    failures = iter([StoreError("no lock", code="E616")])

    @contextlib.contextmanager
    def hold() -> Iterator[None]:
        if failure := next(failures, None):
            raise failure
        yield

    lines = Lines(tmp_path / "journal", hold=hold)
    appender = Appender(lines, hold=hold, segment_bytes_max=SEGMENT_BYTES_MAX)
    with ThreadPoolExecutor(4) as pool:
        with appender._guard:
            appends = [
                pool.submit(appender.append, line_of(number), last_resort=False) for number in range(4)
            ]
            until = time.monotonic() + QUEUED_TIMEOUT_S
            while len(appender._waiting) < 4 and time.monotonic() < until:
                time.sleep(0.001)
        returned = [number for number, append in enumerate(appends) if append.exception() is None]
    assert returned == [line.value for line in lines.read()]
    assert [] == returned
    lines.append("after")
    assert ["after"] == [line.value for line in lines.read()]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of 1 MB."""
    with disk(tmp_path / "small", "size=1m") as small:
        yield small


def test_on_a_full_disk_nothing_is_begun_and_what_was_begun_is_written_down(small_disk: Path) -> None:
    """An intent is refused with E611 and leaves the reserve alone; outcomes use it; with room all goes on."""
    reserve = small_disk / "store" / "journal" / "reserve"
    with Store.open(small_disk / "store") as store:
        store.journal.intend(intent("one"))
        ballast = fill(small_disk)
        begun = ["one", *begin_until_full(store)]
        assert RESERVE_BYTES == reserve.stat().st_size
        for name in begun:
            store.journal.accept(name, job="7", price=None, how="answer", at=NOON)
            store.journal.fail(name, code="P703", reason="x" * 4000, at=NOON)
        assert not reserve.exists()
        assert [] == begin_until_full(store)
        ballast.unlink()
        store.journal.intend(intent("after"))
        assert RESERVE_BYTES == reserve.stat().st_size
        assert [*begun, "after"] == [job.intent for job in store.journal.jobs()]


def begin_until_full(store: Store) -> list[str]:
    """Intend until the disk is full: a few more lines may fit the page that was begun."""
    begun: list[str] = []
    try:
        for number in range(100):
            store.journal.intend(intent(f"more{number}"))
            begun.append(f"more{number}")
    except StoreError as error:
        assert error.code == "E611"  # noqa: PT017 - only where it is full is what we look for
        return begun
    pytest.fail("the disk was never full")


def test_two_processes_take_turns_over_many_segments(tmp_path: Path) -> None:
    """Each reads what the other has written; every job of both is whole."""
    program = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from renderer.store.journal import Journal; from renderer.store.lines import Lines\n"
        "from renderer.store import Store; from tests.builders import intent\n"
        "at = datetime(2026, 1, 1, tzinfo=UTC)\n"
        "with Store.open(Path(sys.argv[1])) as store:\n"
        "    hold = lambda: store.hold('journal')\n"
        "    lines = Lines(Path(sys.argv[1]) / 'journal', hold=hold, segment_bytes_max=2000)\n"
        "    journal = Journal(lines, store._index)\n"
        "    for n in range(25):\n"
        "        name = f'{sys.argv[2]}{n}'\n"
        "        journal.intend(intent(name)); journal.accept(name, job=name, price=None, how='answer', at=at)\n"
    )
    here = Path(__file__).parents[3]
    children = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "store"), name], cwd=here)
        for name in ("a", "b")
    ]
    assert [0, 0] == [child.wait() for child in children]
    journal = journal_at(tmp_path / "store")
    jobs = journal.jobs()
    assert {f"{name}{number}" for name in "ab" for number in range(25)} == {str(job.job) for job in jobs}
    assert [] == journal.damaged()
    assert len(list((tmp_path / "store" / "journal").glob("*.jsonl"))) > 5


def test_positions_are_named_by_file_and_offset(tmp_path: Path) -> None:
    """As an editor would be told to go there."""
    assert "000012.jsonl:345" == Lines(tmp_path, hold=contextlib.nullcontext).name(Position(12, 345))
