"""Subtitle files: read back by ffmpeg's readers, whatever stands in a line."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from renderer.report.sidecar import Film, Part, clip_text, sidecar
from renderer.report.subtitles import Cue, srt, vtt
from renderer.sources import GENERATED, PARTLY, VOCABULARY

TRICKY = 'a & b < c > d {not a command} "quoted" -->\nsecond line, 100 % \\n'


def read(path: Path) -> list[tuple[float, float, str]]:
    """Begin, length and text of each cue, as ffmpeg reads them."""
    with av.open(str(path)) as container:
        return [
            (
                float(packet.pts * packet.time_base),
                float(packet.duration * packet.time_base),
                bytes(packet).decode(),
            )
            for packet in container.demux(subtitles=0)
            if packet.pts is not None and packet.duration is not None
        ]


@pytest.mark.parametrize(("write", "name"), [(srt, "a.srt"), (vtt, "a.vtt")])
def test_times_are_exact_to_the_millisecond(
    write: Callable[[list[Cue]], str], name: str, tmp_path: Path
) -> None:
    """Also past the first hour, and at a rate of NTSC."""
    frame = Fraction(1001, 24000)
    cues: list[Cue] = [
        (frame, 3 * frame, [(None, "one")]),
        (Fraction(3661), Fraction(7322, 2) + 1, [("mara", "two")]),
    ]
    (tmp_path / name).write_text(write(cues), "utf-8")
    found = read(tmp_path / name)
    assert [(0.042, 0.083), (3661.0, 1.0)] == [(start, length) for start, length, _ in found]


def test_markup_that_a_line_holds_by_chance_stays_text(tmp_path: Path) -> None:
    """WebVTT escapes it; in SubRip an invisible joiner keeps it from being taken for a tag."""
    cues: list[Cue] = [(Fraction(0), Fraction(1), [(None, TRICKY + "<b>bold</b>")])]
    assert "a &amp; b &lt; c &gt; d" in vtt(cues)
    assert "--&gt;\nsecond line" in vtt(cues)
    assert "<b>" not in srt(cues)
    (tmp_path / "a.srt").write_text(srt(cues), "utf-8")
    assert "second line" in read(tmp_path / "a.srt")[0][2]


def test_an_empty_line_does_not_end_a_cue() -> None:
    """It is held open by a space that is none."""
    assert "one\n\u00a0\ntwo\n" in srt([(Fraction(0), Fraction(1), [(None, "one\n\ntwo")])])


def test_words_of_several_share_a_cue() -> None:
    """One below the other, each under its own name; a voice ends where the next one begins."""
    both: list[Cue] = [
        (Fraction(0), Fraction(1), [(None, "Pad 39A"), ("mara", "It's late."), ("voss", "Go.")])
    ]
    assert "Pad 39A\nMARA: It's late.\nVOSS: Go.\n" in srt(both)
    assert "Pad 39A\n<v Mara>It's late.</v>\n<v Voss>Go.</v>\n" in vtt(both)


def part(source: str | None) -> Part:
    clip = clip_text("0" * 64, provider="aimlapi", model="gen3a_turbo", prompt="a rocket", seed="7")
    return Part("pad", [(0, 48)], clip, source)


def film(*parts: Part, cards: int = 0) -> Film:
    return Film("film.mp4", "1" * 64, "Liftoff", 48, Fraction(24), parts, cards)


def test_a_film_is_declared_by_what_is_in_it() -> None:
    """As a whole, in part, or not at all."""
    made, drawn, own = part(GENERATED), part(PARTLY), part(None)
    films = (film(made), film(made, own), film(made, cards=1), film(drawn), film(own))
    told = [json.loads(sidecar(one))["film"] for one in films]
    assert [GENERATED, PARTLY, PARTLY, PARTLY, None] == [one["digital_source_type"] for one in told]
    assert [True, True, True, True, False] == [one["generated_by_ai"] for one in told]
    assert f"{VOCABULARY}{GENERATED}" == told[0]["digital_source_type_uri"]


def test_a_slot_is_told_in_seconds_of_the_film() -> None:
    """To the microsecond, at rates that are no whole number too; each shot on a line of its own."""
    ntsc = film(part(GENERATED)._replace(slots=[(0, 24), (30, 54)]), part(None))._replace(
        fps=Fraction(24000, 1001)
    )
    text = sidecar(ntsc)
    shots = json.loads(text)["shots"]
    assert [{"start_s": 0.0, "end_s": 1.001}, {"start_s": 1.25125, "end_s": 2.25225}] == shots[0]["slots"]
    assert 2 == sum('"id": "pad"' in line for line in text.splitlines())


def test_a_sidecar_names_no_day_and_no_place() -> None:
    """The same film has the same sidecar."""
    text = sidecar(film(part(GENERATED)))
    assert '"digital_source_type": "trainedAlgorithmicMedia"' in text
    assert "/" not in text.replace(VOCABULARY, "")
