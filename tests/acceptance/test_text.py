"""Titles and subtitles: what is drawn, what is written beside the film, and what a changed word makes again."""

import json
import shutil
from pathlib import Path

import pytest

from renderer.lettering.find import shipped_folder

from .looking import frames_of, manifests
from .stage import Stage, digest_of, frames_in

FILM = """\
version: 1
title: Three Greetings
output: {size: 160x90, fps: 8}
defaults: {duration: 1, camera: static}
shots:
  - {id: pad, image: grey.png}
  - id: crew
    image: grey.png
    titles: [{text: "שלום", size: 40}]
    dialogue: [{who: mara, line: "It's late.", at: 0.25, until: 0.75}]
  - {id: sky, image: grey.png}
"""
CARD = "\n    titles: [{text: Liftoff, at: before, for: 0.5}, {text: End, at: after, for: 1, background: '#ffffff', colour: '#000000'}]"


@pytest.fixture
def lettered(stage: Stage) -> Stage:
    """Three shots of a grey picture; the second one has a title and a line of dialogue."""
    stage.still("grey.png", colour="#808080", size=(160, 90))
    stage.write("film.yaml", FILM)
    stage.built()
    return stage


def brightness(film: Path) -> list[tuple[int, int]]:
    """The darkest and brightest point of each frame."""
    return [picture.convert("L").getextrema() for picture in frames_of(film)]  # type: ignore[misc]


def is_drawn(bounds: tuple[int, int]) -> bool:
    return bounds[0] < 60 and bounds[1] > 200


def segments(stage: Stage) -> set[str]:
    """The keys of all segments in the store."""
    return {key for key, manifest in manifests(stage).items() if manifest["action"] == "segment"}


def test_a_title_stands_on_the_frames_of_its_shot_alone(lettered: Stage) -> None:
    """The other shots' frames are as they were."""
    assert [False] * 8 + [True] * 8 + [False] * 8 == [is_drawn(one) for one in brightness(lettered.film())]


def test_a_title_shows_from_its_time_on_for_its_time(lettered: Stage) -> None:
    """To the frame."""
    lettered.edit("size: 40}", "size: 40, from: 2f, for: 3f}")
    lettered.built()
    shown = [number for number, one in enumerate(brightness(lettered.film())) if is_drawn(one)]
    assert [10, 11, 12] == shown


def test_a_changed_title_draws_its_slot_again_and_nothing_else(lettered: Stage) -> None:
    """No take is made, and one segment."""
    before = segments(lettered)
    lettered.edit("שלום", "مرحبا")
    assert "the text on `crew` changed" in lettered.run("plan").stdout
    assert [] == lettered.built().ran
    assert 1 == len(segments(lettered) - before)


def test_a_changed_line_writes_the_subtitles_again_and_the_film_not(lettered: Stage) -> None:
    """What is not burned in is no part of the film."""
    film = digest_of(lettered.film())
    lettered.edit("It's late.", "It is early.")
    assert [] == lettered.built().ran
    assert film == digest_of(lettered.film())
    assert "00:00:01,250 --> 00:00:01,750\nMARA: It is early.\n" in lettered.film("film.srt").read_text(
        "utf-8"
    )
    assert "<v Mara>It is early.\n" in lettered.film("film.vtt").read_text("utf-8")


def test_cards_are_slots_of_their_own(lettered: Stage) -> None:
    """The film is longer by them, and what is said moves with its shot."""
    lettered.edit("  - {id: pad, image: grey.png}", "  - id: pad\n    image: grey.png" + CARD)
    lettered.built()
    assert 24 + 4 + 8 == frames_in(lettered.film())
    dark, bright = brightness(lettered.film())[1], brightness(lettered.film())[4 + 8 + 1]
    assert (dark[0] < 30, bright[1] > 240) == (True, True)
    assert "00:00:02,750 -->" in lettered.film("film.srt").read_text("utf-8")


