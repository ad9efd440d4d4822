"""Models as text: the table of a list, and the page of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from renderer.report.cells import table
from renderer.report.visible import visible
from renderer.row import Row

HEADINGS = ("id", "provider", "kind", "seconds", "ratios", "seed", "5 s cost")
INDENT = 2
UNKNOWN = "unknown"


class ModelLine(Row):
    """One model in a list. `price_usd` is for five seconds, None where no price is known; a live one has its date."""

    id: str
    provider: str
    kind: str
    durations: str
    ratios: tuple[str, ...]
    seed_honoured: bool
    price_usd: Decimal | None
    price_date: str = ""


class FieldLine(Row):
    """One field of a model: its name for authors, what it may be, and its name on the wire."""

    name: str
    says: str
    wire: str
    required: bool


class PriceChange(Row):
    """A model whose price is told otherwise than in the catalogue: both in words."""

    id: str
    was: str
    now: str


class ModelPage(Row):
    """All that is known of a model: neutral fields, then the model's own, then facts by heading, each ≥ 1 line."""

    id: str
    title: str
    about: str
    fields: tuple[FieldLine, ...]
    params: tuple[FieldLine, ...]
    facts: tuple[tuple[str, tuple[str, ...]], ...]


def models_table(lines: Iterable[ModelLine]) -> list[str]:
    """A heading, then a row for each model, in columns."""
    return table([HEADINGS, *map(_cells, lines)])


def model_page(page: ModelPage) -> list[str]:
    """The page of one model: what it is, its fields, and the facts."""
    return [
        f"{page.id}  {page.title}",
        page.about,
        "",
        *_fields("fields, as in a storyboard", page.fields),
        *_fields("params, by the vendor's names", page.params),
        *_facts(page.facts),
    ]


def refreshed_lines(
    changes: Iterable[PriceChange], *, unknown: Iterable[str], gone: Iterable[str]
) -> list[str]:
    """What a provider's list says otherwise than the catalogue: prices, then models on one side alone.

    >>> refreshed_lines([PriceChange("a/b", "unknown", "$0.40 a clip")], unknown=["c"], gone=[])
    ['price  a/b  unknown → $0.40 a clip', 'new    c    sold, and not in the catalogue']
    """
    rows = [
        *(("price", change.id, f"{change.was} → {change.now}") for change in changes),
        *(("new", name, "sold, and not in the catalogue") for name in unknown),
        *(("gone", name, "not listed any more") for name in gone),
    ]
    return table([tuple(map(visible, row)) for row in rows]) if rows else []


def price_cell(price_usd: Decimal | None) -> str:
    """Dollars to the cent, or to the first two digits of less.

    >>> price_cell(Decimal("0.2625")), price_cell(Decimal("0.0041")), price_cell(None)
    ('$0.26', '$0.0041', 'unknown')
    """
    if price_usd is None:
        return UNKNOWN
    return f"${price_usd:.2f}" if price_usd >= Decimal("0.1") or not price_usd else f"${price_usd:.2g}"


def _cells(line: ModelLine) -> tuple[str, ...]:
    seed = "yes" if line.seed_honoured else "no"
    ratios = " ".join(line.ratios) or "-"
    price = f"{price_cell(line.price_usd)} {line.price_date}".rstrip()
    return (line.id, line.provider, line.kind, line.durations, ratios, seed, price)


def _fields(heading: str, fields: Sequence[FieldLine]) -> list[str]:
    if not fields:
        return []
    rows = [(f"{field.name}{' *' if field.required else ''}", field.wire, field.says) for field in fields]
    needed = ["  * required"] if any(field.required for field in fields) else []
    return [heading, *(f"{' ' * INDENT}{row}" for row in table(rows)), *needed, ""]


def _facts(facts: Sequence[tuple[str, tuple[str, ...]]]) -> list[str]:
    rows = [
        (heading if not number else "", line) for heading, told in facts for number, line in enumerate(told)
    ]
    return table(rows)
