// Small helps in forms: show a password, copy a text, filter a list that is all on the page.
import { word } from "./words.js";
import { toast } from "./toasts.js";

document.addEventListener("click", async (event) => {
  const eye = event.target.closest?.("[data-reveal]");
  if (eye) {
    const input = document.getElementById(eye.dataset.reveal);
    const isShown = input.type === "password";
    input.type = isShown ? "text" : "password";
    eye.setAttribute("aria-pressed", String(isShown));
  }
  const copy = event.target.closest?.("[data-copy]");
  if (copy) {
    const source = document.getElementById(copy.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    } catch (refused) {
      source.select?.();
      document.execCommand("copy");
    }
    toast(word("copied"));
  }
});

// data-filter="#list": hides the items whose text does not hold what is typed.
document.addEventListener("input", (event) => {
  const box = event.target.closest?.("[data-filter]");
  if (!box) return;
  const wanted = box.value.trim().toLowerCase();
  const list = document.querySelector(box.dataset.filter);
  let shown = 0;
  for (const item of list?.children ?? []) {
    item.hidden = wanted !== "" && !`${item.textContent} ${item.dataset.words ?? ""}`.toLowerCase().includes(wanted);
    shown += item.hidden ? 0 : 1;
  }
  const none = document.querySelector(box.dataset.filterNone ?? "#none");
  if (none) none.hidden = shown > 0;
});

// Every field that was wrong stops being red when it is changed; the server looks again on submit.
document.addEventListener("input", (event) => {
  if (event.target.getAttribute?.("aria-invalid") === "true") event.target.removeAttribute("aria-invalid");
});

// A drop-down of time zones starts at the browser's own, where nobody chose one yet.
for (const select of document.querySelectorAll("select[data-browser-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((one) => one.value === zone)) select.value = zone;
}
