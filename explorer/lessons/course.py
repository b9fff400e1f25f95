"""The lessons in their order. What each claims is listed with the test behind it in ``docs/teaching.md``."""

from __future__ import annotations

from explorer.lessons import axes, uses, views
from explorer.lessons.gradients import DRAWN
from explorer.lessons.records import Lesson, Question, Step, Task, lesson

AE, VAE, BETA = "mnist-ae-2d", "mnist-vae-2d", "mnist-beta4-2d"
CVAE, GAN, VAEGAN, VQVAE = "mnist-cvae-2d", "mnist-gan-2d", "mnist-vaegan-2d", "mnist-vqvae"
SMALL_AE, SMALL_VAE = "digits-ae-2d", "digits-vae-2d"
SEEDS = tuple(f"shapes-beta4-seed{seed}-6d" for seed in range(3))
USED, WITHOUT_6, WITHOUT_1 = "digits-vae-8d", "digits-without-6-8d", "digits-without-1-8d"

LESSONS: tuple[Lesson, ...] = (
    lesson(
        "points",
        "From pixels to a point",
        "Autoencoders, and what a bottleneck of two numbers does",
        Step(
            "originals", (SMALL_AE,),
            question=Question(
                "Draw all 64 numbers at random. How often is it a digit?",
                ("About half of the time", "Once in a thousand", "Practically never"), 2,
            ),
        ),
        Step(
            "pad", (AE,),
            begin=(("put_cursor_on_class", {"label": 1}),),
            task=Task("Find a 0: put the cursor among the zeros.", "among", {"label": 0}),
        ),
        Step(
            "copies", (SMALL_AE,),
            question=Question(
                "Is a copy made from two numbers the same as its image?",
                ("Yes, training sees to it", "Close, not the same", "No, it has nothing to do with it"), 1,
            ),
        ),
        Step(
            "pad", (AE,),
            begin=(("put_cursor_on_class", {"label": 0}),),
            task=Task(
                "Find an empty place: five times as far from any image as images are from each other.",
                "far_from_points", {"times": 5.0},
            ),
        ),
    ),
    lesson(
        "regions",
        "Why a region and not a point",
        "μ, σ and ε: the reparameterisation, step by step",
        Step("pad", (VAE,), task=Task("Click a dot and look at its ellipses.", "selected")),
        Step(
            "region", (SMALL_VAE,),
            begin=(("forget", {"names": [DRAWN]}),),
            question=Question(
                "Draw another ε. Which numbers change?", ("μ and σ", "z, and what it decodes to", "All of them"), 1
            ),
            task=Task("Draw other ε three times.", "drawn", {"name": DRAWN, "times": 3}),
        ),
        Step(
            "region", (SMALL_VAE,),
            question=Question(
                "What is the derivative of the box's answer with respect to μ?",
                ("1", "σ", "There is none"), 2,
            ),
        ),
        Step(
            "gradients", (SMALL_VAE,),
            question=Question(
                "Which estimate scatters more from draw to draw?",
                ("Through z = μ + σε", "Trying places", "Both alike"), 1,
            ),
            waits=True,
        ),
    ),
    lesson(
        "tug",
        "The tug of war",
        "Reconstruction against KL, the ELBO and its sign, β",
        Step(
            "numbers", (VAE,),
            question=Question(
                "What if the KL were zero for every image?",
                ("Perfect: prior and regions agree", "Codes would say nothing about images", "It cannot be"), 1,
            ),
        ),
        Step(
            "numbers", (VAE, BETA),
            question=Question(
                "From β = 1 to β = 4: what happens to the KL and to the reconstruction term?",
                ("The KL falls, the other rises", "Both fall", "The KL rises, the other falls"), 0,
            ),
            waits=True,
        ),
        Step(
            "pads", (VAE, BETA),
            question=Question(
                "In which model are an image's ellipses larger?", ("β = 1", "β = 4", "The same in both"), 1
            ),
        ),
    ),
    lesson(
        "holes",
        "Continuity and completeness",
        "AE against VAE: what a draw decodes to, and where nothing was",
        Step(
            "pads", (AE, VAE),
            question=Question(
                "Which of the two keeps its codes near zero, about one wide?",
                ("The autoencoder", "The VAE", "Both"), 1,
            ),
        ),
        Step(
            "draws", (AE, VAE),
            begin=(("forget", {"names": [views.DRAWS]}),),
            question=Question(
                "Which model's draws land off the data more often?",
                ("The autoencoder's", "The VAE's", "Neither's: never"), 0,
            ),
            task=Task("Draw others twice.", "drawn", {"name": views.DRAWS, "times": 2}),
        ),
        Step(
            "pad", (VAE,),
            begin=(
                ("put_cursor", {"z": [0.0, 0.0]}),
                ("show_layers", {"layers": ["points", "prior", "names"]}),
            ),
            question=Question(
                "Does a small KL for each image make all regions together equal the prior?",
                ("Yes", "No", "Only with β = 1"), 1,
            ),
            task=Task(
                "Find a hole: within two of the centre, and four times as far from any image as images are from "
                "each other.",
                "far_from_points", {"times": 4.0},
            ),
        ),
    ),
    lesson(
        "generate",
        "Generate",
        "Places, temperature, the mean and the sample",
        Step(
            "pad", (VAE,),
            begin=(("put_cursor_on_class", {"label": 1}),),
            task=Task("Make a 3: put the cursor among the threes.", "among", {"label": 3}),
        ),
        Step(
            "temperature", (VAE,),
            begin=(("set_temperature", {"value": 1.0}),),
            question=Question(
                "At temperature 0, the twelve draws are …",
                ("all the same", "as different as before", "noise"), 0,
            ),
            task=Task("Set the temperature to 0.", "temperature_reached", {"at_most": 0.0}),
        ),
        Step(
            "pixels", (VAE,),
            question=Question(
                "Draw each pixel with its own probability. Compared with the mean, the image is …",
                ("sharper", "the same", "speckled"), 2,
            ),
            waits=True,
        ),
    ),
    lesson(
        "between",
        "Between two images",
        "Straight, spherical, geodesic: what a path leads through",
        Step(
            "paths", (VAE,),
            question=Question(
                "Half-way between the codes of a 1 and a 0, the decoder shows …",
                ("both on top of each other", "one shape of its own", "nothing"), 1,
            ),
            waits=True,
        ),
        Step(
            "pad", (VAE,),
            begin=(("put_cursor_on_class", {"label": 1}),),
            task=Task("Go from the ones to the zeros.", "among", {"label": 0}),
        ),
        Step(
            "paths", (VAE,),
            question=Question(
                "Along which path do the images change least in all?",
                ("The straight line: it is the shortest", "The geodesic", "They are equal"), 1,
            ),
            waits=True,
        ),
    ),
    lesson(
        "control",
        "Control",
        "A conditional VAE: ask for a class, and keep the style",
        Step(
            "every_class", (CVAE,),
            question=Question(
                "The same z, another class: what stays?", ("The style", "Nothing", "Everything"), 0
            ),
            waits=True,
        ),
        Step(
            "classes_measured", (CVAE, VAE),
            question=Question(
                "How often does a classifier see the class that was asked for?",
                ("Half of the time", "In four of five draws", "Nearly always"), 2,
            ),
            waits=True,
        ),
        Step(
            "classes_measured", (CVAE, VAE),
            question=Question(
                "How often is the class guessed right from the conditional model's z?",
                ("Nine times out of ten, too", "About half of the time", "Little more often than by chance"), 2,
            ),
            waits=True,
        ),
    ),
    lesson(
        "axes",
        "Disentangling",
        "What one number of z stands for, and why β alone does not promise it",
        Step(
            "traversals", SEEDS[:1],
            question=Question(
                "Does each number that is used change one factor alone?",
                ("Yes: β = 4 sees to it", "Some nearly do, others change several", "No: all change everything"), 1,
            ),
        ),
        Step(
            "seeds", SEEDS,
            question=Question(
                "The same β, another seed. What becomes of the axes?",
                ("The same: β finds the factors", "The same in another order", "Others, with another MIG"), 2,
            ),
            waits=True,
        ),
        Step(
            "turn", SEEDS[:1],
            begin=(("forget", {"names": [axes.ANGLE]}),),
            question=Question(
                "Turn the space by 45° in the plane of two numbers. What becomes of the ELBO?",
                ("It falls", "Nothing: it stays as it is", "It rises"), 1,
            ),
            waits=True,
            task=Task(
                "Find an angle at which the MIG is two thirds of what it was, or less.", "mig_fallen", {"to": 2 / 3}
            ),
        ),
    ),
    lesson(
        "blur",
        "Blur, and what is done about it",
        "GAN, VAE-GAN and VQ-VAE beside the VAE",
        Step(
            "draws", (VAE, GAN, VAEGAN, VQVAE),
            question=Question(
                "Which model's draws are the least sharp?", ("The VAE's", "The GAN's", "The VQ-VAE's"), 0
            ),
        ),
        Step(
            "draws_measured", (VAE, GAN, VAEGAN, VQVAE),
            question=Question(
                "And which model has the largest share of draws that pass for data?",
                ("The VAE", "The GAN", "The VQ-VAE"), 0,
            ),
            waits=True,
        ),
        Step(
            "copies", (VAE, VQVAE),
            question=Question(
                "What does a VQ-VAE need to draw new images?",
                ("Nothing more: any codes will do", "A learned prior over its codes", "The prior N(0, I)"), 1,
            ),
        ),
    ),
    lesson(
        "use",
        "Using it, and where it fails",
        "Denoise, impute, detect, compress",
        Step(
            "denoised", (USED,),
            begin=(("forget", {"names": [uses.NOISE]}),),
            question=Question(
                "An image without any noise is denoised. It comes out …",
                ("as it was", "a little better", "worse"), 2,
            ),
            task=Task("Find noise from which on denoising pays.", "pays"),
            waits=True,
        ),
        Step(
            "imputed", (USED,),
            begin=(("forget", {"names": [uses.FILLS]}),),
            question=Question(
                "Does the upper half of a digit say what the lower one is?",
                ("Yes: all draws agree", "For some digits; others share their top", "No: any digit may follow"), 1,
            ),
            task=Task("Draw others twice.", "drawn", {"name": uses.FILLS, "times": 2}),
            waits=True,
        ),
        Step(
            "detected", (WITHOUT_6, WITHOUT_1),
            question=Question(
                "Which unseen digit is told by surprise?", ("Both", "The 6 alone", "The 1 alone", "Neither"), 1
            ),
            waits=True,
        ),
        Step(
            "compressed", (USED,),
            question=Question(
                "Against PNG, the model needs …", ("more bits", "about as many", "fewer bits"), 2
            ),
            waits=True,
        ),
    ),
)  # fmt: skip
