"""Golden keys: what is bought today is found under the same key for ever.

A change of any line below re-buys footage. It needs a new key version and a migration that labels again
what is stored, never an edit of this table.
"""

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from renderer.digest import action_key, canonical_json
from renderer.pipeline.project import Reach, open_project
from renderer.pipeline.reading.examine import examine
from renderer.pipeline.workshop import open_workshop

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
)
SHA256 = "c47dd9465c00e9a0c8b85e9ea58d3034a0d23b9cf926113602f3460752a4eb96"
DOT_JSON = f'{{"sha256":"{SHA256}","size_bytes":69}}'
HEAD = "version: 1\ndefaults: {provider: aimlapi, model: gen3a_turbo}\nshots:\n  - "
OPENING = '{"action":"generate","fields":'
MODEL = '"model":"gen3a_turbo","provider":"aimlapi"'

GOLDEN = {
    "only what the model needs": (
        "{id: a, prompt: a launch, image: dot.png}",
        f'{OPENING}{{"prompt":"a launch"}},"inputs":{{"image":{DOT_JSON}}},{MODEL},"seed":"1","version":1}}',
        "5e1229a6fdb977a1b14cc7762c9ef9e9e7daf26f92a22e0a1f673433a9a72a05",
    ),
    "every field": (
        "{id: b, prompt: a launch, image: dot.png, duration: 10, ratio: 9:16, seed: 7}",
        (
            f'{OPENING}{{"duration":"10","prompt":"a launch","ratio":"9:16"}},'
            f'"inputs":{{"image":{DOT_JSON}}},{MODEL},"seed":"7","version":1}}'
        ),
        "f2b49260e1575876533f472c030d423e946b4ecd87b91f2dd5584c0481260ce2",
    ),
    "the next seed": (
        "{id: b, prompt: a launch, image: dot.png, duration: 10, ratio: 9:16, seed: 8}",
        (
            f'{OPENING}{{"duration":"10","prompt":"a launch","ratio":"9:16"}},'
            f'"inputs":{{"image":{DOT_JSON}}},{MODEL},"seed":"8","version":1}}'
        ),
        "44cab7df99f395ab9adb28d9180e1cc46b891044a0f0757c84434434d4685415",
    ),
    "a last image and the largest seed": (
        "{id: c, prompt: to the stars, image: dot.png, last_image: dot.png, seed: 4294967295}",
        (
            f'{OPENING}{{"prompt":"to the stars"}},"inputs":{{"image":{DOT_JSON},"last_image":{DOT_JSON}}},'
            f'{MODEL},"seed":"4294967295","version":1}}'
        ),
        "ef92b8078e5d92c972b77485caa4e48f047468405c81063610ff37ade303e001",
    ),
    "words of many scripts, put together by the template": (
        '{id: d, prompt: "na\u00efve \u2014 \u6708 \U0001f680", image: dot.png, style: dusk, camera: pan left}',
        (
            f'{OPENING}{{"prompt":"na\u00efve \u2014 \u6708 \U0001f680. pan left. dusk"}},'
            f'"inputs":{{"image":{DOT_JSON}}},{MODEL},"seed":"1","version":1}}'
        ),
        "86f5cae377887b005e565ba812a7577a73b8f40c140414ee8447a976a68c2887",
    ),
}
SAME_AS_THE_FIRST = [
    "{id: other, image: ./dot.png, seed: 1, prompt: a launch}",
    "{id: a, prompt: a launch, image: dot.png, ratio: 16:9, duration: 5, seed: 1, takes: 1}",
    '{id: a, prompt: "  a launch \\n", image: dot.png, use: 2.5}',
    "{id: a, prompt: a launch, image: dot.png, style: null, negative_prompt: null, params: {}}",
]


def manifests(folder: Path, shot: str) -> list[dict[str, Any]]:
    """The manifests of one shot's takes, by the whole walk from text to key."""
    (folder / "dot.png").write_bytes(DOT)
    (folder / "film.yaml").write_text(HEAD + shot + "\n", encoding="utf-8")
    with open_workshop(os.environ, here=folder, cache_dir=folder / "store") as workshop:
        found = examine(workshop, open_project(folder / "film.yaml"), reach=Reach(fetch=False))
    assert found.is_sound, found.diagnostics
    return [dict(detail.manifest) for detail in found.details]


@pytest.mark.parametrize("name", GOLDEN)
def test_a_request_has_this_manifest_and_this_key(tmp_path: Path, name: str) -> None:
    """The canonical JSON, character for character, and its sha256."""
    shot, canonical, key = GOLDEN[name]
    (manifest,) = manifests(tmp_path, shot)
    assert canonical == canonical_json(manifest).decode()
    assert key == action_key(manifest)


@pytest.mark.parametrize("shot", SAME_AS_THE_FIRST)
def test_another_way_to_write_it_is_the_same_request(tmp_path: Path, shot: str) -> None:
    """Defaults written out, blanks around a prompt, another id, `use`: no part of what is bought."""
    assert [GOLDEN["only what the model needs"][2]] == [
        action_key(found) for found in manifests(tmp_path, shot)
    ]


def test_composed_and_decomposed_letters_are_one_request(tmp_path: Path) -> None:
    """Prompts are NFC in the manifest, whatever an editor wrote."""
    shots = [f'{{id: a, prompt: "{word}", image: dot.png}}' for word in ("na\u00efve", "nai\u0308ve")]
    assert manifests(tmp_path, shots[0]) == manifests(tmp_path, shots[1])


def test_takes_use_one_seed_after_the_other(tmp_path: Path) -> None:
    """Take 2 of seed 7 is take 1 of seed 8: bought once."""
    keys = [action_key(found) for found in manifests(tmp_path, GOLDEN["every field"][0][:-1] + ", takes: 2}")]
    assert [GOLDEN["every field"][2], GOLDEN["the next seed"][2]] == keys
