/**
 * Colour scales that are even to the eye and safe for the colour-blind: straight lines through OKLab, at even steps.
 *
 * They run between blue and yellow, as cividis does (Nunez, Anderton & Renslow 2018), along which red-green colour
 * blindness takes little away; the more, the further from the background. OKLab is Ottosson's (2020). No DOM.
 */

/** @typedef {[number, number, number]} Triple */

const SCALES = {
  sequential: {
    light: [[0.97, 0, 0.03], [0.34, 0, -0.14]],
    dark: [[0.24, 0, -0.05], [0.93, 0, 0.13]],
  },
  // Blue for less, orange for more, and the background's lightness where there is neither.
  diverging: {
    light: [[0.55, -0.02, -0.13], [0.97, 0, 0], [0.6, 0.08, 0.11]],
    dark: [[0.6, -0.03, -0.12], [0.22, 0, 0], [0.7, 0.07, 0.11]],
  },
};

/** @param {Triple} lab  OKLab. @returns {Triple} sRGB, 0 to 255; a colour that a screen has not is clipped. */
export function rgbOf([lightness, a, b]) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((linear) => {
    const bent = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, Math.max(0, bent)));
  });
}

/** @param {"sequential"|"diverging"} kind @param {boolean} dark @param {number} share  0 to 1. @returns {Triple} */
export function colourAt(kind, dark, share) {
  const corners = SCALES[kind][dark ? "dark" : "light"];
  const along = Math.min(1, Math.max(0, share)) * (corners.length - 1);
  const from = Math.min(corners.length - 2, Math.floor(along)), part = along - from;
  return rgbOf(corners[from].map((value, k) => value + part * (corners[from + 1][k] - value)));
}
