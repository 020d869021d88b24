"""The groups that libraries have joined processes into: seen without loading anything, told once, and harmless whatever they are."""

import os
import shutil
import socket
import subprocess
import sys
import time
import unittest

from support import SpoolCase

#: A training that logs when `step` says so; what stands in for a library is made by `library(name, **names)`.
HEAD = """
import os, sys, time, types, provloom
def library(name, **names):
    made = types.ModuleType(name)
    vars(made).update(names)
    sys.modules[name] = made
    return made
def log(): provloom.log_param("p", 1)
provloom.start_run("www.example.org", "digits")
"""
JAX = HEAD + """
class State:
    process_id, num_processes, service, client, coordinator_address = 0, 1, None, None, None
state = State()
library("jax._src.distributed", global_state=state); log()
state.client, state.num_processes, state.process_id, state.coordinator_address = object(), 4, 3, "10.0.0.1:1234"
log(); log()
state.client = None; log()
"""
HOROVOD = HEAD + """
class HorovodBasics:
    alive = False
    def is_initialized(self): return self.alive
    def size(self): return 2
    def rank(self): return 1
    def gloo_enabled(self): return os.environ.get("CONTROLLER") == "gloo"
basics = HorovodBasics()
library("horovod"); library("horovod.torch", **{one: getattr(basics, one) for one in ("is_initialized", "size", "rank", "gloo_enabled")})
log(); basics.alive = True; log(); log()
"""
TENSORFLOW = HEAD + """
class Context: _collective_ops_server_def = None
context = Context()
library("tensorflow.python.eager.context", _context=context); log()
job = lambda name, *hosts: types.SimpleNamespace(name=name, tasks=dict(enumerate(hosts)))
cluster = types.SimpleNamespace(job=[job("worker", "b:1", "c:1"), job("ps", "d:1"), job("chief", "a:1")])
context._collective_ops_server_def = types.SimpleNamespace(cluster=cluster, job_name=%r, task_index=1, protocol="grpc")
log(); log()
"""
TORCH = """
import os, sys, provloom
import torch.distributed as dist
provloom.start_run("www.example.org", "digits")
provloom.log_param("before", 1)
dist.init_process_group("gloo", rank=int(sys.argv[1]), world_size=2, **eval(sys.argv[2]))
for step in range(3): provloom.log_param("p%d" % step, 1)
dist.barrier()
dist.destroy_process_group()
provloom.end_run()
"""
#: Open MPI's launcher runs for root when it is told so.
ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def has(*words):
    return subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def python_with(module):
    """A Python that has the module, or None."""
    for one in (sys.executable, os.environ.get("PROVLOOM_TEST_PYTHON"), "/usr/bin/python3"):
        if one and os.path.exists(one) and has(one, "-c", "import " + module):
            return one
    return None


