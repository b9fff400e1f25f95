/** The pad's style. A host themes it with the custom properties on the left of each `var` fallback. */

export const PAD_STYLE = `
.latent-pad {
  --text: var(--pad-text, var(--st-text-color, light-dark(#1b2328, #f2f4f5)));
  --background: var(--pad-background, var(--st-background-color, light-dark(#ffffff, #0e1117)));
  --raised: var(--pad-raised, var(--st-secondary-background-color, light-dark(#f0f2f6, #262730)));
  --accent: var(--pad-accent, #e8308a);
  color: var(--text); background: var(--background); font: 14px/1.4 var(--st-font, system-ui, sans-serif);
  container-type: inline-size; position: relative;
}
.latent-pad * { box-sizing: border-box; }
.pad-frame { display: grid; grid-template-columns: minmax(0, 1fr) minmax(260px, 38%); gap: 16px; align-items: start; }
@container (max-width: 620px) { .pad-frame { grid-template-columns: minmax(0, 1fr); } }
.pad-map { position: relative; height: var(--pad-height, 560px); border-radius: 8px; overflow: hidden;
  background: var(--background); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--text) 25%, transparent); }
.pad-map canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
.pad-map canvas:last-of-type { touch-action: none; cursor: crosshair; }
.pad-map canvas:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; border-radius: 8px; }
.pad-zoom { position: absolute; right: 8px; top: 8px; display: flex; gap: 4px; }
.latent-pad button, .latent-pad select { font: inherit; color: inherit; background: var(--raised); cursor: pointer;
  border: 1px solid color-mix(in srgb, var(--text) 25%, transparent); border-radius: 6px; padding: 3px 9px; }
.latent-pad button:hover { border-color: var(--accent); }
.latent-pad button:focus-visible, .latent-pad input:focus-visible, .latent-pad select:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px; }
.pad-bar { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; margin: 8px 0 0; }
.pad-bar label { display: inline-flex; gap: 4px; align-items: center; cursor: pointer; }
.latent-pad input { accent-color: var(--accent); }
.pad-legend { display: flex; flex-wrap: wrap; gap: 4px; margin-top: 8px; }
.pad-legend button { display: inline-flex; gap: 6px; align-items: center; padding: 1px 9px; border-radius: 99px; }
.pad-legend button[aria-pressed="false"] { opacity: 0.45; text-decoration: line-through; }
.pad-legend i { width: 11px; height: 11px; border-radius: 50%; }
.pad-image { display: block; width: 100%; max-height: 380px; object-fit: contain; image-rendering: pixelated;
  border-radius: 8px; background: #000; }
.pad-readout { margin: 6px 0 8px; font-variant-numeric: tabular-nums; min-height: 2.8em; }
.pad-readout b { font-weight: 600; }
.pad-sliders { max-height: 420px; overflow-y: auto; padding: 2px; }
.pad-slider { display: grid; grid-template-columns: 1.8em minmax(0, 1fr) 3.4em; gap: 8px; align-items: center;
  margin-bottom: 8px; }
.pad-value { text-align: right; font-variant-numeric: tabular-nums; }
.pad-slider canvas { display: block; width: 100%; border-radius: 4px; background: #000; cursor: pointer; }
.pad-slider input { width: 100%; margin: 3px 0 0; display: block; }
.pad-spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;
