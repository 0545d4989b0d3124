// `start(fn)` runs fn(root) for the page now and for each piece of page that htmx brings later.
import htmx from "htmx.org";

export function start(work) {
  const run = () => work(document.body);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run, { once: true });
  else run();
  htmx.onLoad((root) => {
    if (root !== document.body) work(root);
  });
}

// Matching elements of a piece, the piece itself included.
export function all(root, selector) {
  const found = [...root.querySelectorAll(selector)];
  if (root.matches?.(selector)) found.unshift(root);
  return found;
}
