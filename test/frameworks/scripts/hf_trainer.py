"""Hugging Face's Trainer on a tiny BERT and random tokens; on as many ranks as its launcher has started.

Usage: hf_trainer.py mlflow | integrations
"""

import os
import sys
import tempfile

import told
import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainerCallback, TrainingArguments

way = sys.argv[1]


class Tokens(torch.utils.data.Dataset):
    def __len__(self):
        return 64

    def __getitem__(self, at):
        generator = torch.Generator().manual_seed(at)
        return {"input_ids": torch.randint(0, 32, (8,), generator=generator), "labels": torch.tensor(at % 2)}


class Tells(TrainerCallback):
    def on_log(self, args, state, control, logs=None, **kwargs):
        told.points(logs, state.global_step)

    def on_train_begin(self, args, state, control, **kwargs):
        told.params({key: value for key, value in args.to_dict().items() if value is not None and value != ""})


def main():
    torch.manual_seed(0)
    model = BertForSequenceClassification(
        BertConfig(vocab_size=32, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, max_position_embeddings=8)
    )
    callbacks = []
    if way == "integrations":
        from provloom.integrations import HuggingFaceCallback

        callbacks = [Tells(), HuggingFaceCallback("www.example.org", "hf", collect_all_processes=True)]
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder, num_train_epochs=3, per_device_train_batch_size=4, logging_steps=1, evaluation_strategy="epoch", save_strategy="epoch",
            use_cpu=True, ddp_backend="gloo" if "WORLD_SIZE" in os.environ else None, report_to=[way] if way == "mlflow" else [], disable_tqdm=True,
        )  # fmt: skip
        trainer = Trainer(model, arguments, train_dataset=Tokens(), eval_dataset=Tokens(), callbacks=callbacks)
        trainer.train()
        trainer.evaluate(metric_key_prefix="test")


if __name__ == "__main__":
    main()
