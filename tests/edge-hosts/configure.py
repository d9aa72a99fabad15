"""Writes a configuration into the edge component, as docs/edge.md says.

Usage: configure.py COMPONENT CONFIGURED JSON.
"""

import sys
from pathlib import Path

MARKER, SIZE = b"ima-edge-configuration:", 1024

source, target, configuration = sys.argv[1:]
component = Path(source).read_bytes()
if component.count(MARKER) != 1:
    sys.exit(f"{source} has no place for a configuration")
start = component.index(MARKER)
text = MARKER + configuration.encode()
if len(text) > SIZE:
    sys.exit("the configuration is too long")
Path(target).write_bytes(component[:start] + text.ljust(SIZE) + component[start + SIZE :])
