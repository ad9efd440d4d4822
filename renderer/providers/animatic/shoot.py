"""Composition: a scene and its stills become a shoot, the layers in memory and the courses over them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from renderer.errors import MediaError
from renderer.model import Size
from renderer.providers.animatic.camera import (
    PULL,
    PUSH,
    REPERTOIRE,
    Course,
    Move,
    choose_move,
    lay_course,
    lay_match,
)
from renderer.providers.animatic.card import draw_type
from renderer.providers.animatic.graph import Layer, Shoot
from renderer.providers.animatic.ground import choose_palette, draw_ground
from renderer.providers.animatic.plate import Plate, make_plate
from renderer.providers.animatic.scene import Scene
from renderer.providers.animatic.slate import draw_slate, slate_height

CARD_GRAIN, BLUR_GRAIN = 3, 2
"""Still grain over a card's ground and over a blurred copy, without which the encoder shows blocks in the dark."""
GROUND_TRAVEL = 0.28
CAUTIOUS = (PUSH, PULL)
"""The repertoire of a still that lies whole on its blurred copy: a pan would push it against the edge."""
HEADS = tuple(move for move in REPERTOIRE if move.y <= 0)
"""The repertoire of a still cropped from below: nothing that leaves a head for the knees."""


def compose(scene: Scene, inputs: Mapping[str, Path]) -> Shoot:
    """The shoot of a scene; reads the stills and raises `MediaError` when one is damaged or missing."""
    paths = [_input(inputs, name) for name in ("image", "last_image") if name in scene.stills]
    stills = [make_plate(path, scene.size) for path in paths]
    plates = _expose(scene, stills) if stills else _ground(scene)
    overlays = ([] if paths or not scene.prompt.strip() else [_title(scene)]) + _slates(scene)
    return Shoot(scene.size, scene.fps, scene.frames, plates, tuple(overlays), _grain(stills))


def _grain(stills: list[Plate]) -> int:
    if not stills:
        return CARD_GRAIN
    return BLUR_GRAIN if any(still.framing.fit == "contain" for still in stills) else 0


def _input(inputs: Mapping[str, Path], name: str) -> Path:
    if name not in inputs:
        raise MediaError(f"BUG: the file of `{name}` was not handed over", code="M840")
    return inputs[name]


def _expose(scene: Scene, plates: list[Plate]) -> tuple[tuple[Layer, Course], ...]:
    layers = [_layer(f"plate{n}.rgb", plate.picture) for n, plate in enumerate(plates)]
    move = _move(scene, plates)
    if len(plates) == 1:
        course = lay_course(move, duration_s=scene.duration_s, focus=plates[0].framing.focus, seed=scene.seed)
        return ((layers[0], course),)
    focus = (plates[0].framing.focus, plates[1].framing.focus)
    courses = lay_match(move, duration_s=scene.duration_s, focus=focus)
    return tuple(zip(layers, courses, strict=True))


def _move(scene: Scene, plates: list[Plate]) -> Move:
    whole = any(plate.framing.fit == "contain" for plate in plates)
    low = any(plate.framing.focus.y < 0.3 for plate in plates)
    repertoire = CAUTIOUS if whole else HEADS if low else REPERTOIRE
    picture = " ".join(scene.stills[name] for name in sorted(scene.stills))
    return choose_move(scene.camera, seed=scene.seed, picture=picture, repertoire=repertoire)


def _ground(scene: Scene) -> tuple[tuple[Layer, Course], ...]:
    # The ground is all softness, so it needs no larger plate, and may travel far without being noticed.
    picture = draw_ground(choose_palette(scene.prompt, scene.seed), scene.size, seed=scene.seed)
    side = 1 if scene.seed % 2 else 0
    course = Course("in", GROUND_TRAVEL, (side, 1 - side), (0.2, 0.7))
    return ((_layer("ground.rgb", picture), course),)


def _title(scene: Scene) -> Layer:
    # A card is on screen in the film: beside the words it shows the camera's, where the author gave any.
    camera = (scene.camera or "").strip().upper()
    caption = [camera, f"{round(float(scene.duration_s), 2):g} s"] if camera else []
    foot = slate_height(scene.size) if scene.slate else 0
    accent = choose_palette(scene.prompt, scene.seed).accent
    picture = draw_type(scene.prompt, caption, accent=accent, size=scene.size, foot_px=foot)
    return _trimmed("title.rgba", picture)


def _slates(scene: Scene) -> list[Layer]:
    if not scene.slate:
        return []
    strip = draw_slate(scene.slate, scene.size)
    return [_layer("slate.rgba", strip, at=(0, scene.size.height_px - strip.height))]


def _trimmed(name: str, picture: Image.Image) -> Layer:
    """The layer of what is not transparent, on even pixels: less to lay over every frame."""
    left, top, right, bottom = picture.getchannel("A").getbbox() or (0, 0, 2, 2)
    box = (left // 2 * 2, top // 2 * 2, -(-right // 2) * 2, -(-bottom // 2) * 2)
    return _layer(name, picture.crop(box), at=box[:2])


def _layer(name: str, picture: Image.Image, *, at: tuple[int, int] = (0, 0)) -> Layer:
    return Layer(name, Size(*picture.size), picture.tobytes(), picture.mode == "RGBA", at)
