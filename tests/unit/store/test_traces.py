import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from renderer.digest import action_key, canonical_json, digest_bytes
from renderer.model import Asker, Result, Trace
from renderer.store import Store
from renderer.store.traces import format_trace, parse_trace
from tests.builders import NOON

Make = Callable[..., Trace]


def test_a_trace_comes_back_as_it_was_recorded(store: Store, reopen: Callable[[], Store], make: Make) -> None:
    """Manifest, result, asker and time survive the file."""
    trace = make(store, "a rocket")
    assert trace == reopen().trace(trace.key)
    assert action_key(trace.manifest) == trace.key
    assert "2026-01-01T12:00:00.000+00:00" == trace.made_at


def test_a_trace_file_proves_its_own_name(store: Store, root: Path, make: Make) -> None:
    """The sha256 of the manifest in the file is the file's name."""
    trace = make(store, "a rocket")
    fields = json.loads((root / "ac" / trace.key[:2] / f"{trace.key}.json").read_bytes())
    assert trace.key == action_key(fields["manifest"])


def test_the_first_result_of_a_key_stays_the_first(store: Store, make: Make) -> None:
    """A second result is kept beside the first and changes nothing that was handed out."""
    first = make(store, "a rocket", clip=b"one")
    both = make(store, "a rocket", clip=b"two", now=NOON + timedelta(days=1))
    assert [first.results[0].digest, store.put_bytes(b"two")] == [result.digest for result in both.results]
    assert first.results[0] == store.lookup(first.key)
    assert "2026-01-02T12:00:00.000+00:00" == both.made_at


def test_the_next_result_is_handed_out_where_the_first_is_gone(
    store: Store, reopen: Callable[[], Store], make: Make
) -> None:
    """With or without an index, the answer is the first result whose blob is there."""
    trace = make(store, "a rocket", clip=b"one")
    second = make(store, "a rocket", clip=b"two").results[1]
    store.path(trace.results[0].digest).unlink()
    assert second == store.lookup(trace.key)
    assert [second] == reopen().lookup_many([trace.key])
    store.put_bytes(b"one")
    assert trace.results[0] == store.lookup(trace.key)


def test_a_trace_whose_blob_is_gone_is_no_hit_and_still_explains(store: Store, make: Make) -> None:
    """What was made is known; that it can be reused is not claimed."""
    trace = make(store, "a rocket")
    store.path(trace.results[0].digest).unlink()
    assert store.lookup(trace.key) is None
    assert [None] == store.lookup_many([trace.key])
    assert trace == store.trace(trace.key)


def test_recording_the_same_again_writes_nothing(store: Store, root: Path, make: Make) -> None:
    """A build that reuses everything leaves the trace files alone."""
    trace = make(store, "a rocket")
    before = (root / "ac" / trace.key[:2] / f"{trace.key}.json").stat()
    assert trace == make(store, "a rocket", now=NOON + timedelta(days=1))
    assert before == (root / "ac" / trace.key[:2] / f"{trace.key}.json").stat()


def test_everyone_who_asked_is_named(store: Store, make: Make) -> None:
    """Two shots with the same request share one clip and are both named, in order."""
    make(store, "a rocket", shot="pad")
    trace = make(store, "a rocket", shot="sky")
    assert ["pad", "sky"] == [asker.shot for asker in trace.askers]


def test_a_key_that_is_not_its_manifests_digest_is_a_bug(store: Store) -> None:
    """A trace that could not be found again is never written."""
    with pytest.raises(AssertionError, match="BUG"):
        store.record("0" * 64, manifest={}, result=Result(store.put_bytes(b"")), now=NOON)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda content: content[:-40],
        lambda content: content.replace(b"a rocket", b"a pocket"),
        lambda content: content.replace(b'"0.25"', b'"0.00"'),
        lambda content: content.replace(b'"frames":120', b'"frames":121'),
        lambda _: b"[]",
        lambda _: b"\xff\xfe",
        lambda _: b"[" * 100_000,
    ],
)
def test_a_damaged_trace_is_moved_aside_and_the_key_is_unknown(
    store: Store, root: Path, make: Make, spoil: Callable[[bytes], bytes]
) -> None:
    """Any changed byte is noticed: a wrong price or a wrong frame count is no trace."""
    trace = make(store, "a rocket")
    path = root / "ac" / trace.key[:2] / f"{trace.key}.json"
    path.chmod(0o644)
    path.write_bytes(spoil(path.read_bytes()))
    assert store.trace(trace.key) is None
    assert not path.exists()
    assert [path.name] == [kept.name for kept in (root / "damaged").iterdir()]
    assert trace == make(store, "a rocket")


