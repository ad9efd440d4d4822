"""What `--json` prints: one object of a fixed shape on stdout, and nothing else."""

from typing import Any

import jsonschema
import pytest

from .director import Director
from .stage import THREE_SHOTS, Stage, digest_of


def closed(**properties: Any) -> dict[str, Any]:
    """An object that has just these fields; those whose name ends in `_` may be absent."""
    named = {name.rstrip("_"): kind for name, kind in properties.items()}
    required = [name for name in properties if not name.endswith("_")]
    return {"type": "object", "properties": named, "required": required, "additionalProperties": False}


def a(*kinds: str) -> dict[str, Any]:
    return {"type": list(kinds)}


def either(kind: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [kind, {"type": "null"}]}


def each(kind: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": kind}


TEXT, COUNT, MONEY = (
    a("string"),
    {"type": "integer", "minimum": 0},
    {"type": ["number", "null"], "minimum": 0},
)
DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
ERROR = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "pattern": "^[A-Z][0-9]{3}$"},
        "message": {"type": "string", "minLength": 1},
        "file": a("string", "null"),
        "line": {"type": ["integer", "null"], "minimum": 1},
        "column": {"type": ["integer", "null"], "minimum": 1},
        "hint": a("string", "null"),
    },
    "required": ["code", "message", "file", "line", "column", "hint"],
}
CLIP = closed(path=TEXT, sha256=DIGEST, bytes=COUNT, duration_s=MONEY, width=COUNT, height=COUNT, fps=TEXT)
SEQUENCE = closed(output_=TEXT, path=TEXT, sha256=DIGEST, duration_s=MONEY, frames=COUNT)
SHOT = {
    "id": TEXT,
    "take": {"type": "integer", "minimum": 1},
    "key": DIGEST,
    "provider": TEXT,
    "model": a("string", "null"),
    "seed": COUNT,
    "output_": TEXT,
}
OUTCOMES = {"enum": ["reused", "ran", "failed", "blocked"]}
BUILD = closed(
    version={"const": 1},
    spec=TEXT,
    shots=each(
        closed(
            **SHOT,
            outcome=OUTCOMES,
            job=a("string", "null"),
            cost_usd=MONEY,
            clip=either(CLIP),
            error=either(ERROR),
        )
    ),
    sequence=either(SEQUENCE),
    sequences={"type": "array"},
    spent_usd=MONEY,
    elapsed_s={"type": "number", "minimum": 0},
    errors_=each(ERROR),
)
PLAN = {
    "type": "object",
    "required": ["version", "spec", "shots"],
    "properties": {
        "version": {"const": 1},
        "shots": each(
            {
                "type": "object",
                "properties": SHOT | {"verdict": TEXT, "reason": TEXT, "estimate_usd": MONEY},
                "required": ["id", "take", "key", "verdict", "reason", "estimate_usd"],
            }
        ),
    },
}


def check(value: Any, shape: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(shape).validate(value)


def test_a_build_prints_its_shots_and_film(built: Stage) -> None:
    """Made or reused, the object is the same but for outcomes and time; paths lead to the files."""
    built.edit("a visor", "a glove")
    made, again = built.built().json, built.built().json
    for found in (made, again):
        check(found, BUILD)
    assert "errors" not in made
    assert ["pad", "crew", "sky"] == [shot["id"] for shot in made["shots"]]
    for shot in made["shots"]:
        path = built.root / shot["clip"]["path"]
        assert (digest_of(path), path.stat().st_size) == (shot["clip"]["sha256"], shot["clip"]["bytes"])
        assert (64, 36, 0.5, "12") == tuple(
            shot["clip"][name] for name in ("width", "height", "duration_s", "fps")
        )
        assert (0, None, None) == (shot["cost_usd"], shot["job"], shot["error"])
    assert digest_of(built.root / made["sequence"]["path"]) == made["sequence"]["sha256"]
    assert (18, 1.5) == (made["sequence"]["frames"], made["sequence"]["duration_s"])
    assert made["sequences"][0] == made["sequence"]


def test_a_build_prints_nothing_on_stderr_when_all_is_well(built: Stage) -> None:
    """Who asks for JSON reads JSON."""
    assert "" == built.built("-B").stderr


def test_a_failed_build_prints_the_same_object_with_its_errors(stage: Stage, director: Director) -> None:
    """Shots that were made have clips, the failed one an error, and the film is null."""
    stage.write("film.yaml", THREE_SHOTS.replace("a visor", "a visor, duration: 0.75"))
    director.cue("fail", "-frames:v 9")
    found = director.direct(stage).build().json
    check(found, BUILD)
    assert [None, "E621", None] == [shot["error"] and shot["error"]["code"] for shot in found["shots"]]
    assert [True, False, True] == [bool(shot["clip"]) for shot in found["shots"]]
    assert (None, ["E621"]) == (found["sequence"], [error["code"] for error in found["errors"]])


def test_paths_are_absolute_outside_the_current_directory(built: Stage) -> None:
    """From another directory the clips are found as printed."""
    (built.root / "notes").mkdir()
    found = built.build("../film.yaml", cwd=built.root / "notes").json
    for clip in [*(shot["clip"] for shot in found["shots"]), found["sequence"]]:
        assert (built.root / "notes" / clip["path"]).resolve().is_file()


@pytest.mark.parametrize("command", [["plan"], ["build", "-n"]], ids=" ".join)
def test_a_plan_prints_verdict_reason_and_price(built: Stage, command: list[str]) -> None:
    """The same shots as a build's, with what would be done."""
    built.edit("a visor", "a glove")
    done = built.run(*command, "--json")
    check(done.json, PLAN)
    assert (0, "") == (done.code, done.stderr)
    assert {"pad": "reused", "crew": "run", "sky": "reused"} == done.verdicts
    assert [0, 0, 0] == [shot["estimate_usd"] for shot in done.json["shots"]]


@pytest.mark.parametrize(
    ("command", "code", "place"),
    [
        (["build"], "S205", ("film.yaml", 6, 16)),
        (["plan"], "S205", ("film.yaml", 6, 16)),
        (["validate"], "S205", ("film.yaml", 6, 16)),
        (["build", "other.yaml"], "U004", (None, None, None)),
        (["plan", "nobody"], "U006", (None, None, None)),
        (["build", "-j", "many"], "U008", (None, None, None)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_errors_carry_code_message_place_and_hint(
    built: Stage, command: list[str], code: str, place: tuple[str | None, int | None, int | None]
) -> None:
    """One object on stdout, whatever the command."""
    if code == "S205":
        built.edit("prompt: a visor", "promt: a visor")
    done = built.run(*command, "--json")
    assert (2, "") == (done.code, done.stderr)
    check(done.json["errors"], each(ERROR))
    (error,) = [error for error in done.json["errors"] if error["code"] == code]
    assert place == (error["file"], error["line"], error["column"])


def test_all_errors_are_in_the_object_at_once(built: Stage) -> None:
    """Each with its own place."""
    built.edit("prompt: steam", "promt: steam")
    built.edit("prompt: galaxies", "seeed: 4")
    done = built.build()
    assert (2, [5, 7]) == (done.code, [e["line"] for e in done.json["errors"] if e["code"] == "S205"])


def test_a_partial_build_has_no_film(stage: Stage) -> None:
    """The object says null where there is none, and lists the chosen shots alone."""
    stage.write("film.yaml", THREE_SHOTS)
    found = stage.built("pad").json
    check(found, BUILD)
    assert (["pad"], None) == ([shot["id"] for shot in found["shots"]], found["sequence"])
