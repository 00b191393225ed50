"""What a recipe of the ``context`` task may say."""

from __future__ import annotations

from dataclasses import dataclass, field

from jupyter_cellorder.networks.context_shape import ContextShape
from training.loop.stage import Stage, at_least
from training.recipe import EncoderRecipe


@dataclass(frozen=True)
class Mixture:
    """How often each kind of question is asked.

    ``all``: all markdown floats; ``ordered``: and its order is known; ``few``: a sixth of it, at
    least one cell; ``one``: a single cell. What is left of 1 floats a random share of the markdown.
    """

    all: float = 0.6
    ordered: float = 0.15
    few: float = 0.15
    one: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what are no shares of a whole."""
        at_least(self, 0, *vars(self))
        if sum(vars(self).values()) > 1 + 1e-9:
            raise ValueError(f"the shares add up to {sum(vars(self).values()):g}, which is above 1")


@dataclass(frozen=True)
class LossWeights:
    """Weights of the parts, and of the first look beside the second."""

    gap: float = 0.5
    after: float = 2.0
    before: float = 1.0
    first_look: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what would unlearn."""
        at_least(self, 0, *vars(self))


@dataclass(frozen=True, kw_only=True)
class ContextStage(Stage):
    """A stage over whole notebooks.

    Attributes:
        cells: Padded cells that are read for a batch at most; each of several questions about them
            is computed beside the others.
        longest: Cells of a notebook read at once; longer ones are read in windows.
        unfrozen_layers: Layers of the encoder that are trained, from the top; with none, vectors of
            the encoder as it then is are computed once.
        notebooks: Drawn from a seeded sample of so many; 0 for those of the recipe.
        questions: Asked about each notebook that is drawn; it is encoded once for all of them.
        displaced: Share of the questions with placed markdown in which some of that is astray.
        dropped: Up to this share of a notebook's cells are left out of what is asked about it.
        dropout: Of the network, in this stage; left out, that of its shape.
        blurred: This share of the channels of the cell vectors is hidden, the same ones in all
            cells of a question and others in the next: cells are still compared, yet texts and
            their authors are harder to know again (Srivastava et al., Dropout, 2014; one mask for
            a whole sequence as in Gal & Ghahramani, 2016).
        kept: How much of the weights that the stage began with is in those it ends with, 0..1: the
            way from one to the other is walked in part (Wortsman et al., Robust fine-tuning of
            zero-shot models, 2022).
        mixture: Of this stage's questions; left out, the recipe's.
    """

    cells: int = 800
    longest: int = 160
    notebooks: int = 0
    unfrozen_layers: int = 0
    questions: int = 1
    displaced: float = 0.0
    dropped: float = 0.0
    dropout: float | None = None
    blurred: float = 0.0
    kept: float = 0.0
    mixture: Mixture | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        super().__post_init__()
        at_least(self, 1, "cells", "questions")
        at_least(self, 2, "longest")
        at_least(self, 0, "notebooks", "unfrozen_layers", "displaced", "dropped", "kept", "blurred")
        for name in ("displaced", "dropped", "kept"):
            if getattr(self, name) > 1:
                raise ValueError(f"{name} is {getattr(self, name)} and must be at most 1")
        for name in ("dropout", "blurred"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < 1:
                raise ValueError(f"{name} is {value} and must be at least 0 and below 1")


@dataclass(frozen=True, kw_only=True)
class ContextRecipe(EncoderRecipe):
    """How a ``context`` member is trained.

    Attributes:
        frozen: The network alone, on vectors of the encoder that are computed once. Left out,
            there is none where another stage is named.
        unfrozen: Then the encoder's top layers too.
        further: Then again, each time on another draw of notebooks; the network alone where no
            layer of the encoder is unfrozen.
        again: Weight, 0..1, of the member's second answer where all markdown floats; see
            :mod:`jupyter_cellorder.members.context_again`. 0 asks the network once.
    """

    network: ContextShape = field(default_factory=ContextShape)
    mixture: Mixture = field(default_factory=Mixture)
    loss: LossWeights = field(default_factory=LossWeights)
    frozen: ContextStage | None = None
    unfrozen: ContextStage | None = None
    further: tuple[ContextStage, ...] = ()
    again: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be trained or asked."""
        super().__post_init__()
        if self.frozen is None and self.unfrozen is None and not self.further:
            object.__setattr__(self, "frozen", ContextStage())
        if not 0 <= self.again <= 1:
            raise ValueError(f"again is {self.again} and must be between 0 and 1")
