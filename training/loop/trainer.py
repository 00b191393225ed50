"""The training loop: transformers' Trainer, with our batches, our score and a clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, Sampler
from transformers import Trainer, TrainerCallback, TrainingArguments

from training.loop.stage import Stage

Scorer = Callable[[], Mapping[str, float]]


class Clock(TrainerCallback):
    """Ends a run when its minutes are over, scored and saved like one that came to its end."""

    def __init__(self, minutes: float) -> None:
        self._end = time.monotonic() + 60 * minutes

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """Stop after this step where the time is over."""
        if time.monotonic() > self._end:
            control.should_training_stop = True
            # Unscored, these last steps would lose to the best scored checkpoint before them.
            control.should_evaluate = True
            control.should_save = True
        return control


class StageTrainer(Trainer):
    """Trainer over ready-made batches, scored by a function of ours.

    ``rates`` gives the learning rate of each part of the model, by the prefix of its parameters'
    names.
    """

    def __init__(
        self,
        model: nn.Module,
        questions: Dataset[Any],
        batches: Sampler[Any],
        collate: Callable[[Any], Any],
        scorer: Scorer,
        rates: Mapping[str, float],
        stage: Stage,
        output: Path,
        seed: int,
        judged_by: str = "kendall_tau",
    ) -> None:
        cuda = torch.cuda.is_available()
        arguments = TrainingArguments(
            output_dir=str(output),
            num_train_epochs=stage.epochs,
            max_steps=stage.steps,
            learning_rate=max(rates.values()),
            weight_decay=stage.weight_decay,
            warmup_steps=stage.warm_up,  # below 1: a share of all steps
            lr_scheduler_type=stage.schedule,
            max_grad_norm=1.0,
            bf16=stage.precision == "bf16",
            fp16=stage.precision == "fp16",
            gradient_accumulation_steps=stage.accumulate,
            use_cpu=not cuda,
            optim="adamw_torch_fused" if cuda else "adamw_torch",
            eval_strategy="steps",
            eval_steps=stage.score_every,
            save_strategy="steps",
            save_steps=stage.score_every,
            save_total_limit=2,
            load_best_model_at_end=True,
            metric_for_best_model=judged_by,
            greater_is_better=True,
            logging_steps=20,
            report_to=["tensorboard"] if stage.tensorboard else [],
            remove_unused_columns=False,
            dataloader_num_workers=stage.workers,
            dataloader_pin_memory=cuda,
            seed=seed,
            disable_tqdm=False,
        )
        self._questions, self._batches, self._collate_questions = questions, batches, collate
        self._scorer, self._rates = scorer, rates
        super().__init__(
            model=model,
            args=arguments,
            train_dataset=questions,
            eval_dataset=questions,  # asked for by name; evaluate() below scores by itself
            data_collator=collate,
            callbacks=[Clock(stage.minutes)],
        )

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Batches as our sampler forms them."""
        loader: DataLoader[Any] = DataLoader(
            self._questions,
            batch_sampler=self._batches,
            collate_fn=self._collate_questions,
            num_workers=self.args.dataloader_num_workers,
        )
        prepared: DataLoader[Any] = self.accelerator.prepare(loader)
        return prepared

    def _prepare_inputs(self, inputs: Any) -> Any:
        from accelerate.utils import send_to_device

        return {"batch": send_to_device(inputs, self.args.device)}

    def create_optimizer(self, *_: Any, **__: Any) -> Any:
        """AdamW with a rate for each part; no decay on norms, biases and single numbers."""
        if self.optimizer is None:
            assert self.model is not None
            groups = []
            for prefix, rate in self._rates.items():
                named = [
                    (name, parameter)
                    for name, parameter in self.model.named_parameters()
                    if name.startswith(prefix) and parameter.requires_grad
                ]
                for decays in (True, False):
                    chosen = [p for _, p in named if (p.ndim > 1) == decays]
                    decay = self.args.weight_decay if decays else 0.0
                    if chosen:
                        groups.append({"params": chosen, "lr": rate, "weight_decay": decay})
            kind, options = self.get_optimizer_cls_and_kwargs(self.args)
            options.pop("lr", None)
            self.optimizer = kind(groups, lr=max(self._rates.values()), **options)
        return self.optimizer

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Our score of the model as it stands."""
        started = time.monotonic()
        metrics = {f"eval_{name}": float(value) for name, value in self._scorer().items()}
        metrics["eval_seconds"] = time.monotonic() - started
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics
