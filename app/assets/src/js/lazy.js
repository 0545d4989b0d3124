// What a page needs and most pages do not: Alpine for [x-data], SortableJS for [data-sortable], and one
// module for each [data-module="name"]. Loaded once, on the first page that asks.
import { start, all } from "./start.js";

const MODULES = {
  designer: () => import("./designer/designer.js"),
  expression: () => import("./editor/expression.js"),
  // name: () => import("./name.js"), one line each; a module exports mount(node)
  columns: () => import("./columns.js"),
  filter: () => import("./filter.js"),
  list: () => import("./list.js"),
  picker: () => import("./picker.js"),
  record: () => import("./record.js"),
  "record-form": () => import("./record-form.js"),
  subform: () => import("./subform.js"),
};
const loaded = new Map();

function load(name, how) {
  if (!loaded.has(name)) loaded.set(name, how());
  return loaded.get(name);
}

async function alpine() {
  const { default: Alpine } = await import("@alpinejs/csp");
  const { default: parts } = await import("./alpine-parts.js");
  for (const [name, part] of Object.entries(parts)) Alpine.data(name, part);
  window.Alpine = Alpine;
  Alpine.start();
}

// For modules that bring in pieces of page themselves.
export async function mountAll(root) {
  if (all(root, "[x-data]").length) load("alpine", alpine);
  for (const node of all(root, "[data-sortable]")) {
    const { mount } = await load("sortable", () => import("./sortable.js"));
    mount(node);
  }
  for (const node of all(root, "[data-module]")) {
    const how = MODULES[node.dataset.module];
    if (!how) throw new Error(`no module is called ${node.dataset.module}`);
    const { mount } = await load(node.dataset.module, how);
    mount(node);
  }
}

start(mountAll);
