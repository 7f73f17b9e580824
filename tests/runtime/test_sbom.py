"""The bill of materials names every locked package and every file of others, with its origin."""

from __future__ import annotations

import copy
import hashlib
import json
import re

import pytest

from deploy import sbom

ROOT = sbom.ROOT
LOCKS = [ROOT / "requirements" / name for name in ("prod.txt", "dev.txt", "uv.txt", "base.txt")]


@pytest.fixture(scope="module")
def said():
    """What the installed packages say; asked once, it takes seconds."""
    return sbom.environment()


@pytest.fixture(scope="module")
def bill(said):
    return sbom.bill_of_materials(copy.deepcopy(said), sbom.locked())


def of(bill, name):
    [found] = [one for one in bill["components"] if sbom.normal(one["name"]) == name]
    return found


def hashes_of(component):
    sources = [one for one in component["externalReferences"] if one["type"] == "distribution"]
    return {one["content"] for source in sources for one in source.get("hashes", [])}


def test_every_locked_package_is_there_with_version_hashes_purl_and_licence(bill):
    pinned = {
        (sbom.normal(name), version)
        for file in LOCKS
        for name, version in re.findall(r"(?m)^([\w.-]+)(?:\[.*?\])?==([^\s\\]+)", file.read_text())
    }
    assert len(pinned) > 100
    for name, version in pinned:
        component = of(bill, name)
        assert component["version"] == version
        kind, _, rest = component["purl"].partition("/")
        called, _, numbered = rest.partition("@")
        assert (kind, sbom.normal(called), numbered) == ("pkg:pypi", name, version)
        assert component["licenses"], name
        assert hashes_of(component), name


def test_the_hashes_are_the_locks(bill):
    text = (ROOT / "requirements/prod.txt").read_text()
    block = text[text.index("\ndjango==") :].split("# via")[0]
    assert hashes_of(of(bill, "django")) == set(re.findall(r"sha256:([0-9a-f]{64})", block))


def test_what_is_delivered_is_told_from_what_tests_need(bill):
    assert of(bill, "django")["scope"] == "required"
    assert of(bill, "pytest")["scope"] == "excluded"
    assert of(bill, "uv")["scope"] == "excluded"


def test_every_file_of_others_is_there_with_its_hash(bill):
    carried = [
        *(ROOT / "static/vendor").glob("*/*.js"),
        *(ROOT / "apps").rglob("*.ttf"),
    ]
    assert carried
    listed = {
        one["properties"][0]["value"]: one["hashes"][0]["content"]
        for one in bill["components"]
        if one["type"] == "file"
    }
    assert listed == {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in carried
    }


def test_names_are_unique_and_needs_are_among_them(bill):
    names = [one["bom-ref"] for one in bill["components"]]
    assert len(names) == len(set(names))
    for one in bill["dependencies"]:
        assert set(one["dependsOn"]) <= set(names)


def test_the_same_sources_give_the_same_bytes(said, tmp_path, monkeypatch):
    texts = []
    for name in ("one.json", "two.json"):
        monkeypatch.setattr(sbom, "environment", lambda: copy.deepcopy(said))
        assert sbom.main([str(tmp_path / name)]) == 0
        texts.append((tmp_path / name).read_text())
    assert texts[0] == texts[1]
    document = json.loads(texts[0])
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert "serialNumber" not in document


def test_a_package_that_is_not_the_locked_one_stops_it(said):
    wanted = sbom.locked()
    wanted["django"] = sbom.Locked("0.0.1", ("0" * 64,), True)
    with pytest.raises(KeyError, match=r"0.0.1 is locked"):
        sbom.bill_of_materials(copy.deepcopy(said), wanted)
