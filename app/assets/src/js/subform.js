// The lines of a subform, changed in place: add, copy, move, remove; Enter in the last line makes the next one.
// Numbers of lines are names only: their order on the page is their order.
import { mountAll } from "./lazy.js";

export function mount(box) {
  if (box.dataset.mounted) return;
  box.dataset.mounted = "1";
  const body = box.querySelector("tbody");
  const mould = box.querySelector("template");
  const lines = () => [...body.querySelectorAll(":scope > [data-line]")];
  let next = Math.max(-1, ...lines().map((one) => Number(one.dataset.line))) + 1;

  function told() {
    box.dispatchEvent(new CustomEvent("lines-changed", { bubbles: true }));
  }

  function fresh() {
    const holder = document.createElement("table");
    holder.innerHTML = mould.innerHTML.replaceAll("__n__", String(next));
    next += 1;
    return holder.querySelector("[data-line]");
  }

  function put(line, after) {
    if (after) after.after(line);
    else body.append(line);
    mountAll(line);
    return line;
  }

  function focusIn(line, column = 0) {
    const controls = [...line.querySelectorAll("[data-control]")].map((one) => one.querySelector("input:not([type=hidden]), select, textarea"));
    (controls[column] ?? controls.find(Boolean))?.focus();
  }

  const acts = {
    add: () => focusIn(put(fresh())),
    copy(line) {
      const made = put(fresh(), line);
      for (const from of line.querySelectorAll("[name]")) {
        const to = [...made.querySelectorAll("[name]")].filter((one) => one.name.split(".")[2] === from.name.split(".")[2]);
        if (from.name.endsWith(".id")) continue;
        const target = to.find((one) => one.type === from.type && (one.type !== "checkbox" && one.type !== "radio" ? true : one.value === from.value));
        if (!target) continue;
        if (target.type === "checkbox" || target.type === "radio") target.checked = from.checked;
        else target.value = from.value;
      }
      focusIn(made);
    },
    drop(line) {
      const near = line.nextElementSibling ?? line.previousElementSibling;
      line.remove();
      if (near?.matches("[data-line]")) focusIn(near);
      else box.querySelector(".fl-lines__add").focus();
    },
    up(line) {
      line.previousElementSibling?.before(line);
    },
    down(line) {
      line.nextElementSibling?.after(line);
    },
  };

  function act(verb, line, keep) {
    const held = keep ? document.activeElement : null;
    acts[verb](line);
    held?.isConnected && held.focus();
    told();
  }

  box.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=_act]");
    if (!button || !box.contains(button)) return;
    event.preventDefault();
    const [verb] = button.value.split(":");
    act(verb, button.closest("[data-line]"), verb === "up" || verb === "down");
  });

  box.addEventListener("keydown", (event) => {
    const line = event.target.closest("[data-line]");
    if (!line || event.defaultPrevented) return;
    const cell = event.target.closest("[data-box]");
    const column = cell ? [...line.querySelectorAll("[data-box]")].indexOf(cell) : 0;
    const isPicking = event.target.getAttribute("aria-expanded") === "true";
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      act(event.key === "ArrowUp" ? "up" : "down", line, true);
    } else if (event.ctrlKey && event.key.toLowerCase() === "d") {
      event.preventDefault();
      act("copy", line);
    } else if (event.ctrlKey && (event.key === "Backspace" || event.key === "Delete")) {
      event.preventDefault();
      act("drop", line);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !isPicking && event.target.matches("input, select")) {
      event.preventDefault();
      if (line.nextElementSibling) focusIn(line.nextElementSibling, column);
      else act("add", line);
    }
  });
}