class Groups(SpoolCase):
    def groups(self, session=None):
        """[(edge, library, backend, world size, rank, rendezvous)] in the order in which they were told."""
        fields = ("edge", "library", "backend", "worldSize", "rank", "rendezvous")
        return [tuple(one.get(field) for field in fields) for one in self.events("group", session)]

    def free_port(self):
        with socket.socket() as asked:
            asked.bind(("127.0.0.1", 0))
            return asked.getsockname()[1]

    def torch(self, python, *method):
        """Two ranks that meet."""
        with open(os.path.join(self.work, "t.py"), "w") as opened:
            opened.write(TORCH)
        env = self.environment(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(self.free_port()))
        ranks = [subprocess.Popen([python, opened.name, str(rank), *method], env=env, stderr=subprocess.PIPE) for rank in (0, 1)]
        for one in ranks:
            _, errors = one.communicate(timeout=100)
            self.assertEqual(one.returncode, 0, errors)
        return env["MASTER_PORT"], sorted((one for session in self.sessions() for one in self.groups(session)), key=lambda one: (one[4], one[0] == "end"))

    def test_ranks_of_torch_distributed_tell_one_group_and_its_end(self):
        python = python_with("torch.distributed")
        if python is None:
            self.skipTest("no Python here has torch")
        port, told = self.torch(python, "{}")
        where = "127.0.0.1:%s on %s" % (port, socket.gethostname())
        self.assertEqual(told, [(edge, "torch.distributed", "gloo", 2, rank, where) for rank in (0, 1) for edge in ("start", "end")])

    def test_ranks_of_torch_distributed_that_meet_in_a_file_name_it(self):
        python = python_with("torch.distributed")
        if python is None:
            self.skipTest("no Python here has torch")
        file = "file://%s/met" % self.work
        _, told = self.torch(python, "{'init_method': %r}" % file)
        self.assertEqual({one[5] for one in told}, {file})

    def test_ranks_of_mpi_tell_their_world_and_one_alone_tells_its_own(self):
        python = python_with("mpi4py.MPI")
        if python is None or shutil.which("mpirun") is None:
            self.skipTest("there is no mpi4py with an MPI")
        script = os.path.join(self.work, "m.py")
        with open(script, "w") as opened:
            opened.write("import provloom\nprovloom.start_run('www.example.org', 'd')\nfrom mpi4py import MPI\nprovloom.log_param('p', 1)\n")
        env = self.environment(**ROOT)
        subprocess.run(["mpirun", "-n", "2", "--oversubscribe", python, script], env=env, check=True, timeout=100)
        told = [one for session in self.sessions() for one in self.groups(session) if one[0] == "start"]
        self.assertEqual(sorted(one[1:5] for one in told), [("mpi4py", None, 2, 0), ("mpi4py", None, 2, 1)])
        self.assertEqual(len({one[5] for one in told}), 1)
        subprocess.run([python, script], env=env, check=True, timeout=100)
        self.assertEqual([one[:5] for one in self.groups(self.sessions()[-1])][:1], [("start", "mpi4py", None, 1, 0)])

    def test_jax_is_read_by_what_it_holds(self):
        self.run_program(JAX)
        group = ("jax", None, 4, 3, "10.0.0.1:1234")
        self.assertEqual(self.groups(), [("start",) + group, ("end",) + group])

    def test_horovod_names_what_its_ranks_met_at(self):
        self.run_program(HOROVOD, CONTROLLER="gloo", HOROVOD_GLOO_RENDEZVOUS_ADDR="10.0.0.1", HOROVOD_GLOO_RENDEZVOUS_PORT="99")
        self.assertEqual(self.groups(), [("start", "horovod", "gloo", 2, 1, "10.0.0.1:99")])

    def test_horovod_over_mpi_names_the_launchers_job(self):
        self.run_program(HOROVOD, PMIX_NAMESPACE="77")
        self.assertEqual(self.groups(), [("start", "horovod", "mpi", 2, 1, "PMIX_NAMESPACE 77")])

    def test_workers_of_tensorflow_are_counted_after_their_chief_and_parameter_servers_are_in_no_group(self):
        self.run_program(TENSORFLOW % "worker")
        self.assertEqual(self.groups(), [("start", "tensorflow", "grpc", 3, 2, "a:1")])
        self.run_program(TENSORFLOW % "ps")
        self.assertEqual(self.groups(self.sessions()[-1]), [])

    def test_variables_alone_are_no_evidence(self):
        self.run_program(HEAD + "log()", RANK="1", WORLD_SIZE="4", MASTER_ADDR="a", MASTER_PORT="1", PMIX_NAMESPACE="7")
        self.assertEqual(self.groups(), [])

    def test_nothing_is_loaded_for_it(self):
        self.run_program(HEAD + "log()\nassert not {'torch', 'mpi4py', 'jax', 'horovod', 'tensorflow'} & set(sys.modules)")

    def test_a_group_of_one_is_told_as_it_is(self):
        program = """
        library("torch.distributed", is_available=lambda: True, is_initialized=lambda: True, get_backend=lambda: "gloo",
                get_world_size=lambda: 1, get_rank=lambda: 0)
        log()
        """
        self.run_program(HEAD + self.dedented(program), MASTER_ADDR="10.0.0.1", MASTER_PORT="1")
        ((edge, library, backend, world, rank, rendezvous),) = self.groups()
        self.assertEqual((edge, world, rank), ("start", 1, 0))
        self.assertNotIn("10.0.0.1", rendezvous)  # two of one rank each have not met there

    def test_passwords_are_not_part_of_what_ranks_met_at(self):
        program = """
        library("torch.distributed", is_available=lambda: True, is_initialized=lambda: True, get_backend=lambda: "gloo",
                get_world_size=lambda: 2, get_rank=lambda: 0)
        library("torch.distributed.distributed_c10d", _default_pg_init_method="tcp://me:hunter2secret@10.0.0.1:1")
        log()
        """
        self.run_program(HEAD + self.dedented(program))
        self.assertEqual([one[5] for one in self.groups()], ["tcp://10.0.0.1:1"])

    def test_a_library_that_raises_or_says_nonsense_does_no_harm(self):
        program = """
        def fails(): raise SystemExit(3)
        ok = lambda: True
        torch = library("torch.distributed", is_available=ok, is_initialized=fails); log()
        torch.is_initialized = ok; log()  # and nothing more
        torch.get_world_size, torch.get_rank = lambda: "two", lambda: -1; log()
        library("mpi4py.MPI", Is_initialized=ok, Is_finalized=lambda: 1 / 0); log()
        library("horovod"); library("horovod.torch", is_initialized=3); log()
        library("jax._src.distributed", global_state=3); log()
        library("tensorflow.python.eager.context", _context=object()); log()
        from unittest.mock import MagicMock
        for name in ("torch.distributed", "mpi4py.MPI", "horovod", "horovod.torch", "jax._src.distributed"): sys.modules[name] = MagicMock()
        log()
        """
        _, errors = self.run_program(HEAD + self.dedented(program))
        self.assertEqual((errors, self.groups(), len(self.events("param"))), ("", [], 8))
        self.assertEqual(self.dropped(), {})

    def test_a_strangers_module_that_never_answers_is_waited_for_once_and_a_moment(self):
        program = """
        library("horovod"); library("horovod.torch", is_initialized=lambda: time.sleep(3600))
        began = time.monotonic()
        for _ in range(100): log()
        print(time.monotonic() - began)
        """
        began = time.monotonic()
        output, errors = self.run_program(HEAD + self.dedented(program))
        self.assertLess(float(output), 5)
        self.assertLess(time.monotonic() - began, 40)
        self.assertEqual((errors, self.groups(), len(self.events("param"))), ("", [], 100))

    def test_a_helper_tells_no_group_of_the_process_above_it(self):
        program = """
        library("torch.distributed", is_available=lambda: True, is_initialized=lambda: True, get_backend=lambda: "gloo",
                get_world_size=lambda: 2, get_rank=lambda: 0)
        log()
        pid = os.fork()
        if pid == 0:
            log(); os._exit(0)
        os.waitpid(pid, 0)
        """
        self.run_program(HEAD + self.dedented(program))
        self.assertEqual((len(self.groups()), len(self.events("param"))), (1, 2))

    @staticmethod
    def dedented(program):
        import textwrap

        return textwrap.dedent(program)


