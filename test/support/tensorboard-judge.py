"""What TensorBoard itself reads of a folder of event files.

Usage: tensorboard-judge.py FOLDER...
Prints as one line of JSON, of each folder below with event files: points [tag, step, microseconds, value as its bits],
hyperparameters, and how many texts, images, sounds and histograms there are.
"""

import json
import os
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util

told = {}
for root in sys.argv[1:]:
    for folder, _, names in os.walk(root):
        if not any(".tfevents." in name for name in names):
            continue
        every = {kind: 0 for kind in ["scalars", "tensors", "images", "audio", "histograms", "compressedHistograms"]}
        found = EventAccumulator(folder, size_guidance=every, purge_orphaned_data=False).Reload()
        tags = found.Tags()
        points, params, files = [], {}, 0
        bits = lambda value: struct.pack("<d", float(value)).hex()
        # The nearest; the later of two.
        micros = lambda seconds: int(seconds * 1e6 + 0.5)
        for tag in tags["scalars"]:
            points += [[tag, one.step, micros(one.wall_time), bits(one.value)] for one in found.Scalars(tag)]
        files += sum(len(found.Images(tag)) for tag in tags["images"])
        files += sum(len(found.Histograms(tag)) for tag in tags["histograms"])
        files += sum(len(found.Audio(tag)) for tag in tags["audio"])
        for tag in tags["tensors"]:
            plugin = found.SummaryMetadata(tag).plugin_data.plugin_name
            for one in found.Tensors(tag):
                value = tensor_util.make_ndarray(one.tensor_proto)
                if plugin == "scalars":
                    points.append([tag, one.step, micros(one.wall_time), bits(value)])
                elif plugin == "images":
                    files += len(value) - 2
                elif plugin == "audio":
                    files += len(value)
                elif plugin != "hparams":
                    files += 1
        content = found.PluginTagToContent("hparams") if "hparams" in found._plugin_to_tag_to_content else {}
        for data in content.values():
            start = plugin_data_pb2.HParamsPluginData.FromString(data).session_start_info
            for name, value in start.hparams.items():
                params[name] = getattr(value, value.WhichOneof("kind"))
        told[folder] = {"points": points, "params": params, "files": files}
print(json.dumps(told))
