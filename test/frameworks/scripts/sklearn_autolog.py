"""scikit-learn below MLflow's autologging: a fit, a search that makes nested runs, and scores that are measured afterwards."""

import os

import mlflow
import numpy
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV

seed = int(os.environ.get("RANK", 0))
X, y = make_classification(n_samples=120, n_features=6, random_state=seed)
mlflow.set_experiment("sk")
mlflow.sklearn.autolog()
with mlflow.start_run(run_name="fit"):
    model = LogisticRegression(max_iter=200).fit(X, y)
    score = accuracy_score(y, model.predict(X))
    for step in range(20):
        mlflow.log_metric("own", score + seed + step / 100, step=step)
with mlflow.start_run(run_name="search"):
    GridSearchCV(LogisticRegression(max_iter=200), {"C": [0.1, 1.0, 10.0]}, cv=2).fit(X, y)
    mlflow.log_input(mlflow.data.from_numpy(X, targets=y, name="made"), context="training")
assert numpy.isfinite(score)