#: torch with CUDA begun in it, as far as it is asked: no machine of a test's has one.
CUDA = """
import sys, types
def library(name, **names):
    sys.modules[name] = module = types.ModuleType(name)
    module.__dict__.update(names)
library("torch"); library("torch._C", __file__="torch/_C.so")
state = {"begun": False, "on": 0, "used": ()}
class Card:
    def __init__(self, uuid):
        if uuid: self.uuid = uuid
library("torch.cuda", is_initialized=lambda: state["begun"], device_count=lambda: 2, current_device=lambda: state["on"],
        memory_reserved=lambda one: 1 if one in state["used"] else 0, get_device_properties=lambda one: Card(UUIDS[one] if UUIDS else None))
def told():
    from provloom import _current
    _current.session.devices_at = 0
    provloom.log_param("x%r" % state, 1)
"""


class DevicesCase(SpoolCase):
    def devices(self, program, **env):
        _, errors = self.run_program(CUDA + HEAD + program, **env)
        self.assertEqual(errors, "")
        return [(one["library"], one["devices"]) for one in self.events("devices")]

    def test_the_devices_that_torch_works_on_are_told_once_cuda_has_begun_and_when_they_are_others(self):
        program = ("UUIDS = ['aaaa-1', 'GPU-bbbb-2']\ntold(); state['begun'] = True; told(); told()\n"
                   "state['on'] = 1; told(); state['used'] = (0, 1); told()")  # fmt: skip
        self.assertEqual(self.devices(program), [("torch", "GPU-aaaa-1"), ("torch", "GPU-bbbb-2"), ("torch", "GPU-aaaa-1,GPU-bbbb-2")])

    def test_without_a_uuid_a_device_is_named_as_the_variable_has_it(self):
        program = "UUIDS = None\nstate.update(begun=True, on=1); told()"
        self.assertEqual(self.devices(program, CUDA_VISIBLE_DEVICES="4,MIG-77"), [("torch", "MIG-77")])

    def test_what_has_the_name_of_torch_and_is_none_is_not_asked(self):
        program = "UUIDS = None\nsys.modules['torch._C'].__file__ = 'mine.py'\nstate.update(begun=True); told()"
        self.assertEqual(self.devices(program), [])


if __name__ == "__main__":
    unittest.main()
