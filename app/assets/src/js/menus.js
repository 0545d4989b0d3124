// Menus: <details class="fl-menubox"> with a list. Open without script; with it arrows walk, letters
// jump, Esc and a click outside close, and the focus returns to the button.
const OPEN = "details.fl-menubox[open]";

function items(box) {
  return [...box.querySelectorAll(".fl-menu__item:not([disabled])")].filter((one) => one.offsetParent !== null);
}

function shut(box, isBack) {
  box.open = false;
  if (isBack) box.querySelector("summary").focus();
}

document.addEventListener("click", (event) => {
  for (const box of document.querySelectorAll(OPEN)) {
    const isItem = event.target.closest(".fl-menu__item") && box.contains(event.target);
    if (!box.contains(event.target) || isItem) shut(box, false);
  }
});

// One menu at a time.
document.addEventListener("toggle", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLDetailsElement) || !box.matches(".fl-menubox") || !box.open) return;
  for (const other of document.querySelectorAll(OPEN)) {
    if (other !== box && !other.contains(box)) other.open = false;
  }
}, true);

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("details.fl-menubox");
  if (!box) return;
  if (event.key === "Escape" && box.open) {
    event.stopPropagation();
    shut(box, true);
    return;
  }
  const isMove = ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key);
  if (isMove && (box.open || event.target.matches("summary")) && !event.target.matches("input, textarea, select")) {
    event.preventDefault();
    box.open = true;
    const list = items(box);
    const at = list.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? list.length - 1 : at - 1, Home: 0, End: list.length - 1 }[event.key];
    list[(next + list.length) % list.length]?.focus();
  } else if (box.open && event.key.length === 1 && event.key !== " " && !event.target.matches("input, textarea, select")) {
    const letter = event.key.toLowerCase();
    const list = items(box);
    const at = list.indexOf(document.activeElement);
    const ordered = [...list.slice(at + 1), ...list.slice(0, at + 1)];
    ordered.find((one) => one.textContent.trim().toLowerCase().startsWith(letter))?.focus();
  }
});

document.addEventListener("focusout", (event) => {
  const box = event.target.closest?.(OPEN);
  if (box && event.relatedTarget && !box.contains(event.relatedTarget)) shut(box, false);
});
