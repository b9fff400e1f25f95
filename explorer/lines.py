"""The formula of each number, and the lines of code that compute it, read from the code that runs."""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import vae_core
from vae_core import bounds, metrics
from vae_core.code_prior import CodePrior
from vae_core.codebook import perplexity
from vae_core.models import MODELS, VAEConfig
from vae_core.posteriors import DiagonalGaussian

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

ROOT = Path(vae_core.__file__).parent.parent
Code = Callable[..., Any] | property


@dataclasses.dataclass(frozen=True)
class Line:
    """A number's formula in LaTeX, and where it is computed.

    Attributes
    ----------
    formula : str
        Empty where each family has its own.
    code : callable or property
    of : callable, optional
        Gives the code of one model, where models differ.
    title : str
        Empty for measures, which have theirs in :mod:`explorer.measures`.
    unit : str
        Empty for measures that a model keeps, which keep theirs.
    """

    formula: str
    code: Code
    of: Callable[[TrainedModel], Code] | None = None
    title: str = ""
    unit: str = ""

    def code_of(self, trained: TrainedModel) -> Code:
        """Return what computes it for a model."""
        return self.code if self.of is None else self.of(trained)


@dataclasses.dataclass(frozen=True)
class Source:
    """A piece of code without its docstring, and where it begins: file and line."""

    place: str
    code: str


def _loss(trained: TrainedModel) -> Code:
    return type(trained.module).loss


def _distortion(trained: TrainedModel) -> Code:
    return type(trained.module.likelihood).log_prob


NATS = "nats per image"

