"""An algorithm of one's own: code for training and for serving, with typed parameters.

Its document is ``configs/algorithms/NAME/algorithm.yaml``, its code the folder ``code`` beside it.
A lifecycle names it as it names a preset one; what runs is a custom job (`aileron.train.job.spec`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, create_model, model_validator

from aileron.core.names import Name
from aileron.core.steps import StepConfig
from aileron.train.job.spec import (
    MOST_HOURS,
    MOST_PARAMETERS,
    Framework,
    JobSection,
    JobServing,
    Parameter,
    ParameterName,
    Variables,
)

ParameterType = Literal["integer", "number", "string", "boolean"]
Purpose = Literal["classification", "regression"]
"""What a model is for, as datasets call their task."""
AlgorithmModality = Literal["table", "image"]
PYTHON_TYPES: Final[Mapping[ParameterType, Any]] = {
    "integer": int,
    "number": float,
    "string": str,
    "boolean": bool,
}


class AlgorithmParameter(JobSection):
    """One parameter: passed to the command as ``--name=value``."""

    name: ParameterName
    type: ParameterType
    default: Parameter | None = Field(None, description="null: not passed unless it is given")
    required: bool = Field(False, description="has no default, and must be given")
    minimum: float | None = Field(None, description="least value of a number")
    maximum: float | None = Field(None, description="greatest value of a number")
    choices: tuple[Parameter, ...] = Field((), description="the only values")
    title: str | None = Field(None, max_length=100)
    description: str = Field("", max_length=500)

    @model_validator(mode="after")
    def _fits_together(self) -> AlgorithmParameter:
        bounds = (self.minimum, self.maximum)
        if self.type not in ("integer", "number") and bounds != (None, None):
            raise ValueError("`minimum` and `maximum` are of numbers")
        if None not in bounds and bounds[0] > bounds[1]:  # type: ignore[operator]
            raise ValueError("`minimum` is above `maximum`; swap them")
        if self.required and self.default is not None:
            raise ValueError("what is required has no default")
        for value in (*self.choices, self.default):
            problem = None if value is None else self._problem(value)
            if problem:
                raise ValueError(f"{value!r} {problem}")
        return self

    def _problem(self, value: Parameter) -> str | None:
        """Why `value` cannot be this parameter's; None if it can."""
        kind = PYTHON_TYPES[self.type]
        fits = isinstance(value, int | float) if kind is float else isinstance(value, kind)
        if not fits or (isinstance(value, bool) and kind is not bool):
            return f"is no {self.type}"
        if self.choices and value not in self.choices:
            return "is not one of the choices"
        least, most = self.minimum, self.maximum
        if isinstance(value, int | float) and (
            (least is not None and value < least) or (most is not None and value > most)
        ):
            return "is out of bounds"
        return None


class AlgorithmSpec(JobSection):
    """What the document of an algorithm says."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    api_version: Literal["aileron/v1"] = Field(alias="apiVersion")
    kind: Literal["Algorithm"]
    name: Name
    display_name: str | None = Field(None, max_length=200)
    description: str = Field("", max_length=2000)
    modality: AlgorithmModality = Field("table", description="what it learns from")
    tasks: tuple[Purpose, ...] = Field(
        min_length=1, description="what its models are for, as datasets call their task"
    )
    command: str = Field(
        min_length=1, max_length=4000, description="start command: `python train.py`"
    )
    parameters: Annotated[tuple[AlgorithmParameter, ...], Field(max_length=MOST_PARAMETERS)] = ()
    framework: Framework = Field("other", description="what ./output is checked to be")
    model_file: str | None = Field(
        None, description="the model's file or folder in ./output; default: by framework"
    )
    serving: JobServing | None = Field(None, description="how its models answer requests")
    env: Variables = Field({}, description="environment variables of the command")
    hours: float = Field(24, gt=0, le=MOST_HOURS, description="longest run time")

    @model_validator(mode="after")
    def _no_parameter_twice(self) -> AlgorithmSpec:
        names = [one.name for one in self.parameters]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"parameter {name} is there twice")
        return self

    def parameters_model(self) -> type[StepConfig]:
        """The parameters as the config of a preset algorithm is: checks values, makes forms."""
        title = self.display_name or self.name
        fields = {one.name: _field(one) for one in self.parameters}
        made = create_model(f"{self.name}_parameters", __base__=StepConfig, **fields)
        made.model_config["title"] = title
        return made

    def passed(self, values: Mapping[str, Any]) -> dict[str, Parameter]:
        """The parameters that the command gets, defaults included, in the document's order.

        Raises:
            pydantic.ValidationError: a value does not fit.
        """
        given = self.parameters_model().model_validate(values).model_dump()
        return {name: value for name, value in given.items() if value is not None}


def _field(one: AlgorithmParameter) -> Any:
    """Type and field of the parameter, for `create_model`."""
    kind: Any = Literal[one.choices] if one.choices else PYTHON_TYPES[one.type]
    about: dict[str, Any] = {"title": one.title or one.name, "description": one.description}
    about |= {} if one.choices else dict(_bounds(one))
    if not one.required:
        about["default"] = one.default
    optional = one.default is None and not one.required
    return (kind | None if optional else kind, Field(**about))


def _bounds(one: AlgorithmParameter) -> Iterator[tuple[str, float]]:
    if one.minimum is not None:
        yield "ge", one.minimum
    if one.maximum is not None:
        yield "le", one.maximum
