"""What every optimiser answers about itself; a new one changes what differs, and has a line in the registry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from core.settings import Specification, setting

_WIDTH = 100


def rate_setting(default: float, step: float) -> Any:
    """Declare the field `learning_rate`."""
    return setting(default, minimum=1e-7, maximum=10.0, step=step, help="Step size.")


def momentum_setting(default: float) -> Any:
    """Declare the field `momentum`."""
    return setting(
        default, minimum=0.0, maximum=0.9999, step=0.01, help="Fraction of the previous update carried over."
    )


def decay_setting() -> Any:
    """Declare the field `weight_decay`."""
    said = "Each step shrinks the weights by this times the learning rate."
    return setting(0.004, minimum=0.0, maximum=1.0, step=1e-3, help=said)


@dataclass(frozen=True)
class Optimiser(Specification):
    """The base of all optimisers: what turns gradients into steps. Names and meaning of the fields are Keras's."""

    # What it does and when to take it, after its title.
    sentence: ClassVar[str] = ""
    # Whether each step shrinks the weights by itself.
    decays: ClassVar[bool] = False
    # The class of a script whose Keras has none of this name, to be had without `keras.optimizers.` then.
    class_code: ClassVar[str] = ""

    learning_rate: float = rate_setting(0.001, 1e-4)

    def arguments(self) -> Sequence[Mapping[str, Any]]:
        """Return what Keras's optimiser of this name is made with beside the rate, by name; a mapping each line."""
        raise NotImplementedError

    def moments(self) -> tuple[float, float, float] | None:
        """Return β₁, β₂ and ε of an optimiser that keeps Adam's two moments of each weight; `None` of another."""
        return None

    def keras(self, optimizers: Any, rate: Any, last: str, averaging: Mapping[str, Any]) -> Any:
        """Return the Keras optimiser.

        Args:
            optimizers: `keras.optimizers`, with Pixelwise's own in it.
            rate: the learning rate of each step, as Keras takes it.
            last: the name of the model's last layer.
            averaging: the arguments by which Keras keeps a moving average of the weights.
        """
        given = {name: value for line in (*self.arguments(), self.last_layer(last)) for name, value in line.items()}
        made = getattr(optimizers, type(self).__name__)(rate, **given, **averaging)
        if self.decays:
            # Only kernels: a bias, or the scale and offset of a batch normalisation, has no reason to be small.
            made.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        return made

    def code(self, rate: str, averaging: Mapping[str, Any]) -> str:
        """Return the lines of a script that set `optimizer`.

        Args:
            rate: the expression for the learning rate.
            averaging: see `keras`.
        """
        lines = [rate, *(_written(line) for line in self.arguments())]
        # In a script's f-string, the braces are the script's own.
        lines += [f"{name}={_as_code(value)}" for name, value in self.last_layer("{network.layers[-1].name}").items()]
        lines += [_written(averaging)] if averaging else []
        name = f"{'' if self.class_code else 'keras.optimizers.'}{type(self).__name__}"
        made = f"optimizer = {name}({', '.join(lines)})"
        if len(made) > _WIDTH:
            made = f"optimizer = {name}(\n" + "".join(f"    {line},\n" for line in lines) + ")"
        if not self.decays:
            return made
        return (
            f"{made}\n# Only kernels shrink: a bias, or the scale of a batch normalisation, need not be small.\n"
            'optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])'
        )

    def last_layer(self, name: str) -> Mapping[str, Sequence[str]]:  # noqa: ARG002 as all optimisers are asked
        """Return the argument, if any, that says what is otherwise for the last layer, of this name."""
        return {}


def _written(given: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in given.items())


def _as_code(texts: Sequence[str]) -> str:
    quoted = (f'f"{text}"' for text in texts)
    return f"[{', '.join(quoted)}]"
