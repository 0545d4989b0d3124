// Requests: htmx set up for a strict content policy, the CSRF header, the loading bar, where the focus
// goes, and what an answer that is no success does.
import htmx from "htmx.org";
import { word } from "./words.js";
import { toast } from "./toasts.js";

window.htmx = htmx;
Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  includeIndicatorStyles: false,
  disableInheritance: true, // each element says all it wants itself; htmx 4 reads the same markup
  historyCacheSize: 0, // no copies of people's data in localStorage
  refreshOnHistoryMiss: true,
  scrollBehavior: "instant",
  defaultSettleDelay: 0,
  attributesToSettle: ["class"], // settling a style attribute would be an inline style
  timeout: 60_000,
  // The server words every refusal: it is swapped where the success would have gone, or, for what has
  // no place on the page, it says HX-Retarget: #toasts itself.
  responseHandling: [
    { code: "204", swap: false },
    { code: "286", swap: true },
    { code: "[234]..", swap: true },
    { code: "...", swap: true, error: true },
  ],
});

function token() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

// For modules that fetch JSON themselves.
export function send(url, options = {}) {
  return fetch(url, {
    credentials: "same-origin",
    ...options,
    headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch", ...options.headers },
  });
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
});

let running = 0;
function show(change) {
  running = Math.max(0, running + change);
  document.getElementById("progress")?.classList.toggle("is-on", running > 0);
}
document.addEventListener("htmx:beforeRequest", () => show(1));
document.addEventListener("htmx:afterRequest", () => show(-1));

for (const [name, text] of [["htmx:sendError", "offline"], ["htmx:timeout", "slow"]]) {
  document.addEventListener(name, () => toast(word(text), { isError: true }));
}

// A sign-in that ended meanwhile answers 401: the whole page goes to the sign-in and comes back.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 401) {
    event.detail.shouldSwap = false;
    const here = location.pathname + location.search;
    location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
  }
});

// After a boosted page the focus starts where a new page's would, and the title is read out.
document.addEventListener("htmx:afterSettle", (event) => {
  const { target, requestConfig } = event.detail;
  if (target === document.body && requestConfig?.boosted) {
    const main = document.getElementById("main");
    main?.focus({ preventScroll: true });
    const live = document.getElementById("announce");
    if (live) live.textContent = document.title;
  } else if (target) {
    const wanted = target.querySelector?.("[autofocus], .fl-errsum");
    if (wanted && !target.closest("dialog")) wanted.focus();
  }
});

// The focus survives a swap: htmx gives it back to the element with the same id; where that is gone it
// goes to the swapped part itself instead of falling to the top of the page.
let focused = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  focused = target?.contains?.(document.activeElement) ? target.id : null;
});
document.addEventListener("htmx:afterSettle", () => {
  const home = focused && document.activeElement === document.body ? document.getElementById(focused) : null;
  if (home) {
    home.tabIndex = -1;
    home.focus({ preventScroll: true });
  }
  focused = null;
});

// An ordinary form is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.sent === "1") {
    if (form.dataset.sent === "1") event.preventDefault();
    return;
  }
  if (form.method === "post" && !form.hasAttribute("hx-post")) {
    const button = event.submitter ?? form.querySelector('[type="submit"]');
    setTimeout(() => button?.classList.add("is-sending"));
  }
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(".is-sending")) button.classList.remove("is-sending");
});
document.addEventListener("htmx:afterRequest", () => {
  for (const button of document.querySelectorAll(".is-sending")) button.classList.remove("is-sending");
});
