"""The journal: append only, checksummed, and true after any kill."""

import contextlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from renderer.errors import StoreError
from renderer.job import JobState, Price
from renderer.model import Asker, Json
from renderer.store import Store
from renderer.store.appending import RESERVE_BYTES
from renderer.store.lines import Lines, line_of
from tests.builders import NOON, intent

ASKER = Asker("project", "film.yaml", "pad", 1)
CREDITS = Price(Decimal("0.2625"), "submit")


def segment(root: Path) -> Path:
    return root / "journal" / "000001.jsonl"


def test_what_is_let_go_of_is_read_again(root: Path) -> None:
    """Nothing is held any more, and whoever asks is told the same."""
    with Store.open(root) as store:
        store.journal.intend(intent("one"))
        store.journal.accept("one", job="7:gen/3", price=CREDITS, how="answer", at=NOON)
        before = store.journal.jobs()
        store.journal.let_go()
        assert before == store.journal.jobs()
        assert before == store.journal.of_key("k" * 64)


def test_a_line_that_is_written_while_the_log_is_read_is_not_damaged(root: Path) -> None:
    """It is whole or left to the next reading, wherever the writer had come when it was met."""
    lines = Lines(root / "journal", hold=contextlib.nullcontext)
    lines.append({"event": "first"})
    lines.append({"event": "second"})
    whole = segment(root).read_bytes()
    cut = len(whole) - 5
    segment(root).write_bytes(whole[:cut])
    reading = lines.read()
    met = [next(reading)]
    with segment(root).open("ab") as stream:
        stream.write(whole[cut:])
    met += reading
    met += lines.read(met[-1].end)
    assert [{"event": "first"}, {"event": "second"}] == [line.value for line in met]


def test_a_job_is_what_its_records_say(root: Path) -> None:
    """From unknown through running and ready to stored, seen by another process at each step."""
    with Store.open(root) as store, Store.open(root) as other:
        states = []
        store.journal.intend(intent("one"))
        states.append(other.journal.of_key("k" * 64)[0].state)
        store.journal.accept("one", job="7:gen/3", price=CREDITS, how="answer", at=NOON)
        states.append(other.journal.of_key("k" * 64)[0].state)
        store.journal.ready("one", price=None, generated_s=(30.0, 33.5), at=NOON)
        states.append(other.journal.of_key("k" * 64)[0].state)
        store.journal.store("one", sha256="c" * 64, at=NOON)
        (job,) = other.journal.of_key("k" * 64)
    assert [JobState.UNKNOWN, JobState.RUNNING, JobState.READY] == states
    assert (JobState.STORED, "7:gen/3", CREDITS, (30.0, 33.5)) == (
        job.state,
        job.job,
        job.price,
        job.generated_s,
    )


def test_the_frozen_request_is_read_back_as_it_was_written(root: Path) -> None:
    """It is on the disk, not in memory."""
    with Store.open(root) as store:
        store.journal.intend(intent("one"))
        store.journal.intend(intent("two"))
        frozen, manifest = store.journal.request_of("two")
    assert intent("two").frozen == frozen
    assert {"action": "generate"} == manifest


def test_a_torn_line_counts_as_never_written(root: Path) -> None:
    """Cut the last line anywhere: all before it holds, and the next append is read too."""
    with Store.open(root) as store:
        store.journal.intend(intent("one"))
        whole = segment(root).stat().st_size
        store.journal.accept("one", job="7", price=None, how="answer", at=NOON)
    content = segment(root).read_bytes()
    for length in range(whole + 1, len(content)):
        segment(root).write_bytes(content[:length])
        with Store.open(root) as store:
            assert [JobState.UNKNOWN] == [job.state for job in store.journal.jobs()]
            store.journal.intend(intent("two"))
        with Store.open(root) as store:
            assert ["one", "two"] == [job.intent for job in store.journal.jobs()]
            assert [] == store.journal.damaged()


def test_a_line_that_once_was_whole_and_is_damaged_stops_all_buying(root: Path) -> None:
    """Until somebody takes note of it; the other lines hold."""
    with Store.open(root) as store:
        store.journal.intend(intent("one"))
        store.journal.intend(intent("two", key="m" * 64))
        store.journal.intend(intent("three"))
    rows = segment(root).read_bytes().splitlines(keepends=True)
    rows[1] = rows[1].replace(b"film.yaml", b"film.yamk")
    segment(root).write_bytes(b"".join(rows))
    with Store.open(root) as store:
        assert ["one", "three"] == [job.intent for job in store.journal.jobs()]
        with pytest.raises(StoreError) as caught:
            store.journal.intend(intent("four"))
        assert "E619" == caught.value.code
        assert 1 == store.journal.mend(at=NOON)
        store.journal.intend(intent("four"))
    with Store.open(root) as store:
        assert [] == store.journal.damaged()
        assert ["one", "three", "four"] == [job.intent for job in store.journal.jobs()]


