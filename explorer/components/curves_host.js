/** Puts curves, whose script is joined before this, into a Streamlit element: given ones, or those of a live run. */

const CURVES_MILLISECONDS = 2000;
const charts = new WeakMap();

export default function ({ data, parentElement }) {
  const chart = charts.get(parentElement) ?? createChart(parentElement, data);
  charts.set(parentElement, chart);
  chart.update(data);
  return () => {
    chart.stop();
    charts.delete(parentElement);
  };
}

function createChart(parentElement, { mark }) {
  const host = parentElement.appendChild(document.createElement("div"));
  const curves = createCurves(host, { mark });
  let data = null, shown = null, due = 0, later = 0;

  function draw() {
    const found = data.content ?? globalThis[Symbol.for("latent-explorer")]?.runs?.get(data.name);
    clearTimeout(later);
    if (!found || found === shown) return;
    const wait = due - performance.now();
    if (wait > 0) {
      later = setTimeout(draw, wait);
      return;
    }
    due = performance.now() + CURVES_MILLISECONDS;
    shown = found;
    curves.show(found);
  }

  globalThis.addEventListener("latent-explorer.model", draw);
  return {
    update(given) {
      data = given;
      draw();
    },
    stop() {
      clearTimeout(later);
      globalThis.removeEventListener("latent-explorer.model", draw);
      curves.destroy();
    },
  };
}
