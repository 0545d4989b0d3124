// The form designer: selecting, saving as one types, the panes on both sides, and its keys. Dragging is in
// drag.js. Everything here only hurries along what the page's plain forms and links do by themselves.
import htmx from "htmx.org";
import Sortable from "sortablejs";
import { installDrag } from "./drag.js";
import { installKeys } from "./keys.js";
import { mark, reveal, root, selectedField, selectedId, word } from "./state.js";

let isInstalled = false;
let isListOpen = false;

export function mount(node) {
  node.setAttribute("hx-sync", "this:queue all");
  node.classList.add("is-live");
  panels();
  if (isInstalled) return;
  isInstalled = true;
  installDrag();
  installKeys();
  document.addEventListener("htmx:configRequest", addState);
  document.addEventListener("htmx:beforeRequest", showSaving);
  document.addEventListener("htmx:afterRequest", afterRequest);
  document.addEventListener("htmx:afterSettle", settle);
  document.addEventListener("click", click);
  document.addEventListener("input", searchTiles);
  document.addEventListener("change", pickColour);
}

function isEdit(path) {
  const box = root();
  return box && path && (path === box.dataset.edits || path === box.dataset.undo || path === box.dataset.redo || path.includes("/expressions/"));
}

// Every edit says the newest revision and what is selected; the page's hidden fields may be older.
function addState(event) {
  const { path, parameters, verb } = event.detail;
  if (verb === "get" || !isEdit(path)) return;
  const revision = document.getElementById("draft-state")?.dataset.revision;
  if (revision) parameters.revision = revision;
  if (!parameters.selected && !path.includes("/expressions/")) parameters.selected = selectedField();
  if (parameters.do === "add" && !parameters.section && !parameters.within) parameters.after = selectedField();
}

function showSaving(event) {
  if (!isEdit(event.detail.requestConfig?.path) || event.detail.requestConfig.verb === "get" || /check|try$/.test(event.detail.requestConfig.path)) return;
  const text = document.querySelector("#draft-state span");
  if (text) text.textContent = word("saving");
}

function afterRequest(event) {
  const { xhr, requestConfig } = event.detail;
  if (!isEdit(requestConfig?.path) || requestConfig.verb === "get") return;
  const state = document.getElementById("draft-state");
  const text = state?.querySelector("span");
  state?.classList.toggle("is-failed", !event.detail.successful);
  if (!event.detail.successful && text) text.textContent = word(xhr?.status ? "lost" : "failed");
  if (xhr?.status === 0) retry(requestConfig);
}

// The server was not reached: the same edit again, three times, a little later each time.
function retry(config) {
  const times = Number(config.parameters?.retried ?? 0);
  if (times >= 3 || !root()) return;
  setTimeout(() => htmx.ajax("POST", config.path, { source: root(), target: root(), swap: "none", values: { ...Object.fromEntries(config.formData ?? []), retried: times + 1 } }), 1500 * (times + 1));
}

function settle(event) {
  if (!root()) return;
  panels();
  document.getElementById("problems")?.classList.toggle("is-open", isListOpen); // an edit swapped the list
  const { target } = event.detail;
  if (target?.id === "props" || document.getElementById("props")?.contains(target)) mark(selectedId());
}

// The panel was swapped, by a link or by an edit.
let last = "";
function panels() {
  const props = document.getElementById("props");
  if (!props) return;
  const id = selectedId();
  const isOpen = id !== "" && id !== last;
  if (id !== last) {
    last = id;
    mark(id);
    reveal(id);
  }
  if (isOpen && matchMedia("(max-width: 767.98px)").matches) props.classList.add("is-open");
  if (isOpen) document.getElementById("palette")?.classList.remove("is-open");
  for (const list of document.querySelectorAll("[data-options]")) options(list);
}

function options(list) {
  if (list.dataset.mounted) return;
  list.dataset.mounted = "1";
  Sortable.create(list, {
    handle: "[data-option-grip]",
    draggable: "[data-id]",
    animation: 120,
    forceFallback: true,
    fallbackTolerance: 4,
    onEnd(event) {
      if (event.oldIndex === event.newIndex) return;
      const order = list.closest("fieldset").querySelector("[data-order]");
      order.value = [...list.children].map((one) => one.dataset.id).join(",");
      order.dispatchEvent(new Event("change", { bubbles: true }));
    },
  });
}

function pickColour(event) {
  const input = event.target.closest?.(".fl-des-colors input");
  const box = input?.closest("details");
  if (!box) return;
  box.querySelector("summary").className = `fl-des-dot fl-c-${input.value}`;
  box.open = false;
}

function click(event) {
  if (!root()) return;
  const { target } = event;
  const tab = target.closest("[data-tab]");
  if (tab && tab.closest("#palette")) {
    event.preventDefault();
    event.stopPropagation();
    showTab(tab);
  }
  const device = target.closest("[data-device-to]");
  if (device) {
    event.preventDefault();
    event.stopPropagation();
    root().dataset.device = device.dataset.deviceTo;
    for (const one of device.parentElement.children) one.toggleAttribute("aria-current", one === device);
  }
  const link = target.closest("[data-goto]");
  if (link) setTimeout(() => reveal(link.dataset.goto));
  if (target.closest("[data-problems]")) {
    event.preventDefault();
    const list = document.getElementById("problems");
    isListOpen = list.querySelector("li") !== null && !list.classList.contains("is-open");
    list.classList.toggle("is-open", isListOpen);
    if (isListOpen) list.focus();
  }
  if (target.closest("[data-close-problems]")) {
    isListOpen = false;
    document.getElementById("problems").classList.remove("is-open");
  }
  if (target.closest("[data-dismiss]")) document.getElementById("refused").replaceChildren();
  if (target.closest("[data-open-palette]")) {
    event.preventDefault();
    document.getElementById("palette").classList.add("is-open");
  }
  if (target.closest("[data-close-palette]")) document.getElementById("palette").classList.remove("is-open");
  if (target.closest("[data-close-props], [data-hide-props]")) document.getElementById("props").classList.remove("is-open");
  if (target.closest("[data-form-settings]")) document.getElementById("props").classList.add("is-open");
}

function showTab(tab) {
  for (const one of tab.parentElement.querySelectorAll("[data-tab]")) {
    if (one === tab) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  }
  for (const pane of document.querySelectorAll("#palette [data-pane]")) pane.hidden = pane.dataset.pane !== tab.dataset.tab;
}

function searchTiles(event) {
  if (event.target.id !== "palette-search") return;
  const wanted = event.target.value.trim().toLowerCase();
  let found = 0;
  for (const item of document.querySelectorAll("#tiles li")) {
    item.hidden = wanted !== "" && !item.dataset.words.includes(wanted);
    found += item.hidden ? 0 : 1;
  }
  for (const group of document.querySelectorAll("#tiles section")) group.hidden = !group.querySelector("li:not([hidden])");
  document.getElementById("no-tile").hidden = found > 0;
}
