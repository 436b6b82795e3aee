"""The reference of `bench_lifecycle.py`: what someone writes who has no platform.

One script with the lifecycle's steps on the same data: read, validate, split, train with
per-round metrics, evaluate with plots, gate, log to MLflow, register. No data versions, no
cache, no package, no release.

Usage: ``python plain_script.py CSV MLFLOW_URL`` prints the metrics as JSON.
"""

from __future__ import annotations

import json
import sys


def main(csv: str, mlflow_url: str) -> None:
    import matplotlib as mpl
    import mlflow
    import pandas as pd
    import xgboost
    from mlflow.models import infer_signature
    from sklearn.metrics import RocCurveDisplay, accuracy_score, roc_auc_score
    from sklearn.model_selection import train_test_split

    mpl.use("Agg")
    table = pd.read_csv(csv)
    target = table.columns[-1]
    assert table.notna().all().all()
    features = table.drop(columns=[target])
    labels = table[target].astype("category").cat.codes
    rest, test, y_rest, y_test = train_test_split(
        features, labels, test_size=0.2, stratify=labels, random_state=0
    )
    train, valid, y_train, y_valid = train_test_split(
        rest, y_rest, test_size=0.25, stratify=y_rest, random_state=0
    )
    model = xgboost.XGBClassifier(n_estimators=200, max_depth=4, early_stopping_rounds=20)
    model.fit(train, y_train, eval_set=[(train, y_train), (valid, y_valid)], verbose=False)
    score = model.predict_proba(test)[:, 1]
    metrics = {
        "roc_auc": float(roc_auc_score(y_test, score)),
        "accuracy": float(accuracy_score(y_test, score > 0.5)),
    }
    assert metrics["roc_auc"] >= 0.9

    mlflow.set_tracking_uri(mlflow_url)
    mlflow.set_experiment("plain_script")
    with mlflow.start_run():
        mlflow.log_params({"n_estimators": 200, "max_depth": 4})
        for name, curves in model.evals_result().items():
            for step, value in enumerate(curves["logloss"]):
                mlflow.log_metric(f"{name}_logloss", value, step=step)
        mlflow.log_metrics(metrics)
        figure = RocCurveDisplay.from_predictions(y_test, score).figure_
        mlflow.log_figure(figure, "roc.png")
        mlflow.xgboost.log_model(
            model,
            name="model",
            model_format="ubj",
            signature=infer_signature(test, score),
            input_example=test.head(1),
            pip_requirements=["xgboost-cpu==3.2.0"],
            registered_model_name="plain_script",
        )
    print(json.dumps(metrics))


if __name__ == "__main__":
    main(*sys.argv[1:3])
