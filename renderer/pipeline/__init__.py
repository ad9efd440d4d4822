"""The table of contents: compile, plan, build, preview. It wires the adapters and hands facts between rooms.

1. `project`   where things lie
2. `workshop`  store, ffmpeg and providers, wired
3. `compile`   text -> storyboard -> rows with keys, remembered under the digests of all that was read
4. `build`     rows against the store; what is missing is made, joined, checked and published
5. `film`      what a film still needs, asked again after each round
"""
