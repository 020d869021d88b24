"""The groups that libraries have joined this process into. What is loaded is looked at, and nothing is loaded for it.

Ranks that name the same library and the same rendezvous have worked as one. That variables name a world is no evidence of it.
"""

import os
import sys
from _thread import allocate_lock, start_new_thread
from _weakref import ref
from types import MethodType

from . import _limits as limits
from . import _process
from ._cut_in import from_inside
from ._kinds import ABSENT, attributes, comes_from, held, root_of

#: No answer, or none that can be read: what was told of the library stands.
UNKNOWN = object()
#: Names by which launchers of MPI know one start of all ranks.
_MPI_JOBS = ("PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid", "PALS_APID", "FLUX_JOB_ID", "SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID")
_COMPILED = (".so", ".pyd", ".dylib")
#: Those that did not answer in their time: they are not asked again.
_hung = set()


def look(session):
    """Records each group that this process is in, once; and when it is another one, or has ended."""
    loaded, told = sys.modules, session.groups
    for library, module in _MODULES:
        if module in loaded:
            now = found(library)
            if now is not UNKNOWN and now != told.get(library):
                _tell(session, library, told.get(library), now)
                told[library] = now


def found(library):
    """(backend, world size, rank, rendezvous) of the group that a library has made; None for none, UNKNOWN where it
    cannot be had."""
    if library in _hung:
        return UNKNOWN
    is_own, ask = _LIBRARIES[library]
    if is_own():
        return _answer(library, ask)
    return _bounded(library, ask)


def _tell(session, library, before, now):
    for edge, group in (("end", before), ("start", now)):
        if group is not None:
            backend, world, rank, rendezvous = group
            session.event("group", library=library, backend=backend, worldSize=world, rank=rank, rendezvous=rendezvous,
                          edge=edge)  # fmt: skip


def _answer(library, ask):
    try:
        said = ask()
        if said is None:
            return None
        before = _said.get(library)
        if before is None or not all(type(one) in _PLAIN for one in said) or before[0] != said:
            before = _said[library] = said, _checked(*said)
        return before[1]
    except from_inside(BaseException):
        return UNKNOWN


def _bounded(library, ask):
    """The same of what has the name of a library and is none, as far as can be seen: it may never answer."""
    box, done = [], allocate_lock()
    done.acquire()

    def work():
        try:
            box.append(_answer(library, ask))
        finally:
            done.release()

    try:
        start_new_thread(work, ())
    except from_inside(RuntimeError):
        return UNKNOWN  # the interpreter ends
    if done.acquire(timeout=limits.FOREIGN_SECONDS):
        return box[0] if box else UNKNOWN
    _hung.add(library)
    return UNKNOWN


#: by library what it said last, and what that is
_said = {}
_PLAIN = (str, int, type(None))


def _checked(backend, world, rank, rendezvous):
    """Of what a library says what is a group's; UNKNOWN where it is none."""
    if type(world) is not int or type(rank) is not int or not 0 <= rank < world < 2**31:
        return UNKNOWN
    backend = str.__str__(backend)[: limits.NAME_LENGTH_MAX] if issubclass(type(backend), str) and backend else None
    if world == 1:
        # It has met nobody: by what it would have met at it may be taken for another one.
        rendezvous = "%s %d" % (_process.host_name(), os.getpid())
    elif rendezvous is not None:
        rendezvous = _where(rendezvous)
    return backend, world, rank, rendezvous


def _where(rendezvous):
    from ._secrets import without_credentials

    text = without_credentials(rendezvous[: limits.NAME_LENGTH_MAX])
    host = text.rpartition(":")[0].strip("[]")
    # Each machine has one of its own.
    is_here = host in ("localhost", "::1") or host.startswith("127.")
    return "%s on %s" % (text, _process.host_name()) if is_here else text


def _names(module):
    """What a module has in itself: one that makes its names when they are asked for is not asked."""
    return attributes(sys.modules.get(module)) or {}


def _is_compiled(module):
    file = dict.get(_names(module), "__file__")
    return type(file) is str and file.endswith(_COMPILED)


def _environment(*names):
    """The values of variables, joined by colons; None where one is missing."""
    values = [os.environ.get(name) for name in names]
    return ":".join(values) if all(values) else None


# -- torch.distributed ---------------------------------------------------------------------------------------------------


def _is_torch():
    return _is_compiled("torch._C")


def _torch():
    names = _names("torch.distributed")
    if "is_initialized" not in names or not names["is_available"]() or not names["is_initialized"]():
        return None
    global _torch_group
    inside = _names("torch.distributed.distributed_c10d")
    group = getattr(inside.get("GroupMember"), "WORLD", None)
    if group is None or _torch_group[0]() is not group:
        backend = names["get_backend"]() if "get_backend" in names else None
        said = backend, names["get_world_size"](), names["get_rank"](), _torch_rendezvous(inside)
        try:
            _torch_group = ref(group), said
        except from_inside(TypeError):
            return said
    return _torch_group[1]


#: (the group's own object, what was said of it): of one that is the same nobody is asked again
_torch_group = (lambda: None, None)


