"""The rank as far as this process can see it. The agent looks again, with the whole table of launchers."""

import os
import sys

from . import _group

#: Variables that name a rank, most telling first. LOCAL_RANK alone is what Lightning's children have.
_RANKS = ("RANK", "HOROVOD_RANK", "JSM_NAMESPACE_RANK", "FLUX_TASK_RANK", "OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK",
          "PALS_RANKID", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID", "JAX_PROCESS_ID", "PJRT_PROCESS_INDEX",
          "JOB_COMPLETION_INDEX", "LOCAL_RANK")  # fmt: skip

#: Variables of launchers worth keeping in session.json: rank, world and job.
_KEPT = (
    r"(LOCAL_|NODE_|GROUP_|CROSS_|ROLE_)?(RANK|SIZE|WORLD_SIZE)|ROLE_NAME|MASTER_(ADDR|PORT)"
    r"|TORCHELASTIC_(RUN_ID|RESTART_COUNT|MAX_RESTARTS)|PET_(NODE_RANK|NNODES|NPROC_PER_NODE|MASTER_ADDR|MASTER_PORT)"
    r"|SLURM_(JOB_ID|JOB_NAME|JOB_NUM_NODES|JOB_NODELIST|STEP_ID|STEP_NUM_TASKS|STEP_NUM_NODES|STEP_NODELIST|PROCID|LOCALID"
    r"|NODEID|NTASKS|NNODES|ARRAY_JOB_ID|ARRAY_TASK_ID|RESTART_COUNT|STEP_TASKS_PER_NODE|TASKS_PER_NODE|HET_SIZE"
    r"|JOB_ID_HET_GROUP_\d+)"
    r"|OMPI_COMM_WORLD_\w+|OMPI_MCA_ess_base_jobid|MV2_COMM_WORLD_\w+|PMI_(RANK|SIZE|LOCAL_RANK|LOCAL_SIZE)"
    r"|PMIX_(RANK|NAMESPACE)|MPI_(LOCALRANKID|LOCALNRANKS)|PALS_(RANKID|LOCAL_RANKID|NODEID|APID|SIZE)"
    r"|HOROVOD_\w*(RANK|SIZE|HOSTNAME)|JSM_NAMESPACE_\w*(RANK|SIZE)"
    r"|FLUX_(JOB_ID|JOB_SIZE|JOB_NNODES|TASK_RANK|TASK_LOCAL_ID)|PBS_(JOBID|ARRAY_INDEX)|LSB_(JOBID|JOBINDEX)"
    r"|JOB_ID|SGE_TASK_ID|JAX_(PROCESS_ID|NUM_PROCESSES|COORDINATOR_ADDRESS)|PJRT_(PROCESS_INDEX|NUM_PROCESSES|NODE_ID)"
    r"|TPU_(WORKER_ID|WORKER_HOSTNAMES|PROCESS_ADDRESSES)|MEGASCALE_(SLICE_ID|NUM_SLICES|COORDINATOR_ADDRESS)"
    r"|JOB_COMPLETION_INDEX|JOBSET_NAME|TRAINING_JOB_NAME|SM_(HOSTS|CURRENT_HOST)|AZUREML_RUN_ID|CLOUD_ML_JOB_ID"
    r"|CLUSTER_SPEC|TF_CONFIG|VC_TASK_INDEX|(CUDA|HIP|NVIDIA|ROCR)_VISIBLE_DEVICES"
)  # fmt: skip
_VALUE_LENGTH_MAX = 16_384


def kept_environment():
    """The variables that say which job and rank this is, and ours."""
    import re

    from ._secrets import told_variables
    from ._variables import KNOWN, OWN

    kept = re.compile("^(%s)$" % _KEPT)
    ours = {name: value for name, value in os.environ.items() if name in KNOWN and name not in OWN}
    others = {name: value[:_VALUE_LENGTH_MAX] for name, value in os.environ.items() if kept.match(name)}
    return {**told_variables(others), **ours}


def said(rank, world_size):
    """(rank, world size, who said the rank): the caller, or a library that the script has initialised; else None."""
    if rank is not None and world_size is not None:
        return rank, world_size, "call"
    for by, module in (("torch.distributed", "torch.distributed"), ("mpi4py", "mpi4py.MPI")):
        group = _group.found(by) if module in sys.modules else None
        if group is None or group is _group.UNKNOWN:
            continue
        _, size, own, _ = group
        if by == "mpi4py" and size == 1:
            continue  # a process that nobody launched is a world of its own, which says nothing
        world_size = size if world_size is None else world_size
        return (own, world_size, by) if rank is None else (rank, world_size, "call")
    return rank, world_size, None if rank is None else "call"


def count(text):
    """A rank or size out of a variable, or None."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def found(environment=None):
    """The rank that the variables of a process name, or None."""
    environment = os.environ if environment is None else environment
    for name in _RANKS:
        rank = count(environment.get(name))
        if rank is None or (name == "SLURM_PROCID" and count(environment.get("SLURM_STEP_ID")) is None):
            continue  # batch scripts and shells inside an allocation are no tasks
        if name == "PMI_RANK" and (count(environment.get("PMI_SIZE")) or 0) < 2:
            continue
        return rank
    return None


def changed(environment):
    """The rank that our variables name, where it is another than in these variables of the process we inherit from."""
    for name in _RANKS:
        rank = count(os.environ.get(name))
        if rank is not None and rank != count(environment.get(name)):
            return rank
    return None
