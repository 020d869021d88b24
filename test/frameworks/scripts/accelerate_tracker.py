"""Accelerate's MLflow tracker in a loop of its own; on as many ranks as its launcher has started."""

import torch
from accelerate import Accelerator


def main():
    accelerator = Accelerator(cpu=True, log_with="mlflow")
    accelerator.init_trackers("acc", config={"lr": 0.1, "layers": 2})
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    data = torch.utils.data.TensorDataset(torch.rand(64, 4), torch.rand(64, 1))
    model, optimizer, loader = accelerator.prepare(model, optimizer, torch.utils.data.DataLoader(data, batch_size=4))
    step = 0
    for _ in range(3):
        for x, y in loader:
            loss = torch.nn.functional.mse_loss(model(x), y)
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
            accelerator.log({"loss": loss.item(), "mean_loss": accelerator.gather(loss.detach()).mean().item()}, step=step)
            step += 1
    accelerator.end_training()


if __name__ == "__main__":
    main()
