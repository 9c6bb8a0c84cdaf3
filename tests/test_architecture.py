"""The house's map: imports point one way, and some doors do not exist."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the roof to the cellar: a room may import rooms of a lower floor and its own.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("edge.__main__",),
    ("edge.commands",),
    ("edge.benchmark",),
    ("edge.demonstration", "edge.evaluation", "edge.simulation"),
    ("edge.video_worker",),
    ("edge.wiring", "edge.diagnosis", "edge.wiping"),
    ("edge.counting", "edge.quarantine"),
    ("edge.health", "edge.backup", "edge.devices", "edge.announcer", "edge.rekeying"),
    ("edge.core",),
    ("edge.importing", "edge.moving"),
    ("edge.changeover", "edge.networks"),
    ("edge.enrolling", "edge.retention", "edge.rows", "edge.users"),
    ("edge.likeness",),
    ("edge.examining", "edge.archive", "edge.erasing", "edge.ruling", "edge.asking"),
    ("edge.streams", "edge.announcing", "edge.metrics"),
    ("edge.video",),
    ("edge.door",),
    ("edge.hardware", "edge.vision"),
    ("edge.collection",),
    ("edge.foresight",),
    ("edge.audit", "edge.desk", "edge.live"),
    ("edge.storage",),
    ("edge.watchdog", "edge.config", "edge.access"),
    ("edge.similarity", "edge.liveness", "edge.readers", "edge.portal"),
    ("edge.domain",),
    ("edge.exit_codes", "edge.days", "edge.buckets", "edge.logs", "edge.syncing", "edge.toml_text"),
    ("edge.errors",),
)

# What a floor below would allow, but the design does not.
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "edge.vision": (
        "edge.collection",
        "edge.audit",
        "edge.storage",
        "edge.hardware",
        "edge.config",
    ),
    "edge.hardware": ("edge.collection", "edge.audit", "edge.storage"),
    "edge.door": ("edge.collection", "edge.vision", "edge.storage", "edge.config"),
    "edge.announcing": (
        "edge.collection",
        "edge.config",
        "edge.door",
        "edge.hardware",
        "edge.video",
        "edge.vision",
    ),
    "edge.metrics": (
        "edge.collection",
        "edge.config",
        "edge.door",
        "edge.hardware",
        "edge.storage",
        "edge.vision",
    ),
    "edge.live": ("edge.audit", "edge.desk", "edge.config"),
    "edge.benchmark": ("edge.core", "edge.wiring", "edge.evaluation", "edge.simulation"),
    # It asks the door's own rule whom it would let in, and nothing else of the door.
    "edge.evaluation": (
        "edge.wiring",
        "edge.hardware",
        "edge.door.loop",
        "edge.door.controller",
        "edge.door.lease",
        "edge.collection",
    ),
    "enroll": (
        "edge.door.loop",
        "edge.door.controller",
        "edge.door.lease",
        "edge.hardware",
        "edge.wiring",
        "edge.video_worker",
        "edge.diagnosis",
        "edge.commands",
        "edge.benchmark",
    ),
}

# Who alone may know a library.
SOLE_USERS: dict[str, tuple[str, ...]] = {
    "ai_edge_litert.interpreter": ("edge.vision.tflite",),
    "tflite_runtime": ("edge.vision.tflite",),
    "picamera2": ("edge.hardware.camera_picamera2", "edge.hardware.choose"),
    "gpiod": (
        "edge.hardware.gpio_lines",
        "edge.hardware.inputs_gpio",
        "edge.hardware.lock_gpio",
        "edge.hardware.reader_wiegand",
        "edge.hardware.signals_gpio",
        "edge.hardware.survey",
    ),
    "evdev": ("edge.hardware.input_devices",),
    "osdp": ("edge.hardware.osdp",),
    "osdp_sys": ("edge.hardware.osdp",),
    "cryptography.hazmat.primitives.asymmetric.ed25519": ("edge.storage.signing",),
    "onnx": ("edge.vision.convert",),
    "prometheus_client": ("edge.metrics", "enroll.observing"),
    "paho": ("edge.announcing.broker",),
    "apsw": ("edge.storage", "edge.collection"),
    "sqlite_vec": ("edge.collection",),
    "simsimd": ("edge.collection.quantized",),
    "flask": ("enroll",),
    "matplotlib": ("edge.evaluation",),
    "dateutil": ("edge.access",),
    "click": ("edge.__main__", "edge.commands", "enroll.command", "enroll.rekognition.command"),
}


def modules() -> list[str]:
    """Every module of the product, by its full name."""
    files = [*ROOT.glob("edge/**/*.py"), *ROOT.glob("enroll/**/*.py")]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return sorted(name.removesuffix(".__init__") for name in names)


def tree_of(module: str) -> ast.Module:
    """The text of *module*, parsed."""
    file = ROOT.joinpath(*module.split("."))
    path = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(module: str) -> Iterator[str]:
    """Whatever *module* imports anywhere, also inside functions."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; the map is written in full names"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(module: str, room: str) -> bool:
    """Tell whether *module* is *room* or stands in it."""
    return module == room or module.startswith(f"{room}.")


