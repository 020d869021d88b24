"""Builds the package with the standard library alone (PEP 517, PEP 660), so that pip can install it where there is no
package index: compute nodes often have none."""

import base64
import hashlib
import io
import os
import re
import tarfile
import zipfile

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _version():
    with open(os.path.join(_HERE, "provloom", "_version.py"), encoding="utf-8") as opened:
        return re.search(r'VERSION = "([^"]+)"', opened.read()).group(1)


def _read(*path):
    with open(os.path.join(_HERE, *path), "rb") as opened:
        return opened.read()


def _metadata():
    head = (
        "Metadata-Version: 2.4\nName: provloom\nVersion: %s\n"
        "Summary: Records what a training process does into one W3C PROV graph per run, from every rank.\n"
        "License-Expression: Apache-2.0\n%sRequires-Python: >=3.9\nProvides-Extra: run\n"
        "Requires-Dist: provloom-run==%s; extra == 'run'\nDescription-Content-Type: text/markdown\n\n"
        % (_version(), "License-File: LICENSE\n" * len(_license()), _version())
    )
    return head.encode() + _read("README.md")


def _license():
    """In a clone it is the repository's; in an archive of the sources it lies beside them. A copy of the folder alone has none."""
    return [_read(*place) for place in (("LICENSE",), ("..", "..", "LICENSE")) if os.path.exists(os.path.join(_HERE, *place))][:1]


def _sources():
    paths = []
    for base, _, names in os.walk(os.path.join(_HERE, "provloom")):
        below = os.path.relpath(base, _HERE).replace(os.sep, "/")
        paths += [below + "/" + name for name in names if name.endswith((".py", ".pyi", ".typed"))]
    return sorted(paths)


def write_wheel(folder, name, version, tag, metadata, files, pure):
    """A wheel with these files: (path, bytes), and (path, bytes, mode) of those that are not 0644. Returns its name."""
    info = "%s-%s.dist-info/" % (name, version)
    files = list(files)
    files.append((info + "METADATA", metadata))
    head = "Wheel-Version: 1.0\nGenerator: provloom\nRoot-Is-Purelib: %s\nTag: py3-none-%s\n"
    files.append((info + "WHEEL", (head % ("true" if pure else "false", tag)).encode()))
    rows = []
    wheel_name = "%s-%s-py3-none-%s.whl" % (name, version, tag)
    with zipfile.ZipFile(os.path.join(folder, wheel_name), "w", zipfile.ZIP_DEFLATED) as wheel:

        def add(path, data, mode=0o644):
            # A fixed time: the same sources give the same wheel.
            entry = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)

        for path, data, *mode in files:
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append("%s,sha256=%s,%d\n" % (path, digest, len(data)))
            add(path, data, *mode)
        add(info + "RECORD", ("".join(rows) + info + "RECORD,,\n").encode())
    return wheel_name


def _wheel(folder, files):
    version = _version()
    files = [*files, *(("provloom-%s.dist-info/licenses/LICENSE" % version, text) for text in _license())]
    return write_wheel(folder, "provloom", version, "any", _metadata(), files, pure=True)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return _wheel(wheel_directory, [(path, _read(path)) for path in _sources()])


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _wheel(wheel_directory, [("provloom_editable.pth", (_HERE + "\n").encode())])


def build_sdist(sdist_directory, config_settings=None):
    base = "provloom-%s" % _version()
    with tarfile.open(os.path.join(sdist_directory, base + ".tar.gz"), "w:gz") as archive:
        paths = _sources() + ["pyproject.toml", "README.md", "build_backend/provloom_build.py"]
        for path, data in [(path, _read(path)) for path in paths] + [("PKG-INFO", _metadata()), *(("LICENSE", text) for text in _license())]:
            entry = tarfile.TarInfo(base + "/" + path)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    return base + ".tar.gz"
