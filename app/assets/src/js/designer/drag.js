// Dragging in the designer, the same by mouse and by finger: a tile of the palette onto the canvas, a card to
// another place, either into a subform. A mouse drags after 4 px, a finger after resting 350 ms (before that it
// scrolls). The slot shows where it would land and says so; Esc puts everything back. Our own and not a library's:
// a place here is a row and a side of it, not an index in a list.
import { placeAt } from "./places.js";
import { post, root, say, word } from "./state.js";

const THRESHOLD = 4;
const HOLD = 350;
const EDGE = 48;

let drag = null; // { source, kind, values, name, id, isWide, canColumn, x, y, ghost, slot, place, isOn }
let hold = 0;

export function installDrag() {
  document.addEventListener("pointerdown", pointerDown);
  document.addEventListener("pointermove", pointerMove);
  document.addEventListener("pointerup", pointerUp);
  document.addEventListener("touchstart", touchStart, { passive: true });
  document.addEventListener("touchmove", touchMove, { passive: false });
  document.addEventListener("touchend", touchEnd);
  document.addEventListener("touchcancel", cancel);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drag?.isOn) {
      event.preventDefault();
      event.stopPropagation();
      cancel();
    }
  }, true);
  document.addEventListener("click", swallow, true);
  document.addEventListener("dragstart", (event) => {
    if (root()?.contains(event.target)) event.preventDefault();
  });
  document.addEventListener("contextmenu", (event) => {
    if (drag?.isOn) event.preventDefault();
  });
}

// What a press may drag: a tile, or a card by any part of it that is no control.
function grabbed(target) {
  if (!root()?.contains(target)) return null;
  const tile = target.closest("[data-tile]");
  if (tile) {
    return { source: tile, kind: "tile", values: { do: "add", type: tile.dataset.tile }, name: tile.textContent.trim(), id: "", isWide: tile.dataset.tile === "subform", canColumn: tile.dataset.columnable === "1", isSection: tile.dataset.tile === "section" };
  }
  const card = target.closest("#canvas [data-id]");
  if (!card || (target.closest("button:not([data-grip]), summary, input, select, .fl-menu, .fl-bld-addcol") && !target.closest("[data-grip]"))) return null;
  const isColumn = card.matches("th");
  return { source: card, kind: "card", values: { do: "move", field: card.dataset.id }, name: card.dataset.name, id: card.dataset.id, isWide: card.hasAttribute("data-lines"), canColumn: isColumn || card.dataset.columnable === "1", isColumn };
}

function arm(target, x, y) {
  const found = grabbed(target);
  drag = found && { ...found, startX: x, startY: y, x, y, isOn: false, place: null };
}

function pointerDown(event) {
  if (event.pointerType === "touch" || event.button !== 0) return;
  arm(event.target, event.clientX, event.clientY);
}

function pointerMove(event) {
  if (!drag || event.pointerType === "touch") return;
  if (!drag.isOn && Math.hypot(event.clientX - drag.startX, event.clientY - drag.startY) < THRESHOLD) return;
  event.preventDefault();
  if (!drag.isOn) begin();
  follow(event.clientX, event.clientY);
}

function pointerUp(event) {
  if (event.pointerType !== "touch") finish();
}

function touchStart(event) {
  if (event.touches.length > 1) return cancel();
  const [touch] = event.touches;
  arm(event.target, touch.clientX, touch.clientY);
  clearTimeout(hold);
  if (drag) {
    hold = setTimeout(() => {
      if (!drag) return;
      begin();
      navigator.vibrate?.(15);
      follow(drag.x, drag.y);
    }, HOLD);
  }
}

function touchMove(event) {
  if (!drag) return;
  const [touch] = event.touches;
  if (!drag.isOn) {
    if (Math.hypot(touch.clientX - drag.startX, touch.clientY - drag.startY) > THRESHOLD * 2) {
      clearTimeout(hold);
      drag = null; // the finger scrolls
    }
    return;
  }
  event.preventDefault();
  follow(touch.clientX, touch.clientY);
}

function touchEnd(event) {
  clearTimeout(hold);
  if (drag?.isOn) event.preventDefault();
  finish();
}

// A drop is no click on what was dragged.
let isJustDropped = false;
function swallow(event) {
  if (!isJustDropped) return;
  isJustDropped = false;
  event.preventDefault();
  event.stopPropagation();
}

