"""From a spec to a trained network: check, build, load, train on handwritten digits, compare.

Run with `make demo`. Ends with status 1 where the network stays at or below 95 % on digits it has not seen,
or where the built and the in-memory module differ.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

import nnspec

ROOT = Path(__file__).resolve().parent.parent
SPEC = Path("specs/basics/simple_cnn.nnspec")
EPOCHS = 15
WANTED = 0.95


def nnspec_command(*arguments: str) -> None:
    """Show a command as one would type it, run it, and stop where it fails."""
    print(f"$ nnspec {' '.join(arguments)}", flush=True)
    subprocess.run([sys.executable, "-m", "nnspec", *arguments], cwd=ROOT, check=True)
    print(flush=True)


def built_class(folder: Path) -> type[nn.Module]:
    """The class SimpleCNN of the Python file that `nnspec build` wrote into `folder`."""
    (path,) = folder.rglob("simple_cnn.py")
    print(path.read_text(encoding="utf-8"))
    module_spec = importlib.util.spec_from_file_location("simple_cnn", path)
    assert module_spec is not None and module_spec.loader is not None
    module = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(module)
    found: type[nn.Module] = module.SimpleCNN
    return found


def digits() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """1,797 handwritten digits of 8x8 pixels, drawn to 28x28: images and labels to train on, then to test on."""
    data = load_digits()
    images = torch.tensor(data.images, dtype=torch.float32).unsqueeze(1) / 8 - 1
    images = F.interpolate(images, size=(28, 28), mode="bilinear", align_corners=False)
    labels = torch.tensor(data.target, dtype=torch.int64)
    train, test = train_test_split(
        range(len(labels)), test_size=0.25, stratify=data.target, random_state=0
    )
    return images[train], labels[train], images[test], labels[test]


def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    """The part of `images` [N, 1, 28, 28] that the model puts into its class of `labels` [N]."""
    model.eval()
    with torch.no_grad():
        return (model(images).argmax(dim=1) == labels).float().mean().item()


def train(model: nn.Module, images: Tensor, labels: Tensor) -> None:
    """Adam on cross entropy, in batches of 32, the steps ever smaller."""
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS)
    for epoch in range(EPOCHS):
        model.train()
        total = 0.0
        for batch in torch.randperm(len(labels)).split(32):
            optimiser.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
        schedule.step()
        print(f"  epoch {epoch + 1}: loss {total / len(labels):.4f}", flush=True)


def same(left: nn.Module, right: nn.Module, images: Tensor) -> bool:
    """Whether two modules have equal states, and equal outputs bit for bit, in training and in eval mode."""
    ours, theirs = left.state_dict(), right.state_dict()
    equal = list(ours) == list(theirs)
    equal = equal and all(torch.equal(ours[key], theirs[key]) for key in ours)
    for training in (True, False):
        outputs = []
        for model in (left, right):
            torch.manual_seed(1)
            outputs.append(model.train(training)(images))
        equal = equal and torch.equal(*outputs)
    return equal


def main() -> int:
    """Run the demonstration; the exit status."""
    torch.set_num_threads(1)  # So that the sums are those of any other machine.
    nnspec_command("check", str(SPEC))
    with tempfile.TemporaryDirectory() as folder:
        nnspec_command("build", str(SPEC), "-o", folder)
        built_type = built_class(Path(folder))

    torch.manual_seed(0)
    built = built_type()
    torch.manual_seed(0)
    loaded = nnspec.load(ROOT / SPEC)
    print(f'nnspec.load("{SPEC}") gives\n{loaded}\n')

    images, labels, unseen, unseen_labels = digits()
    agree = same(built, loaded, unseen)
    print(f"Built and in-memory module agree when made under one seed: {agree}\n")

    print(f"Training the in-memory module on {len(labels)} digits:")
    train(loaded, images, labels)
    reached = accuracy(loaded, unseen, unseen_labels)
    print(
        f"{reached:.1%} of {len(unseen_labels)} unseen digits are right (wanted: over {WANTED:.0%})"
    )

    built.load_state_dict(loaded.state_dict())
    agree_trained = same(built, loaded, unseen)
    print(f"Built and in-memory module agree with the trained weights: {agree_trained}")

    if not (agree and agree_trained and reached > WANTED):
        print("The demonstration failed.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
