"""DistributedDataParallel on scikit-learn's digits: an ordinary script with a handful of provloom lines."""

import torch
import torch.distributed as dist
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

import provloom
from provloom import Context

EPOCHS, BATCH, LEARNING_RATE = 5, 32, 0.05


def datasets():
    images, digits = load_digits(return_X_y=True)
    parts = train_test_split(images / 16.0, digits, test_size=0.2, random_state=0)
    train_x, test_x, train_y, test_y = [torch.tensor(part) for part in parts]
    return TensorDataset(train_x.float(), train_y), TensorDataset(test_x.float(), test_y)


def main():
    dist.init_process_group("gloo")
    torch.manual_seed(0)
    provloom.start_run("www.example.org", "digits-ddp")
    provloom.log_params({"epochs": EPOCHS, "batch_size": BATCH, "learning_rate": LEARNING_RATE, "optimizer": "SGD"})

    training, testing = datasets()
    sampler = DistributedSampler(training, seed=0)
    loader = DataLoader(training, batch_size=BATCH, sampler=sampler)
    provloom.log_dataset("digits", loader)
    model = DistributedDataParallel(torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)))
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=0.9)

    step = 0
    for epoch in range(EPOCHS):
        sampler.set_epoch(epoch)
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(inputs), labels)
            loss.backward()
            optimizer.step()
            provloom.log_metric("loss", loss, Context.TRAINING, step=step)
            step += 1
        with torch.no_grad():
            inputs, labels = testing.tensors
            accuracy = (model(inputs).argmax(1) == labels).float().mean()
        provloom.log_metric("accuracy", accuracy, Context.VALIDATION, step=epoch)
        if dist.get_rank() == 0:
            print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {accuracy.item():.1%}", flush=True)

    if dist.get_rank() == 0:
        provloom.log_model("digits-mlp", model.module, Context.TRAINING)
        provloom.save_model_version("digits-mlp", model.module, Context.TRAINING, step=step)
    provloom.end_run(create_graph=True, create_svg=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