LINES: dict[str, Line] = {
    "elbo": Line(
        r"\mathbb E_{q(z|x)}\big[\log p(x|z)\big] - \mathrm{KL}\big(q(z|x)\,\|\,p(z)\big)", bounds.elbo, unit=NATS
    ),
    "iwae": Line(
        r"\mathbb E\Big[\log \tfrac1K \sum_{k=1}^K \tfrac{p(x|z_k)\,p(z_k)}{q(z_k|x)}\Big],\quad z_k \sim q(z|x)",
        bounds.importance_weighted_bound,
    ),
    "reconstruction": Line(
        r"-\log p(x|z)", MODELS["vae"].loss, _distortion, unit=NATS
    ),
    "kl": Line(
        r"-\tfrac12 \textstyle\sum_j \big(1 + \log\sigma_j^2 - \mu_j^2 - \sigma_j^2\big)",
        DiagonalGaussian.kl_per_dimension, unit=NATS,
    ),
    "loss": Line("", MODELS["vae"].loss, _loss, unit=NATS),
    "effective_beta": Line(
        r"\beta \cdot \tfrac{\text{weight of a KL term}}{\text{weight of a pixel's } -\log p}", VAEConfig.effective_beta
    ),
    "rate": Line(r"-\textstyle\sum_t \log p(c_t\,|\,c_1 \ldots c_{t-1})", CodePrior.log_prob, unit=NATS),
    "perplexity": Line(r"\exp\big(-\textstyle\sum_k p_k \log p_k\big)", perplexity),
    "active_units": Line(
        r"\#\big\{j : \mathrm{Var}_x\,\mu_j(x) > 0.01\big\}", metrics.active_units
    ),
    "mutual_information": Line(
        r"\mathrm{KL}\big(q(z, n)\,\|\,q(z)\,p(n)\big)", metrics.kl_terms
    ),
    "total_correlation": Line(r"\mathrm{KL}\big(q(z)\,\|\,\textstyle\prod_j q(z_j)\big)", metrics.kl_terms),
    "dimension_wise_kl": Line(
        r"\textstyle\sum_j \mathrm{KL}\big(q(z_j)\,\|\,p(z_j)\big)", metrics.kl_terms
    ),
    "mmd_to_prior": Line(
        r"\mathrm{MMD}^2 = \mathbb E\,k(z, z') - 2\,\mathbb E\,k(z, y) + \mathbb E\,k(y, y')", metrics.mmd_squared
    ),
    "knn_accuracy": Line(
        r"\tfrac1N \textstyle\sum_n \big[\,\text{most of the 15 nearest } \mu \text{ have } x_n\text{'s class}\,\big]",
        metrics.knn_accuracy,
    ),
    "linear_probe_accuracy": Line(
        r"\tfrac1N \textstyle\sum_n \big[\,\operatorname{argmax}_c (W\mu_n + b)_c = y_n\,\big]",
        metrics.linear_probe_accuracy,
    ),
    "trustworthiness": Line(
        r"1 - \tfrac{2}{Nk(2N - 3k - 1)} \textstyle\sum_i \sum_{j \in U_k(i)} \big(r(i, j) - k\big)",
        metrics.trustworthiness,
    ),
    "neighbour_continuity": Line(
        r"\text{trustworthiness with map and images exchanged}", metrics.neighbour_continuity
    ),
    "mse": Line(r"\tfrac{1}{CHW} \textstyle\sum_i (\hat x_i - x_i)^2", metrics.mse),
    "psnr": Line(r"10 \log_{10} \tfrac{1}{\mathrm{MSE}}", metrics.psnr),
    "ssim": Line(
        r"\tfrac{(2\mu_x\mu_y + c_1)(2\sigma_{xy} + c_2)}{(\mu_x^2 + \mu_y^2 + c_1)(\sigma_x^2 + \sigma_y^2 + c_2)}",
        metrics.ssim,
    ),
    "sharpness": Line(
        r"\tfrac{\mathbb E\,|\nabla \hat x|^2}{\mathbb E\,|\nabla x|^2}", metrics.gradient_energy_ratio
    ),
    "draws_sharpness": Line(
        r"\tfrac{\mathbb E\,|\nabla \hat x|^2}{\mathbb E\,|\nabla x|^2}", metrics.gradient_energy_ratio
    ),
    "longest_step_ratio": Line(
        r"\tfrac{\max_i |f(z_{i+1}) - f(z_i)|}{\tfrac1n \sum_i |f(z_{i+1}) - f(z_i)|}", metrics.longest_step_ratio
    ),
    "prior_completeness": Line(
        r"\tfrac1N \textstyle\sum_n \big[\,\text{sure and near}: f(z_n),\ z_n \sim p(z)\,\big]",
        metrics.prior_completeness,
    ),
    "classifier_frechet_distance": Line(
        r"|m_1 - m_2|^2 + \operatorname{tr}\big(S_1 + S_2 - 2 (S_1 S_2)^{1/2}\big)",
        metrics.classifier_frechet_distance,
    ),
    "class_agreement": Line(
        r"\tfrac1N \textstyle\sum_n \big[\,\text{class seen} = \text{class asked for}\,\big]", metrics.class_agreement
    ),
    "mig": Line(
        r"\tfrac1K \textstyle\sum_k \tfrac{1}{H(v_k)} \big(I(z_{j_k}; v_k) - \max_{j \ne j_k} I(z_j; v_k)\big)",
        metrics.mig,
    ),
    "dci_disentanglement": Line(
        r"\textstyle\sum_j \rho_j \big(1 - H_F(R_{j\cdot})\big)", metrics.dci
    ),
    "dci_completeness": Line(r"\tfrac1F \textstyle\sum_k \big(1 - H_d(R_{\cdot k})\big)", metrics.dci),
    "dci_informativeness": Line(r"\text{the forests' mean accuracy on held-out codes}", metrics.dci),
    "factor_vae_score": Line(
        r"\text{share of votes } (j, k) \text{ foretold},\quad j = \operatorname{argmin}_i "
        r"\tfrac{\mathrm{Var}(z_i\,|\,v_k\ \text{fixed})}{\mathrm{Var}(z_i)}",
        metrics.factor_vae_score,
    ),
}  # fmt: skip


def source(code: Code) -> Source:
    """Return the code of a function, method or property without its docstring, and where it stands.

    >>> source(metrics.mse).place
    'vae_core/metrics/image_quality.py, line ...'
    """
    function = inspect.unwrap(code.fget if isinstance(code, property) and code.fget else code)  # type: ignore[arg-type]
    return _source(function)


@functools.lru_cache(maxsize=64)
def _source(function: Callable[..., Any]) -> Source:
    lines, first = inspect.getsourcelines(function)
    text = textwrap.dedent("".join(lines))
    (tree,) = ast.parse(text).body
    kept = text.splitlines()
    if isinstance(tree, ast.FunctionDef) and ast.get_docstring(tree, clean=False) is not None:
        told = tree.body[0]
        del kept[told.lineno - 1 : told.end_lineno]
    file = Path(inspect.getsourcefile(function) or "").resolve().relative_to(ROOT.resolve())
    return Source(f"{file.as_posix()}, line {first}", "\n".join(kept))
