/** When Python may be asked to draw again: not twice for the same thing, and never by a page that is being left. */

const ASK_AGAIN_MILLISECONDS = 3000;
// Streamlit goes back to the page that asks last. Its pages are left by links.
const LEAVING_MILLISECONDS = 3000;

function createAsking(signal) {
  let asked = null, askedAt = -Infinity, leftAt = -Infinity;
  const isLink = (part) => part.tagName === "A";
  const onClick = (event) => event.composedPath().some(isLink) && (leftAt = performance.now());
  document.addEventListener("click", onClick, { capture: true, signal });
  return {
    /** Tell whether to ask for `wanted` now, which then counts as asked for. */
    may(wanted) {
      const now = performance.now(), isAsked = wanted === asked && now - askedAt < ASK_AGAIN_MILLISECONDS;
      if (isAsked || now - leftAt < LEAVING_MILLISECONDS) return false;
      [asked, askedAt] = [wanted, now];
      return true;
    },
  };
}
