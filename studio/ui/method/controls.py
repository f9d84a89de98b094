"""The controls of every method, drawn from the fields of its options; only those of the chosen method are shown."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import gradio as gr
from pydantic.fields import FieldInfo

from studio.methods import METHODS, get
from studio.methods.base import bounds
from studio.ui import words


class Controls:
    """A group of controls for each method, in the order of METHODS. Building it draws them where it is built."""

    def __init__(self) -> None:
        self._groups: dict[str, gr.Column] = {}
        self._fields: dict[str, dict[str, Any]] = {}
        for method in METHODS:
            with gr.Column(visible=False) as group:
                fields = {name: _control(name, info) for name, info in method.options.model_fields.items()}
            self._groups[method.id], self._fields[method.id] = group, fields

    def of(self, method: str) -> list[Any]:
        """The controls of one method, in the order of its options."""
        return list(self._fields[method].values())

    @property
    def outputs(self) -> list[Any]:
        return [*self._groups.values(), *(control for fields in self._fields.values() for control in fields.values())]

    def updates(self, chosen: str, values: Mapping[str, Any], faults: Mapping[str, str]) -> list[Any]:
        """One update for each output: the chosen method's controls shown with these values, the others hidden. faults:
        what is wrong with single ones, by name."""
        shown = [gr.Column(visible=method == chosen) for method in self._groups]
        for method, fields in self._fields.items():
            if method != chosen:
                shown += [gr.skip()] * len(fields)
                continue
            told = zip(fields, self.told(method, faults), strict=True)
            shown += [{**update, "value": values[name]} if name in values else update for name, update in told]
        return shown

    def told(self, method: str, faults: Mapping[str, str]) -> list[Any]:
        """One update for each control of a method: what is wrong stands under its name, in place of its description."""
        described = get(method).options.model_fields
        return [
            gr.update(
                info=faults.get(name) or described[name].description,
                elem_classes=["fs-wrong-field"] if name in faults else [],
            )
            for name in self._fields[method]
        ]

    def changed(self, method: str, given: Sequence[Any], proposed: Mapping[str, Any]) -> dict[str, Any]:
        """What was set otherwise than proposed, so that another strength or other rows keep meaning something."""
        result = {}
        for name, value in zip(self._fields[method], given, strict=True):
            if isinstance(proposed[name], int) and isinstance(value, float) and value.is_integer():
                value = int(value)
            if value is not None and value != proposed[name]:
                result[name] = value
        return result


def _control(name: str, info: FieldInfo) -> Any:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    label = info.title or name
    choices = get_args(info.annotation)
    if choices:
        return gr.Dropdown(list(choices), label=label, info=info.description, elem_id=f"option-{name}")
    low, high = bounds(info)
    unit = f" {extra['unit']}" if extra.get("unit") else ""
    reach = words.RANGE.format(low=f"{low:g}", high=f"{high:,.10g}", unit=unit) if low is not None else unit
    return gr.Number(label=f"{label} ({reach})", info=info.description, elem_id=f"option-{name}")
