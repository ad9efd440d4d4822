"""`python -m renderer` is `renderer`."""

from renderer.cli import main

main()
