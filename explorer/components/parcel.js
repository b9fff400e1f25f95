/** Fetches what `explorer.parcels` has waiting; its reader is joined before this. */

const TRY_AGAIN_MILLISECONDS = 1000;

/**
 * Try until it is there, since a server may be away for a moment.
 *
 * @param {() => string} address  Asked before each try: another server has it at another address.
 * @param {AbortSignal} signal
 * @param {(isLost: boolean) => void} onTrouble  After a try that failed: the server does not have it (any more), or does
 *   not answer.
 * @returns {Promise<{about: object, arrays: object}|null>}  Null when it was aborted.
 */
async function fetchParcel(address, signal, onTrouble) {
  while (!signal.aborted) {
    const response = await fetch(address(), { signal }).catch(() => null);
    // A proxy may answer with a page of its own.
    const isParcel = response?.ok && response.headers.get("content-type") === "application/octet-stream";
    const body = isParcel ? await response.arrayBuffer().catch(() => null) : null;
    if (signal.aborted) break;
    if (body) return readPacked(body);
    onTrouble(response?.status === 204);
    await new Promise((done) => setTimeout(done, TRY_AGAIN_MILLISECONDS));
  }
  return null;
}

/** @param {boolean} isLost @returns {string} What to say meanwhile. */
const troubleIn = (isLost) => (isLost ? "Asking the server once more." : "The server does not answer. Trying again.");
