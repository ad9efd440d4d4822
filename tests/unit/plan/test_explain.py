"""Why a take is to be made: the difference of two manifests in the author's words."""

from typing import Any

import pytest

from renderer.digest import Digest
from renderer.plan.explain import changes, reason
from renderer.plan.manifest import generate_manifest

STILL, OTHER = Digest("ab" * 32, 100), Digest("cd" * 32, 100)
PAID: dict[str, Any] = {
    "identity": {"provider": "aimlapi"},
    "model": "gen3a_turbo",
    "fields": {"prompt": "steam", "duration": "5"},
    "inputs": {"image": STILL},
    "params": {"motion": {"speed": 0.5}},
    "seed": 7,
    "take": 1,
}
FREE: dict[str, Any] = PAID | {
    "identity": {
        "provider": "animatic",
        "picture": {"size": "64x36", "fps": "12"},
        "tools": {"ffmpeg": "n7+1", "design": 1},
    },
    "model": None,
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"fields": {"prompt": "smoke", "duration": "5"}}, "`prompt` changed: steam -> smoke"),
        ({"fields": {"prompt": "steam"}}, "`duration` changed: 5 -> (none)"),
        (
            {"fields": {"prompt": "steam", "duration": "5", "ratio": "9:16"}},
            "`ratio` changed: (none) -> 9:16",
        ),
        ({"inputs": {"image": OTHER}}, "`image` changed: abababab -> cdcdcdcd"),
        ({"inputs": {}}, "`image` changed: abababab -> (none)"),
        ({"params": {"motion": {"speed": 0.25}}}, "`params.motion.speed` changed: 0.5 -> 0.25"),
        ({"seed": 8}, "`seed` changed: 7 -> 8"),
        ({"model": "gen4"}, "`model` changed: gen3a_turbo -> gen4"),
        ({"identity": {"provider": "runway"}}, "`provider` changed: aimlapi -> runway"),
    ],
)
def test_a_change_of_a_paid_request_names_field_and_values(change: dict[str, Any], told: str) -> None:
    """One field differs, and one is told."""
    (found,) = changes(generate_manifest(**PAID), generate_manifest(**PAID | change))
    assert told == str(found)


@pytest.mark.parametrize(
    ("part", "value", "told"),
    [
        ("picture", {"size": "32x18", "fps": "12"}, "`output.size` changed"),
        ("picture", {"size": "64x36", "fps": "24"}, "`output.fps` changed"),
        ("tools", {"ffmpeg": "n8+1", "design": 1}, "`ffmpeg` changed"),
        ("tools", {"ffmpeg": "n7+1", "design": 2}, "`animatic's look` changed"),
    ],
)
def test_what_a_free_clip_depends_on_has_a_name_for_people(
    part: str, value: dict[str, Any], told: str
) -> None:
    """Where the author wrote it, or what was upgraded."""
    after = FREE | {"identity": FREE["identity"] | {part: value}}
    assert told == reason(generate_manifest(**FREE), generate_manifest(**after))


def test_several_changes_are_sorted() -> None:
    """All of them, in one line."""
    after = PAID | {"seed": 8, "fields": {"prompt": "smoke", "duration": "5"}, "inputs": {}}
    assert "`image`, `prompt`, `seed` changed" == reason(
        generate_manifest(**PAID), generate_manifest(**after)
    )


def test_another_provider_is_another_request() -> None:
    """What only one side has is told too."""
    told = {change.field for change in changes(generate_manifest(**PAID), generate_manifest(**FREE))}
    assert {"provider", "model", "output.size", "output.fps", "ffmpeg", "animatic's look"} == told


def test_what_was_never_made_has_no_difference() -> None:
    """Nothing to compare with."""
    assert "never made" == reason(None, generate_manifest(**PAID))


def test_equal_manifests_have_no_changes() -> None:
    """Then the result is lost, or another take's."""
    assert () == changes(generate_manifest(**PAID), generate_manifest(**PAID))


def test_long_values_are_cut_short() -> None:
    """A prompt of a page stays one line."""
    after = PAID | {"fields": {"prompt": "s" * 500, "duration": "5"}}
    (found,) = changes(generate_manifest(**PAID), generate_manifest(**after))
    assert len(str(found)) < 100
    assert str(found).endswith("…")
