"""Where this machine keeps what is ours: the one place that knows folders.

Nothing is made at import and nothing is made by asking; whoever writes a file makes its folder with `made`. ARCHROOM_HOME
puts everything under one folder, for tests and for trying things out.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

APP = "archroom"
HOME_VARIABLE = "ARCHROOM_HOME"
SIMULATOR_VARIABLE = "ARCHROOM_SIMULATOR"
"""Names the control channel of the simulator that the buses lead to."""
_SHARED_RUN = Path("/run/archroom")


def home_override() -> Path | None:
    """Return the folder named by ARCHROOM_HOME, None if it is not set."""
    value = os.environ.get(HOME_VARIABLE, "")
    return Path(value).absolute() if value else None


def config_file() -> Path:
    """Return the settings file that is read: the person's own, else the machine's, else where the own one would be."""
    override = home_override()
    if override is not None:
        return override / "config.toml"
    import platformdirs  # loaded only where the machine's own folders are asked for

    own = platformdirs.user_config_path(APP) / "config.toml"
    shared = platformdirs.site_config_path(APP) / "config.toml"
    return shared if shared.is_file() and not own.is_file() else own


def data_folder() -> Path:
    """Return the folder of the databases."""
    override = home_override()
    if override is not None:
        return override / "data"
    import platformdirs

    return platformdirs.user_data_path(APP)


def state_folder() -> Path:
    """Return the folder of the log and of what the shelving server must remember by itself."""
    override = home_override()
    if override is not None:
        return override / "state"
    import platformdirs

    return platformdirs.user_state_path(APP)


def run_folder() -> Path:
    """Return the folder of the shelving server's socket, shared by all who use the shelving.

    `/run/archroom` where an administrator made it, else one in the machine's temporary folder.
    """
    override = home_override()
    if override is not None:
        return override / "run"
    return _SHARED_RUN if _SHARED_RUN.is_dir() else Path(tempfile.gettempdir()) / f"{APP}-shelving"


def log_file(state: Path) -> Path:
    """Return the log file within a state folder."""
    return state / "archroom.log"


def database_file() -> Path:
    """Return the default database's file."""
    return data_folder() / "archroom.db"


def demo_folder() -> Path:
    """Return the folder where the demo keeps its room between runs."""
    return data_folder() / "demo"


def made(folder: Path) -> Path:
    """Make a folder that only its owner may read, and return it; an existing one is left as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
