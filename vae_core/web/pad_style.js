/** The pad's style. A host themes it with the custom properties on the left of each `var` fallback. */

// Where the nearest images stand beside the image instead of under it; the read-out then says what they are.
const BESIDE = (layout, condition) => `@container ${condition} {
  ${layout} .pad-figure { flex-direction: row; }
  ${layout} .pad-picture { flex: 0 1 auto; height: 100%; aspect-ratio: var(--aspect); }
  ${layout} .pad-near { flex: 0 0 58px; }
  ${layout} .pad-near-title { display: none; }
  ${layout} .pad-near-list { flex-direction: column; gap: 4px; }
  ${layout} .pad-near-image { flex: 0 0 auto; padding: 0 7px; }
}`;

// From a container's width of 860 px on, three things fit side by side; below 620 px they stack.
export const PAD_STYLE = `
.latent-pad {
  --text: var(--pad-text, var(--st-text-color, light-dark(#1b2328, #f2f4f5)));
  --background: var(--pad-background, var(--st-background-color, light-dark(#ffffff, #0e1117)));
  --raised: var(--pad-raised, var(--st-secondary-background-color, light-dark(#f0f2f6, #262730)));
  --accent: var(--pad-accent, #e8308a);
  --type: var(--pad-type, 1);
  --line: color-mix(in srgb, var(--text) 22%, transparent);
  --quiet: color-mix(in srgb, var(--text) 72%, transparent);
  color: var(--text); background: var(--background); font: calc(15px * var(--type))/1.35 var(--st-font, system-ui, sans-serif);
  container-type: inline-size; position: relative; transition: color 1ms, background-color 1ms;
}
.latent-pad *, .pad-help { box-sizing: border-box; }
.latent-pad [hidden] { display: none !important; }
.pad-frame { display: grid; gap: 12px 18px; height: var(--pad-height, 632px); }
.pad-chart, .pad-view, .pad-dials, .pad-keys { min-width: 0; min-height: 0; display: flex; flex-direction: column; gap: 8px; }

.pad-as-map { grid-template: "chart view" minmax(0, 1fr) "chart dials" fit-content(190px) / minmax(0, 1.3fr) minmax(0, 1fr); }
.pad-as-image { grid-template: "dials view chart" minmax(0, 1fr) / minmax(0, 1fr) minmax(0, 1.3fr) minmax(0, 0.95fr); }
.pad-chart { grid-area: chart; }
.pad-view { grid-area: view; }
.pad-dials { grid-area: dials; }

.pad-map { position: relative; flex: 1 1 0; min-height: 180px; border-radius: 8px; overflow: hidden;
  background: var(--background); box-shadow: inset 0 0 0 1px var(--line); }
.pad-as-image .pad-map { flex: 0 1 auto; aspect-ratio: 1; }
.pad-map canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
.pad-map canvas:last-of-type { touch-action: none; cursor: crosshair; }
.pad-map canvas:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; border-radius: 8px; }
.pad-tools { position: absolute; right: 8px; top: 8px; display: flex; gap: 6px; }
.pad-selected { position: absolute; left: 44px; bottom: 30px; padding: 2px 10px; border-radius: 6px; font-weight: 600;
  font-variant-numeric: tabular-nums; color: var(--background); background: var(--text); pointer-events: none; }
.pad-selected:empty { display: none; }
.pad-choices { display: flex; border-radius: 6px; background: var(--background); }
.latent-pad .pad-choices button { border-radius: 0; margin-left: -1px; }
.latent-pad .pad-choices button:first-child { border-radius: 6px 0 0 6px; margin-left: 0; }
.latent-pad .pad-choices button:last-child { border-radius: 0 6px 6px 0; }
.pad-as-image .pad-tools, .pad-as-image .pad-choices { flex-direction: column; }
.latent-pad .pad-as-image .pad-choices button { margin: -1px 0 0; }
.latent-pad .pad-as-image .pad-choices button:first-child { border-radius: 6px 6px 0 0; }
.latent-pad .pad-as-image .pad-choices button:last-child { border-radius: 0 0 6px 6px; }

.latent-pad button, .latent-pad select { font: inherit; color: inherit; background: var(--raised); cursor: pointer;
  border: 1px solid var(--line); border-radius: 6px; padding: 3px 10px; min-height: 30px; }
.latent-pad button:hover:enabled { border-color: var(--accent); }
.latent-pad button:disabled { opacity: 0.4; cursor: default; }
.latent-pad button:focus-visible, .latent-pad input:focus-visible, .latent-pad select:focus-visible,
.latent-pad summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; z-index: 1; }
.latent-pad .pad-icon { width: 32px; padding: 0; display: inline-grid; place-items: center; }
.latent-pad .pad-tools .pad-icon { width: 28px; min-height: 28px; }
.pad-choices button[aria-pressed="true"] { background: var(--text); color: var(--background); }
.pad-bar { padding: 0 2px; }
.pad-bar, .pad-actions { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; }
.pad-bar { font-size: calc(14px * var(--type)); gap: 2px 11px; }
.pad-actions { gap: 6px; }
.pad-bar label { display: inline-flex; gap: 5px; align-items: center; cursor: pointer; min-height: 24px; }
.pad-bar select { max-width: min(13em, 100%); }
.latent-pad input { accent-color: var(--accent); margin: 0; }
.pad-heat { display: flex; gap: 12px; align-items: flex-start; font-size: calc(13px * var(--type)); line-height: 1.25; }
.pad-heat-scale { flex: 0 0 172px; }
.pad-heat-scale canvas { display: block; width: 100%; height: 11px; border-radius: 3px; box-shadow: 0 0 0 1px var(--line); }
.pad-heat-ticks { display: flex; justify-content: space-between; font-variant-numeric: tabular-nums; margin-top: 1px; }
.pad-heat-words { min-width: 0; }
.pad-legend { display: flex; flex-wrap: wrap; gap: 4px; }
.latent-pad .pad-legend button { display: inline-flex; gap: 6px; align-items: center; padding: 0 10px; border-radius: 99px;
  min-height: 26px; }
.pad-legend button[aria-pressed="false"] { opacity: 0.45; text-decoration: line-through; }
.pad-legend i { width: 11px; height: 11px; border-radius: 50%; }

.pad-figure { flex: 1 1 0; min-height: 150px; display: flex; flex-direction: column; gap: 10px; }
.pad-picture { flex: 1 1 0; min-height: 0; min-width: 0; container-type: size; display: grid; place-items: start; }
.pad-image { display: block; width: min(100cqw, 100cqh * var(--aspect)); aspect-ratio: var(--aspect);
  image-rendering: pixelated; border-radius: 8px; background: #000; transition: opacity 0.15s; }
.pad-stale { opacity: 0.55; }
.pad-readout { font-size: calc(17px * var(--type)); font-variant-numeric: tabular-nums; min-height: 2.7em; }
.pad-readout b { font-weight: 600; }
.pad-nearest { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.pad-notice { font-size: calc(12px * var(--type)); color: var(--quiet); }
.pad-near-title { font-size: calc(13px * var(--type)); color: var(--quiet); margin-bottom: 3px; }
.pad-near-list { display: flex; gap: 6px; }
.latent-pad .pad-near-image { flex: 0 1 64px; min-width: 0; display: grid; gap: 1px; padding: 0; border: 0;
  background: none; font-size: calc(13px * var(--type)); line-height: 1.2; text-align: center; }
.pad-near-image canvas { width: 100%; aspect-ratio: 1; object-fit: contain; background: #000; border-radius: 5px;
  border-bottom: 5px solid var(--line); image-rendering: pixelated; }
.pad-near-image span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.pad-near-image:hover canvas { box-shadow: 0 0 0 2px var(--accent); }

.pad-sliders { overflow-y: auto; min-height: 0; padding: 2px; scrollbar-width: thin; }
.pad-slider { display: grid; grid-template: "name body" auto "value body" auto / 3.1em minmax(0, 1fr); column-gap: 8px;
  align-content: center; margin-bottom: 7px; }
.pad-slider label { font-weight: 600; font-size: calc(17px * var(--type)); line-height: 1.3; align-self: end; }
.pad-slider-made { grid-template: "name name" auto "value body" auto / 3.1em minmax(0, 1fr); }
.pad-slider-made label { grid-area: name; font-size: calc(15px * var(--type)); }
.pad-slider-made .pad-value { grid-area: value; }
.pad-slider-body { grid-area: body; }
.pad-value { font-variant-numeric: tabular-nums; }
.pad-slider canvas { display: block; width: 100%; border-radius: 4px; background: #000; cursor: pointer; }
.pad-slider input { width: 100%; margin: 2px 0 0; display: block; }
.pad-rest summary { cursor: pointer; padding: 4px 0; }

.pad-help { color: var(--text); background: var(--background); border: 1px solid var(--line); border-radius: 10px;
  padding: 18px 22px; max-width: min(92vw, 560px); font: inherit; }
.pad-help::backdrop { background: rgb(0 0 0 / 0.35); }
.pad-help dl { display: grid; grid-template-columns: auto 1fr; gap: 6px 18px; margin: 0 0 14px; }
.pad-help dt { font-weight: 600; }
.pad-help dd { margin: 0; }
.pad-spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@container (min-width: 860px) {
  .pad-as-map .pad-figure { max-height: calc((100cqi - 18px) / 2.3); }
  .pad-as-map .pad-has-near { max-height: calc((100cqi - 18px) / 2.3 - 68px); }
  .pad-as-image .pad-figure { max-height: calc((100cqi - 36px) * 0.4); }
  .pad-as-image .pad-has-near { max-height: calc((100cqi - 36px) * 0.4 + 110px); }
}
${BESIDE(".pad-as-map", "(min-width: 860px)")}
${BESIDE(".pad-as-image", "(min-width: 620px) and (max-width: 859px)")}
@container (max-width: 859px) {
  .latent-pad button { padding: 3px 8px; }
  .latent-pad .pad-actions { font-size: calc(14px * var(--type)); gap: 4px; }
  .latent-pad .pad-legend { font-size: calc(14px * var(--type)); }
  .latent-pad .pad-legend button { padding: 0 7px; gap: 4px; }
}
@container (min-width: 620px) and (max-width: 859px) {
  .pad-as-image { grid-template: "dials view" minmax(0, 1fr) "map view" 70px "map keys" auto / minmax(0, 1fr) minmax(0, 1.2fr); }
  .pad-as-image .pad-chart { display: contents; }
  .pad-as-image .pad-map { grid-area: map; min-height: 230px; aspect-ratio: auto; }
  .pad-as-image .pad-keys { grid-area: keys; }
  .pad-as-map .pad-figure { max-height: calc((100cqi - 18px) / 2.3); }
  .pad-as-map .pad-has-near { max-height: calc((100cqi - 18px) / 2.3 + 100px); }
  .pad-as-image .pad-figure { max-height: calc((100cqi - 18px) * 0.545); }
  .pad-as-image .pad-has-near { max-height: calc((100cqi - 18px) * 0.545 - 68px); }
}
@container (max-width: 619px) {
  .pad-frame { height: auto; grid-template: "chart" auto "view" auto "dials" auto / minmax(0, 1fr); }
  .pad-as-image { grid-template: "view" auto "dials" auto "chart" auto / minmax(0, 1fr); }
  .pad-map, .pad-as-image .pad-map { flex: none; height: min(100cqi, 460px); aspect-ratio: auto; }
  .pad-figure { flex: none; }
  .pad-picture { flex: none; height: min(100cqi, 320px); }
}
.pad-as-small { height: auto; grid-template: "map" auto "view" auto "keys" auto / minmax(0, 1fr); }
.pad-as-small .pad-chart { display: contents; }
.pad-as-small .pad-map { grid-area: map; height: min(100cqi, 290px); }
.pad-as-small .pad-keys { grid-area: keys; }
.pad-as-small .pad-picture { flex: none; height: 190px; place-items: center; }
.pad-as-small .pad-figure { flex: none; }
.pad-as-small .pad-dials, .pad-as-small .pad-near, .pad-as-small .pad-actions { display: none; }
.pad-as-slide { grid-template: "map" minmax(0, 1fr) "keys" auto "view" 34% / minmax(0, 1fr); height: var(--pad-slide-height, 632px); }
.pad-as-slide .pad-chart { display: contents; }
.pad-as-slide .pad-map { grid-area: map; height: auto; }
.pad-as-slide .pad-view { display: grid; grid-template: "figure readout" minmax(0, 1fr) / auto minmax(0, 1fr); gap: 20px; }
.pad-as-slide .pad-figure { grid-area: figure; min-height: 0; aspect-ratio: var(--aspect); }
.pad-as-slide .pad-picture { flex: 1 1 0; height: auto; }
.pad-as-slide .pad-readout { grid-area: readout; align-self: center; }
.pad-as-slide .pad-nearest { white-space: normal; }
.pad-as-slide :is(.pad-dials, .pad-near, .pad-actions, .pad-tools, .pad-bar, .pad-legend) { display: none; }
@container (min-width: 800px) {
  .pad-as-slide { grid-template: "map view" minmax(0, 1fr) "keys view" auto / minmax(0, 1.35fr) minmax(0, 1fr); }
  .pad-as-slide .pad-view { display: flex; gap: 12px; }
  .pad-as-slide .pad-figure { flex: 1 1 0; aspect-ratio: auto; max-height: calc((100cqi - 18px) / 2.35); }
  .pad-as-slide .pad-readout { align-self: start; }
}
@container (max-width: 420px) {
  .pad-as-slide .pad-view { grid-template: "figure" minmax(0, 1fr) "readout" auto / minmax(0, 1fr); gap: 8px; }
  .pad-as-slide .pad-figure { aspect-ratio: auto; }
  .pad-as-slide .pad-nearest { display: none; }
  .pad-as-slide .pad-readout { min-height: 0; }
}
@media (prefers-reduced-motion: reduce) { .pad-image { transition: none; } }
`;
