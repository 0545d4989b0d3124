// The expression editor around CodeMirror: completion, marks and repairs from the server, the reference beside it,
// trying on a record. Without script the dialog is a plain text area that is checked when it is sent.
import { send } from "../request.js";
import { createEditor } from "./codemirror.js";

const PAUSE = 150;

export function mount(form) {
  if (form.dataset.mounted) return;
  form.dataset.mounted = "1";
  const area = form.querySelector("#ex-text");
  const base = form.dataset.base;
  const editor = createEditor({
    area,
    marks: marks(form),
    complete: (text, at, signal) => completions(base, text, at, signal),
    changed: (text) => {
      area.value = text;
      area.dispatchEvent(new Event("input", { bubbles: true }));
      later(form, base, editor);
    },
    submit: () => !form.querySelector("[data-save]").disabled && form.requestSubmit(),
  });
  form.addEventListener("click", (event) => click(event, form, base, editor));
  form.addEventListener("input", (event) => filter(event, form));
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-try-record]")) tryOn(form, base, "");
  });
  form.addEventListener("mouseover", (event) => describe(event.target, form));
  form.addEventListener("focusin", (event) => describe(event.target, form));
  able(form);
  editor.focus();
}

function marks(form) {
  return JSON.parse(form.querySelector("#ex-feedback")?.dataset.marks || "[]");
}

function able(form) {
  form.querySelector("[data-save]").disabled = form.querySelector("#ex-feedback")?.dataset.canSave !== "1";
}

// --- checking -------------------------------------------------------------------------------------

let timer = 0;
let running = null;

function later(form, base, editor) {
  clearTimeout(timer);
  timer = setTimeout(() => check(form, base, editor), PAUSE);
}

async function fragment(url, values, signal) {
  const answer = await send(url, { method: "POST", body: new URLSearchParams(values), signal, headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const mould = document.createElement("template");
  mould.innerHTML = await answer.text();
  return mould.content.firstElementChild;
}

async function check(form, base, editor) {
  running?.abort();
  running = new AbortController();
  try {
    const fresh = await fragment(`${base}/check`, { text: editor.text() }, running.signal);
    form.querySelector("#ex-feedback").replaceWith(fresh);
    editor.mark(marks(form));
    able(form);
    await tryOn(form, base, "", running.signal);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

async function tryOn(form, base, step, signal) {
  const record = form.querySelector("[data-try-record]")?.value ?? "";
  const text = form.querySelector("#ex-text").value;
  const hadFocus = form.querySelector("#ex-try").contains(document.activeElement);
  const fresh = await fragment(`${base}/try`, { text, record, step }, signal);
  form.querySelector("#ex-try").replaceWith(fresh);
  if (hadFocus) form.querySelector("[data-try-record]")?.focus();
}

async function completions(base, text, at, signal) {
  const answer = await send(`${base}/complete?${new URLSearchParams({ text, at })}`, { signal });
  return answer.ok ? answer.json() : [];
}

// --- beside the editor ----------------------------------------------------------------------------

function click(event, form, base, editor) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.tab) showTab(button, form);
  if (button.dataset.insert) editor.insert(button.dataset.insert);
  if (button.dataset.op) editor.operate(button.dataset.op);
  if (button.dataset.fixFrom) editor.replace(Number(button.dataset.fixFrom), Number(button.dataset.fixTo), button.dataset.fixInsert);
  if (button.dataset.tryStep) tryOn(form, base, button.dataset.tryStep);
}

function showTab(button, form) {
  for (const one of button.parentElement.children) one.toggleAttribute("aria-current", one === button);
  for (const pane of form.querySelectorAll(".fl-bld-ref-list")) pane.hidden = pane.dataset.pane !== button.dataset.tab;
  form.querySelector("[data-ref-doc]").hidden = true;
}

function filter(event, form) {
  if (!event.target.matches("[data-ref-search]")) return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const one of form.querySelectorAll(".fl-bld-ref-list [data-words]")) one.hidden = wanted !== "" && !one.dataset.words.toLowerCase().includes(wanted);
  for (const group of form.querySelectorAll(".fl-bld-ref-list section")) group.hidden = !group.querySelector("button:not([hidden])");
}

function describe(target, form) {
  const button = target.closest?.("[data-signature]");
  if (!button) return;
  const doc = form.querySelector("[data-ref-doc]");
  doc.hidden = false;
  doc.querySelector("[data-doc-name]").textContent = button.querySelector("code").textContent;
  doc.querySelector("[data-doc-signature]").textContent = button.dataset.signature;
  doc.querySelector("[data-doc-text]").textContent = button.dataset.docs;
  doc.querySelector("[data-doc-examples]").textContent = button.dataset.examples;
}

// The dialog's answer is the canvas's parts: nothing of it goes into the dialog itself.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target, requestConfig } = event.detail;
  if (target?.id === "overlay" && requestConfig?.verb === "post" && requestConfig.path.includes("/expressions/") && xhr.status === 200) {
    event.detail.target = document.getElementById("designer") ?? target;
    event.detail.swapOverride = "none";
  }
});
