"""Every lesson, from its first step to its last, as a student goes through it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from explorer.lessons import LESSONS
from explorer.lessons.records import Lesson, Step, Task
from vae_core.trained import TrainedModel, load

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]
SHIPPED = Path(__file__).resolve().parents[2] / "checkpoints"
FINISHED = "task_alt"
NUMBERS_ALONE = {"numbers", "classes_measured", "gradients", "seeds", "compressed"}
"""Views that are numbers alone on paper."""


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_is_gone_through_to_its_end(
    lesson: Lesson, page: Page, settle: Settle, screenshot: Screenshot
) -> None:
    page.goto("/lessons")
    settle(page)
    begin = page.locator(f".st-key-open-{lesson.name}").get_by_role("button")
    begin.click()
    for number, step in enumerate(lesson.steps):
        expect(page.get_by_role("heading", name=step.title)).to_be_visible()
        settle(page)
        expect(page).to_have_url(re.compile(f"lesson={lesson.name}&step={number + 1}"))
        predict(page, step, settle)
        if step.task is not None:
            work(page, step, step.task, settle)
            expect(page.get_by_text(step.task.told)).to_contain_text("Try.")
            expect(page.get_by_text(FINISHED)).to_be_visible()
        page.locator(".st-key-next").get_by_role("button").click()
    expect(page.get_by_role("heading", name="Lessons", exact=True)).to_be_visible()
    count = len(lesson.steps)
    expect(page.get_by_text(f"{count} of {count}")).to_be_visible()
    expect(begin).to_contain_text("Again")
    page.goto(f"/lessons?lesson={lesson.name}&sheet=report")
    settle(page)
    expect(page.get_by_text(f"{count} of {count} steps done.")).to_be_visible()
    seen = sum(step.view not in NUMBERS_ALONE for step in lesson.steps)
    pictures = page.get_by_alt_text(re.compile("^Map of the step|^What the step"))
    if seen:
        expect(pictures.nth(seen - 1)).to_be_visible()
    screenshot(page, f"report-{lesson.name}", full_page=True)


def predict(page: Page, step: Step, settle: Settle) -> None:
    """Choose the first answer and have the case told."""
    if step.question is None:
        return
    tell = page.get_by_role("button", name="See what happens")
    expect(tell).to_be_disabled()
    page.get_by_role("radiogroup").get_by_text(step.question.choices[0], exact=True).click()
    expect(tell).to_be_enabled()
    tell.click()
    told = "You predicted it" if step.question.right == 0 else "You predicted"
    expect(page.get_by_text(told)).to_be_visible()
    settle(page)


def work(page: Page, step: Step, task: Task, settle: Settle) -> None:
    """Do what the task asks for."""
    trained = load(SHIPPED / step.models[0])
    if task.check == "among":
        codes = trained.latent_map
        assert codes.labels is not None
        go(page, np.median(codes.mu[codes.labels == task.about["label"]], axis=0))
    elif task.check == "far_from_points":
        go(page, empty_place(trained))
    elif task.check == "selected":
        surface(page).press("Enter")
    elif task.check == "drawn":
        for count in range(task.about["times"]):
            expect(page.get_by_text(f"{count} of {task.about['times']}.")).to_be_visible()
            page.get_by_role("button", name=re.compile("Draw other")).click()
            settle(page)
    elif task.check == "mig_fallen":
        for degrees in range(5, 50, 5):
            page.get_by_role("slider", name="Angle").press("ArrowRight")
            expect(page.get_by_role("columnheader", name=f"{degrees}°", exact=True)).to_be_visible()
    elif task.check == "pays":
        page.get_by_role("slider", name="Noise").press("End")
        settle(page)
    else:
        page.get_by_role("slider", name="Temperature").press("Home")
        settle(page)


def surface(page: Page) -> Locator:
    return page.get_by_role("application")


def go(page: Page, target: np.ndarray) -> None:
    """Move the cursor near a place by the arrow keys."""
    line = page.get_by_text(re.compile(r"^z = \("))

    def place() -> np.ndarray:
        page.wait_for_timeout(200)  # the line is written with the next picture
        numbers = re.findall(r"[+−]\d+\.\d+", line.first.inner_text())
        return np.array([float(number.replace("−", "-")) for number in numbers])

    surface(page).focus()
    before = place()
    surface(page).press("ArrowRight")
    step = abs(place()[0] - before[0])
    for axis, (back, on) in enumerate((("ArrowLeft", "ArrowRight"), ("ArrowDown", "ArrowUp"))):
        for _ in range(round(abs(target[axis] - place()[axis]) / step)):
            surface(page).press(on if target[axis] > place()[axis] else back)
    np.testing.assert_allclose(place(), target, atol=2 * step)


def empty_place(trained: TrainedModel) -> np.ndarray:
    """Return the place within 1.8 of the centre that is farthest from all points."""
    mu = trained.latent_map.mu[::3]
    axis = np.linspace(-1.8, 1.8, 37, dtype=np.float32)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    if trained.has_prior:
        grid = grid[np.linalg.norm(grid, axis=1) <= 1.8]
    else:
        grid = grid * 4
    nearest = np.array([((mu - z) ** 2).sum(axis=1).min() for z in grid])
    found: np.ndarray = grid[nearest.argmax()]
    return found
