"""An ffmpeg that takes directions: the real one behind a script that counts, fails, waits or kills on cue."""

from __future__ import annotations

import os
import select
from dataclasses import dataclass
from pathlib import Path

from tests.running import runs

from .stage import Stage, real_ffmpeg

CUE_TIMEOUT_S = 20.0

SCRIPT = """\
#!/bin/sh
case " $* " in *" -version "*) exec "{ffmpeg}" "$@" ;; esac
echo $$ >> "{folder}/calls"
for cue in fail wait kill; do
  [ -f "{folder}/$cue" ] || continue
  while read -r words; do
    case " $* " in *" $words "*) ;; *) continue ;; esac
    case $cue in
      fail) echo "out of film" >&2; exit 1 ;;
      wait) echo $$ > "{folder}/stage-door"; exec sleep 600 ;;
      kill) kill -9 $PPID; exec sleep 600 ;;
    esac
  done < "{folder}/$cue"
done
exec "{ffmpeg}" "$@"
"""


@dataclass(frozen=True)
class Director:
    """Gives directions to the ffmpeg of a stage. A cue is words of its command line, such as `-frames:v 9`."""

    folder: Path

    @classmethod
    def of(cls, folder: Path) -> Director:
        folder.mkdir()
        os.mkfifo(folder / "stage-door")
        script = folder / "ffmpeg"
        script.write_text(SCRIPT.format(ffmpeg=real_ffmpeg(), folder=folder))
        script.chmod(0o755)
        return cls(folder)

    def direct(self, stage: Stage) -> Stage:
        """The stage with this ffmpeg, which names itself as the real one does."""
        return stage.using(RENDERER_FFMPEG=str(self.folder / "ffmpeg"))

    def cue(self, name: str, *words: str) -> None:
        """From now on, `fail`, `wait` or `kill` the build where a command line holds these words."""
        (self.folder / name).write_text("".join(f"{word}\n" for word in words))

    def forget(self) -> None:
        """No directions any more."""
        for name in ("fail", "wait", "kill", "calls"):
            (self.folder / name).unlink(missing_ok=True)

    @property
    def calls(self) -> list[int]:
        """The processes that ffmpeg was started as, in order."""
        try:
            return [int(line) for line in (self.folder / "calls").read_text().split()]
        except FileNotFoundError:
            return []

    def listen(self) -> int:
        """Open the stage door before the play begins; `heard` waits there."""
        return os.open(self.folder / "stage-door", os.O_RDONLY | os.O_NONBLOCK)

    def heard(self, door: int) -> None:
        """Return when an ffmpeg waits; it goes on waiting. Fails where none ever comes."""
        assert select.select([door], [], [], CUE_TIMEOUT_S)[0], "nobody came to the stage door"

    def alive(self) -> list[int]:
        """Those ffmpegs that still run."""
        return [number for number in self.calls if runs(number)]
