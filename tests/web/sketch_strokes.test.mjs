import assert from "node:assert/strict";
import { test } from "node:test";

import { createStrokes } from "../../vae_core/web/sketch_strokes.js";

const draw = (strokes, x) => {
  strokes.begin(x, 0, 0.1, false);
  strokes.extend(x, 1);
  strokes.end();
};
const seen = (strokes) => strokes.visible().map(({ points }) => points[0]);

test("strokes are taken back and brought again one by one", () => {
  const strokes = createStrokes();
  for (const x of [0.1, 0.2, 0.3]) draw(strokes, x);
  strokes.undo();
  strokes.undo();
  assert.deepEqual(seen(strokes), [0.1]);
  strokes.redo();
  assert.deepEqual(seen(strokes), [0.1, 0.2]);
  draw(strokes, 0.5);
  assert.equal(strokes.canRedo(), false);
  assert.deepEqual(seen(strokes), [0.1, 0.2, 0.5]);
});

test("clear is taken back like a stroke", () => {
  const strokes = createStrokes();
  draw(strokes, 0.1);
  strokes.clear();
  assert.deepEqual(seen(strokes), []);
  strokes.undo();
  assert.deepEqual(seen(strokes), [0.1]);
  strokes.redo();
  draw(strokes, 0.2);
  assert.deepEqual(seen(strokes), [0.2]);
});

test("an empty canvas has nothing to clear or take back", () => {
  const strokes = createStrokes();
  strokes.clear();
  strokes.undo();
  strokes.redo();
  assert.equal(strokes.canUndo(), false);
  assert.equal(strokes.canRedo(), false);
});

test("a stroke that turns out to be none leaves nothing behind", () => {
  const strokes = createStrokes();
  draw(strokes, 0.1);
  strokes.begin(0.2, 0, 0.1, false);
  strokes.cancel();
  strokes.cancel();
  assert.deepEqual(seen(strokes), [0.1]);
  assert.equal(strokes.extend(0.3, 0.3), false);
});

test("a place where the pen rests is kept once", () => {
  const strokes = createStrokes();
  strokes.begin(0.5, 0.5, 0.1, true);
  assert.equal(strokes.extend(0.5, 0.5), false);
  assert.equal(strokes.extend(0.6, 0.5), true);
  assert.deepEqual(strokes.visible()[0], { width: 0.1, erases: true, points: [0.5, 0.5, 0.6, 0.5] });
});
