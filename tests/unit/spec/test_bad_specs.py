"""Every error code of the storyboard has a bad spec in `tests/bad/` and the full text of what it is told.

A golden text is written anew, to be read and committed, by

    RENDERER_GOLDEN=write pytest tests/unit/spec/test_bad_specs.py
"""

import json
import os
import re
from pathlib import Path

import pytest

from renderer.diagnostic import Diagnostic
from renderer.errors import MediaError, SpecError
from renderer.report.diagnostics import render_text
from renderer.spec import expand, gather, parse, validate

ROOT = Path(__file__).parents[3]
BAD = ROOT / "tests" / "bad"
CODES = ROOT / "renderer" / "codes" / "spec.md"
SCHEMA = json.loads((ROOT / "schemas" / "storyboard.schema.json").read_text(encoding="utf-8"))
SPECS = sorted(BAD.glob("S[125]??-*.yaml"))
GENERATED = {"S101", "S112", "S113", "S299"}


def diagnostics_of(content: bytes, *, file: str) -> list[Diagnostic]:
    try:
        document = gather(parse(content, file=file), schema=SCHEMA, read=read)
        found = validate(document, schema=SCHEMA)
        return found if has_error(found) else [*found, *expand(document)[1]]
    except SpecError as error:
        return list(error.diagnostics)


def read(name: str) -> bytes:
    """An included file, relative to the folder of bad specs."""
    path = BAD / name
    if not path.is_file():
        raise MediaError(f"`{name}` does not exist", code="S401")
    return path.read_bytes()


def has_error(found: list[Diagnostic]) -> bool:
    return any(diagnostic.severity == "error" for diagnostic in found)


def rendered(content: bytes, *, file: str) -> str:
    def source(found: Diagnostic) -> str:
        shown = found.place.file if found.place else file
        text = content if shown == file else read(shown)
        return text.decode("utf-8", "replace")

    return "\n\n".join(
        render_text(found, source=source(found), colour=False) for found in diagnostics_of(content, file=file)
    )


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_a_bad_spec_is_told_in_its_golden_text(spec: Path) -> None:
    """The whole text of all diagnostics, the one that the file is named after among them."""
    golden = spec.with_suffix(".txt")
    text = rendered(spec.read_bytes(), file=spec.name) + "\n"
    if os.environ.get("RENDERER_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8", newline="\n")
    assert golden.read_text(encoding="utf-8") == text
    assert f"[{spec.name[:4]}]" in text


def test_every_code_in_the_reference_has_a_bad_spec() -> None:
    """`renderer help CODE` explains nothing that cannot be shown."""
    documented = set(re.findall(r"^## (\w+) ", CODES.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == {spec.name[:4] for spec in SPECS} | GENERATED


def test_every_code_in_the_source_is_in_the_reference() -> None:
    """No diagnostic leaves the reader without an explanation."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "renderer" / "spec").glob("*.py"))
    documented = set(re.findall(r"^## (\w+) ", CODES.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == set(re.findall(r'"(S\d\d\d)"', source))


def test_every_golden_text_has_its_bad_spec() -> None:
    """No text is left behind by a renamed spec."""
    goldens = {golden.stem for golden in BAD.glob("S[125]??-*.txt")}
    assert {spec.stem for spec in SPECS} == goldens
