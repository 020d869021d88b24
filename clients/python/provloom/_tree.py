"""The tree: a command and what it started on this machine. One folder of sessions, one agent (docs/spool-format.md).

`import provloom` takes the tree that the environment names, or founds one: a string, no file. The first start_run makes
the folder.
"""

import errno
import os
import stat

from . import _process
from ._cut_in import from_inside
from ._paths import is_text
from ._small import age_of, clear, now_us, put_json, read_json

VARIABLE = "PROVLOOM_TREE"
FORMAT = 2
#: agent.json is written every two seconds at least: one of another pid namespace that is older is nobody's.
_BEAT_SECONDS = 10

#: What only a launcher sets. RANK, WORLD_SIZE and MASTER_* are not among them: scripts set those themselves.
_VALUES = ("TORCHELASTIC_RUN_ID", "SLURM_JOB_ID", "SLURM_STEP_ID", "PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid",
           "PALS_APID", "FLUX_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_COMPLETION_INDEX", "TRAINING_JOB_NAME",
           "AZUREML_RUN_ID")  # fmt: skip
_PRESENT = ("PMI_RANK", "OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK", "HOROVOD_RANK", "JSM_NAMESPACE_RANK")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~/")


class Tree:
    def __init__(self, key, mark, folder, last=None):
        self.key = key
        self.mark = mark
        self.folder = folder
        #: (pid, start) of the process that took it before us, or None when it is ours
        self.last = last
        self.exported_by = 0
        #: (root, why) of a better place that cannot be used
        self.passed = None
        self._facts = None

    @property
    def founder(self):
        """(host id, pid, start) that the key names."""
        host, _, rest = self.key.partition(".")
        pid, _, start = rest.partition(".")
        # A process that founds several numbers those after the first.
        return host[len("local-") :], int(pid), int(start.partition("-")[0])

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def facts(self):
        """spool.json, or None where the folder is not made yet."""
        found = read_json(self.path("spool.json"))
        self._facts = found or self._facts
        return found

    def is_wrapped(self):
        """Whether a wrapper of ours stands in front of this process: it starts agents, and speaks."""
        if (self.facts() or {}).get("by") != "agent":
            return False
        host, pid, start = self.founder
        return (host == _process.host_id() and _process.lives(pid, start)) or self.agent() is not None

    def agent(self):
        """agent.json of an agent that lives, or None."""
        file = self.path("agent.json")
        facts = read_json(file)
        if facts is None:
            return None
        pid, start = facts.get("pid"), facts.get("start", 0)
        if facts.get("hostId") != _process.host_id() or not isinstance(pid, int) or not isinstance(start, int):
            return None
        if facts.get("pidNamespace") == _process.namespace():
            return facts if _process.lives(pid, start) else None
        return facts if age_of(file) < _BEAT_SECONDS else None

    def export(self):
        """Hands the tree down to what this process starts."""
        self.exported_by = os.getpid()
        os.environ[VARIABLE] = " ".join(
            (encode(self.key), encode(self.mark) or "-", encode(self.folder), "%d.%d" % _process.me())
        )


def take():
    """The tree of this process: the one that the environment names, where it is ours to join; else a new one."""
    mark = launcher_mark()
    seen = decode(os.environ.get(VARIABLE, ""))
    tree = seen if seen is not None and _joins(seen, mark) else _found(mark)
    tree.export()
    return tree


def _joins(tree, mark):
    host, pid, start = tree.founder
    if host != _process.host_id():
        return False
    if tree.mark != mark and not _parent_is(tree.last) and (tree.facts() or {}).get("by") != "agent":
        return False
    if _process.lives(pid, start) or tree.agent() is not None:
        return True
    # Its founder and its agent were killed, and a process above goes on in it.
    return tree.last is not None and list(tree.last) in [list(one) for one in _process.parents()]


def _parent_is(last):
    return last is not None and last[0] == os.getppid() and _process.lives(*last)


def _found(mark):
    pid, start = _first_of_us()
    key = "local-%s.%d.%d" % (_process.host_id(), pid, start)
    passed, root = _likely_root()
    tree = Tree(key, mark, os.path.join(root, key))
    tree.passed = passed
    return tree


def _first_of_us():
    """The topmost living parent that multiprocessing knows, so that siblings who all import us first agree."""
    from sys import modules

    me = _process.me()
    module = modules.get("multiprocessing.process")
    if module is None:
        return me
    pid, levels = me[0], len(getattr(module.current_process(), "_identity", ()))
    parent = getattr(module, "parent_process", lambda: None)()
    if parent is not None and levels > 0:
        pid, levels = parent.pid, levels - 1
    while True:
        # What multiprocessing starts says so in its command line; a forked child's is its parent's.
        inside = any(b"multiprocessing" in word or b"popen_loky" in word for word in _process.words_of(pid)[1:])
        if not inside and levels <= 0:
            break
        above = _process.parent_of(pid)
        if above <= 1 or _process.start_of(above) is None:
            break
        levels -= 0 if inside and b"forkserver" in b" ".join(_process.words_of(pid)) else 1
        pid = above
    start = _process.start_of(pid)
    return me if start is None else (pid, start)


