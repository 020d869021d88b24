"""A spool to write into, programs to run against it, and a reader of the format that shares no code with the writer."""

import glob
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
import threading
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


def process_start(pid):
    """Field 22 of /proc/PID/stat."""
    with open("/proc/%d/stat" % pid) as opened:
        return int(opened.read().rpartition(")")[2].split()[19])


def host_id():
    with open("/proc/sys/kernel/random/boot_id") as opened:
        return opened.read().strip().replace("-", "")


def read_ledger(file):
    """{name: count} of one ledger; every slot that has a name must have the right CRC."""
    with open(file, "rb") as opened:
        data = opened.read()
    assert len(data) == 512, len(data)
    found = {}
    for at in range(0, 512, 32):
        name, count, zero, crc = struct.unpack_from("<16sQII", data, at)
        if name.strip(b"\0"):
            assert (zero, crc) == (0, zlib.crc32(data[at : at + 28])), "the slot at %d" % at
            found[name.rstrip(b"\0").decode("ascii")] = count
    return found


class Agent(threading.Thread):
    """Stands in for the agent of a tree: says that it lives, and of each session that it has ended, when it has."""

    def __init__(self, tree, **control):
        super().__init__(daemon=True)
        self.tree = tree
        self.control = control
        self.stopped = threading.Event()
        self.known = {}
        self.bytes = 0

    def run(self):
        beat = 1
        while not self.stopped.wait(0.003):
            if beat % 300 == 0:
                self.beat()
            beat += 1
            self.look()

    def beat(self):
        write(os.path.join(self.tree, "agent.json"), {
            "pid": os.getpid(), "start": process_start(os.getpid()), "pidNamespace": pid_namespace(), "hostId": host_id(),
            "spoolBytes": self.bytes,
        })  # fmt: skip

    def look(self):
        folder = os.path.join(self.tree, "sessions")
        for session in os.listdir(folder) if os.path.isdir(folder) else ():
            if session.startswith("."):
                continue
            state = "ended" if self.has_ended(os.path.join(folder, session)) else "collect"
            if self.known.get(session) != state:
                self.known[session] = state
                self.say(session, state)

    def say(self, session, state):
        told = {"state": state, "mark": {}, "rank": 0, "runDir": "/prov/%s" % session, "notices": [], "missing": []}
        told.update(self.control)
        try:
            write(os.path.join(self.tree, "sessions", session, "control.json"), told)
        except OSError:
            pass  # the test has removed it, or its disk is full

    @staticmethod
    def has_ended(session):
        for file in glob.glob(os.path.join(session, "streams", "*", "*.seg")):
            with open(file, "rb") as opened:
                if b'"type":"session.end"' in opened.read():
                    return True
        return False

    def stop(self):
        self.stopped.set()
        self.join()

    def leave(self):
        self.stop()
        os.unlink(os.path.join(self.tree, "agent.json"))