def test_a_line_of_another_form_counts_as_damaged(root: Path) -> None:
    """However whole it is: nobody knows what it says, and the others hold."""
    with Store.open(root) as store:
        store.journal.intend(intent("one"))
    odd: list[Json] = [[], {"event": "intent"}, {"event": "accepted", "intent": "one"}]
    with segment(root).open("ab") as stream:
        stream.writelines(map(line_of, odd))
    with Store.open(root) as store:
        assert ["one"] == [job.intent for job in store.journal.jobs()]
        assert 3 == len(store.journal.damaged())
        with pytest.raises(StoreError) as caught:
            store.journal.intend(intent("two"))
    assert "E619" == caught.value.code


def test_appends_of_many_threads_and_processes_are_all_there(root: Path) -> None:
    """Four processes of eight threads: no line lost, none mixed with another."""
    program = (
        "import sys; from concurrent.futures import ThreadPoolExecutor; from pathlib import Path\n"
        "from renderer.store import Store\n"
        "with Store.open(Path(sys.argv[1])) as store, ThreadPoolExecutor(8) as pool:\n"
        "    list(pool.map(lambda n: store.journal._lines.append({'event': 'x', 'intent': sys.argv[2], 'n': n}), range(50)))\n"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", program, str(root), str(number)]) for number in range(4)
    ]
    assert [0] * 4 == [child.wait() for child in children]
    lines = Lines(root / "journal", hold=contextlib.nullcontext)
    seen = {(line.value["intent"], line.value["n"]) for line in lines.read() if line.value}
    assert {(str(child), number) for child in range(4) for number in range(50)} == seen


def test_what_append_returned_from_survives_kill(root: Path) -> None:
    """A writer is killed; every line that it reported is there, and the log goes on."""
    program = (
        "import itertools, sys; from pathlib import Path; from renderer.store import Store\n"
        "store = Store.open(Path(sys.argv[1]))\n"
        "for n in itertools.count():\n"
        "    store.journal._lines.append({'event': 'x', 'intent': 'i', 'n': n, 'pad': 'p' * 5000}); print(n, flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program, str(root)], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    reported = [int(child.stdout.readline()) for _ in range(20)]
    os.kill(child.pid, signal.SIGKILL)
    reported += [int(line) for line in child.stdout.read().split()]
    child.stdout.close()
    child.wait()
    with Store.open(root) as store:
        store.journal.intend(intent("after"))
        found = [line.value["n"] for line in store.journal._lines.read() if line.value and "n" in line.value]
        assert reported == found[: len(reported)]
        assert ["after"] == [job.intent for job in store.journal.jobs()]


def test_a_reserve_is_kept_for_what_must_be_written(root: Path) -> None:
    """An intent finds the reserve whole or is refused; an outcome may use it up."""
    with Store.open(root) as store:
        store.journal.intend(intent("one"))
        assert RESERVE_BYTES == (root / "journal" / "reserve").stat().st_size


def test_open_jobs_are_remembered_until_something_is_written(root: Path) -> None:
    """None open: the log is not read again. One more record: it is."""
    with Store.open(root) as store:
        store.journal.intend(intent("one"))
        store.journal.decline("one", why="BUSY", code="P706", reason="429", at=NOON)
        assert [] == store.journal.open_jobs()
    with Store.open(root) as store:
        assert [] == store.journal.open_jobs()
        assert {} == store.journal._jobs
        store.journal.intend(intent("two"))
        assert ["two"] == [job.intent for job in store.journal.open_jobs()]


def test_threads_share_one_journal(root: Path) -> None:
    """Intents of sixty threads are all folded, each once."""
    with Store.open(root) as store, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: store.journal.intend(intent(f"i{n}", key=f"{n:064d}")), range(60)))
        assert 60 == len(store.journal.jobs())
        assert [1] * 60 == [len(store.journal.of_key(f"{n:064d}")) for n in range(60)]


def test_what_is_known_of_a_job_is_not_forgotten(root: Path) -> None:
    """Two builds may adopt one job, and one may lose the answer to a request that another found in the log."""
    with Store.open(root) as store:
        store.journal.intend(intent("one"))
        store.journal.accept("one", job="7", price=None, how="log", at=NOON)
        store.journal.lose("one", reason="no answer in time", at=NOON)
        (lost,) = store.journal.jobs()
        store.journal.store("one", sha256="c" * 64, at=NOON)
        store.journal.accept("one", job="7", price=CREDITS, how="log", at=NOON)
        (adopted,) = store.journal.jobs()
    assert JobState.RUNNING is lost.state
    assert (JobState.STORED, CREDITS) == (adopted.state, adopted.price)


def test_what_ended_well_does_not_end_again(root: Path) -> None:
    """A clip that is stored stays so, and a job that was found is not taken back by a late refusal."""
    with Store.open(root) as store:
        store.journal.intend(intent("one"))
        store.journal.accept("one", job="7", price=None, how="log", at=NOON)
        store.journal.decline("one", why="BUSY", code="P706", reason="later", at=NOON)
        (found,) = store.journal.jobs()
        store.journal.store("one", sha256="c" * 64, at=NOON)
        (stored,) = store.journal.jobs()
        store.journal.fail("one", code="P716", reason="it was cancelled by hand", at=NOON)
        store.journal.ready("one", price=CREDITS, generated_s=None, at=NOON)
        (after,) = store.journal.jobs()
    assert (JobState.RUNNING, "7", "") == (found.state, found.job, found.code)
    assert stored._replace(price=CREDITS) == after
