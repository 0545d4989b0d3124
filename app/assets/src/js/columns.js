// The chooser of columns: rows are dragged by their grip, or moved by the arrow keys while it has the focus.
import Sortable from "sortablejs";

export function mount(form) {
  if (form.dataset.mounted) return;
  form.dataset.mounted = "1";
  const list = form.querySelector(".fl-colpick");
  Sortable.create(list, { draggable: "[data-id]", handle: ".fl-colpick__grip", animation: 120, delay: 200, delayOnTouchOnly: true });
  list.addEventListener("keydown", (event) => {
    const grip = event.target.closest(".fl-colpick__grip");
    if (!grip || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const row = grip.closest("li");
    const other = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
    if (!other?.dataset.id) return;
    if (event.key === "ArrowUp") other.before(row);
    else other.after(row);
    grip.focus();
    const say = form.querySelector("[data-say]");
    say.textContent = `${row.textContent.trim()}: ${[...list.children].indexOf(row) + 1}`;
  });
}
