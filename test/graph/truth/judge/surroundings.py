"""Interpreter, packages and machine, beside pip and the kernel."""

import json
import os
import re
import subprocess
import sys

from claims import RUN, WORK, activities, agents, asked, claim, entities, notes, of, plain, relations


def environment():
    (told,) = of(entities, "provloom:Environment")
    ask = "import importlib.metadata as m, json, platform, sys; print(json.dumps([sys.executable, platform.python_implementation(), platform.python_version(), [(d.metadata['Name'], d.version) for d in m.distributions()]]))"
    said = subprocess.run([asked["interpreter"], "-c", ask], capture_output=True, check=True, env={**os.environ, "PYTHONPATH": asked["pythonPath"]})
    executable, implementation, version, installed = json.loads(said.stdout)
    told.claim("provloom:interpreter", executable)
    told.claim("provloom:version", f"{implementation} {version}")
    told.claim("provloom:platform", f"{sys.platform} {os.uname().machine}")
    packages = of(entities, "schema:SoftwareApplication")
    members = {one["prov:entity"] for one in relations("hadMember") if one["prov:collection"] == told.id}
    claim("members of the environment", told.id, members, {one.id for one in packages})
    claim("packages", told.id, sorted((one.one("schema:name"), one.one("schema:softwareVersion")) for one in packages), sorted({tuple(one) for one in installed}))
    told.claim("provloom:packages", len({tuple(one) for one in installed}))
    listed = subprocess.run([asked["interpreter"], "-m", "pip", "list", "--format=json", "--disable-pip-version-check"], capture_output=True, check=True)
    lower = {re.sub(r"[-_.]+", "-", one.one("schema:name")).lower(): one.one("schema:softwareVersion") for one in packages}
    pip = {re.sub(r"[-_.]+", "-", one["name"]).lower(): one["version"] for one in json.loads(listed.stdout)}
    missing = {name: version for name, version in pip.items() if lower.get(name) != version}
    claim("packages of pip list", told.id, missing, {})
    for one in packages:
        # As the specification of package URLs has it for PyPI: a dot stays.
        name = one.one("schema:name").lower().replace("_", "-")
        told_version = one.one("schema:softwareVersion").replace("+", "%2B")
        one.claim("schema:identifier", f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{told_version}")
    variables = dict(one.split("=", 1) for one in told.all("provloom:variable"))
    for name, value in asked["variables"].items():
        claim("provloom:variable", told.id, variables.get(name), value)


def hosts():
    (told,) = of(agents, "provloom:Host")
    with open("/proc/meminfo", encoding="ascii") as opened:
        memory = int(re.search(r"MemTotal:\s+(\d+) kB", opened.read())[1]) * 1024
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as opened:
        boot = opened.read().replace("-", "").strip()
    about = os.uname()
    claim("identifier of a host", told.id, boot.startswith(told.id[-8:]), True)
    told.claim("provloom:hostname", about.nodename)
    told.claim("provloom:kernel", f"{about.sysname} {about.release}")
    told.may("provloom:arch", about.machine)
    told.claim("provloom:memoryBytes", memory)
    told.claim("provloom:cores", int(subprocess.run(["nproc", "--all"], capture_output=True, check=True).stdout))
    said = subprocess.run(["lscpu"], capture_output=True, check=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout
    cpu = {name.strip(): value.strip() for name, _, value in (one.partition(":") for one in said.splitlines())}
    told.claim("provloom:cpu", cpu["Model name"])
    told.may("provloom:sockets", int(cpu["Socket(s)"]))
    told.may("provloom:physicalCores", int(cpu["Core(s) per socket"]) * int(cpu["Socket(s)"]))
    told.may("provloom:virtualMachine", cpu.get("Hypervisor vendor"))
    with open("/etc/os-release", encoding="utf-8") as opened:
        release = dict(one.rstrip().replace('"', "").split("=", 1) for one in opened if "=" in one)
    told.claim("provloom:distribution", release["NAME"])
    told.claim("provloom:release", release["VERSION_ID"])
    told.may("provloom:container", os.path.exists("/.dockerenv"))
    for one in ("work", "save"):
        place = WORK if one == "work" else os.path.dirname(RUN)
        found = subprocess.run(["stat", "-f", "-c", "%T %S %b", place], capture_output=True, check=True, text=True).stdout.split()
        told.claim(f"provloom:{one}FileSystem", subprocess.run(["findmnt", "-no", "FSTYPE", "-T", place], capture_output=True, text=True).stdout.strip() or found[0])
        told.claim(f"provloom:{one}FileSystemBytes", int(found[1]) * int(found[2]))
    for one in relations("wasAssociatedWith"):
        if re.match(r"run:rank-\d+$", one["prov:activity"]):
            claim("host and command of a rank", one["prov:activity"], (one["prov:agent"], one.get("prov:plan")), (told.id, "run:command"))
    (person,) = [one for one in agents.values() if "prov:Person" in one.types]
    person.claim("provloom:login", subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip())
    command = entities["run:command"]
    command.claim("provloom:directory", WORK)
    argv = [json.loads(one) for one in command.all("provloom:argv")]
    claim("provloom:argv", command.id, argv, [asked["argv"]])


def programs():
    """Our own, and what the run was asked to do."""
    run = activities["run:run"]
    with open(os.path.join(RUN, "run.json"), encoding="utf-8") as opened:
        file = json.load(opened)
    run.claim("provloom:runId", file["runId"])
    run.claim("provloom:runNumber", int(RUN.rpartition("_")[2]))
    run.claim("provloom:experimentName", os.path.basename(RUN).rpartition("_")[0])
    run.claim("provloom:collectAllProcesses", True)
    run.claim("provloom:saveAfterNLogs", 100)
    sent, stored, dropped = (run.one(f"provloom:events{word}") for word in ("Sent", "Stored", "Dropped"))
    of_ranks = [one for one in activities.values() if "provloom:RankExecution" in one.types]
    for word, value in (("Sent", sent), ("Stored", stored), ("Dropped", dropped)):
        run.claim(f"provloom:events{word}", sum(one.one(f"provloom:events{word}") for one in of_ranks))
    claim("sent = stored + dropped", run.id, [sent, dropped], [stored, 0])
    claim("at least what was noted", run.id, stored >= sum(len(one) - 2 for one in notes.values()), True)
    for thing in activities.values():
        for attribute, value in (("attempt", 0), ("nodeRank", 0), ("localRank", thing.one("provloom:globalRank"))):
            thing.may(f"provloom:{attribute}", value)
        thing.may("provloom:launcher", asked["launcher"])
        thing.may("provloom:host", os.uname().nodename)
    recorders = [one.one("provloom:pid") for one in activities.values() if one.types & {"provloom:Recording", "provloom:Recovery"}]
    claim("each recorder is a process of its own", run.id, len(set(recorders) - {None}), 1 + asked["recovered"])
    version = subprocess.run([asked["provloom"], "--version"], capture_output=True, check=True, text=True).stdout.split()[-1]
    for one in agents.values():
        one.may("schema:softwareVersion", version)
    for one in entities.values():
        if "schema:encodingFormat" in one.record and os.path.isfile(os.path.join(RUN, one.one("prov:location"))):
            with open(os.path.join(RUN, one.one("prov:location")), "rb") as opened:
                claim("schema:encodingFormat", one.id, [one.one("schema:encodingFormat"), opened.read(4)], ["application/vnd.apache.parquet", b"PAR1"])
