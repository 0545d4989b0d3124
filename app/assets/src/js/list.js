// The list: moving through the grid by keys, selecting, and a search box that keeps what is typed while the
// list under it changes. Mounted on #list, which htmx swaps as a whole.
import htmx from "htmx.org";

let last = null; // the row that a range begins at

export function mount(list) {
  if (list.dataset.mounted) return;
  list.dataset.mounted = "1";
  if (list.dataset.title) document.title = document.title.replace(/^.* · (?=[^·]*$)/, `${list.dataset.title} · `);
  const table = list.querySelector(".fl-table");
  if (table) {
    walkable(list, table);
    selectable(list, table);
  }
  const tab = list.querySelector('.fl-views__tab[aria-current="page"]');
  tab?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const rows = (table) => [...table.tBodies[0].rows];
const box = (row) => row.querySelector(".fl-rowcheck");

// --- moving: one cell is in the tab order, the arrows carry it on -----------------------------------------

function walkable(list, table) {
  const first = table.tBodies[0].rows[0]?.cells[1];
  if (first) first.tabIndex = 0;
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("tbody td");
    if (!cell) return;
    for (const other of table.querySelectorAll('tbody td[tabindex="0"]')) other.tabIndex = -1;
    cell.tabIndex = 0;
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("tbody td");
    if (!cell || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
    const all = rows(table);
    const place = all.indexOf(cell.parentElement);
    const steps = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], Home: [0, -99], End: [0, 99], PageDown: [10, 0], PageUp: [-10, 0] };
    const step = steps[event.key];
    if (step && !event.altKey && !event.metaKey) {
      event.preventDefault();
      const row = all[Math.min(all.length - 1, Math.max(0, place + step[0]))];
      const next = row.cells[Math.min(row.cells.length - 1, Math.max(0, cell.cellIndex + step[1]))];
      if (event.shiftKey && step[0]) {
        tick(box(cell.parentElement), true);
        tick(box(row), true);
        tell(list);
      }
      next.focus();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" && event.target === cell) {
      event.preventDefault();
      cell.parentElement.querySelector(".fl-titlecell a")?.click();
    } else if (event.key === " " && event.target === cell) {
      event.preventDefault();
      const check = box(cell.parentElement);
      tick(check, !check.checked);
      tell(list);
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      event.preventDefault();
      for (const row of all) tick(box(row), true);
      tell(list);
    }
  });
}

// --- selecting ---------------------------------------------------------------------------------------------

function tick(check, is) {
  check.checked = is;
  check.closest("tr").setAttribute("aria-selected", String(is));
}

function selectable(list, table) {
  const form = list.querySelector("#selected");
  const page = list.querySelector("[data-check-page]");
  page.addEventListener("change", () => {
    for (const row of rows(table)) tick(box(row), page.checked);
    tell(list);
  });
  table.addEventListener("click", (event) => {
    const check = event.target.closest(".fl-rowcheck");
    if (check) {
      const all = rows(table);
      const row = check.closest("tr");
      const from = all.indexOf(last);
      if (event.shiftKey && from >= 0) {
        const [low, high] = [from, all.indexOf(row)].sort((one, other) => one - other);
        for (const between of all.slice(low, high + 1)) tick(box(between), check.checked);
      }
      tick(check, check.checked);
      last = row;
      tell(list);
    } else if (event.target.closest(".fl-rownum, .fl-cell--check") && event.target.closest("tbody")) {
      const found = box(event.target.closest("tr"));
      tick(found, !found.checked);
      tell(list);
    }
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    clear(list);
  });
  list.querySelector("[data-select-all]")?.addEventListener("click", () => {
    for (const row of rows(table)) tick(box(row), true);
    form.querySelector("[data-all]").value = "1";
    tell(list);
  });
  // a file comes back, the page stays: such a button is sent by the browser itself
  for (const button of form.querySelectorAll("[data-plain]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      const action = form.action;
      form.action = button.formAction;
      form.submit();
      form.action = action;
    });
  }
}

function clear(list) {
  for (const check of list.querySelectorAll(".fl-rowcheck:checked")) tick(check, false);
  list.querySelector("[data-all]").value = "";
  tell(list);
}

function tell(list) {
  const all = [...list.querySelectorAll(".fl-rowcheck")];
  const chosen = all.filter((one) => one.checked).length;
  const bar = list.querySelector("[data-selbar]");
  const every = list.querySelector("[data-all]");
  const more = list.querySelector("[data-select-all]");
  const words = list.querySelector("[data-chosen]");
  if (chosen < all.length) every.value = "";
  bar.classList.toggle("is-on", chosen > 0);
  words.textContent = every.value ? words.dataset.allWords : words.dataset.one.replace("#", chosen);
  if (more) more.hidden = chosen < all.length || every.value === "1";
  const page = list.querySelector("[data-check-page]");
  page.checked = chosen > 0 && chosen === all.length;
  page.indeterminate = chosen > 0 && chosen < all.length;
  list.querySelector(".fl-table").classList.toggle("is-selecting", chosen > 0);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const list = document.getElementById("list");
  if (!list || document.querySelector("dialog[open], details.fl-menubox[open], #filter")) return;
  if (list.querySelector(".fl-rowcheck:checked")) clear(list);
  else if (event.target.id === "list-search") event.target.blur();
});

// --- the search box: what is typed meanwhile is not lost when the list comes back ---------------------------

let typed = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const input = document.getElementById("list-search");
  const isHere = event.detail.target?.id === "list" && input && document.activeElement === input;
  typed = isHere ? { value: input.value, at: input.selectionStart } : null;
});
document.addEventListener("htmx:afterSettle", () => {
  const input = typed && document.getElementById("list-search");
  if (!input) return;
  const { value, at } = typed;
  typed = null;
  const isBehind = input.value !== value;
  input.value = value;
  input.focus();
  input.setSelectionRange(at, at);
  if (isBehind) htmx.trigger(input, "input");
});
