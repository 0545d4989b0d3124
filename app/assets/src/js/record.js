// The page of a record: a click, Enter or F2 on a value opens its editor; Enter saves, Esc leaves it as it was,
// Tab saves and goes on. "Why" opens beside its value; the same address is a page without script.
import { send } from "./request.js";

const rowsBefore = new Map(); // row id → the row as it was read
let goOn = null; // what to open once the field is saved: {id, step}

export function mount(page) {
  if (page.dataset.mounted) return;
  page.dataset.mounted = "1";

  page.addEventListener("click", (event) => {
    const why = event.target.closest("[data-why]");
    if (why) return openWhy(event, why);
    const value = event.target.closest("[data-edit]");
    if (value && !event.target.closest("a, button, summary, input")) edit(value);
    if (event.target.closest("[data-inline-cancel]")) cancel(event.target.closest("form"));
  });
  page.addEventListener("keydown", (event) => {
    const value = event.target.closest?.("[data-edit]");
    if (value === event.target && (event.key === "Enter" || event.key === "F2" || event.key === " ")) {
      event.preventDefault();
      edit(value);
      return;
    }
    const form = event.target.closest?.("form[data-inline]");
    if (!form || event.defaultPrevented) return;
    const isText = event.target.matches("textarea") || event.target.closest("[data-subform]");
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      cancel(form);
    } else if (event.key === "Enter" && (!isText || event.ctrlKey || event.metaKey) && !event.target.matches("button")) {
      event.preventDefault();
      event.stopPropagation();
      save(form, 0);
    } else if (event.key === "Tab" && !event.target.closest("[data-subform]") && isLeaving(form, event)) {
      event.preventDefault();
      save(form, event.shiftKey ? -1 : 1);
    }
  });
}

// Whether Tab would leave the control: in a set of choices it walks first.
function isLeaving(form, event) {
  const controls = [...form.querySelectorAll(".fl-inline__control :is(input:not([type=hidden]), select, textarea)")];
  return event.target === controls[event.shiftKey ? 0 : controls.length - 1];
}

async function edit(value) {
  const row = value.closest(".fl-dl__row");
  rowsBefore.set(row.id, row.cloneNode(true));
  await window.htmx.ajax("GET", value.dataset.edit, { target: row, swap: "outerHTML", source: row });
  const made = document.getElementById(row.id);
  const control = made?.querySelector(".fl-inline__control :is(input:not([type=hidden]), select, textarea)");
  if (!control) return;
  control.focus();
  if (control.matches("input:not([type=checkbox]):not([type=radio])") && control.type !== "date" && control.type !== "datetime-local") control.select();
}

function save(form, step) {
  const ids = [...document.querySelectorAll("#details .fl-dl__row")].filter((row) => row.querySelector("[data-edit], form[data-inline]")).map((row) => row.id);
  const here = form.closest(".fl-dl__row").id;
  goOn = { id: ids[ids.indexOf(here) + step] ?? here, isOpen: step !== 0 && ids[ids.indexOf(here) + step] !== undefined };
  form.requestSubmit();
}

function cancel(form) {
  const row = form?.closest(".fl-dl__row");
  const before = row && rowsBefore.get(row.id);
  if (!before) return;
  row.replaceWith(before);
  before.querySelector("[data-edit]")?.focus();
}

document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target?.id !== "details" && event.detail.elt?.id !== "details") return;
  document.getElementById("changed")?.remove();
  if (!goOn) return;
  const value = document.getElementById(goOn.id)?.querySelector("[data-edit]");
  const { isOpen } = goOn;
  goOn = null;
  if (isOpen && value) edit(value);
  else value?.focus();
});

document.addEventListener("htmx:afterSwap", (event) => {
  const wrong = event.detail.elt?.querySelector?.("form[data-inline] [aria-invalid=true]");
  if (!wrong) return;
  goOn = null;
  wrong.focus();
});

async function openWhy(event, link) {
  event.preventDefault();
  event.stopPropagation();
  const isOpen = link.getAttribute("aria-expanded") === "true";
  shutWhy();
  if (isOpen) return;
  const answer = await send(link.href, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  const part = new DOMParser().parseFromString(await answer.text(), "text/html");
  const box = part.querySelector(".fl-whypop");
  const anchor = link.closest(".fl-anchor");
  anchor.append(box);
  window.htmx.process(box);
  const room = document.documentElement.clientWidth - anchor.getBoundingClientRect().left;
  box.classList.toggle("is-end", room < 400);
  link.setAttribute("aria-expanded", "true");
  box.focus({ preventScroll: true });
  box.scrollIntoView({ block: "nearest" });
}

function shutWhy(isBack = false) {
  for (const box of document.querySelectorAll(".fl-anchor > .fl-whypop")) {
    const link = box.parentElement.querySelector("[data-why]");
    link?.setAttribute("aria-expanded", "false");
    box.remove();
    if (isBack) link?.focus();
  }
}
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-why-close]")) shutWhy(true);
  else if (!event.target.closest?.(".fl-whypop, [data-why]")) shutWhy();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.querySelector(".fl-anchor > .fl-whypop")) {
    event.preventDefault();
    shutWhy(true);
  }
});
