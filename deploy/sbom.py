"""The software bill of materials: `python -m deploy.sbom [FILE]` (CycloneDX 1.6, JSON).

Every locked package with the hashes it is installed by, its licence and what needs it; those of
development and tests are marked as excluded from what is delivered; and the files that others
wrote and we carry. The same sources give the same bytes; SOURCE_DATE_EPOCH, if set, dates them.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements"
DELIVERED, OTHERS = "prod.txt", ("dev.txt", "uv.txt")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

Component = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Carried:
    """A file of somebody else's in our own tree."""

    name: str
    version: str
    licence: str
    purl: str
    file: str


CARRIED = (
    Carried(
        "htmx",
        "2.0.10",
        "0BSD",
        "pkg:npm/htmx.org@2.0.10",
        "static/vendor/htmx-2.0.10/htmx.min.js",
    ),
    Carried(
        "Liberation Sans Regular",
        "2.1.5",
        "OFL-1.1",
        "pkg:github/liberationfonts/liberation-fonts@2.1.5#LiberationSans-Regular.ttf",
        "apps/reports/pdf/fonts/LiberationSans-Regular.ttf",
    ),
    Carried(
        "Liberation Sans Bold",
        "2.1.5",
        "OFL-1.1",
        "pkg:github/liberationfonts/liberation-fonts@2.1.5#LiberationSans-Bold.ttf",
        "apps/reports/pdf/fonts/LiberationSans-Bold.ttf",
    ),
    Carried(
        "Droid Sans Fallback",
        "6.0.1",
        "Apache-2.0",
        "pkg:deb/debian/fonts-droid-fallback@6.0.1r16-1.1#DroidSansFallback.ttf",
        "apps/reports/pdf/fonts/DroidSansFallback.ttf",
    ),
)

# Packages whose metadata name no licence; read in their sources.
LICENCES = {
    "axe-playwright-python": "MIT",
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",
    "uritemplate": "BSD-3-Clause OR Apache-2.0",
    "wfdb": "MIT",
}


def main(arguments: list[str]) -> int:
    target = Path(arguments[0]) if arguments else ROOT / "sbom.cdx.json"
    bill = bill_of_materials(environment(), locked())
    target.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{target}: {len(bill['components'])} components")
    return 0


@dataclass(frozen=True, slots=True)
class Locked:
    version: str
    hashes: tuple[str, ...]
    is_delivered: bool


def locked() -> dict[str, Locked]:
    """Every package of the lock files by its normal name."""
    found: dict[str, Locked] = {}
    for file in (DELIVERED, *OTHERS):
        for name, version, hashes in _pins((REQUIREMENTS / file).read_text(encoding="utf-8")):
            found.setdefault(name, Locked(version, hashes, file == DELIVERED))
    return found


def _pins(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    pins: list[tuple[str, str, list[str]]] = []
    for line in text.splitlines():
        if pinned := PINNED.match(line):
            pins.append((normal(pinned[1]), pinned[2], []))
        if pins and (found := HASH.search(line)):
            pins[-1][2].append(found[1])
    return [(name, version, tuple(hashes)) for name, version, hashes in pins]


def normal(name: str) -> str:
    """As package indexes compare names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def environment() -> dict[str, Any]:
    """What the installed packages say of themselves: licences and what needs what."""
    tool = Path(sys.executable).with_name("cyclonedx-py")
    command = [str(tool), "environment", "--output-reproducible", "--sv", "1.6", "--of", "JSON"]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), sys.executable]
    done = subprocess.run(command, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def bill_of_materials(bill: dict[str, Any], wanted: dict[str, Locked]) -> dict[str, Any]:
    """The tool's document with our lock's hashes. Raises KeyError for a package not installed."""
    installed = {normal(one["name"]): one for one in bill["components"]}
    packages = [_package(installed[name], name, lock) for name, lock in sorted(wanted.items())]
    carried = [_carried(one) for one in CARRIED]
    kept = {one["bom-ref"] for one in (*packages, *carried)} | {"root-component"}
    needs = [_among(one, kept) for one in bill["dependencies"] if one["ref"] in kept]
    return bill | {"components": [*packages, *carried], "dependencies": needs}


def _package(component: Component, name: str, lock: Locked) -> Component:
    if component["version"] != lock.version:
        raise KeyError(f"{name} {component['version']} is installed, {lock.version} is locked")
    source = {
        "type": "distribution",
        "url": f"https://pypi.org/project/{name}/{lock.version}/#files",
        "hashes": [{"alg": "SHA-256", "content": one} for one in sorted(lock.hashes)],
    }
    licences = component.get("licenses") or [{"expression": LICENCES[name]}]
    return component | {
        "scope": "required" if lock.is_delivered else "excluded",
        "licenses": licences,
        "externalReferences": [*component.get("externalReferences", []), source],
    }


def _carried(one: Carried) -> Component:
    digest = hashlib.sha256((ROOT / one.file).read_bytes()).hexdigest()
    return {
        "bom-ref": one.purl,
        "type": "file",
        "name": one.name,
        "version": one.version,
        "scope": "required",
        "purl": one.purl,
        "licenses": [{"license": {"id": one.licence}}],
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "properties": [{"name": "einthoven:file", "value": one.file}],
    }


def _among(needs: dict[str, Any], kept: set[str]) -> dict[str, Any]:
    on = [ref for ref in needs.get("dependsOn", []) if ref in kept]
    return {"ref": needs["ref"], "dependsOn": on}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
