"""Times PyTorch and torchvision as they are commonly used, for the tables of Masterful.Benchmarks.

Reads one request a line and answers each with one number a line:
  step MODEL BATCH SECONDS     images per second of forward, backward and SGD on one fixed batch, the best of memory formats and dtypes
  augment POLICY SECONDS       images per second of torchvision.transforms.v2, image by image, so that each has a draw of its own
  png FOLDER                   images per second of torchvision.io.decode_image over what FOLDER/train.csv and test.csv list
  idx FOLDER                   images per second of torchvision's reader over MNIST's four files, unpacked first
  mat FOLDER TIMES             images per second of SciPy's reader over FOLDER/svhn_mini_{train,test}_32x32.mat, so often
"""
import gzip
import shutil
import sys
import tempfile
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision
from torchvision.datasets.mnist import read_sn3_pascalvincent_tensor
from torchvision.models import efficientnet
from torchvision.transforms import v2


def small_cnn():
    def block(width_in, width_out, stride):
        return [nn.Conv2d(width_in, width_out, 3, stride, 1, bias=False), nn.BatchNorm2d(width_out), nn.ReLU(inplace=True)]

    shape = [(3, 32, 1), (32, 64, 2), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 128, 2)]
    return nn.Sequential(*[layer for s in shape for layer in block(*s)], nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))


def efficientnet_b0():
    setting, last = efficientnet._efficientnet_conf("efficientnet_b0", width_mult=1.0, depth_mult=1.0)
    for stage in (1, 2):
        setting[stage].stride = 1
    return efficientnet.EfficientNet(setting, dropout=0.2, last_channel=last, num_classes=10)


MODELS = {"small-cnn": small_cnn, "efficientnet-b0": efficientnet_b0}
POLICIES = {
    "common": lambda: v2.Compose([
        v2.RandomHorizontalFlip(), v2.RandomAffine(20, (0.1, 0.1), (0.8, 1.2), 10), v2.ColorJitter(0.4, 0.4, 0.4, 0.1),
        v2.RandomApply([v2.GaussianBlur(5)])]),
    "trivial": v2.TrivialAugmentWide,
    "rand": v2.RandAugment,
}
stepping = {}


def steps(name, batch):
    """One closure a memory format and dtype, made once."""
    made = []
    for channels_last in (False, True):
        for dtype in (None, torch.bfloat16):
            model = MODELS[name]().train()
            images, labels = torch.rand(batch, 3, 32, 32), torch.randint(10, (batch,))
            if channels_last:
                model, images = model.to(memory_format=torch.channels_last), images.contiguous(memory_format=torch.channels_last)
            optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)

            def step(model=model, images=images, labels=labels, optimizer=optimizer, dtype=dtype):
                optimizer.zero_grad()
                with torch.autocast("cpu", dtype=dtype or torch.bfloat16, enabled=dtype is not None):
                    logits = model(images)
                F.cross_entropy(logits.float(), labels).backward()
                optimizer.step()

            step()
            made.append(step)
    return made


def rate(action, images, seconds):
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        action()
        count += 1
    return count * images / (time.perf_counter() - start)


def decode_png(folder):
    files = []
    for split in ("train", "test"):
        with open(f"{folder}/{split}.csv", encoding="utf-8") as lines:
            files += [f"{folder}/{line.split(',')[0]}" for line in lines]
    for file in files:
        torchvision.io.decode_image(file, torchvision.io.ImageReadMode.RGB)
    return len(files)


def decode_idx(folder):
    count = 0
    for split in ("train", "t10k"):
        for kind in ("images-idx3", "labels-idx1"):
            with gzip.open(f"{folder}/{split}-{kind}-ubyte.gz") as packed, tempfile.NamedTemporaryFile() as unpacked:
                shutil.copyfileobj(packed, unpacked)
                unpacked.flush()
                tensor = read_sn3_pascalvincent_tensor(unpacked.name)
        count += len(tensor)
    return count


def decode_mat(folder, times):
    from scipy.io import loadmat

    count = 0
    for split in ("train", "test") * int(times):
        images = np.transpose(loadmat(f"{folder}/svhn_mini_{split}_32x32.mat")["X"], (3, 2, 0, 1)).copy()
        count += len(images)
    return count


def answer(words):
    kind, name, *rest = words
    if kind == "step":
        batch, seconds = int(rest[0]), float(rest[1])
        known = stepping.setdefault((name, batch), {})
        if not known:
            rates = {step: rate(step, batch, seconds / 4) for step in steps(name, batch)}
            known["best"] = max(rates, key=rates.get)
        return rate(known["best"], batch, seconds)
    if kind == "augment":
        policy, images = POLICIES[name](), torch.randint(0, 256, (256, 3, 32, 32), dtype=torch.uint8)
        return rate(lambda: torch.stack([policy(image) for image in images]), 256, float(rest[0]))
    start = time.perf_counter()
    count = {"png": decode_png, "idx": decode_idx, "mat": decode_mat}[kind](name, *rest)
    return count / (time.perf_counter() - start)


torch.set_num_threads(int(sys.argv[1]))
print(torch.__version__, torchvision.__version__, flush=True)
for line in sys.stdin:
    print(answer(line.split()), flush=True)
