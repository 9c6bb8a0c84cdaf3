"""Find the settings file, check it whole, and say everything that is wrong with it at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError

from edge.config.faults import described
from edge.config.settings import LIVE_FOLDER, SYSTEM_FOLDER, Settings
from edge.errors import ConfigError
from edge.toml_text import NotTomlError, parse_toml

SYSTEMD = Path("/run/systemd/system")
SYSTEM_FILE = Path("/etc/ostiary/ostiary.toml")

Document: TypeAlias = dict[str, Any]


def load_settings(
    path: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    system: bool | None = None,
    system_file: Path = SYSTEM_FILE,
) -> Settings:
    """Return the settings of the first of: *path*, ``$OSTIARY_CONFIG``, *system_file*, none.

    A file that is named must exist; only *system_file* may be missing. ``$OSTIARY_MODEL_MIRROR``
    goes before the file. Folders that the file does not name are the appliance's for root and
    for the service (*system*), and the user's own for everybody else.

    :raises ConfigError: if the file cannot be read, or with every fault that is in it.
    """
    environment = os.environ if environment is None else environment
    if system is None:
        system = os.geteuid() == 0 or "STATE_DIRECTORY" in environment
    chosen = _chosen(path, environment, system_file)
    document = {} if chosen is None else _read(chosen)
    document = _over(_folders(environment, system=system), document)
    document = _over(document, _mirror(environment))
    try:
        return TypeAdapter(Settings).validate_python(document)
    except ValidationError as error:
        faults = described(error)
        count = f"{len(faults)} problem{'s' if len(faults) > 1 else ''}"
        raise ConfigError(
            f"{count} in {chosen or 'the environment'}: {'; '.join(faults)}"
        ) from None  # pydantic's own text would repeat the values, a camera's password among them


def _chosen(path: Path | None, environment: Mapping[str, str], system_file: Path) -> Path | None:
    if path is not None:
        return path
    if named := environment.get("OSTIARY_CONFIG"):
        return Path(named)
    return system_file if system_file.exists() else None


def _read(path: Path) -> Document:
    try:
        with path.open("rb") as file:
            return parse_toml(file.read().decode())
    except OSError as error:
        raise ConfigError(
            f"The settings file {path} cannot be read: {error.strerror}.",
            remedy="Check --config, $OSTIARY_CONFIG, and who may read the file.",
        ) from error
    except (NotTomlError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} is not TOML: {error}.",
            remedy="Texts stand in double quotes; a section begins with its name, as in [door].",
        ) from error


def _folders(environment: Mapping[str, str], *, system: bool) -> Document:
    """Return the folders of this program's user, by systemd's or the XDG specification's rules."""
    if system:
        # systemd names a unit's StateDirectory= here; of several, the first is ours.
        data = Path(environment.get("STATE_DIRECTORY", "").partition(":")[0] or SYSTEM_FOLDER)
        models = data / "models"
    else:
        home = Path(environment.get("HOME") or Path.home())
        data = _xdg(environment, "XDG_DATA_HOME", home / ".local/share") / "ostiary"
        models = _xdg(environment, "XDG_CACHE_HOME", home / ".cache") / "ostiary/models"
    # Where systemd has not started the machine (sd_booted(3)), /run need not be in memory.
    own = Path(f"/dev/shm/ostiary-{os.geteuid()}")  # noqa: S108 - its owner is checked
    live = LIVE_FOLDER if system and SYSTEMD.is_dir() else own
    return {
        "storage": {"folder": str(data)},
        "models": {"folder": str(models)},
        "live": {"folder": str(live)},
    }


def _xdg(environment: Mapping[str, str], name: str, default: Path) -> Path:
    named = Path(environment.get(name, ""))
    # The XDG Base Directory specification has relative paths ignored.
    return named if named.is_absolute() else default


def _mirror(environment: Mapping[str, str]) -> Document:
    mirror = environment.get("OSTIARY_MODEL_MIRROR")
    return {"models": {"mirror": str(Path(mirror).absolute())}} if mirror else {}


def _over(below: Document, above: Document) -> Document:
    """Return *above* laid over *below*, section by section; what is no section is kept as it is."""
    merged = dict(below)
    for name, section in above.items():
        covered = merged.get(name, {})
        if isinstance(section, dict) and isinstance(covered, dict):
            merged[name] = covered | section
        elif isinstance(covered, dict):
            merged[name] = section
    return merged
