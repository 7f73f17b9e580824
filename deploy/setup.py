"""Make `.venv` from the locked requirements; does nothing when it is up to date.

Begins in any Python 3 with nothing installed: standard library only, no recent syntax.
"""

import hashlib
import importlib.util
import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

WANTED = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
STAMP = VENV / "stamp"
LOCKS = [ROOT / "requirements" / name for name in ("dev.txt", "uv.txt")]

NO_PYTHON = """Python 3.11 is needed, and neither {0} nor python3.11 is one.
Install it (Debian 12: apt-get install python3.11 python3.11-venv),
or name it: make PYTHON=/path/to/python3.11"""
NO_PIP = """Python's venv module is not complete on this machine. As root, run:
    apt-get install python3.11-venv
then the same command again."""


def main() -> int:
    use_wanted_python()
    if stamp_text() == expected_stamp():
        return 0
    print("Installing the locked packages into .venv …", flush=True)
    try:
        make_venv()
        install_uv()
        install_packages()
    except subprocess.CalledProcessError as error:
        print(f"The environment could not be made: `{' '.join(error.cmd)}` failed; see above.")
        return 1
    STAMP.write_text(expected_stamp())
    return 0


def use_wanted_python() -> None:
    """Go on in Python 3.11; returns only there."""
    if sys.version_info[:2] == WANTED:
        return
    other = shutil.which("python3.11")
    if other is None or subprocess.call([other, "-c", "import venv"]) != 0:
        sys.exit(NO_PYTHON.format(sys.executable))
    os.execv(other, [other, *sys.argv])  # noqa: S606 - takes this process's place


def stamp_text() -> str:
    return STAMP.read_text() if STAMP.exists() and PYTHON.exists() else ""


def expected_stamp() -> str:
    """Scripts carry the folder's name, so a moved copy makes its environment anew."""
    locks = hashlib.sha256(b"".join(lock.read_bytes() for lock in LOCKS)).hexdigest()
    return f"{VENV}\n{locks}\n"


def make_venv() -> None:
    moved = stamp_text() and stamp_text().splitlines()[0] != str(VENV)
    if moved or not works(PYTHON):
        shutil.rmtree(VENV, ignore_errors=True)
        call(sys.executable, "-m", "venv", "--without-pip", str(VENV))


def works(python: Path) -> bool:
    check = f"import sys; sys.exit(sys.version_info[:2] != {WANTED})"
    return python.exists() and subprocess.call([str(python), "-c", check]) == 0


def install_uv() -> None:
    arguments = ["install", "--quiet", "--require-hashes", "-r", str(LOCKS[1])]
    if importlib.util.find_spec("pip"):
        call(sys.executable, "-m", "pip", "--python", str(PYTHON), *arguments)
    elif importlib.util.find_spec("ensurepip"):
        call(str(PYTHON), "-m", "ensurepip")
        call(str(PYTHON), "-m", "pip", *arguments)
    else:
        sys.exit(NO_PIP)


def install_packages() -> None:
    """Exactly what the locks name: packages that left them go."""
    options = ["--quiet", "--require-hashes", "--python", str(PYTHON), *trust()]
    call(str(UV), "pip", "sync", *options, *map(str, LOCKS))


def trust() -> list[str]:
    """Trust what the machine trusts, where it says so: a hospital's proxy signs anew."""
    paths = ssl.get_default_verify_paths()
    folder = Path(paths.capath) if paths.capath else None
    has_own = paths.cafile or (folder and any(folder.iterdir()))
    return ["--system-certs"] if has_own else []


def call(*command: str) -> None:
    subprocess.run(command, check=True, cwd=str(ROOT))


if __name__ == "__main__":
    sys.exit(main())
