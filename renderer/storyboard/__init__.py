"""The nouns of a storyboard, after merging and expansion: frozen values, no behaviour. Times in seconds, exact.

Rows, as in `model`: an edit of one shot meets them all.
"""

from renderer.storyboard.film import MAIN, Budget, Output, Slot, Storyboard
from renderer.storyboard.request import Request, Take
from renderer.storyboard.shot import CUT, DIP, Asked, Enter, Framing, Motion, Shot, Span
from renderer.storyboard.sound import Ducking, FilmSound, Loudness, ShotSound, SoundKind, Start, Track
from renderer.storyboard.source import Frame, Source, Use
from renderer.storyboard.words import SUBTITLES, Spoken, Subtitles, Title, Words

__all__ = [
    "CUT",
    "DIP",
    "MAIN",
    "SUBTITLES",
    "Asked",
    "Budget",
    "Ducking",
    "Enter",
    "FilmSound",
    "Frame",
    "Framing",
    "Loudness",
    "Motion",
    "Output",
    "Request",
    "Shot",
    "ShotSound",
    "Slot",
    "SoundKind",
    "Source",
    "Span",
    "Spoken",
    "Start",
    "Storyboard",
    "Subtitles",
    "Take",
    "Title",
    "Track",
    "Use",
    "Words",
]
