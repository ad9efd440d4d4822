"""What tests of any seller share: time that does not pass, whole answers, and what was raised."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from renderer.errors import RendererError

from .raw import Play, answer, saying


async def at_once(_: float) -> None:
    """Sleep for no time."""
    await asyncio.sleep(0)


def answered(status: str, content: Any, **headers: str) -> Play:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return saying(answer(body, status=status, length=-1, **headers))


def raised(act: Callable[[], object]) -> RendererError:
    with pytest.raises(RendererError) as caught:
        act()
    return caught.value
