"""Since which version torch has what the library declares, where that is younger than torch 2.1.

`tests/conformance/since.py` finds this table by comparing the sources of torch's releases.
"""

from __future__ import annotations

Version = tuple[int, int]

# The oldest torch that has every declaration; some arguments are younger.
OLDEST: Version = (2, 4)

# By the place and name of a declaration, then by argument; "" is the whole.
SINCE: dict[str, dict[str, Version]] = {
    "torch.unravel_index": {"": (2, 2)},
    "torch.nn.LPPool3d": {"": (2, 3)},
    "torch.nn.functional.lp_pool3d": {"": (2, 3)},
    "torch.nn.RMSNorm": {"": (2, 4)},
    "torch.nn.functional.rms_norm": {"": (2, 4)},
    "torch.rms_norm": {"": (2, 4)},
    "torch.nn.functional.scaled_dot_product_attention": {"enable_gqa": (2, 5)},
    "torch.nn.functional.huber_loss": {"weight": (2, 6)},
    "torch.nn.functional.l1_loss": {"weight": (2, 6)},
    "torch.nn.functional.mse_loss": {"weight": (2, 6)},
    "torch.stft": {"align_to_window": (2, 7)},
    "Tensor.stft": {"align_to_window": (2, 7)},
    "torch.nn.BatchNorm1d": {"bias": (2, 12)},
    "torch.nn.BatchNorm2d": {"bias": (2, 12)},
    "torch.nn.BatchNorm3d": {"bias": (2, 12)},
    "torch.nn.SyncBatchNorm": {"bias": (2, 12)},
    "torch.nn.InstanceNorm1d": {"bias": (2, 12)},
    "torch.nn.InstanceNorm2d": {"bias": (2, 12)},
    "torch.nn.InstanceNorm3d": {"bias": (2, 12)},
    "torch.nn.GroupNorm": {"bias": (2, 12)},
}
