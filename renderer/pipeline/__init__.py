"""The table of contents: compile, plan, build, preview. It wires the adapters and hands facts between rooms.

1. `project`    where things lie
2. `workshop`   store, ffmpeg and providers, wired
3. `reading`    text -> storyboard -> rows with keys, remembered under the digests of all that was read
4. `run`        rows against the store; `clips` says which clip stands for each take
5. `build`      what is missing is made, joined, checked and published; `buying` where that costs money
6. `film`       what a film still needs, asked again after each round
7. `record`     what is written down in git; `reasons` why; `desk` what leaves the project; `keeping` care of the store
"""
