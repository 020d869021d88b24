"""Ranks, their times and their ends, beside what they noted and what their launcher was told."""

import json
import re
from collections import Counter

from claims import activities, agents, asked, claim, document, entities, noted, notes, of, relations, seconds


def ranks():
    """Each rank beside what it noted, and what its launcher said."""
    run = activities["run:run"]
    told = {one.one("provloom:globalRank"): one for one in of(activities, "provloom:RankExecution")}
    claim("ranks", run.id, sorted(told), list(range(asked["world"])))
    for attribute in ("worldSize", "ranksAccepted"):
        run.claim(f"provloom:{attribute}", asked["world"])
    run.claim("provloom:ranksRefused", 0)
    claim("provloom:status", run.id, run.one("provloom:status"), asked["status"], run.one("provloom:status") in asked["status"])
    for rank, thing in told.items():
        one_rank(rank, thing)
    starts = [thing.one("prov:startTime") for thing in told.values()]
    ends = [thing.one("prov:endTime") for thing in told.values()]
    for whole in (run, *of(activities, "provloom:Attempt")):
        whole.claim("prov:startTime", min(starts))
        whole.claim("prov:endTime", max(ends))
    for thing in activities.values():
        start, end = thing.one("prov:startTime"), thing.one("prov:endTime")
        if end is not None:
            claim("ends after its start", thing.id, start <= end, True)
            claim("ends before the command did", thing.id, seconds(end) <= asked["ended"], True)
        claim("starts after the command did", thing.id, asked["began"] - 0.001 <= seconds(start), True)
    recording(told)
    if notes:
        logs = sum(1 for rank in notes for _ in noted(rank, "point", "param", "file", "version", "model"))
        folders = sum(1 + note["files"] for rank in notes for note in noted(rank, "folder"))
        more = run.one("provloom:logs") - logs - folders
        claim("provloom:logs", run.id, run.one("provloom:logs"), logs + folders, 0 <= more <= len(asked["cut"]))


#: By exit code and signal; of a process whose end nobody saw it is not known.
STATUS = {(0, None): "completed", (1, None): "failed", (None, "SIGTERM"): "killed", (None, "SIGKILL"): "killed", (None, None): "incomplete"}


def one_rank(rank, thing):
    told, exits = [thing.one("provloom:exitCode"), thing.one("provloom:signal")], asked["exits"][rank]
    claim("exitCode and signal", thing.id, told, exits, told in exits)
    status = thing.one("provloom:status")
    claim("provloom:status", thing.id, status, exits, status == STATUS.get(tuple(told)))
    if not notes:
        return
    (start,) = noted(rank, "start_run")
    ends = noted(rank, "end_run")
    thing.claim("provloom:pid", start["pid"])
    thing.claim("prov:startTime", start["before"], start["before"] - 1e-3 <= seconds(thing.one("prov:startTime")) <= start["after"])
    end = seconds(thing.one("prov:endTime"))
    last = notes[rank][-1]
    claim("prov:endTime", thing.id, end, last, last["before"] - 1e-3 <= end <= (last["after"] if ends else last["after"] + 2))
    if "provloom:processStarted" in thing.record:
        begun = seconds(thing.one("provloom:processStarted"))
        claim("provloom:processStarted", thing.id, begun, start["started"], abs(begun - start["started"]) < 0.15)
    if "provloom:processEnded" in thing.record:
        over = seconds(thing.one("provloom:processEnded"))
        claim("provloom:processEnded", thing.id, over, last, last["after"] <= over <= asked["ended"])
    for note in noted(rank, "raises"):
        claim("provloom:error", thing.id, note["message"] in (thing.one("provloom:error") or ""), True)
    contexts = {note["context"] for note in notes[rank] if "context" in note}
    mine = {one.one("prov:label") for one in of(activities, "provloom:Context") if one.id.startswith(f"{thing.id}.")}
    claim("contexts", thing.id, mine, contexts)
    for name in contexts:
        during(rank, name, activities[f"{thing.id}.{name}"])


