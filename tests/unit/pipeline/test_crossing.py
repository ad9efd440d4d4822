"""What goes along with what: a picture with the transition behind it, of the same clip in the same film."""

from fractions import Fraction

from renderer.media.conform import Cut, Profile
from renderer.media.manifests import card_manifest, segment_manifest
from renderer.model import Json, Size
from renderer.pipeline.film.crossing import GATHERED_MIN, crossed, gather
from renderer.pipeline.film.lettered import Made, Part
from renderer.plan.action import Action
from renderer.plan.enter import EnterRow, Span

FPS = Fraction(24)
WIDE, TALL = Size(64, 36), Size(36, 64)
CARD = 3


def film(slots: int, *, size: Size = WIDE) -> list[Action]:
    """The actions of a film of five-second slots that go over into each other; one of them is a card."""
    profile = Profile(size, FPS, "crop", None)

    def part(part: Part) -> Made:
        manifest: dict[str, Json] = (
            card_manifest("#000000", part.frames, size=size, fps=FPS, build="x", texts=[])
            if part.slot == CARD
            else segment_manifest(f"{part.slot:064}", Cut(part.skip, part.frames), profile, build="x")
        )
        return Made(manifest, {})

    spans = [Span(0, 0, 96)]
    for slot in range(1, slots):
        spans += [Span(slot, 0, 24, 24, EnterRow(slot, "fade", 12, "")), Span(slot, 24, 72)]
    return list(crossed(spans, part, lambda slot: f"{size}: slot {slot}"))


def test_a_picture_goes_along_with_the_transition_behind_it() -> None:
    """All but a card, which has no clip, and the last one; each is made once."""
    actions = film(6)
    gathered = gather(actions)
    along = {one.key: carrier for carrier in gathered for one in carrier.along}
    pictures, transitions = actions[0:-1:2], actions[1::2]
    for slot, (picture, transition) in enumerate(zip(pictures, transitions, strict=True)):
        assert (slot == CARD) is (picture.key not in along)
        assert slot == CARD or along[picture.key].key == transition.key
    assert {one.key for one in actions} == {one.key for one in gathered} | along.keys()
    assert len(actions) == len(gathered) + len(along)


def test_few_are_left_apart() -> None:
    """As after a change to one clip."""
    actions = film(6)[: GATHERED_MIN - 1]
    assert tuple(actions) == gather(actions)


def test_pictures_of_two_films_go_along_with_their_own() -> None:
    """The same clips in two sizes."""
    wide, tall = film(4), film(4, size=TALL)
    for carrier in gather([*wide, *tall]):
        assert all(one.manifest["size"] == carrier.manifest["size"] for one in carrier.along)
