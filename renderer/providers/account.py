"""An account with a vendor: its key and address, read from the environment; and the errors that speak of it.

The key stands in the `Authorization` header and nowhere else: not in a repr, a fact or a fingerprint.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from renderer.errors import ProviderUnauthorised, UsageError
from renderer.job import REPLAYED
from renderer.providers.words import clean
from renderer.wire.address import objection, shown

FINGERPRINT_CHARACTERS = 12
KEY = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Account:
    """One key at one address. `variable` is the one that holds the key, or should; `home` the vendor's own address.

    What is `replayed` is no account with anybody: a recording answers for the vendor.
    """

    provider: str
    variable: str
    base: str
    home: str
    key: str = field(repr=False)
    replayed: bool = False

    @property
    def own_base(self) -> str:
        """The address where it is not the vendor's own, else empty; `replay` for a recording."""
        if self.replayed:
            return REPLAYED
        return "" if self.base == self.home else self.base

    @property
    def fingerprint(self) -> str:
        """Tells accounts apart without telling the key; raises `ProviderUnauthorised` where there is none."""
        return hashlib.sha256(f"{self.provider}\n{self.checked_key()}".encode()).hexdigest()[
            :FINGERPRINT_CHARACTERS
        ]

    def checked_key(self) -> str:
        """The key, fit for a header; raises `ProviderUnauthorised` where there is none that is."""
        if not self.key:
            raise self.unauthorised(f"there is no key for `{self.provider}`")
        if not KEY.fullmatch(self.key):
            raise self.unauthorised(f"the key for `{self.provider}` holds a character that no key has")
        return self.key

    def headers(self) -> dict[str, str]:
        """Those that name the account; raises as `checked_key`."""
        return {"Authorization": f"Bearer {self.checked_key()}", "Accept": "application/json"}

    def clean(self, text: str) -> str:
        """A vendor's words, without the key and all else that is not to be shown."""
        return clean(text, secrets=[self.key])

    def unauthorised(self, message: str, *, answer: str = "") -> ProviderUnauthorised:
        facts = [("answer", answer)] if answer else []
        hint = f"set `{self.variable}` to a key of your account"
        return ProviderUnauthorised(message, facts=facts, hint=hint)


def read_account(
    environ: Mapping[str, str], *, provider: str, key_variables: Sequence[str], base_variable: str, home: str
) -> Account:
    """The account that the environment names; without a key it can plan, not buy.

    The first of `key_variables` that holds anything is taken. Raises `UsageError` U041 for an address that is not
    https, nor http to this machine, or that carries a password.
    """
    variable = next((name for name in key_variables if environ.get(name, "").strip()), key_variables[0])
    base = environ.get(base_variable, "").strip().rstrip("/") or home
    if reason := objection(base) or _extra(base):
        raise UsageError(
            f"`{base_variable}` is not an address that can be used",
            code="U041",
            facts=[("reason", reason)],
            hint=f"leave it unset for {home}",
        )
    return Account(provider, variable, base, home, environ.get(variable, "").strip())


def _extra(base: str) -> str | None:
    return None if base == shown(base) else "it has more than a host and a path"
