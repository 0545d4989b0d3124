// The designer's keys. On a card: Space picks it up, arrows move it, Space drops, Esc puts it back; Alt ↑ ↓ moves
// at once; Ctrl D copies, Delete removes, F2 renames. Anywhere: Ctrl Z and Ctrl Shift Z.
import { post, reveal, root, say, selectedField, word } from "./state.js";

const WAYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };
let picked = null; // { id, name, steps }

export function installKeys() {
  document.addEventListener("keydown", press);
}

function isTyping(target) {
  return target.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable=true], .cm-content") ?? false;
}

async function press(event) {
  if (!root() || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isControl = event.ctrlKey || event.metaKey;
  if (isControl && (key === "z" || key === "y") && !isTyping(event.target)) {
    event.preventDefault();
    const isRedo = key === "y" || event.shiftKey;
    return post({}, isRedo ? root().dataset.redo : root().dataset.undo);
  }
  if (isTyping(event.target)) return;
  if (event.key === "Escape" && !picked && selectedField() && !event.target.closest("details[open]")) {
    return document.querySelector("#props [data-close-props]")?.click();
  }
  const card = event.target.closest?.("#canvas [data-id]");
  if (card) await onCard(event, card, key, isControl);
}

async function onCard(event, card, key, isControl) {
  const { id, name } = card.dataset;
  const way = WAYS[event.key];
  if (picked && event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    return putBack();
  }
  if (key === " " && !event.target.closest("button:not([data-grip]), summary")) {
    event.preventDefault();
    return picked ? drop() : pickUp(card, id, name);
  }
  if (way && (picked || (event.altKey && (way === "up" || way === "down")))) {
    event.preventDefault();
    return move(picked?.id ?? id, way);
  }
  if (way && !event.altKey) return walk(event, card, way);
  if (isControl && key === "d") {
    event.preventDefault();
    return post({ do: "copy", field: id });
  }
  if (event.key === "Delete") {
    event.preventDefault();
    const next = card.nextElementSibling?.dataset.id ?? card.previousElementSibling?.dataset.id;
    await post({ do: "remove", field: id });
    if (next) reveal(next, true);
  }
  if (event.key === "F2") {
    event.preventDefault();
    rename(id);
  }
}

function pickUp(card, id, name) {
  picked = { id, name, steps: 0 };
  card.classList.add("is-picked");
  say(word("picked", { name }));
}

function drop() {
  say(word("dropped", { name: picked.name }));
  document.querySelector("#canvas .is-picked")?.classList.remove("is-picked");
  picked = null;
}

async function putBack() {
  const { id, name, steps } = picked;
  picked = null;
  document.querySelector("#canvas .is-picked")?.classList.remove("is-picked");
  for (let left = steps; left > 0; left -= 1) await post({}, root().dataset.undo);
  reveal(id, true);
  say(word("back", { name }));
}

async function move(id, way) {
  const before = document.getElementById("draft-state")?.dataset.revision;
  await post({ do: "move", field: id, direction: way, selected: id });
  if (picked && document.getElementById("draft-state")?.dataset.revision !== before) picked.steps += 1;
  const card = reveal(id, true);
  if (!card) return;
  if (picked) card.classList.add("is-picked");
  const section = card.closest("[data-section]");
  const count = section?.querySelectorAll(".fl-bld-card").length ?? 0;
  say(word("placed", { name: card.dataset.name, section: section?.dataset.name ?? "", row: Number(card.dataset.row) + 1, count }));
}

// Arrows alone walk from card to card.
function walk(event, card, way) {
  const all = [...document.querySelectorAll("#canvas .fl-bld-card")];
  const at = all.indexOf(card.closest(".fl-bld-card"));
  const next = all[at + (way === "down" || way === "right" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  reveal(next.dataset.id, true);
}

function rename(id) {
  const first = () => {
    const input = document.querySelector("#props #panel-form input[name^='labels.']");
    input?.focus();
    input?.select();
  };
  if (selectedField() === id) return first();
  document.addEventListener("htmx:afterSettle", first, { once: true });
  document.querySelector(`#card-${id} [data-card]`)?.click();
}
