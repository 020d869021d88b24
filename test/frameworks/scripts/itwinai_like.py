"""A logger that calls yprov4ml as itwinai's does, by keywords, with each kind that its ``log`` takes; every rank logs."""

import os

import told
import torch
import yprov4ml
from torch.utils.data import DataLoader, TensorDataset

rank = int(os.environ.get("RANK", 0))


class Like:
    def start(self):
        yprov4ml.start_run(
            experiment_name="itw", prov_user_namespace="www.example.org", provenance_save_dir="prov", save_after_n_logs=100,
            collect_all_processes=True, rank=rank,
        )  # fmt: skip

    def save_hyperparameters(self, params):
        told.params(params)
        for name, value in params.items():
            yprov4ml.log_param(key=name, value=value, context=yprov4ml.Context["TRAINING"])

    def metric(self, key, value, step=None, context="training"):
        told.points({key: float(value)}, 0 if step is None else step)
        yprov4ml.log_metric(key=key, value=value, context=yprov4ml.Context[context.upper()], step=step)


def main():
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    data = TensorDataset(torch.rand(16, 4), torch.rand(16, 1))
    log, training = Like(), yprov4ml.Context["TRAINING"]
    log.start()
    log.save_hyperparameters({"lr": 0.1, "layers": [4, 3, 1], "name": "tiny"})
    for step in range(20):
        log.metric("loss", 1 / (step + 1) + rank, step)
        log.metric("acc", torch.tensor(0.5 + rank), step, "validation")
    log.metric("nostep", 0.25)
    yprov4ml.log_flops_per_batch(label="flops_batch", model=net, batch=torch.rand(4, 4), context=training, step=1)
    yprov4ml.log_flops_per_epoch(label="flops_epoch", model=net, dataset=data, context=training, step=1)
    yprov4ml.log_system_metrics(context=training, step=1)
    yprov4ml.log_carbon_metrics(context=training, step=1)
    yprov4ml.log_current_execution_time(label="epoch_time", context=training, step=1)
    yprov4ml.save_model_version(model_name="net", model=net, context=training, step=1)
    yprov4ml.log_model(model_name="best", model=net, log_model_info=True, log_model_layers=False)
    yprov4ml.log_dataset(dataset_label="train", dataset=DataLoader(data, batch_size=4))
    yprov4ml.log_param(key="criterion", value=torch.nn.MSELoss(), context=training)
    for name in ("net", "best"):
        told.tell(kind="model", name=name)
    told.tell(kind="dataset", name="train", digest=None)
    told.params({"criterion": "MSELoss()"})
    # The wrappers of 2026, with and without a label.
    for model in (yprov4ml.ProvenanceTrackedModel(net), yprov4ml.WeightDistributionTrackedModel("tracked", net)):
        assert model(torch.rand(2, 4)).shape == (2, 1)
    loss = yprov4ml.ProvenanceTrackedFunction(torch.nn.MSELoss(), context="Training")
    for step in range(3):
        told.points({"MSELoss": loss(torch.rand(2), torch.rand(2))}, step)
    documents = yprov4ml.log_provenance_documents(create_graph=True, create_svg=True)
    # None is what is not there yet: a rank that ends before the others does not wait for them without an end.
    alone = int(os.environ.get("WORLD_SIZE", 1)) == 1
    assert all(os.path.exists(one) if one is not None else not alone for one in documents), documents


if __name__ == "__main__":
    main()
