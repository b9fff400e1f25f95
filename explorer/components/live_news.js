/** Puts the arrays of a run's news, whose reader is joined before this, where they belong. */

/** @param {ArrayBuffer} buffer @returns {object} What `explorer.live` told. */
function readNews(buffer) {
  const { about: news, arrays } = readPacked(buffer);
  for (const [name, model] of Object.entries(news.models ?? {})) {
    const of = (part) => arrays[`${name}.${part}`] ?? null;
    Object.assign(model, { w: of("w"), points: { mu: of("mu"), logvar: of("logvar"), labels: of("labels") } });
  }
  news.curves?.panels.forEach(({ lines }, n) => lines.forEach((line, k) => (line.points = arrays[`${n}.${k}`])));
  return news;
}
