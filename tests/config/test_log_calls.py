"""Every log call of the source names an event and gives allow-listed keys, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.log_calls import complaints

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for folder in ("apps", "config", "simulators")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
LOGGER = "log = structlog.get_logger(__name__)\n"


def test_no_call_of_the_source_could_carry_a_value():
    found = {str(path.relative_to(ROOT)): complaints(path.read_text()) for path in SOURCES}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_the_calls_are_seen():
    source = (ROOT / "apps/core/drain.py").read_text()
    assert complaints(source.replace("attempts=", "path="))
    assert complaints(source.replace("table=lease", "mrn=lease"))


@pytest.mark.parametrize(
    "call",
    [
        'log.info("file.linked", patient=name)',
        'log.info(f"linked {name}")',
        'log.info("linked %s" % name)',
        'log.info("file.linked %s", name)',
        'log.info("file.linked", name)',
        'log.info("A sentence with Capitals")',
        "log.info(name)",
        'log.info("file.linked", **values)',
        'log.error("job.crashed", error_class=str(error))',
        'log.error("job.crashed", error_class=repr(error))',
        'log.error("job.crashed", code=f"{error}")',
        'log.error("job.crashed", code="x" + name)',
        'log.exception("job.crashed", code="{}".format(error))',
        'structlog.get_logger().warning("x", mrn=1)',
        'logging.getLogger("apps.x").warning("refused %s", name)',
        "logging.warning(name)",
        "structlog.contextvars.bind_contextvars(mrn=1)",
    ],
)
def test_a_call_that_could_is_named(call):
    assert complaints(LOGGER + call)


@pytest.mark.parametrize(
    "call",
    [
        'log.info("file.linked", code=outcome)',
        'log.error("job.crashed", error_class=type(error).__name__, attempts=2)',
        "structlog.contextvars.bind_contextvars(trace_id=str(row.trace_id))",
        'shapes.info("anything", goes=1)',
    ],
)
def test_other_calls_pass(call):
    assert complaints(LOGGER + call) == []
