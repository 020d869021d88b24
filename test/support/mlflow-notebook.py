"""What a notebook sees of `provloom ui` by MLflow's client, as one line of JSON.

Usage: mlflow-notebook.py
"""

import json

import mlflow

client = mlflow.MlflowClient()
frame = mlflow.search_runs()
runs = {}
for run in mlflow.search_runs(output_format="list"):
    whole = mlflow.get_run(run.info.run_id)
    runs[run.data.tags["provloom.directory"]] = {
        "id": run.info.run_id,
        "params": whole.data.params,
        "last": {key: str(value) for key, value in whole.data.metrics.items()},
        "history": {
            key: [[m.step, str(m.value), m.timestamp] for m in client.get_metric_history(run.info.run_id, key)]
            for key in whole.data.metrics
        },
        "datasets": [one.dataset.name for one in whole.inputs.dataset_inputs],
        "files": [one.path for one in client.list_artifacts(run.info.run_id)],
    }
best = mlflow.search_runs(
    search_all_experiments=True,
    filter_string="params.lr > '0' and metrics.loss < 100 and tags.team LIKE 'bl%'",
    order_by=["metrics.loss ASC"],
)
models = mlflow.search_logged_models(output_format="list")
refused = []
for what in (lambda: client.log_param(run.info.run_id, "a", 1), lambda: mlflow.create_experiment("new")):
    try:
        what()
    except mlflow.exceptions.MlflowException as error:
        refused.append(error.error_code)
model = mlflow.sklearn.load_model(f"models:/{models[0].model_id}") if models else None
note = mlflow.artifacts.load_text(f"runs:/{runs['judged_0']['id']}/notes/note.txt")
print(
    json.dumps(
        {
            "columns": list(frame.columns),
            "rows": len(frame),
            "runs": runs,
            "best": list(best["metrics.loss"]),
            "experiments": [one.name for one in client.search_experiments(order_by=["name ASC"])],
            "models": [[one.name, one.source_run_id] for one in models],
            "model": type(model).__name__,
            "note": note,
            "refused": refused,
            "registered": len(client.search_registered_models()),
        }
    )
)
