"""What goes along with what: pictures with the transitions beside them, of the same clips in the same film."""

from collections.abc import Sequence
from fractions import Fraction

from renderer.coding import Coding
from renderer.media.conform import Cut, Profile
from renderer.media.manifests import card_manifest, in_threads, is_crossing, segment_manifest
from renderer.media.moving import Moved
from renderer.model import Json, Size
from renderer.pipeline.film.crossing import crossed, gather
from renderer.pipeline.film.lettered import Made, Part
from renderer.plan.action import Action
from renderer.plan.enter import EnterRow, Span

FPS = Fraction(24)
WIDE, TALL = Size(64, 36), Size(36, 64)
CARD = 3


def film(slots: int, *, size: Size = WIDE, reverse: bool = False) -> list[Action]:
    """The actions of a film of five-second slots that go over into each other; one of them is a card."""
    motion = Moved(Fraction(1), reverse, 120)
    profile = Profile(size, FPS, "crop", None)

    def part(part: Part) -> Made:
        manifest: dict[str, Json] = (
            card_manifest("#000000", part.frames, size=size, fps=FPS, build="x", texts=[])
            if part.slot == CARD
            else segment_manifest(
                *(f"{part.slot:064}", Cut(part.skip, part.frames), profile),
                build="x",
                motion=motion._replace(skip=part.skip).manifest() if reverse else None,
            )
        )
        return Made(manifest, {})

    spans = [Span(0, 0, 96)]
    for slot in range(1, slots):
        enter = EnterRow(slot, "fade", 12, "")
        spans += [Span(slot - 1, 96, 12), Span(slot, 0, 12, enter), Span(slot, 12, 12), Span(slot, 24, 72)]
    return list(crossed(spans, part, lambda slot: f"{size}: slot {slot}"))


def cuts(actions: Sequence[Action]) -> list[tuple[str, int, int]]:
    """Of segments their clip, their first frame and how many they have."""
    return [
        (one.manifest["clip"].lstrip("0"), one.manifest["first"], one.manifest["frames"]) for one in actions
    ]


def test_a_slot_goes_along_with_the_transition_out_of_it() -> None:
    """But for what is left of the second behind the one into it, which goes along with that; each is made once."""
    actions = film(3)
    first, second, last = gather(actions)
    assert [("", 0, 96), ("", 96, 12), ("1", 12, 12)] == cuts(first.along)
    assert [("1", 24, 72), ("1", 96, 12), ("2", 12, 12)] == cuts(second.along)
    assert [("2", 24, 72)] == cuts([last])
    assert len(actions) == len({one.name for one in actions})
    assert {one.key for one in actions} == {
        one.key for whole in (first, second, last) for one in (whole, *whole.along)
    }


def test_pictures_of_a_film_with_transitions_are_encoded_in_two_threads() -> None:
    """Cards too; a codec whose threads are named otherwise has the one that its settings say."""
    assert {"2"} == {one.manifest["encoder"]["threads"] for one in film(6)}
    other = segment_manifest(
        "0" * 64, Cut(0, 12), Profile(WIDE, FPS, "crop", None, Coding("h265")), build="x"
    )
    assert other == in_threads(other)


def test_what_shows_no_clip_goes_along_with_nothing() -> None:
    """A card, whose pictures cost next to nothing; nor what is played backwards, all of which ffmpeg holds in memory."""
    gathered = gather(film(6))
    alone = [one for one in gathered if not is_crossing(one.manifest)]
    assert [None, None, None, "5"] == [one.manifest["clip"] and one.manifest["clip"][-1] for one in alone]
    backwards = film(3, reverse=True)
    assert tuple(backwards) == gather(backwards)


def test_of_what_is_there_nothing_is_made_again() -> None:
    """After another length of one transition: its second in one run."""
    actions = film(3)
    missing = [actions[1], actions[2], actions[3]]
    [one] = gather(missing)
    assert (actions[2].key, [("", 96, 12), ("1", 12, 12)]) == (one.key, cuts(one.along))


def test_pictures_of_two_films_go_along_with_their_own() -> None:
    """The same clips in two sizes."""
    wide, tall = film(4), film(4, size=TALL)
    for carrier in gather([*wide, *tall]):
        assert all(one.manifest["size"] == carrier.manifest["size"] for one in carrier.along)
