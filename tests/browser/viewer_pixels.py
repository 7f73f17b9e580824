"""Reading the viewer's canvases: which device pixels hold ink, and where the paper's lines are."""

from __future__ import annotations

from playwright.sync_api import Page

# Ink darker than half, in the columns x ± 1, between two rows.
INK = """([x, top, foot]) => {
  const canvas = document.querySelectorAll('.ecg canvas')[1];
  const ctx = canvas.getContext('2d');
  const y = Math.max(0, Math.round(top));
  const height = Math.min(canvas.height, Math.round(foot)) - y;
  if (height < 1) return [];
  const data = ctx.getImageData(Math.round(x) - 1, y, 3, height).data;
  const rows = [];
  for (let r = 0; r < height; r += 1)
    if ([3, 7, 11].some((c) => data[r * 12 + c] > 127)) rows.push(y + r);
  return rows;
}"""

GRID = """(row) => {
  const canvas = document.querySelectorAll('.ecg canvas')[0];
  const data = canvas.getContext('2d').getImageData(0, row, canvas.width, 1).data;
  return Array.from({length: canvas.width}, (_, x) => data.slice(4 * x, 4 * x + 3).join());
}"""

PLAN = """async ([layout, speed, gain]) => {
  const g = await import('/static/js/ecg/geometry.js');
  const leads = 'I II III aVR aVL aVF V1 V2 V3 V4 V5 V6'.split(' ');
  return g.planSheet({layout, speed, gain, durationS: 10, leads, order: 'standard'});
}"""


SCALE = """() => {
  const stack = document.querySelector('.ecg-stack');
  return stack.firstChild.width / stack.style.getPropertyValue('--paper-w-mm');
}"""


def scale(page: Page) -> float:
    """Device pixels per mm, from the width the canvas says it has in mm."""
    return page.evaluate(SCALE)


def wait_for_scale(page: Page, wanted: float, *, within: float = 0) -> None:
    """Once the paper is laid out anew."""
    page.wait_for_function(f"() => Math.abs(({SCALE})() - {wanted}) <= {within}")


def ink_rows(page: Page, x: float, top: float, foot: float) -> list[int]:
    return page.evaluate(INK, [x, top, foot])


def major_lines(page: Page, row: int) -> list[int]:
    """Columns where a 5 mm line stands; the paper's corner is on two such lines."""
    colours = page.evaluate(GRID, row)
    return [x for x, colour in enumerate(colours) if colour == colours[0]]


def set_control(page: Page, name: str, value: str) -> None:
    page.locator(f"[data-ecg={name}]").select_option(value)


def reading(page: Page) -> str:
    return page.locator(".caliper:visible output").first.inner_text()
