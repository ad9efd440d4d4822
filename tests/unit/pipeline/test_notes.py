"""What a film says of itself, by its slots."""

from itertools import groupby, pairwise

from hypothesis import given
from hypothesis import strategies as st

from renderer.pipeline.film.notes import CHAPTERS_MAX, DECLARATION, notes_of
from renderer.plan.film import OutputRow, SlotRow
from renderer.plan.rows import Compiled, TakeRow
from renderer.sources import GENERATED

SLOTS = st.builds(
    SlotRow,
    shot=st.sampled_from(["pad", "crew", "crew@tall", "sky"]),
    take=st.integers(-1, 1),
    footage=st.just(-1),
    first=st.just(0),
    frames=st.integers(10, 48),
    overlap=st.integers(0, 5),
)


def take(*, paid: bool) -> TakeRow:
    return TakeRow("pad", 1, "key", "animatic", None, 1, paid, None, 1, 1)


def film(slots: list[SlotRow]) -> OutputRow:
    return OutputRow("film", "film.mp4", None, "24", "crop", (), tuple(slots))


def compiled(*takes: TakeRow, output: OutputRow, title: str | None = None) -> Compiled:
    return Compiled(title, takes, (), (output,), (), (), ())


@given(st.lists(SLOTS, max_size=12))
def test_a_chapter_begins_with_each_run_of_slots_of_one_shot(slots: list[SlotRow]) -> None:
    """At the first frame of the first of them, under the name of the shot without that of an output."""
    told, at = [], 0
    for shot, run in groupby(slots, key=lambda slot: slot.shot):
        for number, slot in enumerate(run):
            if number == 0:
                told.append(f"{at - slot.overlap} {shot.partition('@')[0]}")
            at += slot.frames - slot.overlap
    output = film(slots)
    assert told == notes_of(compiled(take(paid=False), take(paid=False), output=output), output, {}).get(
        "chapters", []
    )


def test_shots_that_begin_at_the_same_frame_share_a_chapter() -> None:
    """One that goes over into the next from its first frame on, to its last."""
    slots = [SlotRow("a", 0, -1, 0, 24), SlotRow("b", 1, -1, 0, 12), SlotRow("c", 2, -1, 0, 24, 12)]
    output = film(slots)
    told = notes_of(compiled(take(paid=False), output=output), output, {})["chapters"]
    assert ["0 a", "24 b, c"] == told


def test_no_film_has_more_chapters_than_a_file_can_hold() -> None:
    """They are spread evenly, the first among them."""
    output = film([SlotRow(f"s{number}", 0, -1, 0, 24) for number in range(1000)])
    chapters = notes_of(compiled(take(paid=False), output=output), output, {})["chapters"]
    assert "0 s0" == chapters[0]
    assert 250 == len(chapters) <= CHAPTERS_MAX
    assert {96} == {int(b.split()[0]) - int(a.split()[0]) for a, b in pairwise(chapters)}


def test_a_film_that_shows_what_was_generated_says_so() -> None:
    """It counts what is shown, not what else was bought; a film of nothing but drawings says nothing of models."""
    output = film([SlotRow("pad", 0, -1, 0, 24)])
    whole = compiled(take(paid=True), output=output, title="Liftoff")
    told = {"comment": DECLARATION.format(GENERATED), "source": GENERATED}
    chapters = ["0 pad"]
    assert {"title": "Liftoff", **told, "chapters": chapters} == notes_of(whole, output, {"pad": GENERATED})
    assert {"title": "Liftoff", "chapters": chapters} == notes_of(whole, output, {"sky": GENERATED})
    assert {"title": "Liftoff", "chapters": chapters} == notes_of(whole, output, {})
