"""The storyboard language, pure: bytes to a located tree, to diagnostics, to a `Storyboard`.

    document = parse(content, file="film.yaml")
    document = gather(document, schema=schema, read=read)                 # with all that it includes
    diagnostics = validate(document, schema=schema)
    storyboard, warnings = expand(document, provider=None)
    storyboard, diagnostics = interpret(document, schema=schema)     # both, as far as it goes
    sections = cut_sections(content)                                 # which part of the text each shot is

Owns the text (YAML 1.2 core rules, places, limits), the shape (`storyboard.schema.json`, handed in), and the
meaning of its own fields: variables, merging, prompts, times, ids, the cut. Every fault is told at once, each at
its token. Refuses to read files, to know a model's fields or prices (the catalogue's), and to look at images
(the pipeline's). A float is the exact decimal that was written; only `params`, which go to a model as JSON,
hold binary floats.

Variables are put into `prompt`, `prompt_template`, `style`, `camera`, `negative_prompt`, `image`, `last_image`,
`clip`, `title`, and into other variables. PyYAML and jsonschema are imported when something is parsed.
"""

from renderer.spec.cut import ids_clash
from renderer.spec.document import Document, parse
from renderer.spec.expand import expand, interpret, validate
from renderer.spec.include import gather
from renderer.spec.outputs import path_of
from renderer.spec.scene import ALONE, Beside
from renderer.spec.sections import Outline, Sections, cut_sections, fit, mover, outline_of
from renderer.spec.text import SIZE_MAX_BYTES

__all__ = [
    "ALONE",
    "SIZE_MAX_BYTES",
    "Beside",
    "Document",
    "Outline",
    "Sections",
    "cut_sections",
    "expand",
    "fit",
    "gather",
    "ids_clash",
    "interpret",
    "mover",
    "outline_of",
    "parse",
    "path_of",
    "validate",
]
