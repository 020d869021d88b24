"""What scripts read of a document afterwards: prov_getters of prov4ml (a loaded document first), getters of yprov4ml 3."""

import os

from . import run
from .documents import document, from_csv, is_metric, plain, points, types


def _frame(steps, values, times, name="time"):
    import pandas

    return pandas.DataFrame({"epoch": steps, "value": values, name: times})


# -- prov4ml.utils.prov_getters ----------------------------------------------------------------------------------------


def get_metrics(data, keyword=None):
    """The names of the metrics, of those with the keyword in them where one is given."""
    return [
        name
        for name, one in data.get("entity", {}).items()
        if is_metric(one) and (keyword is None or keyword in name or keyword in str(one.get("prov:label", "")))
    ]


def get_metric(data, metric, time_in_sec=False, time_incremental=False, sort_by=None, start_at=None, end_at=None):
    """A DataFrame of epoch, value and time, in ms or s. Raises KeyError where there is no such metric."""
    steps, values, times = (one[start_at:end_at] for one in points(data, metric))
    times = [one / 1000 for one in times] if time_in_sec else times
    frame = _frame(steps, values, times)
    if time_incremental:
        frame["time"] = frame["time"].diff().fillna(0)
    return frame if sort_by is None else frame.sort_values(by=sort_by)


def get_avg_metric(data, metric):
    values = points(data, metric)[1]
    return sum(values) / len(values)


def get_sum_metric(data, metric):
    return sum(points(data, metric)[1])


def get_metric_time(data, metric, time_in_sec=False):
    """Between the first and the last value, in ms or s."""
    times = points(data, metric)[2]
    return (max(times) - min(times)) / (1000 if time_in_sec else 1)


def _parameters(data):
    """[(name, label, value)] of what is a parameter in any version."""
    for name, one in data.get("entity", {}).items():
        value = next((one[key] for key in one if key.rpartition(":")[2] == "parameter_value"), one.get("prov:value"))
        if value is not None:
            yield name, one.get("prov:label"), plain(value)


def get_params(data, param):
    return [value for name, label, value in _parameters(data) if param in name or param in str(label)]


def get_param(data, param):
    """The value of a parameter, or None."""
    short = param.rpartition(":")[2]
    return next((value for name, label, value in _parameters(data) if name == param or label in (param, short)), None)


def get_experiment_id(data):
    return next(iter(data.get("activity", {})), None)


def get_execution_command(data):
    found = get_param(data, "execution_command")
    if found is None:
        found = next((plain(one["provloom:argv"]) for one in data.get("entity", {}).values() if "provloom:argv" in one), None)
    return found


def get_source_code(data):
    return get_param(data, "source_code")


def get_inputs(data):
    return get_params(data, "input")


def get_outputs(data):
    return get_params(data, "output")


# -- yprov4ml.utils.getters ----------------------------------------------------------------------------------------


def list_activities(source):
    return list(document(source).get("activity", {}))


def list_entities(source, entity_type=None):
    return [name for name, one in document(source).get("entity", {}).items() if entity_type is None or entity_type in types(one)]


def _record(doc, name):
    found = doc.get("activity", {}).get(name) or doc.get("entity", {}).get(name)
    if found is None:
        raise KeyError("no activity or entity %r in this document" % (name,))
    return found


def get_parameter(source, name, param, unwrap=True):
    record = _record(document(source), name)
    for key in [param] + [prefix + param for prefix in ("yprov:", "yProv4ML:", "prov:", "dcterms:", "provloom:")]:
        if key in record:
            return plain(record[key]) if unwrap else record[key]
    return None


def list_parameters(data, name=None, unwrap=True):
    doc = document(data)
    records = [_record(doc, name)] if name else [*doc.get("activity", {}).values(), *doc.get("entity", {}).values()]
    return {key: plain(value) if unwrap else value for record in records for key, value in record.items()}


def _metrics(doc, context, source):
    for name, one in doc.get("entity", {}).items():
        of = {key.rpartition(":")[2]: plain(value) for key, value in one.items()}
        if is_metric(one) and (context is None or _is_of(name, of, "context", context)) and (source is None or _is_of(name, of, "source", source)):
            yield name, one, of


def _is_of(name, of, what, wanted):
    return of.get(what) == wanted or (what not in of and str(wanted) in name.partition(":")[2].split("."))


def list_metrics(data, context=None, source=None):
    """A DataFrame with a row for each metric."""
    import pandas

    rows = {name: of for name, _, of in _metrics(document(data), context, source)}
    frame = pandas.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "metric_entity"
    return frame.rename(columns={"identifier": "csv_path"})


def list_metric_paths(data, context=None, source=None, file_type=None):
    found = {name: str(of.get("identifier") or of.get("path") or "") for name, _, of in _metrics(document(data), context, source)}
    return {name: path for name, path in found.items() if file_type is None or path.endswith("." + file_type)}


def get_metric_of(data, name=None, context=None, source=None):
    """The values of a metric as a DataFrame, or None where there is none."""
    doc = document(data)
    for entity, one, of in _metrics(doc, context, source):
        if name is None or one.get("prov:label") == name or entity == name:
            path = of.get("identifier")
            if path and str(path).endswith(".csv"):
                return _frame(*from_csv(path), "timestep")
            return _frame(*points(doc, entity), "timestep")
    return None


def list_runs_in_proj(path):
    return [os.path.join(path, one) for one in sorted(os.listdir(path)) if not one.startswith(".")]


def list_provjson_in_proj(path):
    """The first document of each run: ours is prov.json."""
    found = []
    for folder in list_runs_in_proj(path):
        names = sorted(os.listdir(folder), key=lambda one: (one != "prov.json", one)) if os.path.isdir(folder) else ()
        found += [os.path.join(folder, one) for one in names if one.endswith(".json")][:1]
    return found


OF_VALUES = {
    one.__name__: one
    for one in (
        get_metrics, get_metric, get_avg_metric, get_sum_metric, get_metric_time, get_params, get_param, get_experiment_id,
        get_execution_command, get_source_code, get_inputs, get_outputs,
    )
}  # fmt: skip
#: Spelt so by theirs.
OF_VALUES["get_experiemnt_id"] = get_experiment_id
OF_DOCUMENTS = {
    one.__name__: one
    for one in (list_activities, list_entities, get_parameter, list_parameters, list_metrics, list_metric_paths, list_runs_in_proj, list_provjson_in_proj)
}
OF_DOCUMENTS.update(get_metric=get_metric_of, get_artifacts_dir=run.get_artifacts_dir, get_run_dir=run.get_run_dir)
