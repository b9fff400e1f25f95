"""MNIST, Fashion-MNIST and Kuzushiji-MNIST: 70,000 images of 28x28 pixels each, as three entries of data.

Sizes and checksums of the packed files are those that TensorFlow Datasets lists (url_checksums). The checksums of the
content were computed from the files themselves; nobody seems to have published those of Kuzushiji-MNIST.
"""

from __future__ import annotations

from vae_core.datasets.download import RemoteFile
from vae_core.datasets.idx_family import IdxFamily, IdxFile

_NAMES_AND_SHAPES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("train-images-idx3-ubyte", (60_000, 28, 28)),
    ("train-labels-idx1-ubyte", (60_000,)),
    ("t10k-images-idx3-ubyte", (10_000, 28, 28)),
    ("t10k-labels-idx1-ubyte", (10_000,)),
)


def _files(*rows: tuple[str | None, int, str]) -> tuple[IdxFile, ...]:
    """Make the four files from their content's SHA-256, their packed size and the packed file's SHA-256."""
    return tuple(
        IdxFile(name, shape, content, RemoteFile(f"{name}.gz", size, packed))
        for (name, shape), (content, size, packed) in zip(_NAMES_AND_SHAPES, rows, strict=True)
    )


def _known(*families: IdxFamily) -> dict[str, str]:
    return {
        file.sha256: family.title for family in families for file in family.files if file.sha256 is not None
    }


MNIST = IdxFamily(
    name="mnist",
    title="MNIST",
    folders=("mnist", "MNIST/raw"),
    files=_files(
        (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        (
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        (
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        (
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://raw.githubusercontent.com/fgnt/mnist/master/",
    ),
    class_names=tuple(str(digit) for digit in range(10)),
    licence="CC BY-SA 3.0, Y. LeCun, C. Cortes and C. J. C. Burges",
    source="Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), Proceedings of the IEEE 86(11)",
)

FASHION_MNIST = IdxFamily(
    name="fashion_mnist",
    title="Fashion-MNIST",
    folders=("fashion_mnist", "FashionMNIST/raw"),
    files=_files(
        (
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        (
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        (
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        (
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    class_names=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    licence="MIT, Zalando SE",
    source="H. Xiao, K. Rasul and R. Vollgraf (2017), arXiv:1708.07747",
    foreign=_known(MNIST),
)

KMNIST = IdxFamily(
    name="kmnist",
    title="Kuzushiji-MNIST",
    folders=("kmnist", "KMNIST/raw"),
    files=_files(
        (None, 18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
        (None, 29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
        (None, 3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
        (None, 5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
    ),
    mirrors=(
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "https://storage.googleapis.com/kuzushiji-mnist/",
    ),
    class_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    licence="CC BY-SA 4.0, KMNIST Dataset (created by CODH), adapted from Kuzushiji Dataset (NIJL and others)",
    source="T. Clanuwat et al. (2018), arXiv:1812.01718, doi:10.20676/00000341",
    foreign=_known(MNIST, FASHION_MNIST),
)
