// The picker of a link: what is typed is sought on the server, arrows and Enter pick. The text stays an ordinary
// control, so that without script its title is looked up when the record is saved.
import { send } from "./request.js";

let number = 0;

export function mount(box) {
  if (box.dataset.mounted) return;
  box.dataset.mounted = "1";
  const [text, id, was] = box.querySelectorAll("input");
  const list = document.createElement("ul");
  list.className = "fl-menu fl-picker__list";
  list.id = `picker-${(number += 1)}`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  box.append(list);
  for (const [key, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) text.setAttribute(key, value);
  let timer = 0;
  let newest = 0;
  let at = -1;

  const options = () => [...list.querySelectorAll('[role="option"]')];

  function shut() {
    clearTimeout(timer);
    newest += 1;
    list.hidden = true;
    text.setAttribute("aria-expanded", "false");
    text.removeAttribute("aria-activedescendant");
    at = -1;
  }

  function mark(to) {
    const all = options();
    if (!all.length) return;
    at = (to + all.length) % all.length;
    all.forEach((one, place) => {
      one.id = `${list.id}-${place}`;
      one.setAttribute("aria-selected", String(place === at));
    });
    all[at].scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", all[at].id);
  }

  async function seek() {
    const mine = ++newest;
    const sought = text.value === was.value ? "" : text.value;
    const answer = await send(`${box.dataset.url}?q=${encodeURIComponent(sought)}`, { headers: { "HX-Request": "true" } });
    if (mine !== newest || !answer.ok || document.activeElement !== text) return;
    const page = new DOMParser().parseFromString(`<ul>${await answer.text()}</ul>`, "text/html");
    list.replaceChildren(...page.querySelector("ul").childNodes);
    list.hidden = false;
    text.setAttribute("aria-expanded", "true");
    const room = window.innerHeight - text.getBoundingClientRect().bottom;
    list.classList.toggle("is-above", room < 260 && text.getBoundingClientRect().top > room);
    at = -1;
    if (sought) mark(0);
  }

  function pick(option) {
    text.value = was.value = option.dataset.title;
    id.value = option.dataset.id;
    shut();
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.dispatchEvent(new Event("change", { bubbles: true }));
  }

  text.addEventListener("input", (event) => {
    if (!event.isTrusted) return;
    if (text.value !== was.value) id.value = "";
    clearTimeout(timer);
    timer = setTimeout(seek, 200);
  });
  text.addEventListener("click", () => list.hidden && seek());
  text.addEventListener("focus", () => text.select());
  text.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (event.altKey && !list.hidden === false) return;
      event.preventDefault();
      if (list.hidden) seek();
      else mark(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !list.hidden && at >= 0 && !event.ctrlKey) {
      event.preventDefault();
      event.stopPropagation();
      pick(options()[at]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      shut();
    }
  });
  list.addEventListener("mousedown", (event) => {
    if (event.target.closest('[role="option"]')) event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) pick(option);
  });
  text.addEventListener("blur", () => setTimeout(() => {
    if (!box.contains(document.activeElement)) shut();
  }, 0));
}
