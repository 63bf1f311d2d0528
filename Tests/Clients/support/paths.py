"""Where the things under test are."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
PROTOS = REPOSITORY / "Protos"
DIST = Path(os.environ.get("STREAMHOST_DIST", REPOSITORY / "dist")).resolve()
EXECUTABLE = DIST / "bin" / "streamhost"


def plugin(name: str) -> Path:
    """The library of a plugin that ships with the host: plugin("chat")."""
    return DIST / "plugins" / f"lib{name}.so"


def files_under(folder: Path) -> set[str]:
    """Every file (not folder) below `folder`, as relative paths."""
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir()}
