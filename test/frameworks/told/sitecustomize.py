"""Found by every Python that has this folder in PYTHONPATH: what MLflow's client sends is told as it goes out."""

import hashlib
import json
import os
import sys

if "TOLD" in os.environ and os.environ.get("MLFLOW_TRACKING_URI"):
    import requests

    import told

    _send = requests.Session.send
    _api = "/api/2.0/mlflow/"

    def send(self, request, **kwargs):
        _watch_files()
        answer = _send(self, request, **kwargs)
        try:
            if _api in request.url and request.body:
                call = request.url.partition(_api)[2].partition("?")[0]
                _tell(call, json.loads(request.body), answer)
        except Exception as error:
            sys.stderr.write("told: %r\n" % (error,))
        return answer

    def _tell(call, body, answer):
        run = body.get("run_id") or body.get("run_uuid")
        if answer.status_code >= 400:
            # A client asks for what is not there, and then makes it.
            if request_is_asking(call):
                return
            told.tell(kind="refused", call=call, status=answer.status_code)
        elif call == "runs/create":
            told.tell(kind="run", run=answer.json()["run"]["info"]["run_id"])
        elif call in ("runs/log-metric", "runs/log-batch"):
            for one in body.get("metrics", []) if call == "runs/log-batch" else [body]:
                told.tell(kind="point", run=run, key=one["key"], step=int(one["step"]), value=float(one["value"]))
        if call in ("runs/log-parameter", "runs/log-batch"):
            for one in body.get("params", []) if call == "runs/log-batch" else [body]:
                told.tell(kind="param", run=run, key=one["key"], value=one["value"])
        for one in body.get("datasets", []) if call == "runs/log-inputs" else []:
            told.tell(kind="dataset", run=run, name=one["dataset"]["name"], digest=one["dataset"]["digest"])
        if call.startswith("logged-models/") and body.get("status") == "LOGGED_MODEL_READY":
            info = answer.json()["model"]["info"]
            told.tell(kind="model", run=info["source_run_id"], name=info["name"])
        if call == "runs/log-model":
            told.tell(kind="model", run=run, name=json.loads(body["model_json"])["artifact_path"])

    def request_is_asking(call):
        return call.endswith(("get", "get-by-name", "search"))

    def _watch_files():
        """Where files go by a folder no request tells them: what is given to it is told before it is copied."""
        module = sys.modules.get("mlflow.store.artifact.local_artifact_repo")
        kind = getattr(module, "LocalArtifactRepository", None)
        if kind is None or getattr(kind, "is_told", False):
            return
        kind.is_told = True
        log_artifact, log_artifacts = kind.log_artifact, kind.log_artifacts

        def one(self, local_file, *args, **kwargs):
            _tell_file(local_file)
            return log_artifact(self, local_file, *args, **kwargs)

        def several(self, local_dir, *args, **kwargs):
            for folder, _, names in os.walk(local_dir):
                for name in names:
                    _tell_file(os.path.join(folder, name))
            return log_artifacts(self, local_dir, *args, **kwargs)

        kind.log_artifact, kind.log_artifacts = one, several

    def _tell_file(path):
        with open(path, "rb") as file:
            told.tell(kind="file", name=os.path.basename(path), sha256=hashlib.sha256(file.read()).hexdigest())

    requests.Session.send = send