def during(rank, name, context):
    mine = [note for note in notes[rank] if note.get("context") == name]
    steps = [note["step"] for note in mine if note["note"] == "point"]
    claim("prov:startTime", context.id, seconds(context.one("prov:startTime")), mine[0], mine[0]["before"] - 1e-6 <= seconds(context.one("prov:startTime")) <= mine[0]["after"])
    if rank not in asked["cut"]:
        claim("prov:endTime", context.id, seconds(context.one("prov:endTime")), mine[-1], mine[-1]["before"] - 1e-6 <= seconds(context.one("prov:endTime")) <= mine[-1]["after"])
        context.may("provloom:lastStep", max(steps) if steps else None)
    context.may("provloom:firstStep", min(steps) if steps else None)


def recording(told):
    """Nobody recorded what was not yet, or stopped before the last was recorded."""
    makers = [*of(activities, "provloom:Recording"), *of(activities, "provloom:Recovery")]
    ends = [seconds(one.one("prov:endTime")) for one in makers if one.one("prov:endTime") is not None]
    last = max(seconds(one.one("provloom:processEnded") or one.one("prov:endTime")) for one in told.values())
    claim("end of recording", "run:recording", max(ends), last, max(ends) >= last - 0.002)
    claim("recoveries", "run", len(of(activities, "provloom:Recovery")), asked["recovered"])


def groups():
    for thing in of(activities, "provloom:ProcessGroup"):
        thing.claim("provloom:library", asked["library"])
        thing.may("provloom:backend", "gloo")
        thing.claim("provloom:worldSize", asked["world"])
        thing.claim("provloom:seenBy", asked["world"])
        claim("provloom:rank", thing.id, thing.all("provloom:rank"), list(range(asked["world"])))
    claim("process groups", "run", len(of(activities, "provloom:ProcessGroup")), int(asked["library"] is not None))


def doubled():
    """One file of one content is one entity, one relation is there once, and every end is declared."""
    known = {**entities, **activities, **agents}
    for kind, records in document.items():
        if kind in ("prefix", "entity", "activity", "agent"):
            continue
        said = Counter(json.dumps(one, sort_keys=True) for one in records.values())
        claim("relations, each once", kind, [one for one, count in said.items() if count > 1], [])
        for one in records.values():
            ends = [value for name, value in one.items() if name.startswith("prov:") and isinstance(value, str) and name != "prov:time"]
            claim("ends of relations", kind, [end for end in ends if end not in known], [])
    said = Counter((thing.one("prov:label"), *thing.all("prov:location"), *thing.all("schema:sha256"), *thing.all("provloom:version")) for thing in of(entities, "provloom:File"))
    claim("files, each once", "run", [one for one, count in said.items() if count > 1], [])


def named_ends():
    """What an attribute names is an element of the document, and each element has a type of ours or of a vocabulary that we name."""
    known = {**entities, **activities, **agents}
    for thing in known.values():
        for name, value in thing.record.items():
            for one in value if isinstance(value, list) else [value]:
                if name != "prov:type" and isinstance(one, dict) and one.get("type") == "prov:QUALIFIED_NAME":
                    claim(name, thing.id, one["$"] if one["$"] in known else None, one["$"])
        claim("prov:type", thing.id, all(one.split(":")[0] in document["prefix"] for one in thing.types), True)
        claim("prov:label", thing.id, len(thing.all("prov:label")), 1)
    run = activities["run:run"]
    kinds = {"mls:hasInput": {"mls:Dataset", "mls:HyperParameterSetting"}, "mls:hasOutput": {"mls:Model", "provloom:FinalMetric"}}
    for attribute, wanted in kinds.items():
        for one in run.all(attribute):
            claim(attribute, one, bool(entities[one].types & wanted), True)
