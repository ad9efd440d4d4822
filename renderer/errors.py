"""The error tree: what went wrong and what to do. A diagnostic of a storyboard is in `diagnostic`.

RendererError
├── UsageError             the command line asks for something that is not there        exit 2
├── SpecError              every diagnostic of a storyboard, at once                    exit 2
├── GateError              a gate is shut: consent, budget, a frozen build              exit 3
├── StoreError             the store cannot be read or written                          exit 4
├── MediaError             a picture, clip or sequence is not what it must be           exit 1
│   └── MediaToolError     ffmpeg is missing or cannot be started                       exit 4
└── ProviderError          a generation did not give a clip                             exit 1
    ├── ProviderUnavailable    down, slow or rate-limited: a retry may help             exit 4
    │   ├── ProviderUnauthorised   there is no key, or it is not taken                  exit 4
    │   └── ProviderBroke          the account is out of credits                        exit 4
    ├── ProviderRefused        the request itself was refused                           exit 1
    └── ProviderFailed         the generation was accepted and then failed              exit 1

Every error carries a stable `code` that `renderer help CODE` explains, one sentence, aligned facts
and one hint. Owns no I/O and knows no room above it.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from renderer.diagnostic import Diagnostic


NAMES_SHOWN_MAX = 8
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the operating system says of a disk, or a quota on it, without room."""


class RendererError(Exception):
    """Base of all errors meant for a user. `facts` are printed aligned, in order."""

    code: str = "E600"
    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        facts: Iterable[tuple[str, object]] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.hint = hint
        self.facts = tuple((name, str(value)) for name, value in facts)


class UsageError(RendererError):
    """The command line names something that does not exist."""

    code = "U001"
    exit_code = 2


class SpecError(RendererError):
    """All diagnostics of one or more storyboards, in file order; at least one is an error."""

    code = "S200"
    exit_code = 2

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        errors = sum(d.severity == "error" for d in diagnostics)
        assert errors, "BUG: a SpecError without an error"
        super().__init__(f"{errors} error{'s' if errors > 1 else ''}", code=diagnostics[0].code)
        self.diagnostics = tuple(diagnostics)


class GateError(RendererError):
    """Nothing was done, because a gate is shut."""

    code = "G900"
    exit_code = 3


class StoreError(RendererError):
    """The store cannot be read or written: full disk, no permission, damaged bytes."""

    code = "E610"
    exit_code = 4
    retryable = True


class MediaError(RendererError):
    """A picture, clip or sequence is not what it must be; `facts` hold argv and the end of stderr."""

    code = "M800"


class MediaToolError(MediaError):
    """ffmpeg is missing or cannot be started."""

    code = "E620"
    exit_code = 4


class ProviderError(RendererError):
    """A generation did not give a clip. `words` are the vendor's own, fit to be shown and stored, empty where it has none."""

    code = "P700"
    words: str = ""

    @property
    def reason(self) -> str:
        """Why, for the record: in the vendor's words if there are any."""
        return self.words or self.message


class ProviderUnavailable(ProviderError):  # noqa: N818 - named for what it states
    """The provider cannot be used now; a retry may help, after `pause_s` seconds where the vendor says so."""

    code = "P701"
    exit_code = 4
    retryable = True
    pause_s: float | None = None


class ProviderUnauthorised(ProviderUnavailable):
    """There is no key for the account, or the vendor does not take it."""

    code = "P704"


class ProviderBroke(ProviderUnavailable):
    """The account is out of credits: nothing more can be bought until it is topped up."""

    code = "P705"


class ProviderRefused(ProviderError):  # noqa: N818
    """The provider refused this very request; the same request will be refused again."""

    code = "P702"


class ProviderFailed(ProviderError):  # noqa: N818
    """The generation was accepted and then failed."""

    code = "P703"


def system_refusal(error: OSError, *, file: str) -> StoreError:
    """What the operating system refused where no room has said more: E611 where a disk is full, else E618.

    `file` names what was read or written where the error does not.
    """
    facts = [("reason", error.strerror or error), ("file", error.filename or file)]
    if error.errno in FULL:
        return StoreError(
            "the disk is full",
            code="E611",
            facts=facts,
            hint="free some space and run the same command again: what is stored is untouched",
        )
    return StoreError(
        "the operating system refused a read or write",
        code="E618",
        facts=facts,
        hint="mend that and run the same command again: what is stored is untouched",
    )


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like `word`, if any is like it enough to be worth a hint.

    >>> did_you_mean("vlidate", ["validate", "plan"])
    'validate'
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def shortened(names: Sequence[str], *, shown_max: int = NAMES_SHOWN_MAX) -> str:
    """Some names for a fact: the first of them, and how many more there are.

    >>> shortened(["pad", "sky", "sea"], shown_max=2)
    'pad, sky and 1 more'
    """
    more = f" and {len(names) - shown_max} more" if len(names) > shown_max else ""
    return ", ".join(names[:shown_max]) + more
