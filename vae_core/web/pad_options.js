/** What the host gave, checked and with its defaults, and what follows from it. */

import { createPadDecoder } from "./pad_decoders.js";

// Petroff (2021), "Accessible color sequences for data visualization", as on every page.
export const PAD_COLOURS = [
  "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
];
const UNLABELLED = [127, 138, 148];

/**
 * @typedef {object} About  A pad's options in the form that its modules use.
 * @property {import("./pad_decoders.js").PadDecoder} decoder
 * @property {number} d
 * @property {number} count
 * @property {Float32Array} mu  [N, d]
 * @property {Float32Array|null} logvar  [N, d]
 * @property {ArrayLike<number>|null} labels  [N]
 * @property {string[]} names
 * @property {number} classCount
 * @property {string[]} hexes
 * @property {Array<[number, number, number]>} colours  Those of hexes, and one for points without a class.
 * @property {Uint8Array} tints  [N], indices into colours
 * @property {(row: number) => string} nameOf
 * @property {number} limit
 * @property {Float64Array} centre  [d]
 * @property {{mean: Float64Array, factor: Float64Array}|null} draw
 * @property {number[]} order  A permutation of the dimensions.
 * @property {string[]} told  A title a dimension, or "".
 * @property {"map"|"image"|"small"|"slide"} layout
 * @property {boolean} hasPrior
 * @property {string|null} notice
 * @property {{sprite: string, columns: number, rows: Int32Array}|null} thumbnails
 * @property {string} label
 * @property {boolean} hasFields  Whether the host offers fields to colour the map by.
 */

/**
 * @param {import("./latent_pad.js").PadOptions} options
 * @returns {About}
 * @throws {import("./layer_program.js").ProgramError} If the decoder can't run here.
 */
export function readOptions(options) {
  const decoder = createPadDecoder(options);
  const d = decoder.latentDim;
  const { mu } = options.points;
  const count = Math.floor(mu.length / d);
  const logvar = options.points.logvar?.length >= count * d ? options.points.logvar : null;
  const order = Array.from(options.order ?? []);
  const isOrder = order.length === d && order.every((k) => k >= 0 && k < d) && new Set(order).size === d;
  return {
    decoder, d, count, mu, logvar,
    ...readClasses(options, count),
    limit: options.limit > 0 && Number.isFinite(options.limit) ? options.limit : 4,
    centre: numbers(options.centre, d) ?? new Float64Array(d),
    draw: readDraw(options.draw, d),
    order: isOrder ? order : Array.from({ length: d }, (_, k) => k),
    told: Array.from({ length: d }, (_, k) => String(options.told?.[k] ?? "")),
    layout: ["image", "small", "slide"].includes(options.layout) ? options.layout : "map",
    hasPrior: options.hasPrior ?? true,
    notice: options.notice ?? null,
    thumbnails: readThumbnails(options.thumbnails, count),
    label: options.label ?? "Latent space",
    hasFields: Boolean(options.hasFields),
  };
}

function readClasses({ points, classNames, colours: given }, count) {
  const labels = points.labels?.length >= count ? points.labels : null;
  const names = classNames ?? [];
  const classCount = labels ? Math.max(names.length, 1 + labels.reduce((a, b) => Math.max(a, b), -1)) : 0;
  const hexes = given?.length ? given : PAD_COLOURS;
  const colours = [...hexes.map((hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16))), UNLABELLED];
  const tintOf = (n) => (labels?.[n] >= 0 ? labels[n] % hexes.length : labels ? hexes.length : 0);
  const tints = Uint8Array.from({ length: count }, (_, n) => tintOf(n));
  const nameOf = (row) => {
    if (!labels) return `image ${row + 1}`;
    return labels[row] < 0 ? "no class" : (names[labels[row]] ?? `class ${labels[row]}`);
  };
  return { labels, names, classCount, hexes, colours, tints, nameOf };
}

function readDraw(draw, d) {
  const mean = numbers(draw?.mean, d), factor = numbers(draw?.factor, d * d);
  return mean && factor ? { mean, factor } : null;
}

function readThumbnails(given, count) {
  if (!given || typeof given.sprite !== "string" || !(given.columns > 0) || !given.rows?.length) return null;
  return Array.from(given.rows).every((row) => row >= 0 && row < count) ? given : null;
}

/** @returns {Float64Array|null} `given` if it is `length` finite numbers. */
export function numbers(given, length) {
  if (given?.length !== length || typeof given === "string") return null;
  return Array.from(given).every(Number.isFinite) ? Float64Array.from(given) : null;
}
