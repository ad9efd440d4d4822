"""The lock as text: round trip, faults at their lines, and what git makes of it."""

import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.decisions.lock import Lock, LockedFrame, LockedOutput, LockedTake, format_lock, lock_of
from renderer.decisions.read import parse_lock, salvage_locks
from renderer.digest import Digest
from renderer.errors import SpecError

HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
DIGESTS = st.builds(Digest, HEX, st.integers(0, 2**40))
IDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}(\.[a-z0-9]{1,3}){0,2}(@tall)?", fullmatch=True)
RULES = st.sampled_from(["last", "before 7/2", "at 0", "at 1201/500"])
FRAMES = st.builds(LockedFrame, HEX, st.integers(0, 10**6), RULES)
INPUTS = st.lists(DIGESTS, min_size=1, max_size=3).map(tuple) | st.tuples(FRAMES)
TAKES = st.builds(
    LockedTake,
    shot=IDS,
    take=st.integers(1, 99),
    key=HEX,
    clip=DIGESTS,
    inputs=st.dictionaries(IDS, INPUTS, max_size=3),
    seed=st.none() | st.integers(-(2**63), 2**64).map(str),
    price_usd=st.decimals(0, 1000, places=6),
)
OUTPUTS = st.builds(
    LockedOutput, IDS, HEX, DIGESTS, st.from_regex(r"n9\.[0-9]+-g[0-9a-f]+\+[0-9a-f]{4}", fullmatch=True)
)
LOCKS = st.builds(
    lock_of,
    st.lists(TAKES, unique_by=lambda take: take.place, max_size=6),
    st.dictionaries(HEX, DIGESTS, max_size=3),
    st.lists(OUTPUTS, unique_by=lambda output: output.name, max_size=2),
)


def take(shot: str, letter: str = "a", number: int = 1) -> LockedTake:
    """A take of which one letter tells what it is."""
    still = {"image": (Digest("e" * 64, 7),)}
    return LockedTake(shot, number, letter * 64, Digest(letter * 64, 1000), still, "7", Decimal("0.2625"))


def text_of(*takes: LockedTake) -> str:
    return format_lock(lock_of(takes, {}, []))


@given(LOCKS)
def test_what_is_written_is_read_back(lock: Lock) -> None:
    """Text and value are one to one."""
    text = format_lock(lock)
    assert lock == parse_lock(text, file="film.lock")
    assert text == format_lock(parse_lock(text, file="film.lock"))


@given(LOCKS)
def test_line_ends_of_another_system_are_read_too(lock: Lock) -> None:
    """A checkout may have changed them."""
    assert lock == parse_lock(format_lock(lock).replace("\n", "\r\n"), file="film.lock")


def test_the_form_is_a_fact_a_line() -> None:
    """A block for each take, sorted by shot and number; a head, and what it is."""
    assert (
        "renderer lock 1\n"
        "# Written by `renderer build`. After a merge conflict: `renderer lock repair`.\n"
        "\n"
        "take crew 2\n"
        f"  key {'b' * 64}\n"
        f"  clip {'b' * 64} 1000\n"
        f"  input image {'e' * 64} 7\n"
        "  seed 7\n"
        "  price 0.2625\n"
        "\n"
        "take pad 1\n"
        f"  key {'a' * 64}\n"
        f"  clip {'a' * 64} 1000\n"
        f"  input image {'e' * 64} 7\n"
        "  seed 7\n"
        "  price 0.2625\n"
    ) == text_of(take("pad"), take("crew", "b", 2))


@pytest.mark.parametrize(
    ("edit", "code", "line"),
    [
        (("renderer lock 1", "renderer lock 2"), "L102", 1),
        (("  seed 7", "  sead 7"), "L103", 8),
        (("  seed 7", "  seed seven"), "L103", 8),
        (("  clip aa", "  clip zz"), "L103", 6),
        (("  price 0.2625", "  price -1"), "L103", 9),
        (("  price 0.2625\n", ""), "L103", 4),
        (("take pad 1", "take pad"), "L103", 4),
        (("take pad 1", "  take pad 1"), "L103", 4),
        (("take pad 1", "tale pad 1"), "L103", 4),
        (("  seed 7", "  seed 7\n  seed 8"), "L104", 9),
        (("  seed 7", "<<<<<<< ours\n  seed 7\n=======\n  seed 8\n>>>>>>> theirs"), "L101", 8),
    ],
)
def test_a_fault_is_told_at_its_line(edit: tuple[str, str], code: str, line: int) -> None:
    """With its code, and what to do."""
    text = text_of(take("pad")).replace(*edit, 1)
    with pytest.raises(SpecError) as caught:
        parse_lock(text, file="film.lock")
    (found,) = caught.value.diagnostics
    assert found.place
    assert (code, "film.lock", line) == (found.code, found.place.file, found.place.line)
    assert found.hint


def test_an_empty_file_is_no_lock() -> None:
    """An author who wants a new one removes the file."""
    with pytest.raises(SpecError):
        parse_lock("", file="film.lock")


def test_two_blocks_of_one_take_are_a_fault() -> None:
    """Neither is believed more than the other."""
    text = text_of(take("pad")) + text_of(take("pad", "b")).partition("\n\n")[2]
    with pytest.raises(SpecError) as caught:
        parse_lock(text, file="film.lock")
    assert ["L104"] == [found.code for found in caught.value.diagnostics]


def test_both_sides_of_a_conflict_are_had_back(tmp_path: Path) -> None:
    """Ours before theirs, whole, as they were before the merge."""
    merged, ours, theirs = merge(tmp_path, [take("pad", "b")], [take("pad", "c")], base=[take("pad")])
    assert "<<<<<<<" in merged
    assert [lock_of(ours, {}, []), lock_of(theirs, {}, [])] == salvage_locks(merged)


def test_branches_that_touch_different_shots_merge(tmp_path: Path) -> None:
    """Neighbours too: git asks nobody, and what comes out has what each side did."""
    base = [take("crew"), take("pad"), take("sky")]
    merged, *_ = merge(
        tmp_path,
        [take("crew"), take("pad", "b"), take("sky")],
        [take("crew"), take("pad"), take("sky", "c")],
        base=base,
    )
    assert lock_of([take("crew"), take("pad", "b"), take("sky", "c")], {}, []) == parse_lock(
        merged, file="film.lock"
    )


def test_a_shot_that_is_added_beside_one_that_is_bought_anew_merges(tmp_path: Path) -> None:
    """One branch adds a shot in the middle, the other one changes the last."""
    base = [take("crew"), take("sky")]
    added = [take("crew"), take("pad", "b"), take("sky")]
    merged, *_ = merge(tmp_path, added, [take("crew"), take("sky", "c")], base=base)
    expected = [take("crew"), take("pad", "b"), take("sky", "c")]
    assert lock_of(expected, {}, []) == parse_lock(merged, file="film.lock")


def merge(
    folder: Path, ours: list[LockedTake], theirs: list[LockedTake], *, base: list[LockedTake]
) -> tuple[str, list[LockedTake], list[LockedTake]]:
    """What `git merge-file` makes of two sides."""
    names = {"ours": ours, "base": base, "theirs": theirs}
    for name, takes in names.items():
        (folder / name).write_text(text_of(*takes))
    command = ["git", "merge-file", "-p", *names]
    merged = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return merged.stdout, ours, theirs
