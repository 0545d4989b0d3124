// The shell: the side navigation as a rail or, on a phone, a sheet; the theme; folding groups. Choices are
// cookies, so that the server draws the next page right.
import { start, all } from "./start.js";

const YEAR = 31536000;

function keep(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

document.addEventListener("click", (event) => {
  const rail = event.target.closest?.("[data-rail]");
  if (rail) {
    const app = document.querySelector(".fl-app");
    const isRail = app.classList.toggle("fl-app--rail");
    rail.setAttribute("aria-expanded", String(!isRail));
    rail.setAttribute("aria-label", isRail ? rail.dataset.open : rail.dataset.shut);
    rail.title = rail.getAttribute("aria-label");
    keep("formloom_rail", isRail ? "1" : "0");
  }
  const sheet = event.target.closest?.("[data-side]");
  if (sheet) {
    event.preventDefault();
    toggleSide();
  }
  const theme = event.target.closest?.("[data-theme-choice]");
  if (theme && !theme.closest("form")) useTheme(theme.dataset.themeChoice);
});

function toggleSide() {
  const side = document.getElementById("side");
  if (!side) return;
  const isOpen = side.classList.toggle("is-open");
  for (const button of document.querySelectorAll("[data-side][aria-expanded]")) button.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) side.querySelector("a, button, summary")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.querySelector("#side.is-open")) toggleSide();
});

export function useTheme(name) {
  document.documentElement.dataset.bsTheme = name;
  const link = document.getElementById("dark-css");
  if (link) link.media = { dark: "all", light: "not all", system: "(prefers-color-scheme: dark)" }[name];
  keep("formloom_theme", name);
  for (const one of document.querySelectorAll("[data-theme-choice]")) {
    one.setAttribute("aria-pressed", String(one.dataset.themeChoice === name));
  }
  document.dispatchEvent(new CustomEvent("fl:theme", { detail: name }));
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.dispatchEvent(new CustomEvent("fl:theme", { detail: document.documentElement.dataset.bsTheme }));
});

// <dialog data-open> and forms that send themselves when a choice is made.
document.addEventListener("change", (event) => {
  if (event.target.closest?.("[data-autosend]")) event.target.form?.requestSubmit();
});

start((root) => {
  for (const node of all(root, "[data-scroll-here]")) node.scrollIntoView({ block: "nearest" });
  const current = root.querySelector?.('.fl-nav [aria-current="page"]');
  current?.scrollIntoView({ block: "nearest" });
});