function begin() {
  drag.isOn = true;
  drag.source.classList.add("is-dragged");
  root().classList.add("is-dragging");
  getSelection()?.removeAllRanges();
  const ghost = document.createElement("div");
  ghost.className = "fl-bld-ghost fl-des-ghost";
  const sign = drag.source.querySelector("svg");
  if (sign && drag.kind === "tile") ghost.append(sign.cloneNode(true));
  const name = document.createElement("span");
  name.textContent = drag.name;
  ghost.append(name);
  document.body.append(ghost);
  drag.ghost = ghost;
  drag.slot = document.getElementById("drop-slot").content.firstElementChild.cloneNode(true);
  if (drag.kind === "tile") document.getElementById("palette").classList.remove("is-open"); // a phone's sheet makes way
  roll();
}

function follow(x, y) {
  drag.x = x;
  drag.y = y;
  // the position of what follows the pointer is set here: no rule of a style sheet can know it
  drag.ghost.style.transform = `translate(${x + 10}px, ${y + 8}px) rotate(-1.5deg)`;
  const over = document.elementFromPoint(x, y);
  const box = document.getElementById("paperwrap").getBoundingClientRect();
  const isInside = x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  if (!isInside) return show(null);
  if (over?.closest(".fl-bld-drop")) return;
  const subform = over?.closest("[data-within]");
  if (subform && !drag.isSection && subform.dataset.within !== drag.id) return showColumn(subform, x);
  show(drag.isSection ? sectionPlace(y) : placeAt(x, y, drag));
}

function sectionPlace(y) {
  const place = placeAt(0, y, drag);
  return place && { section: place.section, row: null, column: null, rows: place.rows };
}

function clean() {
  drag.slot.remove();
  for (const one of document.querySelectorAll(".is-halved, .is-target, .is-refused")) one.classList.remove("is-halved", "is-target", "is-refused");
}

function show(place) {
  clean();
  drag.place = place && { section: place.section.dataset.section, row: place.row, column: place.column };
  if (!place) return;
  const { section, row, column, rows } = place;
  const grid = section.querySelector(".fl-bld-grid");
  const text = drag.slot.querySelector("span");
  const shown = { row: (row ?? 0) + 1 };
  drag.slot.classList.toggle("is-wide", column === null);
  if (row === null) {
    section.after(drag.slot);
    text.textContent = drag.name;
    return;
  }
  if (column === null) {
    text.textContent = word("row", shown);
    const before = rows[row]?.cards[0];
    before ? before.before(drag.slot) : grid.append(drag.slot);
    return;
  }
  const [card] = rows[row].cards;
  card.classList.add("is-halved");
  text.textContent = word(column === 0 ? "left" : "right", shown);
  column === 0 ? card.before(drag.slot) : card.after(drag.slot);
}

function showColumn(subform, x) {
  clean();
  drag.place = null;
  if (!drag.canColumn) {
    subform.classList.add("is-refused");
    subform.dataset.said = word("refused", { reason: word("notColumn") });
    return;
  }
  subform.classList.add("is-target");
  subform.dataset.said = word("column", { name: subform.dataset.name });
  const heads = [...subform.querySelectorAll("th[data-id]")].filter((one) => one.dataset.id !== drag.id);
  const index = heads.filter((one) => {
    const box = one.getBoundingClientRect();
    return x > box.left + box.width / 2;
  }).length;
  drag.place = { within: subform.dataset.within, index };
}

// Scrolls by itself when the pointer stands near an edge.
function roll() {
  if (!drag?.isOn) return;
  const pane = document.getElementById("paperwrap");
  const box = pane.getBoundingClientRect();
  const speed = drag.y < box.top + EDGE ? -1 : drag.y > box.bottom - EDGE ? 1 : 0;
  if (speed && drag.x > box.left && drag.x < box.right) {
    pane.scrollTop += speed * 8;
    follow(drag.x, drag.y);
  }
  requestAnimationFrame(roll);
}

function end() {
  clearTimeout(hold);
  const done = drag;
  if (done?.isOn) {
    clean();
    done.ghost.remove();
    done.source.classList.remove("is-dragged");
    root()?.classList.remove("is-dragging");
    isJustDropped = true;
    setTimeout(() => {
      isJustDropped = false;
    });
  }
  drag = null;
  return done;
}

function cancel() {
  const done = end();
  if (done?.isOn) say(word("back", { name: done.name }));
}

function finish() {
  const done = end();
  if (!done?.isOn || !done.place) return;
  const values = { ...done.values };
  for (const [name, value] of Object.entries(done.place)) if (value !== null) values[name] = value;
  if (done.kind === "card") values.selected = done.id;
  if (done.isColumn && values.within && values.within === done.source.closest("[data-within]")?.dataset.within) delete values.section;
  values.said = word("dropped", { name: done.name });
  post(values);
}
