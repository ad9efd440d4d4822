"""Jobs in a journal as builds would have left them, written through the store itself."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from renderer.job import Frozen, Price
from renderer.model import Asker
from renderer.pipeline.project import open_project
from renderer.store import Store
from renderer.store.journal import Journal
from tests import builders

from .stage import Stage

PRICE = Decimal("0.2625")
KEY_CHARACTERS = 64


class Books:
    """Writes the journal of a stage's store; each entry is a job that was sent some time ago."""

    def __init__(self, stage: Stage, *, spec: str = "film.yaml") -> None:
        self.stage = stage
        self.project = open_project(stage.root / spec)

    def write(self, act: Callable[[Journal], None]) -> None:
        with Store.open(self.stage.store) as store:
            act(store.journal)

    def sent(
        self,
        intent: str,
        *,
        shot: str = "pad",
        model: str = "gen3a_turbo",
        key: str = "",
        estimate_usd: Decimal | None = PRICE,
        ago: timedelta = timedelta(0),
        inputs: Sequence[str] = (),
    ) -> None:
        """A request whose answer is not on record: its outcome is unknown."""
        asker = Asker(self.project.identity, self.project.spec_name, shot, 1)
        body = {"prompt": "steam", "image_url": {"blob": "f" * KEY_CHARACTERS}, "more": list(inputs)}
        request = builders.intent(
            intent,
            at=(datetime.now(UTC) - ago).isoformat(),
            key=(key or intent).ljust(KEY_CHARACTERS, "0"),
            model=model,
            account="a1b2c3d4",
            frozen=Frozen(builders.ADDRESS, body),
            askers=(asker,),
            estimate_usd=estimate_usd,
        )
        self.write(lambda journal: journal.intend(request))

    def running(
        self, intent: str, *, price: Price | None = None, ago: timedelta = timedelta(0), **sent: Any
    ) -> None:
        """A job that was accepted."""
        self.sent(intent, ago=ago, **sent)
        at = datetime.now(UTC) - ago
        self.write(
            lambda journal: journal.accept(intent, job=f"gen:{intent}", price=price, how="answer", at=at)
        )

    def stored(
        self, intent: str, *, price: Price | None = None, ago: timedelta = timedelta(0), **sent: Any
    ) -> None:
        """A job whose clip is stored."""
        self.running(intent, price=price, ago=ago, **sent)
        at = datetime.now(UTC) - ago
        self.write(lambda journal: journal.ready(intent, price=None, generated_s=None, at=at))
        self.write(lambda journal: journal.store(intent, sha256="c" * 64, at=at))

    def failed(self, intent: str, **sent: Any) -> None:
        """A job that gave no clip."""
        self.running(intent, **sent)
        self.write(
            lambda journal: journal.fail(intent, code="P703", reason="face detected", at=datetime.now(UTC))
        )

    def refused(self, intent: str, **sent: Any) -> None:
        """A request that the vendor refused."""
        self.sent(intent, **sent)
        self.write(
            lambda journal: journal.decline(
                intent, why="REFUSED", code="P702", reason="prompt too long", at=datetime.now(UTC)
            )
        )


def charged(usd: Decimal = PRICE) -> Price:
    """A price that the vendor named."""
    return Price(usd, "submit")