def _torch_rendezvous(inside):
    """The address of the store that the ranks have met at, else its file, else that of the variables."""
    try:
        store = inside["_get_default_store"]()
        for _ in range(8):
            store = getattr(store, "underlying_store", store)
        host, port = getattr(store, "host", None), getattr(store, "port", None)
        if type(host) is str and type(port) is int:
            return "%s:%d" % (host, port)
    except from_inside(Exception):
        pass  # another release keeps it elsewhere
    method = inside.get("_default_pg_init_method")
    if type(method) is str and not method.startswith("env:"):
        return method
    return _environment("MASTER_ADDR", "MASTER_PORT")


# -- mpi4py --------------------------------------------------------------------------------------------------------------


def _is_mpi():
    return _is_compiled("mpi4py.MPI")


def _mpi():
    mpi = _names("mpi4py.MPI")
    if "Is_initialized" not in mpi or not mpi["Is_initialized"]() or mpi["Is_finalized"]():
        return None
    if "Query_thread" in mpi and mpi["Query_thread"]() < mpi["THREAD_SERIALIZED"] and not mpi["Is_thread_main"]():
        raise LookupError  # no other thread may ask it for more
    global _mpi_said
    if _mpi_said is None:
        world = mpi["COMM_WORLD"]
        _mpi_said = None, world.Get_size(), world.Get_rank(), _mpi_job()
    return _mpi_said


#: its world stays what it was, from its beginning to its end
_mpi_said = None


def _mpi_job():
    for name in _MPI_JOBS:
        value = os.environ.get(name)
        if value:
            step = os.environ.get("SLURM_STEP_ID") if name == "SLURM_JOB_ID" else None
            return "%s %s%s" % (name, value, "." + step if step else "")
    return None


# -- horovod -------------------------------------------------------------------------------------------------------------

_HOROVOD = ("horovod.torch", "horovod.tensorflow", "horovod.tensorflow.keras", "horovod.keras", "horovod.mxnet")


def _horovod_of():
    """The names of the first of its modules that is initialized."""
    for module in _HOROVOD:
        names = _names(module)
        if "is_initialized" in names and names["is_initialized"]():
            return names
    return None


def _is_horovod():
    """Its calls are those of an object that holds its compiled half."""
    for module in _HOROVOD:
        asked = _names(module).get("is_initialized")
        if asked is None:
            continue
        owner = asked.__self__ if type(asked) is MethodType else None
        if root_of(type(held(owner, "MPI_LIB_CTYPES"))) != "ctypes":
            return False
    return True


def _horovod():
    names = _horovod_of()
    if names is None:
        return None
    is_gloo = "gloo_enabled" in names and names["gloo_enabled"]()
    gloo = _environment("HOROVOD_GLOO_RENDEZVOUS_ADDR", "HOROVOD_GLOO_RENDEZVOUS_PORT")
    met = gloo if is_gloo else _mpi_job() or gloo
    return "gloo" if is_gloo else "mpi", names["size"](), names["rank"](), met


# -- jax -----------------------------------------------------------------------------------------------------------------


def _is_jax():
    return True  # what it holds is read: jax.process_index() would start its backends


def _jax():
    state = _names("jax._src.distributed").get("global_state")
    client = ABSENT if state is None else held(state, "client")
    if client is None or client is ABSENT:
        return None
    address = held(state, "coordinator_address")
    return None, held(state, "num_processes"), held(state, "process_id"), address if type(address) is str else None


# -- TensorFlow ----------------------------------------------------------------------------------------------------------


def _server():
    """What this process serves to others: MultiWorkerMirroredStrategy sets it."""
    context = _names("tensorflow.python.eager.context").get("_context")
    found = held(context, "_collective_ops_server_def")
    return None if found is ABSENT else found


def _is_tensorflow():
    server = _server()
    return server is None or comes_from(type(server), "tensorflow")


def _tensorflow():
    global _tensorflow_served
    server = _server()
    if server is None or server is not _tensorflow_served[0]:
        _tensorflow_served = server, None if server is None else _cluster_of(server)
    return _tensorflow_served[1]


#: (what this process serves, what that says)
_tensorflow_served = (None, None)


def _cluster_of(server):
    # As TensorFlow counts them: the chief first, then the workers.
    tasks = {job.name: dict(job.tasks) for job in server.cluster.job}
    jobs = [name for name in ("chief", "master", "worker") if name in tasks]
    if server.job_name not in jobs:
        return None  # evaluators and parameter servers train alone
    before = sum(len(tasks[name]) for name in jobs[: jobs.index(server.job_name)])
    first = tasks[jobs[0]]
    leader = first[min(first)] if first else None
    world = sum(len(tasks[name]) for name in jobs)
    return server.protocol, world, before + int(server.task_index), leader if type(leader) is str else None


_MODULES = (
    ("torch.distributed", "torch.distributed"),
    ("mpi4py", "mpi4py.MPI"),
    ("horovod", "horovod"),
    ("jax", "jax._src.distributed"),
    ("tensorflow", "tensorflow.python.eager.context"),
)
_LIBRARIES = {
    "torch.distributed": (_is_torch, _torch),
    "mpi4py": (_is_mpi, _mpi),
    "horovod": (_is_horovod, _horovod),
    "jax": (_is_jax, _jax),
    "tensorflow": (_is_tensorflow, _tensorflow),
}
