"""Python code generated from Protos/*.proto, the way any stranger would generate it."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from .paths import PROTOS

FILES = {"stock": "stock_stream", "file": "file_upload", "chat": "chat", "bench": "bench", "admin": "admin"}


def generate(folder: Path) -> SimpleNamespace:
    """Generates into `folder`; answers a namespace with one member per proto: messages, enums and stub together."""
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", f"--python_out={folder}",
         f"--grpc_python_out={folder}", *(str(PROTOS / f"{stem}.proto") for stem in FILES.values())],
        check=True, timeout=60,
    )
    sys.path.insert(0, str(folder))
    return SimpleNamespace(**{name: _merged(stem) for name, stem in FILES.items()})


def _merged(stem: str) -> SimpleNamespace:
    members = {}
    for module in (f"{stem}_pb2", f"{stem}_pb2_grpc"):
        members.update(vars(importlib.import_module(module)))
    return SimpleNamespace(**{k: v for k, v in members.items() if not k.startswith("_")})
