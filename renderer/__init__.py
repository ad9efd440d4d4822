"""make for AI-generated film: storyboards in git, clips in a store, nothing paid for twice."""

__version__ = "0.1.0"