def test_a_shot_that_is_shown_twice_has_its_titles_once_and_says_its_lines_twice(lettered: Stage) -> None:
    """The first time; lines follow the clip."""
    lettered.write("film.yaml", FILM + "sequence: [crew, pad, crew, sky]\n")
    lettered.built()
    shown = {number // 8 for number, one in enumerate(brightness(lettered.film())) if is_drawn(one)}
    assert {0} == shown
    assert 2 == lettered.film("film.srt").read_text("utf-8").count("MARA: It's late.")


def test_subtitles_are_burned_in_where_that_is_asked(lettered: Stage) -> None:
    """On the frames of their time, in the same shot as before."""
    lettered.edit("fps: 8}", "fps: 8, subtitles: {burn: true, size: 20, srt: false}}")
    lettered.edit('titles: [{text: "שלום", size: 40}]', "caption: null")
    lettered.built()
    shown = [number for number, one in enumerate(brightness(lettered.film())) if is_drawn(one)]
    assert [10, 11, 12, 13] == shown
    assert (False, True) == (lettered.film("film.srt").exists(), lettered.film("film.vtt").exists())


def test_subtitles_that_are_not_asked_for_any_more_go(lettered: Stage) -> None:
    """What this program wrote; a file that somebody changed stays."""
    lettered.film("film.vtt").write_text("mine")
    lettered.edit('    dialogue: [{who: mara, line: "It\'s late.", at: 0.25, until: 0.75}]\n', "")
    lettered.built()
    assert (False, True) == (lettered.film("film.srt").exists(), lettered.film("film.vtt").exists())


def test_what_stands_beside_a_film_elsewhere_is_not_written_over(lettered: Stage) -> None:
    """Outside `build/` only what is not there yet, or was written by an earlier build."""
    own = lettered.write("cuts/one.srt", "mine")
    lettered.built("-o", "cuts/one.mp4")
    lettered.edit("It's late.", "It is early.")
    lettered.built("-o", "cuts/one.mp4")
    assert "mine" == own.read_text()
    assert "It's late." in lettered.film("film.srt").read_text()
    assert "It is early." in own.with_suffix(".vtt").read_text()


def test_a_title_that_no_film_shows_is_left_out_with_a_warning(stage: Stage) -> None:
    """S282, at the title, once; a trailer that shows too little of the shot for it is none of it."""
    stage.write(
        "film.yaml",
        """version: 1
outputs: {film: {size: 64x36}, trailer: {size: 64x36, sequence: [{shot: pad, use: 0.5}]}}
shots:
  - {id: pad, prompt: steam, duration: 2, titles: [{text: a, from: 1}, {text: b, from: 47f}, {text: c, from: 48f}]}
""",
    )
    warnings = stage.run("validate", "--json").json["warnings"]
    assert [("S282", 4, 101)] == [(one["code"], one["line"], one["column"]) for one in warnings]


def test_a_line_that_is_never_shown_is_left_out_with_a_warning(lettered: Stage) -> None:
    """S282, at the line."""
    lettered.edit("at: 0.25, until: 0.75}", "at: 2, until: 3}")
    warnings = lettered.run("validate", "--json").json["warnings"]
    assert [("S282", 10)] == [(one["code"], one["line"]) for one in warnings]
    lettered.built()
    assert not lettered.film("film.srt").exists()


def test_a_text_that_no_font_can_draw_is_an_error(lettered: Stage) -> None:
    """Never a box."""
    lettered.edit("שלום", "\\U0010FFFD")
    ended = lettered.build()
    assert (2, ["S280"]) == (ended.code, ended.codes)


def test_a_font_is_an_input(lettered: Stage) -> None:
    """Other bytes under its name draw the title again; what is none is told."""
    shutil.copy(shipped_folder() / "NotoSansHebrew-Bold.ttf", lettered.root / "own.ttf")
    lettered.edit("size: 40}", "size: 40, font: own.ttf}")
    lettered.built()
    before, film = segments(lettered), digest_of(lettered.film())
    lettered.write("own.ttf", (lettered.root / "own.ttf").read_bytes() + b"padding")
    lettered.built()
    assert (1, film) == (len(segments(lettered) - before), digest_of(lettered.film()))
    lettered.write("own.ttf", b"no font")
    assert ["S281"] == lettered.build().codes


def test_the_same_words_are_the_same_bytes_in_another_folder(lettered: Stage, tmp_path: Path) -> None:
    """With another store, and as many processes as there are cores."""
    other = lettered.copy(tmp_path / "elsewhere", store=tmp_path / "other store")
    other.built()
    assert [digest_of(lettered.film(name)) for name in ("film.mp4", "film.json")] == [
        digest_of(other.film(name)) for name in ("film.mp4", "film.json")
    ]


def test_a_build_with_nothing_to_do_writes_nothing(lettered: Stage) -> None:
    """Not even what stands beside the film."""
    before = lettered.files()
    lettered.built()
    assert before == lettered.files()


def test_words_of_two_shots_never_stand_over_each_other(stage: Stage) -> None:
    """In a crossfade the caption of the first one goes where that of the next one comes, beside the film and in its picture."""
    stage.still("a.png", colour="#404040", size=(160, 90))
    shots = "  - {id: a, clip: a.png, duration: 2, caption: MMMMMMMM}\n"
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 160x90, fps: 24, subtitles: {burn: true, size: 20}}\nshots:\n"
        f"{shots}  - {{id: b, clip: a.png, duration: 2, caption: i, enter: {{crossfade: 1}}}}\n",
    )
    stage.built()
    first, second = "1\n00:00:00,000 --> 00:00:01,000\nMMMMMMMM\n", "2\n00:00:01,000 --> 00:00:03,000\ni\n"
    assert f"{first}\n{second}" == (stage.root / "build" / "film.srt").read_text("utf-8")
    found = brightness(stage.film())
    assert found[23][1] > 200
    assert found[24][1] < 80


