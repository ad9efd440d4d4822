"""The films: which actions their pictures, sound and text need, asked of clips and store."""
