"""The schema teaches the language in an editor, is valid itself, and agrees with the storyboards that we ship."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from renderer.spec import expand, parse, validate

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "schemas" / "storyboard.schema.json").read_text(encoding="utf-8"))
SPECS = sorted((ROOT / "specs").glob("*.yaml"))


def fields(rule: Any, path: str = "$") -> Iterator[tuple[str, Any, bool]]:
    """Every field that the schema describes: path, rule, whether it is required."""
    if isinstance(rule, list):
        for number, item in enumerate(rule):
            yield from fields(item, f"{path}[{number}]")
    elif isinstance(rule, dict):
        for name, item in rule.get("properties", {}).items():
            if "$ref" not in item:
                yield f"{path}.{name}", item, name in rule.get("required", ())
        for name, item in rule.get("$defs", {}).items():
            yield f"{path}.{name}", item, False
        for name, item in rule.items():
            if name not in ("examples", "default"):
                yield from fields(item, f"{path}.{name}")


def test_the_schema_is_a_valid_schema() -> None:
    """By the meta-schema of 2020-12."""
    Draft202012Validator.check_schema(SCHEMA)
    assert "https://json-schema.org/draft/2020-12/schema" == SCHEMA["$schema"]


@pytest.mark.parametrize(("path", "rule", "required"), list(fields(SCHEMA)))
def test_every_field_teaches_itself(path: str, rule: dict[str, Any], required: bool) -> None:  # noqa: FBT001
    """A title, a description, a default where it may be left out, and examples that are valid."""
    if path.endswith("not_for_footage") or ".if." in path:
        return
    assert {"title", "description", "examples"} <= rule.keys(), path
    assert required or "default" in rule, path
    validator = Draft202012Validator({**rule, "$defs": SCHEMA["$defs"]})
    for example in rule["examples"]:
        validator.validate(example)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_our_own_storyboards_have_nothing_to_tell(spec: Path) -> None:
    """Not even a warning, and the first line names the schema for editors."""
    content = spec.read_bytes()
    document = parse(content, file=str(spec))
    assert [] == validate(document, schema=SCHEMA)
    assert [] == expand(document)[1]
    assert content.startswith(b"# yaml-language-server: $schema=../schemas/storyboard.schema.json\n")


def test_the_package_imports_neither_yaml_nor_jsonschema() -> None:
    """A build with nothing to do does not pay for them."""
    import subprocess
    import sys

    program = "import sys, renderer.spec; print(sorted({'yaml', 'jsonschema'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "[]" == found.stdout.strip()