def test_words_that_come_while_the_next_ones_show_do_not_fade(stage: Stage) -> None:
    """A last line of the shot before stands on the picture that comes, above what is said there, as long as it shows."""
    stage.still("a.png", colour="#404040", size=(160, 90))
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 160x90, fps: 24, subtitles: {burn: true, size: 20}}\nshots:\n"
        "  - {id: a, clip: a.png, duration: 2, dialogue: [{line: MMMMMMMM, at: 1.5, until: 2}]}\n"
        "  - {id: b, clip: a.png, duration: 2, dialogue: [{line: i, until: 2}], enter: {crossfade: 1}}\n",
    )
    stage.built()
    bright = [
        picture.convert("L").point(lambda value: 255 * (value > 180)) for picture in frames_of(stage.film())
    ]
    during, after = (box for frame in (46, 50) if (box := bright[frame].getbbox()))
    assert (True, True) == (during[2] - during[0] > 100, after[2] - after[0] < 60)
    assert (True, True) == (during[3] == after[3], during[1] < after[1] - 10)


def titled(stage: Stage, text: str) -> list[bytes]:
    """The pictures of a film of two frames with this title."""
    stage.still("grey.png", colour="#808080", size=(160, 90))
    quoted = json.dumps(text, ensure_ascii=False)
    shot = f"  - {{id: pad, clip: grey.png, duration: 2f, titles: [{{text: {quoted}}}]}}\n"
    stage.write("film.yaml", f"version: 1\noutput: {{size: 160x90}}\nshots:\n{shot}")
    stage.built()
    return [picture.tobytes() for picture in frames_of(stage.film())]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ab\u200bc\u2060d\u200d", "abcd"),
        ("cafe\u0301", "café"),
        ("a\tb", "a b"),
        ("\u2066abc\u2069", "abc"),
        ("A\ufe0f", "A"),
    ],
)
def test_what_leaves_no_mark_leaves_none(stage: Stage, text: str, plain: str) -> None:
    """Joiners, marks of direction, accents by themselves: the picture is that of the plain text, without a box."""
    assert titled(stage, plain) == titled(stage, text)


def test_what_no_font_has_is_told_by_its_number(stage: Stage) -> None:
    """A character that is nobody's cannot be shown in a message either, and no font is to be looked for."""
    stage.write(
        "film.yaml", 'version: 1\nshots:\n  - {id: pad, prompt: steam, titles: [{text: "a\\U000e0ffd"}]}\n'
    )
    run = stage.build()
    assert (2, ["S280"]) == (run.code, run.codes)
    assert "no font here can draw `U+E0FFD`" == run.json["errors"][0]["message"]
    assert "give a font file that can as `font`, or leave it out" == run.json["errors"][0]["hint"]


def test_ten_thousand_characters_are_held_and_told(stage: Stage) -> None:
    """All of them stand in the subtitles, whoever reads them; a warning says that nobody does."""
    stage.still("grey.png", size=(160, 90))
    words = " ".join(f"word{number}" for number in range(1000))
    shot = f"  - {{id: pad, clip: grey.png, duration: 2, caption: {words}}}\n"
    stage.write("film.yaml", f"version: 1\noutput: {{size: 160x90}}\nshots:\n{shot}")
    run = stage.run("build", "film.yaml")
    assert 0 == run.code
    assert "warning[S289]" in run.stderr
    written = (stage.root / "build" / "film.srt").read_text("utf-8")
    assert set(words.split()) <= set(written.split())
    stage.edit(words, "Hi")
    assert "S289" not in stage.run("build", "film.yaml").stderr


def test_a_text_without_anything_to_read_is_left_out(stage: Stage) -> None:
    """With a warning; no empty subtitle is written, and nothing is drawn."""
    stage.still("grey.png", size=(160, 90))
    shot = '  - {id: pad, clip: grey.png, duration: 2, caption: "\\u200b", titles: [{text: "\\u200d"}]}\n'
    stage.write("film.yaml", f"version: 1\noutput: {{size: 160x90}}\nshots:\n{shot}")
    run = stage.run("build", "film.yaml")
    assert (0, 2) == (run.code, run.stderr.count("warning[S288]"))
    assert not (stage.root / "build" / "film.srt").exists()
