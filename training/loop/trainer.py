"""The training loop: transformers' Trainer, with our batches, our score and a clock."""

from __future__ import annotations

import logging
import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from torch.utils.data import DataLoader, Dataset
from transformers import (
    PreTrainedModel,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_callback import PrinterCallback, TrainerState
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from training.loop import checkpoints, processes
from training.loop.batches import EpochBatches, OwnBatches
from training.loop.clock import Clock
from training.loop.errors import LoopError
from training.loop.forecast import TRIED, Forecast, forecast
from training.loop.log import LOG, JsonLog
from training.loop.patience import Patience
from training.loop.precision import precision
from training.loop.progress import Progress
from training.loop.stage import Stage

_LOG = logging.getLogger(__name__)

Scorer = Callable[[], Mapping[str, float]]

LONG = 200  # optimiser steps from which a forecast is made first


class StageTrainer(Trainer):
    """Trainer over ready-made batches, scored by a function of ours.

    Every batch weighs alike in a step, whatever its size, with accumulation and over processes.

    Args:
        model: Called with ``batch=``; gives ``{"loss": ...}``.
        questions: What the batches name.
        batches: The same for the same epoch and seed, equally many in every epoch.
        collate: Makes a batch: a NamedTuple of tensors with a method ``text_tokens``.
        scorer: Measures of the model as it stands; called in the first process alone.
        rates: Learning rate of each part of the model, by the prefix of its parameters' names.
        stage: Settings.
        output: Folder of checkpoints, of ``log.jsonl`` and TensorBoard's files.
        seed: Of what is drawn.
        judged_by: The measure that says which checkpoint is best; more is better.
    """

    def __init__(
        self,
        model: nn.Module,
        questions: Dataset[Any],
        batches: EpochBatches,
        collate: Callable[[Any], Any],
        scorer: Scorer,
        rates: Mapping[str, float],
        stage: Stage,
        output: Path,
        seed: int,
        judged_by: str = "kendall_tau",
    ) -> None:
        cuda = torch.cuda.is_available()
        many = processes.state().num_processes > 1
        arithmetic = precision(stage.precision)
        rhythm = "steps" if stage.score_every else "epoch"
        arguments = TrainingArguments(
            output_dir=str(output),
            num_train_epochs=stage.epochs,
            max_steps=stage.steps,
            learning_rate=max(rates.values()),
            weight_decay=stage.weight_decay,
            warmup_steps=stage.warm_up,  # below 1: a share of all steps
            lr_scheduler_type=stage.schedule,
            max_grad_norm=1.0,
            bf16=arithmetic == "bf16",
            fp16=arithmetic == "fp16",
            gradient_accumulation_steps=stage.accumulate,
            use_cpu=not cuda,
            ddp_backend=("nccl" if cuda else "gloo") if many else None,
            ddp_find_unused_parameters=False,
            optim="adamw_torch_fused",
            eval_strategy=rhythm,
            eval_steps=stage.score_every or None,
            save_strategy=rhythm,
            save_steps=stage.score_every or 500,
            logging_steps=20,
            logging_first_step=True,
            logging_nan_inf_filter=False,  # it waits for the GPU after each step, and hides NaN
            report_to=["tensorboard"] if stage.tensorboard else [],
            remove_unused_columns=False,
            dataloader_num_workers=stage.workers,
            dataloader_pin_memory=cuda,
            seed=seed,
            disable_tqdm=True,
            log_level="error",
        )
        if arguments.n_gpu > 1:
            _LOG.info("%d GPUs are here and one is used; torchrun uses them all.", arguments.n_gpu)
            arguments._n_gpu = 1  # else the Trainer cuts batches up, as DataParallel
        self._stage, self._output, self._rates = stage, output, rates
        self._questions, self._collate = questions, collate
        self._batches = OwnBatches(batches, arguments.process_index, arguments.world_size)
        self._scorer, self._judged_by = scorer, judged_by
        self._weights: Iterator[float] = iter(())
        self._resumed = checkpoints.newest(output) if processes.is_main() else None
        self._resumed = processes.agreed(self._resumed)
        spent = self._resumed.seconds if self._resumed else 0.0
        self._clock = Clock(stage.minutes, stage.save_minutes, spent)
        self._bar = Progress(output.name, self._clock, stage.minutes, judged_by)
        self._log = JsonLog(output / LOG)
        callbacks: list[TrainerCallback] = [self._clock, self._bar, self._log]
        self._patience = Patience(stage.patience, judged_by) if stage.patience else None
        if self._patience:
            callbacks.append(self._patience)
        _checkpoint_gradients(model, stage.checkpoint_gradients)
        super().__init__(
            model=model,
            args=arguments,
            train_dataset=questions,
            eval_dataset=questions,  # asked for by name; evaluate() below scores by itself
            data_collator=collate,
            callbacks=callbacks,
        )
        self.remove_callback(PrinterCallback)  # what the bar and the log replace
        set_seed(seed + arguments.process_index)  # else all processes drop out alike

    def fit(self) -> nn.Module:
        """Train, or go on where an earlier call was cut off; the model with its best weights.

        Raises:
            LoopError: a checkpoint could not be written, as on a full disk.
        """
        resumed = self._resumed
        if resumed is None and self._steps() >= LONG and processes.is_main():
            _LOG.info("%s", self.forecast())
        processes.wait()
        if resumed is not None and self._is_over(resumed):
            _LOG.info("Trained already, up to step %d.", resumed.step)
            self.state = _state(resumed)
            if processes.is_main():
                self._log.rewrite(self.state.log_history)
        else:
            if resumed is not None:
                _LOG.info("Going on at step %d.", resumed.step)
            self.train(resume_from_checkpoint=str(resumed.folder) if resumed else None)
        assert isinstance(self.model, nn.Module)
        # The next stage of this model may have another precision.
        self.accelerator.unwrap_model(self.model_wrapped, keep_fp32_wrapper=False)
        self._take_best()
        return self.model

    def forecast(self) -> Forecast:
        """What the stage will cost, from a few batches; the model and chance stay as they are."""
        assert isinstance(self.model, nn.Module)
        tried = [
            self._collate([self._questions[index] for index in batch])
            for batch in islice(self._batches, 1 + TRIED)
        ]
        model = self.model

        def loss_of(batch: Any) -> torch.Tensor:
            with self.accelerator.autocast():
                found: torch.Tensor = model(**self._prepare_inputs(batch))["loss"]
            return found

        return forecast(
            model,
            tried,
            loss_of,
            lambda batch: int(batch.text_tokens()),
            self._steps(),
            self._stage.accumulate,
            60 * self._stage.minutes,
        )

    @property
    def _steps_an_epoch(self) -> int:
        return math.ceil(len(self._batches) / self._stage.accumulate)

    def _steps(self) -> int:
        if self._stage.steps > 0:
            return self._stage.steps
        return math.ceil(self._steps_an_epoch * self._stage.epochs)

    def _is_over(self, resumed: checkpoints.Checkpoint) -> bool:
        """Whether nothing is left to train: the Trainer would make another step."""
        return (
            resumed.step >= self._steps()
            or self._clock.is_over()
            or (self._patience is not None and self._patience.is_over(_state(resumed).log_history))
        )

    def _take_best(self) -> None:
        """Load the best checkpoint, or the mean of the best unless that scores less."""
        assert isinstance(self.model, nn.Module)
        chosen = checkpoints.best(self._output, max(1, self._stage.average))
        if not chosen:  # no score was a number
            chosen = checkpoints.whole(self._output)[-1:]
        if len(chosen) < 2 or not self._mean_is_taken(chosen):
            self.model.load_state_dict(load_file(chosen[0].folder / checkpoints.WEIGHTS))

    def _mean_is_taken(self, chosen: Sequence[checkpoints.Checkpoint]) -> bool:
        assert isinstance(self.model, nn.Module)
        self.model.load_state_dict(checkpoints.mean_weights(chosen))
        found, best = self._measures()[f"eval_{self._judged_by}"], chosen[0].score
        assert best is not None
        taken = found >= best
        _LOG.info(
            "Mean of the weights of steps %s: %s %.4f; the best of them alone: %.4f; %s is taken.",
            ", ".join(str(one.step) for one in chosen),
            self._judged_by,
            found,
            best,
            "the mean" if taken else "the best alone",
        )
        return taken

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Batches as our sampler forms them, shared out among the processes."""
        return DataLoader(
            self._questions,
            batch_sampler=self._batches,
            collate_fn=self._collate,
            num_workers=self.args.dataloader_num_workers,
            pin_memory=False,
        )

    def _prepare_inputs(self, inputs: Any) -> Any:
        from accelerate.utils import send_to_device

        return {"batch": send_to_device(inputs, self.args.device)}

    def get_batch_samples(self, *args: Any, **kwargs: Any) -> Any:
        """A step's batches, with what each counts."""
        found = super().get_batch_samples(*args, **kwargs)
        step = self.state.global_step % self._steps_an_epoch
        self._weights = iter(self._batches.weights(step, self._stage.accumulate))
        return found

    def compute_loss(self, model: nn.Module, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """The model's loss, by the batch's weight."""
        loss: Any = super().compute_loss(model, inputs, *args, **kwargs)
        return loss * next(self._weights)

    def training_step(self, model: nn.Module, inputs: Any, *args: Any) -> torch.Tensor:
        """Count the batch's text, then as the library does."""
        tokens = int(inputs.text_tokens())
        self._bar.count(tokens)
        self.state.num_input_tokens_seen += tokens * self.args.world_size
        loss: torch.Tensor = super().training_step(model, inputs, *args)
        return loss

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

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """The library's; where minutes end the stage before its steps do, the clock moves it on."""
        made: Any = super().create_scheduler(num_training_steps, optimizer)
        if self._stage.minutes < Stage.minutes:
            warm_up = self.args.get_warmup_steps(num_training_steps)
            left = num_training_steps - warm_up
            made.lr_lambdas = [self._with_clock(rate, warm_up, left) for rate in made.lr_lambdas]
        return made

    def _with_clock(
        self, rate: Callable[[float], float], warm_up: int, left: int
    ) -> Callable[[int], float]:
        def at(step: int) -> float:
            return rate(max(step, warm_up + left * self._clock.share) if step > warm_up else step)

        return at

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:
        """Note the time and the text so far too, of earlier calls as well."""
        logs["seconds"] = round(self._clock.seconds, 3)
        logs["tokens"] = self.state.num_input_tokens_seen
        super().log(logs, *args, **kwargs)

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Our score of the model as it stands; once where an epoch ends at a scored step."""
        if self._scored_now() is not None:
            return {}
        metrics = self._measures()
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    def _measures(self) -> dict[str, float]:
        started = time.monotonic()
        found: dict[str, float] = {}
        if processes.is_main():
            with torch.random.fork_rng():  # scored or not, what is drawn next is the same
                scores = self._scorer()
            found = {f"eval_{name}": float(value) for name, value in scores.items()}
            found["eval_seconds"] = time.monotonic() - started
        return processes.agreed(found)

    def _save_checkpoint(self, *args: Any, **kwargs: Any) -> None:
        """As the library does; then marked as whole, so that half of one is never resumed from.

        Raises:
            LoopError: it could not be written; what was written of it is removed.
        """
        folder = self._output / f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}"
        score = self._scored_now()
        there = processes.agreed(checkpoints.read(folder))
        if there is not None and (score is None or there.score is not None):
            return  # an epoch's end at a step that was saved just now
        if score is None:
            # Saved because of the time: told, but never the best, or chance would choose it.
            self.log({f"interim_{name[5:]}": value for name, value in self._measures().items()})
        try:
            if processes.is_main():
                (folder / checkpoints.MARK).unlink(missing_ok=True)
            super()._save_checkpoint(*args, **kwargs)
            processes.wait()
            if processes.is_main():
                step = self.state.global_step
                checkpoints.mark_whole(folder, step, score, self._clock.seconds)
                checkpoints.prune(self._output, max(1, self._stage.average))
        except (OSError, RuntimeError, SafetensorError) as error:  # torch raises RuntimeError
            shutil.rmtree(folder, ignore_errors=True)
            raise LoopError(
                f"The checkpoint of step {self.state.global_step} could not be written to "
                f"{self._output} ({_first_line(error)}). Free some space and give the same "
                "command again: training goes on from the last checkpoint.",
                "checkpoint-write",
            ) from error
        processes.wait()

    def _scored_now(self) -> float | None:
        """The score of the present step, if it was scored."""
        for entry in reversed(self.state.log_history):
            if entry.get("step") != self.state.global_step:
                return None
            if f"eval_{self._judged_by}" in entry:
                return float(entry[f"eval_{self._judged_by}"])
        return None


def _state(checkpoint: checkpoints.Checkpoint) -> TrainerState:
    found: TrainerState = TrainerState.load_from_json(str(checkpoint.folder / TRAINER_STATE_NAME))
    return found


def _checkpoint_gradients(model: nn.Module, wanted: bool) -> None:
    for part in model.modules():
        if isinstance(part, PreTrainedModel) and part.supports_gradient_checkpointing:
            # The first is the name of today, the second that of earlier versions.
            new = hasattr(part, "activation_checkpointing_enable")
            name = "activation_checkpointing" if new else "gradient_checkpointing"
            if wanted:
                getattr(part, f"{name}_enable")({"use_reentrant": False})
            else:  # an earlier stage may have wanted it
                getattr(part, f"{name}_disable")()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
