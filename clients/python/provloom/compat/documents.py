"""Where the values of a PROV-JSON document are: in it, in a file beside it, or in the Parquet files of a run of ours.

Nothing of a document is ever evaluated: lists are read by the numbers in them.
"""

import csv
import glob
import json
import os
import re

from .. import _current

_LISTS = ("metric_epoch_list", "metric_value_list", "metric_timestamp_list")
_PATHS = ("yProv4ML:path", "dcterms:identifier", "yprov:path", "prov-ml:path")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|nan|inf)", re.A)


def document(source):
    """The document of a dict, a file, or a run directory."""
    if isinstance(source, dict):
        return source
    file = os.path.join(source, "prov.json") if os.path.isdir(source) else source
    with open(file, encoding="utf-8") as opened:
        return json.load(opened)


def plain(value):
    """A typed literal as the Python value in it: as an object, or as the text that some versions made of one."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, str) and value.startswith("{") and "'$'" in value:
        found = re.fullmatch(r"\{'\$': (?:'([^']*)'|([^,]*)), 'type': '([^']*)'\}", value)
        if found is None:
            return value
        value = {"$": found.group(1) if found.group(1) is not None else found.group(2), "type": found.group(3)}
    if not isinstance(value, dict) or "$" not in value:
        return value
    text, kind = value["$"], str(value.get("type", "")).rpartition(":")[2]
    try:
        if kind in ("int", "integer", "long"):
            return int(text)
        return float(text) if kind in ("float", "double", "decimal") else text
    except (TypeError, ValueError):
        return text


def numbers(text):
    """The numbers of a list that was written as text. Raises ValueError where numpy has left some out."""
    if isinstance(text, (list, tuple)):
        return [float(one) for one in text]
    if "..." in text:
        raise ValueError("values were left out when this was written (...): the series is not whole")
    return [float(one) for one in _NUMBER.findall(text)]


def types(record):
    """The types of a record, as text."""
    found = plain(record.get("prov:type", ()))
    return [found] if isinstance(found, str) else list(found)


def is_metric(record):
    if any(one in ("mls:ModelEvaluation", "provml:Metric", "prov-ml:Metric") for one in types(record)):
        return True
    return _listed(record, _LISTS[1]) is not None or bool(_path(record) and record.get("yProv4ML:context"))


def points(doc, name):
    """(steps, values, times) of a metric by its name in the document or by its label; times in ms as theirs. Raises KeyError."""
    entities = doc.get("entity", {})
    record = entities.get(name)
    if record is None:
        found = [one for one in entities.values() if one.get("prov:label") == name and is_metric(one)]
        if not found:
            raise KeyError("no metric %r in this document" % (name,))
        record = found[0]
    values = _listed(record, _LISTS[1])
    if values is not None:
        times = _listed(record, _LISTS[2])
        steps = numbers(_listed(record, _LISTS[0]) or [])
        return [int(one) for one in steps], numbers(values), numbers(times) if times is not None else [None] * len(steps)
    path = _path(record)
    if path:
        return from_csv(path)
    return _from_parquet(doc, name, record)


def from_csv(path):
    """epoch, value, time of each row; the first line of both versions is a heading."""
    with open(path, newline="", encoding="utf-8") as opened:
        dialect = csv.Sniffer().sniff(opened.readline() + opened.readline(), ",;\t| ")
        opened.seek(0)
        rows = [row for row in csv.reader(opened, dialect)][1:]
    rows = [row for row in rows if len(row) >= 3]
    return [int(float(row[0])) for row in rows], [_value(row[1]) for row in rows], [float(row[-1]) for row in rows]


def _value(text):
    found = numbers(text)
    return found[0] if len(found) == 1 else found


def _from_parquet(doc, name, record):
    import pyarrow.parquet as parquet

    folder = folder_of(doc)
    if folder is None:
        raise FileNotFoundError("the run directory of this document is not here: its metrics are in it, in metrics/")
    key = record.get("prov:label", name)
    table = parquet.read_table(os.path.join(folder, "metrics"), filters=[("key", "==", key)])
    place = name.partition(":")[2].split(".")
    rows = [one for one in table.to_pylist() if "rank-%d" % one["rank"] in place and (one["context"] is None or one["context"] in place)]
    return [one["step"] for one in rows], [one["value"] for one in rows], [one["time"].timestamp() * 1000 for one in rows]


def folder_of(doc):
    """The run directory of a document of ours: that of this process, or one in the save directory or here."""
    record = next((one for one in doc.get("entity", {}).values() if "provloom:RunRecord" in types(one)), {})
    identity = record.get("provloom:runId")
    session = _current.session or _current.last
    known = None if session is None else session.directory()
    places = [known] if known else []
    for above in (os.curdir, "prov", os.path.dirname(known) if known else "prov"):
        places += glob.glob(os.path.join(glob.escape(above), "*"))
    for place in places:
        try:
            with open(os.path.join(place, "run.json"), encoding="utf-8") as opened:
                if json.load(opened).get("runId") == identity:
                    return place
        except (OSError, ValueError):
            continue
    return None


def _listed(record, name):
    return next((record[key] for key in record if key.rpartition(":")[2] == name), None)


def _path(record):
    return next((str(plain(record[key])) for key in _PATHS if record.get(key)), None)