def test_a_trace_under_anothers_name_is_no_trace(store: Store, root: Path, make: Make) -> None:
    """A copied file cannot hand out another key's clip."""
    one, other = make(store, "one"), make(store, "other")
    path = root / "ac" / other.key[:2] / f"{other.key}.json"
    path.unlink()
    path.write_bytes((root / "ac" / one.key[:2] / f"{one.key}.json").read_bytes())
    assert store.trace(other.key) is None


def test_a_trace_without_asker_or_price_is_a_trace() -> None:
    """Free actions name no asker, and what is not a clip has no facts."""
    manifest = {"action": "sound", "text": "é\u2028"}
    trace = Trace(action_key(manifest), manifest, (Result(digest_bytes(b"sound")),), (), "2026")
    assert trace == parse_trace(format_trace(trace), path=Path())


def test_the_file_of_a_trace_is_canonical(store: Store, make: Make) -> None:
    """Equal traces have equal bytes, on every machine."""
    content = format_trace(make(store, "a rocket"))
    assert content == canonical_json(json.loads(content)) + b"\n"


def test_the_newest_footage_of_a_shot_is_found(store: Store, reopen: Callable[[], Store], make: Make) -> None:
    """Of all that a shot asked for, the trace made last wins, whatever was recorded last."""
    make(store, "new", now=NOON + timedelta(seconds=1))
    make(store, "old")
    make(store, "another shot", shot="sky", now=NOON + timedelta(days=1))
    make(store, "another film", spec="teaser.yaml", now=NOON + timedelta(days=1))
    expected = ["new", "another shot", None]
    for asked in (store, reopen(), reopen()):
        found = asked.newest.of("project", spec="liftoff.yaml", shots=["pad", "sky", "crew"])
        assert expected == [trace and trace.manifest["prompt"] for trace in found]
        asked.close()


def test_the_newest_footage_is_one_that_is_there(store: Store, make: Make) -> None:
    """A clip that is gone cannot be shown, so the one before it is."""
    make(store, "old")
    new = make(store, "new", now=NOON + timedelta(seconds=1))
    store.path(new.results[0].digest).unlink()
    (found,) = store.newest.of("project", spec="liftoff.yaml", shots=["pad"])
    assert found is not None
    assert "old" == found.manifest["prompt"]


def test_what_another_run_recorded_is_found_although_the_index_knew_the_folder(
    store: Store, reopen: Callable[[], Store], make: Make
) -> None:
    """A trace folder whose time changed is read again: the index never hides a trace."""
    for number in range(20):
        make(store, f"old {number}", shot=f"shot{number}")
    shots = [f"shot{number}" for number in range(20)]
    store.newest.of("project", spec="liftoff.yaml", shots=shots)
    store.close()
    other = reopen()
    for number in range(20):
        make(other, f"new {number}", shot=f"shot{number}", now=NOON + timedelta(seconds=1))
    found = reopen().newest.of("project", spec="liftoff.yaml", shots=shots)
    assert [f"new {number}" for number in range(20)] == [
        trace and trace.manifest["prompt"] for trace in found
    ]


def test_facts_are_shared_by_clips_that_are_alike(store: Store, make: Make) -> None:
    """A thousand results of one storyboard hold one value of facts."""
    keys = [make(store, f"shot {number}").key for number in range(3)]
    results = store.lookup_many(keys)
    assert 1 == len({id(result and result.facts) for result in results})
    assert Asker("project", "liftoff.yaml", "pad", 1) == next(store.audit.traces()).askers[0]
