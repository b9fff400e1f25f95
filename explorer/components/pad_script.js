/** Brings the pad's script, which is joined before this, once; views of models find it beside the models. */

export default function () {
  const here = (globalThis[Symbol.for("latent-explorer")] ??= { models: new Map(), groups: new Map() });
  here.createLatentPad = createLatentPad;
  globalThis.dispatchEvent(new Event("latent-explorer.model"));
}
