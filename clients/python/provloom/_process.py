"""Which process this is: names that hold although pids come again, hosts share names, and containers share hosts."""

import os
from itertools import islice

from ._cut_in import from_inside

#: more than any chain of shells and wrappers between a rank and its launcher
_PARENTS_MAX = 16

#: (pid, start) of this process, for the pid it was found for
_me = (0, 0)
#: whether /proc numbers processes as we do: in a new pid namespace without a /proc of its own it does not
_proc_is_ours = False
_host_id = None


def me():
    """(pid, start) of this process."""
    global _me, _proc_is_ours
    pid = os.getpid()
    if _me[0] != pid:
        try:
            _proc_is_ours = os.readlink("/proc/self") == str(pid)
        except from_inside(OSError):
            _proc_is_ours = False
        fields = _read("self")
        _me = (pid, int(fields[19]) if fields else 0)
    return _me


def start_of(pid):
    """When a living process started, in clock ticks since boot; 0 where it cannot be known; None when it is gone."""
    fields = _stat(pid)
    if fields is None:
        return None
    if fields:
        return None if fields[0] in (b"Z", b"X") else int(fields[19])
    try:
        os.kill(pid, 0)
    except from_inside(ProcessLookupError):
        return None
    except from_inside(OSError):
        pass
    return 0


def started(pid):
    """When a process started that may have ended by now; 0 where it cannot be known."""
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def lives(pid, start):
    """Whether the process that had this pid when it started then still runs. Only for pids of our own namespace."""
    if pid <= 0:
        return False
    found = start_of(pid)
    return found is not None and (not start or not found or found == start)


def parent_of(pid):
    """The pid of a process's parent, or 0."""
    if pid == me()[0]:
        return os.getppid()
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def ancestors(pid):
    """The pids above a process, the nearest first."""
    seen = set()
    pid = parent_of(pid)
    while pid > 0 and pid not in seen:
        seen.add(pid)
        yield pid
        pid = parent_of(pid)


def parents():
    """[(pid, start)] of the processes above this one, the nearest first, as session.json has them."""
    above = islice(ancestors(me()[0]), _PARENTS_MAX)
    return [(pid, start_of(pid) or 0) for pid in above]


def words_of(pid):
    """The command line of a process, as bytes; empty when it cannot be read."""
    me()
    try:
        with open("/proc/%s/cmdline" % (pid if _proc_is_ours else "none"), "rb", buffering=0) as opened:
            return opened.read(1 << 16).split(b"\0")
    except from_inside(OSError):
        return []


def namespace():
    """The number of our pid namespace; 0 when it is unknown."""
    try:
        return int(os.readlink("/proc/self/ns/pid").partition("[")[2].rstrip("]"))
    except from_inside(OSError, ValueError):
        return 0


#: of a machine's own first pid namespace, always
_FIRST_NAMESPACE = 0xEFFFFFFC


def ends_its_container():
    """Whether with this process all of its pid namespace ends, our agent too: it is its process 1, or what that has started
    and waits for (a shell, an init, a launcher)."""
    return os.getpid() == 1 or (os.getppid() == 1 and namespace() not in (0, _FIRST_NAMESPACE))


def host_id():
    """32 hex digits that name this boot of this machine, whatever it is called."""
    global _host_id
    if _host_id is None:
        _host_id = _line("/proc/sys/kernel/random/boot_id").replace("-", "")
        if len(_host_id) != 32:
            from hashlib import sha256

            machine = _line("/etc/machine-id") or _line("/var/lib/dbus/machine-id")
            _host_id = sha256(("%s\n%s" % (host_name(), machine)).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return _host_id


def host_name():
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "host")


def _stat(pid):
    """/proc/PID/stat behind the command's name; None when there is no such process; empty where /proc cannot say."""
    me()
    return _read(pid) if _proc_is_ours else []


def _read(pid):
    try:
        with open("/proc/%s/stat" % pid, "rb", buffering=0) as opened:
            return opened.read(4096).rpartition(b")")[2].split()
    except from_inside(FileNotFoundError, ProcessLookupError):
        return None
    except from_inside(OSError):
        return []


def _line(file):
    try:
        with open(file, encoding="ascii") as opened:
            return opened.readline().strip()
    except from_inside(OSError, ValueError):
        return ""
