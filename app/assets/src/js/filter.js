// The filter builder in its popover: Esc and a click outside close it, Ctrl Enter applies, a problem shows its
// place in the formula, and the formula completes what is being written.
import { send } from "./request.js";

export function mount(form) {
  if (form.dataset.mounted) return;
  form.dataset.mounted = "1";
  const slot = form.closest("#filter-slot");
  const tool = document.getElementById("tool-filter");
  if (slot) {
    tool?.setAttribute("aria-expanded", "true");
    if (!form.contains(document.activeElement)) (form.querySelector("#formula") ?? form.querySelector("select"))?.focus({ preventScroll: true });
  }
  form.addEventListener("click", (event) => {
    const place = event.target.closest("[data-start]");
    const text = form.querySelector("#formula");
    if (place && text) {
      text.focus();
      text.setSelectionRange(Number(place.dataset.start), Number(place.dataset.end));
    }
    if (slot && event.target.closest("[data-shut]")) {
      event.preventDefault();
      shut();
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.querySelector("[data-apply]").click(); // htmx sends the name of a button that was clicked
    }
  });
  const text = form.querySelector("#formula");
  if (text) complete(form, text);
}

function shut() {
  const slot = document.getElementById("filter-slot");
  if (!slot?.firstElementChild) return false;
  slot.replaceChildren();
  const tool = document.getElementById("tool-filter");
  tool?.setAttribute("aria-expanded", "false");
  tool?.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]") && shut()) event.preventDefault();
});
document.addEventListener("pointerdown", (event) => {
  const slot = document.getElementById("filter-slot");
  if (!slot?.firstElementChild) return;
  if (!slot.contains(event.target) && !event.target.closest("#tool-filter, .fl-toasts, dialog")) shut();
});
document.addEventListener("click", (event) => {
  const tool = event.target.closest?.("#tool-filter");
  if (tool && document.getElementById("filter")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    shut();
  }
}, true);

// --- completion ----------------------------------------------------------------------------------------------

function complete(form, text) {
  const menu = form.querySelector("#formula-choices");
  let timer = 0;
  let asked = 0;
  let choices = [];
  let at = -1;

  const hide = () => {
    menu.hidden = true;
    choices = [];
    text.setAttribute("aria-expanded", "false");
    text.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    at = place;
    [...menu.children].forEach((one, number) => one.setAttribute("aria-selected", String(number === at)));
    text.setAttribute("aria-activedescendant", menu.children[at]?.id ?? "");
  };
  const take = (choice) => {
    const { start, end } = choice;
    text.setRangeText(choice.text, start, end, "end");
    hide();
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(timer);
  };
  const show = (found) => {
    choices = found;
    menu.replaceChildren(...found.map((one, place) => {
      const item = document.createElement("li");
      item.className = "fl-menu__item";
      item.id = `formula-choice-${place}`;
      item.role = "option";
      const detail = document.createElement("span");
      detail.className = "fl-menu__end";
      detail.textContent = one.detail;
      item.append(one.label, detail);
      item.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        take(one);
      });
      return item;
    }));
    menu.hidden = found.length === 0;
    text.setAttribute("aria-expanded", String(found.length > 0));
    if (found.length) mark(0);
  };
  const ask = async () => {
    const number = ++asked;
    const query = new URLSearchParams({ text: text.value, position: text.selectionStart });
    const answer = await send(`${form.dataset.complete}?${query}`);
    if (number === asked && answer.ok && document.activeElement === text) show(await answer.json());
  };

  text.addEventListener("input", () => {
    clearTimeout(timer);
    // a word is being written: not a number, and not what stands finished
    const written = text.value.slice(0, text.selectionStart);
    if (/[\p{L}_{｛.]$|[\p{L}_]\d+$/u.test(written)) timer = setTimeout(ask, 150);
    else hide();
  });
  text.addEventListener("blur", hide);
  text.addEventListener("keydown", (event) => {
    if (menu.hidden || event.ctrlKey || event.metaKey) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (steps[event.key]) {
      event.preventDefault();
      mark((at + steps[event.key] + choices.length) % choices.length);
    } else if (["Enter", "Tab"].includes(event.key) && at >= 0) {
      event.preventDefault();
      take(choices[at]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      hide();
    }
  });
}