def floor_of(module: str) -> int | None:
    """How far below the roof *module* stands, or None outside the house."""
    return next(
        (level for level, rooms in enumerate(FLOORS) for room in rooms if inside(module, room)),
        None,
    )


@pytest.mark.parametrize("module", modules())
def test_imports_point_downwards(module: str) -> None:
    """No module of edge imports a module of a higher floor, or a neighbour's room."""
    level = floor_of(module)
    if level is None:
        assert module == "edge" or inside(module, "enroll"), f"{module} is on no floor of the map"
        return
    own = next(room for room in FLOORS[level] if inside(module, room))
    for imported in imports_of(module):
        below = floor_of(imported)
        if below is not None and not inside(imported, own):
            assert below > level, f"{module} imports {imported}, which stands above or beside it"


@pytest.mark.parametrize("module", modules())
def test_edge_never_imports_enroll(module: str) -> None:
    """The arrow between the packages is enroll → edge."""
    if inside(module, "edge"):
        assert not [name for name in imports_of(module) if inside(name, "enroll")]


@pytest.mark.parametrize(("room", "closed"), FORBIDDEN.items())
def test_closed_doors_stay_closed(room: str, closed: tuple[str, ...]) -> None:
    """Rooms do not know what the design keeps from them; the web pages cannot reach the lock."""
    for module in (name for name in modules() if inside(name, room)):
        for imported in imports_of(module):
            assert not any(inside(imported, name) for name in closed), f"{module}: {imported}"


def test_the_door_knows_devices_only_as_protocols() -> None:
    """The door's modules import the protocols of edge.hardware, never an adapter."""
    for module in (name for name in modules() if inside(name, "edge.door")):
        adapters = [name for name in imports_of(module) if name.startswith("edge.hardware.")]
        assert {name.removeprefix("edge.hardware.") for name in adapters} <= {
            "Camera",
            "CardReader",
            "DoorInputs",
            "InputEdge",
            "InputName",
            "Lock",
            "LockState",
            "Panel",
            "Prompter",
            "Signaller",
        }


@pytest.mark.parametrize(("library", "users"), SOLE_USERS.items())
def test_a_library_has_one_user(library: str, users: tuple[str, ...]) -> None:
    """A device's or a runtime's library is named in one place, where it can be replaced."""
    for module in modules():
        if any(inside(name, library) for name in imports_of(module)):
            assert any(inside(module, user) for user in users), f"{module} imports {library}"


def test_decisions_are_pure() -> None:
    """Presentation and decision read no clock, no file and no device."""
    impure = ("time", "os", "pathlib", "threading", "logging", "random", "cv2", "socket")
    pure = (
        "edge.access",
        "edge.announcing.condition",
        "edge.announcing.discovery",
        "edge.announcing.telling",
        "edge.announcing.topics",
        "edge.audit.outlook",
        "edge.door.attacks",
        "edge.door.camera_trust",
        "edge.door.challenge",
        "edge.door.decide",
        "edge.door.liveness",
        "edge.door.presentation",
        "edge.domain",
        "edge.liveness",
        "edge.readers",
        "edge.portal",
        "edge.quarantine.reconciling",
        "edge.similarity",
    )
    for module in (name for name in modules() if any(inside(name, room) for room in pure)):
        found = [name for name in imports_of(module) if name.split(".")[0] in impure]
        assert not found, f"{module} imports {found}"


def test_errors_import_nothing() -> None:
    """Every module may import the errors, so they import none."""
    assert set(imports_of("edge.errors")) <= {"__future__", "__future__.annotations"}


def test_nothing_that_a_door_loads_listens() -> None:
    """No module of edge waits for connections, or imports what does: only the pages do that."""
    servers = ("asyncio", "http.server", "socketserver", "waitress", "wsgiref", "xmlrpc.server")
    # Looks for a free port, which the pages take.
    probing = "edge.commands.run"
    for module in (name for name in modules() if inside(name, "edge") and name != probing):
        assert not [name for name in imports_of(module) if any(inside(name, s) for s in servers)]
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"bind", "listen", "create_server"}, module
