"""The accelerators that torch works on in this process. What is loaded is looked at, and nothing is loaded or begun for it."""

import os

from . import _group
from . import _limits as limits
from ._cut_in import from_inside
from ._small import now_us


#: Between two looks, in microseconds.
_EVERY_US = 1_000_000


def look(session, at_end=False):
    """Records them, once; and when they are others."""
    now = now_us()
    if now < session.devices_at and not at_end:
        return
    session.devices_at = now + _EVERY_US
    told = _torch()
    if told and told != session.devices:
        session.devices = told
        session.event("devices", library="torch", devices=told)


def _torch():
    """Those that it has memory on, else the one that it works on; None where CUDA has not begun in it."""
    cuda = _group._names("torch.cuda")
    if "is_initialized" not in cuda or not _group._is_torch():
        return None
    try:
        if not cuda["is_initialized"]():
            return None
        used = [one for one in range(min(cuda["device_count"](), 64)) if cuda["memory_reserved"](one) > 0]
        names = [_name(cuda, one) for one in used or [cuda["current_device"]()]]
    except from_inside(Exception):
        return None  # another release has it otherwise
    return ",".join(names)[: limits.NAME_LENGTH_MAX] or None


def _name(cuda, index):
    """Its UUID, where this release of torch knows it; else as CUDA_VISIBLE_DEVICES has it."""
    uuid = getattr(cuda["get_device_properties"](index), "uuid", None)
    if uuid is not None:
        text = str(uuid)
        return text if text.startswith(("GPU-", "MIG-")) else "GPU-" + text
    visible = [one.strip() for one in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if one.strip()]
    return visible[index] if index < len(visible) else str(index)
