/**
 * Keeps this browser's token in a cookie, so that the next session here finds the runs of this one.
 *
 * A cookie that was there first wins: another tab may have opened at the same moment, or a proxy may keep cookies from
 * the server. Python is told of it when the element is new; later on, a tab stays with the token that it has.
 */

const YEAR = 365 * 24 * 3600;
const known = new WeakSet();

export default function ({ data, parentElement, setStateValue }) {
  const begin = `${data.name}=`;
  const found = document.cookie.split("; ").find((part) => part.startsWith(begin))?.slice(begin.length) ?? "";
  if (found === data.token || !/^[0-9a-f]{32}$/.test(found)) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${begin}${data.token}; Path=/; Max-Age=${YEAR}; SameSite=Strict${secure}`;
  } else if (!known.has(parentElement)) {
    setStateValue("token", found);
  }
  known.add(parentElement);
}
