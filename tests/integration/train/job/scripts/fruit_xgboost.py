"""Boosted trees on a table: reads ./train_data/data.csv, judges itself on ./test_data/data.csv."""

import json
from pathlib import Path

import pandas as pd
import xgboost
from sklearn.metrics import accuracy_score, roc_auc_score

train = pd.read_csv("train_data/data.csv")
test = pd.read_csv("test_data/data.csv")
features = ["weight", "length"]
model = xgboost.XGBClassifier(n_estimators=20, max_depth=3, nthread=1)
model.fit(train[features], train["kind"] == "plum")
scores = model.predict_proba(test[features])[:, 1]
truth = test["kind"] == "plum"
model.save_model("output/model.json")
metrics = {
    "roc_auc": float(roc_auc_score(truth, scores)),
    "accuracy": float(accuracy_score(truth, scores > 0.5)),
    "rows": len(train) + len(test),
}
Path("output/metrics.json").write_text(json.dumps(metrics))
