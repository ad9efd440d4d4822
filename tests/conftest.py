"""What all tests share: the ffmpeg of this machine; and no property is held to a time, since a busy machine would fail it."""

import os

import pytest
from hypothesis import HealthCheck, settings

from renderer.ffmpeg.binary import Ffmpeg, describe_ffmpeg, locate_ffmpeg

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def ffmpeg() -> Ffmpeg:
    """The ffmpeg that a build would use."""
    return describe_ffmpeg(locate_ffmpeg(os.environ))
