"""What goes wrong for many takes at once, and what a build goes on with: told once, asked once, read once."""

from pathlib import Path

import pytest

from tests.simulator.simulator import Simulator
from tests.sweep.film import set_stage

from .stage import Stage, real_ffmpeg, spoil

EDITING = """\
#!/bin/sh
case " $* " in *" -version "*) ;; *) sed -i.before 's/prompt: a visor/prompt: another visor/' "{spec}" ;; esac
exec "{ffmpeg}" "$@"
"""


@pytest.fixture
def buyer(tmp_path: Path, vendor: Simulator) -> Stage:
    """Five paid shots, and a key that the vendor takes."""
    return set_stage(tmp_path / "stage", shots=5).using(**vendor.environ)


def test_many_lost_answers_are_one_message(buyer: Stage, vendor: Simulator) -> None:
    """Each take with its request and its price, in one block with one hint."""
    vendor.script(submit=["ok", *["reset-unread"] * 4])
    done = buyer.run("build", "--yes")
    assert (3, 1, 1) == (done.code, done.stderr.count("error[G920]"), done.stderr.count("hint:"))
    jobs = [job for job in buyer.run("jobs", "list", "--json").json["jobs"] if job["state"] == "unknown"]
    assert 4 == len(jobs)
    told = [line for line in done.stderr.splitlines() if "at stake $0.2625" in line]
    assert sorted(job["askers"][0]["shot"] for job in jobs) == sorted(line.split()[0] for line in told)
    assert all(any(f"request {job['intent']}" in line for line in told) for job in jobs)


def test_what_may_have_been_charged_can_be_looked_at(buyer: Stage, vendor: Simulator) -> None:
    """After `--resubmit` the first request is closed: the ledger names the list that has it all the same."""
    vendor.script(submit="accept-then-reset", job="late-row:900")
    assert 3 == buyer.build("--yes", "s01").code
    assert 0 == buyer.build("--yes", "s01", "--resubmit", "s01").code
    (at_most,) = [line for line in buyer.run("cost").stdout.splitlines() if line.startswith("at most")]
    assert at_most.endswith("see `renderer jobs list --all`")
    assert "≤$0.2625" in buyer.run("jobs", "list", "--all").stdout


def test_a_clip_without_bytes_is_no_clip(buyer: Stage, vendor: Simulator) -> None:
    """The link is good, so it is not told as one that has expired."""
    vendor.script(download=["zero"] * 100, about="scene 1")
    done = buyer.build("--yes", "s01", timeout_s=90)
    assert (1, ["P713"]) == (done.code, done.codes)
    assert "holds no bytes" in done.json["errors"][0]["message"]


def test_a_wrong_key_costs_one_request(buyer: Stage, vendor: Simulator) -> None:
    """The first request of an account goes alone; once it was taken, many go at once, and a build after it asks nobody."""
    done = buyer.using(AIMLAPI_API_KEY="not-this-one").build("--yes")
    assert (4, {"P704"}) == (done.code, set(done.codes))
    assert 1 == len(vendor.received("submit"))
    vendor.script(submit=["late:1"] * 5)
    assert 0 == buyer.build("--yes").code
    sent = [request.at_s for request in vendor.received("submit")][1:]
    assert 1 <= sent[1] - sent[0]
    assert sent[4] - sent[1] < 1


def test_a_build_goes_on_with_the_storyboard_that_it_began_with(built: Stage, tmp_path: Path) -> None:
    """A clip turns out damaged while its shot is edited: it is made as it was, and the edit is for the next build."""
    editing = tmp_path / "ffmpeg"
    editing.write_text(EDITING.format(spec=built.root / "film.yaml", ffmpeg=real_ffmpeg()))
    editing.chmod(0o755)
    spoil(built.blob_of("crew"))
    built.edit("prompt: galaxies", "prompt: galaxies, use: 0.25")
    assert ["crew"] == built.using(RENDERER_FFMPEG=str(editing)).built().ran
    assert "another visor" in (built.root / "film.yaml").read_text()
    assert ["crew"] == built.built().ran
