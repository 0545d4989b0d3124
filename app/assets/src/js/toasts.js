// Toasts: what happened, with its undo, for 8 seconds; waits under the pointer or the focus; three at most.
import { start, all } from "./start.js";

const LIFE = 8000;
const MOST = 3;

function live(node) {
  if (node.dataset.live) return;
  node.dataset.live = "1";
  let left = LIFE;
  let since = 0;
  let timer = 0;
  const stop = () => {
    clearTimeout(timer);
    left -= Date.now() - since;
  };
  const go = () => {
    since = Date.now();
    timer = setTimeout(() => node.remove(), Math.max(left, 1500));
  };
  for (const name of ["pointerenter", "focusin"]) node.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) node.addEventListener(name, go);
  node.addEventListener("click", (event) => {
    if (event.target.closest(".fl-toast__x")) node.remove();
  });
  if (!node.hasAttribute("data-stays")) go();
}

function tidy() {
  const shown = [...document.querySelectorAll("#toasts .fl-toast")];
  for (const old of shown.slice(0, Math.max(0, shown.length - MOST))) old.remove();
}

// A toast that the browser itself has to say. The server's own toasts arrive as HTML.
export function toast(text, { isError = false } = {}) {
  const mould = document.getElementById(isError ? "toast-error" : "toast-done");
  const box = document.getElementById("toasts");
  if (!mould || !box) return;
  const node = mould.content.firstElementChild.cloneNode(true);
  node.querySelector("[data-text]").textContent = text;
  box.append(node);
  live(node);
  tidy();
}

start((root) => {
  for (const node of all(root, ".fl-toast")) live(node);
  tidy();
});
