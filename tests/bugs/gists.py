"""A mistake boiled down to its inputs and steps, written as a spec.

A gist is `{"inputs": {name: {"shape": [2, 3], "dtype": "float32"}}, "steps": [{"out": "y", "op": "Linear",
"args": ["x"], "kw": {"in_features": 3, "out_features": 4}}], "fails_at_step": 0}`. An op with a capital is a
layer, made with `kw` and called with `args` (and with the keywords of `kw["call"]`); any other is a function.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Step = Mapping[str, Any]
Gist = Mapping[str, Any]

FOLDER = Path(__file__).parent


def rows(name: str) -> list[dict[str, Any]]:
    """The mistakes of a file of this folder."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def literal(value: object) -> str:
    """A value of JSON as the language writes it; a list stands for a tuple of sizes."""
    if isinstance(value, list):
        return "(" + "".join(f"{literal(item)}, " for item in value).rstrip() + ")"
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _sizes(value: list[object]) -> str:
    return ", ".join(str(size) for size in value)


def _name(value: object) -> str:
    if isinstance(value, list):
        return "(" + "".join(f"{_name(item)}, " for item in value).rstrip() + ")"
    return str(value)


def _targets(out: object) -> str:
    if isinstance(out, list):
        return ", ".join(f"({_targets(o)})" if isinstance(o, list) else str(o) for o in out)
    return str(out)


# How each function is written, from the names of its operands and its keywords.
FUNCTIONS: dict[str, Callable[[list[str], Mapping[str, Any]], str]] = {
    "view": lambda x, kw: f"{x[0]}.view({_sizes(kw['shape'])})",
    "reshape": lambda x, kw: f"{x[0]} |> reshape({_sizes(kw['shape'])})",
    "expand": lambda x, kw: f"{x[0]}.expand({_sizes(kw['shape'])})",
    "permute": lambda x, kw: f"{x[0]}.permute({_sizes(kw['dims'])})",
    "transpose": lambda x, kw: f"{x[0]}.transpose({kw['dim0']}, {kw['dim1']})",
    "unsqueeze": lambda x, kw: f"{x[0]}.unsqueeze({kw['dim']})",
    "squeeze": lambda x, kw: f"{x[0]}.squeeze({kw['dim']})",
    "flatten": lambda x, kw: f"{x[0]} |> flatten({', '.join(f'{k}={v}' for k, v in kw.items())})",
    "mean": lambda x, kw: f"{x[0]}.mean({literal(kw['dim'])})",
    "max_values": lambda x, kw: f"{x[0]}.amax({', '.join(f'{k}={v}' for k, v in kw.items())})",
    "gather_class_index": lambda x, kw: f"{x[0]}.argmax({kw['dim']})",
    "select_last": lambda x, kw: f"{x[0]}.select({kw['dim']}, -1)",
    "slice": lambda x, kw: f"{x[0]}[{':, ' * kw['dim']}{kw['start']}:{kw['stop']}]",
    "split": lambda x, kw: f"{x[0]}.split({json.dumps(kw['sizes'])}, dim={kw['dim']})",
    "cat": lambda x, kw: f"cat([{', '.join(x)}], dim={kw['dim']})",
    "stack": lambda x, kw: f"stack([{', '.join(x)}], dim={kw['dim']})",
    "add": lambda x, kw: " + ".join(x),
    "mul": lambda x, kw: " * ".join(x),
    "matmul": lambda x, kw: " @ ".join(x),
    "masked_fill": lambda x, kw: f"{x[0]}.masked_fill({x[1]} == 0, -1e20)",
    "interpolate": lambda x, kw: f"interpolate({x[0]}, size={literal(kw['size'])})",
    "bce_with_logits": lambda x, kw: f"binary_cross_entropy_with_logits({', '.join(x)})",
}


def _line(step: Step, layer: str | None) -> str:
    names = [_name(argument) for argument in step["args"]]
    kw = step.get("kw", {})
    if layer is not None:
        more = [
            f"{name}={value if isinstance(value, str) else literal(value)}"
            for name, value in kw.get("call", {}).items()
        ]
        value = f"{layer}({', '.join(names + more)})"
    elif step["op"] in FUNCTIONS:
        value = FUNCTIONS[step["op"]](names, kw)
    else:
        value = f"{step['op']}({', '.join(names)})"
    return f"        {_targets(step['out'])} = {value}"


def spec(gist: Gist) -> tuple[str, list[set[int]]]:
    """The text of a module that takes the steps, and the lines of each step: its own and its layer's."""
    layers: list[str] = []
    lines: list[str] = []
    numbers: list[int | None] = []
    for step in gist["steps"]:
        layer = None
        if step["op"][0].isupper():
            kw = {k: v for k, v in step.get("kw", {}).items() if k != "call"}
            layer = f"layer{len(layers) + 1}"
            arguments = ", ".join(f"{k}={literal(v)}" for k, v in kw.items())
            layers.append(f"    {layer} = {step['op']}({arguments})")
        numbers.append(len(layers) if layer else None)
        lines.append(_line(step, layer))
    inputs = [
        f"{name}: {'' if x['dtype'] == 'float32' else x['dtype']}[{_sizes(x['shape'])}]"
        for name, x in gist["inputs"].items()
    ]
    last = gist["steps"][-1]["out"]
    header = ["module Case:", *layers, f"    def forward({', '.join(inputs)}):"]
    text = "\n".join(
        [*header, *lines, f"        return {last if isinstance(last, str) else last[0]}", ""]
    )
    places = [
        {len(header) + 1 + i} | ({1 + number} if number is not None else set())
        for i, number in enumerate(numbers)
    ]
    return text, places
