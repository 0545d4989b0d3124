// Keyboard: "?" shows the map, "/" and Ctrl K search, "n" makes new, "g" then a letter goes somewhere.
// An element names its key with data-key="n" (or "g h"); the map is written by the server.
import { closeOverlay } from "./overlay.js";

let first = "";
let timer = 0;

function isTyping(target) {
  return target.matches?.("input, textarea, select, [contenteditable=true], .cm-content") ?? false;
}

function press(node) {
  if (node.matches("input, textarea")) {
    node.focus();
    node.select?.();
  } else node.click();
}

function find(key) {
  return [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && one.getClientRects().length > 0);
}

document.addEventListener("keydown", (event) => {
  const isSearch = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  if (isSearch) {
    const box = find("/");
    if (box) {
      event.preventDefault();
      press(box);
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    const map = document.getElementById("keymap");
    map?.open ? map.close() : map?.showModal();
    return;
  }
  const key = first ? `${first} ${event.key}` : event.key;
  first = "";
  clearTimeout(timer);
  const node = find(key);
  if (node) {
    event.preventDefault();
    press(node);
  } else if (event.key === "g") {
    first = "g";
    timer = setTimeout(() => {
      first = "";
    }, 1200);
  }
});

document.addEventListener("click", (event) => {
  const map = document.getElementById("keymap");
  if (event.target.closest?.("[data-keymap]")) {
    closeOverlay();
    map?.showModal();
  } else if (event.target === map || (map?.open && event.target.closest?.("#keymap [data-close]"))) map.close();
});
