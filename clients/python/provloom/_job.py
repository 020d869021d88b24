"""What the launcher's environment says: the job's key, the rank, the attempt (packages/shared/src/job.ts).

The client needs them only to name a spool that it makes itself; the agent looks again, with the whole table.
"""

import os
import re

#: Variables worth keeping in spool.json, so that a spool can be imported when the job is long gone.
KEPT = re.compile(
    r"^(RANK|LOCAL_RANK|WORLD_SIZE|LOCAL_WORLD_SIZE|LOCAL_SIZE|NODE_RANK|GROUP_RANK|GROUP_WORLD_SIZE|CROSS_(RANK|SIZE)"
    r"|ROLE_(RANK|NAME|WORLD_SIZE)|MASTER_(ADDR|PORT)|TORCHELASTIC_(RUN_ID|RESTART_COUNT|MAX_RESTARTS)"
    r"|SLURM_(JOB_ID|JOB_NAME|JOB_NUM_NODES|STEP_ID|STEP_NUM_TASKS|STEP_NUM_NODES|STEP_NODELIST|PROCID|LOCALID|NODEID"
    r"|NTASKS|ARRAY_JOB_ID|ARRAY_TASK_ID|RESTART_COUNT|STEP_TASKS_PER_NODE)"
    r"|OMPI_COMM_WORLD_\w+|MV2_COMM_WORLD_\w+|PMI_(RANK|SIZE|LOCAL_RANK|LOCAL_SIZE)|PMIX_(RANK|NAMESPACE)"
    r"|MPI_LOCAL(RANKID|NRANKS)|PALS_(RANKID|LOCAL_RANKID|NODEID|APID|SIZE)|HOROVOD_\w*(RANK|SIZE)"
    r"|JSM_NAMESPACE_\w*(RANK|SIZE)|FLUX_(JOB_ID|JOB_SIZE|JOB_NNODES|TASK_RANK|TASK_LOCAL_ID)|PBS_JOBID|LSB_JOBID"
    r"|JAX_(PROCESS_ID|NUM_PROCESSES|COORDINATOR_ADDRESS)|JOB_COMPLETION_INDEX|CUDA_VISIBLE_DEVICES)$"
)

_RANKS = ("RANK", "HOROVOD_RANK", "OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK", "PALS_RANKID", "PMI_RANK", "PMIX_RANK",
          "JSM_NAMESPACE_RANK", "FLUX_TASK_RANK")  # fmt: skip


def kept_environment():
    return {name: value for name, value in os.environ.items() if KEPT.match(name)}


def count(text):
    """A rank or count out of a variable, or None."""
    return int(text) if text is not None and re.match(r"^\d{1,9}$", text) else None


def rank(given):
    """The rank as far as the client can see it; 0 when nobody says."""
    if given is not None:
        return given
    environment = os.environ
    for name in _RANKS:
        found = count(environment.get(name))
        if found is not None:
            return found
    if environment.get("SLURM_STEP_ID") and environment.get("SLURM_JOB_NAME") not in ("bash", "interactive"):
        return count(environment.get("SLURM_PROCID")) or 0
    return 0


def attempt():
    environment = os.environ
    return count(environment.get("TORCHELASTIC_RESTART_COUNT")) or count(environment.get("SLURM_RESTART_COUNT")) or 0


def job_key():
    environment = os.environ
    given = environment.get("PROVLOOM_JOB_KEY")
    if given:
        return given
    elastic = environment.get("TORCHELASTIC_RUN_ID")
    if elastic and elastic != "none":
        return "torchrun-" + elastic
    batch = _batch_job(environment)
    step = environment.get("SLURM_STEP_ID", "")
    if batch is not None and batch.startswith("slurm-") and re.match(r"^\d{1,9}$", step):
        return batch + "." + step
    if batch is not None:
        return batch
    address = environment.get("MASTER_ADDR")
    return "master-%s:%s" % (address, environment.get("MASTER_PORT", "")) if address else ""


def _batch_job(environment):
    slurm = environment.get("SLURM_JOB_ID")
    if slurm:
        task = environment.get("SLURM_ARRAY_TASK_ID")
        return "slurm-%s_%s" % (slurm, task) if task else "slurm-" + slurm
    for name, variable in (("flux", "FLUX_JOB_ID"), ("pbs", "PBS_JOBID"), ("lsf", "LSB_JOBID")):
        if environment.get(variable):
            return "%s-%s" % (name, environment[variable])
    return None


def slug(key):
    """A file name for any key: readable, safe, and different for different keys."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", key)[:80]
    if safe == key and not safe.startswith("."):
        return safe or "job"
    from hashlib import sha256

    return "%s-%s" % (safe.lstrip("."), sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8])
