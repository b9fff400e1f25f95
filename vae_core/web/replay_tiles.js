/** The decoded tiles of a replay: inflated in the background, drawn on two canvases. */

/**
 * @param {import("./replay.js").ReplayOptions} options
 * @param {{grid: HTMLCanvasElement, strip: HTMLCanvasElement}} canvases
 * @param {() => void} onReady  Another moment can be drawn.
 */
export function createTiles(options, { grid, strip }, onReady) {
  const { tiles, ends, tile, side, copies, originals } = options;
  const [, height, width] = tile;
  const inflated = ends.map(() => null);
  const columns = originals ? 2 : 1;
  [grid.width, grid.height] = [side * (width + 1) - 1, side * (height + 1) - 1];
  [strip.width, strip.height] = [columns * (width + 1) - 1, Math.max(0, copies * (height + 1) - 1)];
  inflateAll();

  // The last first: it is what is shown first.
  async function inflateAll() {
    for (let k = ends.length - 1; k >= 0; k--) {
      inflated[k] = await inflate(tiles.slice(k ? ends[k - 1] : 0, ends[k]));
      onReady();
    }
  }

  return {
    draw(k) {
      if (!inflated[k]) return;
      const gridPicture = new ImageData(grid.width, grid.height);
      for (let n = 0; n < side * side; n++) {
        paintTile(gridPicture, inflated[k], n, n % side, Math.floor(n / side), options);
      }
      grid.getContext("2d").putImageData(gridPicture, 0, 0);
      if (!copies) return;
      const stripPicture = new ImageData(strip.width, strip.height);
      for (let n = 0; n < copies; n++) {
        if (originals) paintTile(stripPicture, originals, n, 0, n, options);
        paintTile(stripPicture, inflated[k], side * side + n, columns - 1, n, options);
      }
      strip.getContext("2d").putImageData(stripPicture, 0, 0);
    },
  };
}

/** Paint the n-th of some tiles into a cell of a picture whose cells are a pixel apart. */
function paintTile(picture, values, n, column, row, { tile: [channels, height, width], levels }) {
  const size = height * width, first = n * channels * size;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = first + y * width + x;
      const to = 4 * ((row * (height + 1) + y) * picture.width + column * (width + 1) + x);
      for (let c = 0; c < 3; c++) {
        picture.data[to + c] = (values[from + (channels === 3 ? c * size : 0)] * 255) / levels;
      }
      picture.data[to + 3] = 255;
    }
  }
}

/** @param {Uint8Array} bytes  In the zlib format. @returns {Promise<Uint8Array>} */
async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
