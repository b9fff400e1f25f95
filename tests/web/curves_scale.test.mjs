import assert from "node:assert/strict";
import { test } from "node:test";

import { panelScale, rangeOf, ticksIn } from "../../vae_core/web/curves_scale.js";

test("a range is that of one number of each pair, over all curves", () => {
  assert.deepEqual(rangeOf([[1, 10, 2, -3], [5, 4]], 0), [1, 5]);
  assert.deepEqual(rangeOf([[1, 10, 2, -3], [5, 4]], 1), [-3, 10]);
  assert.deepEqual(rangeOf([[1, 10]], 0, 0), [0, 1]);
});

test("a single number has room on both sides, and no number has no range", () => {
  assert.deepEqual(rangeOf([[1, -50]], 1), [-55, -45]);
  assert.deepEqual(rangeOf([[1, 0]], 1), [-1, 1]);
  assert.equal(rangeOf([[], []], 1), null);
});

test("ticks are round numbers within the range, with as many digits as their steps", () => {
  assert.deepEqual(ticksIn([0, 7], 7).map(({ words }) => words), ["0", "1", "2", "3", "4", "5", "6", "7"]);
  assert.deepEqual(ticksIn([-540, -130], 4).map(({ words }) => words), ["−400", "−200"]);
  assert.deepEqual(ticksIn([0, 0.61], 4).map(({ words }) => words), ["0.0", "0.2", "0.4", "0.6"]);
  assert.deepEqual(ticksIn([-0.25, 0.25], 5).map(({ words }) => words), ["−0.2", "−0.1", "0.0", "0.1", "0.2"]);
  assert.deepEqual(ticksIn([0, 3600], 4).map(({ words }) => words), ["0", "1,000", "2,000", "3,000"]);
});

test("there are a handful of ticks whatever the range", () => {
  for (let power = -6; power < 7; power++) {
    for (const high of [1, 1.7, 3.2, 4.9, 7.3]) {
      const { length } = ticksIn([-0.3 * 10 ** power, high * 10 ** power], 5);
      assert.ok(length >= 2 && length <= 6, `${length} from ${high}e${power}`);
    }
  }
});

test("a scale maps both ranges onto the box, values upwards, and back to times within the range", () => {
  const { x, y, secondsAt } = panelScale({ left: 50, right: 250, top: 20, bottom: 120 }, [0, 10], [-2, 2]);
  assert.deepEqual([x(0), x(10), y(-2), y(2)], [50, 250, 120, 20]);
  assert.deepEqual([secondsAt(150), secondsAt(0), secondsAt(999)], [5, 0, 10]);
});
