"""Type on pictures: which fonts a text needs, how it breaks into lines, where the lines stand. Any script, any character.

Shaping, ligatures and right-to-left are libass's, which ffmpeg brings along: the same on every machine, where Pillow's
would depend on the libraries of the system. What is decided here is which font draws which character and where a line
ends; libass is told both, and is left nothing to choose. Widths come from the fonts' own tables, unshaped, so a line of
Arabic is measured a little wider than it is drawn, never narrower. Refuses to draw a box for a character that no font has.
"""
