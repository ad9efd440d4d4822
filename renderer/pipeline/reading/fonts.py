"""The fonts of a storyboard's texts: found, digested, held against every character; a text that none can draw is an error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.diagnostic import Diagnostic, Finding, Place
from renderer.errors import MediaError
from renderer.pipeline.reading.inputs import InputDesk, Material
from renderer.plan.text import SHIPPED, FontRow, Fonts, TitleRow, WordsRow
from renderer.row import Row
from renderer.storyboard import Output, Source, Title, Words

if TYPE_CHECKING:
    from renderer.lettering.face import Face
    from renderer.lettering.find import Font

SHOWN_MAX = 12
EMOJI, NOBODYS = "symbols or emoji", "no script"
NAMELESS = (EMOJI, NOBODYS)
FONTS = {
    EMOJI: "Noto Emoji, the one without colours",
    NOBODYS: "",
    "Mathematical": "Noto Sans Math",
    **dict.fromkeys(("CJK", "Hiragana", "Katakana", "Hangul", "Bopomofo", "Fullwidth"), "Noto Sans CJK"),
}
"""Fonts that are called otherwise than the script they have; none for characters that are each font's own."""


class _Found(Row):
    """A face at hand, and how rows name it."""

    face: Face
    row: FontRow
    is_system: bool = False


class Letterer:
    """Finds the fonts of one storyboard's texts. `tell` takes what is wrong: S280, S281, S285, and S4xx of a font's file."""

    def __init__(
        self,
        desk: InputDesk,
        outputs: Sequence[Output],
        environ: Mapping[str, str],
        *,
        tell: Callable[[Diagnostic], None],
    ) -> None:
        self.desk, self.outputs, self.environ, self.tell = desk, outputs, environ, tell

    def words_of(self, words: Words, *, output: str | None) -> WordsRow | None:
        """The words of a shot with the fonts that draw them, for one output, or for all; None where it has none."""
        if words == Words():
            return None
        return WordsRow(
            titles=tuple(map(self._title, words.titles)),
            caption=words.caption,
            dialogue=tuple(
                (said.who, said.line, str(said.at_s), _text(said.until_s)) for said in words.dialogue
            ),
            burned=tuple(self._burned(words, output)),
        )

    def _title(self, title: Title) -> TitleRow:
        return TitleRow(
            title.text,
            title.at,
            _text(title.for_s),
            str(title.from_s),
            title.position,
            str(title.size),
            title.colour,
            title.ground,
            self._fonts(title.text, title.font, title.place, display=True),
        )

    def _burned(self, words: Words, own: str | None) -> Iterator[tuple[str, Fonts]]:
        """The fonts of what is burned in, for each output that does so and may show the shot."""
        place = words.dialogue[0].place if words.dialogue else words.caption_place
        for output in self.outputs:
            if place and output.subtitles.burn and own in (None, output.name):
                text = "\n".join([*(line.line for line in words.dialogue), words.caption or ""])
                yield output.name, self._fonts(text, output.subtitles.font, place, display=False)

    def _fonts(self, text: str, chosen: Source | None, place: Place, *, display: bool) -> Fonts:
        """The faces that draw a text, in order of preference: the author's, those that ship, those of this machine."""
        from renderer.lettering.runs import missing, split_runs  # noqa: PLC0415 - only where text is drawn

        here = [*self._given(chosen, place), *self._shipped[display]]
        lacking = missing(text, [found.face for found in here])
        if lacking:
            here += self._search(lacking)
            if left := missing(lacking, [found.face for found in here]):
                self.tell(_no_font(left, [found.face for found in here], place))
        faces = [found.face for found in here]
        used = {run.face for line in text.split("\n") for run in split_runs(line, faces)} or {0}
        chosen_here = [here[number] for number in sorted(used)]
        for found in chosen_here:
            if found.is_system:
                self.tell(_from_system(found.face.name, place))
        return tuple(found.row for found in chosen_here)

    def _given(self, source: Source | None, place: Place) -> Iterator[_Found]:
        from renderer.lettering.face import read_faces  # noqa: PLC0415

        found = self.desk.font(source) if source else None
        if isinstance(found, Finding):
            self.tell(found.at(place))
        elif source and found and found.path:
            try:
                yield from (_Found(face, self._row(found, face)) for face in read_faces(found.path)[:1])
            except MediaError as error:
                notes = tuple(f"{name}: {value}" for name, value in error.facts)
                message = f"`{source.text}` cannot be read as a font"
                self.tell(Diagnostic("S281", message, place, notes=notes, hint=error.hint))

    @cached_property
    def _shipped(self) -> tuple[Sequence[_Found], Sequence[_Found]]:
        """The fonts that ship with this program: for subtitles, and for titles."""
        from renderer.lettering.find import DISPLAY, TEXT, shipped  # noqa: PLC0415

        return self._named(shipped(TEXT)), self._named(shipped(DISPLAY))

    def _named(self, fonts: Sequence[Font]) -> list[_Found]:
        found = []
        for path, face in fonts:
            digest = self.desk.store.digest_of(path)
            assert digest, "BUG: a font that ships is not there"
            row = FontRow(digest.sha256, digest.size_bytes, face.number, f"{SHIPPED}{path.name}")
            found.append(_Found(face, row))
        return found

    def _search(self, lacking: str) -> Iterator[_Found]:
        from renderer.lettering.find import search  # noqa: PLC0415

        for path, face in search(lacking, self._system):
            found = self.desk.system_font(path)
            if isinstance(found, Material):
                yield _Found(face, self._row(found, face), is_system=True)

    @cached_property
    def _system(self) -> Sequence[Path]:
        from renderer.lettering.find import system_files  # noqa: PLC0415

        return system_files(self.environ)

    def _row(self, found: Material, face: Face) -> FontRow:
        assert found.path, "BUG: a font that is no file"
        path = os.path.relpath(found.path, self.desk.project.spec.parent)
        return FontRow(found.digest.sha256, found.digest.size_bytes, face.number, path)


def _no_font(missing: str, faces: Sequence[Face], place: Place) -> Diagnostic:
    from renderer.lettering.runs import script_of  # noqa: PLC0415

    lacking = [sign for sign in missing if not any(face.has(sign) for face in faces)]
    script = script_of([*lacking, *missing][0])
    shown = "".join(sign if sign.isprintable() else f"U+{ord(sign):04X} " for sign in missing[:SHOWN_MAX])
    message = f"no font here can draw `{shown.strip()}`" + (f" ({script})" if script not in NAMELESS else "")
    font = FONTS.get(script, f"Noto Sans {script}")
    hint = f"give a font file that can as `font`, or {f'install one, such as {font}' if font else 'leave it out'}"
    return Diagnostic("S280", message, place, hint=hint)


def _from_system(name: str, place: Place) -> Diagnostic:
    message = f"`{name}`, a font of this machine, draws a part of this text"
    hint = "copy the font into the project and name it as `font`, so that the film is the same everywhere"
    return Diagnostic("S285", message, place, "warning", hint=hint)


def _text(time_s: Fraction | None) -> str | None:
    return None if time_s is None else str(time_s)