def launcher_mark():
    environment = os.environ
    told = ["%s=%s" % (name, environment[name]) for name in _VALUES if environment.get(name)]
    return ";".join(told + ["%s=1" % name for name in _PRESENT if environment.get(name)])


# -- folders -----------------------------------------------------------------------------------------------------------


def roots():
    """Folders that may hold trees, the best first."""
    name = "provloom-%d" % (os.getuid() if hasattr(os, "getuid") else 0)
    if _given_root():
        yield _given_root()
    for folder in (os.environ.get("TMPDIR"), "/tmp", "."):
        try:
            if folder:
                yield os.path.join(os.path.abspath(folder), name)
        except from_inside(OSError):
            pass  # the working folder is gone


def _likely_root():
    """The first that looks as if it could be written, and with it the first that does not, and why. Makes nothing."""
    passed, found = None, list(roots())
    for root in found:
        try:
            _check_root(root)
            above = root
        except from_inside(FileNotFoundError):
            above = os.path.dirname(root)
            if root == _given_root() and not os.path.exists(above):
                return passed, root
        except from_inside(OSError) as error:
            passed = passed or (root, error)
            continue
        if os.access(above, os.W_OK | os.X_OK):
            return passed, root
        passed = passed or (root, "it cannot be written" if os.path.exists(above) else "there is no %s" % above)
    return passed, found[0]


def _given_root():
    given = os.environ.get("PROVLOOM_SPOOL_ROOT")
    try:
        return os.path.abspath(given) if given else None
    except from_inside(OSError):
        return None  # relative, and the working folder is gone


def make_root(root):
    """Makes a folder for trees. Raises OSError when it is not one that we may trust."""
    if not is_text(root):
        _check_root(root)
    if root == _given_root():
        os.makedirs(os.path.dirname(root), exist_ok=True)
    try:
        os.mkdir(root, 0o700)
    except from_inside(FileExistsError):
        _check_root(root)


def _check_root(root):
    if not is_text(root):
        raise OSError(errno.EILSEQ, "its path is no UTF-8", root)
    found = os.lstat(root)
    mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    # In a folder that all may write, somebody else may have made this one to read along.
    if not stat.S_ISDIR(found.st_mode) or not mine:
        raise PermissionError("%s is not a folder of this user" % root)


def make(tree, version):
    """Makes the tree's folder with its spool.json; who finds one joins. One that was removed is what it was before.
    Raises OSError."""
    founded = tree.last is None
    if founded:
        make_root(os.path.dirname(tree.folder))
    if tree.facts() is not None:
        make_folder(tree.path("sessions"))
        return
    facts = tree._facts or _describe(tree, version)
    if not founded:
        make_root(os.path.dirname(tree.folder))
    if not _made_beside(tree, facts):
        # Somebody removed a part of it, or its folder cannot be renamed.
        make_folder(tree.folder)
        beside = tree.path(".spool.json.%d" % os.getpid())
        put_json(beside, facts)
        os.rename(beside, tree.path("spool.json"))
    make_folder(tree.path("sessions"))


def _made_beside(tree, facts):
    """Whoever is killed while he makes it leaves no tree that nobody can serve: it gets its name when it is complete.
    False where that cannot be, and where another one's folder of that name is not complete. Raises OSError."""
    beside = os.path.join(os.path.dirname(tree.folder), ".new-%d.%d" % _process.me())
    try:
        os.mkdir(beside, 0o700)
    except from_inside(FileExistsError):
        return False  # another thread's, or that of one of another pid namespace
    try:
        os.mkdir(os.path.join(beside, "sessions"), 0o700)
        put_json(os.path.join(beside, "spool.json"), facts)
        os.rename(beside, tree.folder)
        return True
    except from_inside(OSError):
        return tree.facts() is not None
    finally:
        clear(beside)


def _describe(tree, version):
    _, pid, start = tree.founder
    return {
        "format": FORMAT,
        "createdUs": now_us(),
        "key": tree.key,
        "launcherMark": tree.mark,
        "host": _process.host_name(),
        "hostId": _process.host_id(),
        "uid": os.getuid() if hasattr(os, "getuid") else 0,
        "pid": pid,
        "start": start,
        "pidNamespace": _process.namespace(),
        "by": "client",
        "version": version,
    }


def make_folder(folder):
    try:
        os.mkdir(folder, 0o700)
    except from_inside(FileExistsError):
        pass


# -- the variable ------------------------------------------------------------------------------------------------------


def encode(text):
    data = os.fsencode(text)
    return "".join(chr(byte) if byte in _PLAIN else "%%%02X" % byte for byte in data)


def decode(text):
    """The tree that the variable names, or None when it names none."""
    fields = text.split(" ")
    if len(fields) != 4:
        return None
    try:
        key, mark, folder, last = (_decoded(field) for field in fields)
        pid, _, start = last.partition(".")
        tree = Tree(key, mark, folder, (int(pid), int(start)))
        host, founder, _ = tree.founder
        return tree if key.startswith("local-") and host and founder > 0 and os.path.isabs(folder) else None
    except from_inside(ValueError):
        return None


def _decoded(field):
    if field == "-":
        return ""
    first, *rest = field.encode("ascii", "replace").split(b"%")
    return os.fsdecode(first + b"".join(bytes((int(one[:2], 16),)) + one[2:] for one in rest))
