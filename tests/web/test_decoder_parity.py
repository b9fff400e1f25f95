"""The page's decoder against PyTorch: 1,000 random z for every architecture, in Node and in Chromium.

Every combination of network, size, channels, activation, sine features and layer norm runs in Node with narrow layers,
the likelihoods taking turns; a selection with the layers' default widths runs in both.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page

from vae_core.export.weights import payload_of
from vae_core.likelihoods import LIKELIHOODS
from vae_core.models import VAE, VAEConfig
from vae_core.networks import ACTIVATIONS, NetworkConfig

COUNT = 1000
TOLERANCE = 1e-4
SIZES = ((1, 8, 8), (3, 8, 8), (1, 28, 28), (3, 28, 28), (1, 32, 32), (3, 32, 32), (1, 64, 64), (3, 64, 64))
ODD_SIZES = ((1, 9, 13), (3, 63, 8), (1, 11, 64))
NARROW = {"hidden": (16, 40), "channels": 3}


@dataclasses.dataclass(frozen=True)
class Case:
    network: NetworkConfig
    shape: tuple[int, int, int]
    latent_dim: int
    likelihood: str

    def write(self, folder: Path, seed: int) -> Path:
        """Write a randomly initialised model's payload, z, and what PyTorch decodes."""
        torch.manual_seed(seed)
        config = VAEConfig(latent_dim=self.latent_dim, likelihood=self.likelihood, network=self.network)
        model = VAE(config, self.shape).eval().requires_grad_(False)
        for weights in model.decoder.parameters():
            # Layer norms start as the identity and PyTorch's linear layers damp: either would hide a mistake.
            weights.mul_(2.4) if weights.ndim > 1 else weights.add_(0.1 * torch.randn_like(weights))
        z = 1.5 * torch.randn(COUNT, self.latent_dim)
        with torch.inference_mode():
            expected = model.likelihood.mean(model.decode(z))
        made = payload_of(model.decoder, model.likelihood, self.latent_dim, self.shape)
        folder.mkdir()
        (folder / "program.json").write_text(json.dumps(made.program))
        for name, array in {"w": made.w, "given": z.numpy(), "expected": expected.numpy()}.items():
            array.tofile(folder / f"{name}.f32")
        return folder


def narrow_cases(kind: str, shape: tuple[int, int, int]) -> list[Case]:
    turns = itertools.cycle(itertools.product((2, 1, 10), LIKELIHOODS))
    # A broadcast decoder has no layer norm.
    options = itertools.product(ACTIVATIONS, (0, 24), (False, True) if kind != "broadcast" else (True,))
    cases = []
    for (activation, sines, norm), (latent_dim, likelihood) in zip(options, turns, strict=False):
        network = NetworkConfig(kind, activation=activation, sine_features=sines, layer_norm=norm, **NARROW)
        cases.append(Case(network, shape, latent_dim, likelihood))
    return cases


WIDE = [
    Case(NetworkConfig(), (1, 28, 28), 2, "bernoulli"),
    Case(NetworkConfig(sine_features=0, layer_norm=False, activation="gelu"), (1, 8, 8), 64, "gaussian"),
    Case(NetworkConfig(activation="silu"), (3, 32, 32), 10, "continuous_bernoulli"),
    Case(NetworkConfig(kind="conv"), (1, 28, 28), 2, "continuous_bernoulli"),
    Case(NetworkConfig(kind="conv", activation="gelu"), (3, 32, 32), 16, "gaussian_learned"),
    Case(NetworkConfig(kind="conv", activation="tanh", sine_features=0), (1, 64, 64), 10, "bernoulli"),
]


@pytest.fixture
def case_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that is removed at once: the images of some cases take 50 MB."""
    yield tmp_path / "case"
    shutil.rmtree(tmp_path)


def check(result: dict[str, float]) -> None:
    assert result["count"] == COUNT
    assert result["spread"] > 0.05, "the images are all the same: the case shows nothing"
    assert result["worst"] < TOLERANCE
    assert result["worstByte"] < 1


@pytest.mark.parametrize("shape", SIZES + ODD_SIZES, ids=lambda shape: "x".join(map(str, shape)))
@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
def test_every_architecture_decodes_in_node_as_in_torch(
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


@pytest.mark.parametrize("case", WIDE, ids=lambda case: f"{case.network.kind}-{case.network.activation}")
def test_wide_decoders_agree_in_node(case: Case, case_folder: Path, node_parity) -> None:
    check(node_parity.ask(case.write(case_folder, 0)))


IN_PAGE = """async (folder) => {
    const { compare } = await import("/repo/tests/web/parity.mjs");
    const floats = async (name) => new Float32Array(await (await fetch(`${folder}/${name}.f32`)).arrayBuffer());
    const program = await (await fetch(`${folder}/program.json`)).json();
    return compare(program, await floats("w"), await floats("given"), await floats("expected"));
}"""


@pytest.mark.parametrize("case", WIDE, ids=lambda case: f"{case.network.kind}-{case.network.activation}")
def test_wide_decoders_agree_in_chromium(
    case: Case, case_folder: Path, web_page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = case.write(case_folder, 0).relative_to(tmp_path_factory.getbasetemp())
    check(web_page.evaluate(IN_PAGE, f"/tmp/{folder}"))


@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_narrow_decoders_agree_in_chromium(
    kind: str, activation: str, tmp_path: Path, web_page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cases = [case for case in narrow_cases(kind, (3, 9, 13)) if case.network.activation == activation]
    for seed, case in enumerate(cases):
        folder = case.write(tmp_path / f"case-{seed}", seed)
        address = folder.relative_to(tmp_path_factory.getbasetemp())
        check(web_page.evaluate(IN_PAGE, f"/tmp/{address}"))
        shutil.rmtree(folder)
