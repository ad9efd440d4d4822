"""What goes and what stays: laws that hold for every store, and the order in which things go."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from renderer.pipeline.keeping.law import LATELY, NAMED, PINNED, ROOM, Fates, Roots, Rules, decide, last_used
from renderer.store.census import PAID, Census, Leaf, Piece

NOW_S = 1_000_000.0
NAMES = st.integers(0, 11).map("{:064x}".format)
SETS = st.frozensets(NAMES, max_size=6)
TIMES = st.floats(0, NOW_S)


@dataclass(frozen=True)
class Store:
    """A store of a dozen blobs at most, and all that is known of it."""

    census: Census
    roots: Roots
    used_s: dict[str, float]
    rules: Rules

    @property
    def fates(self) -> Fates:
        return decide(self.census, roots=self.roots, used_s=self.used_s, now_s=NOW_S, rules=self.rules)


@st.composite
def stores(draw: st.DrawFn) -> Store:
    """Any store: results that are there or not, pieces made of one another, roots, uses, rules."""
    pieces = {
        name: Piece(name, draw(st.integers(1, 9)), draw(st.sampled_from([PAID, "films"])), draw(TIMES))
        for name in draw(SETS)
    }
    results = st.lists(NAMES, min_size=1, max_size=3).map(tuple)
    leaves = {
        key: Leaf(key, 1, draw(TIMES), draw(results), draw(st.booleans()))
        for key in draw(st.frozensets(st.sampled_from("abcd")))
    }
    census = Census(pieces, leaves, draw(st.dictionaries(NAMES, SETS)))
    roots = Roots(draw(SETS), draw(SETS), draw(SETS))
    used_s = last_used(census, draw(st.lists(st.tuples(TIMES, SETS), max_size=4)))
    room = draw(st.none() | st.integers(0, 60))
    return Store(census, roots, used_s, Rules(draw(st.floats(0, NOW_S)), draw(st.booleans()), room))


@given(stores())
def test_every_blob_has_one_fate(store: Store) -> None:
    """It goes, or stays for one reason."""
    fates = store.fates
    told = [*fates.goes, *(piece for kept in fates.stays.values() for piece in kept)]
    assert sorted(store.census.pieces) == sorted(piece.sha256 for piece in told)


@given(stores())
def test_nothing_goes_that_is_named_wanted_paid_for_or_used_lately(store: Store) -> None:
    """Whatever the rules."""
    for piece in store.fates.goes:
        assert not any(piece.sha256 in names for names in store.roots)
        assert NOW_S - store.used_s[piece.sha256] >= store.rules.keep_s
        assert store.rules.paid or not piece.is_paid


@given(stores())
def test_what_a_film_is_made_of_is_used_with_it(store: Store) -> None:
    """No piece is older in use than what was made of it."""
    for name, parts in store.census.made_of.items():
        for part in parts:
            assert name not in store.used_s or store.used_s[name] <= store.used_s[part]


@given(stores())
def test_a_trace_never_goes_while_a_result_of_it_stays(store: Store) -> None:
    """And one that tells of a purchase goes only with its clip."""
    gone = {piece.sha256 for piece in store.fates.goes}
    for leaf in store.fates.leaves:
        there = {name for name in leaf.results if name in store.census.pieces}
        assert there <= gone
        assert there or not leaf.is_paid


@given(stores())
def test_what_goes_first_was_used_before_what_stays_for_room(store: Store) -> None:
    """What was paid for goes last; no more goes than must."""
    fates, room = store.fates, store.rules.room_bytes
    kept = fates.stays.get(ROOM, ())
    order = [(piece.is_paid, store.used_s[piece.sha256]) for piece in (*fates.goes, *kept)]
    assert sorted(order) == order
    assert room is not None or not kept
    if room is not None and fates.goes:
        left = store.census.size_bytes - sum(piece.size_bytes for piece in fates.goes[:-1])
        assert left > room, "the last one had to go"


def test_the_first_reason_is_told() -> None:
    """A clip that is named and pinned is named."""
    piece = Piece("a" * 64, 1, PAID, NOW_S)
    census, names = Census({piece.sha256: piece}, {}, {}), frozenset([piece.sha256])
    used_s = last_used(census, [])
    rules = Rules(7.0)
    for roots, why in ((Roots(names, names), NAMED), (Roots(pinned=names), PINNED), (Roots(), LATELY)):
        assert [why] == list(decide(census, roots=roots, used_s=used_s, now_s=NOW_S, rules=rules).stays)
