"""The longer texts of the pages: what a view shows, with its formula, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

MAP = r"""
Each dot is one held-out image $x$, placed at $\mu(x)$, the mean of the encoder's Gaussian
$q(z\,|\,x) = \mathcal N\big(\mu(x), \operatorname{diag}\sigma(x)^2\big)$. Colours and names are the class labels,
which no model but a conditional one ever saw.

The ellipses about a point are one and two standard deviations $\sigma(x)$ of its posterior, to scale. *Aggregate
posterior* is the density $q(z) = \tfrac1N \sum_n q(z\,|\,x_n)$ of all of them; where it and the prior's rings disagree,
the prior draws places that no image was encoded to. *q(z) against the prior* shows just that,
$\log q(z) - \log p(z)$. The other colours of the map say where it can be trusted: how well images near a place are
rebuilt (their errors, averaged with weights $\exp(-|z - \mu_n|^2 / 2h^2)$), how unsure the decoder is of its pixels,
how far the nearest code is, how fast the image changes (the magnification factor $\sqrt{\det J^\top J}$ of
the decoder's Jacobian, Bishop et al. 1997), and which class the fifteen nearest codes have. With more than two
dimensions, codes are counted as they lie on the plane; what is decoded or far is told of the plane's own places.

The grid is the decoder at places $z_{ij} = \big(\Phi^{-1}(\tfrac{i+1/2}{n}), \Phi^{-1}(\tfrac{j+1/2}{n})\big)$, the
quantiles of the prior $p(z) = \mathcal N(0, I)$: every tile stands for the same share of the prior. Up in the grid is
up in the map. *Even steps* covers the same rectangle as the dots instead.
"""

MAP_AE = r"""
Each dot is one held-out image $x$ at its code $z = \mathrm{encoder}(x)$. Colours and names are the class labels, which
the model never saw.

A plain autoencoder has no prior, so nothing says which places are likely. The grid therefore spans the quantiles of the
codes themselves along each axis; *even steps* covers the same rectangle as the dots.
"""

DRAW = r"""
A drawing $x$ has a place on the map like any held-out image: $\mu(x)$, with one and two standard deviations
$\sigma(x)$ of $q(z\,|\,x)$ about it, to scale. Its copy is the decoder's mean at $\mu(x)$; what the model cannot say in
its few numbers is not in the copy. *Among the 3s*: most of the 15 nearest codes of held-out images
are 3s.

A model knows images that were prepared like those it was trained on. *Centre it* does what was done to MNIST: the
drawing is fitted into 20 of the 28 pixels with its proportions kept, grey where it covers a pixel in part, and its
centre of mass is put in the middle (LeCun, Cortes & Burges, "The MNIST database of handwritten digits"). Images of
other data sets fill their frame, and so do drawings for their models; shapes are left where they are. Turn it off, or
on, to see how much a place in the corner, or another size, confuses the encoder.

Scans are dark on light: an image whose border is light is inverted, which you can undo.
"""

LAB = r"""
Each mistake is one that people make. The right and the broken model have the same network, seed and batches of
digits, so that whatever differs between them comes from the line that differs. Both are kept among your runs; Compare
opens them with others. Numbers are of the test images, and the ELBO is taken at β = 1, whatever the broken model
minimised; only where the mistake is in the likelihood itself is the number as wrong as it is.
"""

LESSONS = r"""
A lesson is a few steps. Most ask for a prediction before they tell what happens; some ask you to do something in
the view beside the text, and notice when it is done. What you predicted and did is kept for this browser on the server,
without a name; a step's address can be shared.
"""

CODES = r"""
An image becomes a map of codes: at each place the encoder's vector is replaced by the nearest one in a book of $K$
vectors, $c = \operatorname{argmin}_k |z - e_k|^2$, and the decoder sees nothing else. A code is an entry in a list, so
there is no plane to move on; you can put other codes in its place instead, and see what they change.

Neighbouring patches are decoded together: a swap changes its own place most, and its surroundings a little.
*Perplexity* is $\exp$ of the entropy of the codes' use: $K$ if all are used alike, 1 if one does all the work.
"""

CODES_GENERATE = r"""
A learned prior $p(c) = \prod_t p(c_t\,|\,c_1 \ldots c_{t-1})$ over maps of codes, a small causal transformer, was
trained along with encoder and decoder. An image is drawn by drawing its codes one after the other, row by row, and
decoding them. The temperature divides the prior's logits.

$-\log p(c)$ is this model's rate: $-(\text{reconstruction} - \log p(c))$ is a lower bound on $\log p(x)$, as the
other families' ELBO.
"""

CODES_INTERPOLATE = r"""
A and B are held-out images, each a map of codes. *Along the vectors*: $(1-t)\,e_A + t\,e_B$ at every place, decoded as
it is, without going back to the book. *Code by code*: the places at which A and B differ take B's code one after the
other, row by row, so that every image on the way is made of codes.
"""

GENERATE = r"""
The picture is the decoder's mean $\mathbb E[x\,|\,z]$ at the place $z$ of the sliders; no noise is added.

*Random* draws $z$ from the prior $\mathcal N(0, I)$. The twelve images below are decoded from $z = \tau\,\varepsilon$,
$\varepsilon \sim \mathcal N(0, I)$, at temperature $\tau$. At $\tau = 1$ this is how a VAE generates; below 1 it keeps
to the middle, where images are more typical and less varied.

The strip over each slider shows what that direction does from where you are.
"""

GENERATE_AE = r"""
The picture is the decoder's output at the place $z$ of the sliders.

A plain autoencoder has no prior to draw from. Draws here come from a Gaussian with the mean and covariance of the
codes, scaled by the temperature: a stand-in, and often a place the decoder has never been.
"""

CONDITIONAL = r"""

**A conditional VAE** is told the class $y$ in encoder and decoder, so that $z$, with the prior $\mathcal N(0, I)$ in
every class, is left with what the class does not say. Images are decoded as the class chosen on the left; codes of
held-out images are $\mu(x, y)$, each with its own class. The bounds are on $\log p(x\,|\,y)$. In a replay the grid's
tiles are of the classes in turn, row by row. **Between classes** $a$ and $b$ the vector that the decoder adds for the
class, behind its first layer, is mixed linearly, $v(s)=(1-s)\,v_a+s\,v_b$; a geodesic is then the shortest path in
$(z,s)$. The model was trained at the classes only. Directions are of $z$ alone: they are what all classes share.
"""

INTERPOLATE = r"""
A and B are held-out images; each is encoded to its mean $\mu_A$, $\mu_B$, and the path between is decoded.

*Straight*: $z(t) = (1-t)\,\mu_A + t\,\mu_B$. *Arc*: the direction turns evenly from $\mu_A$ to $\mu_B$ while the
distance from the origin changes evenly from $|\mu_A|$ to $|\mu_B|$ (spherical interpolation). With many dimensions a
straight line crosses a centre where the prior puts almost nothing; the arc does not. *Geodesic*: the path along which
the decoded image $f(z)$ changes least in all, shortest in the metric $M(z) = J(z)^\top J(z)$ that the decoder's
derivatives $J$ give the latent space. It is never longer than the straight line, and at even pace.

*Uncertainty* adds $J_\sigma^\top J_\sigma$ of the pixels' standard deviation, that of the decoder's likelihood
and one that grows away from the held-out codes (Arvanitidis, Hansen & Hauberg, 2018). The blue on the map is
$\sqrt{\det M}$, by how much more area images take than their codes.

*Two by two* mixes four codes: $(1-v)\,[(1-u)\,\mu_A + u\,\mu_B] + v\,[(1-u)\,\mu_C + u\,\mu_D]$.

At $t=0$ and $t=1$ you see reconstructions, not the originals: a VAE does not rebuild an image exactly.
"""

DIRECTIONS = r"""
The direction from group B to group A is the difference of their mean codes,
$v = \tfrac1{|A|}\sum_{n \in A} \mu_n - \tfrac1{|B|}\sum_{n \in B} \mu_n$ (White 2016, *attribute vectors*). The
slider moves the place $z$ along it and leaves everything across as it is, so it works on any image: click a point of
the map, or begin at an image, and move the slider.

*Leave unchanged* takes off the part along sliders that you made before (Gram–Schmidt). *How sure* asks what other
images would have told: 200 times the groups are drawn anew from themselves with replacement (bootstrap), and 95 % of
the directions lie within the angle shown. A direction from few images, or between groups that hardly differ, is off by
tens of degrees (after Liu et al. 2019, *Latent Space Cartography*).

An analogy a : b :: c : ? is the place $c + b - a$.
"""

SURE = (
    "95 % of the directions that the groups give when their images are drawn anew with replacement, 200 times, are "
    "within this angle of the one shown. In {apart} of those draws the images left out separate along it: their means "
    "are at least two standard deviations apart."
)

COMPARE = r"""
All maps show the same held-out images. Point at one, and it lights up in every model; the class filter and the zoom are
common too.

The cursors stand at the same place in each model's own units: $u = F^{-1}(z - m)$, where random places of the model are
$m + F\varepsilon$. For a VAE that is $z$ itself, since its prior is $\mathcal N(0, I)$; an autoencoder has no prior, so
its units are those of a Gaussian fitted to its codes.
"""

HOLES = (
    "Off the data: farther from every held-out image than 95 % of the model's own reconstructions are from every image "
    "but their own. Draws as good as reconstructions would give 5 %."
)

TRAIN = r"""
The objective, in nats per image (summed over pixels and latent dimensions, averaged over images):

$$\text{loss} = \underbrace{-\mathbb E_{q(z|x)}[\log p(x\,|\,z)]}_{\text{reconstruction}} + \beta\;
\underbrace{\mathrm{KL}\big(q(z\,|\,x)\,\|\,p(z)\big)}_{-\frac12 \sum (1 + \log\sigma^2 - \mu^2 - \sigma^2)\;\ge\;0}$$

Other models put something else in place of $\beta\,\mathrm{KL}$, with $q(z)$ the codes of all images together:

- *Conditional VAE*: $\beta\,\mathrm{KL}\big(q(z\,|\,x, y)\,\|\,p(z)\big)$ beside $\log p(x\,|\,z, y)$: both networks
  are told the class $y$, and $z$ is left with the style.
- *Capacity-controlled VAE*: $\gamma\,|\mathrm{KL} - C|$, where $C$ rises to its value during the KL's warm-up.
- *β-TCVAE*: $\mathrm{KL} + (\beta - 1)\,\mathrm{KL}\big(q(z)\,\|\,\textstyle\prod_j q(z_j)\big)$, for independent
  dimensions.
- *FactorVAE*: $\mathrm{KL} + \gamma\,\mathrm{KL}\big(q(z)\,\|\,\textstyle\prod_j q(z_j)\big)$, the latter told by a
  discriminator of codes that trains at the same time.
- *InfoVAE*: $(1-\alpha)\,\mathrm{KL} + (\alpha + \lambda - 1)\,\mathrm{MMD}\big(q(z), p(z)\big)$.
- *Importance-weighted*: the whole is
  $-\log \tfrac1K \sum_k p(x\,|\,z_k)\,p(z_k) / q(z_k\,|\,x)$ of $K$ draws, closer to $-\log p(x)$.
- *VQ-VAE*: $-\log p(c)$ of the image's codes, and $\beta\,|z - e_c|^2$, which holds the encoder to them.
- *Autoencoder*: nothing.

A *GAN* has no encoder and no likelihood. Its decoder minimises $-\log D$ of what it makes of draws from the prior, and
a discriminator $D$ learns at the same time to tell those from images. Neither curve falls for long: while both learn,
the discriminator stays between guessing, $\log 2 = 0.69$, and certainty, 0. A *VAE-GAN* has an encoder too, and copies
are held against their images in a hidden layer of $D$ instead of in pixels.

*Free bits* $\lambda$ charge each dimension of a VAE at least $\lambda$ nats, so that none below that is pulled to the
prior.

The two are drawn apart because their sum hides which one moves. A KL near 0 means the code says nothing about the
image: the posterior has collapsed, and every decode is the same mean image.
"""

MEASURE = r"""
Bounds are in nats per image: $\log p(x) \ge \text{IWAE}_K \ge \text{ELBO} = -(\text{reconstruction} + \text{KL})$, a
sum over pixels and latent dimensions, a mean over images.

The KL of all images together splits into what $z$ tells about the image, how far the dimensions depend on each other,
and how far each is from the prior:
$\mathbb E\,\mathrm{KL} = I(x; z) + \mathrm{TC}(z) + \sum_j \mathrm{KL}(q(z_j)\,\|\,p(z_j))$. With $N$ images the first
can't be told beyond $\log N$, and what is missing there is counted as total correlation. A small KL per image does not
make the aggregate posterior $q(z)$ match the prior; the MMD tells how far it is.

Random draws are judged by a small classifier trained here on the same data. Its Fréchet distance is not FID, whose
features are those of another network; compare it between models of one data set only.
"""

REPLAY = r"""
A run keeps up to 60 moments, closer together early, when most happens. Each holds the codes $\mu(x)$ of 500 held-out
images, the decoder's mean images at fixed places, and the reconstruction $\mathbb E[x\,|\,z = \mu(x)]$ of one
image of each class.

The map stays on one scale, and with more than two dimensions on one plane: the principal plane of the last moment's
codes. Between two moments Play moves the points in a straight line. An autoencoder has no prior: its grid lies at the
quantiles of its codes as they were then.

The numbers beside the step are of the batch logged last, in nats per image.
"""

GRID = """**The decoded grid.** Each tile is what the decoder makes of one place; up in the grid is up on the map."""

RUNS = """
A run is saved every few seconds while it trains. It goes on when you close the tab, for an hour at most while nobody
watches; one that rests is ended two minutes after you left. One that did not reach its end is shown as *interrupted*,
and **Go on** takes it up from its last save. A deleted run can be brought back for a day.

Your runs are yours alone: a random number in a cookie tells this browser's runs from all others. Nothing else is kept
about you, and without the cookie your runs can't be found again. **Share** moves a run to the shared shelf, where all
see it and can open it; **Take back** moves it off again.

What the command line trains lies on the shared shelf and belongs to nobody. There a run also goes on with
`python -m vae_core train --resume NAME`.
"""

ELBO = "Evidence lower bound on log p(x): higher is better. Sum over pixels, mean over images."
ELBO_OF_CLASS = ELBO.replace("log p(x)", "log p(x|y), each image given its class")


def about_class(trained: TrainedModel) -> str:
    """Return what to add to a page's explanation when it shows one class of a conditional model."""
    return "" if trained.conditional is None else CONDITIONAL
