"""One file for many modules: in order, each once, with nothing that a function cannot say."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from config.bundles import BUNDLES, NotBundled, built, scripts, styles


def written(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    return folder


def test_modules_come_before_who_imports_them_and_once(tmp_path):
    root = written(
        tmp_path,
        base="export const one = 1;\n",
        left='import { one } from "./base.js";\nexport function two() { return one + 1; }\n',
        main='import { one as first } from "./base.js";\nimport { two } from "./left.js";\n'
        "console.log(first, two());\n",
    )
    text = scripts(root, ["main.js"])
    assert text.count("// base.js") == 1
    assert text.index("// base.js") < text.index("// left.js") < text.index("// main.js")
    assert "const { one: first } = $m0;" in text
    assert "return { two };" in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('import * as all from "./base.js";\n', "import"),
        ("export default 1;\n", "export"),
        ("export let count = 1;\n", "export"),
        ('import { a } from "./main.js";\nexport const a = 1;\n', "imports itself"),
    ],
)
def test_what_a_function_cannot_say_is_refused(tmp_path, text, why):
    root = written(tmp_path, base="export const a = 1;\n", main=text)
    with pytest.raises(NotBundled, match=why):
        scripts(root, ["main.js"])


def test_a_bundle_asked_for_by_many_at_once_is_one_file():
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(built, ["bundles/study.js"] * 8))
    assert len(paths) == 1
    assert paths.pop().is_file()


def test_sheets_keep_their_order(tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.css").write_text(f".{name} {{}}")
    assert styles(tmp_path, ["b.css", "a.css"]) == ".b {}\n.a {}"


@pytest.mark.parametrize("name", BUNDLES)
def test_every_bundle_is_found_beside_its_sources(name):
    path = finders.find(name)
    assert path
    text = Path(path).read_text()
    assert "import {" not in text
    assert name in {found for finder in finders.get_finders() for found, _ in finder.list(None)}
    for source in BUNDLES[name]:
        assert finders.find(source), source
