"""Chains and several films: a chained shot has a variant wherever its parent has one, and it starts from that."""

from collections.abc import Mapping
from fractions import Fraction

from renderer.storyboard import Frame, Framing, Shot, Use

from .test_expansion import board, codes

TWO = "outputs: {wide: {size: 64x36}, tall: {size: 36x64}, square: {size: 36x36}}\n"
PAD = "{id: pad, prompt: x, for: {tall: {ratio: 9:16}}}"


def shots(*entries: str) -> Mapping[str, Shot]:
    return {shot.id: shot for shot in board(f"{TWO}shots: [{', '.join(entries)}]\n").shots}


def image(shot: Shot) -> object:
    assert shot.request
    return shot.request.image


def test_a_chain_follows_its_parent_into_each_film() -> None:
    """At once and by way of others, wherever they stand; each variant stands behind its shot."""
    found = shots(
        "{id: end, image: {frame_of: sky, at: 1}}",
        PAD,
        "{id: sky, prompt: stars, last_image: {last_frame_of: pad}}",
        "{id: sea, prompt: waves}",
    )
    assert ["end", "end@tall", "pad", "pad@tall", "sky", "sky@tall", "sea"] == list(found)
    assert (Frame("sky", Fraction(1)), Frame("sky@tall", Fraction(1))) == (
        image(found["end"]),
        image(found["end@tall"]),
    )
    assert found["sky@tall"].request
    assert Frame("pad@tall") == found["sky@tall"].request.last_image
    assert ("tall", 0, found["end"].takes) == (
        found["end@tall"].output,
        found["end@tall"].item,
        found["end@tall"].takes,
    )


def test_what_a_film_shows_otherwise_goes_with_the_variant() -> None:
    """Its part of the clip is the variant's own `use`, from which the next one starts."""
    found = shots(
        PAD,
        "{id: sky, image: {last_frame_of: pad}, use: 3, for: {tall: {use: 2, reframe: left}, square: {fit: pad}}}",
    )
    assert (Use(out_s=Fraction(3)), Use(out_s=Fraction(2))) == (found["sky"].use, found["sky@tall"].use)
    assert {"square": Framing(fit="pad")} == found["sky"].framings
    (framing,) = found["sky@tall"].framings.values()
    assert (None, Fraction(0)) == (framing.use, framing.centre and framing.centre.x)


def test_a_variant_of_its_own_starts_from_the_parents_too() -> None:
    """Unless it has another image; where the parent has none, it starts from the parent."""
    found = shots(
        PAD,
        "{id: sky, image: {last_frame_of: pad}, for: {tall: {style: dusk}, square: {style: noon}}}",
        "{id: sea, image: {last_frame_of: pad}, for: {tall: {image: a.png}}}",
    )
    assert (Frame("pad@tall"), Frame("pad")) == (image(found["sky@tall"]), image(found["sky@square"]))
    assert not isinstance(image(found["sea@tall"]), Frame)


def test_own_footage_may_be_the_parent() -> None:
    """Another clip of it in one film is another first frame there."""
    found = shots(
        "{id: logo, clip: a.mp4, for: {square: {clip: b.mp4}}}", "{id: sky, image: {last_frame_of: logo}}"
    )
    assert ["logo", "logo@square", "sky", "sky@square"] == list(found)


def test_a_loop_is_told_once_and_one_of_variants_too() -> None:
    """Where the shots themselves are in none, the variants may be."""
    one, other = "{id: a, image: {last_frame_of: b}", "{id: b, image: {last_frame_of: a}"
    assert ["S241"] == codes(f"{TWO}shots: [{one}, for: {{tall: {{style: x}}}}}}, {other}}}]")
    inner = "{id: b, prompt: x, for: {tall: {image: {last_frame_of: a}}}}"
    assert ["S241"] == codes(f"{TWO}shots: [{one}}}, {inner}]")


def test_nobody_names_a_variant() -> None:
    """A parent is a shot, and which of its clips counts follows from the film."""
    assert ["S240"] == codes(f"{TWO}shots: [{PAD}, {{id: sky, image: {{last_frame_of: pad@tall}}}}]")
    unknown = "{id: sky, image: {last_frame_of: pod}, for: {tall: {style: x}}}"
    assert ["S240"] == codes(f"{TWO}shots: [{PAD}, {unknown}]")
