from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.domain import Pixels

MAN_FRAMES = range(0, 120, 20)


@pytest.fixture(scope="session")
def people(
    tmp_path_factory: pytest.TempPathFactory, carphone: list[Pixels], astronaut: Pixels
) -> Path:
    """A folder of two people, one with six photos and one with three, and an empty scene."""
    folder = tmp_path_factory.mktemp("people")
    photos = {f"man/{number:03}.png": carphone[number] for number in MAN_FRAMES}
    portrait = astronaut[:300, 90:390]
    photos["woman/1.png"] = portrait
    photos["woman/2.png"] = cv2.convertScaleAbs(portrait, alpha=0.8, beta=10).astype(np.uint8)
    photos["woman/3.png"] = cv2.GaussianBlur(portrait, (0, 0), 1.5).astype(np.uint8)
    photos["nobody/1.png"] = np.full((200, 200, 3), 90, np.uint8)
    for name, pixels in photos.items():
        (folder / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(folder / name), pixels)
    return folder
