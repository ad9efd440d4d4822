"""Jobs and money as the command line tells them, from journals that were really written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from renderer.store import Store

from .ledger import Books, charged
from .stage import Finished, Stage

FILM = "version: 1\ndefaults: {provider: animatic}\nshots: [{id: pad, prompt: steam}]\n"
UNKNOWN, RUNNING, STORED = "r-a1f000000001", "r-b2f000000002", "r-c3f000000003"
FAILED, REFUSED = "r-d4f000000004", "r-e5f000000005"


@pytest.fixture
def books(stage: Stage) -> Books:
    """One job of each kind, an hour old, of a storyboard that is there."""
    stage.write("film.yaml", FILM)
    books, ago = Books(stage), timedelta(hours=1)
    books.sent(UNKNOWN, ago=ago)
    books.running(RUNNING, price=charged(), ago=ago, shot="crew")
    books.stored(STORED, price=charged(), ago=ago, shot="sky", model="ray")
    books.failed(FAILED, shot="deep", ago=ago)
    books.refused(REFUSED, shot="end", ago=ago)
    return books


def intents(done: Finished) -> list[str]:
    return [job["intent"] for job in done.json["jobs"]]


def states(stage: Stage) -> dict[str, str]:
    done = stage.run("jobs", "list", "--all", "--json")
    return {job["intent"]: job["state"] for job in done.json["jobs"]}


# jobs list


def test_jobs_that_are_not_settled_are_listed(books: Books) -> None:
    """Oldest first, each by as much of its intent as names it; what is stored needs `--all`."""
    done = books.stage.run("jobs", "list")
    assert (0, "") == (done.code, done.stderr)
    assert [
        "r-a1f00000  unknown  1 h",
        "r-b2f00000  running  1 h",
        "r-d4f00000  failed   1 h",
        "r-e5f00000  refused  1 h",
    ] == [line[: len("r-a1f00000  unknown  1 h")] for line in done.stdout.splitlines()]
    assert f"film.yaml:crew  gen:{RUNNING}\n" in done.stdout
    assert done.stdout.splitlines()[2].endswith(f"film.yaml:deep  gen:{FAILED}  P703 face detected")
    assert [UNKNOWN, RUNNING, FAILED, REFUSED] == intents(books.stage.run("jobs", "list", "--json"))
    assert [UNKNOWN, RUNNING, STORED, FAILED, REFUSED] == list(states(books.stage))


def test_jobs_of_other_storyboards_are_left_out_where_one_is_named(books: Books) -> None:
    """One that is not there is an error."""
    books.stage.write("other.yaml", FILM)
    Books(books.stage, spec="other.yaml").sent("r-f6f00000")
    assert ["r-f6f00000"] == intents(books.stage.run("jobs", "list", "other.yaml", "--json"))
    assert "r-f6f00000" in intents(books.stage.run("jobs", "list", "--json"))
    assert 2 == books.stage.run("jobs", "list", "missing.yaml").code


def test_a_failure_that_was_made_good_is_settled(books: Books) -> None:
    """The same request has a clip since."""
    books.stored("r-f7f00000", key=FAILED)
    assert [UNKNOWN, RUNNING, REFUSED] == intents(books.stage.run("jobs", "list", "--json"))


def test_without_a_journal_there_are_no_jobs(stage: Stage) -> None:
    """Nothing is created by asking."""
    assert (0, "", "nothing is open, refused or failed\n") == (
        (done := stage.run("jobs", "list")).code,
        done.stdout,
        done.stderr,
    )
    assert (0, "nothing was bought\n") == ((cost := stage.run("cost")).code, cost.stdout)
    assert not stage.store.exists()


# jobs forget


def test_an_unknown_job_is_forgotten_for_a_reason(books: Books) -> None:
    """By the beginning of its name; the record says why."""
    done = books.stage.run("jobs", "forget", "r-a1", "--reason", "not in the log")
    assert (0, f"forgotten: {UNKNOWN}  film.yaml:pad\n") == (done.code, done.stderr)
    jobs = books.stage.run("jobs", "list", "--all", "--json").json["jobs"]
    assert ("forgotten", "not in the log") == (jobs[0]["state"], jobs[0]["reason"])
    assert 0.525 == books.stage.run("cost", "--json").json["total_usd"]


def test_a_running_job_is_forgotten_by_consent_alone(books: Books) -> None:
    """Exit 3 says what it may cost; forgotten with `--yes`, it still counts as money that may be spent."""
    done = books.stage.run("jobs", "forget", "r-a1", "r-b2")
    assert 3 == done.code
    assert done.stderr.startswith(f"error[G930]: job `{RUNNING}` is running: it may be charged")
    assert ("unknown", "running") == (states(books.stage)[UNKNOWN], states(books.stage)[RUNNING])
    assert 0 == books.stage.run("jobs", "forget", "r-a1", "r-b2", "--yes").code
    assert ("forgotten", "forgotten") == (states(books.stage)[UNKNOWN], states(books.stage)[RUNNING])
    assert {"charged": 1, "estimated": 0, "in_flight": 0, "at_most": 1, "free": 3} == books.stage.run(
        "cost", "--json"
    ).json["jobs"]


@pytest.mark.parametrize(
    ("beginning", "code"), [("r-zz", "U050"), ("", "U050"), ("r-aa", "U051"), ("r-c3", "U052")]
)
def test_what_cannot_be_forgotten_is_an_error(books: Books, beginning: str, code: str) -> None:
    """Nobody's name, two jobs' names, and a job that is settled; nothing is written."""
    books.sent("r-aa1")
    books.sent("r-aa2")
    before = states(books.stage)
    done = books.stage.run("jobs", "forget", beginning, "r-b2", "--yes")
    assert 2 == done.code
    assert done.stderr.startswith(f"error[{code}]: ")
    assert before == states(books.stage)


def test_a_job_that_another_run_works_on_is_not_forgotten(books: Books) -> None:
    """Its request may be on the wire at this moment: exit 4, try again."""
    with Store.open(books.stage.store) as store:
        give_back = store.try_lock(UNKNOWN.ljust(64, "0"))
        assert give_back
        done = books.stage.run("jobs", "forget", "r-a1")
        assert 4 == done.code
        assert done.stderr.startswith("error[E616]: another run is at work")
        give_back()
    assert 0 == books.stage.run("jobs", "forget", "r-a1").code


# jobs cancel


def test_a_job_that_cannot_be_cancelled_goes_on(books: Books) -> None:
    """AI/ML API has no way to: exit 1, and what happens instead. No key is needed to say so."""
    done = books.stage.run("jobs", "cancel", "r-b2")
    assert 1 == done.code
    assert done.stderr.startswith("error[P711]: `aimlapi` has no way to cancel a job\n")
    assert "`renderer jobs collect` brings its clip home" in done.stderr
    assert "running" == states(books.stage)[RUNNING]


def test_only_a_job_that_runs_can_be_cancelled(books: Books) -> None:
    """One of unknown outcome has no name that the vendor knows."""
    done = books.stage.run("jobs", "cancel", "r-a1")
    assert (2, True) == (done.code, done.stderr.startswith("error[U052]: "))


# cost


def test_the_ledger_tells_the_parts_apart(books: Books) -> None:
    """To the last digit."""
    done = books.stage.run("cost")
    assert [
        "charged    $0.2625  1 job, as the vendor says",
        "in flight  $0.2625  1 job, paid for if it succeeds",
        "at most    $0.2625  1 job, nobody knows whether it was charged; see `renderer jobs list --all`",
        "free            $0  2 jobs, not accepted, refused, failed or replayed",
        "in all     $0.7875  5 jobs",
    ] == done.stdout.splitlines()


def test_the_ledger_is_exact(stage: Stage) -> None:
    """The sum of what no binary number holds."""
    stage.write("film.yaml", FILM)
    books = Books(stage)
    for number in range(3):
        books.stored(f"job{number}", price=charged(Decimal("0.100000001")))
    found = stage.run("cost", "--json").json
    assert ("0.300000003", 0.300000003) == (found["exact"]["charged_usd"], found["charged_usd"])


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("model", ["gen3a_turbo", "ray"]),
        ("provider", ["aimlapi"]),
        ("storyboard", ["film.yaml"]),
        ("shot", ["crew", "pad", "sky", "deep", "end"]),
    ],
)
def test_the_ledger_is_grouped(books: Books, by: str, names: list[str]) -> None:
    """The dearest first, then by name; groups add up to the whole."""
    found = books.stage.run("cost", "film.yaml", "--by", by, "--json").json
    assert names == [row[by] for row in found["rows"]]
    assert Decimal("0.7875") == sum(Decimal(row["exact"]["total_usd"]) for row in found["rows"])
    shown = books.stage.run("cost", "film.yaml", "--by", by).stdout.splitlines()
    assert names == [line.split()[0] for line in shown[1 : 1 + len(names)]]


def test_a_job_counts_on_the_day_on_which_it_was_accepted(stage: Stage) -> None:
    """Days in order, in UTC; `--since` takes a span or a date."""
    stage.write("film.yaml", FILM)
    books, now = Books(stage), datetime.now(UTC)
    for past in (0, 2, 9):
        books.stored(f"job{past}", price=charged(), ago=timedelta(days=past))
    found = stage.run("cost", "--by", "day", "--json").json
    days = [(now - timedelta(days=past)).date().isoformat() for past in (9, 2, 0)]
    assert days == [row["day"] for row in found["rows"]]
    for since, count in (("24h", 1), ("7d", 2), (days[0], 3), ("2020-01-31", 3)):
        assert count == stage.run("cost", "--since", since, "--json").json["jobs"]["charged"], since


@pytest.mark.parametrize("text", ["yesterday", "7", "-7d", "2026-13-01", "7m"])
def test_what_is_no_time_is_an_error(stage: Stage, text: str) -> None:
    """Exit 2, with the two forms that are understood."""
    done = stage.run("cost", f"--since={text}")
    assert 2 == done.code
    assert done.stderr.startswith(f"error[U053]: `{text}` is not a time")


def test_the_ledger_of_a_storyboard_leaves_others_out(books: Books) -> None:
    """A storyboard in another project that shares the store has its own."""
    books.stage.write("other.yaml", FILM)
    Books(books.stage, spec="other.yaml").stored("r-f6f00000", price=charged(Decimal(5)))
    assert 0.2625 == books.stage.run("cost", "film.yaml", "--json").json["charged_usd"]
    assert 5.2625 == books.stage.run("cost", "--json").json["charged_usd"]
    by = books.stage.run("cost", "--by", "storyboard", "--json").json
    assert ["other.yaml", "film.yaml"] == [row["storyboard"] for row in by["rows"]]


def test_where_projects_share_a_store_each_is_named(books: Books, tmp_path: Path) -> None:
    """As its folder is called; one that never planned here by the beginning of its identity."""
    teaser = replace(books.stage, root=tmp_path / "teaser")
    teaser.write("film.yaml", FILM)
    teaser.plan()
    Books(teaser).sent("r-f6f00000", shot="logo")
    stranger = Books(books.stage).project.identity[:8]
    lines = books.stage.run("jobs", "list").stdout.splitlines()
    assert "teaser: film.yaml:logo" in lines[-1]
    assert f"{stranger}: film.yaml:crew" in lines[1]
    by = books.stage.run("cost", "--by", "storyboard", "--json").json
    assert [f"{stranger}: film.yaml", "teaser: film.yaml"] == [row["storyboard"] for row in by["rows"]]
    assert "teaser" not in books.stage.run("jobs", "list", "film.yaml").stdout


# the journal in the store


def spoil_line(stage: Stage, number: int) -> None:
    """Change a letter of one line of the journal."""
    path = stage.store / "journal" / "000001.jsonl"
    rows = path.read_bytes().splitlines(keepends=True)
    rows[number] = rows[number].replace(b"film.yaml", b"film.yamk")
    path.write_bytes(b"".join(rows))


def test_the_store_counts_jobs(books: Books) -> None:
    """All, those that are open, and the room that their records take."""
    found = books.stage.run("cache", "stats", "--json").json
    size = (books.stage.store / "journal" / "000001.jsonl").stat().st_size
    assert (5, 2, size) == (found["jobs"], found["open_jobs"], found["journal_bytes"])
    done = books.stage.run("cache", "verify")
    assert (0, "0 clips and 0 traces read, 5 jobs in the journal: all sound\n") == (done.code, done.stdout)


def test_a_damaged_journal_is_found_and_taken_note_of(books: Books) -> None:
    """`verify` exits with 4 and names the place; after `repair` it does not; the line stays as it is."""
    spoil_line(books.stage, 0)
    done = books.stage.run("cache", "verify", "--json")
    assert (4, ["000001.jsonl:0"], 4) == (done.code, done.json["damaged_journal_lines"], done.json["jobs"])
    shown = books.stage.run("cache", "verify")
    assert "damaged journal lines: 000001.jsonl:0\n" in shown.stdout
    assert "hint: look at the account's own log" in shown.stderr
    doctor = books.stage.run("doctor", "--json")
    assert 4 == doctor.code
    assert "bad" == next(check["state"] for check in doctor.json["checks"] if check["subject"] == "jobs")
    before = (books.stage.store / "journal" / "000001.jsonl").read_bytes()
    assert 0 == books.stage.run("cache", "repair").code
    assert (0, []) == (
        (after := books.stage.run("cache", "verify", "--json")).code,
        after.json["damaged_journal_lines"],
    )
    assert (books.stage.store / "journal" / "000001.jsonl").read_bytes().startswith(before)
    assert [RUNNING, FAILED, REFUSED] == intents(books.stage.run("jobs", "list", "--json"))


def test_doctor_counts_the_jobs_that_are_open(books: Books) -> None:
    """By state; the key's fingerprint tells which account it is, and never the key."""
    done = books.stage.using(AIMLAPI_API_KEY="sk-secret").run("doctor")
    assert "2 open: 1 running, 1 unknown\n" in done.stdout
    assert "sk-secret" not in done.stdout + done.stderr
    told = [line.split("account ")[1] for line in done.stdout.splitlines() if "account " in line]
    with_other = books.stage.using(AIML_API_KEY="sk-other").run("doctor")
    other = [line.split("account ")[1] for line in with_other.stdout.splitlines() if "account " in line]
    assert (1, 1) == (len(told), len(other))
    assert told != other


def test_doctor_says_which_keys_are_not_set(stage: Stage) -> None:
    """None is needed; a key that nothing reads is told, too."""
    done = stage.run("doctor")
    assert (0, True) == (done.code, "AIMLAPI_API_KEY is not set" in done.stdout)
    done = stage.using(AIMLAPI_API_KEY="two words").run("doctor")
    assert (4, False) == (done.code, "two words" in done.stdout + done.stderr)
