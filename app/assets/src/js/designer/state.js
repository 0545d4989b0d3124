// What the designer's modules share: its root, its words, what is selected, and how an edit is posted.
import htmx from "htmx.org";

export const root = () => document.getElementById("designer");

export function word(key, values = {}) {
  const holder = document.getElementById("designer-words");
  const text = (holder ? JSON.parse(holder.textContent) : {})[key] ?? key;
  return Object.entries(values).reduce((found, [name, value]) => found.replace(`{${name}}`, value), text);
}

export function selectedId() {
  return document.getElementById("props")?.dataset.selectedId ?? "";
}

export function selectedField() {
  const id = selectedId();
  return document.getElementById(`card-${id}`) ? id : "";
}

export function say(text) {
  const live = document.getElementById("designer-said");
  if (live) live.textContent = text;
}

// One edit, after those that are under way. What changed comes back out of band.
export function post(values, url = root()?.dataset.edits) {
  const box = root();
  if (!box) return Promise.resolve();
  const given = { selected: selectedField(), ...values };
  return htmx.ajax("POST", url, { source: box, target: box, swap: "none", values: given });
}

// The card of a field or column, brought into sight.
export function reveal(id, isFocused = false) {
  const card = document.getElementById(`card-${id}`);
  if (!card) return null;
  card.scrollIntoView({ block: "nearest" });
  if (isFocused) (card.querySelector("[data-card]") ?? card).focus({ preventScroll: true });
  return card;
}

export function mark(id) {
  for (const one of document.querySelectorAll("#canvas .is-selected")) {
    one.classList.remove("is-selected");
    one.querySelector("[data-card]")?.removeAttribute("aria-current");
  }
  const card = document.getElementById(`card-${id}`) ?? document.getElementById(`section-${id}`);
  card?.classList.add("is-selected");
  card?.querySelector("[data-card]")?.setAttribute("aria-current", "true");
}
