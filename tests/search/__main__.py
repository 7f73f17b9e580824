"""python -m tests.search: the labelled queries through the grammar, into docs/search.md."""

from __future__ import annotations

from pathlib import Path

from tests.search.document import written

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "search.md"


def main() -> None:
    DOCUMENT.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
