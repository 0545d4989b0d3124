// The form of a record: recalculates while people fill it, checks a field when it is left, remembers that
// something is not saved yet, and saves with Ctrl S. The server draws every box; here only those that differ
// are taken over, so that the focus and what is being typed stay.
import { mountAll } from "./lazy.js";
import { word } from "./words.js";
import { send } from "./request.js";
import { start } from "./start.js";

const WAIT = 350;
let open = null; // the form that would lose something

export function mount(form) {
  if (form.dataset.mounted) return;
  form.dataset.mounted = "1";
  const state = { touched: new Set(), isDirty: false, isSending: false, newest: 0, timer: 0, fresh: new Set() };
  open = { form, state };

  const nameOf = (target) => target.closest?.("[data-box]")?.dataset.box;
  const note = () => {
    form.querySelector('[name="_touched"]').value = [...state.touched].join(",");
    const label = form.querySelector("[data-form-state]");
    if (label) label.textContent = state.isDirty ? label.dataset.dirty : "";
  };

  form.addEventListener("input", (event) => {
    const name = nameOf(event.target);
    if (!name) return;
    state.isDirty = true;
    state.fresh.add(name);
    const box = event.target.closest("[data-box]");
    if (box.classList.contains("has-error") || event.target.matches("select, [type=checkbox], [type=radio], [type=date], [type=datetime-local]")) {
      state.touched.add(name);
    }
    note();
    later(event.target.matches("select, [type=checkbox], [type=radio]") ? 0 : WAIT);
  });
  form.addEventListener("focusout", (event) => {
    const name = nameOf(event.target);
    if (!name || state.isSending || (!state.fresh.has(name) && !state.isDirty)) return;
    if (event.target.value !== "" || state.fresh.has(name)) state.touched.add(name);
    note();
    later(0);
  });
  form.addEventListener("lines-changed", () => {
    state.isDirty = true;
    note();
    later(0);
  });

  function later(wait) {
    clearTimeout(state.timer);
    state.timer = setTimeout(ask, wait);
  }

  async function ask() {
    if (state.isSending || !form.isConnected) return;
    const mine = ++state.newest;
    state.typed = new Set();
    const listen = (event) => state.typed.add(nameOf(event.target));
    form.addEventListener("input", listen);
    try {
      const answer = await send(form.dataset.preview, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
      if (mine !== state.newest || !answer.ok || !form.isConnected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      takeOver(page);
    } catch (failed) {
      if (!(failed instanceof TypeError)) throw failed; // no connection: saving will say so
    } finally {
      form.removeEventListener("input", listen);
    }
  }

  function takeOver(page) {
    const boxes = new Map([...form.querySelectorAll("[data-box]")].map((one) => [one.dataset.box, one]));
    for (const fresh of page.querySelectorAll("[data-box]")) {
      const box = boxes.get(fresh.dataset.box);
      if (!box || fresh.closest("template")) continue;
      box.toggleAttribute("hidden", fresh.hasAttribute("hidden"));
      box.toggleAttribute("data-hidden", fresh.hasAttribute("data-hidden"));
      box.classList.toggle("has-error", fresh.classList.contains("has-error"));
      if (box.dataset.digest === fresh.dataset.digest) continue;
      swap(box, fresh);
    }
    for (const part of page.querySelectorAll("[data-part]")) {
      form.querySelector(`[data-part="${part.dataset.part}"]`)?.toggleAttribute("hidden", part.hasAttribute("hidden"));
    }
  }

  function swap(box, fresh) {
    const isHere = box.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
    const isLines = box.querySelector("[data-subform]");
    own(box, "[data-note]").replaceChildren(...own(fresh, "[data-note]").childNodes);
    const label = box.querySelector(":scope > .fl-label");
    const newLabel = fresh.querySelector(":scope > .fl-label");
    if (label && newLabel) label.replaceChildren(...newLabel.cloneNode(true).childNodes);
    if (isHere || isLines || state.typed.has(box.dataset.box)) {
      if (isHere) document.activeElement.toggleAttribute("aria-invalid", false);
      return;
    }
    own(box, "[data-control]").replaceChildren(...own(fresh, "[data-control]").childNodes);
    box.dataset.digest = fresh.dataset.digest;
    mountAll(box);
  }

  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "_act") return;
    if (state.isSending) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    state.isSending = true;
    state.isDirty = false;
    form.querySelector("[data-save]")?.classList.add("fl-busy");
    setTimeout(() => { // an answer that keeps this page (offline) gives the button back
      state.isSending = false;
      form.querySelector("[data-save]")?.classList.remove("fl-busy");
    }, 8000);
  }, true);

  const wrong = form.querySelector(".fl-errsum");
  if (wrong) {
    state.isDirty = true;
    wrong.focus();
  } else if (!location.hash && [document.body, document.getElementById("main")].includes(document.activeElement) && window.matchMedia("(min-width: 768px)").matches) {
    form.querySelector("[data-control] input:not([type=hidden]), [data-control] select, [data-control] textarea")?.focus({ preventScroll: true });
  }
  if (location.hash.startsWith("#f-")) document.getElementById(location.hash.slice(1))?.focus();
}

// The first [part] of a box that is its own, not that of a line inside.
function own(box, part) {
  return [...box.querySelectorAll(part)].find((one) => one.closest("[data-box]") === box);
}

// A drop-down with colours shows that of what is chosen.
document.addEventListener("change", (event) => {
  const tinted = event.target.closest?.("[data-tinted]");
  if (!tinted) return;
  const color = event.target.selectedOptions[0]?.dataset.color;
  tinted.className = `fl-tinted fl-c-${color || "gray"}`;
  tinted.querySelector(".fl-tinted__dot").classList.toggle("is-none", !color);
});

const isOpen = () => open?.form.isConnected && open.state.isDirty;

window.addEventListener("beforeunload", (event) => {
  if (isOpen()) event.preventDefault();
});

// Links inside the page do not unload it.
document.addEventListener("htmx:confirm", (event) => {
  const { elt, target } = event.detail;
  if (!isOpen() || !(target === document.body || elt.matches("a[data-leave]")) || elt === open.form) return;
  if (!window.confirm(word("leave"))) event.preventDefault();
  else open.state.isDirty = false;
});

document.addEventListener("keydown", (event) => {
  const form = document.getElementById("record-form");
  if (!form || document.querySelector("dialog[open]")) return;
  const isSave = (event.ctrlKey || event.metaKey) && (event.key.toLowerCase() === "s" || event.key === "Enter");
  if (isSave) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save], .btn-primary"));
  } else if (event.key === "Escape" && !event.defaultPrevented && !event.target.closest?.("[aria-expanded=true]")) {
    form.querySelector("a[data-leave]")?.click();
  }
});

// A link of the summary goes to its field with the focus.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('.fl-errsum a[href^="#"]');
  const goal = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!goal) return;
  event.preventDefault();
  goal.scrollIntoView({ block: "center" });
  goal.focus();
});

start(() => {
  if (open && !open.form.isConnected) open = null;
});
