"""Records the launches of mx.fast.metal_kernel as launch records of zmlx.

    import zmlx_capture
    zmlx_capture.start("captured")      # a folder; at most `limit` launches a kernel
    ...                                 # run the program
    zmlx_capture.stop()

Each launch becomes captured/NAME-NUMBER.launch.json, complete with inputs and
outputs; zmlx check runs them anywhere.
"""

import base64
import functools
import json
import math
import os

import mlx.core as mx

_original = None


def _bytes(a):
    a = mx.contiguous(a)
    mx.eval(a)
    if a.size == 0:
        return b""
    if a.dtype == mx.bool_:
        a = a.astype(mx.uint8)
    return bytes(memoryview(a.reshape(-1).view(mx.uint8)))


def _dtype(d):
    return str(d).split(".")[-1].rstrip("_").replace("bool_", "bool")


def _array(a):
    return {"dtype": _dtype(a.dtype), "shape": list(a.shape), "data": base64.b64encode(_bytes(a)).decode()}


def _scalar(x):
    if isinstance(x, mx.array):
        return x
    if isinstance(x, bool):
        return mx.array(x, mx.bool_)
    if isinstance(x, int):
        return mx.array(x, mx.int32 if -(2**31) <= x < 2**31 else mx.int64)
    return mx.array(x, mx.float32)


def _template(template):
    out = []
    for name, value in template or []:
        if isinstance(value, bool):
            out.append({"name": name, "bool": value})
        elif isinstance(value, int):
            out.append({"name": name, "int": value})
        else:
            out.append({"name": name, "dtype": _dtype(value)})
    return out


def _number(x):
    # JSON has no infinities and no NaN: they are strings.
    return x if x is None or math.isfinite(x) else str(float(x))


def start(folder="captured", limit=1):
    """Records up to `limit` launches of each kernel in `folder`."""
    global _original
    if _original is not None:
        return
    os.makedirs(folder, exist_ok=True)
    _original = mx.fast.metal_kernel
    counts = {}

    @functools.wraps(_original)
    def metal_kernel(name, input_names, output_names, source, header="", ensure_row_contiguous=True, atomic_outputs=False, **more):
        kernel = _original(
            name=name, input_names=input_names, output_names=output_names, source=source, header=header,
            ensure_row_contiguous=ensure_row_contiguous, atomic_outputs=atomic_outputs, **more)

        def launch(*, inputs, output_shapes, output_dtypes, grid, threadgroup, template=None, init_value=None, **rest):
            outputs = kernel(
                inputs=inputs, output_shapes=output_shapes, output_dtypes=output_dtypes, grid=grid, threadgroup=threadgroup,
                template=template, init_value=init_value, **rest)
            number = counts[name] = counts.get(name, 0) + 1
            if number <= limit:
                record = {
                    "zmlx_launch": 1, "name": name, "input_names": list(input_names), "output_names": list(output_names),
                    "source": source, "header": header,
                    "ensure_row_contiguous": ensure_row_contiguous, "atomic_outputs": atomic_outputs,
                    "template": _template(template), "grid": list(grid), "threadgroup": list(threadgroup), "init_value": _number(init_value),
                    "inputs": [_array(_scalar(x)) for x in inputs],
                    "outputs": [
                        {"dtype": _dtype(y.dtype), "shape": list(y.shape), "rtol": 1e-5, "atol": 1e-6, "expected":
                         {"dtype": _dtype(y.dtype), "data": base64.b64encode(_bytes(y)).decode()}}
                        for y in outputs
                    ],
                }
                with open(os.path.join(folder, f"{name}-{number}.launch.json"), "w") as f:
                    json.dump(record, f, indent=1)
            return outputs

        return launch

    mx.fast.metal_kernel = metal_kernel


def stop():
    """Ends the recording; kernels that were made meanwhile keep recording."""
    global _original
    if _original is not None:
        mx.fast.metal_kernel, _original = _original, None
