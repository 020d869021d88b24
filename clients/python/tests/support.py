"""A spool to write into, programs to run against it, and a reader of the format that shares no code with the writer."""

import hashlib
import json
import os
import runpy
import shutil
import struct
import subprocess
import sys
import tempfile
import textwrap
import unittest
import zlib

CLIENT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, CLIENT)
#: The client's bounds, by name, without importing the client into the test.
LIMITS = runpy.run_path(os.path.join(CLIENT, "provloom", "_limits.py"))


def read_segment(data):
    """[(number, payload)] of one segment; stops at the first frame that is not whole."""
    magic, version, header, _, first, _, crc = struct.unpack_from("<8sHHIQII", data)
    assert (magic, version, header) == (b"PVLMSEG1", 1, 32), (magic, version, header)
    assert crc == zlib.crc32(data[:28]), "the header's CRC"
    records, at = [], 32
    while at + 12 <= len(data):
        crc, length, low = struct.unpack_from("<III", data, at)
        if at + 12 + length > len(data):
            break
        assert crc == zlib.crc32(data[at + 4 : at + 12 + length]), "the CRC of the frame at %d" % at
        assert low == (first + len(records)) & 0xFFFFFFFF, "the number of the frame at %d" % at
        records.append((first + len(records), data[at + 12 : at + 12 + length]))
        at += 12 + length
    return records, at == len(data)


def read_stream(folder):
    records = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as opened:
            found, whole = read_segment(opened.read())
        assert int(name[:20]) == len(records), "%s begins where its predecessor ends" % name
        records += found
    return [decode(payload) for _, payload in records]


def decode(payload):
    if payload[:1] == b"{":
        return json.loads(payload)
    tag, series, step, time, value = struct.unpack("<BIqqd", payload)
    assert tag == 1
    return {"type": "point", "series": series, "step": step, "time": time, "value": value}


class SpoolCase(unittest.TestCase):
    def setUp(self):
        self.spool = tempfile.mkdtemp(prefix="provloom-test-")
        self.addCleanup(shutil.rmtree, self.spool, ignore_errors=True)

    def environment(self, **more):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PROVLOOM_")}
        environment.update(PROVLOOM_SPOOL_DIR=self.spool, PROVLOOM_AGENT="1", PYTHONPATH=CLIENT)
        environment.update(more)
        return environment

    #: where programs run
    cwd = None

    def start(self, program, **more):
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program)],
            env=self.environment(**more), cwd=self.cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True,
        )  # fmt: skip

    def run_program(self, program, code=0, **more):
        """Runs a worker. Returns (stdout, stderr)."""
        started = self.start(program, **more)
        output, errors = started.communicate(timeout=50)
        self.assertEqual(started.returncode, code, errors)
        return output, errors

    def streams(self):
        folder = os.path.join(self.spool, "streams")
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        return {name: read_stream(os.path.join(folder, name)) for name in names}

    def records(self):
        """The records of the only stream."""
        streams = self.streams()
        self.assertEqual(len(streams), 1, list(streams))
        return next(iter(streams.values()))

    def events(self, kind):
        return [one for records in self.streams().values() for one in records if one["type"] == kind]

    def points(self, key=None):
        """[(series' fields, point)] of all streams."""
        found = []
        for records in self.streams().values():
            series = {}
            for one in records:
                if one["type"] == "series":
                    series[one["id"]] = one
                elif one["type"] == "point":
                    if key is None or series[one["series"]]["key"] == key:
                        found.append((series[one["series"]], one))
        return found


LIMIT = "import provloom._limits as limits\nlimits.%s\n"
#: The logged file grows while it is read, so many times.
GROWING = """
import hashlib, os
class Digest:
    def __init__(self): self.real = real()
    def update(self, block):
        global left
        if left > 0:
            left -= 1
            with open(os.environ["F"], "ab") as opened: opened.write(b"+")
        self.real.update(block)
    def hexdigest(self): return self.real.hexdigest()
real, hashlib.sha256, left = hashlib.sha256, Digest, %d
"""
HEAD = "import os, provloom\nrun = provloom.start_run('www.example.org', 'digits')\nF = os.environ.get('F')\n"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class FileCase(SpoolCase):
    def file(self, name, data=b"data"):
        path = os.path.join(self.spool, "work", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as opened:
            opened.write(data)
        return path

    def spooled(self, artifact):
        with open(os.path.join(self.spool, "files", artifact["spooled"]), "rb") as opened:
            return opened.read()
