"""Adding a model is adding a file."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from jsonschema import Draft202012Validator

from renderer.catalogue.body import body
from renderer.catalogue.check import check
from renderer.catalogue.library import load
from renderer.catalogue.locate import read_schema
from renderer.catalogue.resolve import clip_size, estimate_usd, resolve
from renderer.model import Size
from renderer.storyboard import Request, Source

FILE = {
    "models": [
        {
            "id": "atelier/dream-2",
            "provider": "aimlapi",
            "title": "Dream 2",
            "vendor": "atelier",
            "kind": "image-to-video",
            "source": "made up for a test",
            "aliases": ["dream-2"],
            "fields": {
                "prompt": {"wire": "text", "required": True, "maxLength": 20},
                "image": {"wire": "frames[]", "form": {"uri": "$", "at": "start"}},
                "last_image": {"wire": "frames[]", "form": {"uri": "$", "at": "end"}},
                "ratio": {
                    "wire": "frame_size",
                    "values": {"16:9": "1280:720", "1:1": "960:960"},
                    "default": "16:9",
                },
                "duration": {"wire": "seconds", "type": "integer", "minimum": 3, "maximum": 15, "default": 6},
            },
            "params": {"mood": {"type": "string", "enum": ["calm", "wild"], "default": "calm"}},
            "prices": [
                {
                    "usd": "0.4",
                    "per": "second",
                    "when": {"mood": "wild"},
                    "date": "2026-01-01",
                    "source": "made up",
                },
                {"usd": "1.5", "per": "generation", "date": "2026-01-01", "source": "made up"},
            ],
        }
    ]
}
SHOT = Request(
    "aimlapi", "dream-2", prompt="a launch", image=Source("path", "a.png"), params={"mood": "wild"}
)


def test_a_new_model_file_needs_no_code(tmp_path: Path) -> None:
    """It is found, checked, resolved, priced and put into the vendor's words."""
    assert Draft202012Validator(read_schema("models/model.schema.json")).is_valid(FILE)
    (tmp_path / "atelier.json").write_text(json.dumps(FILE), encoding="utf-8")
    model = load("aimlapi", "dream-2", folder=tmp_path)
    resolved = resolve(SHOT, model=model, take=2)
    wrong = SHOT._replace(prompt="x" * 21, duration_s=Fraction(20), seed=7, params={"mod": "wild"})

    assert [] == check(SHOT, model=model, stills={})
    assert [(found.code, found.hint) for found in check(wrong, model=model, stills={})] == [
        ("S305", "shorten it by 1"),
        ("S304", "the nearest is 15"),
        ("S308", "take `seed` out, or choose a model that has it"),
        ("S306", "did you mean `mood`?"),
    ]
    assert ("atelier/dream-2", None, 2) == (resolved.model, resolved.seed, resolved.take)
    assert ({"prompt": "a launch"}, {"mood": "wild"}) == (resolved.keyed, resolved.params_keyed)
    assert Decimal("2.4") == estimate_usd(SHOT, model=model)
    assert Size(720, 720) == clip_size(SHOT._replace(ratio="1:1"), model=model)
    assert body(
        resolved, model=model, endpoint="universal", media={"image": "https://example.org/a.png"}
    ) == {
        "model": "atelier/dream-2",
        "text": "a launch",
        "frames": [{"uri": "https://example.org/a.png", "at": "start"}],
        "frame_size": "1280:720",
        "seconds": 6,
        "mood": "wild",
    }
