"""What importing the signal code brings with it."""

import subprocess
import sys


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_results_and_synthesis_load_no_scipy() -> None:
    loaded = modules_after(
        "import apps.ecg.signal.document, apps.ecg.signal.limits, apps.ecg.signal.synthesis"
    )
    assert not loaded & {"scipy", "django"}


def test_measuring_loads_no_django() -> None:
    loaded = modules_after("from apps.ecg.signal import measure")
    assert "scipy" in loaded
    assert "django" not in loaded
