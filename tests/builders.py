"""Values as they mostly are, for tests that care about one of their fields."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from renderer.job import Frozen, Intent, Job
from renderer.model import Asker, MediaFacts, Size

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PAD = Asker("project", "film.yaml", "pad", 1)
ADDRESS = "/v2/video/generations"


def intent(name: str, **changes: Any) -> Intent:
    """A request for a take of `pad` in `film.yaml`, about to be sent at noon."""
    usual = Intent(
        name=name,
        at=NOON.isoformat(),
        key="k" * 64,
        provider="aimlapi",
        model="gen3a_turbo",
        account="a1b2",
        base="",
        frozen=Frozen(ADDRESS, {"image_url": {"blob": "f" * 64}}),
        manifest={"action": "generate"},
        askers=(PAD,),
        estimate_usd=Decimal("0.2625"),
    )
    return usual._replace(**changes)


def job(name: str, **changes: Any) -> Job:
    """A job for a take of `pad` in `film.yaml`, sent at noon and put down at 30 cents."""
    usual = Job(
        intent=name,
        at=NOON.isoformat(),
        key="k" * 64,
        provider="aimlapi",
        model="gen3a_turbo",
        account="a1b2",
        base="",
        address=ADDRESS,
        askers=(PAD,),
        estimate_usd=Decimal("0.30"),
    )
    return usual._replace(**changes)


def facts(**changes: Any) -> MediaFacts:
    """What a silent clip of five seconds is, as this program encodes it."""
    usual = MediaFacts(
        container="mp4",
        codec="h264",
        size=Size(1280, 768),
        pixel_format="yuv420p",
        fps=Fraction(24),
        frames=120,
        constant_rate=True,
        time_base=Fraction(1, 12_288),
        sample_aspect=Fraction(1),
        rotation_deg=0,
        colour="tv/bt709/bt709/bt709",
        parameter_sets="own",
        origin_s=Fraction(0),
        duration_s=Fraction(5),
        audio=None,
    )
    return usual._replace(**changes)
