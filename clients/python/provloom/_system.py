"""What this process and this machine use, as far as /proc and the standard library say."""

import os
import time

from ._cut_in import from_inside
from ._guard import harmless, session_for
from ._context import context_name
from ._metric import log_one
from ._numbers import asked_once, step as step_of
from ._small import read_json
from ._tell import once

_last_cpu = None


def log_system_metrics(context=None, step=0):
    """Records now, as metrics: process_cpu_time, process_memory, cpu_usage, memory_usage, disk_usage, load_average.

    In the rank whose agent watches the machine also what each of its accelerators does, as far as that agent has seen it:
    gpu_usage.DEVICE, gpu_memory_bytes.DEVICE, gpu_temperature.DEVICE, gpu_power.DEVICE, gpu_clock.DEVICE.
    """
    with harmless("log_system_metrics"):
        session = session_for("log_system_metrics")
        if session is None:
            return
        context, step = context_name(context), asked_once(step_of, step)
        for key, value, unit in _samples():
            log_one(key, value, context, step, None, None, unit)
        for key, value, unit in _told(session, "system")[0]:
            log_one(key, value, context, step, None, None, unit)


def log_carbon_metrics(context=None, step=0):
    """Records what the agent knows of energy by now, each kind by itself, and the process's CPU time.

    rank_energy_KIND_kwh, rank_power_KIND_w (over the agent's last interval) and, with a place, rank_emissions_KIND_kg_co2eq
    are what this rank has of its machine; KIND is measured, integrated or estimated. In the rank whose agent watches the
    machine there is the same of all of it, host_energy_KIND_kwh ..., and gpu_energy_kwh.DEVICE.
    """
    with harmless("log_carbon_metrics"):
        session = session_for("log_carbon_metrics")
        if session is None:
            return
        context, step = context_name(context), asked_once(step_of, step)
        log_one("process_cpu_time", time.process_time(), context, step, None, None, "s")
        figures, reason = _told(session, "carbon")
        for key, value, unit in figures:
            log_one(key, value, context, step, None, None, unit)
        if not figures:
            why = reason or "the session's agent has told none yet"
            once("no-carbon", "log_carbon_metrics records only process_cpu_time: energy is not known: %s" % why)


def _told(session, what):
    """Figures of energy.json, which the agent renews at every interval; and why there are none, where it says so."""
    told = read_json(os.path.join(session.spool, "energy.json")) or {}
    found = [
        tuple(one) for one in told.get(what) or []
        if isinstance(one, list) and len(one) == 3 and isinstance(one[0], str) and isinstance(one[1], (int, float)) and isinstance(one[2], str)
    ]  # fmt: skip
    return found, told.get("reason")


def log_flops_per_epoch(label, model, dataset=None, context=None, step=0):
    """Records the operations of a pass forward over a data set: those of its first sample, times their number."""
    with harmless("log_flops_per_epoch"):
        _flops("log_flops_per_epoch", label, model, dataset, context, step, whole=True)


def log_flops_per_batch(label, model, batch=None, context=None, step=0):
    """Records the operations of a pass forward of one batch, as torch's counter (from 2.1 on) or fvcore has them.

    :param batch: what the model takes, or a pair of that and the labels
    """
    with harmless("log_flops_per_batch"):
        _flops("log_flops_per_batch", label, model, batch, context, step, whole=False)


def _flops(call, label, model, given, context, step, whole):
    session = session_for(call)
    if session is None:
        return
    from . import _flops as counting
    from ._model import describe
    from ._values import name as name_of

    name, context = name_of(label) or "flops", context_name(context)
    if session.count("flops " + name) == 0:
        session.event("model", name=name, context=context, **describe(model))
    try:
        given, many = counting.sample_of(given) if whole else (given, 1)
        operations, unit, counter = counting.count(model, given)
    except counting.NotCounted as why:
        session.problem("NOT_THERE_YET", "%s: the operations of %s are not counted: %s; the model's parameters are recorded"
                        % (call, name, why), call)  # fmt: skip
        return
    log_one(name, operations * many, context, step, counter, None, unit)


def _samples():
    yield "process_cpu_time", time.process_time(), "s"
    memory = _process_memory()
    if memory is not None:
        yield "process_memory", memory, "bytes"
    usage = _cpu_usage()
    if usage is not None:
        yield "cpu_usage", usage, "percent"
    used = _memory_usage()
    if used is not None:
        yield "memory_usage", used, "percent"
    try:
        disk = os.statvfs(os.getcwd())
        yield "disk_usage", 100.0 * (1 - disk.f_bavail / max(1, disk.f_blocks)), "percent"
    except from_inside(OSError, AttributeError):
        pass
    try:
        yield "load_average", os.getloadavg()[0], "runnable processes"
    except from_inside(OSError, AttributeError):
        pass


def _process_memory():
    try:
        with open("/proc/self/statm", "rb") as opened:
            return float(int(opened.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    except from_inside(OSError, ValueError, IndexError):
        return None


def _cpu_usage():
    """Busy share of all CPUs since the last call, or since boot at the first one."""
    global _last_cpu
    try:
        with open("/proc/stat", "rb") as opened:
            ticks = [int(one) for one in opened.readline().split()[1:9]]
    except from_inside(OSError, ValueError):
        return None
    total, idle = sum(ticks), ticks[3] + ticks[4]
    before, _last_cpu = _last_cpu or (0, 0), (total, idle)
    passed = total - before[0]
    return 100.0 * (1 - (idle - before[1]) / passed) if passed > 0 else None


def _memory_usage():
    try:
        facts = {}
        with open("/proc/meminfo", "rb") as opened:
            for line in opened:
                key, _, value = line.partition(b":")
                if key in (b"MemTotal", b"MemAvailable"):
                    facts[key] = int(value.split()[0])
        return 100.0 * (1 - facts[b"MemAvailable"] / facts[b"MemTotal"])
    except from_inside(OSError, ValueError, KeyError, ZeroDivisionError):
        return None
