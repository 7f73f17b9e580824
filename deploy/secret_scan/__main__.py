"""No secret in the files that are kept under version control: `python -m deploy.secret_scan`.

What is allowed is listed in `allowed.txt`, each with its reason and the fingerprint of the very
text; another secret in the same file is still found. Prints no secret. Exit 1 on a finding.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.secret_scan.kinds import MADE_UP, secrets_in

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = Path(__file__).with_name("allowed.txt")
# Where the folder is no repository: what is never kept.
PASSED_OVER = {".venv", "var", "staticfiles", "__pycache__", "node_modules"}
LONGEST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    path: str
    line: int
    kind: str
    fingerprint: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind} (fingerprint {self.fingerprint})"


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else ROOT
    allowed = allowances(ALLOWED.read_text(encoding="utf-8"))
    found = list(scan(root))
    problems = [str(one) for one in found if (one.fingerprint, one.path) not in allowed]
    if root == ROOT:
        problems += unused(allowed, found)
    for problem in problems:
        print(problem)
    print(f"secret scan: {len(problems)} problems, {len(found)} findings in all")
    return bool(problems)


def scan(root: Path) -> Iterator[Finding]:
    for path in files_of(root):
        name = path.relative_to(root).as_posix()
        for line, kind, text in secrets_in(_text(path)):
            if not name.startswith(MADE_UP.get(kind, "\0")):
                yield Finding(name, line, kind, fingerprint(text))


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def files_of(root: Path) -> list[Path]:
    """Tracked files and those not ignored; every file where there is no repository."""
    command = ["git", "-C", str(root), "ls-files", "-zco", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    except (subprocess.CalledProcessError, FileNotFoundError):
        return [path for path in sorted(root.rglob("*")) if _is_ours(path.relative_to(root))]
    return [root / name for name in sorted(listed.split("\0")) if name]


def _is_ours(path: Path) -> bool:
    hidden = [part for part in path.parts if part.startswith(".") and part != ".ci"]
    return not hidden and not PASSED_OVER & set(path.parts)


def _text(path: Path) -> str:
    """Empty for what is no text: pictures, fonts, signals."""
    if not path.is_file() or path.stat().st_size > LONGEST_BYTES:
        return ""
    data = path.read_bytes()
    return "" if b"\0" in data else data.decode("utf-8", errors="replace")


def allowances(text: str) -> dict[tuple[str, str], str]:
    """(fingerprint, path) → reason. Raises ValueError for a line without a reason."""
    allowed = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            mark, path, reason = line.split(None, 2)
            allowed[mark, path] = reason
    return allowed


def unused(allowed: dict[tuple[str, str], str], found: list[Finding]) -> list[str]:
    gone = allowed.keys() - {(one.fingerprint, one.path) for one in found}
    return [f"allowed.txt: {mark} {path} is not found any more" for mark, path in sorted(gone)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
