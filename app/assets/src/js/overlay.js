// The overlay: <dialog id="overlay"> that a fragment fills. Links and forms say hx-target="#overlay"; an
// empty answer, HX-Trigger: saved, Esc, × or a click beside it close it. The focus comes back.
import { word } from "./words.js";

const overlay = () => document.getElementById("overlay");
let opener = null;
let isTouched = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  const { target, elt } = event.detail;
  if (target?.id === "overlay" && !target.open) opener = elt.closest("details")?.querySelector("summary") ?? elt;
});

// after settling: htmx itself moves the focus before that
document.addEventListener("htmx:afterSettle", (event) => {
  const box = overlay();
  if (event.detail.target !== box || !box) return;
  isTouched = false;
  if (!box.firstElementChild) {
    if (box.open) box.close();
    return;
  }
  const title = box.querySelector("h2, h1");
  if (title?.id) box.setAttribute("aria-labelledby", title.id);
  if (!box.open) box.showModal();
  // what is wrong first, then where typing begins
  const wanted = [".fl-errsum", '[aria-invalid="true"]', "[autofocus]", 'input:not([type="hidden"]), select, textarea', ".btn-primary"];
  const first = wanted.map((one) => box.querySelector(one)).find(Boolean);
  first?.focus();
});

export function closeOverlay() {
  const box = overlay();
  if (box?.open) box.close();
}

document.addEventListener("input", (event) => {
  if (event.target.closest?.("#overlay")) isTouched = true;
});

function mayLeave(box) {
  return !isTouched || !box.querySelector("[data-ask]") || window.confirm(word("leave"));
}

document.addEventListener("click", (event) => {
  const box = overlay();
  if (!box?.open) return;
  const isBeside = event.target === box;
  const isClose = event.target.closest?.("[data-close]");
  if (isBeside || (isClose && box.contains(isClose))) {
    event.preventDefault();
    if (mayLeave(box)) box.close();
  }
});

document.addEventListener("cancel", (event) => {
  if (event.target.id === "overlay" && !mayLeave(event.target)) event.preventDefault();
}, true);

document.addEventListener("close", (event) => {
  if (event.target.id !== "overlay") return;
  event.target.replaceChildren();
  opener?.isConnected && opener.focus();
  opener = null;
}, true);

document.addEventListener("saved", closeOverlay);

// data-confirm on a form or button: asked in our own dialog before it is sent, with or without htmx.
function ask(question, label, isDanger) {
  const mould = document.getElementById("confirm-dialog");
  const node = mould.content.firstElementChild.cloneNode(true);
  node.querySelector("[data-text]").textContent = question;
  node.querySelector("[data-title]").textContent = label ? `${label}?` : word("sure");
  const yes = node.querySelector("[data-yes]");
  yes.textContent = label || yes.textContent;
  yes.classList.add(isDanger ? "btn-danger" : "btn-primary");
  const back = document.activeElement;
  document.body.append(node);
  return new Promise((resolve) => {
    node.addEventListener("close", () => {
      node.remove();
      back?.isConnected && back.focus();
      resolve(node.returnValue === "yes");
    });
    node.showModal();
  });
}

document.addEventListener("htmx:confirm", (event) => {
  const button = event.detail.triggeringEvent?.submitter;
  const holder = button?.dataset.confirm ? button : event.detail.elt.closest("[data-confirm]");
  if (!holder || holder.dataset.asked) return;
  event.preventDefault();
  ask(holder.dataset.confirm, holder.dataset.confirmLabel, holder.hasAttribute("data-danger")).then((isYes) => {
    if (isYes) event.detail.issueRequest(true);
  });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const holder = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!holder.dataset.confirm || form.dataset.asked || form.hasAttribute("hx-post") || form.closest("[hx-boost]")?.getAttribute("hx-boost") === "true") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(holder.dataset.confirm, holder.dataset.confirmLabel, holder.hasAttribute("data-danger")).then((isYes) => {
    if (!isYes) return;
    form.dataset.asked = "1";
    form.requestSubmit(event.submitter);
    delete form.dataset.asked;
  });
}, true);
