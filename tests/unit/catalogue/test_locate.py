"""Where the schemas are, and their digest."""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from renderer.catalogue.locate import PACKAGE, read_schema, schemas_digest, schemas_folder
from renderer.errors import RendererError


def _schemas(folder: Path) -> Path:
    (folder / "schemas" / "models").mkdir(parents=True)
    return folder / "schemas"


def test_a_source_tree_has_its_schemas_beside_the_package(tmp_path: Path) -> None:
    """A checkout needs no installation."""
    beside = _schemas(tmp_path)
    assert beside == schemas_folder(tmp_path / "renderer")


def test_a_wheel_has_its_schemas_inside_the_package(tmp_path: Path) -> None:
    """Another package's `schemas` folder in site-packages is not ours."""
    _schemas(tmp_path)
    inside = _schemas(tmp_path / "renderer")
    assert inside == schemas_folder(tmp_path / "renderer")


def test_missing_schemas_are_told_with_both_places(tmp_path: Path) -> None:
    """An incomplete installation names where it looked."""
    with pytest.raises(RendererError) as caught:
        schemas_folder(tmp_path / "renderer")
    assert caught.value.code == "S390"
    assert [name for name, _ in caught.value.facts] == ["looked in", "and in"]


def test_a_zipped_package_reads_its_schemas(tmp_path: Path) -> None:
    """Where there are no folders, the package's resources are read."""
    archive = tmp_path / "renderer.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        for file in PACKAGE.rglob("*.py"):
            bundle.write(file, file.relative_to(PACKAGE.parent))
        for file in schemas_folder().rglob("*.json"):
            bundle.write(file, Path("renderer/schemas") / file.relative_to(schemas_folder()))
        bundle.mkdir("renderer/schemas")
    script = (
        f"import sys; sys.path.insert(0, {str(archive)!r})\n"
        "from renderer.catalogue.library import load\n"
        "from renderer.catalogue.locate import PACKAGE, schemas_digest\n"
        "print('.zip' in str(PACKAGE), load('aimlapi', 'gen3a_turbo').title, schemas_digest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert f"True Gen-3 Alpha Turbo {schemas_digest()}\n" == told.stdout


def test_a_schema_is_read_by_name() -> None:
    """The names are relative to the schemas' folder."""
    assert read_schema("models/model.schema.json")["title"] == "Model file"


def test_a_schema_that_is_not_there_is_an_error_of_ours() -> None:
    """No bare OSError leaves the room."""
    with pytest.raises(RendererError, match=r"`nothing.json`"):
        read_schema("nothing.json")


def test_the_digest_changes_with_every_byte_and_name(tmp_path: Path) -> None:
    """Equal size and time do not hide a change."""
    folder = _schemas(tmp_path)
    seen = [schemas_digest(folder)]
    for name, text in [("a.json", "1"), ("a.json", "2"), ("models/b.json", "1"), ("models/c.json", "")]:
        (folder / name).write_text(text, encoding="utf-8")
        seen.append(schemas_digest(folder))
    assert len(set(seen)) == len(seen)


def test_the_digest_does_not_depend_on_the_place(tmp_path: Path) -> None:
    """A copy of the folder has the same digest, whatever its times and its path."""
    copy = shutil.copytree(schemas_folder(), tmp_path / "copy", copy_function=shutil.copyfile)
    assert schemas_digest() == schemas_digest(copy)


def test_the_digest_is_of_names_lengths_and_bytes(tmp_path: Path) -> None:
    """Its form is fixed, so that a cache of yesterday is found again."""
    folder = _schemas(tmp_path)
    (folder / "models" / "b.json").write_bytes(b"{}")
    assert hashlib.sha256(b"models/b.json\x002\x00{}").hexdigest() == schemas_digest(folder)


def test_finding_the_digest_imports_nothing_heavy() -> None:
    """What runs on every build, also with nothing to do, stays cheap."""
    script = (
        "import sys, renderer.catalogue.locate as locate, renderer.catalogue.library as library\n"
        "locate.schemas_digest(); library.load('aimlapi', 'gen3a_turbo')\n"
        "print(sorted({'jsonschema', 'difflib', 'importlib.resources', 'yaml'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert told.stdout == "[]\n"
