"""A trained model as everybody else uses it: numpy in, numpy out, immutable, safe to share between threads."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_core import checkpoint
from vae_core.checkpoint import ModelFolder
from vae_core.differential import with_jacobian
from vae_core.errors import CheckpointError, InputError, VaeCoreError
from vae_core.latent import Surface
from vae_core.likelihoods import Likelihood
from vae_core.models import (
    CVAE,
    VQVAE,
    Model,
    VAEConfig,
    family_of,
    latent_dim_of,
    latent_words,
    make_model,
)
from vae_core.moments import Replay
from vae_core.run_config import RunConfig

FloatArray = NDArray[np.float32]
PixelLaw = Callable[[Tensor], Tensor]
CHUNK = 1024
"""Images or latents in one forward pass, so that memory stays bounded."""


@dataclasses.dataclass(frozen=True)
class LatentMap:
    """Posteriors of held-out images, kept with the model so that a map opens without the data set.

    Attributes
    ----------
    mu : float32 [N, d]
    logvar : float32 [N, d] or None
        None for a plain autoencoder.
    labels : int64 [N] or None
    indices : int64 [N]
        Which images of the data set's test split these are.
    codes : int64 [N, h, w] or None
        Their codes, of a model with discrete ones.
    """

    mu: FloatArray
    logvar: FloatArray | None
    labels: NDArray[np.int64] | None
    indices: NDArray[np.int64]
    codes: NDArray[np.int64] | None = None


class TrainedModel:
    """A model that no longer changes.

    Made by :func:`load`, or from a run in training by :func:`freeze`.

    Attributes
    ----------
    name : str
    path : Path or None
        Its folder, where it has one.
    conditional : TrainedModel or None
        The conditional model that this is one class of, by :meth:`given`.
    given_class : int or None
        That class.
    """

    def __init__(
        self,
        name: str,
        folder: ModelFolder,
        *,
        path: Path | None = None,
        conditional: TrainedModel | None = None,
        given_class: int | None = None,
    ) -> None:
        self.name, self.path = name, path
        self.conditional, self.given_class = conditional, given_class
        self._folder = folder
        self._vectors_of_map: FloatArray | None = None
        try:
            self._module = _module(folder)
        except VaeCoreError as error:
            raise CheckpointError(f"Model {name} can't be read. {error}") from error

    def __repr__(self) -> str:
        about = f"{self.title}, {self.config.data.name}, {self.latent_words}"
        return f"TrainedModel({self.name!r}: {about})"

    @property
    def config(self) -> RunConfig:
        """Data, model, training and seed."""
        return self._folder.config

    @property
    def family(self) -> str:
        """The registry's name of the model family, such as ``"vae"``."""
        return family_of(self.config.model)

    @property
    def title(self) -> str:
        """The family's name for people, with the settings that make it what it is, such as a β that is not 1."""
        own = self._module.full_title
        if self.conditional is None or self.given_class is None:
            return own
        return f"{self.conditional.title}, class {self.class_name(self.given_class)}"

    @property
    def beta(self) -> float | None:
        """A VAE's effective beta in nats per image; None for other families."""
        model = self.config.model
        return model.effective_beta(self.image_shape) if isinstance(model, VAEConfig) else None

    @property
    def has_prior(self) -> bool:
        """Whether z has the prior N(0, I), from which images can be drawn."""
        return self._module.has_prior

    @property
    def has_encoder(self) -> bool:
        """Whether an image has a place in latent space."""
        return self._module.has_encoder

    @property
    def is_conditional(self) -> bool:
        """Whether it must be told the class of each image that it encodes or decodes."""
        return isinstance(self._module, CVAE)

    @property
    def is_discrete(self) -> bool:
        """Whether an image becomes a map of codes out of a book, with a prior over such maps."""
        return isinstance(self._module, VQVAE)

    @property
    def can_draw(self) -> bool:
        """Whether it has a prior that :meth:`sample` draws from: N(0, I), or one over maps of codes."""
        return self.has_prior or self.is_discrete

    @property
    def map_size(self) -> tuple[int, int]:
        """Height and width of a map of codes; InputError for a model without discrete codes."""
        return self._discrete().map_size

    @property
    def codebook_size(self) -> int:
        """Number of codes in the book; InputError for a model without discrete codes."""
        return self._discrete().config.codes

    @property
    def classes(self) -> int:
        """Number of classes that a conditional model tells apart; 0 for others."""
        return self._module.config.classes if isinstance(self._module, CVAE) else 0

    @property
    def likelihood(self) -> str:
        """What the decoder's output means for a pixel."""
        return self.config.model.likelihood

    @property
    def has_likelihood(self) -> bool:
        """Whether the decoder's output is a distribution p(x|z) of pixels, which have a standard deviation."""
        return self.likelihood != "none"

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        return self._folder.image_shape

    @property
    def latent_dim(self) -> int:
        """Number of latent dimensions; with discrete codes, of their vectors together."""
        return latent_dim_of(self.config.model, self.image_shape)

    @property
    def latent_words(self) -> str:
        """What an image becomes, in a few words for people."""
        return latent_words(self.config.model, self.image_shape)

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the data set's classes."""
        return self._folder.class_names

    def class_name(self, label: int) -> str:
        """Return the name of a class, its number where it has none."""
        names = self.class_names or ()
        return names[label] if label < len(names) else str(label)

    @property
    def metrics(self) -> dict[str, Any]:
        """Name to ``{"value", "unit", "split", "count", "estimator"}``."""
        return {name: dict(entry) for name, entry in self._folder.metrics.items()}

    @property
    def history(self) -> list[dict[str, Any]]:
        """Records of training: logged steps and validation results."""
        return [dict(record) for record in self._folder.history]

    @property
    def replay(self) -> Replay | None:
        """Moments of its training; None where none were kept."""
        return self._folder.replay

    @property
    def latent_map(self) -> LatentMap:
        """Posteriors of held-out images; with discrete codes, mu are their vectors."""
        arrays = self._folder.latent_map
        mu = self._map_mu().astype(np.float32, copy=False)
        logvar, labels, codes = (arrays.get(name) for name in ("logvar", "labels", "codes"))
        return LatentMap(
            mu,
            None if logvar is None else logvar.astype(np.float32),
            None if labels is None else labels.astype(np.int64),
            arrays.get("indices", np.arange(len(mu))).astype(np.int64),
            None if codes is None else codes.astype(np.int64),
        )

    def encode(
        self, images: NDArray[Any], labels: NDArray[Any] | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Return the posterior's mean and standard deviation.

        Parameters
        ----------
        images : float array [N, C, H, W] in [0, 1], or uint8 [N, C, H, W]
        labels : integer array [N], optional
            Their classes, which a conditional model needs and others do not look at.

        Returns
        -------
        mu, sigma : float32 [N, d]
            A plain autoencoder's sigma is zero.

        Raises
        ------
        InputError
            If the shape, the type or the range does not fit, a conditional model gets no labels, or the model has no
            encoder.
        """
        self._check_images(images)
        if not self.has_encoder:
            self._module.encode(torch.empty(0))
        classes = self._checked_labels(labels, len(images))
        mu = np.empty((len(images), self.latent_dim), np.float32)
        sigma = np.empty_like(mu)
        with torch.inference_mode():
            for part in _chunks(len(images)):
                posterior = self._module.encode(_to_unit(images[part]), _part_of(classes, part))
                mu[part], sigma[part] = posterior.mu.numpy(), posterior.sigma.numpy()
        return mu, sigma

    def codes(self, images: NDArray[Any]) -> NDArray[np.int64]:
        """Return images' maps of codes, int64 [N, h, w] below `codebook_size`.

        Raises
        ------
        InputError
            If the model has no discrete codes, or as for :meth:`encode`.
        """
        module = self._discrete()
        self._check_images(images)
        found = np.empty((len(images), *self.map_size), np.int64)
        with torch.inference_mode():
            for part in _chunks(len(images)):
                found[part] = module.encode(_to_unit(images[part])).indices.numpy()
        return found

    def code_vectors(self, codes: NDArray[Any]) -> FloatArray:
        """Return the vectors z [N, d] of maps of codes [N, h, w].

        Raises
        ------
        InputError
            If the model has no discrete codes, or these are none of its own.
        """
        module = self._discrete()
        found = np.asarray(codes)
        if found.ndim != 3 or found.shape[1:] != self.map_size or found.dtype.kind not in "iu":
            allowed = f"whole numbers [N, {self.map_size[0]}, {self.map_size[1]}]"
            raise InputError(
                "The codes do not fit.", got=f"{found.dtype} {list(found.shape)}", allowed=allowed
            )
        if found.size and not (found.min() >= 0 and found.max() < self.codebook_size):
            allowed = f"0 to {self.codebook_size - 1}"
            raise InputError("There is no such code.", got=f"{found.min()} to {found.max()}", allowed=allowed)
        with torch.inference_mode():
            return module.vectors(torch.from_numpy(found.astype(np.int64))).numpy()

    def code_table(self) -> FloatArray:
        """Return the vectors of all codes in the book [K, D]; InputError for a model without discrete codes."""
        return self._discrete().codebook.vectors.numpy().copy()

    def decode_codes(self, codes: NDArray[Any]) -> FloatArray:
        """Return the mean images [N, C, H, W] of maps of codes [N, h, w]; errors as for :meth:`code_vectors`."""
        return self.decode(self.code_vectors(codes))

    def decode(self, z: NDArray[Any], labels: NDArray[Any] | None = None) -> FloatArray:
        """Return the mean images E[x|z], or E[x|z,y] of a conditional model.

        Parameters
        ----------
        z : array [N, d]
        labels : integer array [N], optional
            The class to decode each as, which a conditional model needs and others do not look at.

        Returns
        -------
        float32 [N, C, H, W] in [0, 1]

        Raises
        ------
        InputError
            If z is not finite or not of shape [N, d], or a conditional model gets no labels.
        """
        return self._images(self._module.likelihood.mean, z, labels)

    def decode_with_jacobian(
        self, z: NDArray[Any], labels: NDArray[Any] | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Return the mean images, as :meth:`decode` does, and how they change with z: exact derivatives.

        Parameters and errors as for :meth:`decode`; with discrete codes, z are their vectors.

        Returns
        -------
        images : float32 [N, C, H, W]
        jacobian : float32 [N, C, H, W, d]
            Derivatives of the pixels along each dimension of z.
        """
        return self._with_jacobian(self._module.likelihood.mean, z, labels)

    def surface(self) -> Surface:
        """Return the surface of the mean images over latent space; with discrete codes, over their vectors."""
        return Surface(self.decode, self.decode_with_jacobian)

    def pixel_sd(self, z: NDArray[Any], labels: NDArray[Any] | None = None) -> FloatArray:
        """Return each pixel's standard deviation under p(x|z), float32 [N, C, H, W]; arguments as :meth:`decode`.

        Raises
        ------
        InputError
            If the family has no p(x|z) (see :attr:`has_likelihood`), or as for :meth:`decode`.
        """
        return self._images(self._pixel_law().sd, z, labels)

    def pixel_sd_with_jacobian(
        self, z: NDArray[Any], labels: NDArray[Any] | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Return :meth:`pixel_sd` and its derivatives, shapes as for :meth:`decode_with_jacobian`."""
        return self._with_jacobian(self._pixel_law().sd, z, labels)

    def pixel_sd_surface(self) -> Surface:
        """Return the surface of the pixels' standard deviations over latent space."""
        return Surface(self.pixel_sd, self.pixel_sd_with_jacobian)

    def decoder_entropy(self, z: NDArray[Any], labels: NDArray[Any] | None = None) -> FloatArray:
        """Return how unsure the decoder is of the pixels: the entropy of p(x|z), summed over pixels, float32 [N] nats.

        Arguments and errors as for :meth:`pixel_sd`. Of pixels under a density it is differential, and may be negative.
        """
        entropies: FloatArray = self._images(self._pixel_law().entropy, z, labels).sum(axis=(1, 2, 3))
        return entropies

    def reconstruct(self, images: NDArray[Any], labels: NDArray[Any] | None = None) -> FloatArray:
        """Return the decoded posterior means of images [N, C, H, W]; arguments and errors as for :meth:`encode`."""
        return self.decode(self.encode(images, labels)[0], labels)

    def sample(
        self,
        count: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        labels: NDArray[Any] | None = None,
    ) -> tuple[FloatArray, FloatArray]:
        """Return `count` draws z ~ N(0, temperature^2 I) [count, d] and their decoded images [count, C, H, W].

        A conditional model needs the classes [count] to decode them as. With discrete codes the draws are vectors of
        codes from the learned prior, whose logits are divided by the temperature.

        Raises
        ------
        InputError
            If count or temperature is negative or temperature is not finite.
        """
        if count < 0 or not 0 <= temperature < math.inf:
            raise InputError(
                "Samples like these can't be drawn.",
                got=f"{count} at temperature {temperature:g}",
                allowed="0 or more, at a temperature of 0 or more",
            )
        if self.is_discrete:
            z = self._drawn_vectors(count, rng, temperature)
        else:
            z = (temperature * rng.standard_normal((count, self.latent_dim))).astype(np.float32)
        return z, self.decode(z, labels)

    def given(self, label: int) -> TrainedModel:
        """Return the plain VAE that a conditional model is for one class, of the same name, map and metrics.

        What it encodes and decodes is what the conditional model does with that label on every row.

        Raises
        ------
        InputError
            If the model is not conditional, or has no such class.
        """
        if not isinstance(self._module, CVAE):
            raise InputError(
                f"Model {self.name} is not told any class.", got=self.title, allowed="a conditional model"
            )
        if not 0 <= label < self.classes:
            raise InputError("There is no such class.", got=label, allowed=f"0 to {self.classes - 1}")
        plain = self._module.given(label)
        folder = dataclasses.replace(
            self._folder,
            config=dataclasses.replace(self.config, model=plain.config),
            weights={name: value.numpy() for name, value in plain.state_dict().items()},
        )
        return TrainedModel(self.name, folder, path=self.path, conditional=self, given_class=label)

    @property
    def module(self) -> Model:
        """The torch module, frozen, for code inside this package that needs gradients or log-probabilities."""
        return self._module

    def _discrete(self) -> VQVAE:
        if not isinstance(self._module, VQVAE):
            raise InputError(f"Model {self.name} has no discrete codes.", got=self.title, allowed="a VQ-VAE")
        return self._module

    def _drawn_vectors(self, count: int, rng: np.random.Generator, temperature: float) -> FloatArray:
        module, z = self._discrete(), np.empty((count, self.latent_dim), np.float32)
        generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
        with torch.inference_mode():
            for part in _chunks(count):
                z[part] = module.vectors(module.draws(len(z[part]), generator, temperature)).numpy()
        return z

    def _map_mu(self) -> NDArray[Any]:
        arrays = self._folder.latent_map
        if "codes" in arrays and self._vectors_of_map is None:
            self._vectors_of_map = self.code_vectors(arrays["codes"])
        if self._vectors_of_map is not None:
            return self._vectors_of_map
        return arrays.get("mu", np.zeros((0, self.latent_dim)))

    def _pixel_law(self) -> Likelihood:
        if not self.has_likelihood:
            raise InputError(
                f"Model {self.name} has no p(x|z).", got=self.title, allowed="a model with a likelihood"
            )
        return self._module.likelihood

    def _images(self, head: PixelLaw, z: NDArray[Any], labels: NDArray[Any] | None) -> FloatArray:
        latents = self._checked_latents(z)
        classes = self._checked_labels(labels, len(latents))
        with torch.inference_mode():
            if len(latents) <= CHUNK:
                return head(self._module.decode(torch.from_numpy(latents), classes)).numpy()
            images = np.empty((len(latents), *self.image_shape), np.float32)
            for part in _chunks(len(latents)):
                decoded = self._module.decode(torch.from_numpy(latents[part]), _part_of(classes, part))
                images[part] = head(decoded).numpy()
            return images

    def _with_jacobian(
        self, head: PixelLaw, z: NDArray[Any], labels: NDArray[Any] | None
    ) -> tuple[FloatArray, FloatArray]:
        latents = self._checked_latents(z)
        classes = self._checked_labels(labels, len(latents))
        images = np.empty((len(latents), *self.image_shape), np.float32)
        tangents = np.empty((len(latents), self.latent_dim, *self.image_shape), np.float32)
        for part in _chunks(len(latents), max(1, CHUNK // self.latent_dim)):
            own = _part_of(classes, part)

            def image(codes: Tensor, own: Tensor | None = own) -> Tensor:
                return head(self._module.decode(codes, own))

            found, along = with_jacobian(image, torch.from_numpy(latents[part]))
            images[part], tangents[part] = found.numpy(), along.transpose(0, 1).numpy()
        return images, np.moveaxis(tangents, 1, -1)

    def _checked_latents(self, z: NDArray[Any]) -> FloatArray:
        latents = _latents(z)
        if latents.ndim != 2 or latents.shape[1] != self.latent_dim:
            raise InputError(
                "z has the wrong shape.",
                got=list(latents.shape),
                allowed=f"[N, {self.latent_dim}], one row an image",
            )
        if not np.isfinite(latents).all():
            raise InputError("z holds NaN, infinity or numbers too large.", allowed="finite float32 numbers")
        return latents

    def _checked_labels(self, labels: NDArray[Any] | None, count: int) -> Tensor | None:
        """Return a conditional model's labels as a tensor [count]; None for other families."""
        if not self.is_conditional:
            return None
        allowed = f"whole numbers [{count}] from 0 to {self.classes - 1}"
        if labels is None:
            raise InputError(
                f"Model {self.name} is conditional: it needs the class of each image.", got="no labels",
                allowed=allowed, next_step="Give labels, or use given(label) for one class.",
            )  # fmt: skip
        found = np.asarray(labels)
        if found.shape != (count,) or found.dtype.kind not in "iu":
            got = f"{found.dtype} {list(found.shape)}"
            raise InputError("The labels do not go with their rows.", got=got, allowed=allowed)
        if count and not (found.min() >= 0 and found.max() < self.classes):
            raise InputError(
                "A label is no class of this model.", got=f"{found.min()} to {found.max()}", allowed=allowed
            )
        return torch.from_numpy(found.astype(np.int64))

    def _check_images(self, images: NDArray[Any]) -> None:
        allowed = "[N, " + ", ".join(map(str, self.image_shape)) + "]"
        if not isinstance(images, np.ndarray):
            raise InputError(
                "The images are no array.", got=type(images).__name__, allowed=f"a numpy array {allowed}"
            )
        if images.ndim != 4 or images.shape[1:] != self.image_shape:
            raise InputError(
                "The images have the wrong shape.", got=list(images.shape), allowed=allowed,
                next_step="Resize them, or choose a model of their size.",
            )  # fmt: skip
        if images.dtype != np.uint8 and images.dtype.kind != "f":
            raise InputError(
                "The images have the wrong type.", got=images.dtype, allowed="uint8, or float in [0, 1]"
            )
        # Written so that NaN fails too.
        if images.dtype != np.uint8 and len(images) and not (images.min() >= 0 and images.max() <= 1):
            got = f"from {images.min():g} to {images.max():g}"
            raise InputError("The pixels are out of range.", got=got, allowed="0 to 1, or uint8")


def load(path: str | os.PathLike[str]) -> TrainedModel:
    """Open a model folder.

    Raises
    ------
    CheckpointError
        If it is missing, damaged, of a future version, or does not fit its own configuration.
    """
    place = Path(path)
    return TrainedModel(place.name, checkpoint.read(place), path=place)


def _module(folder: ModelFolder) -> Model:
    # Nothing is initialised on the meta device, so that loading draws nothing from torch's global generator.
    with torch.device("meta"):
        model = make_model(folder.config.model, folder.image_shape)
    expected = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    given = {name: value.shape for name, value in folder.weights.items()}
    for name in sorted(expected.keys() | given.keys()):
        if expected.get(name) != given.get(name):
            raise CheckpointError(
                f"Weight {name} has the wrong shape.", got=given.get(name, "nothing"),
                allowed=expected.get(name, "nothing of this name"), next_step="Train or download the model again.",
            )  # fmt: skip
    model.load_state_dict({n: torch.from_numpy(v.copy()) for n, v in folder.weights.items()}, assign=True)
    return model.eval().requires_grad_(False)


def _to_unit(images: NDArray[Any]) -> Tensor:
    # PyTorch takes neither read-only memory nor reversed strides nor foreign byte order.
    kind = np.uint8 if images.dtype == np.uint8 else np.float32
    tensor = torch.from_numpy(np.require(images, kind, ["C", "W"])).float()
    return tensor / 255 if kind is np.uint8 else tensor


def _part_of(labels: Tensor | None, part: slice) -> Tensor | None:
    return None if labels is None else labels[part]


def _latents(z: NDArray[Any]) -> FloatArray:
    try:
        with np.errstate(over="ignore"):
            return np.require(z, np.float32, ["C", "W"])
    except (TypeError, ValueError) as error:
        raise InputError(
            "z is no array of numbers.", got=type(z).__name__, allowed="an array [N, d]"
        ) from error


def _chunks(count: int, size: int = CHUNK) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, count, size))
