"""The wheel carries the theme: built, installed into a fresh environment and used from there."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and "No matching distribution" in done.stdout + done.stderr:
        pytest.skip("the build backend can't be fetched without a network")
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_theme_and_nothing_of_the_archive(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in ("templates/base.html", "templates/article.html", "static/assets/style.css", "static/.nojekyll"):
        assert f"newsgen/_theme/{name}" in names
    for name in ("cli.py", "preview/preview.js", "preview/preview.css", "preview/overlay.css"):
        assert f"newsgen/{name}" in names
    assert not [name for name in names if "content/" in name or "tests/" in name]


def test_a_fresh_environment_makes_and_builds_a_site(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    venv.create(environment)
    python = environment / "bin" / "python"
    # Our own pip fills it, which saves installing another there, and nothing is compiled that is not imported.
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-compile", "--quiet"]
    done = subprocess.run(
        [*pip, "--disable-pip-version-check", str(wheel)], capture_output=True, text=True, check=False
    )
    if done.returncode and "No matching distribution" in done.stderr:
        pytest.skip("the dependencies can't be fetched without a network")
    assert done.returncode == 0, done.stderr
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    newsgen = str(environment / "bin" / "newsgen")
    subprocess.run([newsgen, "init", "x"], cwd=tmp_path, env=clean, check=True, capture_output=True)
    done = subprocess.run([newsgen, "build", "--strict"], cwd=tmp_path / "x", env=clean, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "x/public/index.html").exists()
    assert list((tmp_path / "x/public/assets").glob("style.*.css"))