def lives(pid):
    try:
        with open("/proc/%d/stat" % pid) as opened:
            return opened.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def write(file, facts):
    with open(file + ".test", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
        json.dump(facts, opened)
    os.rename(file + ".test", file)


def pid_namespace():
    return int(os.readlink("/proc/self/ns/pid")[5:-1])


class SpoolCase(unittest.TestCase):
    """Programs run as under a wrapper: in the tree ``self.spool``, which an agent serves."""

    def setUp(self):
        # Its root is this user's, as it is of any tree.
        root = tempfile.mkdtemp(prefix="provloom-test-")
        self.spool = os.path.join(root, "tree")
        os.mkdir(self.spool, 0o700)
        # For what is logged: nothing that lies in a spool is ever recorded.
        self.work = tempfile.mkdtemp(prefix="provloom-work-")
        for folder in (root, self.work):
            self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.wrap()

    def wrap(self, **control):
        """A tree that an agent founded, and the agent."""
        write(os.path.join(self.spool, "spool.json"), {"format": 2, "by": "agent"})
        self.agent = Agent(self.spool, **control)
        self.agent.beat()
        self.agent.start()
        self.addCleanup(self.agent.stop)

    def environment(self, **more):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PROVLOOM_", "PYTHONUNBUFFERED"))}
        pid = os.getpid()
        tree = "local-%s.%d.%d - %s %d.%d" % (host_id(), pid, process_start(pid), self.spool, pid, process_start(pid))
        environment.update(PROVLOOM_TREE=tree, PYTHONPATH=CLIENT)
        environment.update(more)
        return environment

    #: where programs run
    cwd = None

    def command(self, body, name="provloom"):
        """A stand-in for the command `provloom`."""
        path = os.path.join(self.spool, name)
        with open(path, "w") as opened:
            opened.write("#!%s\nimport sys\nsys.path.insert(0, %r)\n%s" % (sys.executable, os.path.dirname(os.path.abspath(__file__)), body))
        os.chmod(path, 0o755)
        return path

    def start(self, program, **more):
        return subprocess.Popen(
            [sys.executable] + self.words_of(textwrap.dedent(program)),
            env=self.environment(**more), cwd=self.cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True,
        )  # fmt: skip

    def words_of(self, program):
        """What Python is started with to run it."""
        return ["-c", program]

    def run_program(self, program, code=0, **more):
        """Runs a worker. Returns (stdout, stderr)."""
        started = self.start(program, **more)
        output, errors = started.communicate(timeout=50)
        self.assertEqual(started.returncode, code, errors)
        return output, errors

    def sessions(self):
        """The folders of all sessions, in the order in which they were opened."""
        found = [os.path.dirname(one) for one in glob.glob(os.path.join(self.spool, "sessions", "*", "session.json"))]
        return sorted(found, key=lambda one: (self.facts(one)["openedUs"], self.facts(one)["seq"]))

    def session(self):
        """The folder of the only session."""
        (found,) = self.sessions()
        return found

    def facts(self, session):
        with open(os.path.join(session, "session.json")) as opened:
            return json.load(opened)

    def kept(self, artifact):
        """The file that an artifact was kept as."""
        (found,) = glob.glob(os.path.join(self.spool, "sessions", "*", "files", artifact["spooled"]))
        return found

    def streams(self, session=None):
        found = {}
        for one in self.sessions() if session is None else [session]:
            folder = os.path.join(one, "streams")
            for name in sorted(os.listdir(folder)):
                found[name] = read_stream(os.path.join(folder, name))
        return found

    def ledgers(self, session=None):
        found = {}
        for one in self.sessions() if session is None else [session]:
            for file in glob.glob(os.path.join(one, "ledgers", "*")):
                found[os.path.basename(file)] = read_ledger(file)
        return found

    def dropped(self):
        """{reason: count} over all ledgers."""
        total = {}
        for ledger in self.ledgers().values():
            for reason, count in ledger.items():
                if reason != "next" and count:
                    total[reason] = total.get(reason, 0) + count
        return total

    def records(self):
        """The records of the only stream."""
        streams = self.streams()
        self.assertEqual(len(streams), 1, list(streams))
        return next(iter(streams.values()))

    def events(self, kind, session=None):
        return [one for records in self.streams(session).values() for one in records if one["type"] == kind]

    def points(self, key=None, session=None):
        """[(series' fields, point)] of all streams."""
        found = []
        for records in self.streams(session).values():
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
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as opened:
            opened.write(data)
        return path

    def spooled(self, artifact):
        with open(self.kept(artifact), "rb") as opened:
            return opened.read()


class ScriptCase(SpoolCase):
    def run_script(self, text, *words, code=0, **more):
        script = os.path.join(self.work, "train.py")
        with open(script, "w") as opened:
            opened.write(text)
        done = subprocess.run([sys.executable, script] + list(words), env=self.environment(**more), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, timeout=100, cwd=self.spool)  # fmt: skip
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout, done.stderr

    def by_pid(self):
        """{pid: session folder} of the sessions that processes opened for themselves."""
        return {self.facts(one)["pid"]: one for one in self.sessions()}
