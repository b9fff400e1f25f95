"""The page's encoder against PyTorch: random images for every architecture, in Node and in Chromium."""

from __future__ import annotations

import dataclasses
import itertools
import json
import shutil
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page

from vae_core.export.encoder_weights import payload_of
from vae_core.models import VAE, Autoencoder, AutoencoderConfig, VAEConfig
from vae_core.networks import ACTIVATIONS, NetworkConfig

COUNT = 200
TOLERANCE = 1e-4
SIZES = ((1, 8, 8), (3, 8, 8), (1, 28, 28), (3, 32, 32), (1, 64, 64), (1, 9, 13), (3, 63, 8))
NARROW = {"hidden": (16, 40), "channels": 3}


@dataclasses.dataclass(frozen=True)
class Case:
    network: NetworkConfig
    shape: tuple[int, int, int]
    latent_dim: int = 2
    has_spread: bool = True

    def write(self, folder: Path, seed: int) -> Path:
        """Write a randomly initialised model's payload, images, and how PyTorch encodes them."""
        torch.manual_seed(seed)
        made = VAE(VAEConfig(latent_dim=self.latent_dim, network=self.network), self.shape)
        if not self.has_spread:
            plain = AutoencoderConfig(latent_dim=self.latent_dim, network=self.network)
            made = Autoencoder(plain, self.shape)
        model = made.eval().requires_grad_(False)
        for weights in model.encoder.parameters():
            # Layer norms start as the identity and PyTorch's linear layers damp: either would hide a mistake.
            weights.mul_(1.5) if weights.ndim > 1 else weights.add_(0.1 * torch.randn_like(weights))
        # Half of the pixels are black, as in a drawing.
        images = torch.relu(torch.rand(COUNT, *self.shape) * 2 - 1)
        with torch.inference_mode():
            expected = model.encoder(images)
        payload = payload_of(model.encoder, self.latent_dim, self.shape)
        folder.mkdir()
        (folder / "program.json").write_text(json.dumps(payload.program))
        for name, array in {"w": payload.w, "given": images.numpy(), "expected": expected.numpy()}.items():
            array.tofile(folder / f"{name}.f32")
        return folder


def narrow_cases(kind: str, shape: tuple[int, int, int]) -> list[Case]:
    options = itertools.product(ACTIVATIONS, (False, True))
    turns = itertools.cycle(itertools.product((2, 1, 10), (True, False)))
    return [
        Case(NetworkConfig(kind, activation=activation, layer_norm=norm, **NARROW), shape, *turn)
        for (activation, norm), turn in zip(options, turns, strict=False)
    ]


WIDE = [
    Case(NetworkConfig(), (1, 28, 28)),
    Case(NetworkConfig(kind="conv"), (1, 28, 28)),
    Case(NetworkConfig(kind="conv", activation="gelu"), (3, 32, 32), 16),
]


def check(result: dict[str, float]) -> None:
    assert result["count"] == COUNT
    assert result["spread"] > 0.05, "the codes are all the same: the case shows nothing"
    assert result["worst"] < TOLERANCE


@pytest.mark.parametrize("shape", SIZES, ids=lambda shape: "x".join(map(str, shape)))
@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
def test_every_architecture_encodes_in_node_as_in_torch(
    kind: str, shape: tuple[int, int, int], tmp_path: Path, node_parity
) -> None:
    for seed, case in enumerate(narrow_cases(kind, shape)):
        folder = case.write(tmp_path / "case", seed)
        try:
            check(node_parity.ask(folder))
        except AssertionError as error:
            error.add_note(str(case))
            raise
        finally:
            shutil.rmtree(folder)


IN_PAGE = """async (folder) => {
    const { compareCodes } = await import("/repo/tests/web/parity.mjs");
    const floats = async (name) => new Float32Array(await (await fetch(`${folder}/${name}.f32`)).arrayBuffer());
    const program = await (await fetch(`${folder}/program.json`)).json();
    return compareCodes(program, await floats("w"), await floats("given"), await floats("expected"));
}"""


@pytest.mark.parametrize("case", WIDE, ids=lambda case: f"{case.network.kind}-{case.network.activation}")
def test_wide_encoders_agree_in_node_and_in_chromium(
    case: Case, tmp_path: Path, node_parity, web_page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = case.write(tmp_path / "case", 0)
    check(node_parity.ask(folder))
    check(web_page.evaluate(IN_PAGE, f"/tmp/{folder.relative_to(tmp_path_factory.getbasetemp())}"))
    shutil.rmtree(folder)
