"""Plans and questions told by cause: what one line of a storyboard sets off is told in one line."""

from decimal import Decimal
from typing import Any

from renderer.cli.ask import offer_lines
from renderer.pipeline.buying.gate import Purchase, offer_of
from renderer.report.run import CauseLine, FilmLine, ShotLine
from renderer.report.text import plan_lines, plan_total

STYLE = CauseLine("defaults.style", "film.yaml", 20, 10)
USD = Decimal("0.2625")


def shots(count: int) -> list[ShotLine]:
    """Takes that the style has changed, behind one that is reused and before one with a cause of its own."""
    common: dict[str, Any] = {
        "take": 1,
        "outcome": None,
        "provider": "aimlapi",
        "model": "gen3a_turbo",
        "seed": 1,
    }
    changed = [
        ShotLine(id=f"s{n}", verdict="run", reason="`prompt` changed", key=f"{n}", estimate_usd=USD, causes=(STYLE,), **common)
        for n in range(count)
    ]  # fmt: skip
    own = CauseLine("shots[7].prompt", "film.yaml", 40, 13)
    first = changed[0]
    return [
        first._replace(id="title", verdict="reused", reason="", key="t", causes=()),
        *changed,
        first._replace(id="end", key="e", causes=(own,)),
    ]


def test_many_takes_of_one_cause_are_one_line() -> None:
    """Where the first of them stands, with what they cost together."""
    lines = plan_lines(shots(40), [], colour=False, grouped=True)
    assert [
        ["reused", "title"],
        ["run", "40", "takes", "$10.50", "`defaults.style`", "(film.yaml:20)", "changed:", "s0,", "s1,", "s2,", "s3", "and", "36", "more"],
        ["run", "end", "$0.2625", "`prompt`", "(film.yaml:40)", "changed"],
        [],
        ["1", "reused,", "41", "run;", "costs", "$10.7625"],
    ] == [line.split() for line in lines]  # fmt: skip


def test_few_takes_and_a_list_in_full_have_a_line_each() -> None:
    """Nine are few."""
    assert 9 + 4 == len(plan_lines(shots(9), [], colour=False, grouped=True))
    assert 40 + 4 == len(plan_lines(shots(40), [], colour=False))


def test_a_film_of_footage_alone_adds_up_to_no_takes() -> None:
    """Nothing stands before its price."""
    assert ["free", "nothing to do"] == [
        plan_total([], [FilmLine("main", "film.mp4", verdict, "")]) for verdict in ("run", "reused")
    ]


def test_a_question_is_grouped_by_cause() -> None:
    """What changed, how many takes it strikes, and what that costs."""
    asked = [
        Purchase(f"s{n}", f"{n}", USD, "`prompt` changed", cause="`defaults.style` (line 20)")
        for n in range(40)
    ]
    lines = offer_lines(offer_of([*asked, Purchase("new", "n", USD, "never made")]))
    assert [
        "     $10.50  `defaults.style` (line 20) changed 40 takes: s0, s1, s2, s3, s4, s5 and 34 more",
        "    $0.2625  never made: new",
        "41 takes for $10.7625",
    ] == lines
