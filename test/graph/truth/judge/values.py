"""Parameters and metrics, beside DuckDB over the metric parts."""

import json
import os
import re

import duckdb

from claims import RUN, agents, asked, claim, entities, judged, noted, notes, of, plain, relations, seconds


def parameters():
    if not notes:
        return
    for rank in notes:
        mine = {one["prov:entity"] for one in relations("used") if one["prov:activity"] == f"run:rank-{rank}" and plain(one["prov:role"]) == "provloom:parameter"}
        members = {one["prov:entity"] for one in relations("hadMember") if one["prov:collection"] in mine}
        values = {}
        for identifier in mine | members:
            thing = entities[identifier]
            if "mls:HyperParameterSetting" in thing.types:
                value = thing.one("mls:hasValue")
                claim("prov:value", identifier, thing.one("prov:value"), value)
                values[thing.one("prov:label")] = json.loads(value) if thing.one("provloom:valueType") == "json" else value
                judged["provloom:valueType"] += "provloom:valueType" in thing.record
        claim("parameters of a rank", f"rank {rank}", values, {note["key"]: note["value"] for note in noted(rank, "param")})
    for thing in of(entities, "provloom:ParameterSet"):
        claim("provloom:rank", thing.id, thing.all("provloom:rank"), sorted(notes))
    for thing in of(entities, "mls:HyperParameterSetting"):
        thing.may("provloom:conflict", thing.one("prov:label") == "seed")


base = duckdb.connect()


def rows_of(query, values=()):
    return base.execute(query, list(values)).fetchall()


def metrics():
    """Rows of each part, and each series beside DuckDB over all of them."""
    store = entities["run:metrics"]
    parts = of(entities, "provloom:MetricPart")
    for part in parts:
        path = os.path.join(RUN, part.one("prov:location"))
        part.claim("provloom:rows", rows_of(f"SELECT count(*) FROM read_parquet('{path}')")[0][0])
    on_disk = [name for name in os.listdir(os.path.join(RUN, "metrics")) if name.endswith(".parquet")]
    claim("parts on disk", "run:metrics", sorted(os.path.basename(one.one("prov:location")) for one in parts), sorted(on_disk))
    sizes = sum(os.stat(os.path.join(RUN, "metrics", name)).st_size for name in on_disk)
    base.execute(f"CREATE VIEW points AS SELECT * FROM read_parquet('{RUN}/metrics/*.parquet', filename = true, file_row_number = true)")
    columns = [name for name, *_ in rows_of("DESCRIBE points")][:8]
    store.claim("provloom:rows", rows_of("SELECT count(*) FROM points")[0][0])
    store.claim("provloom:size", sizes)
    store.claim("provloom:parts", len(on_disk))
    store.claim("provloom:schema", None, [one.split(" ")[0] for one in store.one("provloom:schema").split(", ") if not one.startswith("UTC")] == columns)
    series()
    finals()


STATISTICS = """
SELECT rank, context, source, key, count(*), count(*) FILTER (isnan(value)), count(*) FILTER (isinf(value)),
  min(value) FILTER (isfinite(value)), max(value) FILTER (isfinite(value)), avg(value) FILTER (isfinite(value)),
  arg_min(value, (filename, file_row_number)), arg_max(value, (filename, file_row_number)), arg_min(step, (filename, file_row_number)),
  arg_max(step, (filename, file_row_number)), epoch_us(max(time))
FROM points GROUP BY ALL
"""
ATTRIBUTES = ("rows", "nanRows", "infiniteRows", "min", "max", "mean", "first", "last", "firstStep", "lastStep")


def named(rank, context, source, key):
    """The identifier of a series, and who made it: what agents measure has their word, or the host, as its source."""
    if source == "worker":
        return f"run:rank-{rank}.measured.{key}"
    if source is not None and f"run:{source}" in agents:
        return f"run:{source}.{key}"
    return f"run:rank-{rank}.{context or 'series'}.{key}" + (f".{source}" if source else "")


def series():
    """A series of the document is one of the store, and the other way round; the training's own notes know each point."""
    generated = {one["prov:entity"]: one for one in relations("wasGeneratedBy")}
    told = {thing.id: thing for thing in [*of(entities, "mls:ModelEvaluation"), *of(entities, "provloom:Measurement")] if "provloom:FinalMetric" not in thing.types}
    rows = {named(*row[:4]): row for row in rows_of(STATISTICS)}
    claim("series", "run", sorted(told), sorted(rows))
    for name in sorted(told.keys() & rows.keys()):
        thing, (rank, context, source, key, *found, time) = told[name], rows[name]
        measured = "provloom:Measurement" in thing.types
        for attribute, value in zip(ATTRIBUTES, found):
            tell(thing, "mls:hasValue" if attribute == "last" and not measured else f"provloom:{attribute}", value)
        claim("time of the last point", name, seconds(generated[name]["prov:time"]), time / 1e6)
        maker = f"run:rank-{rank}" + (f".{context}" if context else "")
        claim("maker of a series", name, generated[name]["prov:activity"], f"{of(agents, 'provloom:Host')[0].id}.watch" if measured else maker)
        term = thing.one("provloom:metric" if measured else "mls:specifiedBy")
        claim("prov:label", name, [thing.one("prov:label"), entities[term].one("prov:label")], [key, key])
        points(rank, context, source, key, found)


def tell(thing, attribute, value):
    told = thing.one(attribute)
    if attribute in ("provloom:nanRows", "provloom:infiniteRows"):
        told = told or 0
    alike = told == value or (isinstance(value, float) and told is not None and (value != value and told != told or abs(told - value) <= 1e-12 * max(abs(value), 1e-300)))
    claim(attribute, thing.id, told, value, alike)


def points(rank, context, source, key, found):
    mine = [note for note in noted(rank, "point") if (note["key"], note.get("context"), note.get("source")) == (key, context, source)]
    if not mine:
        return
    where = f"rank {rank}, {key}"
    # Who was killed between a call's end and its note has one more.
    claim("points as noted", where, found[0], len(mine), found[0] in (len(mine), len(mine) + (rank in asked["cut"])))
    condition = " AND ".join(f"{name} IS NOT DISTINCT FROM ?" for name in ("rank", "context", "source", "key"))
    stored = rows_of(f"SELECT step, value, epoch_us(time) / 1e6 FROM points WHERE {condition} ORDER BY filename, file_row_number", [rank, context, source, key])
    wrong = [
        (note, row)
        for note, row in zip(mine, stored)
        if note["step"] != row[0] or repr(float(note["value"])) != repr(row[1]) or not note["before"] - 1e-6 <= row[2] <= note["after"]
    ]
    claim("each point: step, value, time within its call", where, wrong[:3], [])


def finals():
    for thing in of(entities, "provloom:FinalMetric"):
        rank = int(re.findall(r"rank-(\d+)", thing.id)[0])
        ((most,),) = rows_of("SELECT max(value) FROM points WHERE rank = ? AND key = 'loss' AND isfinite(value)", [rank])
        thing.claim("prov:value", most)
        thing.claim("mls:hasValue", most)
        thing.claim("provloom:fold", "max")
        thing.claim("provloom:initialValue", 0.0)
