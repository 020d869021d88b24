"""What an MLflow server has, as MLflow's own client reads it, as one line of JSON.

Usage: mlflow-look.py
"""

import json
import tempfile

import mlflow
from mlflow.entities import ViewType

client = mlflow.MlflowClient()
runs = []
experiments = client.search_experiments(view_type=ViewType.ALL)
for run in client.search_runs([one.experiment_id for one in experiments], run_view_type=ViewType.ALL, max_results=1000):
    run_id, files = run.info.run_id, {}

    def walk(path):
        for one in client.list_artifacts(run_id, path):
            if one.is_dir:
                walk(one.path)
            else:
                with tempfile.TemporaryDirectory() as folder:
                    with open(client.download_artifacts(run_id, one.path, folder), "rb") as file:
                        files[one.path] = file.read().decode("latin-1")[:2000]

    walk(None)
    runs.append(
        {
            "id": run_id,
            "name": run.info.run_name,
            "experiment": client.get_experiment(run.info.experiment_id).name,
            "status": run.info.status,
            "params": run.data.params,
            "tags": run.data.tags,
            "metrics": {
                key: [[m.step, str(m.value), m.timestamp] for m in client.get_metric_history(run_id, key)]
                for key in run.data.metrics
            },
            "files": files,
            "datasets": [one.dataset.name for one in run.inputs.dataset_inputs],
            "outputs": [one.model_id for one in getattr(run.outputs, "model_outputs", []) or []],
        }
    )
models = []
for model in client.search_logged_models(experiment_ids=[one.experiment_id for one in experiments]):
    models.append({"id": model.model_id, "name": model.name, "status": str(model.status.value), "run": model.source_run_id})
print(
    json.dumps(
        {
            "experiments": [one.name for one in experiments],
            "runs": runs,
            "models": models,
            "versions": [[one.name, one.version, one.run_id] for one in client.search_model_versions()],
        }
    )
)
