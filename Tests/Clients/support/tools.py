"""Programs that are not ours."""

import os
import shutil
import sys
from pathlib import Path


def tool(name: str) -> str:
    """A program of this Python's environment or of the system; a missing one is a failure, not a skip."""
    path = shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert path, f"{name} is missing: buf comes with Tests/Clients/requirements.txt, h2load with Debian's nghttp2-client"
    return path
