"""The law of the whole store, against a model of it that is three lines long."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.digest import action_key, digest_bytes
from renderer.model import Result
from renderer.store import Store
from tests.builders import NOON

MANIFESTS = [{"action": "generate", "prompt": prompt} for prompt in ("one", "two", "three")]
KEYS = [action_key(manifest) for manifest in MANIFESTS]
CLIPS = [b"moon", b"star", b"comet"]

numbers = st.integers(0, 2)
steps = st.one_of(
    st.tuples(st.just("record"), numbers, numbers),
    st.tuples(st.just("put"), numbers, numbers),
    st.tuples(st.just("lose the clip"), numbers, numbers),
    st.tuples(st.just("lose the index"), numbers, numbers),
    st.tuples(st.just("reopen"), numbers, numbers),
    st.tuples(st.just("ask"), numbers, numbers),
)


class Model:
    """Results by key in the order in which they were recorded, and the clips that are there."""

    def __init__(self) -> None:
        self.results: list[list[int]] = [[], [], []]
        self.there: set[int] = set()

    def answers(self) -> list[Result | None]:
        firsts = [next((clip for clip in made if clip in self.there), None) for made in self.results]
        return [None if clip is None else Result(digest_bytes(CLIPS[clip])) for clip in firsts]


def step(store: Store, model: Model, action: str, key: int, clip: int) -> Store:
    if action in {"record", "put"}:
        digest = store.put_bytes(CLIPS[clip])
        model.there.add(clip)
        if action == "record":
            store.record(KEYS[key], manifest=MANIFESTS[key], result=Result(digest), now=NOON)
            model.results[key] += [clip] if clip not in model.results[key] else []
    elif action == "lose the clip":
        store.path(digest_bytes(CLIPS[clip])).unlink(missing_ok=True)
        model.there.discard(clip)
    elif action != "ask":
        store.close()
        if action == "lose the index":
            (store.root / "index" / "cache.db").unlink(missing_ok=True)
        return Store.open(store.root)
    return store


@settings(max_examples=25, deadline=None)
@given(history=st.lists(steps, max_size=12))
def test_a_key_gives_its_first_result_that_is_there_whatever_happened(
    history: list[tuple[str, int, int]],
) -> None:
    """Neither the index, nor its loss, nor the order of events changes an answer."""
    with TemporaryDirectory() as folder:
        store, model = Store.open(Path(folder) / "store"), Model()
        for action, key, clip in history:
            store = step(store, model, action, key, clip)
            assert model.answers() == store.lookup_many(KEYS)
            assert model.answers() == [store.lookup(key) for key in KEYS]
        store.close()
