"""Films to export, built by hand."""

from fractions import Fraction

from renderer.digest import Digest, digest_bytes
from renderer.export.timeline import Clip, Event, Timeline, Transition, Version
from renderer.model import Size

FILM = Fraction(24)
NTSC = Fraction(30000, 1001)


def digest(text: str) -> Digest:
    """The digest that stands for a clip."""
    return digest_bytes(text.encode())


def version(
    shot: str,
    take: int | None = 1,
    *,
    frames: int = 120,
    fps: Fraction = FILM,
    prompt: str = "steam",
    sound: bool = False,
) -> Version:
    """A take with a clip of so many frames."""
    clip = Clip(
        f"clips/{shot}_{take}.mp4", digest(f"{shot} {take}"), Size(1280, 720), fps, frames, has_sound=sound
    )
    request = {"provider": "aimlapi", "fields": {"prompt": prompt}, "seed": "7"}
    return Version(shot, take, clip, "aimlapi", "gen3a_turbo", 7, request=request)


def event(
    shown: Version, first: int, frames: int, *, held: int = 0, enter: Transition | None = None
) -> Event:
    """A slot whose shot has the one version."""
    return Event(shown, first, frames, held, (shown,), enter)


def film(*events: Event, fps: Fraction = FILM, title: str = "Liftoff") -> Timeline:
    """A film of these slots."""
    return Timeline("liftoff", title, "liftoff.mp4", Size(1280, 720), fps, events)
